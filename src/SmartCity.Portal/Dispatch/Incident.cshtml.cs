using System.Collections.Immutable;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>What a person fills in to do something with an incident. Which fields count depends on <see cref="Do"/>.</summary>
public sealed class IncidentForm
{
    /// <summary>What is to be done: the name of a <see cref="DeskRequest"/>, or of a stage.</summary>
    public string? Do { get; set; }

    /// <summary>Why, or what was seen.</summary>
    public string? Note { get; set; }

    /// <summary>When it happened, the city's time; empty for now.</summary>
    public DateTime? At { get; set; }

    /// <summary>Who is sent.</summary>
    public string? Crew { get; set; }

    /// <summary>Until when it is to be repaired, the city's time.</summary>
    public DateTime? PlannedAt { get; set; }

    /// <summary>Who is to answer for it.</summary>
    public string? Owner { get; set; }

    /// <summary>Why the clock stands.</summary>
    public SuspensionReason? Reason { get; set; }

    /// <summary>The balance group without supply.</summary>
    public uint? Group { get; set; }

    /// <summary>°C indoors, or the number of feeds.</summary>
    public sbyte? Condition { get; set; }

    /// <summary>What the outage was.</summary>
    public OutageKind? Kind { get; set; }

    /// <summary>Since when, the city's time.</summary>
    public DateTime? From { get; set; }

    /// <summary>Until when, the city's time.</summary>
    public DateTime? To { get; set; }

    /// <summary>Permitted hours, or degrees too cold.</summary>
    public byte? Measure { get; set; }

    /// <summary>The incident that it is part of.</summary>
    public long? Parent { get; set; }
}

/// <summary>One incident: what happened, why, what to do; its clocks; what was done; and what can be.</summary>
[RequestSizeLimit(IncidentModel.MaxUpload)]
internal sealed class IncidentModel(OracleReader reader, OracleCommands commands, DeskAnswer desk, DispatchFeed feed, City city) : PageModel
{
    /// <summary>Largest file, bytes, and some more for the form around it.</summary>
    public const int MaxUpload = EvidenceLimit + (64 * 1024);

    private const int EvidenceLimit = 10 * 1024 * 1024;
    private const int MostExplained = 4;

    /// <summary>The incident with all that belongs to it.</summary>
    public IncidentCard Card { get; private set; } = null!;

    /// <summary>Why its alarms are or are not, now.</summary>
    public ImmutableArray<AlarmExplanation> Explanations { get; private set; } = [];

    /// <summary>What became of the last request.</summary>
    public Note? Answer { get; private set; }

    /// <summary>The stage that is next; <c>null</c> when it is over or nobody can ask for it.</summary>
    public IncidentStage? NextStage => Card.Incident.State is { IsOpen: true, Stage: >= IncidentStage.Registered } state ? state.Stage + 1 : null;

    /// <summary>Balance groups that an interruption can be of: those the substation supplies first.</summary>
    public IEnumerable<GroupPlan> Groups
    {
        get
        {
            IReadOnlyList<uint> own = city.FindSubstation(Card.Incident.State.ObjectNumber)?.Groups ?? [];
            return city.Plan.Segments.SelectMany(segment => segment.Groups).OrderByDescending(group => own.Contains(group.Number)).Take(OracleReader.MaxRows);
        }
    }

    /// <summary>Shows the incident.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="asked">A request whose outcome is told.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IActionResult> OnGetAsync(long id, long? asked, CancellationToken cancellationToken)
    {
        Answer = asked is { } request ? await desk.NoteOfAsync(request, cancellationToken) : null;
        return await LoadAsync(id, cancellationToken) ? Page() : NotFound();
    }

    /// <summary>The card alone.</summary>
    public async Task<IActionResult> OnGetCardAsync(long id, CancellationToken cancellationToken) =>
        await LoadAsync(id, cancellationToken) ? Partial("/Dispatch/_IncidentCard.cshtml", this) : NotFound();

    /// <summary>What can be done, alone.</summary>
    public async Task<IActionResult> OnGetActionsAsync(long id, CancellationToken cancellationToken) =>
        await LoadAsync(id, cancellationToken) ? Partial("/Dispatch/_IncidentActions.cshtml", this) : NotFound();

    /// <summary>The draft of the report of an accident.</summary>
    public async Task<IActionResult> OnGetReportAsync(long id, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(id, cancellationToken))
        {
            return NotFound();
        }
        IncidentView incident = Card.Incident;
        return RuleFiles.Incidents().AccidentsAt(incident.State.RaisedAt) is { } rules
            && AccidentReport.Draft(incident.State, incident.ObjectName, rules, city.Calendar, incident.At) is { } draft
            ? File(System.Text.Encoding.UTF8.GetBytes(draft), "text/plain; charset=utf-8", $"incident-{id}.txt")
            : NotFound();
    }

    /// <summary>A file of the incident. It is always saved, never shown: whoever added it may have put anything into it.</summary>
    public async Task<IActionResult> OnGetFileAsync(long id, string hash, CancellationToken cancellationToken)
    {
        if (await reader.FindIncidentAsync(id, null, cancellationToken) is not { } card || card.Files.FirstOrDefault(file => file.Hash == hash) is not { } known)
        {
            return NotFound();
        }
        try
        {
            return await reader.OpenEvidenceAsync(hash, cancellationToken) is { } bytes ? File(bytes, "application/octet-stream", known.Name) : NotFound();
        }
        catch (IOException)
        {
            return NotFound();
        }
    }

    /// <summary>Does something with the incident.</summary>
    public async Task<IActionResult> OnPostAsync(long id, [FromForm] IncidentForm form, CancellationToken cancellationToken)
    {
        if (RequestOf(id, form, out Phrase? missing) is not { } request)
        {
            return await ToldAsync(id, new("bad", IncidentText.BadInput.With(missing)), cancellationToken);
        }
        try
        {
            long asked = await desk.AskAsync(request, User.Identity!.Name!, form.Note, DeskAnswer.InstantOf(city, form.At), cancellationToken);
            return await AnsweredAsync(id, asked, cancellationToken);
        }
        catch (Exception exception) when (exception is JournalException or ArgumentException)
        {
            return await ToldAsync(id, new("bad", exception is JournalException ? DispatchText.JournalAway : IncidentText.Refused.With(exception.Message)), cancellationToken);
        }
    }

    /// <summary>Adds a file.</summary>
    public async Task<IActionResult> OnPostFileAsync(long id, IFormFile? file, string? note, CancellationToken cancellationToken)
    {
        if (file is not { Length: > 0 and <= EvidenceLimit })
        {
            return await ToldAsync(id, new("bad", IncidentText.NoFile), cancellationToken);
        }
        using MemoryStream bytes = new((int)file.Length);
        await file.CopyToAsync(bytes, cancellationToken);
        try
        {
            long asked = await commands.AddEvidenceAsync(
                id, Path.GetFileName(file.FileName), MediaTypeOf(file.ContentType), bytes.ToArray(), User.Identity!.Name!, note ?? "", cancellationToken);
            await desk.WaitAsync(asked, cancellationToken);
            return Redirect($"/dispatch/incident/{id}?asked={asked}");
        }
        catch (Exception exception) when (exception is JournalException or IOException or ArgumentException)
        {
            return await ToldAsync(id, new("bad", DispatchText.JournalAway), cancellationToken);
        }
    }

    private static string MediaTypeOf(string? told) => told?.Split(';')[0].Trim().ToLowerInvariant() is { Length: > 0 } type ? type : "application/octet-stream";

    private async Task<bool> LoadAsync(long id, CancellationToken cancellationToken)
    {
        if (await reader.FindIncidentAsync(id, null, cancellationToken) is not { } card)
        {
            return false;
        }
        Card = card;
        AlarmMode mode = feed.Current.Status?.AlarmMode ?? AlarmMode.Refined;
        ImmutableArray<AlarmExplanation>.Builder explanations = ImmutableArray.CreateBuilder<AlarmExplanation>();
        foreach (string code in card.Alarms.Select(alarm => alarm.Code).Prepend(card.Incident.Code).Distinct().Take(MostExplained))
        {
            if (await reader.ExplainAlarmAsync(mode, card.Incident.State.ObjectNumber, code, cancellationToken) is { } explanation)
            {
                explanations.Add(explanation);
            }
        }
        Explanations = explanations.DrainToImmutable();
        return true;
    }

    private async Task<IActionResult> AnsweredAsync(long id, long asked, CancellationToken cancellationToken) => Request.IsForAPart()
        ? Partial("/Shared/_Note.cshtml", await desk.NoteOfAsync(asked, cancellationToken))
        : Redirect($"/dispatch/incident/{id}?asked={asked}");

    private async Task<IActionResult> ToldAsync(long id, Note note, CancellationToken cancellationToken)
    {
        if (Request.IsForAPart())
        {
            return Partial("/Shared/_Note.cshtml", note);
        }
        Answer = note;
        return await LoadAsync(id, cancellationToken) ? Page() : NotFound();
    }

    /// <summary>What is asked for; or nothing and what is missing.</summary>
    private DeskRequest? RequestOf(long id, IncidentForm form, out Phrase? missing)
    {
        Phrase? lacks = null;
        DeskRequest? request = form.Do switch
        {
            "sendCrew" or nameof(IncidentStage.Dispatched) => form is { Crew: { Length: > 0 } crew, PlannedAt: { } planned }
                ? new DeskRequest.SendCrew(id, crew, DeskAnswer.InstantOf(city, planned)!.Value)
                : Lacks(form.Crew is { Length: > 0 } ? IncidentText.RepairBy : IncidentText.CrewName),
            "assignOwner" => form.Owner is { Length: > 0 } owner ? new DeskRequest.AssignOwner(id, owner) : Lacks(IncidentText.AssignWhom),
            "comment" => form.Note is { Length: > 0 } ? new DeskRequest.Comment(id) : Lacks(IncidentText.Note),
            "visit" => new DeskRequest.Visit(id),
            "suspend" => form.Reason is { } reason ? new DeskRequest.Suspend(id, reason) : Lacks(IncidentText.Reason),
            "resume" => new DeskRequest.Resume(id),
            "reject" => new DeskRequest.Reject(id),
            "reopen" => new DeskRequest.Reopen(id),
            "escalate" => new DeskRequest.Escalate(id),
            "merge" => form.Parent is { } parent ? new DeskRequest.Merge(id, parent) : Lacks(IncidentText.MergeInto),
            "interrupt" => form is { Group: { } group, Condition: { } condition }
                ? new DeskRequest.Interrupt(id, group, condition)
                : Lacks(form.Group is null ? IncidentText.GroupOf : IncidentText.Condition),
            "reportCondition" => form.Condition is { } told ? new DeskRequest.ReportCondition(id, told) : Lacks(IncidentText.Condition),
            "recordOutage" => form is { Group: { } group, Kind: { } kind, From: { } from, To: { } to, Measure: { } measure }
                ? new DeskRequest.RecordOutage(id, group, kind, DeskAnswer.InstantOf(city, from)!.Value, DeskAnswer.InstantOf(city, to)!.Value, measure)
                : Lacks(IncidentText.RecordOutage),
            _ => Enum.TryParse(form.Do, out IncidentStage stage) && stage is >= IncidentStage.Acknowledged and <= IncidentStage.Closed
                ? new DeskRequest.Advance(id, stage)
                : Lacks(IncidentText.Act),
        };
        missing = lacks;
        return request;

        DeskRequest? Lacks(Phrase field)
        {
            lacks = field;
            return null;
        }
    }
}
