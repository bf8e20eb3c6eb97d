using System.Collections.Immutable;
using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>How long heating may be interrupted at once, at so many degrees indoors and more.</summary>
/// <param name="Degrees">Whole °C.</param>
/// <param name="Limit">Whole hours.</param>
public readonly record struct HeatLimit(int Degrees, TimeSpan Limit);

/// <summary>The law's deadlines from a day on. All spans are whole seconds.</summary>
/// <param name="ValidFrom">First instant at which they are in force.</param>
/// <param name="ValidTo">First instant at which they are not any more; <c>null</c> while nobody knows.</param>
/// <param name="Acts">Where they are written.</param>
/// <param name="Acknowledge">From registration to an answer.</param>
/// <param name="Plan">From registration until the time of repair is told.</param>
/// <param name="Localise">From registration until it spreads no further.</param>
/// <param name="Visit">From registration until someone is on the spot.</param>
/// <param name="Eliminate">From the beginning of the alarm until its cause is gone.</param>
/// <param name="Quiet">How long a signal must have been normal before the incident is closed, and within which a closed one is reopened.</param>
/// <param name="HeatMonth">How long heating may be interrupted in a month in all.</param>
/// <param name="OneFeed">How long electricity may be interrupted with one feed.</param>
/// <param name="TwoFeeds">The same with two independent ones.</param>
/// <param name="HeatAtOnce">How long heating may be interrupted at once, from the warmest on.</param>
/// <param name="HeatBelow">The same where it is colder than all of those.</param>
public sealed record DeadlineRules(
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidTo,
    ImmutableArray<string> Acts,
    TimeSpan Acknowledge,
    TimeSpan Plan,
    TimeSpan Localise,
    TimeSpan Visit,
    TimeSpan Eliminate,
    TimeSpan Quiet,
    TimeSpan HeatMonth,
    TimeSpan OneFeed,
    TimeSpan TwoFeeds,
    ImmutableArray<HeatLimit> HeatAtOnce,
    TimeSpan HeatBelow)
{
    /// <summary>How long a supply may be interrupted at once.</summary>
    /// <param name="kind">What is interrupted.</param>
    /// <param name="condition">Of heat the °C indoors, rounded down; of electricity the number of independent feeds.</param>
    public TimeSpan AtOnce(EnergyKind kind, int condition)
    {
        if (kind == EnergyKind.Electricity)
        {
            return condition >= 2 ? TwoFeeds : OneFeed;
        }
        foreach (HeatLimit limit in HeatAtOnce)
        {
            if (condition >= limit.Degrees)
            {
                return limit.Limit;
            }
        }
        return HeatBelow;
    }
}

/// <summary>What makes an accident of heat supply, from a day on.</summary>
/// <param name="ValidFrom">First instant at which it is in force.</param>
/// <param name="ValidTo">First instant at which it is not any more; <c>null</c> while nobody knows.</param>
/// <param name="Acts">Where it is written.</param>
/// <param name="Stop">1.1: heat stopped for longer than this.</param>
/// <param name="Equipment">1.2: equipment out of order for so long or longer.</param>
/// <param name="Interruption">1.4: heat interrupted for longer than this.</param>
/// <param name="Shortfall">1.5: supply temperature below the chart by so many percent or more.</param>
public sealed record AccidentRules(
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidTo,
    ImmutableArray<string> Acts,
    TimeSpan Stop,
    TimeSpan Equipment,
    TimeSpan Interruption,
    decimal Shortfall);

/// <summary>When an alarm becomes an incident.</summary>
/// <param name="AtOnce">Numbers of alarms that do at once.</param>
/// <param name="Unacknowledged">How long another one must stand without anybody saying that he knows.</param>
/// <param name="Repeated">How many raisings are enough otherwise.</param>
/// <param name="Within">Within what time.</param>
public sealed record IntakeRules(ImmutableArray<byte> AtOnce, TimeSpan Unacknowledged, int Repeated, TimeSpan Within);

/// <summary>Who is told of a deadline that runs out.</summary>
public enum EscalationLevel
{
    /// <summary>The dispatcher on duty.</summary>
    Dispatcher,

    /// <summary>The head of the shift.</summary>
    ShiftHead,

    /// <summary>The city's duty and dispatch service (ЕДДС).</summary>
    DutyService,

    /// <summary>The administration.</summary>
    Administration,
}

/// <summary>A step of the escalation chain.</summary>
/// <param name="Percent">How much of a deadline's time is gone.</param>
/// <param name="To">Who is told.</param>
public readonly record struct EscalationStep(int Percent, EscalationLevel To);

/// <summary>All that incidents are judged by: data with dates, read from config/incidents.json. Immutable.</summary>
/// <param name="Deadlines">Rows by day, without gap or overlap.</param>
/// <param name="Accidents">Rows by day, without gap or overlap.</param>
/// <param name="Intake">When an alarm becomes an incident.</param>
/// <param name="Escalation">Steps with rising percentages.</param>
public sealed record IncidentRules(
    ImmutableArray<DeadlineRules> Deadlines, ImmutableArray<AccidentRules> Accidents, IntakeRules Intake, ImmutableArray<EscalationStep> Escalation)
{
    /// <summary>Reads the rules.</summary>
    /// <param name="utf8">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="RuleBookException">It breaks the format; every mistake is named with line and column.</exception>
    public static IncidentRules Parse(ReadOnlySpan<byte> utf8, string file)
    {
        List<RuleProblem> problems = [];
        IncidentRules rules = new IncidentRulesReader(file, problems).Read(JsonText.Parse(utf8, file));
        return problems.Count == 0 ? rules : throw new RuleBookException(problems);
    }

    /// <summary>The deadlines in force at an instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No row is in force then.</exception>
    public DeadlineRules DeadlinesAt(DateTimeOffset time) =>
        Deadlines.LastOrDefault(row => row.ValidFrom <= time && (row.ValidTo is null || time < row.ValidTo))
        ?? throw new ArgumentOutOfRangeException(nameof(time), time, "No deadlines are in force then.");

    /// <summary>What makes an accident at an instant; <c>null</c> where no act says so.</summary>
    public AccidentRules? AccidentsAt(DateTimeOffset time) =>
        Accidents.LastOrDefault(row => row.ValidFrom <= time && (row.ValidTo is null || time < row.ValidTo));
}
