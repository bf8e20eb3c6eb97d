using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <content>What persons do with incidents.</content>
internal sealed partial class IncidentDesk
{
    /// <summary>Most outages of a group and month that the incident log takes.</summary>
    private const int MaxOutages = 64;

    private const int MaxDegrees = 50;

    /// <summary>Most that a request may look back: an outage touches no more months than these days make.</summary>
    private static readonly TimeSpan s_longestAgo = TimeSpan.FromDays(124);

    /// <summary>Most months that an outage may touch.</summary>
    private const int MaxPeriods = 4;

    /// <summary>Does what a person asks for.</summary>
    /// <param name="transaction">The transaction that answers the request.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="note">Why, or what was seen.</param>
    /// <param name="at">When it happened, source time; <c>null</c> for now.</param>
    /// <param name="now">Source time.</param>
    /// <returns>The incident after it; or why it cannot be done.</returns>
    public (Incident? Incident, string? Refusal) Do(
        JournalTransaction transaction, DeskRequest.OfIncident request, string by, string note, DateTimeOffset? at, DateTimeOffset now)
    {
        if (IncidentStore.Find(transaction, request.Incident) is not { } incident)
        {
            return (null, $"There is no incident {request.Incident}.");
        }
        if (at > now || at < now - s_longestAgo)
        {
            return (null, $"It cannot have happened at {at:u}: now it is {now:u}, and {s_longestAgo.Days} days are the most to look back.");
        }
        // Never before what is on record, though a source's clock may have been set back.
        DateTimeOffset time = at ?? (now > incident.State.StageAt ? now : incident.State.StageAt);
        string? refusal = Do(transaction, incident, request, new(default, time, by, Note: note, Request: request));
        if (refusal is null)
        {
            LogDone(incident.State.ObjectNumber, incident.State.Number, request.GetType().Name, by);
        }
        return refusal is null ? (IncidentStore.Find(transaction, incident.Id)!.State, null) : (null, refusal);
    }

    /// <summary>A person acknowledged an alarm: if an incident of it waits for an answer, that is one.</summary>
    public void Acknowledged(JournalTransaction transaction, DeskRequest.Acknowledge request, uint objectNumber, byte alarm, string by, string note, DateTimeOffset time)
    {
        if (StateOf(objectNumber).Open.TryGetValue(alarm, out Incident? incident) && incident.Stage == IncidentStage.Registered)
        {
            time = time > incident.StageAt ? time : incident.StageAt;
            StoredIncident stored = IncidentStore.Get(transaction, objectNumber, incident.Number);
            Apply(transaction, stored, new(IncidentEntryKind.Advanced, time, by, IncidentStage.Acknowledged, note, request),
                evidence => new IncidentCommand.Advance(IncidentStage.Acknowledged, time, by, evidence));
        }
    }

    private string? Do(JournalTransaction transaction, StoredIncident incident, DeskRequest.OfIncident request, EntryDraft draft)
    {
        (DateTimeOffset time, string by) = (draft.Time, draft.By);
        return request switch
        {
            DeskRequest.Advance advance => Advance(transaction, incident, advance.Stage, draft),
            DeskRequest.AssignOwner assign => Remark(transaction, incident, IncidentEntryKind.OwnerAssigned, draft,
                () => IsName(assign.Owner) ? incident.State with { Owner = assign.Owner } : null, "a name is needed"),
            DeskRequest.SendCrew send => SendCrew(transaction, incident, send, draft),
            DeskRequest.Comment => string.IsNullOrWhiteSpace(draft.Note)
                ? "A comment says something."
                : Remark(transaction, incident, IncidentEntryKind.Commented, draft),
            DeskRequest.AddEvidence file => AddFile(transaction, incident, file, draft),
            DeskRequest.Visit => Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Visited },
                evidence => new IncidentCommand.Visit(time, by, evidence)),
            DeskRequest.Suspend suspend => suspend.Reason == SuspensionReason.Other && string.IsNullOrWhiteSpace(draft.Note)
                ? "Say why."
                : Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Suspended },
                    evidence => new IncidentCommand.Suspend(suspend.Reason, time, by, evidence)),
            DeskRequest.Resume => Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Resumed },
                evidence => new IncidentCommand.Resume(time, by, evidence)),
            DeskRequest.Reject => Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Rejected },
                evidence => new IncidentCommand.Reject(time, by, evidence)),
            DeskRequest.Reopen => Reopen(transaction, incident, draft),
            DeskRequest.Merge merge => Merge(transaction, incident, merge.Parent, draft),
            DeskRequest.Escalate => Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Escalated },
                evidence => new IncidentCommand.Escalate(time, by, evidence)),
            DeskRequest.Interrupt interrupt => Interrupt(transaction, incident, interrupt, draft),
            DeskRequest.ReportCondition report => Apply(transaction, incident, draft with { Kind = IncidentEntryKind.ConditionReported },
                evidence => new IncidentCommand.ReportCondition(report.Condition, time, by, evidence)),
            DeskRequest.RecordOutage outage => RecordOutage(transaction, incident, outage, draft),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped request {request}."),
        };
    }

    private string? Advance(JournalTransaction transaction, StoredIncident incident, IncidentStage stage, EntryDraft draft)
    {
        if (stage == IncidentStage.Dispatched && incident.State.Crew is null)
        {
            return "Nobody is sent: say who, and until when it is to be repaired.";
        }
        if (stage is IncidentStage.Verified or IncidentStage.Closed && IsSameToTheLog(transaction, incident, draft.By))
        {
            return $"Neither {draft.By} nor {incident.State.EliminatedBy} has a key of their own, so the incident log could not tell them apart. "
                + "Have it done by a person with a key (smartcity key dispatcher).";
        }
        if (stage == IncidentStage.Closed && !IncidentStore.HasFile(transaction, incident.Id))
        {
            return "Nothing shows that it is over: add a photo or another file first.";
        }
        return Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Advanced, Stage = stage },
            evidence => new IncidentCommand.Advance(stage, draft.Time, draft.By, evidence));
    }

    /// <summary>The incident log knows persons by their keys alone: two without one are the same to it.</summary>
    private bool IsSameToTheLog(JournalTransaction transaction, StoredIncident incident, string by) =>
        incident.State.IsCritical && incident.State.EliminatedBy is { } other && !string.Equals(other, by, StringComparison.OrdinalIgnoreCase)
        && _keys.SignerOf(by) == IncidentStore.SignerOfElimination(transaction, incident.Id);

    private string? SendCrew(JournalTransaction transaction, StoredIncident incident, DeskRequest.SendCrew request, EntryDraft draft)
    {
        if (!IsName(request.Crew))
        {
            return $"The crew's name has 1 to {DeskRequest.MaxName} characters.";
        }
        if (request.PlannedAt <= draft.Time)
        {
            return $"It cannot be planned for {request.PlannedAt:u}: now it is {draft.Time:u}.";
        }
        StoredIncident sent = incident with { State = incident.State with { Crew = request.Crew } };
        string? refusal = incident.State.Stage switch
        {
            < IncidentStage.Acknowledged => "Nobody has answered for it yet: acknowledge it first.",
            IncidentStage.Acknowledged => Advance(transaction, sent, IncidentStage.Dispatched, draft),
            _ => Remark(transaction, incident, IncidentEntryKind.CrewSent, draft, () => sent.State, ""),
        };
        if (refusal is null)
        {
            IncidentStore.Plan(transaction, incident.Id, request.PlannedAt);
        }
        return refusal;
    }

    /// <summary>The log has one open incident for an object and an alarm: an ended one is reopened only while no other is.</summary>
    private string? Reopen(JournalTransaction transaction, StoredIncident incident, EntryDraft draft) =>
        !incident.State.IsOpen && StateOf(incident.State.ObjectNumber).Open.TryGetValue(incident.State.Alarm, out Incident? last) && last.Number != incident.State.Number
            ? $"Incident {last.Number} of the same alarm came after it."
            : Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Reopened },
                evidence => new IncidentCommand.Reopen(draft.Time, draft.By, evidence));

    private string? Merge(JournalTransaction transaction, StoredIncident incident, long parentId, EntryDraft draft)
    {
        if (IncidentStore.Find(transaction, parentId) is not { } parent)
        {
            return $"There is no incident {parentId}.";
        }
        (Incident part, Incident whole, IReadOnlyList<Deadline> breaches, string? refusal) = _machine.Merge(incident.State, parent.State, draft.Time);
        if (refusal is not null)
        {
            return refusal;
        }
        Add(transaction, incident with { State = part }, draft with { Kind = IncidentEntryKind.Merged }, _keys.SignerOf(draft.By), parent);
        Save(transaction, incident.Id, part);
        Save(transaction, parent.Id, whole);
        LogBreaches(part, breaches);
        return null;
    }

    private string? Interrupt(JournalTransaction transaction, StoredIncident incident, DeskRequest.Interrupt request, EntryDraft draft)
    {
        if (KindOf(request.Group) is not { } kind)
        {
            return $"The city has no group {request.Group}.";
        }
        DateTimeOffset month = _calendar.FirstHourOf(_calendar.PeriodOf(Hour.Containing(draft.Time))).Start;
        TimeSpan used = IncidentStore.Outages(transaction, request.Group, month, draft.Time)
            .Where(outage => outage.Kind == OutageKind.HeatInterruption)
            .Aggregate(TimeSpan.Zero, (sum, outage) => sum + (Earlier(At(outage.To), draft.Time) - Later(At(outage.From), month)));
        return Apply(transaction, incident, draft with { Kind = IncidentEntryKind.Interrupted },
            evidence => new IncidentCommand.Interrupt(request.Group, kind, request.Condition, used, draft.Time, draft.By, evidence));
    }

    private string? RecordOutage(JournalTransaction transaction, StoredIncident incident, DeskRequest.RecordOutage request, EntryDraft draft)
    {
        if (KindOf(request.Group) is not { } kind || kind == EnergyKind.Heat == (request.Kind == OutageKind.ElectricityInterruption))
        {
            return $"The city has no group {request.Group} that {request.Kind} could be of.";
        }
        if (request.From < DateTimeOffset.UnixEpoch.AddDays(1) || request.To > draft.Time
            || request.To.ToUnixTimeSeconds() <= request.From.ToUnixTimeSeconds())
        {
            return $"An outage ends after it began, and not later than now, {draft.Time:u}.";
        }
        if (!IsMeasure(request))
        {
            return $"{request.Measure} is no measure of {request.Kind} by the rules of {request.From:u}.";
        }
        Period first = _calendar.PeriodOf(Hour.Containing(request.From));
        Period last = _calendar.PeriodOf(Hour.Containing(request.To.AddSeconds(-1)));
        if (last.Value - first.Value >= MaxPeriods)
        {
            return "An outage touches the month in which it began and three more at most.";
        }
        bool isOfHeat = request.Kind != OutageKind.ElectricityInterruption;
        if (IncidentStore.Outages(transaction, request.Group, request.From, request.To)
            .Where(other => other.Kind != OutageKind.ElectricityInterruption == isOfHeat).Select(other => (Outage?)other).FirstOrDefault() is { } other)
        {
            return $"An hour is reduced once: an outage of {At(other.From):u} to {At(other.To):u} is on record.";
        }
        for (Period period = first; period.Value <= last.Value; period = period.Next)
        {
            DateTimeOffset start = _calendar.FirstHourOf(period).Start;
            if (IncidentStore.Outages(transaction, request.Group, start, _calendar.FirstHourOf(period.Next).Start).Count >= MaxOutages)
            {
                return $"Group {request.Group} has {MaxOutages} outages in {period}: the incident log takes no more.";
            }
        }
        return Apply(transaction, incident, draft with { Kind = IncidentEntryKind.OutageRecorded },
            evidence => new IncidentCommand.RecordOutage(draft.Time, draft.By, evidence),
            entry => IncidentStore.AddOutage(transaction, entry, request.Group, new(
                request.Kind, (ulong)request.From.ToUnixTimeSeconds(), (ulong)request.To.ToUnixTimeSeconds(), request.Measure)));
    }

    private bool IsMeasure(DeskRequest.RecordOutage request)
    {
        DeadlineRules row = _rules.DeadlinesAt(request.From);
        TimeSpan hours = TimeSpan.FromHours(request.Measure);
        return request.Kind switch
        {
            OutageKind.HeatCold => request.Measure is >= 1 and <= MaxDegrees,
            OutageKind.ElectricityInterruption => hours == row.OneFeed || hours == row.TwoFeeds,
            _ => hours == row.HeatBelow || row.HeatAtOnce.Any(limit => limit.Limit == hours),
        };
    }

    private string? AddFile(JournalTransaction transaction, StoredIncident incident, DeskRequest.AddEvidence file, EntryDraft draft)
    {
        string? refusal = !IsFileName(file.Name) ? $"A file's name has 1 to {DeskRequest.MaxName} characters and no folders."
            : !MediaType().IsMatch(file.MediaType) ? $"'{file.MediaType}' is no media type."
            : !Hash32.TryParse(file.Hash, out Hash32 hash) || !_files.Has(hash, file.Size) ? "The file's bytes are not there."
            : IncidentStore.Count(transaction, incident.Id, IncidentEntryKind.EvidenceAdded) >= IncidentStore.MaxFiles
                ? $"An incident has {IncidentStore.MaxFiles} files at most."
            : null;
        if (refusal is null)
        {
            long entry = IncidentStore.AddEntry(transaction, incident, draft with { Kind = IncidentEntryKind.EvidenceAdded }, _keys.SignerOf(draft.By));
            IncidentStore.AddFile(transaction, entry, file);
        }
        return refusal;
    }

    /// <summary>An entry about people or words: it stays off the chain, and changes no stage.</summary>
    private string? Remark(
        JournalTransaction transaction, StoredIncident incident, IncidentEntryKind kind, EntryDraft draft, Func<Incident?>? change = null, string needed = "")
    {
        if (IncidentStore.Count(
            transaction, incident.Id, IncidentEntryKind.Commented, IncidentEntryKind.OwnerAssigned, IncidentEntryKind.CrewSent) >= IncidentStore.MaxRemarks)
        {
            return $"An incident has {IncidentStore.MaxRemarks} remarks at most.";
        }
        if (change is not null)
        {
            if (!incident.State.IsOpen)
            {
                return "It is over.";
            }
            if (change() is not { } changed)
            {
                return $"It cannot be done: {needed}.";
            }
            Save(transaction, incident.Id, changed);
        }
        IncidentStore.AddEntry(transaction, incident, draft with { Kind = kind }, _keys.SignerOf(draft.By));
        return null;
    }

    /// <summary>Does what the rules allow, and writes the entry that says so.</summary>
    private string? Apply(
        JournalTransaction transaction, StoredIncident incident, EntryDraft draft, Func<string, IncidentCommand> command, Action<long>? written = null)
    {
        string evidence = Keccak.Hash256($"{incident.Hash} {draft}").ToString()[2..]; // Stands for that of the entry, which names its number.
        switch (_machine.Do(incident.State, command(evidence)))
        {
            case IncidentOutcome.Done done:
                long entry = Add(transaction, incident with { State = done.Incident }, draft, _keys.SignerOf(draft.By));
                Save(transaction, incident.Id, done.Incident);
                written?.Invoke(entry);
                LogBreaches(done.Incident, done.Breaches);
                return null;
            case IncidentOutcome.Refused refused:
                return refused.Reason;
            case var unknown:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {unknown}.");
        }
    }

    private void Save(JournalTransaction transaction, long id, Incident incident)
    {
        IncidentStore.Update(transaction, id, incident);
        IntakeState before = StateOf(incident.ObjectNumber);
        IntakeState after = IncidentIntake.Update(before, incident);
        if (after != before)
        {
            Keep(transaction, incident.ObjectNumber, after);
        }
    }

    private EnergyKind? KindOf(uint group) =>
        _plan.Segments.FirstOrDefault(segment => segment.Groups.Any(known => known.Number == group))?.Kind;

    private static DateTimeOffset At(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && name.Length <= DeskRequest.MaxName;

    private static bool IsFileName(string name) =>
        IsName(name) && name is not ("." or "..") && !name.Any(character => char.IsControl(character) || character is '/' or '\\');

    [GeneratedRegex("^[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex MediaType();

    [LoggerMessage(EventId = 5364, Level = LogLevel.Information, Message = "Incident {Number} of object {Object}: {Request} by {By}")]
    private partial void LogDone(uint @object, long number, string request, string by);
}
