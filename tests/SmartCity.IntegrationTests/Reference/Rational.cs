using System.Numerics;

namespace SmartCity.IntegrationTests.Reference;

/// <summary>An exact fraction. Slow and never wrong: the reference rounds only where a rule says so.</summary>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Denominator)
{
    public static Rational Zero => new(0, 1);

    public static implicit operator Rational(BigInteger whole) => new(whole, 1);

    public static implicit operator Rational(long whole) => new(whole, 1);

    public static Rational operator +(Rational left, Rational right) =>
        new(left.Numerator * right.Denominator + right.Numerator * left.Denominator, left.Denominator * right.Denominator);

    public static Rational operator -(Rational left, Rational right) => left + new Rational(-right.Numerator, right.Denominator);

    public static Rational operator *(Rational left, Rational right) =>
        new(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    public static Rational operator /(Rational left, Rational right) =>
        new(left.Numerator * right.Denominator, left.Denominator * right.Numerator);

    /// <summary>Greatest whole number not above.</summary>
    public BigInteger Floor()
    {
        (BigInteger numerator, BigInteger denominator) = Denominator.Sign < 0 ? (-Numerator, -Denominator) : (Numerator, Denominator);
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Nearest whole number, a half up.</summary>
    public BigInteger HalfUp() => (this + new Rational(1, 2)).Floor();
}
