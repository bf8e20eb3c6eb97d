using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>What a person or the oracle does with an incident. Closed. Every entry has evidence but those about people.</summary>
/// <param name="Time">When it happened, source time.</param>
/// <param name="By">Who did it.</param>
/// <param name="Evidence">Hash of what is kept of it: 64 hexadecimal digits, not all zero.</param>
public abstract record IncidentCommand(DateTimeOffset Time, string By, string Evidence)
{
    /// <summary>To the next stage, from Registered to Closed.</summary>
    public sealed record Advance(IncidentStage Stage, DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>The alarm's condition has ended.</summary>
    public sealed record Clear(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>It is critical, for good.</summary>
    public sealed record Escalate(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>Someone was on the spot.</summary>
    public sealed record Visit(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>The clock of elimination stands, and no other.</summary>
    public sealed record Suspend(SuspensionReason Reason, DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>The clock of elimination runs again.</summary>
    public sealed record Resume(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>A false alarm.</summary>
    public sealed record Reject(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>The alarm is back, or what was done does not hold.</summary>
    public sealed record Reopen(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>A group is without supply.</summary>
    /// <param name="Group">Number of the balance group.</param>
    /// <param name="Kind">What is interrupted.</param>
    /// <param name="Condition">Of heat the °C indoors, rounded down; of electricity the number of independent feeds.</param>
    /// <param name="UsedBefore">How long heating had been interrupted in the month before.</param>
    /// <param name="Time">Since when.</param>
    /// <param name="By">Who found it.</param>
    /// <param name="Evidence">Hash of the evidence.</param>
    public sealed record Interrupt(
        uint Group, EnergyKind Kind, int Condition, TimeSpan UsedBefore, DateTimeOffset Time, string By, string Evidence)
        : IncidentCommand(Time, By, Evidence);

    /// <summary>How it is indoors now or will be, or how many feeds there are.</summary>
    /// <param name="Condition">As in <see cref="Interrupt"/>.</param>
    /// <param name="Time">When it was measured.</param>
    /// <param name="By">Who measured it.</param>
    /// <param name="Evidence">Hash of the evidence.</param>
    public sealed record ReportCondition(int Condition, DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);

    /// <summary>It reduces bills: an outage of it is on record.</summary>
    public sealed record RecordOutage(DateTimeOffset Time, string By, string Evidence) : IncidentCommand(Time, By, Evidence);
}

/// <summary>What became of a command. Closed.</summary>
public abstract record IncidentOutcome
{
    private IncidentOutcome()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Incident">The incident after it.</param>
    /// <param name="Breaches">Deadlines whose stage was reached late, or never, that it makes known.</param>
    public sealed record Done(Incident Incident, IReadOnlyList<Deadline> Breaches) : IncidentOutcome;

    /// <summary>It cannot be done.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Reason) : IncidentOutcome;
}
