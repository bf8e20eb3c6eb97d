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

    [Test]
    public void From_Groups_HaveTheirChannelsAndPhases()
    {
        CityRegistry registry = CityRegistry.From(Told);
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
        CityRegistry registry = CityRegistry.From([.. Told, new MeterRegistryEvent.MeterReplaced(1, (ushort)channel, New, 498_000)]);
        RegisteredGroup group = registry.Segments[1].Groups[0];
        return string.Join(' ', Enumerable.Range(0, 5).Select(index => group.MeterOf(index).SerialNumber));
    }

    [Test]
    public void ChannelsAt_GroupAddedLater_IsPartFromItsFirstHourOn()
    {
        CityRegistry registry = CityRegistry.From([.. Told, new MeterRegistryEvent.GroupAdded(3, 1, New, [], 497_100)]);
        Assert.That(registry.Segments[1].ChannelsAt(new(497_099)), Is.EqualTo([5]));
        Assert.That(registry.Segments[1].ChannelsAt(new(497_100)), Is.EqualTo([5, 3]));
    }

    [Test]
    public void From_MeterDecommissioned_LeavesItsPlaceEmpty()
    {
        CityRegistry registry = CityRegistry.From([.. Told, new MeterRegistryEvent.MeterDecommissioned(1, 3, 498_000)]);
        RegisteredGroup group = registry.Segments[1].Groups[0];
        Assert.That(group.MeterOf(3).AccuracyClass, Is.Zero);
        Assert.That(group.PhaseOf(3), Is.EqualTo(2));
        Assert.That(group.MeterOf(4).SerialNumber, Is.EqualTo(6));
    }

    [Test]
    public void From_EventsMissing_IsNoticed()
    {
        Assert.That(() => CityRegistry.From(Told[1..]), Throws.TypeOf<LedgerException>().With.Message.Contains("segment 1"));
        Assert.That(
            () => CityRegistry.From([new MeterRegistryEvent.MeterReplaced(7, 0, New, 1)]),
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
        RegisteredSegment segment = CityRegistry.From(Told).Segments[2];
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

    [Test]
    public void ToDomain_EveryService_KeepsItsName() => Assert.That(
        Enum.GetValues<BillingContract.Service>().Select(service => IssuedBill.ToDomain(service).ToString()),
        Is.EqualTo(Enum.GetNames<BillingContract.Service>()).And.EqualTo(Enum.GetNames<Service>()));
}
