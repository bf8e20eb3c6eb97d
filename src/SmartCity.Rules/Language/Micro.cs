namespace SmartCity.Rules;

/// <summary>Numbers of the rules: whole millionths of the signal's unit, so that comparing them is exact.</summary>
internal static class Micro
{
    /// <summary>Millionths in one.</summary>
    public const long One = 1_000_000;

    /// <summary>Largest value of a signal or constant, in units. Sums of a few of them fit in 64 bits.</summary>
    public const long MaxUnits = 1_000_000_000;

    /// <summary>Rounds to a whole number of millionths, half to even.</summary>
    /// <returns><c>null</c> when the value is beyond <see cref="MaxUnits"/>.</returns>
    public static long? Of(decimal value) =>
        value is >= -MaxUnits and <= MaxUnits ? (long)Math.Round(value * One, MidpointRounding.ToEven) : null;

    /// <summary>Can a number be written exactly?</summary>
    public static bool IsExact(decimal value) => value is >= -MaxUnits and <= MaxUnits && decimal.Truncate(value * One) == value * One;

    /// <summary>As a decimal number without needless zeros.</summary>
    public static decimal ToDecimal(long value) => (decimal)value / One;

    /// <summary>A wide result as millionths.</summary>
    /// <returns>Is it within range?</returns>
    public static bool TryNarrow(Int128 wide, out long value)
    {
        const long Bound = MaxUnits * One;
        bool fits = wide >= -Bound && wide <= Bound;
        value = fits ? (long)wide : 0;
        return fits;
    }
}
