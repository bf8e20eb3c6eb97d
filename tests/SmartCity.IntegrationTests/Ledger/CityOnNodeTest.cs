using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Ledger;

/// <summary>The whole path of the ledger on real nodes: deploy, record a month, bill, pay, withdraw; each test goes on where the one
/// before stopped.</summary>
[TestFixture("anvil")]
[TestFixture("hardhat")]
public sealed class CityOnNodeTest(string kind) : IDisposable
{
    private const int HoursAtOnce = 250;

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(10));
    private NodeProcess _node = null!;
    private TestCity _test = null!;
    private CityRegistry _registry = null!;
    private RecordingProgress _progress = null!;

    private CancellationToken Cancellation => _timeout.Token;

    private Period Month => _test.Plan.FirstPeriod;

    [OneTimeSetUp]
    public async Task DeployAsync()
    {
        _node = kind == "anvil"
            ? await AnvilNode.StartAsync(new AnvilOptions(), Cancellation)
            : await HardhatNode.StartAsync(Cancellation);
        _progress = new();
        _test = await TestCity.DeployAsync(_node.CreateApi(), Cancellation, _progress);
        _registry = await _test.Reader.ReadRegistryAsync(Cancellation);
    }

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

    [Test, Order(1)]
    public async Task DeployAsync_DemoCity_IsAsPlanned()
    {
        await _test.City.VerifyAsync(_test.Api, Cancellation);
        CityContracts listed = await CityContracts.ReadAsync(
            _test.Api, _test.City.Contracts.Directory.Address, BlockParameter.Latest, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(listed, Is.EqualTo(_test.City.Contracts), "the directory lists what was deployed");
        Assert.That(_registry.Tariffs, Is.EqualTo(_test.Plan.Tariffs));
        Assert.That(_registry.Payees.Keys, Is.EquivalentTo(_test.Plan.Providers.Select(provider => provider.Number)));
        Assert.That(_registry.Accounts.Select(account => account.Id), Is.EqualTo(_test.City.Accounts.Select(account => account.Id)));
        Assert.That(_progress.Last?.Done, Is.EqualTo(_progress.Last?.Total).And.GreaterThan(0));
        foreach (SegmentPlan segment in _test.Plan.Segments)
        {
            RegisteredSegment registered = _registry.Segments[segment.Number];
            Assert.That(registered.Kind, Is.EqualTo(segment.Kind));
            Assert.That(registered.Groups.Select(group => group.Number), Is.EqualTo(segment.Groups.Select(group => group.Number)));
            Assert.That(
                registered.Groups.Select(group => group.Parent), Is.EqualTo(segment.Groups.Select(group => PlanOnChain.ToChain(group.Parent))));
            Assert.That(registered.Groups.Select(group => group.Consumers.Count), Is.EqualTo(segment.Groups.Select(group => group.Consumers.Count)));
        }
    }

    [Test, Order(2)]
    public async Task DeployAsync_Roles_AreHeldByThoseGivenAndNotByTheDeployer()
    {
        CityDeploymentRequest request = _test.Request();
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (CityRole role in Enum.GetValues<CityRole>())
        {
            Assert.That(await HasRoleAsync(role, _test.Deployer.Address), Is.False, $"the deployer keeps {role}");
            foreach (Address holder in request.Roles.Of(role))
            {
                Assert.That(await HasRoleAsync(role, holder), Is.True, $"{holder} has {role}");
            }
        }
    }

    [Test, Order(3)]
    public async Task BatchDigest_OfContract_IsOurs()
    {
        ReadingLedgerContract ledger = _test.City.Contracts.ReadingLedger;
        Hash32 config = await _test.Reader.GetOracleConfigAsync(Cancellation);
        HourBatch batch = new(2, new(498_000), Keccak.Hash256("before"), new byte[] { 1, 2, 3 }, config);
        Hash32 digest = await _test.Api.CallAsync(
            ledger.BatchDigest(2, 498_000, batch.PreviousBatch, batch.PayloadHash), BlockParameter.Latest, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_test.City.LedgerDomain.DigestOf(batch), Is.EqualTo(digest));
        Assert.That(_test.City.LedgerDomain.OracleConfigOf([_test.Oracle.Address], 1), Is.EqualTo(config));
    }

    [Test, Order(4)]
    public async Task SendAsync_ForeignSignature_IsRefusedByName()
    {
        RegisteredSegment segment = _registry.Segments[2];
        Hash32 config = await _test.Reader.GetOracleConfigAsync(Cancellation);
        HourBatch batch = new(2, segment.FirstHour, default, HourPayload.Encode(TestCity.ReadingsOf(segment, segment.FirstHour)), config);
        byte[] signatures = BatchSignatures.Combine(
            _test.City.LedgerDomain.DigestOf(batch), new HourBatchSigner(_test.Bank, _test.City.LedgerDomain).Sign(batch));
        ContractRefusedException? refused = Assert.ThrowsAsync<ContractRefusedException>(() => _test.CitySenderOf(_test.Oracle)
            .SendAsync(_test.City.Contracts.RecordHour(batch, signatures), Cancellation));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refused!.Error, Is.EqualTo(new ContractError.ReadingLedgerNotAnOracle(_test.Bank.Address)));
        Assert.That(refused.Message, Does.Contain("ReadingLedger_NotAnOracle").And.Contain(_test.Bank.Address.ToString()));
    }

    [Test, Order(5)]
    public async Task RecordHour_WholeMonth_IsReadBack()
    {
        CitySender sender = _test.CitySenderOf(_test.Oracle);
        int hours = (int)(new CityCalendar(TimeSpan.FromHours(_test.Plan.UtcOffsetHours)).FirstHourOf(Month.Next).Value
            - _registry.Segments[1].FirstHour.Value);
        foreach (RegisteredSegment segment in _registry.Segments.Values)
        {
            IReadOnlyList<TransactionRequest> calls = await _test.HoursAsync(segment, hours, Cancellation);
            foreach (TransactionRequest[] part in calls.Chunk(HoursAtOnce))
            {
                await sender.SendManyAsync(part, Cancellation);
            }
            SegmentHead head = await _test.Reader.GetHeadAsync(segment.Number, Cancellation);
            IReadOnlyList<RecordedHour> recorded = await _test.Reader.ReadHoursAsync(segment, Cancellation);
            Assert.That(head, Is.EqualTo(new SegmentHead(
                segment.Number, new(segment.FirstHour.Value + (uint)hours), recorded[^1].Batch.Id)));
            Assert.That(recorded, Has.Count.EqualTo(hours));
            foreach (RecordedHour hour in recorded)
            {
                Assert.That(hour.Groups, Is.EqualTo(TestCity.ReadingsOf(segment, hour.Hour)));
                Assert.That(hour.Signers, Is.EqualTo([_test.Oracle.Address]));
            }
        }
    }

    [Test, Order(6)]
    public async Task ReadImbalancesAsync_ParentAboveConsumers_IsFound()
    {
        RegisteredSegment segment = _registry.Segments[1];
        SegmentHead head = await _test.Reader.GetHeadAsync(1, Cancellation);
        Reading[][] readings = TestCity.ReadingsOf(segment, head.NextHour).Select(group => group.ToArray()).ToArray();
        readings[1][2] = readings[1][2] with { Interval = readings[1][2].Interval + new Quantity(5_000) };
        Hash32 config = await _test.Reader.GetOracleConfigAsync(Cancellation);
        HourBatch batch = new(1, head.NextHour, head.LastBatch, HourPayload.Encode(readings), config);
        byte[] signatures = BatchSignatures.Combine(
            _test.City.LedgerDomain.DigestOf(batch), new HourBatchSigner(_test.Oracle, _test.City.LedgerDomain).Sign(batch));
        await _test.CitySenderOf(_test.Bank).SendAsync(_test.City.Contracts.RecordHour(batch, signatures), Cancellation);

        IReadOnlyList<RecordedImbalance> found = await _test.Reader.ReadImbalancesAsync(2, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(found, Has.Count.EqualTo(1));
        Assert.That(found[0], Is.EqualTo(new RecordedImbalance(2, head.NextHour, 2, 5_000, found[0].Tolerance)));
        Assert.That(await _test.Reader.ReadImbalancesAsync(1, Cancellation), Is.Empty);
    }

    [Test, Order(7)]
    public async Task IssueBills_AllAccounts_AreReadBackAndBalance()
    {
        Hash32[] accounts = _test.City.Accounts.Select(account => account.Id).ToArray();
        BillRun run = new(_test.Api, _test.City, Calendar);
        CitySender sender = _test.CitySenderOf(_test.Deployer);
        BillRunResult first = await run.RunAsync(sender, Month.Next, Cancellation);
        BillRunResult second = await run.RunAsync(sender, Month.Next, Cancellation);
        IReadOnlyList<IssuedBill> bills = await _test.Reader.ReadBillsAsync(null, Cancellation);
        IReadOnlyList<AccountBalance> balances = await _test.Reader.GetBalancesAsync(accounts, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first, Is.EqualTo(new BillRunResult(accounts.Length, 0)));
        Assert.That(second, Is.EqualTo(default(BillRunResult)), "what is done is not done again");
        Assert.That(bills.Select(bill => bill.Account), Is.EqualTo(accounts));
        Assert.That(balances.Select(balance => balance.Debt), Is.EqualTo(bills.Select(bill => bill.Total)));
        Assert.That(bills.SelectMany(bill => bill.Lines), Has.All.Matches<BilledLine>(
            line => line is { Kind: LineKind.Charge, Method: VolumeMethod.Measured } && line.Period == Month));
        Assert.That(bills.All(bill => (long)bill.Total.Value == bill.Lines.Sum(line => line.Amount.Value)), Is.True);
        Assert.That(bills[0].Lines.Select(line => line.Service), Does.Contain(BilledService.Heating), "house 1 is heated");
        Assert.That(bills.Take(3).Select(bill => bill.Lines[0].Zone), Is.EqualTo([TariffZone.Whole, TariffZone.Day, TariffZone.Peak]));
        Assert.That(await _test.Reader.ReadBillsAsync(accounts[5], Cancellation), Has.Count.EqualTo(1));
        Assert.That(await _test.Reader.GetNextPeriodsAsync([accounts[0]], Cancellation), Is.EqualTo([Month.Next]));
    }

    [Test, Order(8)]
    public async Task MintAndPay_WholeBill_IsDividedAndWithdrawn()
    {
        Hash32 account = _test.City.AccountOf(_test.Plan.Houses[0].Name, "1");
        IssuedBill bill = (await _test.Reader.ReadBillsAsync(account, Cancellation))[0];
        Kopecks amount = bill.Total + new Kopecks(100);
        await _test.CitySenderOf(_test.Bank).SendManyAsync(
            _test.City.Contracts.MintAndPay(_test.Bank.Address, account, amount, Keccak.Hash256("deposit 1")), Cancellation);

        AccountBalance balance = (await _test.Reader.GetBalancesAsync([account], Cancellation))[0];
        IReadOnlyDictionary<BilledService, Kopecks> paid = await _test.Reader.GetPaidAsync(account, Month, Cancellation);
        ReceivedPayment payment = (await _test.Reader.ReadPaymentsAsync(account, Cancellation)).Single();
        ushort provider = _test.Plan.Tariffs[0].HeatProvider;
        Kopecks share = await _test.Reader.GetProviderBalanceAsync(provider, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(balance, Is.EqualTo(new AccountBalance(account, Kopecks.Zero, new(100))));
        Assert.That(paid, Is.EqualTo(Enum.GetValues<BilledService>().ToDictionary(service => service, bill.AmountOf)));
        Assert.That((payment.Payer, payment.Amount), Is.EqualTo((_test.Bank.Address, amount)));
        Assert.That(share, Is.EqualTo(bill.AmountOf(BilledService.Heating)));

        await _test.CitySenderOf(_test.Payee).SendAsync(_test.City.Contracts.Withdraw(provider, share), Cancellation);
        Assert.That(await _test.Reader.GetProviderBalanceAsync(provider, Cancellation), Is.EqualTo(Kopecks.Zero));
        Assert.That(await _test.Reader.GetRoublesAsync(_test.Payee.Address, Cancellation), Is.EqualTo(share));
    }

    /// <summary>What is learned of a billed month is recalculated once, for whom it changes, and waits for the next bill.</summary>
    [Test, Order(9)]
    public async Task Correct_HourOfABilledMonth_IsRecalculated()
    {
        const ushort Channel = 3;
        ReadingLedgerContract ledger = _test.City.Contracts.ReadingLedger;
        Hash32 config = await _test.Reader.GetOracleConfigAsync(Cancellation);
        ReadingCorrection correction = new(
            new(1, 1, default), new(1, Channel, _registry.Segments[1].FirstHour, 0, ReadingCorrection.Encode([1_000])),
            ReadingLedgerContract.CorrectionReason.MeterFault, Keccak.Hash256("protocol"), config);
        Hash32 digest = await _test.Api.CallAsync(ledger.CorrectionDigest(correction.Details), BlockParameter.Latest, Cancellation);
        Assert.That(_test.City.LedgerDomain.DigestOf(correction.Id), Is.EqualTo(digest));
        byte[] signatures = BatchSignatures.Combine(digest, new HourBatchSigner(_test.Oracle, _test.City.LedgerDomain).Sign(correction));
        await _test.CitySenderOf(_test.Bank).SendAsync(_test.City.Contracts.Correct(correction, signatures), Cancellation);

        CitySender sender = _test.CitySenderOf(_test.Deployer);
        BillRun run = new(_test.Api, _test.City, Calendar);
        BillRunResult first = await run.RunAsync(sender, Month.Next, Cancellation);
        BillRunResult second = await run.RunAsync(sender, Month.Next, Cancellation);
        BillRunResult afterRestart = await new BillRun(_test.Api, _test.City, Calendar).RunAsync(sender, Month.Next, Cancellation);
        IReadOnlyList<BillingContract.Waiting> waiting = await _test.Api.CallAsync(
            _test.City.Contracts.Billing.WaitingOf(_test.City.Accounts[0].Id), BlockParameter.Latest, Cancellation);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(await _test.Reader.HasCorrectionAsync(correction, Cancellation), Is.True);
        Assert.That((first, second, afterRestart), Is.EqualTo((new BillRunResult(0, 1), default(BillRunResult), default(BillRunResult))));
        Assert.That(waiting, Is.EqualTo([new BillingContract.Waiting(
            Month.Value, BillingContract.Service.Electricity, (long)(_test.Plan.Tariffs[0].Electricity.WholeDay.Band1.Value / 10_000))]));
    }

    [Test, Order(10)]
    public async Task Incidents_RaisedAndClosed_AreReadBack()
    {
        CitySender dispatcher = _test.CitySenderOf(_test.Dispatcher);
        CityContracts city = _test.City.Contracts;
        Hash32 id = Keccak.Hash256("incident");
        DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 600);
        await dispatcher.SendManyAsync(
        [
            city.RaiseIncident(id, 1, 4, start, Keccak.Hash256("leak")),
            city.AdvanceIncident(id, IncidentLogContract.Stage.Registered, start, Keccak.Hash256("leak")),
            city.AdvanceIncident(id, IncidentLogContract.Stage.Acknowledged, start.AddMinutes(1), Keccak.Hash256("seen")),
            city.ClearIncident(id, start.AddMinutes(2), Keccak.Hash256("dry")),
            city.ReopenIncident(id, start.AddMinutes(3), Keccak.Hash256("wet again")),
            city.ClearIncident(id, start.AddMinutes(4), Keccak.Hash256("dry again")),
        ], Cancellation);
        RecordedIncident incident = (await _test.Reader.ReadIncidentsAsync(Cancellation)).Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((incident.Id, incident.Substation, incident.Alarm), Is.EqualTo((id, 1u, (byte)4)));
        Assert.That((incident.RaisedAt, incident.ClearedAt), Is.EqualTo((start, (DateTimeOffset?)start.AddMinutes(4))));
        Assert.That(incident.Stage, Is.EqualTo(IncidentLogContract.Stage.Acknowledged));
        Assert.That(
            await _test.Reader.ReadEvidenceAsync(id, Cancellation),
            Is.EquivalentTo(new[] { "leak", "seen", "dry", "wet again", "dry again" }.Select(text => Keccak.Hash256(text))));
    }

    [Test, Order(11)]
    public async Task FollowAsync_WhatComesLater_IsTold()
    {
        ulong from = await _test.Api.GetBlockNumberAsync(Cancellation) + 1;
        await using IAsyncEnumerator<CityLogPage> pages =
            _test.Reader.Log.FollowAsync(_test.Api, from, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        Hash32 id = Keccak.Hash256("later");
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);
        await _test.CitySenderOf(_test.Dispatcher).SendAsync(
            _test.City.Contracts.RaiseIncident(id, 1, 1, now, Keccak.Hash256("low")), Cancellation);
        List<CityLogEntry> told = [];
        ulong next = from;
        while (told.Count == 0)
        {
            Assert.That(await pages.MoveNextAsync(), Is.True);
            Assert.That(pages.Current.FromBlock, Is.EqualTo(next), "no block is passed over");
            next = pages.Current.ToBlock + 1;
            told.AddRange(pages.Current.Entries);
        }
        Assert.That(told.Select(entry => entry.Event), Is.EqualTo((ContractEvent[])
        [
            new IncidentLogEvent.IncidentRaised(id, 1, 1, (ulong)now.ToUnixTimeSeconds(), Keccak.Hash256("low")),
        ]));
    }

    [Test, Order(12)]
    public async Task ReadAsync_WholeHistory_IsDecodedWithoutRest()
    {
        IReadOnlyList<CityLogEntry> all = await _test.Reader.Log.ReadAsync(_test.Api, 0, ulong.MaxValue, Cancellation);
        Assert.That(all.Select(entry => entry.Event.GetType()).Distinct(), Does.Contain(typeof(AccessManagerEvent.RoleGranted))
            .And.Contain(typeof(DirectoryEvent.ContractRegistered))
            .And.Contain(typeof(ReadingLedgerEvent.HourRecorded))
            .And.Contain(typeof(VolumeBookEvent.VolumesFixed))
            .And.Contain(typeof(SettlementRoubleEvent.Minted)));
    }

    /// <summary>A tariff is announced for a day before it can be published; the same call again publishes it.</summary>
    [Test, Order(13)]
    public async Task SubmitAsync_TariffOfARoleWithDelay_WaitsForAllToSee()
    {
        CitySender authority = _test.CitySenderOf(_test.Admin);
        Tariff tariff = _test.Plan.Tariffs[^1] with { FromPeriod = new((ushort)(Month.Value + 60)), PenaltyRate = 800 };
        ContractTransaction publish = _test.City.Contracts.TariffBook.Publish(PlanOnChain.ToChain(tariff));
        DelayedCalls calls = new(_test.Api, _test.City);

        DelayedOutcome first = await calls.SubmitAsync(authority, publish, Cancellation);
        DelayedOutcome second = await calls.SubmitAsync(authority, publish, Cancellation);
        IReadOnlyList<ScheduledCall> waiting = await calls.ReadWaitingAsync(Cancellation);
        LedgerException? stranger = Assert.ThrowsAsync<LedgerException>(
            () => calls.SubmitAsync(_test.CitySenderOf(_test.Bank), publish, Cancellation));
        await _test.Api.Client.SendAsync<System.Text.Json.JsonElement>("evm_increaseTime", [86_401], Cancellation);
        await _test.Api.Client.SendAsync<System.Text.Json.JsonElement>("evm_mine", [], Cancellation);
        DelayedOutcome third = await calls.SubmitAsync(authority, publish, Cancellation);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first, Is.InstanceOf<DelayedOutcome.Waiting>().With.Property(nameof(DelayedOutcome.Waiting.IsNew)).True);
        Assert.That(second, Is.EqualTo(first is DelayedOutcome.Waiting announced ? announced with { IsNew = false } : null));
        Assert.That(waiting.Select(call => (call.Caller, call.ReadyAt)), Is.EqualTo([(_test.Admin.Address, ((DelayedOutcome.Waiting)first).ReadyAt)]));
        Assert.That(waiting[0].Call, Does.StartWith("TariffBook.publish("));
        Assert.That(stranger!.Message, Does.Contain(_test.Bank.Address.ToString()));
        Assert.That(third, Is.InstanceOf<DelayedOutcome.Done>());
        Assert.That((await _test.Reader.ReadRegistryAsync(Cancellation)).Tariffs[^1], Is.EqualTo(tariff));
        Assert.That(await calls.ReadWaitingAsync(Cancellation), Is.Empty);
    }

    private CityCalendar Calendar => new(TimeSpan.FromHours(_test.Plan.UtcOffsetHours));

    private async Task<bool> HasRoleAsync(CityRole role, Address account) => (await _test.Api.CallAsync(
        _test.City.Contracts.AccessManager.HasRole((ulong)role, account), BlockParameter.Latest, Cancellation)).IsMember;

    private sealed class RecordingProgress : IProgress<DeploymentProgress>
    {
        public DeploymentProgress? Last { get; private set; }

        public void Report(DeploymentProgress value) => Last = value;
    }
}
