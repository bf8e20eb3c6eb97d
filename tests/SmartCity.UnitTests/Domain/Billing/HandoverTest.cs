using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class HandoverTest
{
    private static readonly Gen<ZoneConsumption> Zone =
        Gen.Select(Gen.ULong[0, 1_000_000], Gen.ULong[0, 1_000_000], Gen.ULong[0, 1_000_000]).Select((a, b, c) => Zones(a, b, c));

    [Test]
    public void OfOwn_RegistersAtTheHandover_DivideZoneByZone()
    {
        // Peak: half of 101 is rounded up; half-peak: all before; night: the register stood, so 240 of 720 hours.
        HandedOver<ZoneConsumption> own = new Handover(240, 720).OfOwn(Zones(101, 50, 30), Zones(10, 7, 0), Zones(20, 7, 0));
        Assert.That(own, Is.EqualTo(new HandedOver<ZoneConsumption>(Zones(51, 50, 10), Zones(50, 0, 20))));
    }

    [Test]
    public void OfShare_ByHours_RoundsTheClosedAccountsPartDown() =>
        Assert.That(new Handover(1, 3).OfShare(new(100)), Is.EqualTo(new HandedOver<Quantity>(new(33), new(67))));

    [Test]
    public void OfOwn_AnyRegisters_AddsUp() =>
        Gen.Select(Zone, Zone, Zone, Gen.UInt[0, 744]).Sample((used, before, after, hours) =>
        {
            HandedOver<ZoneConsumption> own = new Handover(hours, 744).OfOwn(used, before, before + after);
            return own.Closed + own.Successor == used;
        });

    [Test]
    public void OfShare_AnyHours_AddsUp() =>
        Gen.Select(Gen.ULong[0, ulong.MaxValue], Gen.UInt[0, 744]).Sample((share, hours) =>
        {
            HandedOver<Quantity> parts = new Handover(hours, 744).OfShare(new(share));
            return parts.Closed + parts.Successor == new Quantity(share);
        });

    private static ZoneConsumption Zones(ulong peak, ulong halfPeak, ulong night) => new(new(peak), new(halfPeak), new(night));
}
