using System.Collections.Immutable;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>An incident as a list shows it.</summary>
/// <param name="Id">The journal's number; for <see cref="DeskRequest"/>.</param>
/// <param name="IncidentId">The incident in the IncidentLog contract: 0x and 64 hexadecimal digits.</param>
/// <param name="ObjectName">Name of the object that people read.</param>
/// <param name="Code">Code of the alarm that it came of, e.g. <c>A3.T1.HIGH</c>.</param>
/// <param name="Detail">What was seen, in words and figures.</param>
/// <param name="State">Stage, owner, crew, times and all else that the rules know of it.</param>
/// <param name="PlannedAt">Until when it is to be repaired, as was told; <c>null</c> while nobody has said.</param>
/// <param name="At">The instant that the clocks are of, source time.</param>
/// <param name="Clocks">All deadlines at that instant, in the order of <see cref="Deadline"/>.</param>
public sealed record IncidentView(
    long Id,
    string IncidentId,
    string ObjectName,
    string Code,
    string Detail,
    Incident State,
    DateTimeOffset? PlannedAt,
    DateTimeOffset At,
    ImmutableArray<DeadlineState> Clocks)
{
    /// <summary>The deadline that is over next, or is over the longest; <c>null</c> when none runs.</summary>
    public DeadlineState? Next => State.IsOpen
        ? Clocks.Where(clock => clock is { ReachedAt: null, Due: not null }).OrderBy(clock => clock.Due).Select(clock => (DeadlineState?)clock).FirstOrDefault()
        : null;

    /// <summary>Is a deadline over and not met?</summary>
    public bool IsOverdue => Clocks.Any(clock => clock is { Status: DeadlineStatus.Breached, ReachedAt: null });

    /// <summary>From when it may be closed, if the alarm stays away until then; <c>null</c> while the alarm's condition holds.</summary>
    public DateTimeOffset? ClosableFrom { get; init; }

    /// <summary>The classes of accidents (ПП 1014) that it makes at that instant, the gravest first; empty when it is no accident.</summary>
    public ImmutableArray<AccidentClass> AccidentClasses { get; init; } = [];
}

/// <summary>Open incidents of one cause.</summary>
/// <param name="Alarm">Alarm of the brief, 1..4.</param>
/// <param name="Open">How many are open.</param>
/// <param name="Overdue">How many have a deadline that is over and not met.</param>
/// <param name="Objects">Of how many objects.</param>
/// <param name="Urgent">Those whose next deadline is nearest, or is over the longest.</param>
public sealed record IncidentGroup(byte Alarm, int Open, int Overdue, int Objects, IReadOnlyList<IncidentView> Urgent);

/// <summary>Open incidents, grouped by cause.</summary>
/// <param name="At">The instant that the clocks are of, source time.</param>
/// <param name="Groups">By alarm.</param>
public sealed record IncidentBoard(DateTimeOffset At, IReadOnlyList<IncidentGroup> Groups)
{
    /// <summary>Nothing is open.</summary>
    public static IncidentBoard Empty { get; } = new(DateTimeOffset.UnixEpoch, []);

    /// <summary>How many are open.</summary>
    public int Open => Groups.Sum(group => group.Open);

    /// <summary>How many have a deadline that is over and not met.</summary>
    public int Overdue => Groups.Sum(group => group.Overdue);
}

/// <summary>An incident with all that belongs to it.</summary>
/// <param name="Incident">The incident.</param>
/// <param name="Entries">What was done, in order; the newest <see cref="OracleReader.MaxRows"/>.</param>
/// <param name="Warnings">Who was to be told that a deadline runs out, in order.</param>
/// <param name="Files">Files, in order.</param>
/// <param name="Outages">Outages that reduce bills, in order.</param>
/// <param name="Alarms">Alarms that it came of, newest first.</param>
/// <param name="Parts">Incidents that were merged into it: their <see cref="IncidentView.Id"/>.</param>
/// <param name="Parent">The incident that it was merged into.</param>
public sealed record IncidentCard(
    IncidentView Incident,
    IReadOnlyList<IncidentEntryView> Entries,
    IReadOnlyList<IncidentWarningView> Warnings,
    IReadOnlyList<EvidenceFileView> Files,
    IReadOnlyList<IncidentOutageView> Outages,
    IReadOnlyList<AlarmView> Alarms,
    IReadOnlyList<long> Parts,
    long? Parent);

/// <summary>An entry of an incident.</summary>
/// <param name="Id">The journal's number of it.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Stage">The stage that was reached, of <see cref="IncidentEntryKind.Advanced"/>.</param>
/// <param name="Time">Source time of it.</param>
/// <param name="By">Who did it; <see cref="IncidentIntake.Automaton"/> when nobody did.</param>
/// <param name="Signer">Whose key sends it to the incident log; empty for the oracle's.</param>
/// <param name="Note">What the person noted: the text of a comment.</param>
/// <param name="Request">What the person asked for; <c>null</c> when the rules made it.</param>
/// <param name="Evidence">The evidence, JSON; its Keccak-256 is on the chain.</param>
/// <param name="EvidenceHash">0x and 64 hexadecimal digits.</param>
/// <param name="ChainHash">Hash over it and all entries before, 0x and 64 hexadecimal digits.</param>
/// <param name="State">How far it has come to the chain; <c>null</c> when it stays off it.</param>
/// <param name="TransactionHash">The transaction, once sent.</param>
/// <param name="Refusal">Why the contract refused it, or why it waits.</param>
public sealed record IncidentEntryView(
    long Id,
    IncidentEntryKind Kind,
    IncidentStage? Stage,
    DateTimeOffset Time,
    string By,
    string Signer,
    string Note,
    DeskRequest? Request,
    string Evidence,
    string EvidenceHash,
    string ChainHash,
    OutboxState? State,
    string? TransactionHash,
    string? Refusal);

/// <summary>That somebody was to be told of a deadline.</summary>
/// <param name="Incident">The incident's <see cref="IncidentView.Id"/>.</param>
/// <param name="Warning">Which deadline, how much of it was gone, who, when.</param>
public sealed record IncidentWarningView(long Incident, DeadlineWarning Warning);

/// <summary>A file of an incident.</summary>
/// <param name="Hash">Keccak-256 of its bytes: 0x and 64 hexadecimal digits; for <see cref="OracleReader.OpenEvidenceAsync"/>.</param>
/// <param name="Name">Its name, without folders.</param>
/// <param name="MediaType">E.g. <c>image/jpeg</c>, as who added it said.</param>
/// <param name="Size">Bytes.</param>
/// <param name="By">Who added it.</param>
/// <param name="Time">When, source time.</param>
/// <param name="Note">What it shows.</param>
public sealed record EvidenceFileView(string Hash, string Name, string MediaType, long Size, string By, DateTimeOffset Time, string Note);

/// <summary>An outage of an incident.</summary>
/// <param name="Group">The group whose bills it reduces.</param>
/// <param name="Outage">What it was, and when.</param>
public sealed record IncidentOutageView(uint Group, Outage Outage);

/// <summary>An alarm that is not normal, as the rules have it now.</summary>
/// <param name="Substation">Number of the substation.</param>
/// <param name="Alarm">The rule.</param>
/// <param name="Status">Phase, and who made it mute, why and until when.</param>
public sealed record StandingAlarmView(uint Substation, AlarmRule Alarm, AlarmStatus Status);

/// <summary>What became of a request.</summary>
/// <param name="IsDone">Is it carried out? <c>null</c> while it waits for the oracle.</param>
/// <param name="Refusal">Why it was refused.</param>
public readonly record struct RequestAnswer(bool? IsDone, string? Refusal);
