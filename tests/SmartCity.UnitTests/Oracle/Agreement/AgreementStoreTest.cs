using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle.Agreement;

/// <summary>What a member must not forget over a restart.</summary>
public sealed class AgreementStoreTest
{
    private static readonly Hash32 Config = Keccak.Hash256("three oracles");
    private static readonly Hash32 OtherConfig = Keccak.Hash256("one of them has another key");
    private static readonly Address Self = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address Other = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly Hour First = CityLayouts.Layout.FirstHour;
    private static readonly FakeTimeProvider Time = new();

    private string _folder = "";
    private JournalDatabase _journal = null!;
    private AgreementStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("agreement-store").FullName;
        Reopen();
    }

    [TearDown]
    public void Close()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Find_AfterARestart_IsWhatWasSaved()
    {
        HourBatch first = Batch(First, Hash32.Zero, 1);
        HourBatch second = Batch(First.Next, first.Id, 2);
        SegmentBallot ballot = (SegmentBallot.Begin(First, Hash32.Zero, First) with { Promised = 7 }).WithAccepted(4, [first]).WithAccepted(7, []) with
        {
            Accepted = [new(first, 4), new(second, 7)],
        };
        ballot = ballot.WithSigned([first]);
        _store.Save(Config, 1, ballot, [new(first, Self, Signature(1))], [], areOnChain: false);
        Reopen();

        SegmentBallot found = _store.Find(Config, 1, Self)!;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((found.NextHour, found.LastBatch, found.Promised, found.FreeFrom), Is.EqualTo((First, Hash32.Zero, 7ul, First)));
        Assert.That(found.Accepted, Is.EqualTo(ballot.Accepted));
        Assert.That(found.Signed, Is.EqualTo(ballot.Signed));
        Assert.That(_store.Find(OtherConfig, 1, Self), Is.Null, "votes are of one configuration");
        Assert.That((_store.HasVoted(1), _store.HasVoted(2)), Is.EqualTo((true, false)));
    }

    /// <summary>A journal restored from a copy does not know how it voted since; what it signed before the copy, it does not sign otherwise.</summary>
    [Test]
    public void Forget_Votes_SignaturesStay()
    {
        HourBatch batch = Batch(First, Hash32.Zero, 1);
        SegmentBallot beginning = SegmentBallot.Begin(First, Hash32.Zero, First);
        _store.Save(Config, 1, (beginning with { Promised = 7 }).WithAccepted(7, [batch]), [new(batch, Self, Signature(1))], [], areOnChain: false);

        Assert.That(_store.ForgottenBefore(), Is.Null);
        _store.Forget(First.Next);
        _store.Forget(First.Next.Next);
        Reopen();

        Assert.That((_store.HasVoted(1), _store.Find(Config, 1, Self)), Is.EqualTo((false, (SegmentBallot?)null)));
        Assert.That(_store.ForgottenBefore(), Is.EqualTo(First.Next.Next), "known after a crash too, until it votes again");
        _store.Save(Config, 1, beginning, [], [], areOnChain: false);
        SegmentBallot found = _store.Find(Config, 1, Self)!;
        Assert.That((found.Promised, found.Accepted.Count, found.Signed[First]), Is.EqualTo((0ul, 0, batch.Id)));
    }

    [Test]
    public void Save_SecondBatchSignedForAnHour_ThrowsAndWritesNothing()
    {
        SegmentBallot ballot = SegmentBallot.Begin(First, Hash32.Zero, First);
        _store.Save(Config, 1, ballot, [new(Batch(First, Hash32.Zero, 1), Self, Signature(1))], [], areOnChain: false);

        Assert.That(
            () => _store.Save(Config, 1, ballot with { Promised = 9 }, [new(Batch(First, Hash32.Zero, 2), Self, Signature(2))], [], areOnChain: false),
            Throws.InvalidOperationException);
        Assert.That(_store.Find(Config, 1, Self)!.Promised, Is.Zero);
    }

    [Test]
    public void Witness_TwoBatchesOfOneMember_ProvesItOnce()
    {
        HourBatch one = Batch(First, Hash32.Zero, 1);
        HourBatch another = Batch(First, Hash32.Zero, 2);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(_store.Witness([new(one, Other, Signature(1)), new(one, Self, Signature(2))]), Is.Empty);
        Assert.That(_store.Witness([new(one, Other, Signature(3))]), Is.Empty, "the same batch again");
        Assert.That(_store.Witness([new(another, Other, Signature(4))]), Is.EqualTo([Other]));
        Assert.That(_store.Witness([new(another, Other, Signature(4))]), Is.Empty, "known already");
        EquivocationProof proof = _store.UntoldProofs().Single();
        Assert.That((proof.Member, proof.First.PayloadHash, proof.Second.PayloadHash), Is.EqualTo((Other, one.PayloadHash, another.PayloadHash)));
        Assert.That((proof.FirstSignature, proof.SecondSignature), Is.EqualTo((Signature(1).ToBytes(), Signature(4).ToBytes())));
        _store.MarkTold(proof);
        Assert.That(_store.UntoldProofs(), Is.Empty);
    }

    /// <summary>An hour had its signatures under one set of oracles and was not on the chain when the set changed; it is agreed on anew, otherwise.</summary>
    [Test]
    public void From_HourAgreedOnAnewUnderOtherOracles_IsWhatStands()
    {
        BatchStore batches = new(_journal, Time);
        HourBatch before = Batch(First, Hash32.Zero, 1);
        HourBatch after = new(1, First, Hash32.Zero, new byte[] { 2 }, OtherConfig);
        SegmentBallot ballot = SegmentBallot.Begin(First.Next, before.Id, First);
        _store.Save(Config, 1, ballot, [], [new(before, [1])], areOnChain: false);
        Assert.That(batches.From(Config, 1, First, 9).Single().Batch, Is.EqualTo(before));

        _store.Save(OtherConfig, 1, ballot, [], [new(after, [2])], areOnChain: false);

        Assert.That(batches.From(OtherConfig, 1, First, 9).Single().Batch, Is.EqualTo(after));
        Assert.That(batches.From(Config, 1, First, 9), Is.Empty, "void, should a node that lags name the oracles of before");
    }

    private void Reopen()
    {
        _journal?.Dispose();
        _journal = JournalDatabase.Open(_folder);
        _store = new(_journal, Time);
    }

    private static HourBatch Batch(Hour hour, Hash32 previous, byte payload) => new(1, hour, previous, new[] { payload }, Config);

    private static EthECDSASignature Signature(ulong number) => new(Hash32.FromUInt64(number), Hash32.FromUInt64(1), EthECDSASignature.EvenV);
}
