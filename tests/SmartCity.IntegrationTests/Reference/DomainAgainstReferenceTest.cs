using System.Numerics;
using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>
/// The calculators of the domain against the reference: the same random histories, every volume and every bill line of them equal to the
/// last unit. The calculators are fed with what the reference read; what they make of it is their own.
/// </summary>
public sealed class DomainAgainstReferenceTest
{
    private const int Histories = 40;

    [Test]
    public void Charges_AnyHistory_AreEqualToTheLastUnit([Range(1_001, 1_000 + Histories)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        History history = HistoryGenerator.Generate(seed);
        ReferenceLedger reference = new(history.UtcOffsetHours);
        reference.ApplyAll(history.Commands);

        Assert.That(reference.Bills, Is.Not.Empty);
        foreach ((int account, int period) in reference.Bills.Keys)
        {
            DomainBook book = new(reference, history, period);
            Assert.That(
                AccountBill.Of(book.InputOf(reference.Accounts.Of(account))).Lines.Select(Plain),
                Is.EqualTo(reference.LinesOf(account, period)),
                $"account {account}, period {period}");
        }
    }

    private static Line Plain(BilledLine line) => new(
        (int)line.Service, (Kind)line.Kind, (int)line.Zone, line.Band, (Method)line.Method, line.Period.Value, line.Provider,
        line.Quantity, (long)line.Price, line.Amount.Value);

    /// <summary>A period of the city as the domain computes it.</summary>
    private sealed class DomainBook(ReferenceLedger reference, History history, int period)
    {
        private readonly Tariff _tariff = Convert(reference.TariffOf(period));

        public AccountBillInput InputOf(AccountState account)
        {
            ReductionHours reductions = Reductions(account.Premises);
            return new(
                new((ushort)period), _tariff, (AccountZones)account.TermsIn(period).Zones, Electricity(account), CommonNeeds(account),
                Heating(account), reductions, [], new Dictionary<BilledService, Kopecks>());
        }

        private ServiceVolume Electricity(AccountState account)
        {
            Premises premises = account.Premises;
            BilledVolume volume = VolumeOf(premises.ElectricityGroup, premises.ElectricityChannel, period)!;
            (long first, int hours) = reference.Readings.HoursOf(premises.ElectricityGroup, period);
            ZoneConsumption Rise(long to) => Zones(Minus(
                reference.Readings.SignedBefore(premises.ElectricityGroup, premises.ElectricityChannel, to),
                reference.Readings.SignedBefore(premises.ElectricityGroup, premises.ElectricityChannel, first)));
            ZoneConsumption part = volume.Volume;
            if (account.Closing is { } closing && closing.Period == period)
            {
                part = new SmartCity.Domain.Handover((uint)(closing.Hour - first), (uint)hours)
                    .OfOwn(volume.Volume, Rise(closing.Hour), Rise(first + hours)).Closed;
            }
            if (account.Opening is { } opening && opening.Period == period)
            {
                part -= new SmartCity.Domain.Handover((uint)(opening.Hour - first), (uint)hours)
                    .OfOwn(volume.Volume, Rise(opening.Hour), Rise(first + hours)).Closed;
            }
            return new(part, volume.Method);
        }

        private ServiceVolume CommonNeeds(AccountState account)
        {
            int group = account.Premises.ElectricityGroup;
            HouseNeeds needs = default;
            VolumeMethod method = default;
            for (int p = reference.Readings.Time.PeriodOf(reference.Readings.Group(group).FirstHour); p <= period; p++)
            {
                ZoneConsumption consumers = ConsumersOf(group, p);
                BilledVolume?[] parents = [.. Enumerable.Range(0, 3).Select(channel => VolumeOf(group, channel, p))];
                bool known = parents.All(parent => parent is not null);
                ZoneConsumption parent = known
                    ? parents.Aggregate(default(ZoneConsumption), (sum, one) => sum + one!.Volume)
                    : consumers;
                method = known ? parents.Max(one => one!.Method) : VolumeMethod.Norm;
                needs = HouseNeeds.Of(needs.Carry, parent, consumers);
            }
            ZoneConsumption share = needs.ShareOf(ShareOf(Energy.Electricity, group, account));
            return new(new(Part(account, share.Peak), Part(account, share.HalfPeak), Part(account, share.Night)), method);
        }

        private ServiceVolume Heating(AccountState account)
        {
            SquareDecimetres area = new((uint)account.Premises.Area);
            int group = account.Premises.HeatGroup;
            switch (account.TermsIn(period).Heating)
            {
                case Reference.Heating.Norm:
                    return Heat(Part(account, HouseHeat.ByNorm(area, _tariff.HeatNorm)), VolumeMethod.Norm);
                case Reference.Heating.House:
                    (Quantity house, VolumeMethod method) = ParentOfHeat(group, period);
                    AccountState[] all = [.. reference.Accounts.PremisesOf(Energy.Heat, group)];
                    AccountState[] metered = [.. all.Where(one => one.Premises.HeatChannel != 0)];
                    Quantity sum = metered.Aggregate(Quantity.Zero, (total, one) => total + OwnHeat(one));
                    AreaShare share = ShareOf(Energy.Heat, group, account);
                    HouseHeat heat = new(house, share.Total, AreaOf(all.Where(IsUnheated)), sum, AreaOf(metered));
                    Quantity part = !heat.HasMeteredFlats ? heat.ShareOf(share.Before, area)
                        : account.Premises.HeatChannel != 0 ? heat.OfMetered(OwnHeat(account), area)
                        : heat.OfUnmetered(area);
                    return Heat(Part(account, part), account.Premises.HeatChannel == 0 ? method : OwnHeatMethod(account));
                default:
                    return default;
            }
        }

        private bool IsUnheated(AccountState premises) =>
            reference.Accounts.TermsOf(premises, period).Heating == Reference.Heating.OwnBoiler;

        private Quantity OwnHeat(AccountState account) =>
            VolumeOf(account.Premises.HeatGroup, account.Premises.HeatChannel, period)!.Volume.Peak;

        private VolumeMethod OwnHeatMethod(AccountState account) =>
            VolumeOf(account.Premises.HeatGroup, account.Premises.HeatChannel, period)!.Method;

        private (Quantity Volume, VolumeMethod Method) ParentOfHeat(int group, int of)
        {
            if (VolumeOf(group, 0, of) is { } volume)
            {
                return (volume.Volume.Peak, volume.Method);
            }
            SquareDecimetres area = AreaOf(reference.Accounts.PremisesOf(Energy.Heat, group));
            MonthlyNorm norm = MonthlyNorm.OfArea(area, (uint)reference.TariffOf(of).HeatNorm);
            // The raising coefficient is for flats' meters: the house's norm is plain, whatever ails its meter.
            return (VolumeLadder.Of(EnergyKind.Heat, PeriodOf(group, 0, of), [], 0, norm, 10_000).Volume.Peak, VolumeMethod.Norm);
        }

        private ZoneConsumption ConsumersOf(int group, int of) => Enumerable
            .Range(3, reference.Readings.ChannelsOf(group) - 3)
            .Aggregate(default(ZoneConsumption), (sum, channel) => sum + VolumeOf(group, channel, of)!.Volume);

        /// <summary>A channel's volume; null for a parent's that would need a norm.</summary>
        private BilledVolume? VolumeOf(int group, int channel, int of)
        {
            AddGroup details = reference.Readings.Group(group);
            MeasuredPeriod part = PeriodOf(group, channel, of);
            bool isParent = channel < ReadingBook.ParentChannels(details.Energy);
            bool isUnheated = details.Energy == Energy.Heat && !isParent && ParentOfHeat(group, of).Volume == Quantity.Zero;
            if (part.GapHours != 0 && isUnheated)
            {
                return new(part.Used, part.EstimatedHours == 0 ? VolumeMethod.Measured : VolumeMethod.Interpolated, null);
            }
            AccountState? account = reference.Accounts.ConsumerAt(details.Energy, group, channel);
            PublishTariff tariff = reference.TariffOf(of);
            MonthlyNorm norm = account is null ? MonthlyNorm.OfResidents(0, 0)
                : details.Energy == Energy.Heat ? MonthlyNorm.OfArea(new((uint)account.Premises.Area), (uint)tariff.HeatNorm)
                : MonthlyNorm.OfResidents((uint)account.TermsIn(of).Residents, (uint)tariff.ElectricityNorm);
            (AveragedPeriod[] before, uint run) = Before(details, channel, of, part.IsGapPeriod);
            BilledVolume volume = VolumeLadder.Of((EnergyKind)details.Energy, part, before, run, norm, (ushort)tariff.NormCoefficient);
            return isParent && volume.Method >= VolumeMethod.Norm ? null : volume;
        }

        /// <summary>What an average is taken of, and the gap periods in a row just before a period.</summary>
        private (AveragedPeriod[] Periods, uint Run) Before(AddGroup group, int channel, int of, bool isGapPeriod)
        {
            int first = reference.Readings.Time.PeriodOf(group.FirstHour);
            int[] earlier = [.. Enumerable.Range(first, of - first).Reverse()];
            int run = earlier.TakeWhile(p => PeriodOf(group.Group, channel, p).IsGapPeriod).Count();
            AveragedPeriod[] periods = [.. earlier.Skip(isGapPeriod ? run : 0).Take(VolumeLadder.MaxAveragedPeriods)
                .Where(p => group.Energy == Energy.Electricity || PeriodOf(group.Group, 0, p).Used.Peak != Quantity.Zero)
                .Select(p => PeriodOf(group.Group, channel, p)).Select(p => new AveragedPeriod(p.Used, p.UsableHours))];
            return (periods, (uint)run);
        }

        private MeasuredPeriod PeriodOf(int group, int channel, int of)
        {
            (long first, int hours) = reference.Readings.HoursOf(group, of);
            (int missing, int estimated) = reference.Readings.ExceptionsOf(group, channel, of);
            (long Hour, string Reason)? unusable = reference.Readings.UnusableFrom(group, channel, of);
            MeterFault fault = unusable?.Reason switch
            {
                "broken" => MeterFault.Broken,
                "refused" => MeterFault.AccessRefused,
                "expired" => MeterFault.VerificationExpired,
                _ => MeterFault.None,
            };
            uint before = unusable is null ? (uint)hours : (uint)(unusable.Value.Hour - first);
            return new(
                Zones(reference.Readings.ConsumptionOf(group, channel, of)), (uint)hours, (uint)missing, (uint)estimated, before, fault);
        }

        private ReductionHours Reductions(Premises premises)
        {
            ReductionHours heat = Of(premises.HeatGroup);
            return new(heat.HeatExcessHours, heat.HeatDegreeHours, Of(premises.ElectricityGroup).ElectricityExcessHours);

            ReductionHours Of(int group) => SmartCity.Domain.Outages.Of(history.Commands.OfType<RecordOutage>()
                .Where(outage => outage.Group == group)
                .SelectMany(outage => new Outage((OutageKind)outage.Type, (ulong)outage.From, (ulong)outage.To, (uint)outage.Measure)
                    .ByPeriod(new(TimeSpan.FromHours(history.UtcOffsetHours))))
                .Where(part => part.Period.Value == period).Select(part => part.Part));
        }

        private Quantity Part(AccountState account, Quantity share)
        {
            long first = reference.Readings.Time.FirstHourOf(period);
            uint hours = (uint)(reference.Readings.Time.FirstHourOf(period + 1) - first);
            Quantity part = account.Closing is { } closing && closing.Period == period
                ? new SmartCity.Domain.Handover((uint)(closing.Hour - first), hours).OfShare(share).Closed
                : share;
            return account.Opening is { } opening && opening.Period == period
                ? part - new SmartCity.Domain.Handover((uint)(opening.Hour - first), hours).OfShare(share).Closed
                : part;
        }

        private AreaShare ShareOf(Energy energy, int group, AccountState account)
        {
            AccountState[] all = [.. reference.Accounts.PremisesOf(energy, group)];
            return new(
                AreaOf(all.TakeWhile(one => one.Premises != account.Premises)), new((uint)account.Premises.Area), AreaOf(all));
        }

        private static SquareDecimetres AreaOf(IEnumerable<AccountState> premises) => new((uint)premises.Sum(one => one.Premises.Area));

        private static ServiceVolume Heat(Quantity volume, VolumeMethod method) => new(new(volume, default, default), method);

        private static BigInteger[] Minus(BigInteger[] left, BigInteger[] right) => [.. left.Zip(right, (one, other) => one - other)];

        private static ZoneConsumption Zones(BigInteger[] zones) => new(new((ulong)zones[0]), new((ulong)zones[1]), new((ulong)zones[2]));

        private static Tariff Convert(PublishTariff tariff)
        {
            BandPrices Prices(int at) => new(
                new((ulong)tariff.Prices[at]), new((ulong)tariff.Prices[at + 1]), new((ulong)tariff.Prices[at + 2]));
            return new(
                new((ushort)tariff.FromPeriod), new(Prices(0), Prices(3), Prices(6), Prices(9), Prices(12), Prices(15)),
                new(new((ulong)tariff.FirstBandLimit), new((ulong)tariff.SecondBandLimit)), new((ulong)tariff.HeatPrice),
                (ushort)tariff.VatRate, (byte)tariff.DueDay, (ushort)tariff.ElectricityProvider, (ushort)tariff.CommonNeedsProvider,
                (ushort)tariff.HeatProvider, (ushort)tariff.PenaltyRate, (ushort)tariff.ReductionRate, (uint)tariff.ElectricityNorm,
                (uint)tariff.HeatNorm, (ushort)tariff.NormCoefficient);
        }
    }
}
