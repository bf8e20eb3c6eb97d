using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace SmartCity.Ethereum;

/// <summary>Addresses in the form of a bank account number (ICAP, direct: "XE", two check digits and the address in base 36), whose
/// check digits find a mistyped character.</summary>
public static class Icap
{
    private const string Country = "XE";
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static readonly SearchValues<char> DigitSet = SearchValues.Create(Digits);
    private const int Radix = 36;
    private const int MinAccountLength = 30;
    private const int MaxAccountLength = 31;

    /// <summary>The address as an ICAP number.</summary>
    public static string Encode(Address address)
    {
        BigInteger rest = new(address.ToBytes(), isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[MaxAccountLength];
        int start = text.Length;
        while (!rest.IsZero)
        {
            rest = BigInteger.DivRem(rest, Radix, out BigInteger digit);
            text[--start] = Digits[(int)digit];
        }
        string account = text[start..].ToString().PadLeft(MinAccountLength, '0');
        int check = 98 - Remainder(account + Country + "00");
        return $"{Country}{check.ToString("00", CultureInfo.InvariantCulture)}{account}";
    }

    /// <summary>Reads an ICAP number.</summary>
    /// <exception cref="FormatException">Not a direct ICAP number, or its check digits are wrong.</exception>
    public static Address Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int PrefixLength = 4;
        if (!text.StartsWith(Country, StringComparison.Ordinal)
            || text.Length is not (PrefixLength + MinAccountLength or PrefixLength + MaxAccountLength)
            || text.AsSpan().ContainsAnyExcept(DigitSet)
            || Remainder(text[PrefixLength..] + text[..PrefixLength]) != 1)
        {
            throw new FormatException($"Not a direct ICAP number, or its check digits are wrong: '{Hex.Clip(text)}'.");
        }
        BigInteger value = BigInteger.Zero;
        foreach (char digit in text.AsSpan(PrefixLength))
        {
            value = value * Radix + Digits.IndexOf(digit, StringComparison.Ordinal);
        }
        byte[] bytes = new byte[Address.Size];
        int length = value.GetByteCount(isUnsigned: true);
        return length <= bytes.Length && value.TryWriteBytes(bytes.AsSpan(bytes.Length - length), out _, isUnsigned: true, isBigEndian: true)
            ? new Address(bytes)
            : throw new FormatException($"The ICAP number '{text}' is larger than an address.");
    }

    /// <summary>Remainder by 97 of the number that arises when each letter is written as its value from 10 to 35 (ISO 7064).</summary>
    private static int Remainder(string text)
    {
        int remainder = 0;
        foreach (char character in text)
        {
            int value = Digits.IndexOf(character, StringComparison.Ordinal);
            remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
        }
        return remainder;
    }
}
