using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>Where a segment stands.</summary>
/// <param name="Segment">Its number.</param>
/// <param name="NextHour">The hour it waits for.</param>
/// <param name="LastBatch">Id of its last batch; zero when it has none.</param>
public readonly record struct SegmentHead(uint Segment, Hour NextHour, Hash32 LastBatch);

/// <summary>A bill that was issued.</summary>
/// <param name="Account">The account.</param>
/// <param name="Period">The month.</param>
/// <param name="Bill">Lines, total, VAT contained, and day by which it is due.</param>
/// <param name="UnmeasuredHours">Hours of the month in which the account's own meter had no measured value.</param>
public sealed record IssuedBill(Hash32 Account, Period Period, Bill Bill, ushort UnmeasuredHours)
{
    /// <summary>The bill that billing told of.</summary>
    public static IssuedBill From(BillingEvent.BillIssued told)
    {
        ArgumentNullException.ThrowIfNull(told);
        BillLine[] lines = told.Lines.Select(line => new BillLine(
            ToDomain(line.Service), line.Provider, new(line.Quantity), new(line.Price), new(line.Amount))).ToArray();
        return new(
            told.Account, new(told.Period), new(lines, new(told.Total), new(told.Vat), PlanOnChain.ToDate(told.DueOn)),
            told.UnmeasuredHours);
    }

    /// <summary>A service as the domain names it.</summary>
    public static Service ToDomain(BillingContract.Service service) => service switch
    {
        BillingContract.Service.ElectricityDay => Service.ElectricityDay,
        BillingContract.Service.ElectricityNight => Service.ElectricityNight,
        BillingContract.Service.CommonNeedsDay => Service.CommonNeedsDay,
        BillingContract.Service.CommonNeedsNight => Service.CommonNeedsNight,
        BillingContract.Service.Heating => Service.Heating,
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "No such service."),
    };
}

/// <summary>A payment that settlement received.</summary>
/// <param name="Account">Whose debt it pays.</param>
/// <param name="Payer">Who paid.</param>
/// <param name="Amount">How much.</param>
/// <param name="Block">The block.</param>
/// <param name="Transaction">The transaction: the payment's reference.</param>
public sealed record ReceivedPayment(Hash32 Account, Address Payer, Kopecks Amount, ulong Block, Hash32 Transaction);

/// <summary>What an account owes and has.</summary>
/// <param name="Account">The account.</param>
/// <param name="Debt">Outstanding of all its bills.</param>
/// <param name="Credit">Money that has not paid a bill yet.</param>
public readonly record struct AccountBalance(Hash32 Account, Kopecks Debt, Kopecks Credit);

/// <summary>A phase that did not balance in an hour.</summary>
/// <param name="Group">The group.</param>
/// <param name="Hour">The hour.</param>
/// <param name="Phase">The phase, 0..2.</param>
/// <param name="Difference">Parent minus consumers, Wh or kcal.</param>
/// <param name="Tolerance">What was permitted, Wh or kcal.</param>
public readonly record struct RecordedImbalance(uint Group, Hour Hour, byte Phase, long Difference, ulong Tolerance);

/// <summary>One step of an incident.</summary>
/// <param name="Stage">The stage that was reached.</param>
/// <param name="Time">Source time.</param>
/// <param name="Evidence">Hash of the evidence.</param>
/// <param name="Block">The block that has it.</param>
public sealed record IncidentStep(IncidentLogContract.Stage Stage, DateTimeOffset Time, Hash32 Evidence, ulong Block);

/// <summary>An incident as the chain keeps it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Substation">Number of the substation in the plan.</param>
/// <param name="Alarm">Alarm of the brief: 1 pressure drop, 2 pump fault, 3 out of limits, 4 leak.</param>
/// <param name="ClearedAt">When the alarm's condition ended; null while it lasts.</param>
/// <param name="Steps">What happened, in order; the first is that it was raised.</param>
public sealed record RecordedIncident(
    Hash32 Id, uint Substation, byte Alarm, DateTimeOffset? ClearedAt, IReadOnlyList<IncidentStep> Steps)
{
    /// <summary>When it was raised.</summary>
    public DateTimeOffset RaisedAt => Steps[0].Time;

    /// <summary>The stage it is in.</summary>
    public IncidentLogContract.Stage Stage => Steps[^1].Stage;

    /// <summary>All incidents, in the order in which they were raised, from what the contract told in the order of the chain.</summary>
    /// <exception cref="LedgerException">An incident was changed that was never raised: events are missing.</exception>
    public static IReadOnlyList<RecordedIncident> From(IEnumerable<CityLogEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Dictionary<Hash32, RecordedIncident> incidents = [];
        List<Hash32> order = [];
        foreach (CityLogEntry entry in entries)
        {
            switch (entry.Event)
            {
                case IncidentLogEvent.IncidentRaised raised:
                    order.Add(raised.Incident);
                    incidents[raised.Incident] = new(raised.Incident, raised.Object, raised.Alarm, null,
                        [new(IncidentLogContract.Stage.Raised, TimeOf(raised.Time), raised.Evidence, entry.Log.BlockNumber)]);
                    break;
                case IncidentLogEvent.IncidentCleared cleared:
                    incidents[cleared.Incident] = Find(incidents, cleared.Incident) with { ClearedAt = TimeOf(cleared.Time) };
                    break;
                case IncidentLogEvent.IncidentAdvanced advanced:
                    RecordedIncident before = Find(incidents, advanced.Incident);
                    IncidentStep step = new(advanced.Stage, TimeOf(advanced.Time), advanced.Evidence, entry.Log.BlockNumber);
                    incidents[advanced.Incident] = before with { Steps = [.. before.Steps, step] };
                    break;
            }
        }
        return order.Select(id => incidents[id]).ToArray();
    }

    private static DateTimeOffset TimeOf(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds);

    private static RecordedIncident Find(Dictionary<Hash32, RecordedIncident> incidents, Hash32 id) =>
        incidents.TryGetValue(id, out RecordedIncident? incident)
            ? incident
            : throw new LedgerException($"Incident {id} was changed, but it was never raised.");
}
