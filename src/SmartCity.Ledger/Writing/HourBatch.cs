using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Ledger;

/// <summary>One hour of one segment, as it is signed and written. Immutable; two are equal when their ids are.</summary>
/// <remarks>HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig) of
/// contracts/interfaces/IReadingLedger.sol.</remarks>
public sealed class HourBatch : IEquatable<HourBatch>
{
    private static readonly Hash32 TypeHash = Eip712.HashType(
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)");

    /// <summary>Describes a batch; hashes its payload.</summary>
    /// <param name="segment">Number of the segment.</param>
    /// <param name="hour">The hour.</param>
    /// <param name="previousBatch">Id of the segment's batch before; zero for its first hour.</param>
    /// <param name="payload">Intervals and qualities (<see cref="HourPayload"/>). Must not be changed afterwards.</param>
    /// <param name="oracleConfig">The configuration it is signed for (<see cref="ReadingLedgerDomain.OracleConfigOf"/>).</param>
    public HourBatch(uint segment, Hour hour, Hash32 previousBatch, ReadOnlyMemory<byte> payload, Hash32 oracleConfig)
    {
        (Segment, Hour, PreviousBatch, Payload, OracleConfig) = (segment, hour, previousBatch, payload, oracleConfig);
        PayloadHash = Keccak.Hash256(payload.Span);
        Id = Eip712.HashStruct(
            TypeHash, Hash32.FromUInt64(segment), Hash32.FromUInt64(hour.Value), previousBatch, PayloadHash, oracleConfig);
    }

    /// <summary>Number of the segment.</summary>
    public uint Segment { get; }

    /// <summary>The hour.</summary>
    public Hour Hour { get; }

    /// <summary>Id of the segment's batch before; zero for its first hour.</summary>
    public Hash32 PreviousBatch { get; }

    /// <summary>Intervals and qualities.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Keccak-256 of the payload.</summary>
    public Hash32 PayloadHash { get; }

    /// <summary>The configuration it is signed for.</summary>
    public Hash32 OracleConfig { get; }

    /// <summary>The batch's id: its EIP-712 struct hash, the <c>previousBatch</c> of the next hour.</summary>
    public Hash32 Id { get; }

    /// <summary>Have they one id?</summary>
    public static bool operator ==(HourBatch? left, HourBatch? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Have they different ids?</summary>
    public static bool operator !=(HourBatch? left, HourBatch? right) => !(left == right);

    /// <inheritdoc/>
    public bool Equals(HourBatch? other) => other is not null && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HourBatch);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>Segment, hour and id, for messages.</summary>
    public override string ToString() => $"batch of segment {Segment}, hour {Hour} ({Id})";
}
