using System.Globalization;
using System.Numerics;

namespace SmartCity.Ethereum;

/// <summary>Hexadecimal text as Ethereum writes it: "0x" and lower-case digits. "Data" is whole bytes; a "quantity" is a number
/// without leading zeros ("0x0" is zero).</summary>
public static class Hex
{
    private const int MaxShownCharacters = 80;

    /// <summary>Bytes as data: "0x" and two digits a byte.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>A number as a quantity: "0x" and no leading zeros.</summary>
    public static string EncodeQuantity(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>A number as a quantity: "0x" and no leading zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static string EncodeQuantity(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        string digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads data: an even number of hexadecimal digits, with or without "0x".</summary>
    /// <exception cref="FormatException">The text is not whole bytes in hexadecimal.</exception>
    public static byte[] Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryDecode(text, out byte[]? bytes) ? bytes : throw new FormatException($"Not hexadecimal data: '{Clip(text)}'.");
    }

    /// <summary>Reads data as <see cref="Decode"/> does; false where that throws.</summary>
    public static bool TryDecode(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null)
        {
            return false;
        }
        ReadOnlySpan<char> digits = Digits(text);
        if (digits.Length % 2 != 0)
        {
            return false;
        }
        byte[] result = new byte[digits.Length / 2];
        if (Convert.FromHexString(digits, result, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }
        bytes = result;
        return true;
    }

    /// <summary>Reads a quantity of at most 64 bits. Leading zeros are borne, because some nodes write them.</summary>
    /// <exception cref="FormatException">Not "0x" and digits, or more than 64 bits.</exception>
    public static ulong DecodeQuantity(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new FormatException($"Not a hexadecimal quantity of at most 64 bits: '{Clip(text)}'.");
    }

    /// <summary>Reads a quantity of at most 256 bits. Leading zeros are borne, because some nodes write them.</summary>
    /// <exception cref="FormatException">Not "0x" and digits, or more than 256 bits.</exception>
    public static BigInteger DecodeBigQuantity(string text)
    {
        const int MaxDigits = 64;
        ArgumentNullException.ThrowIfNull(text);
        bool isQuantity = text.StartsWith("0x", StringComparison.Ordinal) && text.Length is > 2 and <= 2 + MaxDigits;
        return isQuantity
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger value)
            ? value
            : throw new FormatException($"Not a hexadecimal quantity of at most 256 bits: '{Clip(text)}'.");
    }

    internal static ReadOnlySpan<char> Digits(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text.AsSpan();

    /// <summary>Text short enough for an error message.</summary>
    internal static string Clip(string text) =>
        text.Length <= MaxShownCharacters ? text : string.Concat(text.AsSpan(0, MaxShownCharacters), "…");
}
