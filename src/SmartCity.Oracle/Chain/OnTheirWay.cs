namespace SmartCity.Oracle;

/// <summary>
/// Hours of all segments that were sent and are in no block yet, and how many more may join them. Pure. Bounded by number, because beyond it the
/// sender waits for room, and by gas: a development node may take all of it into one block, answers nothing while it works on it, and
/// Hardhat's keeps every step of it in memory until the block is done.
/// </summary>
/// <param name="Hours">How many.</param>
/// <param name="Gas">What they are expected to use.</param>
internal readonly record struct OnTheirWay(long Hours, ulong Gas)
{
    /// <summary>Fewer than the sender takes before it waits for room.</summary>
    public const int MostHours = 800;

    /// <summary>Some 110 ordinary hours of full segments, 170,000 readings, or 11 of which nothing is known but their limits: as many as Hardhat's node
    /// takes into one block with 2 GB.</summary>
    public const ulong MostGas = 200_000_000;

    /// <summary>With more hours.</summary>
    /// <param name="hours">How many.</param>
    /// <param name="gasOfHour">What each is expected to use.</param>
    public OnTheirWay With(long hours, ulong gasOfHour) => new(Hours + hours, Gas + (ulong)hours * gasOfHour);

    /// <summary>How many hours may join that use so much each. One may whenever none is on its way: no call has a limit near <see cref="MostGas"/>.</summary>
    public int RoomFor(ulong gasOfHour)
    {
        ulong byNumber = (ulong)Math.Max(0, MostHours - Hours);
        ulong byGas = (MostGas - Math.Min(Gas, MostGas)) / Math.Max(1, gasOfHour);
        return (int)Math.Min(byNumber, byGas);
    }
}
