using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class CorrectionStoreTest
{
    private static readonly Hash32 Config = Keccak.Hash256("config");
    private static readonly Hour October = CityLayouts.Layout.Calendar.FirstHourOf(Period.Of(2026, 10));

    private string _folder = "";
    private JournalDatabase _journal = null!;
    private CorrectionStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("correction-store").FullName;
        _journal = JournalDatabase.Open(_folder);
        _store = new(_journal, CityLayouts.Layout, new FakeTimeProvider());
    }

    [TearDown]
    public void Close()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Oldest_GapOverTheEndOfAMonth_IsTwoOfWhichEachIsOfOnePeriod()
    {
        Fill(new(October.Value - 2), 10, 11, 12);
        OpenFill september = _store.Oldest(1, new(October.Value + 9))!;
        Sign(september, new(1, 1, default));
        OpenFill october = _store.Oldest(1, new(October.Value + 9))!;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Described(september), Is.EqualTo($"{October.Value - 2}: 10 11 (2 filled)"));
        Assert.That(Described(october), Is.EqualTo($"{October.Value}: 12 (1 filled)"));
    }

    [Test]
    public void Oldest_HoursNotAllOnTheChain_Waits()
    {
        Fill(October, 10, 11);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_store.Oldest(1, new(October.Value + 1)), Is.Null);
        Assert.That(_store.Oldest(1, new(October.Value + 2)), Is.Not.Null);
        Assert.That(_store.Oldest(2, new(October.Value + 2)), Is.Null, "another segment");
    }

    [Test]
    public void From_SignedThenRestarted_IsTheSameCorrection()
    {
        Fill(October, 10, 11);
        ReadingCorrection signed = Sign(_store.Oldest(1, new(October.Value + 2))!, new(1, 7, Keccak.Hash256("before")));
        _journal.Dispose();
        _journal = JournalDatabase.Open(_folder);
        _store = new(_journal, CityLayouts.Layout, new FakeTimeProvider());

        OutboxCorrection read = _store.From(1, 7).Single();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(read.Correction, Is.EqualTo(signed));
        Assert.That(read.Signatures, Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(_store.Oldest(1, new(October.Value + 2)), Is.Null, "a gap is not signed for twice");
        Assert.That(_store.From(1, 8), Is.Empty);
    }

    [Test]
    public void Marks_LeadEachCorrectionToItsEnd()
    {
        Hour end = new(October.Value + 9);
        Fill(October, 10);
        Sign(_store.Oldest(1, end)!, new(1, 1, default));
        OutboxCorrection first = _store.From(1, 1).Single();
        _store.MarkSent(first, Keccak.Hash256("transaction"));
        Assert.That(_store.Unconfirmed(1, 2).Single().Transaction, Is.EqualTo(Keccak.Hash256("transaction")));

        _store.MarkVoid(first);
        Assert.That((_store.Unconfirmed(1, 2).Count, _store.Oldest(1, end)?.Id), Is.EqualTo((0, (long?)first.Fill)), "its gap is to be filled anew");

        Sign(_store.Oldest(1, end)!, new(1, 2, default));
        _store.MarkConfirmed(_store.From(1, 2).Single());
        Assert.That((_store.Unconfirmed(1, 9).Count, _store.Oldest(1, end)), Is.EqualTo((0, (OpenFill?)null)));

        Fill(new(October.Value + 3), 20);
        Sign(_store.Oldest(1, end)!, new(1, 3, default));
        _store.MarkRefused(_store.From(1, 3).Single(), "too late");
        Assert.That((_store.From(1, 3).Count, _store.Oldest(1, end)), Is.EqualTo((0, (OpenFill?)null)), "the estimate stands");
    }

    /// <summary>The journal was about to make this correction when the copy it was restored from was made.</summary>
    [Test]
    public void TakeOver_OfAnOpenGap_CountsAsItsCorrection()
    {
        Fill(October, 10, 11);
        ReadingCorrection signed = CorrectionStore.CorrectionOf(_store.Oldest(1, new(October.Value + 9))!, new(1, 4, Keccak.Hash256("before")), Config);

        TakenOver taken = _store.TakeOver(1, [Recorded(signed)]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((taken.Filled.Count, taken.Unknown.Count), Is.EqualTo((1, 0)));
        Assert.That((_store.Unsigned(1).Count, _store.LastSigned(1)), Is.EqualTo((0, 4u)));
        Assert.That(_store.From(1, 4).Single().Correction, Is.EqualTo(signed));
        Assert.That(_store.TakeOver(1, [Recorded(signed)]).Filled, Is.Empty, "once is enough");
    }

    /// <summary>Another change of the same hour is not the one that waits: it must still be made.</summary>
    [Test]
    public void TakeOver_OfWhatTheJournalNeverKnew_CountsAndIsNotMadeAgain()
    {
        Fill(October, 10, 11);
        ReadingCorrection other = new(
            new(1, 1, default), new(1, 3, October, 0, ReadingCorrection.Encode([-5, 7])), ReadingLedgerContract.CorrectionReason.LateData,
            Keccak.Hash256("a file"), Config);

        IReadOnlyList<ReadingLedgerEvent.CorrectionRecorded> unknown = _store.TakeOver(1, [Recorded(other)]).Unknown;
        _journal.Write(transaction => _store.AddUnknown(transaction, 1, unknown));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(unknown.Select(told => told.Correction), Is.EqualTo([other.Id]));
        Assert.That(_store.TakeOver(1, [Recorded(other)]).Unknown, Is.Empty, "once is enough");
        Assert.That(_store.Unsigned(1).Select(open => open.Difference), Is.EqualTo([21L]), "what waits is still to be made");
        Assert.That(Described(_store.Oldest(1, new(October.Value + 9))!), Is.EqualTo($"{October.Value}: 10 11 (2 filled)"));
        Assert.That(_journal.Read(connection => Dapper.SqlMapper.Query<long>(
            connection, "SELECT l.fills FROM gap_fill f JOIN late_fill l ON l.fill = f.id JOIN taken_over t ON t.fill = f.id")), Is.EqualTo([0L]));
    }

    private static ReadingLedgerEvent.CorrectionRecorded Recorded(ReadingCorrection correction) => new(
        correction.Place.Segment, correction.Subject.Group, correction.Id, 0, correction.Details, correction.Subject.Differences, new byte[] { 1, 2, 3 });

    /// <summary>Another oracle knew the same gap, a step of the register differently: what it says is on the chain, and counts.</summary>
    [Test]
    public void TakeOver_GapFilledByAnotherOracle_IsClosedWithWhatTheChainSays()
    {
        Hour end = new(October.Value + 9);
        Fill(October, 10, 11);
        Fill(new(October.Value + 4), 20);
        ReadingLedgerEvent.CorrectionRecorded[] onChain = [Recorded(1, October, 2, 11, 11), Recorded(2, new(October.Value + 6), 1, 5)];

        Assert.That(_store.TakeOver(1, onChain).Filled.Select(Described), Is.EqualTo([$"{October.Value}: 10 11 (2 filled)"]));
        Assert.That(_store.TakeOver(1, onChain).Filled, Is.Empty, "each correction fills one gap");
        Assert.That(_store.Open(1, end, 9).Select(Described), Is.EqualTo([$"{October.Value + 4}: 20 (1 filled)"]));
        byte[]? counted = _journal.Read(connection => connection.ExecuteScalar<byte[]>(
            "SELECT intervals FROM gap_fill WHERE first_hour = @first", new { first = October.Value }));
        Assert.That(ReadingCorrection.Decode(counted), Is.EqualTo([11, 11]));
    }

    /// <summary>Hours that were not missing may be changed twice by the same amount: each correction is of one change.</summary>
    [Test]
    public void TakeOver_SameChangeTwice_TakesOneForEach()
    {
        Change(5);
        Change(5);
        ReadingLedgerEvent.CorrectionRecorded first = Recorded(1, October, 0, 5);

        Assert.That(_store.TakeOver(1, [Recorded(1, October, 0, 6)]).Filled, Is.Empty, "another change");
        Assert.That(_store.TakeOver(1, [first]).Filled, Has.Count.EqualTo(1));
        Assert.That(_store.TakeOver(1, [first]).Filled, Is.Empty);
        Assert.That(_store.TakeOver(1, [first, Recorded(2, October, 0, 5)]).Filled, Has.Count.EqualTo(1));
    }

    private void Change(int difference) => _journal.Write(transaction =>
        _store.AddChanges(transaction, 1, new(1, 3), [new HourChange(October, difference, false)], _ => "evidence"));

    private static ReadingLedgerEvent.CorrectionRecorded Recorded(uint number, Hour first, ushort filled, params int[] differences)
    {
        ReadingCorrection correction = new(
            new(1, number, default), new(1, 3, first, filled, ReadingCorrection.Encode(differences)),
            ReadingLedgerContract.CorrectionReason.LateData, Keccak.Hash256("other evidence"), Config);
        return Recorded(correction);
    }

    private void Fill(Hour first, params ulong[] intervals) => _journal.Write(transaction =>
        _store.AddFills(transaction, 1, [new GapFill(1, 3, first, intervals, "evidence")]));

    private ReadingCorrection Sign(OpenFill fill, CorrectionPlace place)
    {
        ReadingCorrection correction = CorrectionStore.CorrectionOf(fill, place, Config);
        _store.Add(new(0, fill.Id, correction, [1, 2, 3], null));
        return correction;
    }

    private static string Described(OpenFill fill) =>
        $"{fill.Subject.FirstHour.Value}: {string.Join(' ', ReadingCorrection.Decode(fill.Subject.Differences.Span))} ({fill.Subject.FilledHours} filled)";
}
