using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The dispatch room as it was at a moment.</summary>
/// <param name="At">The moment, source time.</param>
/// <param name="Signals">The values then of one object's signals, by signal; what was older than <see cref="OracleReader.MomentReach"/> is not there.</param>
/// <param name="Alarms">Alarms that were open, newest first; at most <see cref="OracleReader.MaxRows"/>. Nothing of them is of later.</param>
/// <param name="Incidents">Incidents that were open, newest first; at most <see cref="OracleReader.MaxRows"/>.</param>
/// <param name="Entries">What was done in the day before it, newest first; at most <see cref="OracleReader.MaxRows"/>.</param>
public sealed record MomentView(
    DateTimeOffset At,
    IReadOnlyList<SignalView> Signals,
    IReadOnlyList<AlarmView> Alarms,
    IReadOnlyList<PastIncident> Incidents,
    IReadOnlyList<DeskEntryView> Entries);

/// <summary>How an incident stood at a moment of the past.</summary>
/// <param name="Id">The journal's number.</param>
/// <param name="ObjectName">Name of the object that people read.</param>
/// <param name="Code">Code of the alarm that it came of.</param>
/// <param name="RaisedAt">When the alarm was raised.</param>
/// <param name="Stage">How far it had come.</param>
/// <param name="StageAt">Since when.</param>
public sealed record PastIncident(long Id, string ObjectName, string Code, DateTimeOffset RaisedAt, IncidentStage Stage, DateTimeOffset StageAt);

/// <summary>An entry, of whichever incident.</summary>
/// <param name="Incident">The incident's <see cref="IncidentView.Id"/>.</param>
/// <param name="ObjectName">Name of its object.</param>
/// <param name="Code">Code of the alarm that it came of.</param>
/// <param name="Entry">The entry.</param>
public sealed record DeskEntryView(long Incident, string ObjectName, string Code, IncidentEntryView Entry);

/// <summary>A shift that was handed over.</summary>
/// <param name="Id">For <see cref="DeskRequest.TakeOver"/>.</param>
/// <param name="By">Who handed over.</param>
/// <param name="Note">What the next shift must know.</param>
/// <param name="Time">When, source time.</param>
/// <param name="Incidents">Incidents that were open: their <see cref="IncidentView.Id"/>.</param>
/// <param name="Alarms">Alarms that were open.</param>
/// <param name="TakenBy">Who took over; <c>null</c> while nobody has.</param>
/// <param name="TakenAt">When, source time.</param>
public sealed record HandoverView(
    long Id, string By, string Note, DateTimeOffset Time, IReadOnlyList<long> Incidents, int Alarms, string? TakenBy, DateTimeOffset? TakenAt);
