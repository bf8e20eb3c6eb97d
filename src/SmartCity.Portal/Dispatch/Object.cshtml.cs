using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>One heat substation: its picture, why an alarm of it is or is not, and all its alarms, to be shelved or taken out of service.</summary>
internal sealed class ObjectModel(OracleReader reader, DispatchFeed feed, DeskAnswer desk, City city) : PageModel
{
    private const int LongestShelvingHours = 24;

    /// <summary>The substation.</summary>
    public SubstationPlan Plan { get; private set; } = null!;

    /// <summary>Its signals.</summary>
    public SubstationBoard Board => new(Plan, feed.Current);

    /// <summary>Its alarms, those that are not normal first.</summary>
    public IReadOnlyList<(AlarmRule Rule, AlarmStatus Status)> Rules { get; private set; } = [];

    /// <summary>Why the alarm that was asked for is or is not.</summary>
    public AlarmExplanation? Explanation { get; private set; }

    /// <summary>What became of the last request.</summary>
    public Note? Answer { get; private set; }

    private AlarmMode Mode => feed.Current.Status?.AlarmMode ?? AlarmMode.Refined;

    /// <summary>Shows the substation.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="why">Code of an alarm that is to be explained.</param>
    /// <param name="asked">A request whose outcome is told.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IActionResult> OnGetAsync(uint number, string? why, long? asked, CancellationToken cancellationToken)
    {
        if (!Find(number))
        {
            return NotFound();
        }
        Answer = asked is { } request ? await desk.NoteOfAsync(request, cancellationToken) : null;
        Explanation = why is null ? null : await reader.ExplainAlarmAsync(Mode, number, why, cancellationToken);
        await ReadRulesAsync(cancellationToken);
        return Page();
    }

    /// <summary>The picture alone.</summary>
    public IActionResult OnGetPicture(uint number) => Find(number) ? Partial("/Dispatch/_Schematic.cshtml", Board) : NotFound();

    /// <summary>The explanation alone.</summary>
    public async Task<IActionResult> OnGetWhyAsync(uint number, string why, CancellationToken cancellationToken) =>
        Find(number) && await reader.ExplainAlarmAsync(Mode, number, why, cancellationToken) is { } explanation
            ? Partial("/Dispatch/_Why.cshtml", explanation)
            : NotFound();

    /// <summary>The alarms alone.</summary>
    public async Task<IActionResult> OnGetRulesAsync(uint number, CancellationToken cancellationToken)
    {
        if (!Find(number))
        {
            return NotFound();
        }
        await ReadRulesAsync(cancellationToken);
        return Partial("/Dispatch/_Rules.cshtml", this);
    }

    /// <summary>Shelves an alarm, takes it out of service, or takes either back, or resets it.</summary>
    /// <param name="number">Number of the substation.</param>
    /// <param name="do">What, a colon, and the alarm's code.</param>
    /// <param name="note">Why.</param>
    /// <param name="hours">For how long it is shelved.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IActionResult> OnPostAsync(uint number, string? @do, string? note, int? hours, CancellationToken cancellationToken)
    {
        if (!Find(number))
        {
            return NotFound();
        }
        Note told;
        long? asked = null;
        try
        {
            if (RequestOf(number, @do ?? "", hours) is { } request)
            {
                asked = await desk.AskAsync(request, User.Identity!.Name!, note, at: null, cancellationToken);
                told = (await desk.NoteOfAsync(asked.Value, cancellationToken))!;
            }
            else
            {
                told = new("bad", IncidentText.BadInput.With(DeskText.ShelveFor));
            }
        }
        catch (JournalException)
        {
            told = new("bad", DispatchText.JournalAway);
        }
        if (Request.IsForAPart())
        {
            return Partial("/Shared/_Note.cshtml", told);
        }
        if (asked is { } done)
        {
            return Redirect($"/dispatch/object/{number}?asked={done}");
        }
        Answer = told;
        await ReadRulesAsync(cancellationToken);
        return Page();
    }

    private DeskRequest? RequestOf(uint number, string what, int? hours)
    {
        string[] parts = what.Split(':', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "") switch
        {
            ("shelve", var code) when hours is >= 1 and <= LongestShelvingHours =>
                new DeskRequest.Shelve(number, code, (feed.Current.Status?.SourceTime ?? DateTimeOffset.MinValue).AddHours(hours.Value)),
            ("unshelve", var code) => new DeskRequest.Unshelve(number, code),
            ("takeOut", var code) => new DeskRequest.TakeOut(number, code),
            ("putBack", var code) => new DeskRequest.PutBack(number, code),
            ("reset", var code) => new DeskRequest.Reset(number, code),
            _ => null,
        };
    }

    private bool Find(uint number)
    {
        Plan = city.FindSubstation(number)!;
        return Plan is not null;
    }

    private async Task ReadRulesAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, AlarmStatus> standing = (await reader.GetStandingAlarmsAsync(Mode, cancellationToken))
            .Where(alarm => alarm.Substation == Plan.Number).ToDictionary(alarm => alarm.Alarm.Code, alarm => alarm.Status);
        Rules = [.. RuleFiles.Substation(Mode).Rules.Select(rule => (rule, standing.GetValueOrDefault(rule.Code)))
            .OrderBy(pair => pair.Item2.Phase == AlarmPhase.Normal)];
    }
}
