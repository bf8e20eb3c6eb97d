using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Ledger;

public sealed class CityRegistryTest
{
    private static readonly MeterRegistryContract.Meter Old = new(1, ShortText.Encode("Mercury 230"), 100, 1, 0, 20_000, 120);
    private static readonly MeterRegistryContract.Meter New = Old with { SerialNumber = 2 };

    private static readonly ContractEvent[] Told =
    [
        new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, 497_000),
        new MeterRegistryEvent.SegmentOpened(2, MeterRegistryContract.Kind.Heat, 497_000),
        new MeterRegistryEvent.GroupAdded(1, 1, Old, [new(Old with { SerialNumber = 5 }, 2), new(Old with { SerialNumber = 6 }, 0)], 497_000),
        new MeterRegistryEvent.GroupAdded(2, 2, Old with { SerialNumber = 9 }, [], 497_000),
    ];

    private static CityRegistry Registry(IEnumerable<ContractEvent> events) => CityRegistry.From(new(TimeSpan.FromHours(3)), events);

    [Test]
    public void From_Groups_HaveTheirChannelsAndPhases()
    {
        CityRegistry registry = Registry(Told);
        RegisteredGroup group = registry.Segments[1].Groups[0];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(registry.Segments[1].ChannelsAt(new(497_000)), Is.EqualTo([5]));
        Assert.That(registry.Segments[2].ChannelsAt(new(497_000)), Is.EqualTo([1]));
        Assert.That(Enumerable.Range(0, 5).Select(group.PhaseOf), Is.EqualTo([0, 1, 2, 2, 0]));
        Assert.That(Enumerable.Range(0, 5).Select(channel => group.MeterOf(channel).SerialNumber), Is.EqualTo([1, 1, 1, 5, 6]));
        Assert.That(registry.Segments[2].Groups[0].PhaseOf(0), Is.Zero);
    }

    [TestCase(2, ExpectedResult = "2 2 2 5 6", Description = "a phase of the parent: the meter as a whole")]
    [TestCase(4, ExpectedResult = "1 1 1 5 2", Description = "the second consumer")]
    public string From_MeterReplaced_TheNewOneMeasures(int channel)
    {
        CityRegistry registry = Registry([.. Told, new MeterRegistryEvent.MeterReplaced(1, (ushort)channel, New, 498_000)]);
        RegisteredGroup group = registry.Segments[1].Groups[0];
        return string.Join(' ', Enumerable.Range(0, 5).Select(index => group.MeterOf(index).SerialNumber));
    }

    [Test]
    public void ChannelsAt_GroupAddedLater_IsPartFromItsFirstHourOn()
    {
        CityRegistry registry = Registry([.. Told, new MeterRegistryEvent.GroupAdded(3, 1, New, [], 497_100)]);
        Assert.That(registry.Segments[1].ChannelsAt(new(497_099)), Is.EqualTo([5]));
        Assert.That(registry.Segments[1].ChannelsAt(new(497_100)), Is.EqualTo([5, 3]));
    }

    [Test]
    public void From_MeterDecommissioned_LeavesItsPlaceEmpty()
    {
        CityRegistry registry = Registry([.. Told, new MeterRegistryEvent.MeterDecommissioned(1, 3, 498_000)]);
        RegisteredGroup group = registry.Segments[1].Groups[0];
        Assert.That(group.MeterOf(3).AccuracyClass, Is.Zero);
        Assert.That(group.PhaseOf(3), Is.EqualTo(2));
        Assert.That(group.MeterOf(4).SerialNumber, Is.EqualTo(6));
    }

    [Test]
    public void From_EventsMissing_IsNoticed()
    {
        Assert.That(() => Registry(Told[1..]), Throws.TypeOf<LedgerException>().With.Message.Contains("segment 1"));
        Assert.That(
            () => Registry([new MeterRegistryEvent.MeterReplaced(7, 0, New, 1)]),
            Throws.TypeOf<LedgerException>().With.Message.Contains("group 7"));
    }

    [Test]
    public void From_IncidentChangedButNeverRaised_IsNoticed()
    {
        CityLogEntry entry = new(
            new IncidentLogEvent.IncidentCleared(Keccak.Hash256("x"), 5, default),
            new EthLog(default, [], default, 1, default, default, 0, 0));
        Assert.That(() => RecordedIncident.From([entry]), Throws.TypeOf<LedgerException>());
    }

    [Test]
    public void Decode_LogOfNoContractOfTheCity_IsRefused()
    {
        EthLog log = new(Cities.Address(77), [], default, 12, default, default, 0, 3);
        EthLog unknown = log with { Address = Cities.Contracts().Billing.Address, Topics = [Keccak.Hash256("Unheard(uint256)")] };
        CityLog city = new(Cities.Contracts());
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(() => city.Decode(log), Throws.TypeOf<LedgerException>().With.Message.Contains(Cities.Address(77).ToString()));
        Assert.That(() => city.Decode(unknown), Throws.TypeOf<LedgerException>().With.Message.Contains("Billing").And.Message.Contains("block 12"));
    }

    [Test]
    public void Decode_HourWhosePayloadIsNotTheSigned_IsRefused()
    {
        RegisteredSegment segment = Registry(Told).Segments[2];
        ReadingLedgerDomain domain = Cities.Deployed().LedgerDomain;
        byte[] payload = HourPayload.Encode([[new Reading(new(5), Quality.Measured)]]);
        HourBatch batch = new(2, new(497_000), default, payload, default);
        using EthECKey key = EthECKey.Generate();
        byte[] signatures = BatchSignatures.Combine(domain.DigestOf(batch), new HourBatchSigner(key, domain).Sign(batch));
        ReadingLedgerEvent.HourRecorded told = new(2, 497_000, batch.Id, default, default, payload, signatures);
        byte[] changed = [.. payload];
        changed[2] ^= 1;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(RecordedHour.Decode(told, segment, domain).Signers, Is.EqualTo([key.Address]));
        Assert.That(
            () => RecordedHour.Decode(told with { Payload = changed }, segment, domain), Throws.TypeOf<FormatException>());
    }

    private static readonly Hash32 First = Keccak.Hash256("first");
    private static readonly Hash32 Second = Keccak.Hash256("second");
    private static readonly AccountBookContract.Terms TwoZones = new(2, 3, AccountBookContract.Heating.House);

    private static readonly AccountBookEvent.AccountOpened Opened = new(
        First, new(new(1, 3, 2, 0, 5_000), 700, 0, 680, 0, default, default), TwoZones);

    [Test]
    public void From_TermsChanged_HoldFromTheirPeriodOn()
    {
        RegisteredAccount account = Registry(
        [
            .. Told, Opened,
            new AccountBookEvent.TermsChanged(First, 682, TwoZones with { Zones = 3 }),
            new AccountBookEvent.TermsChanged(First, 682, TwoZones with { Zones = 1 }),
        ]).Accounts.Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(account.TermsIn(new(681)), Is.EqualTo(new AccountTerms(AccountZones.Two, 3, HeatingTerms.House)));
        Assert.That(account.TermsIn(new(682)).Zones, Is.EqualTo(AccountZones.One), "terms of the same period replace those before");
        Assert.That(account.TermsIn(new(600)), Is.EqualTo(account.TermsIn(new(680))), "before it began: its first ones");
    }

    /// <summary>2026-10-15 03:00 local is in period 681: the account gets its last bill for it, the successor its first.</summary>
    [Test]
    public void From_MovedOut_SuccessorTakesThePremisesOver()
    {
        const uint Hour = 497_712;
        CityRegistry registry = Registry(
            [.. Told, Opened, new AccountBookEvent.MovedOut(First, Second, 681, new(Hour, [10, 20, 30]))]);
        (RegisteredAccount closed, RegisteredAccount successor) = (registry.Accounts[0], registry.Accounts[1]);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((closed.Last, closed.Successor), Is.EqualTo(((Period?)new Period(681), (Hash32?)Second)));
        Assert.That((closed.IsBilledIn(new(681)), closed.IsBilledIn(new(682))), Is.EqualTo((true, false)));
        Assert.That((successor.First, successor.Predecessor), Is.EqualTo((new Period(681), (Hash32?)First)));
        Assert.That(successor.Premises, Is.EqualTo(closed.Premises));
        Assert.That(successor.AreaBeforeInElectricityGroup, Is.EqualTo(700), "the place in the row of areas stays");
        Assert.That(successor.Opening, Is.EqualTo(new RegisteredHandover(new(Hour), new(new(10), new(20), new(30)))).And.EqualTo(closed.Closing));
    }

    [Test]
    public void From_AccountChangedButNeverOpened_IsNoticed() => Assert.That(
        () => Registry([.. Told, new AccountBookEvent.TermsChanged(First, 682, TwoZones)]),
        Throws.TypeOf<LedgerException>().With.Message.Contains(First.ToString()));

    [Test]
    public void Enums_OfTheDomain_HaveTheNumbersOfTheContracts()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Enum.GetNames<BilledService>(), Is.EqualTo(Enum.GetNames<BillingContract.Service>()));
        Assert.That(Enum.GetNames<LineKind>(), Is.EqualTo(Enum.GetNames<BillingContract.LineKind>()));
        Assert.That(Enum.GetNames<TariffZone>(), Is.EqualTo(Enum.GetNames<BillingContract.Zone>()));
        Assert.That(Enum.GetNames<VolumeMethod>(), Is.EqualTo(Enum.GetNames<VolumeBookContract.Method>()));
        Assert.That(Enum.GetNames<HeatingTerms>(), Is.EqualTo(Enum.GetNames<AccountBookContract.Heating>()));
    }
}
