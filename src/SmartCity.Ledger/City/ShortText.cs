using System.Text;
using SmartCity.Ethereum;

namespace SmartCity.Ledger;

/// <summary>ASCII text of at most 32 characters in a <c>bytes32</c>, padded with zeros on the right: names and models.</summary>
public static class ShortText
{
    /// <summary>The bytes of a text.</summary>
    /// <exception cref="ArgumentException">More than 32 characters, or one that is not printable ASCII.</exception>
    public static Hash32 Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Hash32.Size || text.Any(character => character is < ' ' or > '~'))
        {
            throw new ArgumentException($"'{text}' is not at most {Hash32.Size} printable ASCII characters.", nameof(text));
        }
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        bytes.Clear();
        Encoding.ASCII.GetBytes(text, bytes);
        return new Hash32(bytes);
    }

    /// <summary>The text of the bytes; whatever is not printable ASCII becomes '?'.</summary>
    public static string Decode(Hash32 bytes)
    {
        Span<byte> raw = stackalloc byte[Hash32.Size];
        bytes.CopyTo(raw);
        StringBuilder text = new();
        foreach (byte value in raw.TrimEnd((byte)0))
        {
            text.Append(value is >= (byte)' ' and <= (byte)'~' ? (char)value : '?');
        }
        return text.ToString();
    }
}
