using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>Only what the chain proves to hold may be dropped.</summary>
public sealed class PruningStoreTest
{
    private const uint First = 1_000;
    private const uint Last = 1_019;

    private static readonly Hash32 s_config = Keccak.Hash256("config");

    private string _folder = "";
    private JournalDatabase _journal = null!;
    private PruningStore _store = null!;

    [SetUp]
    public void OpenJournal()
    {
        _folder = Directory.CreateTempSubdirectory("pruning").FullName;
        _journal = JournalDatabase.Open(_folder);
        _store = new(_journal, TimeProvider.System);
        _journal.Write(transaction => transaction.Execute(
            "INSERT INTO oracle_config (config, since_ms) VALUES (@config, 0)", new { config = s_config.ToBytes() }));
    }

    [TearDown]
    public void DeleteFolder()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Droppable_AllIsOnChain_GoesToTheLimit()
    {
        SegmentHead head = Write(1);

        Assert.That(JournalPruning.Droppable(_store, [head], new(Last - 5)), Is.EqualTo((new Hour(First), new Hour(Last - 5), (string?)null)));
        Assert.That(JournalPruning.Droppable(_store, [head], new(Last + 100)).Before, Is.EqualTo(new Hour(Last + 1)), "no hour beyond the chain's head");
    }

    [Test]
    public void Droppable_ChainHoldsAnotherBatch_DropsNothing()
    {
        SegmentHead head = Write(1) with { LastBatch = Keccak.Hash256("another") };

        (Hour from, Hour before, string? kept) = JournalPruning.Droppable(_store, [head], new(Last - 5));

        Assert.That(from, Is.GreaterThanOrEqualTo(before));
        Assert.That(kept, Does.Contain("not proven by the chain's batch"));
    }

    [TestCase("UPDATE closed_hour SET payload = x'00' WHERE hour = 1008", Description = "A payload is not what was signed.")]
    [TestCase("UPDATE batch SET previous = zeroblob(32) WHERE hour = 1009", Description = "A link is not what was signed.")]
    [TestCase("DELETE FROM batch WHERE hour = 1008", Description = "An hour was taken over from the chain: here is no batch of it.")]
    public void Droppable_ChainOfHashesBroken_KeepsWhatIsBelow(string damage)
    {
        SegmentHead head = Write(1);
        _journal.Write(transaction => transaction.Execute(damage));

        (Hour from, _, string? kept) = JournalPruning.Droppable(_store, [head], new(Last - 5));

        Assert.That(from.Value, Is.InRange(1_009, 1_010));
        Assert.That(kept, Is.Not.Null);
    }

    /// <summary>Of several oracles one had closed an hour otherwise than they agreed on: the chain holds what was agreed.</summary>
    [Test]
    public void Droppable_HourAgreedOnOtherwise_IsProvenByWhatStands()
    {
        SegmentHead head = Write(1);
        _journal.Write(transaction => transaction.Execute(
            """
            INSERT INTO agreed_hour (hour, segment, payload) SELECT hour, segment, payload FROM closed_hour WHERE hour = 1008;
            UPDATE closed_hour SET payload = x'00' WHERE hour = 1008;
            """));

        Assert.That(JournalPruning.Droppable(_store, [head], new(Last - 5)).From, Is.EqualTo(new Hour(First)));
    }

    [Test]
    public void Droppable_SegmentBehind_WaitsForIt()
    {
        SegmentHead whole = Write(1);
        SegmentHead behind = HeadAt(2, Write(2), 1_004);

        Assert.That(JournalPruning.Droppable(_store, [whole, behind], new(Last - 5)).Before, Is.EqualTo(new Hour(1_004)));
    }

    [Test]
    public void Droppable_GapNotFilledOnChain_KeepsItsHours()
    {
        SegmentHead head = Write(1);
        _journal.Write(transaction => transaction.Execute("INSERT INTO gap_fill VALUES (1, 1, 1, 3, 1006, x'00000001', '', 0, NULL)"));

        (_, Hour before, string? kept) = JournalPruning.Droppable(_store, [head], new(Last - 5));

        Assert.That(before, Is.EqualTo(new Hour(1_006)));
        Assert.That(kept, Does.Contain("gap"));
    }

    [Test]
    public void Drop_Hour_TakesThatHourAlone()
    {
        SegmentHead head = Write(1);
        foreach (uint hour in new[] { First, First + 1 })
        {
            _journal.Write(transaction =>
            {
                transaction.ExecutePrepared("INSERT INTO agreed_hour (hour, segment, payload) SELECT hour, segment, payload FROM closed_hour WHERE hour = $0", (long)hour);
                transaction.ExecutePrepared(
                    "INSERT INTO batch_signature SELECT config, hour, segment, x'aa', id, previous, x'00', signatures, 0 FROM batch WHERE hour = $0", (long)hour);
            });
        }

        int samples = _store.Drop(new(First));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(samples, Is.EqualTo(2));
        Assert.That(Count("sample"), Is.EqualTo(2 * (Last - First)));
        Assert.That(Count("closed_hour"), Is.EqualTo(Last - First));
        Assert.That(Count("batch"), Is.EqualTo(Last - First));
        Assert.That((Count("agreed_hour"), Count("batch_signature")), Is.EqualTo((1, 1)));
        Assert.That(_store.ProvenFrom(head), Is.EqualTo(new Hour(First + 1)));
    }

    /// <summary>Hours of a segment, chained; two samples each, at the hour's first and last millisecond.</summary>
    private SegmentHead Write(uint segment) => _journal.Write(transaction =>
    {
        Hash32 previous = Hash32.Zero;
        for (uint hour = First; hour <= Last; hour++)
        {
            HourBatch batch = new(segment, new(hour), previous, BitConverter.GetBytes(hour), s_config);
            transaction.ExecutePrepared("INSERT INTO closed_hour VALUES ($0, $1, $2, 1, 0, 0, 0, 0, 0)", (long)hour, (long)segment, batch.Payload.ToArray());
            transaction.ExecutePrepared(
                "INSERT INTO batch (config, hour, segment, previous, id, signatures, state, signed_ms) VALUES ($0, $1, $2, $3, $4, $5, 2, 0)",
                s_config.ToBytes(), (long)hour, (long)segment, previous.ToBytes(), batch.Id.ToBytes(), new byte[65]);
            foreach (long at in new[] { batch.Hour.Start.ToUnixTimeMilliseconds(), batch.Hour.End.ToUnixTimeMilliseconds() - 1 })
            {
                transaction.ExecutePrepared("INSERT INTO sample VALUES ($0, 1, '1', 2, 0) ON CONFLICT DO NOTHING", at);
            }
            previous = batch.Id;
        }
        return new SegmentHead(segment, new(Last + 1), previous);
    });

    private SegmentHead HeadAt(uint segment, SegmentHead head, uint next) => head with
    {
        NextHour = new(next),
        LastBatch = new(_journal.Read(connection => connection.ExecuteScalar<byte[]>(
            "SELECT id FROM batch WHERE segment = @segment AND hour = @hour", new { segment, hour = next - 1 }))!),
    };

    private long Count(string table) => _journal.Read(connection => connection.ExecuteScalar<long>($"SELECT count(*) FROM {table}"));
}
