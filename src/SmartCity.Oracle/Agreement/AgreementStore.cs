using Dapper;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>A batch and one member's signature of it.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Member">The member.</param>
/// <param name="Signature">Its signature.</param>
internal readonly record struct MemberSignature(HourBatch Batch, Address Member, EthECDSASignature Signature);

/// <summary>Two batches that one member signed for one hour.</summary>
/// <param name="Member">The member.</param>
/// <param name="First">The batch seen first.</param>
/// <param name="FirstSignature">Its signature.</param>
/// <param name="Second">Another one.</param>
/// <param name="SecondSignature">Its signature.</param>
internal sealed record EquivocationProof(
    Address Member, ReadingLedgerContract.Batch First, byte[] FirstSignature, ReadingLedgerContract.Batch Second, byte[] SecondSignature);

/// <summary>What an oracle that signs with others must not forget, in the journal.</summary>
internal sealed class AgreementStore(JournalDatabase journal, TimeProvider time)
{
    /// <summary>The state of a segment; <c>null</c> when the member has never voted on it under this configuration.</summary>
    public SegmentBallot? Find(Hash32 config, uint segment, Address self) => journal.Read(connection =>
    {
        byte[] id = config.ToBytes();
        if (connection.Query<(long NextHour, byte[] LastBatch, long Promised, long FreeFrom)>(
            "SELECT next_hour, last_batch, promised, free_from FROM ballot WHERE config = @id AND segment = @segment", new { id, segment })
            .Select(row => ((long, byte[], long, long)?)row).SingleOrDefault() is not { } ballot)
        {
            return null;
        }
        (long nextHour, byte[] lastBatch, long promised, long freeFrom) = ballot;
        IEnumerable<AcceptedHour> accepted = connection.Query<(long Hour, long Round, byte[] Previous, byte[] Payload)>(
            "SELECT hour, round, previous, payload FROM accepted_hour WHERE config = @id AND segment = @segment ORDER BY hour", new { id, segment })
            .Select(row => new AcceptedHour(new(segment, new((uint)row.Hour), new(row.Previous), row.Payload, config), (ulong)row.Round));
        Dictionary<Hour, Hash32> signed = connection.Query<(long Hour, byte[] Id)>(
            "SELECT hour, id FROM batch_signature WHERE config = @id AND segment = @segment AND member = @member AND hour >= @nextHour",
            new { id, segment, member = self.ToBytes(), nextHour })
            .ToDictionary(row => new Hour((uint)row.Hour), row => new Hash32(row.Id));
        return new SegmentBallot(new((uint)nextHour), new(lastBatch), (ulong)promised, [.. accepted], signed, new((uint)freeFrom));
    });

    /// <summary>Does the journal know of votes on a segment, under whatever configuration?</summary>
    public bool HasVoted(uint segment) => journal.Read(connection => connection.ExecuteScalar<bool>(
        "SELECT EXISTS (SELECT 1 FROM ballot WHERE segment = @segment)", new { segment }));

    /// <summary>Forgets all votes, as a journal that was lost has. Signatures that are known stay known.</summary>
    /// <param name="before">The first hour that there can be no vote on yet.</param>
    public void Forget(Hour before) => journal.Write(transaction => transaction.Execute(
        "DELETE FROM ballot; DELETE FROM accepted_hour; INSERT OR REPLACE INTO forgotten_vote (id, before_hour) VALUES (1, @before);",
        new { before = before.Value }));

    /// <summary>On hours before it there may be votes that were forgotten; <c>null</c> when none ever were.</summary>
    public Hour? ForgottenBefore() => journal.Read(connection =>
        connection.ExecuteScalar<long?>("SELECT before_hour FROM forgotten_vote") is { } hour ? new Hour((uint)hour) : (Hour?)null);

    /// <summary>Makes a state durable, with the signatures that the member gives, and what was learned to stand.</summary>
    /// <exception cref="InvalidOperationException">The member would sign a second batch for an hour: nothing is written.</exception>
    public void Save(
        Hash32 config, uint segment, SegmentBallot next, IReadOnlyList<MemberSignature> given, IReadOnlyList<OutboxBatch> learned,
        bool areOnChain) => journal.Write(transaction =>
    {
        byte[] id = config.ToBytes();
        transaction.ExecutePrepared(
            """
            INSERT INTO ballot (config, segment, next_hour, last_batch, promised, free_from) VALUES ($0, $1, $2, $3, $4, $5)
            ON CONFLICT DO UPDATE SET next_hour = excluded.next_hour, last_batch = excluded.last_batch, promised = excluded.promised, free_from = excluded.free_from
            """,
            id, (long)segment, (long)next.NextHour.Value, next.LastBatch.ToBytes(), (long)next.Promised, (long)next.FreeFrom.Value);
        transaction.ExecutePrepared("DELETE FROM accepted_hour WHERE config = $0 AND segment = $1", id, (long)segment);
        foreach ((HourBatch batch, ulong round) in next.Accepted)
        {
            transaction.ExecutePrepared(
                "INSERT INTO accepted_hour (config, segment, hour, round, previous, payload) VALUES ($0, $1, $2, $3, $4, $5)",
                id, (long)segment, (long)batch.Hour.Value, (long)round, batch.PreviousBatch.ToBytes(), batch.Payload.ToArray());
        }
        foreach (MemberSignature own in given)
        {
            if (!Add(transaction, own))
            {
                throw new InvalidOperationException($"A second batch would be signed for hour {own.Batch.Hour} of segment {segment}.");
            }
        }
        BatchStore.Put(transaction, learned, areOnChain, time);
    });

    /// <summary>Notes what members signed. Whoever signed another batch for the hour before has given a proof of it.</summary>
    /// <returns>The members that did.</returns>
    public IReadOnlyList<Address> Witness(IReadOnlyList<MemberSignature> seen) => seen.Count == 0 ? [] : journal.Write(transaction =>
    {
        List<Address> caught = [];
        foreach (MemberSignature one in seen.Where(one => !Add(transaction, one)))
        {
            HourBatch batch = one.Batch;
            if (transaction.ExecutePrepared(
                """
                INSERT INTO equivocation (config, hour, segment, member, previous, payload_hash, signature, seen_ms)
                VALUES ($0, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
                """,
                batch.OracleConfig.ToBytes(), (long)batch.Hour.Value, (long)batch.Segment, one.Member.ToBytes(), batch.PreviousBatch.ToBytes(),
                batch.PayloadHash.ToBytes(), one.Signature.ToBytes(), Now) > 0)
            {
                caught.Add(one.Member);
            }
        }
        return caught;
    });

    /// <summary>Proofs that the ledger has not been told.</summary>
    public IReadOnlyList<EquivocationProof> UntoldProofs() => journal.Read(connection => connection
        .Query<ProofRow>(
            """
            SELECT e.config, e.hour, e.segment, e.member, s.previous AS FirstPrevious, s.payload_hash AS FirstPayload, s.signature AS FirstSignature,
                e.previous AS SecondPrevious, e.payload_hash AS SecondPayload, e.signature AS SecondSignature
            FROM equivocation e JOIN batch_signature s USING (config, hour, segment, member) WHERE e.is_told = 0
            """)
        .Select(row => row.ToProof()).ToList());

    /// <summary>Notes that the ledger knows what a member did.</summary>
    public void MarkTold(EquivocationProof proof) => journal.Write(transaction => transaction.Execute(
        "UPDATE equivocation SET is_told = 1 WHERE config = @config AND hour = @Hour AND segment = @Segment AND member = @member",
        new { config = proof.First.OracleConfig.ToBytes(), proof.First.Hour, proof.First.Segment, member = proof.Member.ToBytes() }));

    /// <summary>False when the member signed another batch for the hour before.</summary>
    private bool Add(JournalTransaction transaction, MemberSignature one)
    {
        HourBatch batch = one.Batch;
        byte[] config = batch.OracleConfig.ToBytes();
        byte[] member = one.Member.ToBytes();
        if (transaction.ExecutePrepared(
            """
            INSERT INTO batch_signature (config, hour, segment, member, id, previous, payload_hash, signature, seen_ms)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
            """,
            config, (long)batch.Hour.Value, (long)batch.Segment, member, batch.Id.ToBytes(), batch.PreviousBatch.ToBytes(),
            batch.PayloadHash.ToBytes(), one.Signature.ToBytes(), Now) > 0)
        {
            return true;
        }
        byte[]? before = transaction.Scalar<byte[]>(
            "SELECT id FROM batch_signature WHERE config = @config AND hour = @hour AND segment = @segment AND member = @member",
            new { config, hour = batch.Hour.Value, segment = batch.Segment, member });
        return before is not null && new Hash32(before) == batch.Id;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record ProofRow(
        byte[] Config,
        long Hour,
        long Segment,
        byte[] Member,
        byte[] FirstPrevious,
        byte[] FirstPayload,
        byte[] FirstSignature,
        byte[] SecondPrevious,
        byte[] SecondPayload,
        byte[] SecondSignature)
    {
        public EquivocationProof ToProof() => new(
            new(Member),
            new((uint)Segment, (uint)Hour, new(FirstPrevious), new(FirstPayload), new(Config)), FirstSignature,
            new((uint)Segment, (uint)Hour, new(SecondPrevious), new(SecondPayload), new(Config)), SecondSignature);
    }
}
