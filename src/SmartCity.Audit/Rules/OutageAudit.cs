using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>Replays the outages that were recorded: of which incident and group, when, and by how many hours they reduce bills.</summary>
internal sealed class OutageAudit(CityCalendar calendar, Registry registry, AuditLog log)
{
    private const int MaxPeriods = 4;
    private const uint SecondsPerHour = 3_600;
    private const int MaxDegrees = 50;

    private readonly Dictionary<(uint Group, Period Period), List<(Outage Part, IncidentLogContract.Outage Whole)>> _outages = [];
    private readonly HashSet<Hash32> _incidents = [];

    /// <summary>What is permitted, by date.</summary>
    public DeadlineRows Rows { get; } = new();

    /// <summary>The groups' periods that an outage touches.</summary>
    public IEnumerable<(uint Group, Period Period)> Touched => _outages.Keys;

    public void Apply(Entry<ContractEvent> entry)
    {
        switch (entry.Event)
        {
            case IncidentLogEvent.IncidentRaised raised:
                _incidents.Add(raised.Incident);
                break;
            case IncidentLogEvent.DeadlineRulesSet set:
                log[AuditRule.Deadlines].That(
                    Rows.Add(set.Rules, entry.Seconds) && set.ValidFrom == set.Rules.ValidFrom,
                    () => $"{entry.Where}: deadlines from {set.ValidFrom} on change what is in force");
                break;
            case IncidentLogEvent.OutageRecorded recorded:
                Record(recorded, entry);
                break;
        }
    }

    /// <summary>The hours of reduction of a group's period as known so far.</summary>
    public ReductionHours HoursOf(uint group, Period period) =>
        Outages.Of(PartsOf(group, period).Select(outage => outage.Part), Rows.At(StartOf(period)).HeatMonthHours);

    /// <summary>The last second in which a group's supply may be restored: what is permitted at once, and what is left of the month.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Electricity has one feed or two.</exception>
    public ulong RestoreDue(uint group, ulong from, sbyte condition)
    {
        IncidentLogContract.DeadlineRules rules = Rows.At(from);
        if (registry.Groups[group].Kind == EnergyKind.Electricity)
        {
            return from + SecondsPerHour * condition switch
            {
                1 => rules.OneFeedHours,
                2 => (ulong)rules.TwoFeedHours,
                _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Electricity has one feed or two."),
            };
        }
        Period period = PeriodAt(from);
        ulong end = StartOf(period.Next);
        ulong used = PartsOf(group, period).Select(outage => outage.Part)
            .Where(part => part.Kind == OutageKind.HeatInterruption && part.From < from)
            .Aggregate(0ul, (sum, part) => sum + Math.Min(part.To, from) - part.From);
        ulong ofMonth = from + Left(period, used);
        ofMonth = ofMonth > end ? end + Left(period.Next, 0) : ofMonth;
        return Math.Min(from + (ulong)DeadlineRows.HeatHoursOf(rules, condition) * SecondsPerHour, ofMonth);
    }

    /// <summary>The outages of a group that touch a period, in order of time, each as a whole.</summary>
    public IEnumerable<IncidentLogContract.Outage> OutagesOf(uint group, Period period) =>
        PartsOf(group, period).Select(outage => outage.Whole).OrderBy(outage => outage.From);

    private IReadOnlyList<(Outage Part, IncidentLogContract.Outage Whole)> PartsOf(uint group, Period period) =>
        _outages.GetValueOrDefault((group, period)) ?? [];

    private void Record(IncidentLogEvent.OutageRecorded recorded, Entry<ContractEvent> entry)
    {
        string place = $"outage of group {recorded.Group} ({entry.Where})";
        IncidentLogContract.Outage told = recorded.Outage;
        Findings findings = log[AuditRule.Outages];
        findings.That(
            told.Incident == recorded.Incident && _incidents.Contains(told.Incident) && !recorded.Evidence.IsZero && IsMeasure(told),
            () => $"{place}: {told} is without an incident, evidence or a measure");
        EnergyKind kind = told.Kind == IncidentLogContract.OutageKind.ElectricityInterruption ? EnergyKind.Electricity : EnergyKind.Heat;
        findings.That(
            registry.Groups.TryGetValue(recorded.Group, out AuditedGroup? group) && group.Kind == kind,
            () => $"{place}: {told.Kind} of a group that is unknown or counts something else");
        bool isPast = told.From < told.To && told.To <= entry.Seconds
            && PeriodAt(told.To - 1).Value - PeriodAt(told.From).Value < MaxPeriods;
        findings.That(isPast, () => $"{place}: from {told.From} to {told.To}, recorded at {entry.Seconds}, is not a time that was, or too long");
        if (!isPast)
        {
            return;
        }
        Outage outage = new((OutageKind)told.Kind, told.From, told.To, told.Measure);
        foreach ((Period period, Outage part) in outage.ByPeriod(calendar))
        {
            if (IsApart(recorded.Group, period, part))
            {
                _outages.TryAdd((recorded.Group, period), []);
                _outages[(recorded.Group, period)].Add((part, told));
            }
            else
            {
                findings.That(false, () => $"{place}: it overlaps another one in {period}: an hour is reduced once");
            }
        }
    }

    private Period PeriodAt(ulong second) => calendar.PeriodOf(new((uint)(second / SecondsPerHour)));

    private bool IsMeasure(IncidentLogContract.Outage outage)
    {
        IncidentLogContract.DeadlineRules rules = Rows.At(outage.From);
        return outage.Kind switch
        {
            IncidentLogContract.OutageKind.HeatInterruption => rules.HeatHours.Contains(outage.Measure),
            IncidentLogContract.OutageKind.HeatCold => outage.Measure is >= 1 and <= MaxDegrees,
            _ => outage.Measure == rules.OneFeedHours || outage.Measure == rules.TwoFeedHours,
        };
    }

    /// <summary>Seconds of a month that heating may be interrupted still.</summary>
    private ulong Left(Period period, ulong used)
    {
        ulong budget = Rows.At(StartOf(period)).HeatMonthHours * (ulong)SecondsPerHour;
        return budget - Math.Min(budget, used);
    }

    private ulong StartOf(Period period) => (ulong)calendar.FirstHourOf(period).Value * SecondsPerHour;

    private bool IsApart(uint group, Period period, Outage part) => PartsOf(group, period).All(other =>
        (other.Part.Kind == OutageKind.ElectricityInterruption) != (part.Kind == OutageKind.ElectricityInterruption)
        || other.Part.To <= part.From || part.To <= other.Part.From);
}
