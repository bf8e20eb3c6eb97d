using System.Buffers.Binary;

namespace SmartCity.Domain;

/// <summary>
/// The payload of an hour batch: for every group of a segment, in order, slots of six lanes. A slot is 20 bytes: six intervals of
/// 24 bits, big endian, then 16 bits of quality, two a lane from the top, the lowest four zero. Lanes without a channel are zero.
/// </summary>
/// <remarks>The format of contracts/interfaces/IReadingLedger.sol; both sides are tested by tests/vectors/payload.json.</remarks>
public static class HourPayload
{
    /// <summary>Channels in a slot.</summary>
    public const int LanesPerSlot = 6;

    /// <summary>Bytes of a slot.</summary>
    public const int BytesPerSlot = 20;

    private const int BytesPerLane = 3;

    /// <summary>Slots that a group of so many channels occupies.</summary>
    public static int SlotsFor(int channels) => (channels + LanesPerSlot - 1) / LanesPerSlot;

    /// <summary>Encodes the readings of all groups of a segment.</summary>
    /// <param name="groups">For each group in payload order, its channels' readings: parent first, then consumers.</param>
    /// <exception cref="ArgumentException">An interval is too large, or a missing reading carries one.</exception>
    public static byte[] Encode(IReadOnlyList<IReadOnlyList<Reading>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        byte[] payload = new byte[groups.Sum(channels => SlotsFor(channels.Count)) * BytesPerSlot];
        int offset = 0;
        foreach (IReadOnlyList<Reading> channels in groups)
        {
            for (int first = 0; first < channels.Count; first += LanesPerSlot)
            {
                EncodeSlot(channels, first, payload.AsSpan(offset, BytesPerSlot));
                offset += BytesPerSlot;
            }
        }
        return payload;
    }

    /// <summary>Decodes a payload into the readings of each group.</summary>
    /// <param name="payload">The payload as signed.</param>
    /// <param name="channelsOfGroups">Number of channels of each group of the segment, in payload order.</param>
    /// <exception cref="FormatException">The length does not fit the groups, or a lane without a channel is not zero.</exception>
    public static IReadOnlyList<IReadOnlyList<Reading>> Decode(ReadOnlySpan<byte> payload, IReadOnlyList<int> channelsOfGroups)
    {
        ArgumentNullException.ThrowIfNull(channelsOfGroups);
        int expected = channelsOfGroups.Sum(SlotsFor) * BytesPerSlot;
        if (payload.Length != expected)
        {
            throw new FormatException($"The payload has {payload.Length} bytes where the segment's groups need {expected}.");
        }
        Reading[][] groups = new Reading[channelsOfGroups.Count][];
        for (int group = 0; group < groups.Length; group++)
        {
            Reading[] channels = new Reading[channelsOfGroups[group]];
            for (int first = 0; first < channels.Length; first += LanesPerSlot)
            {
                DecodeSlot(payload[..BytesPerSlot], channels, first, group);
                payload = payload[BytesPerSlot..];
            }
            groups[group] = channels;
        }
        return groups;
    }

    private static void EncodeSlot(IReadOnlyList<Reading> channels, int first, Span<byte> slot)
    {
        ushort qualities = 0;
        for (int lane = 0; lane < LanesPerSlot && first + lane < channels.Count; lane++)
        {
            Reading reading = channels[first + lane];
            ulong interval = reading.Interval.Value;
            if (interval > Reading.MaxInterval || (reading.Quality == Quality.Missing && interval != 0))
            {
                throw new ArgumentException(
                    $"Channel {first + lane} has {interval} of quality {reading.Quality}: at most {Reading.MaxInterval}, and 0 if missing.",
                    nameof(channels));
            }
            slot[lane * BytesPerLane] = (byte)(interval >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(slot[(lane * BytesPerLane + 1)..], (ushort)(interval & 0xFFFF));
            qualities |= (ushort)((int)reading.Quality << QualityShift(lane));
        }
        BinaryPrimitives.WriteUInt16BigEndian(slot[(LanesPerSlot * BytesPerLane)..], qualities);
    }

    private static void DecodeSlot(ReadOnlySpan<byte> slot, Reading[] channels, int first, int group)
    {
        ushort qualities = BinaryPrimitives.ReadUInt16BigEndian(slot[(LanesPerSlot * BytesPerLane)..]);
        for (int lane = 0; lane < LanesPerSlot; lane++)
        {
            ulong interval = ((ulong)slot[lane * BytesPerLane] << 16)
                | BinaryPrimitives.ReadUInt16BigEndian(slot[(lane * BytesPerLane + 1)..]);
            Quality quality = (Quality)((qualities >> QualityShift(lane)) & 3);
            bool hasChannel = first + lane < channels.Length;
            if ((!hasChannel && (interval != 0 || quality != Quality.Measured)) || (quality == Quality.Missing && interval != 0))
            {
                throw new FormatException($"Group {group}, lane {lane} of the slot at channel {first} holds what it must not.");
            }
            if (hasChannel)
            {
                channels[first + lane] = new(new(interval), quality);
            }
        }
        if ((qualities & 0xF) != 0)
        {
            throw new FormatException($"Group {group}: the lowest quality bits of the slot at channel {first} are not zero.");
        }
    }

    private static int QualityShift(int lane) => 14 - 2 * lane;
}
