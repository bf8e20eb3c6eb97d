namespace SmartCity.Domain;

/// <summary>Place of an account's premises in the row of areas among which its house's volume is divided.</summary>
/// <param name="Before">Sum of the areas registered before it.</param>
/// <param name="Area">Its own area.</param>
/// <param name="Total">Sum of all areas of the group.</param>
public readonly record struct AreaShare(SquareDecimetres Before, SquareDecimetres Area, SquareDecimetres Total)
{
    /// <summary>The account's part of a volume.</summary>
    public Quantity Of(Quantity volume) => Shares.ByRunningTotal(volume, Before, Area, Total);
}
