using System.Numerics;
using SmartCity.Domain;

namespace SmartCity.Ledger;

/// <summary>Lines of a bill as the chain tells them: one word each.</summary>
/// <remarks>Reads what contracts/libraries/Lines.sol packs; both sides are tested by tests/vectors/lines.json.</remarks>
public static class PackedLine
{
    private const int ShortFieldBits = 4;
    private const int NumberBits = 16;
    private const int ValueBits = 64;

    /// <summary>Unpacks a line.</summary>
    /// <exception cref="FormatException">A field holds what no line has: the chain's contracts are of another version.</exception>
    public static BilledLine Unpack(BigInteger word)
    {
        BigInteger left = word;
        long amount = unchecked((long)Take(ValueBits));
        ulong price = Take(ValueBits);
        ulong quantity = Take(ValueBits);
        ushort provider = (ushort)Take(NumberBits);
        ushort period = (ushort)Take(NumberBits);
        VolumeMethod method = Known<VolumeMethod>();
        int band = (int)Take(ShortFieldBits);
        TariffZone zone = Known<TariffZone>();
        LineKind kind = Known<LineKind>();
        BilledService service = Known<BilledService>();
        if (!left.IsZero || band > Bands.Count || quantity > long.MaxValue)
        {
            throw Malformed(word, "a field is out of its range");
        }
        return new(service, kind, zone, band, method, new(period), provider, (long)quantity, price, new(amount));

        ulong Take(int bits)
        {
            ulong field = (ulong)(left & ((BigInteger.One << bits) - 1));
            left >>= bits;
            return field;
        }

        T Known<T>()
            where T : struct, Enum
        {
            T value = (T)Enum.ToObject(typeof(T), (int)Take(ShortFieldBits));
            return Enum.IsDefined(value) ? value : throw Malformed(word, $"there is no {typeof(T).Name} {value}");
        }
    }

    private static FormatException Malformed(BigInteger word, string problem) => new(
        $"The bill line 0x{word:x} cannot be read: {problem}. Run the version of this program that the city was deployed with, or a later one.");
}
