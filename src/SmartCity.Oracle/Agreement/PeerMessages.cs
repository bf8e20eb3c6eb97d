using System.Text.Json.Serialization;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>What one oracle asks the others. Each message is the same for all of them.</summary>
[JsonDerivedType(typeof(Prepare), "prepare")]
[JsonDerivedType(typeof(Accept), "accept")]
[JsonDerivedType(typeof(Sign), "sign")]
[JsonDerivedType(typeof(Certified), "certified")]
[JsonDerivedType(typeof(Cosign), "cosign")]
internal abstract record PeerRequest
{
    private PeerRequest()
    {
    }

    /// <summary>Number of the segment.</summary>
    public required uint Segment { get; init; }

    /// <summary>"I take over with this round": promise to answer no lower one, and tell what you have accepted.</summary>
    public sealed record Prepare : PeerRequest
    {
        /// <summary>The round.</summary>
        public required ulong Round { get; init; }
    }

    /// <summary>"These are the next hours": check them against your own data and accept them.</summary>
    public sealed record Accept : PeerRequest
    {
        /// <summary>The round.</summary>
        public required ulong Round { get; init; }

        /// <summary>Consecutive hours, each following the one before.</summary>
        public required IReadOnlyList<HourBatch> Batches { get; init; }
    }

    /// <summary>"k of us have accepted them": sign them.</summary>
    public sealed record Sign : PeerRequest
    {
        /// <summary>The round in which they were accepted.</summary>
        public required ulong Round { get; init; }

        /// <summary>The hours, in order, with the proof that k members accepted each.</summary>
        public required IReadOnlyList<Chosen> Hours { get; init; }
    }

    /// <summary>"They have their k signatures": these batches stand.</summary>
    public sealed record Certified : PeerRequest
    {
        /// <summary>The hours, in order.</summary>
        public required IReadOnlyList<SignedBatch> Hours { get; init; }
    }

    /// <summary>"I would fill this gap": check the correction against your own data and sign it.</summary>
    public sealed record Cosign : PeerRequest
    {
        /// <summary>The correction.</summary>
        public required ReadingCorrection Correction { get; init; }
    }
}

/// <summary>A batch that k members accepted in one round.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Batch">Id of the batch.</param>
/// <param name="Acceptances">Their signatures of that (<see cref="PeerDomain.AcceptanceDigest"/>).</param>
internal sealed record Chosen(Hour Hour, Hash32 Batch, IReadOnlyList<EthECDSASignature> Acceptances);

/// <summary>A batch with signatures that the ledger takes.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Signatures">Signatures, in any order.</param>
internal sealed record SignedBatch(HourBatch Batch, IReadOnlyList<EthECDSASignature> Signatures);

/// <summary>An answer. What does not belong to the request is empty.</summary>
/// <param name="IsSuperseded">A higher round was promised: <paramref name="Promised"/>.</param>
/// <param name="Promised">The highest round the member answered.</param>
/// <param name="NextHour">The first hour that has no k signatures for the member.</param>
/// <param name="Accepted">To prepare: what the member has accepted from there on.</param>
/// <param name="Signatures">To accept: of the acceptance of each hour; to sign: of each batch, as the ledger wants it; of the first hours, as
/// many as the member agrees with.</param>
/// <param name="Refusal">Why not of more; <c>null</c> if of all.</param>
internal sealed record PeerAnswer(
    bool IsSuperseded,
    ulong Promised,
    Hour NextHour,
    IReadOnlyList<AcceptedHour> Accepted,
    IReadOnlyList<EthECDSASignature> Signatures,
    string? Refusal);
