using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Reference;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using Fault = SmartCity.IntegrationTests.Reference.Fault;

namespace SmartCity.IntegrationTests.Play;

/// <summary>What a command is on the chain.</summary>
/// <param name="Call">The call that is the command: refused where the reference refuses the command.</param>
/// <param name="Before">What it needs, as the money of a payment.</param>
/// <param name="After">What belongs to it when it was accepted.</param>
/// <param name="Accepted">Remembers what later calls need of it.</param>
internal sealed record Move(
    PlayCall Call, IReadOnlyList<PlayCall>? Before = null, IReadOnlyList<PlayCall>? After = null, Action? Accepted = null);

/// <summary>
/// The reference's commands as calls of the contracts, one to one. Knows what a caller must know: the heads of segments, the numbers
/// that the contracts give, nonces of permits.
/// </summary>
internal sealed class CityCommands(PlayCity city, ulong chainId)
{
    private const int Phases = 3;

    private static readonly Hash32 Evidence = Keccak.Hash256("evidence");

    private static readonly Hash32 ObligationType = Eip712.HashType(
        "Obligation(uint16 debtor,uint16 creditor,uint64 amount,bytes32 document,uint32 validUntil)");

    private static readonly Hash32 PermitType = Eip712.HashType(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    private readonly ReadingLedgerDomain _ledgerDomain = new(chainId, city.ReadingLedger.Address);
    private readonly Hash32 _settlementDomain = new Eip712Domain("SmartCity Settlement", "1", chainId, city.Settlement.Address).Separator();
    private readonly Hash32 _roubleDomain =
        new Eip712Domain("SmartCity Settlement Rouble", "1", chainId, city.SettlementRouble.Address).Separator();

    private readonly Dictionary<int, Segment> _segments = [];
    private readonly Dictionary<int, Group> _groups = [];
    private readonly HashSet<int> _providers = [];
    private ulong _meters;
    private ulong _references;
    private ulong _rounds;
    private ulong _permits;
    private bool _hasOracles;

    public PlayCity City => city;

    /// <summary>The id of an account on the chain.</summary>
    public static Hash32 AccountId(int account) => Hash32.FromUInt64((ulong)account);

    /// <summary>The number of an account by its id.</summary>
    public static int AccountOf(Hash32 id) => (int)id.ToBigInteger();

    /// <summary>The number that the registry gave a group.</summary>
    public uint NumberOf(int group) => _groups[group].Number;

    /// <summary>Number of the segment of a group.</summary>
    public uint SegmentOf(int group) => _segments[_groups[group].Segment].Number;

    /// <summary>The hour that a segment waits for, by what was accepted.</summary>
    public long NextHourOf(int segment) => _segments[segment].NextHour;

    public IEnumerable<int> Segments => _segments.Keys;

    /// <summary>What must come first: providers before a tariff, a segment before its group, oracles before an hour.</summary>
    public IReadOnlyList<PlayCall> Preparing(Command command)
    {
        List<PlayCall> calls = [];
        switch (command)
        {
            case PublishTariff or Fund:
                foreach (int provider in Enumerable.Range(1, 3).Where(_providers.Add))
                {
                    EthECKey payee = PlayKeys.Payee(provider);
                    calls.Add(Admin(city.TariffBook.RegisterProvider((ushort)provider, payee.Address)));
                    calls.Add(PlayCall.Of(payee, city.SettlementRouble.Approve(city.Settlement.Address, PlayCall.Unlimited)));
                }
                break;
            case AddGroup add when !_segments.ContainsKey(add.Segment):
                calls.Add(Admin(city.MeterRegistry.OpenSegment((MeterRegistryContract.Kind)add.Energy, (uint)add.FirstHour)));
                _segments.Add(add.Segment, new((uint)_segments.Count + 1, add.FirstHour));
                break;
            case RecordHour when !_hasOracles:
                _hasOracles = true;
                calls.Add(Admin(city.ReadingLedger.SetOracles([PlayKeys.Oracle.Address], 1)));
                break;
        }
        return calls;
    }

    public Move Of(Command command) => command switch
    {
        AddGroup add => Of(add),
        PublishTariff tariff => new(Admin(city.TariffBook.Publish(TariffOf(tariff)))),
        OpenAccount open => new(
            Admin(city.AccountBook.OpenAccount(AccountId(open.Account), PremisesOf(open.Premises), (ushort)open.FirstPeriod, TermsOf(open.Terms))),
            After: [HolderOf(open.Account)]),
        SetTerms set => new(Admin(city.AccountBook.SetTerms(AccountId(set.Account), (ushort)set.FromPeriod, TermsOf(set.Terms)))),
        MoveOut move => new(
            Admin(city.AccountBook.MoveOut(AccountId(move.Account), AccountId(move.Successor))), After: [HolderOf(move.Successor)]),
        RecordHour hour => Of(hour),
        Correct correction => Of(correction),
        ReportFault report => new(Admin(city.MeterRegistry.ReportFault(
            NumberOf(report.Group), (ushort)report.Channel, FaultOf(report.Fault), (uint)report.FromHour))),
        ReplaceMeter replace => new(Admin(city.MeterRegistry.ReplaceMeter(
            NumberOf(replace.Group), (ushort)replace.Channel, NewMeter(replace.Verification),
            (uint)NextHourOf(_groups[replace.Group].Segment)))),
        RecordOutage outage => Of(outage),
        FixVolumes { Again: true } fix => new(Anyone(city.VolumeBook.Refix(NumberOf(fix.Group), (ushort)fix.Period))),
        FixVolumes fix => new(Anyone(city.VolumeBook.Fix(NumberOf(fix.Group), (ushort)fix.Period))),
        IssueBills issue => new(Anyone(city.Billing.Issue(Ids(issue.Accounts), (ushort)issue.Period))),
        Recalculate recalculate => new(Anyone(city.Billing.Recalculate(Ids(recalculate.Accounts), (ushort)recalculate.Period))),
        AccruePenalties accrue => new(Anyone(city.Settlement.AccruePenalties(Ids(accrue.Accounts)))),
        _ => OfMoney(command),
    };

    private Move OfMoney(Command command) => command switch
    {
        Pay { ByPermit: true } pay => ByPermit(pay),
        Pay pay => new(
            Anyone(city.Settlement.Pay(AccountId(pay.Account), (ulong)pay.Amount)), Before: [Mint(PlayKeys.Admin.Address, pay.Amount)]),
        Refund refund => new(PlayCall.Of(
            PlayKeys.Holder(refund.Account),
            city.Settlement.Refund(AccountId(refund.Account), (ulong)refund.Amount, PlayKeys.Holder(refund.Account).Address))),
        OpenDispute open => new(PlayCall.Of(PlayKeys.Holder(open.Account), city.Settlement.Dispute(
            AccountId(open.Account), (ushort)open.Period, ServiceOf(open.Service), (ulong)open.Amount, Evidence))),
        Concede concede => new(ByPayee(concede.Service, city.Settlement.Concede(
            AccountId(concede.Account), (ushort)concede.Period, ServiceOf(concede.Service), (ulong)concede.Amount))),
        Reject reject => new(ByPayee(reject.Service, city.Settlement.Reject(
            AccountId(reject.Account), (ushort)reject.Period, ServiceOf(reject.Service), Evidence))),
        WithdrawDispute withdraw => new(PlayCall.Of(
            PlayKeys.Holder(withdraw.Account),
            city.Settlement.WithdrawDispute(AccountId(withdraw.Account), (ushort)withdraw.Period, ServiceOf(withdraw.Service)))),
        SettleDispute settle => new(Anyone(
            city.Settlement.SettleDispute(AccountId(settle.Account), (ushort)settle.Period, ServiceOf(settle.Service)))),
        Net net => Of(net),
        Withdraw withdraw => new(PlayCall.Of(
            PlayKeys.Payee(withdraw.Provider), city.Settlement.Withdraw((ushort)withdraw.Provider, (ulong)withdraw.Amount))),
        Fund fund => new(Mint(PlayKeys.Payee(fund.Provider).Address, fund.Amount)),
        _ => throw new NotSupportedException($"Nobody knows the command {command.GetType().Name}."),
    };

    private Move Of(AddGroup add)
    {
        Segment segment = _segments[add.Segment];
        MeterRegistryContract.Consumer[] consumers = [.. add.Consumers.Select((verification, i) => new MeterRegistryContract.Consumer(
            NewMeter(verification), (byte)(add.Energy == Energy.Electricity ? i % Phases : 0)))];
        return new(
            Admin(city.MeterRegistry.AddGroup(segment.Number, NewMeter(add.Parent), consumers, (uint)add.FirstHour)),
            Accepted: () =>
            {
                _groups.Add(add.Group, new((uint)_groups.Count + 1, add.Segment));
                segment.Groups.Add(add.Group);
            });
    }

    private Move Of(RecordHour hour)
    {
        Segment segment = _segments[hour.Segment];
        byte[] payload = HourPayload.Encode([.. segment.Groups.Select(group => hour.Groups[group]
            .Select(interval => new Reading(new((ulong)interval.Value), (Quality)interval.Quality)).ToArray())]);
        HourBatch batch = new(segment.Number, new((uint)hour.Hour), segment.LastBatch, payload, Config());
        byte[] signature = PlayKeys.Oracle.Sign(_ledgerDomain.DigestOf(batch)).ToBytes();
        return new(
            Anyone(city.ReadingLedger.Record(segment.Number, (uint)hour.Hour, segment.LastBatch, payload, signature)),
            Accepted: () => (segment.NextHour, segment.LastBatch) = (hour.Hour + 1, batch.Id));
    }

    private Move Of(Correct command)
    {
        Segment segment = _segments[_groups[command.Group].Segment];
        byte[] differences = ReadingCorrection.Encode([.. command.Differences.Select(difference => (int)difference)]);
        ReadingCorrection correction = new(
            new(segment.Number, segment.Corrections + 1, segment.LastCorrection),
            new(NumberOf(command.Group), (ushort)command.Channel, new((uint)command.FirstHour), (ushort)command.FilledHours, differences),
            ReadingLedgerContract.CorrectionReason.LateData, Evidence, Config());
        byte[] signature = PlayKeys.Oracle.Sign(_ledgerDomain.DigestOf(correction.Id)).ToBytes();
        return new(
            Anyone(city.ReadingLedger.Correct(correction.Details, differences, signature)),
            Accepted: () => (segment.Corrections, segment.LastCorrection) = (correction.Place.Number, correction.Id));
    }

    private Move Of(RecordOutage outage)
    {
        Hash32 incident = NewReference();
        uint ofItsOwn = (uint)_references; // No more than one incident is open for an object and an alarm.
        return new(
            Admin(city.IncidentLog.RecordOutage(
                incident, NumberOf(outage.Group), (IncidentLogContract.OutageKind)outage.Type, (ulong)outage.From, (ulong)outage.To,
                (byte)outage.Measure, Evidence)),
            Before: [Admin(city.IncidentLog.Raise(incident, ofItsOwn, 3, (ulong)outage.From, Evidence))]);
    }

    private Move ByPermit(Pay pay)
    {
        BigInteger deadline = pay.At + 3_600;
        EthECDSASignature permit = PlayKeys.PermitPayer.Sign(Eip712.Digest(_roubleDomain, Eip712.HashStruct(
            PermitType, Hash32.FromAddress(PlayKeys.PermitPayer.Address), Hash32.FromAddress(city.Settlement.Address),
            Word((ulong)pay.Amount), Word(_permits), Hash32.FromBigInteger(deadline))));
        return new(
            PlayCall.Of(PlayKeys.PermitPayer, city.Settlement.PayWithPermit(
                AccountId(pay.Account), (ulong)pay.Amount, deadline, permit.V, permit.R, permit.S)),
            Before: [Mint(PlayKeys.PermitPayer.Address, pay.Amount)],
            Accepted: () => _permits++);
    }

    private Move Of(Net net)
    {
        uint validUntil = (uint)net.At + 3_600;
        SettlementContract.Obligation[] obligations = [.. net.Obligations.Select(one => new SettlementContract.Obligation(
            (ushort)one.Debtor, (ushort)one.Creditor, (ulong)one.Amount, NewReference(), validUntil))];
        byte[] signatures = [.. obligations.SelectMany(obligation =>
        {
            Hash32 digest = Eip712.Digest(_settlementDomain, Eip712.HashStruct(
                ObligationType, Word(obligation.Debtor), Word(obligation.Creditor), Word(obligation.Amount), obligation.Document,
                Word(obligation.ValidUntil)));
            return new[] { obligation.Debtor, obligation.Creditor }
                .SelectMany(provider => PlayKeys.Payee(provider).Sign(digest).ToBytes());
        })];
        return new(Anyone(city.Settlement.NetObligations(_rounds + 1, obligations, signatures)), Accepted: () => _rounds++);
    }

    private PlayCall Mint(Address to, long amount) => Admin(city.SettlementRouble.Mint(to, amount, NewReference()));

    private PlayCall HolderOf(int account) =>
        Admin(city.AccountBook.SetHolder(AccountId(account), PlayKeys.Holder(account).Address));

    /// <summary>Provider 1 is paid for electricity, 2 for common needs, 3 for heating, and each for its penalties.</summary>
    private static PlayCall ByPayee(int service, ContractTransaction call) => PlayCall.Of(PlayKeys.Payee(1 + service % 3), call);

    private static PlayCall Admin(ContractTransaction call) => PlayCall.Of(PlayKeys.Admin, call);

    /// <summary>What anyone may send.</summary>
    private static PlayCall Anyone(ContractTransaction call) => Admin(call);

    private Hash32 Config() => _ledgerDomain.OracleConfigOf([PlayKeys.Oracle.Address], 1);

    private MeterRegistryContract.Meter NewMeter(Verification verification) => new(
        ++_meters, Keccak.Hash256("model"), 100, 1, 0, (uint)LocalTime.DayOf(verification.On), (ushort)verification.Months);

    private Hash32 NewReference() => Word(++_references);

    private static Hash32 Word(ulong number) => Hash32.FromUInt64(number);

    private static IReadOnlyList<Hash32> Ids(IReadOnlyList<int> accounts) => [.. accounts.Select(AccountId)];

    private AccountBookContract.Premises PremisesOf(Premises premises) => new(
        premises.ElectricityGroup == 0 ? 0 : NumberOf(premises.ElectricityGroup), (ushort)premises.ElectricityChannel,
        premises.HeatGroup == 0 ? 0 : NumberOf(premises.HeatGroup), (ushort)premises.HeatChannel, (uint)premises.Area);

    private static AccountBookContract.Terms TermsOf(Terms terms) =>
        new((byte)terms.Zones, (ushort)terms.Residents, (AccountBookContract.Heating)terms.Heating);

    private static BillingContract.Service ServiceOf(int service) => (BillingContract.Service)service;

    private static MeterRegistryContract.Fault FaultOf(Fault fault) => fault switch
    {
        Fault.Broken => MeterRegistryContract.Fault.Broken,
        Fault.AccessRefused => MeterRegistryContract.Fault.AccessRefused,
        _ => MeterRegistryContract.Fault.None,
    };

    private static TariffBookContract.Tariff TariffOf(PublishTariff tariff) => new(
        (ushort)tariff.FromPeriod, [.. tariff.Prices.Select(price => (ulong)price)], (ulong)tariff.FirstBandLimit,
        (ulong)tariff.SecondBandLimit, (ulong)tariff.HeatPrice, (ushort)tariff.VatRate, (byte)tariff.DueDay,
        (ushort)tariff.ElectricityProvider, (ushort)tariff.CommonNeedsProvider, (ushort)tariff.HeatProvider, (ushort)tariff.PenaltyRate,
        (ushort)tariff.ReductionRate, (uint)tariff.ElectricityNorm, (uint)tariff.HeatNorm, (ushort)tariff.NormCoefficient);

    /// <summary>A segment as its callers know it.</summary>
    private sealed class Segment(uint number, long firstHour)
    {
        public uint Number => number;

        public long NextHour { get; set; } = firstHour;

        public Hash32 LastBatch { get; set; }

        public uint Corrections { get; set; }

        public Hash32 LastCorrection { get; set; }

        public List<int> Groups { get; } = [];
    }

    private sealed record Group(uint Number, int Segment);
}
