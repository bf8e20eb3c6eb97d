using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>The dispatch room: the picture of each heat substation and the open alarms.</summary>
internal sealed class RoomModel(DispatchFeed feed) : PageModel
{
    /// <summary>Longest note, characters.</summary>
    public const int MaxNote = OracleCommands.MaxText;

    /// <summary>What is known now; the stream goes on from here.</summary>
    public DispatchState State { get; private set; } = feed.Current;

    /// <summary>What became of an acknowledgement sent without htmx.</summary>
    public Note? Answer { get; private set; }

    /// <summary>Shows the room.</summary>
    /// <param name="answer">Outcome of an acknowledgement before.</param>
    public void OnGet(AcknowledgeOutcome? answer) => Answer = answer is { } outcome ? AcknowledgeModel.NoteOf(outcome) : null;
}
