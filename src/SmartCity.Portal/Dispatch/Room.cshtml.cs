using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>The dispatch room: incidents with their clocks, the picture of heat substations, the open alarms.</summary>
internal sealed class RoomModel(DispatchFeed feed, OracleReader reader) : PageModel
{
    /// <summary>Longest note, characters.</summary>
    public const int MaxNote = OracleCommands.MaxText;

    /// <summary>Substations whose pictures the room shows; the others have pages.</summary>
    public const int MaxSchematics = 4;

    /// <summary>Substations that the room lists, the worst first; there is a page of all.</summary>
    public const int MaxObjects = 50;

    /// <summary>What is known now; the stream goes on from here.</summary>
    public DispatchState State { get; private set; } = feed.Current;

    /// <summary>The alarms that are asked for.</summary>
    public AlarmList List { get; private set; } = AlarmList.Empty;

    /// <summary>What became of an acknowledgement sent without htmx.</summary>
    public Note? Answer { get; private set; }

    /// <summary>Shows the room.</summary>
    /// <param name="query">Which alarms.</param>
    /// <param name="answer">Outcome of an acknowledgement before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task OnGetAsync([FromQuery] AlarmQuery query, AcknowledgeOutcome? answer, CancellationToken cancellationToken)
    {
        List = query.IsFiltered || query.Number > 1 ? await AlarmList.ReadAsync(reader, query, cancellationToken) : State.Alarms;
        Answer = answer is { } outcome ? AcknowledgeModel.NoteOf(outcome) : null;
    }
}
