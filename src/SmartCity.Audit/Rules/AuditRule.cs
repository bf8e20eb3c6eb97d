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
    public const string CommonNeeds = "A-09";
    public const string Bills = "A-10";
    public const string Payments = "A-11";
    public const string Conservation = "A-12";
    public const string State = "A-13";
    public const string Incidents = "A-14";
    public const string Corrections = "A-15";
    public const string Disputes = "A-16";
    public const string Netting = "A-17";

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
        [Tariffs] = "Tariffs follow one another and are never changed",
        [CommonNeeds] = "Common needs are what the house used beyond its flats",
        [Bills] = "Every bill is what readings, areas and the tariff make it, once a period",
        [Payments] = "Every payment goes to the oldest bill, in proportion to its lines",
        [Conservation] = "Settlement holds what it owes: providers' shares, credits and escrow, no more, no less",
        [State] = "The contracts' state is what their history makes it",
        [Incidents] = "Incidents move forward only, with evidence",
        [Corrections] = "Every correction names the one before it, its differences and the oracles in force, and takes no more than was used",
        [Disputes] = "Every dispute holds back what it disputes, and ends for one side",
        [Netting] = "Every obligation is netted once, and net positions add up to zero",
    };
}
