using CsCheck;
using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.IntegrationTests.Ledger;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Audit;

/// <summary>A month of a city on a real node: it holds, and one bit changed in a copy of its data is found and located.</summary>
public sealed class AuditorTest : IDisposable
{
    private const int HoursAtOnce = 250;
    private const int FlipsTried = 60;
    private const ulong CallGas = 1_000_000;

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(5));
    private NodeProcess _node = null!;
    private TestCity _test = null!;
    private AuditData _data = null!;

    private CancellationToken Cancellation => _timeout.Token;

    [OneTimeSetUp]
    public async Task MakeHistoryAsync()
    {
        _node = await AnvilNode.StartAsync(new AnvilOptions(), Cancellation);
        _test = await TestCity.DeployAsync(_node.CreateApi(), Cancellation);
        CityRegistry registry = await _test.Reader.ReadRegistryAsync(Cancellation);
        CityContracts contracts = _test.City.Contracts;
        CityCalendar calendar = new(TimeSpan.FromHours(_test.Plan.UtcOffsetHours));
        foreach (RegisteredSegment segment in registry.Segments.Values)
        {
            int hours = (int)(calendar.FirstHourOf(_test.Plan.FirstPeriod.Next).Value - segment.FirstHour.Value);
            IReadOnlyList<TransactionRequest> calls = await _test.HoursAsync(segment, hours, Cancellation);
            foreach (TransactionRequest[] part in calls.Chunk(HoursAtOnce))
            {
                await _test.CitySenderOf(_test.Oracle).SendManyAsync(part, Cancellation);
            }
        }
        await RecordUnbalancedHourAsync(registry.Segments[1]);
        await CorrectMissingHourAsync(registry.Segments[1]);
        Hash32[] accounts = [.. _test.City.Accounts.Select(account => account.Id)];
        await _test.CitySenderOf(_test.Deployer).SendManyAsync(contracts.IssueBills(accounts, _test.Plan.FirstPeriod), Cancellation);
        await _test.CitySenderOf(_test.Bank).SendManyAsync(
            contracts.MintAndPay(_test.Bank.Address, accounts[0], new(12_345), Keccak.Hash256("deposit")), Cancellation);
        await DisputeAsync(accounts[1]);
        await _test.CitySenderOf(_test.Payee).SendAsync(contracts.Withdraw(_test.Plan.Providers[0].Number, new(1)), Cancellation);
        await NetAsync();
        await _test.CitySenderOf(_test.Dispatcher).SendAsync(
            contracts.RaiseIncident(
                Keccak.Hash256("incident"), 1, 4, TimeProvider.System.GetUtcNow().AddMinutes(-10), Keccak.Hash256("evidence")),
            Cancellation);
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await CallAsync(_test.Dispatcher, contracts.IncidentLog.RecordOutage(
            Keccak.Hash256("incident"), registry.Segments[1].Groups[0].Number, IncidentLogContract.OutageKind.ElectricityInterruption,
            now - 600, now - 300, 2, Keccak.Hash256("evidence")));
        await SuspendOracleAsync(registry.Segments[1]);
        _data = await Auditor.CollectAsync(_test.Api, contracts.Directory.Address, null, Cancellation);
    }

    /// <summary>A kopeck over a bill's total is paid, of which 100 are disputed, 60 conceded and 40 insisted on; then 5 are refunded.</summary>
    private async Task DisputeAsync(Hash32 account)
    {
        CityContracts contracts = _test.City.Contracts;
        ushort period = _test.Plan.FirstPeriod.Value;
        const BillingContract.Service Line = BillingContract.Service.Electricity;
        await CallAsync(_test.Admin, contracts.AccountBook.SetHolder(account, _test.Deployer.Address));
        await CallAsync(_test.Deployer, contracts.Settlement.Dispute(account, period, Line, 100, Keccak.Hash256("claim")));
        ulong debt = (await _test.Reader.GetBalancesAsync([account], Cancellation))[0].Debt.Value;
        await _test.CitySenderOf(_test.Bank).SendManyAsync(
            contracts.MintAndPay(_test.Bank.Address, account, new(debt + 1), Keccak.Hash256("second deposit")), Cancellation);
        await CallAsync(_test.Payee, contracts.Settlement.Concede(account, period, Line, 60));
        await CallAsync(_test.Payee, contracts.Settlement.Reject(account, period, Line, Keccak.Hash256("reasons")));
        await CallAsync(_test.Deployer, contracts.Settlement.Refund(account, 5, _test.Deployer.Address));
    }

    /// <summary>The plan's first provider owes its second a kopeck; the same key is the payee of both.</summary>
    private async Task NetAsync()
    {
        SettlementContract settlement = _test.City.Contracts.Settlement;
        SettlementContract.Obligation obligation = new(
            _test.Plan.Providers[0].Number, _test.Plan.Providers[1].Number, 1, Keccak.Hash256("act"), uint.MaxValue);
        Hash32 digest = await _test.Api.CallAsync(settlement.ObligationDigest(obligation), BlockParameter.Latest, Cancellation);
        byte[] signature = _test.Payee.Sign(digest).ToBytes();
        await CallAsync(_test.Payee, settlement.NetObligations(1, [obligation], (byte[])[.. signature, .. signature]));
    }

    private Task CallAsync(EthECKey key, ContractTransaction call) =>
        _test.CitySenderOf(key).SendAsync(new(call.To, call.Data, 1_000_000), Cancellation);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _test?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    public void Dispose() => _timeout.Dispose();

    [Test]
    public void Audit_UntouchedData_HoldsAndEveryRuleLookedAtSomething()
    {
        AuditReport report = Auditor.Audit(_data);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(report.Rules.SelectMany(rule => rule.Findings), Is.Empty);
        Assert.That(report.Holds, Is.True);
        Assert.That(report.Rules.Where(rule => rule.Checked == 0).Select(rule => rule.Code), Is.Empty);
        Assert.That(report.Bills, Is.EqualTo(_test.City.Accounts.Count));
    }

    [Test]
    public async Task Load_SavedData_AuditsTheSame()
    {
        string file = Path.GetTempFileName();
        try
        {
            await AuditFile.SaveAsync(_data, file, Cancellation);
            AuditReport report = Auditor.Audit(await AuditFile.LoadAsync(file, Cancellation));
            Assert.That(report.Rules.Select(rule => rule.Checked), Is.EqualTo(Auditor.Audit(_data).Rules.Select(rule => rule.Checked)));
            Assert.That(report.Holds, Is.True);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Load_CutFile_NamesTheLine()
    {
        string file = Path.GetTempFileName();
        try
        {
            await AuditFile.SaveAsync(_data, file, Cancellation);
            string[] lines = await File.ReadAllLinesAsync(file, Cancellation);
            lines[7] = lines[7][..^20];
            await File.WriteAllLinesAsync(file, lines, Cancellation);
            Assert.That(() => AuditFile.LoadAsync(file, Cancellation), Throws.InstanceOf<FormatException>().With.Message.Contains("line 8"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A bit in the middle of what a kind of event says: the rule that must find it, and what it must name.</summary>
    [TestCase(nameof(ReadingLedgerEvent.AuthorityUpdated), 19, "A-01", "obeys")]
    [TestCase(nameof(ReadingLedgerEvent.HourRecorded), 32 * 7 + 2, "A-03", "segment 1, hour")]
    [TestCase(nameof(ReadingLedgerEvent.PhaseImbalance), 31, "A-06", "group 2, hour")]
    [TestCase(nameof(ReadingLedgerEvent.CorrectionRecorded), 32 * 6 + 31, "A-15", "correction 1 of segment 1")]
    [TestCase(nameof(ReadingLedgerEvent.OracleSuspended), 32 * 3 + 31, "A-04", "is suspended")]
    [TestCase(nameof(BillingEvent.BillIssued), 31, "A-10", "account 0x")]
    [TestCase(nameof(VolumeBookEvent.VolumesFixed), 31, "A-09", "group 1, period")]
    [TestCase(nameof(SettlementEvent.PaymentAllocated), 31, "A-11", "account 0x")]
    [TestCase(nameof(SettlementEvent.Withdrawn), 31, "A-12", "Settlement")]
    [TestCase(nameof(SettlementEvent.RoundNetted), 255, "A-17", "round")]
    [TestCase(nameof(SettlementEvent.Refunded), 31, "A-12", "Settlement")]
    [TestCase(nameof(SettlementEvent.PaymentEscrowed), 31, "A-16", "account 0x")]
    [TestCase(nameof(SettlementEvent.DisputeConceded), 63, "A-16", "account 0x")]
    [TestCase(nameof(SettlementEvent.DisputeClosed), 31, "A-16", "account 0x")]
    [TestCase(nameof(SettlementRoubleEvent.Transfer), 31, "A-12", "more than it had")]
    public void Audit_OneBitOfAnEvent_IsFoundAndLocated(string kind, int position, string rule, string where)
    {
        int index = IndexOf(kind);
        RuleVerdict verdict = Auditor.Audit(Flip(index, position, bit: 0)).Rules.Single(verdict => verdict.Code == rule);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(verdict.Holds, Is.False);
        Assert.That(verdict.Findings[0], Does.Contain(where));
    }

    [Test]
    public void Audit_OneBitOfAnAnswer_IsFound([Range(0, 90, 9)] int number)
    {
        KeyValuePair<StateQuestion, byte[]> answer = _data.State
            .Where(answer => answer.Key.Contract != _test.City.Contracts.ReadingLedger.Address || answer.Value.Length > 32)
            .ElementAt(number);
        byte[] changed = [.. answer.Value];
        changed[31] ^= 1;
        Dictionary<StateQuestion, byte[]> state = new(_data.State) { [answer.Key] = changed };
        Assert.That(Auditor.Audit(_data with { State = state }).Holds, Is.False, answer.Key.ToString());
    }

    /// <summary>Whatever bit of whatever event of the ledger, of billing or of settlement is changed: the audit does not hold.</summary>
    [Test]
    public void Audit_AnyBitOfAnyEvent_IsFound()
    {
        HashSet<Address> contracts =
        [
            _test.City.Contracts.ReadingLedger.Address, _test.City.Contracts.VolumeBook.Address, _test.City.Contracts.Billing.Address,
            _test.City.Contracts.Settlement.Address,
        ];
        int[] candidates = [.. Enumerable.Range(0, _data.Logs.Count)
            .Where(index => contracts.Contains(_data.Logs[index].Address) && _data.Logs[index].Data.Length > 0)
            // The hash of evidence, which only who has the evidence can check, is in these.
            .Where(index => SettlementEvent.TryDecode(_data.Logs[index])
                is not (SettlementEvent.DisputeOpened or SettlementEvent.DisputeClosed or SettlementEvent.ObligationNetted))];
        Gen.Select(Gen.Int[0, candidates.Length - 1], Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample(
            (candidate, position, bit) =>
            {
                int index = candidates[candidate];
                return !Auditor.Audit(Flip(index, position % _data.Logs[index].Data.Length, bit)).Holds;
            },
            iter: FlipsTried, threads: 1);
    }

    [Test]
    public void Audit_MissingHour_IsFound()
    {
        int index = IndexOf(nameof(ReadingLedgerEvent.HourRecorded));
        AuditData data = _data with { Logs = [.. _data.Logs.Where((_, i) => i != index)] };
        AuditReport report = Auditor.Audit(data);
        Assert.That(report.Rules.Where(rule => !rule.Holds).Select(rule => rule.Code), Does.Contain("A-02").And.Contain("A-03").And.Contain("A-07"));
    }

    [Test]
    public void CollectAsync_NotADirectory_SaysSo() =>
        Assert.That(
            () => Auditor.CollectAsync(_test.Api, _test.Bank.Address, null, Cancellation),
            Throws.InstanceOf<AuditException>().With.Message.Contains(_test.Bank.Address.ToString()));

    private async Task RecordUnbalancedHourAsync(RegisteredSegment segment)
    {
        SegmentHead head = await _test.Reader.GetHeadAsync(segment.Number, Cancellation);
        Reading[][] readings = [.. TestCity.ReadingsOf(segment, head.NextHour).Select(group => group.ToArray())];
        readings[1][2] = readings[1][2] with { Interval = readings[1][2].Interval + new Quantity(5_000) };
        readings[0][4] = Reading.Missing;
        HourBatch batch = new(
            segment.Number, head.NextHour, head.LastBatch, HourPayload.Encode(readings), await _test.Reader.GetOracleConfigAsync(Cancellation));
        byte[] signatures = BatchSignatures.Combine(
            _test.City.LedgerDomain.DigestOf(batch), new HourBatchSigner(_test.Oracle, _test.City.LedgerDomain).Sign(batch));
        await _test.CitySenderOf(_test.Oracle).SendAsync(_test.City.Contracts.RecordHour(batch, signatures), Cancellation);
    }

    /// <summary>The hour before had no value of a channel: it came late, and with it what the next hour had too much.</summary>
    private async Task CorrectMissingHourAsync(RegisteredSegment segment)
    {
        ReadingLedgerContract ledger = _test.City.Contracts.ReadingLedger;
        SegmentHead head = await _test.Reader.GetHeadAsync(segment.Number, Cancellation);
        byte[] differences = [0, 0, 0x12, 0x34];
        ReadingLedgerContract.Correction correction = new(
            segment.Number, 1, Hash32.Zero, segment.Groups[0].Number, 4, head.NextHour.Value - 1, 1, Keccak.Hash256(differences),
            ReadingLedgerContract.CorrectionReason.LateData, Keccak.Hash256("the meter's archive"),
            await _test.Reader.GetOracleConfigAsync(Cancellation));
        Hash32 digest = await _test.Api.CallAsync(ledger.CorrectionDigest(correction), BlockParameter.Latest, Cancellation);
        byte[] signatures = BatchSignatures.Combine(digest, _test.Oracle.Sign(digest));
        await SendAsync(ledger.Correct(correction, differences, signatures));
    }

    /// <summary>The oracle signs two batches for one hour, and somebody proves it.</summary>
    private async Task SuspendOracleAsync(RegisteredSegment segment)
    {
        ReadingLedgerContract ledger = _test.City.Contracts.ReadingLedger;
        SegmentHead head = await _test.Reader.GetHeadAsync(segment.Number, Cancellation);
        Hash32 config = await _test.Reader.GetOracleConfigAsync(Cancellation);
        HourBatch[] batches = [.. new byte[] { 1, 2 }.Select(content =>
            new HourBatch(segment.Number, head.NextHour, head.LastBatch, new[] { content }, config))];
        byte[][] signatures = [.. batches.Select(batch =>
        {
            Hash32 digest = _test.City.LedgerDomain.DigestOf(batch);
            return BatchSignatures.Combine(digest, _test.Oracle.Sign(digest));
        })];
        ReadingLedgerContract.Batch[] signed = [.. batches.Select(batch => new ReadingLedgerContract.Batch(
            batch.Segment, batch.Hour.Value, batch.PreviousBatch, batch.PayloadHash, batch.OracleConfig))];
        await SendAsync(ledger.ReportEquivocation(signed[0], signatures[0], signed[1], signatures[1]));
    }

    private Task SendAsync(ContractTransaction call) =>
        _test.CitySenderOf(_test.Deployer).SendAsync(new TransactionRequest(call.To, call.Data, CallGas), Cancellation);

    private int IndexOf(string kind) => Enumerable.Range(0, _data.Logs.Count).First(index =>
        (ReadingLedgerEvent.TryDecode(_data.Logs[index]) as ContractEvent ?? BillingEvent.TryDecode(_data.Logs[index]) as ContractEvent
            ?? VolumeBookEvent.TryDecode(_data.Logs[index]) as ContractEvent
            ?? SettlementEvent.TryDecode(_data.Logs[index]) as ContractEvent ?? SettlementRoubleEvent.TryDecode(_data.Logs[index]))
        ?.GetType().Name == kind);

    private AuditData Flip(int index, int position, int bit)
    {
        EthLog log = _data.Logs[index];
        byte[] data = log.Data.ToArray();
        data[position] ^= (byte)(1 << bit);
        EthLog[] logs = [.. _data.Logs];
        logs[index] = log with { Data = data };
        return _data with { Logs = logs };
    }
}
