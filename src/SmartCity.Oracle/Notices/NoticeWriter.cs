using System.Globalization;
using SmartCity.Domain;
using SmartCity.Notices;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Writes what organisations are told of a change of an incident, in Russian and English. Pure: the same change is the same notice.</summary>
internal sealed class NoticeWriter
{
    private const int AllOfTheTime = 100;

    private readonly CityPlan _plan;
    private readonly CityCalendar _calendar;
    private readonly IncidentClocks _clocks;
    private readonly Dictionary<string, AlarmRule> _rules;

    /// <summary>A writer for the objects of a plan.</summary>
    public NoticeWriter(CityPlan plan)
    {
        _plan = plan;
        _calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
        _clocks = new(RuleFiles.Incidents(), _calendar);
        _rules = RuleFiles.Substation(AlarmMode.Refined).Rules.ToDictionary(rule => rule.Code); // The texts are the same in either mode.
    }

    /// <summary>The notice of a change.</summary>
    /// <exception cref="System.Text.Json.JsonException">The incident is not as the journal writes it.</exception>
    /// <exception cref="ArgumentException">The incident is not one that can be told.</exception>
    public IncidentNotice Write(QueuedNotice queued)
    {
        Incident incident = IncidentStore.Parse(queued.State);
        SubstationPlan? substation = _plan.Substations.FirstOrDefault(known => known.Number == incident.ObjectNumber);
        HashSet<uint> groups = [.. substation?.Groups ?? []];
        AlarmRule? rule = _rules.GetValueOrDefault(queued.Code);
        Severity raised = queued.Severity ?? rule?.Severity ?? Severity.Major;
        return new()
        {
            Incident = new(incident.ObjectNumber, incident.Number),
            Sequence = checked((int)queued.Id),
            At = queued.Time,
            ObjectName = queued.ObjectName,
            Alarm = incident.Alarm,
            Severity = incident.IsCritical && raised < Severity.Critical ? Severity.Critical : raised,
            Stage = incident.Stage,
            RaisedAt = incident.RaisedAt,
            RegisteredAt = incident.RegisteredAt ?? incident.RaisedAt,
            ClearedAt = incident.ClearedAt,
            Deadlines = [.. DeadlinesOf(incident, queued.Time)],
            Warning = queued.Warning,
            Crew = incident.Crew,
            Russian = Text(NoticeWords.Russian, queued, incident, rule),
            English = Text(NoticeWords.English, queued, incident, rule),
            Groups =
            [
                .. _plan.Segments.SelectMany(segment => segment.Groups.Where(group => groups.Contains(group.Number))
                    .Select(group => new NoticeGroup(group.Number, segment.Kind, group.Name))),
            ],
            Houses =
            [
                .. _plan.Houses.Where(house => house.Flats.Any(flat => groups.Contains(flat.HeatGroup) || groups.Contains(flat.ElectricityGroup)))
                    .Select(house => house.Name),
            ],
            Providers = [.. substation?.Providers ?? []],
        };
    }

    /// <summary>How the incident stands with each deadline. What a person enters late happened before the stage at which it was entered.</summary>
    private IEnumerable<NoticeDeadline> DeadlinesOf(Incident incident, DateTimeOffset time) =>
        _clocks.At(incident, time > incident.StageAt ? time : incident.StageAt)
            .Where(clock => clock is { Due: not null, Status: not DeadlineStatus.None })
            .Select(clock => new NoticeDeadline(clock.Deadline, clock.Due!.Value, clock.Status));

    private NoticeText Text(NoticeWords words, QueuedNotice queued, Incident incident, AlarmRule? rule)
    {
        AlarmText alarm = rule is null ? new(queued.Code, "", "") : words.TextOf(rule);
        bool isOver = incident.Stage >= IncidentStage.Closed;
        return new()
        {
            Title = alarm.Title,
            Headline = $"{alarm.Title}, {queued.ObjectName}: {Happened(words, queued, incident)}",
            Description = string.Join('\n', Lines(words, queued, incident, rule, isOver).Prepend(alarm.Meaning).Where(line => line.Length > 0)),
            Instruction = isOver ? words.NothingToDo : alarm.Action,
        };
    }

    private static string Happened(NoticeWords words, QueuedNotice queued, Incident incident) => queued switch
    {
        { Warning: { Percent: < AllOfTheTime } warning } => words.RunsOut(words.Deadlines[(int)warning.Deadline], warning.Percent),
        { Warning: { } warning } => words.IsOver(words.Deadlines[(int)warning.Deadline]),
        { Kind: IncidentEntryKind.Reopened } => words.Reopened,
        { Kind: IncidentEntryKind.Escalated } => words.Escalated,
        { Kind: IncidentEntryKind.Interrupted } => words.Interrupted,
        _ => words.Stages[(int)incident.Stage],
    };

    private IEnumerable<string> Lines(NoticeWords words, QueuedNotice queued, Incident incident, AlarmRule? rule, bool isOver)
    {
        // The journal tells what was seen after the alarm's English title.
        string title = $"{rule?.English.Title}: ";
        yield return $"{words.Seen}: {(queued.Detail.StartsWith(title, StringComparison.Ordinal) ? queued.Detail[title.Length..] : queued.Detail)}";
        yield return $"{words.Raised}: {Local(incident.RaisedAt)}";
        if (incident.ClearedAt is { } cleared)
        {
            yield return $"{words.Cleared}: {Local(cleared)}";
        }
        if (incident is { Interruption: { } interruption, Stage: < IncidentStage.Restored })
        {
            yield return $"{words.InterruptedSince}: {Local(interruption.From)}";
        }
        if (incident.Crew is { } crew && !isOver)
        {
            yield return $"{words.Crew}: {crew}";
        }
        if (queued.PlannedAt is { } planned && incident.Stage is >= IncidentStage.Dispatched and < IncidentStage.Restored)
        {
            yield return $"{words.Planned}: {Local(planned)}";
        }
        if (queued.Warning is { } warning)
        {
            yield return $"{words.Due}: {Local(warning.Due)}";
        }
        if (incident.Parent is { } parent)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{words.PartOf}: {parent.ObjectNumber}-{parent.Number}");
        }
    }

    private string Local(DateTimeOffset time) => _calendar.ToLocal(time).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
