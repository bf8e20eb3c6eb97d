using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle.Agreement;

/// <summary>Each rule by itself that keeps a member from helping two batches of one hour; the simulation sees them together.</summary>
public sealed class MemberTest
{
    private static readonly Hour First = CityLayouts.Layout.FirstHour;
    private static readonly EthECKey[] Keys = [.. Enumerable.Range(0, 3).Select(_ => EthECKey.Generate()).OrderBy(key => key.Address)];
    private static readonly ReadingLedgerDomain Ledger = new(1, Keys[0].Address);
    private static readonly Notary[] Notaries = [.. Keys.Select(key => Notary.Of(key, Ledger))];
    private static readonly OracleSet Set = new([.. Keys.Select(key => key.Address)], 2, Keccak.Hash256("config"), new HashSet<Address>());
    private static readonly SegmentBallot Promised = SegmentBallot.Begin(First, Hash32.Zero, First) with { Promised = 5 };

    [TestCase(4ul, ExpectedResult = true)]
    [TestCase(5ul, ExpectedResult = false)]
    [TestCase(6ul, ExpectedResult = false)]
    public bool OnPrepare_Round_IsSupersededBelowThePromised(ulong round)
    {
        (SegmentBallot next, PeerAnswer answer) = Member.On(Promised, new PeerRequest.Prepare { Segment = 1, Round = round });
        Assert.That(next.Promised, Is.EqualTo(Math.Max(round, 5)));
        return answer.IsSuperseded;
    }

    [TestCase(4ul, ExpectedResult = 0)]
    [TestCase(5ul, ExpectedResult = 1)]
    [TestCase(6ul, ExpectedResult = 1)]
    [TestCase(1ul << 40, ExpectedResult = 0, Description = "no member can use the rounds up")]
    public int OnAccept_Round_IsAcceptedFromThePromisedOn(ulong round)
    {
        (SegmentBallot next, PeerAnswer answer) = Accept(Promised, round, Batch(1));
        Assert.That(next.Accepted, Has.Count.EqualTo(answer.Signatures.Count));
        return answer.Signatures.Count;
    }

    [Test]
    public void OnAccept_HourSignedForAnotherBatch_Refuses()
    {
        (_, PeerAnswer answer) = Accept(Promised.WithSigned([Batch(1)]), 6, Batch(2));
        Assert.That((answer.Signatures.Count, answer.Refusal), Is.EqualTo((0, $"hour {First}: another batch was signed here")));
    }

    [TestCase(new[] { 0, 1 }, ExpectedResult = 1)]
    [TestCase(new[] { 0 }, ExpectedResult = 0, Description = "one acceptance is not two")]
    [TestCase(new[] { 0, 0 }, ExpectedResult = 0, Description = "nor is one that is shown twice")]
    public int OnSign_Acceptances_OfAsManyMembersAsMustSign(int[] acceptors)
    {
        (SegmentBallot accepted, _) = Accept(Promised, 5, Batch(1));
        return Sign(accepted, 5, Batch(1), acceptors.Select(i => Notaries[i].SignAcceptance(Batch(1), 5)));
    }

    [Test]
    public void OnSign_AcceptancesOfSeveralRounds_CountNotTogether()
    {
        (SegmentBallot accepted, _) = Accept(Promised, 6, Batch(1));
        Assert.That(Sign(accepted, 6, Batch(1), [Notaries[0].SignAcceptance(Batch(1), 6), Notaries[1].SignAcceptance(Batch(1), 5)]), Is.Zero);
    }

    [Test]
    public void OnSign_BatchThatWasNotAcceptedHere_Refuses()
    {
        (SegmentBallot accepted, _) = Accept(Promised, 5, Batch(1));
        Assert.That(Sign(accepted, 5, Batch(2), [Notaries[0].SignAcceptance(Batch(2), 5), Notaries[1].SignAcceptance(Batch(2), 5)]), Is.Zero);
    }

    [Test]
    public void On_JournalBegunLater_VotesOnNothingBefore()
    {
        SegmentBallot lost = SegmentBallot.Begin(First, Hash32.Zero, First.Next);
        (SegmentBallot heard, PeerAnswer promise) = Member.On(lost, new PeerRequest.Prepare { Segment = 1, Round = 1 });
        (SegmentBallot next, PeerAnswer acceptance) = Accept(heard, 4, Batch(1));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(promise.Refusal, Does.Contain("its journal does not know how"));
        Assert.That((acceptance.Signatures.Count, next.Accepted.Count), Is.EqualTo((0, 0)));
        Assert.That((heard.Promised, next.Promised), Is.EqualTo((1ul, 4ul)), "rounds under way are kept in mind");
    }

    /// <summary>Member 2 has round 5. What it proposed in it before it was restarted may still be under way, and must not meet another proposal.</summary>
    [TestCase(2, 5ul, 5ul, 0, ExpectedResult = 5ul, Description = "goes on")]
    [TestCase(2, 5ul, null, 0, ExpectedResult = 8ul, Description = "was restarted")]
    [TestCase(0, 0ul, null, 0, ExpectedResult = 0ul, Description = "what was proposed in the first round is in the journal")]
    [TestCase(0, 5ul, null, 14, ExpectedResult = null, Description = "another leads")]
    [TestCase(0, 5ul, null, 15, ExpectedResult = 6ul, Description = "the leader is silent")]
    [TestCase(1, 5ul, null, 29, ExpectedResult = null)]
    [TestCase(1, 5ul, null, 30, ExpectedResult = 7ul, Description = "so is the one after it")]
    public ulong? RoundOf_Member_IsOneThatNobodyElseLeads(int member, ulong promised, ulong? leading, int standstill) => Turn.RoundOf(
        Set, Keys[member].Address, promised, leading, TimeSpan.FromSeconds(standstill), TimeSpan.FromSeconds(15));

    private static (SegmentBallot Next, PeerAnswer Answer) Accept(SegmentBallot state, ulong round, HourBatch batch) => Member.On(
        state, new PeerRequest.Accept { Segment = 1, Round = round, Batches = [batch] }, Set, Notaries[0], _ => null);

    /// <returns>How many hours it signed.</returns>
    private static int Sign(SegmentBallot state, ulong round, HourBatch batch, IEnumerable<EthECDSASignature> acceptances) => Member.On(
        state, new PeerRequest.Sign { Segment = 1, Round = round, Hours = [new(batch.Hour, batch.Id, [.. acceptances])] }, Set, Notaries[0])
        .Answer.Signatures.Count;

    private static HourBatch Batch(byte payload) => new(1, First, Hash32.Zero, new[] { payload }, Set.Config);
}
