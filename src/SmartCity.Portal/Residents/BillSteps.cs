namespace SmartCity.Portal;

/// <summary>How the volumes of a bill came about, in sentences.</summary>
internal static class BillSteps
{
    /// <summary>The steps from recorded hours to the volume of a service.</summary>
    public static IEnumerable<string> VolumeOf(BillExplanation explanation, BilledService service) => (service, explanation) switch
    {
        (BilledService.Electricity, { Electricity: { } own }) => OwnSteps(EnergyKind.Electricity, BillText.Own, own),
        (BilledService.CommonNeeds, { CommonNeeds: { } needs }) => CommonSteps(needs),
        (BilledService.Heating, { Heat: { } heat }) => HeatSteps(heat),
        _ => [],
    };

    private static IEnumerable<string> OwnSteps(EnergyKind kind, Phrase what, OwnVolume own)
    {
        yield return what.With(Formats.Energy(kind, own.Measured.Total));
        if (own.Corrected.Total != 0)
        {
            yield return BillText.Corrected.With(Difference(kind, own.Corrected.Total));
        }
        if (own.GapHours > 0)
        {
            yield return BillText.Substituted.With(
                ResidentText.Hours.For(own.GapHours), BillText.NameOf(own.Method), Formats.Energy(kind, own.Billed.Total));
        }
        else if (own.Method == VolumeMethod.Interpolated)
        {
            yield return BillText.InterpolatedHours;
        }
    }

    private static IEnumerable<string> CommonSteps(SharedNeeds needs)
    {
        const EnergyKind Kind = EnergyKind.Electricity;
        (TariffZone Zone, Quantity Parent, Quantity Consumers, long Carried)[] zones =
        [
            (TariffZone.Peak, needs.Measured.Parent.Peak, needs.Measured.Consumers.Peak, needs.Carried.Peak),
            (TariffZone.HalfPeak, needs.Measured.Parent.HalfPeak, needs.Measured.Consumers.HalfPeak, needs.Carried.HalfPeak),
            (TariffZone.Night, needs.Measured.Parent.Night, needs.Measured.Consumers.Night, needs.Carried.Night),
        ];
        foreach ((TariffZone zone, Quantity parent, Quantity consumers, long carried) in zones)
        {
            string name = Capital(BillText.NameOf(zone)!);
            yield return BillText.Common.With(
                name, Formats.Energy(Kind, parent), Formats.Energy(Kind, consumers), Difference(Kind, (long)parent.Value - (long)consumers.Value));
            if (carried < 0)
            {
                yield return BillText.Carried.With(name, Difference(Kind, carried));
            }
        }
        if (needs.HasSubstitutes)
        {
            yield return BillText.CommonSubstituted.With(BillText.NameOf(needs.Method));
        }
        if (needs.Charged.Total == Quantity.Zero)
        {
            yield return BillText.NothingCommon;
            yield break;
        }
        yield return BillText.CommonCharged.With(Formats.Energy(Kind, needs.Charged.Total));
        yield return ShareStep(needs.Share);
    }

    private static IEnumerable<string> HeatSteps(SharedHeat heat)
    {
        const EnergyKind Kind = EnergyKind.Heat;
        if (heat.House is not { } house)
        {
            yield return BillText.HeatByNorm.With(Formats.Area(heat.Share.Area.Value));
            yield break;
        }
        yield return BillText.HeatOfHouse.With(Formats.Energy(Kind, house.House));
        if (heat.Own is { } own)
        {
            foreach (string step in OwnSteps(Kind, BillText.OwnHeat, own))
            {
                yield return step;
            }
        }
        if (house.HasMeteredFlats)
        {
            yield return BillText.HeatByMeters.With(
                Formats.Area(house.MeteredArea.Value), Formats.Energy(Kind, house.Metered), Formats.Area(house.Area.Value));
        }
        else
        {
            yield return ShareStep(heat.Share);
        }
        if (heat.Billed.Method is not (VolumeMethod.Measured or VolumeMethod.Interpolated))
        {
            yield return BillText.CommonSubstituted.With(BillText.NameOf(heat.Billed.Method));
        }
        yield return BillText.YourHeat.With(Formats.Energy(Kind, heat.Billed.Volume.Total));
    }

    private static string ShareStep(AreaShare share) =>
        BillText.ShareByArea.With(Formats.Area(share.Area.Value), Formats.Area(share.Total.Value));

    private static string Difference(EnergyKind kind, long difference) =>
        $"{Formats.EnergyDifference(kind, difference)}\u00a0{Formats.UnitOf(kind)}";

    private static string Capital(string text) => char.ToUpper(text[0], System.Globalization.CultureInfo.CurrentCulture) + text[1..];
}
