using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>What became of an acknowledgement.</summary>
internal enum AcknowledgeOutcome
{
    /// <summary>It is recorded; the oracle carries it out within a second.</summary>
    Accepted,

    /// <summary>There is no such alarm, or somebody was faster.</summary>
    NotOpen,

    /// <summary>The journal could not be written.</summary>
    JournalAway,
}

/// <summary>A dispatcher acknowledges an alarm.</summary>
internal sealed class AcknowledgeModel(OracleCommands commands) : PageModel
{
    /// <summary>There is nothing to see.</summary>
    public IActionResult OnGet() => Redirect("/dispatch");

    /// <summary>Records the acknowledgement. A second one of the same alarm changes nothing.</summary>
    public async Task<IActionResult> OnPostAsync(long alarm, string? note, CancellationToken cancellationToken)
    {
        AcknowledgeOutcome outcome = await AcknowledgeAsync(alarm, note ?? "", cancellationToken);
        return Request.IsForAPart()
            ? Partial("/Shared/_Note.cshtml", NoteOf(outcome))
            : Redirect($"/dispatch?answer={outcome}");
    }

    /// <summary>The outcome in words.</summary>
    public static Note NoteOf(AcknowledgeOutcome outcome) => outcome switch
    {
        AcknowledgeOutcome.Accepted => new("good", DispatchText.Accepted),
        AcknowledgeOutcome.NotOpen => new("warn", DispatchText.NotAccepted),
        AcknowledgeOutcome.JournalAway => new("bad", DispatchText.JournalAway),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Every outcome has its words."),
    };

    private async Task<AcknowledgeOutcome> AcknowledgeAsync(long alarm, string note, CancellationToken cancellationToken)
    {
        try
        {
            string text = note.Length <= OracleCommands.MaxText ? note : note[..OracleCommands.MaxText];
            return await commands.AcknowledgeAsync(alarm, User.Identity!.Name!, text, cancellationToken)
                ? AcknowledgeOutcome.Accepted
                : AcknowledgeOutcome.NotOpen;
        }
        catch (JournalException)
        {
            return AcknowledgeOutcome.JournalAway;
        }
    }
}
