using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>What a city's programs write, with the domain's types, as calls ready to be sent. Pure. Gas limits are given where calls are
/// sent many at a time and the node cannot estimate them one by one.</summary>
public static class CityCalls
{
    /// <summary>Most accounts of one <see cref="IssueBills"/> call: so many bills stay below <see cref="MaxGas"/>.</summary>
    public const int MaxBillsPerCall = 50;

    /// <summary>Most gas that one transaction may use (EIP-7825).</summary>
    public const ulong MaxGas = 16_777_216;

    // Measured on the contracts and rounded up; what is not used costs nothing. A slot's dearest hour is the first of a period, nothing
    // of it in order (bench/gas.mjs): 256 slots and 31 signatures stay below MaxGas.
    private const ulong HourGas = 250_000;
    private const ulong HourGasPerSlot = 61_500;
    private const ulong HourGasPerSignature = 10_000;
    private const ulong BillsGas = 600_000;
    private const ulong GasPerBill = 250_000;
    private const ulong CallGas = 500_000;
    private const ulong OutageGas = 8_000_000;
    private const ulong CorrectionGas = 400_000;
    private const ulong CorrectionGasPerHour = 4_000;

    /// <summary>Records an hour. Anyone may send it.</summary>
    /// <param name="city">The contracts.</param>
    /// <param name="batch">What was signed.</param>
    /// <param name="signatures">As <see cref="BatchSignatures.Combine"/> gives them.</param>
    public static TransactionRequest RecordHour(this CityContracts city, HourBatch batch, ReadOnlyMemory<byte> signatures)
    {
        ArgumentNullException.ThrowIfNull(city);
        ArgumentNullException.ThrowIfNull(batch);
        ulong slots = (ulong)(batch.Payload.Length / HourPayload.BytesPerSlot);
        ulong signers = (ulong)(signatures.Length / Ethereum.Signing.EthECDSASignature.Size);
        return Request(
            city.ReadingLedger.Record(batch.Segment, batch.Hour.Value, batch.PreviousBatch, batch.Payload, signatures),
            HourGas + HourGasPerSlot * slots + HourGasPerSignature * signers);
    }

    /// <summary>Proves that an oracle signed two batches for one hour: it is suspended. Anyone may send it.</summary>
    public static TransactionRequest ReportEquivocation(
        this CityContracts city,
        ReadingLedgerContract.Batch first,
        ReadOnlyMemory<byte> firstSignature,
        ReadingLedgerContract.Batch second,
        ReadOnlyMemory<byte> secondSignature)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.ReadingLedger.ReportEquivocation(first, firstSignature, second, secondSignature), CallGas);
    }

    /// <summary>Records a correction. Anyone may send it.</summary>
    /// <param name="city">The contracts.</param>
    /// <param name="correction">What was signed.</param>
    /// <param name="signatures">As <see cref="BatchSignatures.Combine"/> gives them.</param>
    public static TransactionRequest Correct(this CityContracts city, ReadingCorrection correction, ReadOnlyMemory<byte> signatures)
    {
        ArgumentNullException.ThrowIfNull(city);
        ArgumentNullException.ThrowIfNull(correction);
        ulong hours = (ulong)(correction.Subject.Differences.Length / ReadingCorrection.BytesPerHour);
        ulong signers = (ulong)(signatures.Length / Ethereum.Signing.EthECDSASignature.Size);
        return Request(
            city.ReadingLedger.Correct(correction.Details, correction.Subject.Differences, signatures),
            CorrectionGas + CorrectionGasPerHour * hours + HourGasPerSignature * signers);
    }

    /// <summary>Fixes the volumes of a group up to a period, or anew from it on. Anyone may send it.</summary>
    public static TransactionRequest FixVolumes(this CityContracts city, uint group, Period period, bool anew)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(
            anew ? city.VolumeBook.Refix(group, period.Value) : city.VolumeBook.Fix(group, period.Value), MaxGas);
    }

    /// <summary>Recalculates an issued period of accounts, in as many calls as needed. Anyone may send them.</summary>
    public static IReadOnlyList<TransactionRequest> Recalculate(this CityContracts city, IReadOnlyList<Hash32> accounts, Period period)
    {
        ArgumentNullException.ThrowIfNull(city);
        ArgumentNullException.ThrowIfNull(accounts);
        return accounts.Chunk(MaxBillsPerCall)
            .Select(chunk => Request(city.Billing.Recalculate(chunk, period.Value), BillsGas + GasPerBill * (ulong)chunk.Length))
            .ToArray();
    }

    /// <summary>Issues bills for a period, in as many calls as needed. Anyone may send them. Bills that are there already are passed over.</summary>
    public static IReadOnlyList<TransactionRequest> IssueBills(this CityContracts city, IReadOnlyList<Hash32> accounts, Period period)
    {
        ArgumentNullException.ThrowIfNull(city);
        ArgumentNullException.ThrowIfNull(accounts);
        return accounts.Chunk(MaxBillsPerCall)
            .Select(chunk => Request(city.Billing.Issue(chunk, period.Value), BillsGas + GasPerBill * (ulong)chunk.Length))
            .ToArray();
    }

    /// <summary>The bank's payment for an account out of a real deposit: mints the roubles to the bank, allows settlement to take them,
    /// and pays. Send them in this order with the bank's key.</summary>
    /// <param name="city">The contracts.</param>
    /// <param name="bank">The bank's address.</param>
    /// <param name="account">Whose debt is paid.</param>
    /// <param name="amount">How much, more than 0.</param>
    /// <param name="deposit">The bank's reference of the deposit: it is minted once.</param>
    public static IReadOnlyList<TransactionRequest> MintAndPay(
        this CityContracts city, Address bank, Hash32 account, Kopecks amount, Hash32 deposit)
    {
        ArgumentNullException.ThrowIfNull(city);
        return
        [
            Request(city.SettlementRouble.Mint(bank, amount.Value, deposit), CallGas),
            Request(city.SettlementRouble.Approve(city.Settlement.Address, amount.Value), CallGas),
            Request(city.Settlement.Pay(account, amount.Value), 4 * CallGas),
        ];
    }

    /// <summary>Pays a provider's share out. Only its payee may send it.</summary>
    public static TransactionRequest Withdraw(this CityContracts city, ushort provider, Kopecks amount)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.Settlement.Withdraw(provider, amount.Value), CallGas);
    }

    /// <summary>Records that an alarm was raised. A dispatcher sends it.</summary>
    /// <param name="city">The contracts.</param>
    /// <param name="incident">Chosen by the sender: a repeat is refused, not doubled.</param>
    /// <param name="substation">Number of the object in the plan.</param>
    /// <param name="alarm">Alarm of the brief, 1..4.</param>
    /// <param name="time">Source time, whole seconds are kept.</param>
    /// <param name="evidence">Hash of the evidence.</param>
    public static TransactionRequest RaiseIncident(
        this CityContracts city, Hash32 incident, uint substation, byte alarm, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Raise(incident, substation, alarm, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Records that the alarm's condition has ended. A dispatcher sends it.</summary>
    public static TransactionRequest ClearIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Clear(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Moves an incident forward. A dispatcher sends it.</summary>
    public static TransactionRequest AdvanceIncident(
        this CityContracts city, Hash32 incident, IncidentLogContract.Stage stage, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Advance(incident, stage, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Records that the alarm of an incident is back. A dispatcher sends it.</summary>
    public static TransactionRequest ReopenIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Reopen(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Makes an incident critical, for good. A dispatcher sends it.</summary>
    public static TransactionRequest EscalateIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Escalate(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Records that someone was on the spot. A dispatcher sends it.</summary>
    public static TransactionRequest VisitIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Visit(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Stops the clock of elimination. A dispatcher sends it.</summary>
    public static TransactionRequest SuspendIncident(
        this CityContracts city, Hash32 incident, IncidentLogContract.SuspensionReason reason, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Suspend(incident, reason, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Lets the clock of elimination run again. A dispatcher sends it.</summary>
    public static TransactionRequest ResumeIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Resume(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Ends a false alarm. A dispatcher sends it.</summary>
    public static TransactionRequest RejectIncident(this CityContracts city, Hash32 incident, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Reject(incident, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Ends an incident that is part of another. A dispatcher sends it.</summary>
    public static TransactionRequest MergeIncident(this CityContracts city, Hash32 incident, Hash32 parent, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Merge(incident, parent, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Records that a group is without supply. A dispatcher sends it.</summary>
    /// <param name="city">The contracts.</param>
    /// <param name="incident">The incident.</param>
    /// <param name="group">Number of the group.</param>
    /// <param name="condition">Of heat the °C indoors, rounded down; of electricity the number of independent feeds.</param>
    /// <param name="from">Since when.</param>
    /// <param name="evidence">Hash of the evidence.</param>
    public static TransactionRequest InterruptSupply(
        this CityContracts city, Hash32 incident, uint group, sbyte condition, DateTimeOffset from, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.Interrupt(incident, group, SecondsOf(from), condition, evidence), CallGas);
    }

    /// <summary>Records how it is indoors, or how many feeds there are. A dispatcher sends it.</summary>
    public static TransactionRequest ReportCondition(
        this CityContracts city, Hash32 incident, sbyte condition, DateTimeOffset time, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(city.IncidentLog.ReportCondition(incident, condition, SecondsOf(time), evidence), CallGas);
    }

    /// <summary>Records an outage, which reduces a group's bills. A dispatcher sends it.</summary>
    public static TransactionRequest RecordOutage(this CityContracts city, Hash32 incident, uint group, Outage outage, Hash32 evidence)
    {
        ArgumentNullException.ThrowIfNull(city);
        return Request(
            city.IncidentLog.RecordOutage(
                incident, group, (IncidentLogContract.OutageKind)outage.Kind, outage.From, outage.To, (byte)outage.Measure, evidence), OutageGas);
    }

    private static TransactionRequest Request(ContractTransaction call, ulong gasLimit) =>
        new(call.To, call.Data, Math.Min(gasLimit, MaxGas));

    private static ulong SecondsOf(DateTimeOffset time) => (ulong)time.ToUnixTimeSeconds();
}
