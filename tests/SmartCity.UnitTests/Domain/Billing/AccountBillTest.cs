using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Billing;

public sealed class AccountBillTest
{
    private static readonly Period September = Tariffs.September;

    [Test]
    public void Of_OneZoneOverTheFirstBand_IsDomain42()
    {
        AccountBill bill = AccountBill.Of(Input(AccountZones.One, Zones(2_000_000, 1_500_000, 1_000_000)));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bill.Lines, Is.EqualTo(new[]
        {
            Charge(BilledService.Electricity, TariffZone.Whole, 1, 1, 3_900_000, 4_930_000, 1_922_700),
            Charge(BilledService.Electricity, TariffZone.Whole, 2, 1, 600_000, 8_270_000, 496_200),
        }));
        Assert.That(bill.Total.ToString(), Is.EqualTo("24189.00"));
        Assert.That(bill.DueOn, Is.EqualTo(new DateOnly(2026, 10, 15)));
    }

    [Test]
    public void Of_TwoZonesWithEverything_HasALineForEach()
    {
        AccountBill bill = AccountBill.Of(Input(AccountZones.Two, Zones(40_000, 60_000, 30_000)) with
        {
            CommonNeeds = new(Zones(200, 186, 169), VolumeMethod.Measured),
            Heating = new(Zones(1_200_000, 0, 0), VolumeMethod.Average),
            Reductions = new(1, 2, 0),
            Waiting =
            [
                new(September.Previous, BilledService.CommonNeeds, new(-1_000)), new(September.Previous, BilledService.Heating, new(500)),
            ],
            Penalties = new Dictionary<BilledService, Kopecks> { [BilledService.HeatingPenalty] = new(317) },
        });

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bill.Lines, Is.EqualTo(new[]
        {
            Charge(BilledService.Electricity, TariffZone.Day, 1, 1, 100_000, 5_670_000, 56_700),
            Charge(BilledService.Electricity, TariffZone.Night, 1, 1, 30_000, 2_960_000, 8_880),
            Charge(BilledService.CommonNeeds, TariffZone.Day, 1, 2, 386, 5_670_000, 219),
            Charge(BilledService.CommonNeeds, TariffZone.Night, 1, 2, 169, 2_960_000, 50),
            Charge(BilledService.Heating, TariffZone.Whole, 0, 3, 1_200_000, 2_500_000_000, 300_000) with { Method = VolumeMethod.Average },
            Other(BilledService.Heating, LineKind.Reduction, September, 3, 3, -1_350) with { Price = 150 },
            Other(BilledService.CommonNeeds, LineKind.Recalculation, September.Previous, 2, 0, -269),
            Other(BilledService.Heating, LineKind.Recalculation, September.Previous, 3, 0, 500),
            Other(BilledService.HeatingPenalty, LineKind.Penalty, September, 3, 0, 317),
        }));
        Assert.That(bill.Amounts[BilledService.CommonNeeds], Is.EqualTo(Kopecks.Zero));
        Assert.That(bill.Left, Is.EqualTo(new[] { new Recalculation(September.Previous, BilledService.CommonNeeds, new(-731)) }));
        Assert.That(bill.Total, Is.EqualTo(new Kopecks(56_700 + 8_880 + 300_000 - 1_350 + 500 + 317)));
        Assert.That(bill.Vat, Is.EqualTo(SmartCity.Domain.Charge.VatContained(new(56_700 + 8_880 + 300_000 - 1_350 + 500), 2_200)));
    }

    [Test]
    public void Of_NothingConsumed_HasNoLines()
    {
        AccountBill bill = AccountBill.Of(Input(AccountZones.Three, default));
        Assert.That((bill.Lines.Count, bill.Total), Is.EqualTo((0, Kopecks.Zero)));
    }

    [Test]
    public void Of_ServiceBeyondFortyBits_Throws() => Assert.Throws<OverflowException>(
        () => AccountBill.Of(Input(AccountZones.One, default) with { Heating = new(Zones(1UL << 43, 0, 0), VolumeMethod.Measured) }));

    [Test]
    public void NetCharges_IsTheBillWithoutWhatWaits()
    {
        AccountBillInput input = Input(AccountZones.Three, Zones(40_000, 60_000, 30_000)) with
        {
            Reductions = new(0, 0, 100),
            Waiting = [new(September.Previous, BilledService.Electricity, new(-1_000))],
        };
        Assert.That(
            AccountBill.NetCharges(input)[BilledService.Electricity],
            Is.EqualTo(AccountBill.Of(input).Amounts[BilledService.Electricity] + new Kopecks(1_000)));
    }

    /// <summary>Whatever stands in a bill: lines and amounts both are its total, and every quantity billed was used.</summary>
    [Test]
    public void Of_AnyInput_AddsUp() =>
        Gen.Select(
            Gen.ULong[0, 9_000_000].Array[3], Gen.ULong[0, 90_000].Array[3], Gen.ULong[0, 5_000_000], Gen.UInt[0, 700].Array[3],
            Gen.Int[1, 3], Gen.Long[-9_000_000, 100_000].Array[3]).Sample((own, common, heat, hours, zones, waiting) =>
        {
            AccountBillInput input = Input((AccountZones)zones, Zones(own[0], own[1], own[2])) with
            {
                CommonNeeds = new(Zones(common[0], common[1], common[2]), VolumeMethod.Measured),
                Heating = new(Zones(heat, 0, 0), VolumeMethod.Measured),
                Reductions = new(hours[0], hours[1], hours[2]),
                Waiting = [.. waiting.Select((amount, service) => new Recalculation(September.Previous, (BilledService)service, new(amount)))],
            };
            AccountBill bill = AccountBill.Of(input);
            return bill.Lines.Sum(line => line.Amount.Value) == (long)bill.Total.Value
                && bill.Amounts.Values.Sum(amount => (long)amount.Value) == (long)bill.Total.Value
                && Quantity(bill, BilledService.Electricity) == own.Sum(value => (long)value)
                && Quantity(bill, BilledService.CommonNeeds) == common.Sum(value => (long)value)
                && AccountBill.NetCharges(input).Sum(charge => (long)charge.Value.Value) + waiting.Sum()
                    == (long)bill.Total.Value + bill.Left.Sum(entry => entry.Amount.Value);
        });

    private static long Quantity(AccountBill bill, BilledService service) =>
        bill.Lines.Where(line => line.Service == service && line.Kind == LineKind.Charge).Sum(line => line.Quantity);

    private static AccountBillInput Input(AccountZones zones, ZoneConsumption own) => new(
        September, Tariffs.Plain, zones, new(own, VolumeMethod.Measured), default, default, default, [], new Dictionary<BilledService, Kopecks>());

    private static BilledLine Charge(BilledService service, TariffZone zone, int band, int provider, long quantity, ulong price, long amount) => new(
        service, LineKind.Charge, zone, band, VolumeMethod.Measured, September, (ushort)provider, quantity, price, new(amount));

    private static BilledLine Other(BilledService service, LineKind kind, Period period, int provider, long quantity, long amount) => new(
        service, kind, TariffZone.Whole, 0, VolumeMethod.Measured, period, (ushort)provider, quantity, 0, new(amount));

    private static ZoneConsumption Zones(ulong peak, ulong halfPeak, ulong night) => new(new(peak), new(halfPeak), new(night));
}
