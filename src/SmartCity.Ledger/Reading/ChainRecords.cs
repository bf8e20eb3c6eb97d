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
/// <param name="Lines">Its lines, in their order.</param>
/// <param name="Total">Sum of the lines.</param>
/// <param name="Vat">VAT contained in the principal services.</param>
/// <param name="DueOn">Last day of payment, local calendar.</param>
public sealed record IssuedBill(
    Hash32 Account, Period Period, IReadOnlyList<BilledLine> Lines, Kopecks Total, Kopecks Vat, DateOnly DueOn)
{
    /// <summary>The bill that billing told of.</summary>
    /// <exception cref="FormatException">A line is none.</exception>
    public static IssuedBill From(BillingEvent.BillIssued told)
    {
        ArgumentNullException.ThrowIfNull(told);
        return new(
            told.Account, new(told.Period), [.. told.Lines.Select(PackedLine.Unpack)], new(told.Total), new(told.Vat),
            PlanOnChain.ToDate(told.DueOn));
    }

    /// <summary>What a service costs in this bill: the sum of its lines.</summary>
    /// <exception cref="OverflowException">The lines come to less than nothing: no contract issues such a bill.</exception>
    public Kopecks AmountOf(BilledService service) =>
        new((ulong)Lines.Where(line => line.Service == service).Sum(line => line.Amount.Value));
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
                        [new(IncidentLogContract.Stage.Detected, TimeOf(raised.Time), raised.Evidence, entry.Log.BlockNumber)]);
                    break;
                case IncidentLogEvent.IncidentCleared cleared:
                    incidents[cleared.Incident] = Find(incidents, cleared.Incident) with { ClearedAt = TimeOf(cleared.Time) };
                    break;
                case IncidentLogEvent.IncidentAdvanced advanced:
                    Step(advanced.Incident, advanced.Stage, advanced.Time, advanced.Evidence);
                    break;
                case IncidentLogEvent.IncidentReopened reopened:
                    Step(reopened.Incident, reopened.Stage, reopened.Time, reopened.Evidence);
                    incidents[reopened.Incident] = incidents[reopened.Incident] with { ClearedAt = null };
                    break;
                case IncidentLogEvent.IncidentRejected rejected:
                    Step(rejected.Incident, IncidentLogContract.Stage.Rejected, rejected.Time, rejected.Evidence);
                    break;
                case IncidentLogEvent.IncidentMerged merged:
                    Step(merged.Incident, IncidentLogContract.Stage.Merged, merged.Time, merged.Evidence);
                    break;
            }

            void Step(Hash32 id, IncidentLogContract.Stage stage, ulong time, Hash32 evidence)
            {
                RecordedIncident before = Find(incidents, id);
                incidents[id] = before with { Steps = [.. before.Steps, new(stage, TimeOf(time), evidence, entry.Log.BlockNumber)] };
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
