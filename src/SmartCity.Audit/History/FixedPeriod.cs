using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A channel's volume of a period that was fixed.</summary>
/// <param name="Volume">Used and estimated together.</param>
/// <param name="Method">How it came about.</param>
/// <param name="GapHours">Hours that did not count.</param>
/// <param name="Run">How many gap periods in a row this one is the last of, as far as a byte counts.</param>
/// <param name="IsSilent">There is no substitute for the hours that did not count, and nobody is told of them.</param>
internal sealed record FixedChannel(ZoneConsumption Volume, VolumeMethod Method, uint GapHours, uint Run, bool IsSilent)
{
    /// <summary>Did hours not count? Then the volume stands as it was fixed, else the ledger's is taken.</summary>
    public bool IsKept => GapHours != 0;

    /// <summary>Contains the volume a substitute?</summary>
    public bool IsEstimated => IsKept && !IsSilent;

    /// <summary>Is it what the contract says?</summary>
    public bool Equals(VolumeBookContract.Volume found) =>
        (Volume, (int)Method) == (FixedPeriod.ZonesOf(found.ByZone), (int)found.Method)
        && (IsSilent ? (0, 0) : (GapHours, Run)) == (found.GapHours, found.Run);
}

/// <summary>A group's period as its volumes were fixed.</summary>
/// <param name="Shared">Of electricity the common needs charged, of heat the volume of the house in peak.</param>
/// <param name="Method">Method of the parent meter's volume.</param>
/// <param name="HasGaps">Has any consumer a substitute?</param>
/// <param name="Metered">Of heat, the volume of the premises with meters.</param>
/// <param name="MeteredArea">Their area.</param>
/// <param name="UnheatedArea">Area of the premises with a boiler of their own.</param>
/// <param name="Revision">How often the period had been corrected.</param>
/// <param name="Carry">Negative common needs that are carried on.</param>
/// <param name="Channels">All channels of the group.</param>
internal sealed record FixedPeriod(
    ZoneConsumption Shared,
    VolumeMethod Method,
    bool HasGaps,
    Quantity Metered,
    SquareDecimetres MeteredArea,
    SquareDecimetres UnheatedArea,
    uint Revision,
    HouseNeedsCarry Carry,
    IReadOnlyList<FixedChannel> Channels)
{
    /// <summary>Is it what the contract says?</summary>
    public bool Equals(VolumeBookContract.House house) =>
        Shared == ZonesOf(house.Shared)
        && ((int)Method, HasGaps, Metered.Value, MeteredArea.Value, UnheatedArea.Value, Revision)
            == ((int)house.Method, house.HasGaps, house.Metered, house.MeteredArea, house.UnheatedArea, house.Revision);

    /// <summary>Zones as the contracts write them.</summary>
    public static ZoneConsumption ZonesOf(IReadOnlyList<ulong> zones) => new(new(zones[0]), new(zones[1]), new(zones[2]));
}
