namespace SmartCity.Audit;

/// <summary>The rules of an audit, in the order of the report.</summary>
internal static class AuditRule
{
    public const string Events = "A-01";
    public const string Sequence = "A-02";
    public const string Chain = "A-03";
    public const string Signatures = "A-04";
    public const string Payloads = "A-05";
    public const string Balances = "A-06";
    public const string Registers = "A-07";
    public const string Tariffs = "A-08";
    public const string Volumes = "A-09";
    public const string Bills = "A-10";
    public const string Payments = "A-11";
    public const string Conservation = "A-12";
    public const string State = "A-13";
    public const string Incidents = "A-14";
    public const string Corrections = "A-15";
    public const string Disputes = "A-16";
    public const string Netting = "A-17";
    public const string Accounts = "A-18";
    public const string Recalculations = "A-19";
    public const string Penalties = "A-20";
    public const string Outages = "A-21";
    public const string Deadlines = "A-22";

    /// <summary>What each rule demands.</summary>
    public static IReadOnlyDictionary<string, string> Titles { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [Events] = "Every log is an event of its contract",
        [Sequence] = "Every hour of a segment is there exactly once, in order",
        [Chain] = "Every batch names the batch before it, its payload and the oracles in force",
        [Signatures] = "Every batch and correction bears enough valid signatures of the oracles in force",
        [Payloads] = "Every payload states a value or its absence for every channel",
        [Balances] = "Every imbalance of a phase is logged, and none that is not",
        [Registers] = "Registers are the sums of their intervals and corrections, now, and of their intervals at the end of each period",
        [Tariffs] = "Tariffs follow one another, are published before they are in force, and are never changed",
        [Volumes] = "Every volume is what hours, corrections, meters, terms and norms made it when it was fixed",
        [Bills] = "Every bill is what volumes, areas, terms, outages and the tariff make it, line by line, each period once and in order",
        [Payments] = "Every payment goes to the oldest bill, principal first, in proportion to its lines, no line is paid twice, and every credit is told",
        [Conservation] = "Settlement holds what it owes: providers' shares, credits and escrow, no more, no less",
        [State] = "The contracts' state is what their history makes it",
        [Incidents] = "Incidents advance stage by stage with evidence, one open of an object and an alarm, critical ones closed by another",
        [Corrections] = "Every correction names the one before it, its differences and the oracles in force, and takes no more than was used",
        [Disputes] = "Every dispute holds back what it disputes, and ends for one side",
        [Netting] = "Every obligation is netted once, and net positions add up to zero",
        [Accounts] = "Every account has premises of its own and terms in order; premises pass on with their registers as they stand",
        [Recalculations] = "Every recalculation is what a period costs as known then, less what was charged for it",
        [Penalties] = "Penalties are counted by days at the rates in force on what was outstanding, and billed once",
        [Outages] = "Every outage belongs to an incident, and no hour is reduced twice",
        [Deadlines] = "Every deadline is counted from its own time by the rules in force, and every breach is told, and no other",
    };
}
