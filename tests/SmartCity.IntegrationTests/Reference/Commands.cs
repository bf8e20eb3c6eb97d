namespace SmartCity.IntegrationTests.Reference;

/// <summary>
/// Something done to the city's ledger at a time (Unix seconds), never before the command before it. Plain values, so that one history
/// can be fed to the reference and to the contracts.
/// </summary>
internal abstract record Command(long At);

internal enum Energy
{
    Electricity,
    Heat,
}

/// <summary>A meter's last verification and how long it holds.</summary>
internal readonly record struct Verification(DateOnly On, int Months)
{
    /// <summary>Never expires within a history.</summary>
    public static Verification Fresh => new(new(2025, 1, 1), 204);
}

/// <summary>
/// A balance group with the verification of its meters. Channels: the parent's three (heat: one), then the consumers', whose phase is
/// their place modulo 3.
/// </summary>
internal sealed record AddGroup(
    long At,
    int Group,
    int Segment,
    Energy Energy,
    long FirstHour,
    Verification Parent,
    IReadOnlyList<Verification> Consumers) : Command(At);

/// <summary>
/// Prices, norms and rates from a period on; units as in the tariff book. There are 18 prices per kWh: that of band b of zone z of an
/// account of n zones stands at 3 × (n(n − 1)/2 + z) + b, all counted from 0.
/// </summary>
internal sealed record PublishTariff(
    long At,
    int FromPeriod,
    IReadOnlyList<long> Prices,
    long FirstBandLimit,
    long SecondBandLimit,
    long HeatPrice,
    int VatRate,
    int DueDay,
    int ElectricityProvider,
    int CommonNeedsProvider,
    int HeatProvider,
    int PenaltyRate,
    int ReductionRate,
    long ElectricityNorm,
    long HeatNorm,
    int NormCoefficient) : Command(At);

internal enum Heating
{
    None,
    House,
    Norm,
    OwnBoiler,
}

internal readonly record struct Terms(int Zones, int Residents, Heating Heating);

/// <summary>Where premises are connected; 0 is nothing. Area in dm².</summary>
internal readonly record struct Premises(int ElectricityGroup, int ElectricityChannel, int HeatGroup, int HeatChannel, long Area);

internal sealed record OpenAccount(long At, int Account, Premises Premises, int FirstPeriod, Terms Terms) : Command(At);

internal sealed record SetTerms(long At, int Account, int FromPeriod, Terms Terms) : Command(At);

/// <summary>The premises pass to a successor at the hour that their electricity segment waits for (without one: their heat segment).</summary>
internal sealed record MoveOut(long At, int Account, int Successor) : Command(At);

/// <summary>Quality: 0 measured, 1 interpolated, 2 averaged, 3 missing.</summary>
internal readonly record struct Interval(long Value, int Quality);

/// <summary>One hour of a segment: the intervals of each of its groups, by channel.</summary>
internal sealed record RecordHour(
    long At, int Segment, long Hour, IReadOnlyDictionary<int, IReadOnlyList<Interval>> Groups) : Command(At);

/// <summary>Signed differences of hours of one period, from <paramref name="FirstHour"/> on.</summary>
internal sealed record Correct(
    long At, int Group, int Channel, long FirstHour, IReadOnlyList<long> Differences, int FilledHours) : Command(At);

internal enum Fault
{
    None,
    Broken,
    AccessRefused,
}

/// <summary>From an hour on a meter does not count; <see cref="Fault.None"/> ends that.</summary>
internal sealed record ReportFault(long At, int Group, int Channel, Fault Fault, long FromHour) : Command(At);

/// <summary>Another meter from the hour on that the segment waits for.</summary>
internal sealed record ReplaceMeter(long At, int Group, int Channel, Verification Verification) : Command(At);

internal enum OutageType
{
    HeatInterruption,
    HeatCold,
    ElectricityInterruption,
}

/// <summary>An outage in seconds, half-open; measure: hours permitted, or whole degrees.</summary>
internal sealed record RecordOutage(long At, int Group, OutageType Type, long From, long To, int Measure) : Command(At);

/// <summary>
/// Volumes of a group up to a period are to be taken as they are known now; <paramref name="Again"/> after corrections and faults.
/// </summary>
internal sealed record FixVolumes(long At, int Group, int Period, bool Again) : Command(At);

internal sealed record IssueBills(long At, int Period, IReadOnlyList<int> Accounts) : Command(At);

internal sealed record Recalculate(long At, int Period, IReadOnlyList<int> Accounts) : Command(At);

internal sealed record AccruePenalties(long At, IReadOnlyList<int> Accounts) : Command(At);

/// <summary>Anyone pays, with an allowance or by a permit in the same call.</summary>
internal sealed record Pay(long At, int Account, long Amount, bool ByPermit = false) : Command(At);

/// <summary>The holder takes unused credit back.</summary>
internal sealed record Refund(long At, int Account, long Amount) : Command(At);

internal sealed record OpenDispute(long At, int Account, int Period, int Service, long Amount) : Command(At);

internal sealed record Concede(long At, int Account, int Period, int Service, long Amount) : Command(At);

internal sealed record Reject(long At, int Account, int Period, int Service) : Command(At);

internal sealed record WithdrawDispute(long At, int Account, int Period, int Service) : Command(At);

/// <summary>Anyone ends a dispute that the provider left unanswered.</summary>
internal sealed record SettleDispute(long At, int Account, int Period, int Service) : Command(At);

internal readonly record struct Obligation(int Debtor, int Creditor, long Amount);

/// <summary>A round of netting. Net debtors pay from their balance first, then from their payee's own money.</summary>
internal sealed record Net(long At, IReadOnlyList<Obligation> Obligations) : Command(At);

internal sealed record Withdraw(long At, int Provider, long Amount) : Command(At);

/// <summary>The bank mints settlement roubles for a provider's payee.</summary>
internal sealed record Fund(long At, int Provider, long Amount) : Command(At);

/// <summary>A command that the rules do not allow.</summary>
internal sealed class RefusedException(string message) : Exception(message);
