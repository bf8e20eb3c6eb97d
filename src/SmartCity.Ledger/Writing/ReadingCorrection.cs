using System.Buffers.Binary;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A correction of hours of one channel, as it is signed and written. Immutable; two are equal when their ids are.</summary>
/// <remarks>Correction(…) of contracts/interfaces/IReadingLedger.sol.</remarks>
public sealed class ReadingCorrection : IEquatable<ReadingCorrection>
{
    /// <summary>Bytes of a difference.</summary>
    public const int BytesPerHour = 4;

    private static readonly Hash32 TypeHash = Eip712.HashType(
        "Correction(uint32 segment,uint32 number,bytes32 previousCorrection,uint32 group,uint16 channel,uint32 firstHour,"
        + "uint16 filledHours,bytes32 differencesHash,uint8 reason,bytes32 evidence,bytes32 oracleConfig)");

    /// <summary>Describes a correction; hashes its differences.</summary>
    /// <param name="place">Its place among the corrections of the segment.</param>
    /// <param name="subject">Which hours of which channel it corrects.</param>
    /// <param name="reason">Why.</param>
    /// <param name="evidence">Hash of what proves it.</param>
    /// <param name="oracleConfig">The configuration it is signed for (<see cref="ReadingLedgerDomain.OracleConfigOf"/>).</param>
    public ReadingCorrection(
        CorrectionPlace place, CorrectionSubject subject, ReadingLedgerContract.CorrectionReason reason, Hash32 evidence, Hash32 oracleConfig)
    {
        ArgumentNullException.ThrowIfNull(subject);
        (Place, Subject) = (place, subject);
        Details = new(
            place.Segment, place.Number, place.Previous, subject.Group, subject.Channel, subject.FirstHour.Value, subject.FilledHours,
            Keccak.Hash256(subject.Differences.Span), reason, evidence, oracleConfig);
        Id = Eip712.HashStruct(
            TypeHash, Hash32.FromUInt64(place.Segment), Hash32.FromUInt64(place.Number), place.Previous, Hash32.FromUInt64(subject.Group),
            Hash32.FromUInt64(subject.Channel), Hash32.FromUInt64(subject.FirstHour.Value), Hash32.FromUInt64(subject.FilledHours),
            Details.DifferencesHash, Hash32.FromUInt64((ulong)reason), evidence, oracleConfig);
    }

    /// <summary>Its place among the corrections of the segment.</summary>
    public CorrectionPlace Place { get; }

    /// <summary>Which hours of which channel it corrects.</summary>
    public CorrectionSubject Subject { get; }

    /// <summary>What the contract takes.</summary>
    public ReadingLedgerContract.Correction Details { get; }

    /// <summary>The correction's id: its EIP-712 struct hash, the <c>previousCorrection</c> of the next one.</summary>
    public Hash32 Id { get; }

    /// <summary>Differences as the contract wants them: 4 bytes an hour, signed, big endian.</summary>
    public static byte[] Encode(IReadOnlyList<int> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        byte[] bytes = new byte[differences.Count * BytesPerHour];
        for (int i = 0; i < differences.Count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * BytesPerHour), differences[i]);
        }
        return bytes;
    }

    /// <summary>The differences of a correction, hour by hour.</summary>
    /// <exception cref="FormatException">Not whole differences.</exception>
    public static IReadOnlyList<int> Decode(ReadOnlySpan<byte> differences)
    {
        if (differences.Length % BytesPerHour != 0)
        {
            throw new FormatException($"{differences.Length} bytes are not whole differences of {BytesPerHour} bytes.");
        }
        int[] values = new int[differences.Length / BytesPerHour];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32BigEndian(differences[(i * BytesPerHour)..]);
        }
        return values;
    }

    /// <summary>Have they one id?</summary>
    public static bool operator ==(ReadingCorrection? left, ReadingCorrection? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Have they different ids?</summary>
    public static bool operator !=(ReadingCorrection? left, ReadingCorrection? right) => !(left == right);

    /// <inheritdoc/>
    public bool Equals(ReadingCorrection? other) => other is not null && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReadingCorrection);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>Number, channel and id, for messages.</summary>
    public override string ToString() =>
        $"correction {Place.Number} of segment {Place.Segment}, group {Subject.Group}, channel {Subject.Channel} ({Id})";
}

/// <summary>Where a correction stands in its segment.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Number">1, 2, 3 … in the segment.</param>
/// <param name="Previous">Id of the segment's correction before; zero for its first.</param>
public readonly record struct CorrectionPlace(uint Segment, uint Number, Hash32 Previous);

/// <summary>What a correction is about. All its hours lie in one period.</summary>
/// <param name="Group">The group.</param>
/// <param name="Channel">The channel in the group.</param>
/// <param name="FirstHour">The hour of the first difference.</param>
/// <param name="FilledHours">How many of the hours stood as missing and are made good.</param>
/// <param name="Differences">What is added to each hour (<see cref="ReadingCorrection.Encode"/>). Must not be changed afterwards.</param>
public sealed record CorrectionSubject(
    uint Group, ushort Channel, Hour FirstHour, ushort FilledHours, ReadOnlyMemory<byte> Differences);
