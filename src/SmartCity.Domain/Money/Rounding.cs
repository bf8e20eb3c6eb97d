using System.Numerics;

namespace SmartCity.Domain;

/// <summary>The one rounding of money and volumes: a half goes up (ADR 0004).</summary>
internal static class Rounding
{
    /// <summary>floor(x / d + 1/2), as floor((2x + d) / 2d) so that an odd divisor has its half too.</summary>
    /// <param name="dividend">x, not negative.</param>
    /// <param name="divisor">d, not 0.</param>
    /// <exception cref="OverflowException">The quotient does not fit in 64 bits.</exception>
    public static ulong HalfUp(BigInteger dividend, BigInteger divisor) =>
        checked((ulong)((2 * dividend + divisor) / (2 * divisor)));
}
