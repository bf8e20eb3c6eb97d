using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>A gap that is to be filled: hours of one channel in one period.</summary>
/// <param name="Id">Number in the journal.</param>
/// <param name="Subject">What a correction will say.</param>
/// <param name="Evidence">What it was computed from, in words and figures.</param>
/// <param name="RecordedAt">Since when it is known.</param>
internal sealed record OpenFill(long Id, CorrectionSubject Subject, string Evidence, DateTimeOffset RecordedAt);

/// <summary>What of the chain's corrections was new to a journal.</summary>
/// <param name="Filled">Gaps that were open and are filled on the chain.</param>
/// <param name="Unknown">Corrections that fill no gap that is known here.</param>
internal sealed record TakenOver(IReadOnlyList<OpenFill> Filled, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> Unknown);

/// <summary>A signed correction as the outbox holds it.</summary>
/// <param name="Sequence">Number in the journal; 0 before it is there.</param>
/// <param name="Fill">The gap it fills.</param>
/// <param name="Correction">The correction.</param>
/// <param name="Signatures">Signatures, as the contract wants them.</param>
/// <param name="Transaction">The transaction that carries it; <c>null</c> before it was sent.</param>
internal sealed record OutboxCorrection(long Sequence, long Fill, ReadingCorrection Correction, byte[] Signatures, Hash32? Transaction);

/// <summary>Gaps that are known since, and the outbox of the corrections that fill them. A correction is written before it is sent.</summary>
internal sealed class CorrectionStore(JournalDatabase journal, CityLayout layout, TimeProvider time)
{
    private const int Sent = 1;
    private const int Confirmed = 2;
    private const int Void = 3;

    /// <summary>Writes what is known since of missing hours: a row for every period they lie in.</summary>
    public void AddFills(JournalTransaction transaction, uint segment, IReadOnlyList<GapFill> fills)
    {
        foreach (GapFill fill in fills)
        {
            Insert(transaction, segment, new(fill.Group, fill.Channel), fill.FirstHour, [.. fill.Intervals.Select(interval => (int)interval)], fill.Evidence, null);
        }
    }

    /// <summary>Writes what is to be changed of hours that are known one by one; a row for each run of hours of one period that all were missing,
    /// or all were not.</summary>
    public void AddChanges(
        JournalTransaction transaction, uint segment, ChannelKey channel, IReadOnlyList<HourChange> changes, Func<IReadOnlyList<HourChange>, string> evidence)
    {
        for (int i = 0; i < changes.Count;)
        {
            List<HourChange> run = [changes[i++]];
            while (i < changes.Count && changes[i].Hour == run[^1].Hour.Next && changes[i].Fills == run[0].Fills)
            {
                run.Add(changes[i++]);
            }
            Insert(transaction, segment, channel, run[0].Hour, [.. run.Select(change => change.Difference)], evidence(run), run[0].Fills);
        }
    }

    /// <summary>A row for each period. <paramref name="fills"/>: were the hours missing? <c>null</c> for shares of a gap, whose hours all were.</summary>
    private void Insert(
        JournalTransaction transaction, uint segment, ChannelKey channel, Hour first, IReadOnlyList<int> differences, string evidence, bool? fills)
    {
        IEnumerable<IGrouping<Period, (Hour Hour, int Difference)>> periods = differences
            .Select((difference, i) => (Hour: new Hour(first.Value + (uint)i), Difference: difference))
            .GroupBy(entry => layout.Calendar.PeriodOf(entry.Hour));
        foreach ((Hour Hour, int Difference)[] hours in periods.Select(period => period.ToArray()))
        {
            transaction.ExecutePrepared(
                "INSERT INTO gap_fill (segment, grp, channel, first_hour, intervals, evidence, recorded_ms) VALUES ($0, $1, $2, $3, $4, $5, $6)",
                (long)segment, (long)channel.Group, (long)channel.Channel, (long)hours[0].Hour.Value,
                ReadingCorrection.Encode([.. hours.Select(entry => entry.Difference)]), evidence, Now);
            if (fills is { } wereMissing)
            {
                transaction.ExecutePrepared("INSERT INTO late_fill (fill, fills) VALUES (last_insert_rowid(), $0)", wereMissing ? 1L : 0L);
            }
        }
    }

    /// <summary>The oldest gap of a segment whose hours are all on the chain, that no correction fills or is about to; <c>null</c> for none.</summary>
    public OpenFill? Oldest(uint segment, Hour recordedBefore) => Open(segment, recordedBefore, 1).SingleOrDefault();

    /// <summary>Gaps of a segment whose hours are all on the chain, that no correction fills or is about to, the oldest first.</summary>
    public IReadOnlyList<OpenFill> Open(uint segment, Hour recordedBefore, int limit) => journal.Read(connection =>
        Open(connection, null, segment, recordedBefore, limit));

    /// <summary>Takes note of corrections that the chain holds and this journal does not know: other oracles', or its own from after the copy it was
    /// restored from. What they say of a gap that is open here counts from then on.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="onChain">All corrections of the segment that the chain holds.</param>
    public TakenOver TakeOver(uint segment, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> onChain) =>
        journal.Write(transaction => TakeOver(transaction, segment, onChain));

    /// <summary>Takes note of corrections that the chain holds, in a write.</summary>
    public TakenOver TakeOver(JournalTransaction transaction, uint segment, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> onChain)
    {
        HashSet<Hash32> known = [.. transaction.Query<byte[]>(
            "SELECT id FROM correction WHERE segment = @segment AND state < 3 UNION ALL SELECT correction FROM taken_over", new { segment })
            .Select(id => new Hash32(id))];
        List<OpenFill> open = [.. Open(transaction.Connection, transaction.Inner, segment, new(uint.MaxValue), int.MaxValue)];
        List<OpenFill> filled = [];
        List<ReadingLedgerEvent.CorrectionRecorded> unknown = [];
        foreach (ReadingLedgerEvent.CorrectionRecorded told in onChain.Where(told => !known.Contains(told.Correction)))
        {
            // The same change may be open twice: the one of the same evidence is meant, if there is one.
            if (open.Where(fill => IsOf(fill.Subject, told.Details)).MaxBy(fill => Keccak.Hash256(fill.Evidence) == told.Details.Evidence) is not { } own)
            {
                unknown.Add(told);
                continue;
            }
            if (CorrectionOf(own, new(segment, told.Details.Number, told.Details.PreviousCorrection), told.Details.OracleConfig).Id == told.Correction)
            {
                InsertConfirmed(transaction, own.Id, told);
            }
            else
            {
                transaction.ExecutePrepared("INSERT INTO taken_over (fill, correction) VALUES ($0, $1)", own.Id, told.Correction.ToBytes());
                transaction.ExecutePrepared("UPDATE gap_fill SET intervals = $0 WHERE id = $1", told.Differences.ToArray(), own.Id);
            }
            open.Remove(own);
            filled.Add(own);
        }
        if (filled.Count > 0)
        {
            transaction.Touch(OracleChanges.Hours);
        }
        return new(filled, unknown);
    }

    /// <summary>Keeps corrections of the chain that fill no gap known here as what they are: changes that are on the chain.</summary>
    public void AddUnknown(JournalTransaction transaction, uint segment, IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> unknown)
    {
        foreach (ReadingLedgerEvent.CorrectionRecorded told in unknown)
        {
            ReadingLedgerContract.Correction details = told.Details;
            Insert(transaction, segment, new(details.Group, details.Channel), new(details.FirstHour), ReadingCorrection.Decode(told.Differences.Span),
                $"taken over from the chain: correction {details.Number} of segment {segment} ({told.Correction})", details.FilledHours > 0);
            transaction.ExecutePrepared("INSERT INTO taken_over (fill, correction) SELECT max(id), $0 FROM gap_fill", told.Correction.ToBytes());
        }
        transaction.Touch(OracleChanges.Hours);
    }

    /// <summary>A correction as this journal would have signed it, found on the chain.</summary>
    private void InsertConfirmed(JournalTransaction transaction, long fill, ReadingLedgerEvent.CorrectionRecorded told) => transaction.Execute(
        """
        INSERT INTO correction (fill, config, segment, number, previous, id, signatures, state, signed_ms)
        VALUES (@fill, @config, @segment, @number, @previous, @id, @signatures, @Confirmed, @now)
        """,
        new
        {
            fill,
            config = told.Details.OracleConfig.ToBytes(),
            segment = told.Segment,
            number = told.Details.Number,
            previous = told.Details.PreviousCorrection.ToBytes(),
            id = told.Correction.ToBytes(),
            signatures = told.Signatures.ToArray(),
            Confirmed,
            now = Now,
        });

    /// <summary>Notes that nobody will fill a gap, and why.</summary>
    public void MarkRefused(OpenFill fill, string reason) => Mark("UPDATE gap_fill SET refusal = @reason WHERE id = @Id", new { fill.Id, reason });

    /// <summary>Does a correction on the chain fill the gap? There is one for missing hours; hours that were not missing may be changed again.</summary>
    private static bool IsOf(CorrectionSubject subject, ReadingLedgerContract.Correction details) =>
        details.Group == subject.Group && details.Channel == subject.Channel && details.FirstHour == subject.FirstHour.Value
        && details.FilledHours == subject.FilledHours
        && (subject.FilledHours > 0 || details.DifferencesHash == Keccak.Hash256(subject.Differences.Span));

    private static IReadOnlyList<OpenFill> Open(SqliteConnection connection, SqliteTransaction? transaction, uint segment, Hour recordedBefore, int limit) =>
        [.. connection.Query<(long Id, long Group, long Channel, long FirstHour, byte[] Intervals, string Evidence, long? Fills, long RecordedMs)>(
            """
            SELECT f.id, f.grp, f.channel, f.first_hour, f.intervals, f.evidence, l.fills, f.recorded_ms
            FROM gap_fill f LEFT JOIN late_fill l ON l.fill = f.id
            WHERE f.segment = @segment AND f.refusal IS NULL AND f.first_hour + length(f.intervals) / 4 <= @before
                AND NOT EXISTS (SELECT 1 FROM taken_over t WHERE t.fill = f.id)
                AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.fill = f.id AND c.state < 3)
            ORDER BY f.id LIMIT @limit
            """,
            new { segment, before = recordedBefore.Value, limit }, transaction)
        .Select(row => new OpenFill(
            row.Id, SubjectOf(row.Group, row.Channel, row.FirstHour, row.Intervals, row.Fills), row.Evidence,
            DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedMs)))];

    /// <summary>What is to be added to channels of a segment by corrections that are not signed yet.</summary>
    public IReadOnlyList<(long Fill, ChannelKey Channel, long Difference)> Unsigned(uint segment) => journal.Read(connection =>
        Open(connection, null, segment, new(uint.MaxValue), int.MaxValue)
            .Select(fill => (fill.Id, new ChannelKey(fill.Subject.Group, fill.Subject.Channel), SumOf(fill.Subject.Differences.Span))).ToList());

    /// <summary>What a correction changes its channel by, all hours together.</summary>
    public static long SumOf(ReadOnlySpan<byte> differences) => ReadingCorrection.Decode(differences).Sum(difference => (long)difference);

    /// <summary>Makes a signed correction durable.</summary>
    public void Add(OutboxCorrection signed) => journal.Write(transaction => transaction.Execute(
        """
        INSERT INTO correction (fill, config, segment, number, previous, id, signatures, state, signed_ms)
        VALUES (@fill, @config, @segment, @number, @previous, @id, @signatures, 0, @now)
        """,
        new
        {
            fill = signed.Fill,
            config = signed.Correction.Details.OracleConfig.ToBytes(),
            segment = signed.Correction.Place.Segment,
            number = signed.Correction.Place.Number,
            previous = signed.Correction.Place.Previous.ToBytes(),
            id = signed.Correction.Id.ToBytes(),
            signatures = signed.Signatures,
            now = Now,
        }));

    /// <summary>Corrections of a segment that are not void, from a number on, in the order in which they were signed.</summary>
    public IReadOnlyList<OutboxCorrection> From(uint segment, uint number) => Read(
        "c.segment = @segment AND c.number >= @number AND c.state < 3", new { segment, number });

    /// <summary>Number of the last correction of a segment that was signed and is not void: the chain may hold it, confirmed or not; 0 for none.</summary>
    public uint LastSigned(uint segment) => (uint)journal.Read(connection => connection.ExecuteScalar<long>(
        "SELECT coalesce(max(number), 0) FROM correction WHERE segment = @segment AND state < @Void", new { segment, Void }));

    /// <summary>The last correction of a segment that was found on the chain; <c>null</c> for none.</summary>
    public OutboxCorrection? NewestConfirmed(uint segment) => Read(
        "c.sequence = (SELECT sequence FROM correction WHERE segment = @segment AND state = @Confirmed ORDER BY number DESC LIMIT 1)",
        new { segment, Confirmed }).SingleOrDefault();

    /// <summary>Corrections of a segment below a number that are not known to be on the chain.</summary>
    public IReadOnlyList<OutboxCorrection> Unconfirmed(uint segment, uint below) => Read(
        "c.segment = @segment AND c.number < @below AND c.state < 2", new { segment, below });

    /// <summary>Notes the transaction that carries a correction.</summary>
    public void MarkSent(OutboxCorrection sent, Hash32 transaction) => Mark(
        "UPDATE correction SET state = 1, transaction_hash = @hash WHERE sequence = @Sequence",
        new { sent.Sequence, hash = transaction.ToBytes() });

    /// <summary>Notes that a correction is on the chain.</summary>
    public void MarkConfirmed(OutboxCorrection known) => MarkAs(known, Confirmed);

    /// <summary>Has a correction that was confirmed looked up again: its block may have been lost.</summary>
    public void Doubt(OutboxCorrection known) => MarkAs(known, Sent);

    /// <summary>Notes that a correction's place was taken by another: its gap is to be filled anew.</summary>
    public void MarkVoid(OutboxCorrection known) => MarkAs(known, Void);

    /// <summary>Notes that the ledger will never take a correction, and why: its gap stays as it is.</summary>
    public void MarkRefused(OutboxCorrection refused, string reason) => journal.Write(transaction =>
    {
        transaction.Execute("UPDATE correction SET state = 3 WHERE sequence = @Sequence", new { refused.Sequence });
        transaction.Execute("UPDATE gap_fill SET refusal = @reason WHERE id = @Fill", new { refused.Fill, reason });
    });

    private void MarkAs(OutboxCorrection known, int state) => Mark(
        "UPDATE correction SET state = @state WHERE sequence = @Sequence", new { known.Sequence, state });

    private void Mark(string sql, object parameters) => journal.Write(transaction =>
    {
        transaction.Execute(sql, parameters);
        transaction.Touch(OracleChanges.Hours);
    });

    private List<OutboxCorrection> Read(string condition, object parameters) => journal.Read(connection => connection
        .Query<Row>(
            $"""
            SELECT c.sequence, c.fill, c.config, c.segment, c.number, c.previous, c.id, c.signatures, c.transaction_hash AS TransactionHash,
                f.grp, f.channel, f.first_hour AS FirstHour, f.intervals, f.evidence, l.fills
            FROM correction c JOIN gap_fill f ON f.id = c.fill LEFT JOIN late_fill l ON l.fill = f.id WHERE {condition} ORDER BY c.sequence
            """,
            parameters)
        .Select(row => row.ToCorrection())
        .ToList());

    /// <summary>What a row says. Hours that were not missing are not made good.</summary>
    private static CorrectionSubject SubjectOf(long group, long channel, long firstHour, byte[] intervals, long? fills) => new(
        (uint)group, (ushort)channel, new((uint)firstHour), (ushort)(fills == 0 ? 0 : intervals.Length / ReadingCorrection.BytesPerHour), intervals);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Row(
        long Sequence,
        long Fill,
        byte[] Config,
        long Segment,
        long Number,
        byte[] Previous,
        byte[] Id,
        byte[] Signatures,
        byte[]? TransactionHash,
        long Grp,
        long Channel,
        long FirstHour,
        byte[] Intervals,
        string Evidence,
        long? Fills)
    {
        public OutboxCorrection ToCorrection()
        {
            ReadingCorrection correction = CorrectionOf(
                SubjectOf(Grp, Channel, FirstHour, Intervals, Fills), Evidence, new((uint)Segment, (uint)Number, new(Previous)), new(Config));
            return correction.Id == new Hash32(Id)
                ? new(Sequence, Fill, correction, Signatures, TransactionHash is null ? null : new Hash32(TransactionHash))
                : throw new JournalException($"The journal is damaged: the {correction} was signed as {new Hash32(Id)}. Restore it from a copy.");
        }
    }

    /// <summary>The correction that fills a gap.</summary>
    public static ReadingCorrection CorrectionOf(OpenFill fill, CorrectionPlace place, Hash32 config) => CorrectionOf(fill.Subject, fill.Evidence, place, config);

    private static ReadingCorrection CorrectionOf(CorrectionSubject subject, string evidence, CorrectionPlace place, Hash32 config) => new(
        place, subject, ReadingLedgerContract.CorrectionReason.LateData, Keccak.Hash256(evidence), config);
}
