using System.Buffers.Binary;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle.Agreement;

/// <summary>What a simulated run is like.</summary>
/// <param name="Members">n.</param>
/// <param name="Threshold">k.</param>
/// <param name="Hours">Hours that are to come onto the chain.</param>
/// <param name="LossPercent">Messages that are lost while there are faults.</param>
/// <param name="Dead">Members that do not come back when the faults end.</param>
/// <param name="Deviating">Members whose meters say something else.</param>
/// <param name="Forgetful">Members whose journal is put back from a copy after some of their crashes.</param>
internal sealed record WorldOptions(int Members, int Threshold, int Hours, int LossPercent, int Dead, int Deviating, int Forgetful);

/// <summary>
/// Oracles, their network and a ledger in virtual time: the pure protocol with crashes, losses, delays and copies. All chance comes
/// from one seed. Every signature that leaves a member is looked at, whether it arrives or not.
/// </summary>
internal sealed class AgreementWorld
{
    private const int TickMilliseconds = 300;
    private const int RequestMilliseconds = 5_000;
    private const int FaultMilliseconds = 60_000;
    private const int EndMilliseconds = 600_000;
    private const int Tolerance = 5;
    private const int Deviation = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly Hour First = new(480_000);

    private readonly Random _random;
    private readonly WorldOptions _options;
    private readonly OracleSet _set;
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly OneMember[] _members;
    private readonly Dictionary<(int Member, Hour Hour), Hash32> _signed = [];
    private readonly List<SignedBatch> _chain = [];
    private long _now;
    private long _order;

    public AgreementWorld(int seed, WorldOptions options)
    {
        _random = new(seed);
        _options = options;
        Address[] addresses = [.. Enumerable.Range(1, options.Members).Select(i => new Address([.. Hash32.FromUInt64((ulong)i).ToBytes().TakeLast(20)]))];
        ReadingLedgerDomain ledger = new(1, addresses[0]);
        _set = new(addresses, options.Threshold, ledger.OracleConfigOf(addresses, (byte)options.Threshold), new HashSet<Address>());
        _members = [.. addresses.Select((address, i) => new OneMember(i, new Notary(address, ledger, digest => Seal(digest, i), WhoSealed)))];
    }

    /// <summary>What must never be: found while it ran.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Hours on the chain.</summary>
    public int HoursOnChain => _chain.Count;

    /// <summary>How often a member led a round that was not the first.</summary>
    public int Takeovers { get; private set; }

    /// <summary>How often a member's journal was put back.</summary>
    public int Restored { get; private set; }

    private bool AreFaultsOver => _now >= FaultMilliseconds;

    /// <summary>Runs until all hours are on the chain, or the time is up.</summary>
    public void Run()
    {
        foreach (OneMember member in _members)
        {
            At(_random.Next(TickMilliseconds), () => Tick(member));
            ScheduleCrash(member);
        }
        OneMember[] dead = [.. _members[..^_options.Forgetful]]; // Who lives and remembers must be enough to go on.
        _random.Shuffle(dead);
        At(FaultMilliseconds, () => Array.ForEach(dead[.._options.Dead], Bury));
        while (_events.TryDequeue(out Action? happen, out (long Time, long Order) due) && due.Time <= EndMilliseconds && _chain.Count < _options.Hours)
        {
            _now = due.Time;
            happen();
        }
    }

    /// <summary>Where everybody stands, for a message.</summary>
    public override string ToString() => $"t={_now} chain={_chain.Count}/{_options.Hours} " + string.Join("; ", _members.Select(member =>
        $"{member.Index}{(member.IsUp ? "" : " down")} next {member.Disk.NextHour.Value - First.Value} promised {member.Disk.Promised} accepted {member.Disk.Accepted.Count} "
        + $"leads {member.Leads?.Round} {string.Join(", ", member.Leads?.Refusals ?? [])}"));

    private void Tick(OneMember member)
    {
        At(TickMilliseconds, () => Tick(member));
        if (!member.IsUp)
        {
            return;
        }
        if (!IsLost())
        {
            LookAtChain(member);
        }
        List<(Hour Hour, byte[] Payload)> own = Own(member);
        bool hasWork = own.Count > 0;
        if (!hasWork || member.Disk.NextHour != member.SeenHour || member.Disk.Promised != member.SeenPromise)
        {
            (member.Since, member.SeenHour, member.SeenPromise) = (_now, member.Disk.NextHour, member.Disk.Promised);
        }
        if (!hasWork || member.IsAsking || Turn.RoundOf(
            _set, member.Notary.Self, member.Disk.Promised, member.Leads is { IsOver: false } now ? now.Round : null,
            TimeSpan.FromMilliseconds(_now - member.Since), Patience) is not { } round)
        {
            return;
        }
        if (member.Leads is not { IsOver: false } leads || leads.Round != round)
        {
            member.Leads = leads = new(_set, member.Notary, 1, round, member.Disk);
            Takeovers += round > 0 ? 1 : 0;
        }
        Ask(member, leads, leads.Begin(member.Disk, own));
    }

    /// <summary>One step of a leader: its own member first, then the others; goes on when all have answered or the time is up.</summary>
    private void Ask(OneMember leader, Leadership leads, PeerRequest? request)
    {
        leader.IsAsking = request is not null;
        if (request is null)
        {
            return;
        }
        int life = leader.Life;
        List<(Address, PeerAnswer)> answers = [(leader.Notary.Self, Handle(leader, request))];
        bool isDone = false;
        foreach (OneMember peer in _members.Where(peer => peer != leader))
        {
            for (int copy = 0; copy < (_random.Next(10) == 0 ? 2 : 1); copy++)
            {
                Send(() =>
                {
                    if (!peer.IsUp)
                    {
                        return;
                    }
                    PeerAnswer answer = Handle(peer, request);
                    Send(() =>
                    {
                        answers.Add((peer.Notary.Self, answer));
                        if (answers.Count >= _members.Length)
                        {
                            GoOn();
                        }
                    });
                });
            }
        }
        At(RequestMilliseconds, GoOn);

        void GoOn()
        {
            if (isDone || leader.Life != life)
            {
                return;
            }
            isDone = true;
            leader.IsAsking = false;
            if (request is not PeerRequest.Certified)
            {
                PeerRequest? next = leads.Next(leader.Disk, Own(leader), answers);
                leader.Disk = Member.Raise(leader.Disk, leads.HighestSeen);
                Ask(leader, leads, next);
            }
        }
    }

    /// <summary>A member answers. The new state is on its disk before the answer is on its way.</summary>
    private PeerAnswer Handle(OneMember member, PeerRequest request)
    {
        switch (request)
        {
            case PeerRequest.Prepare prepare:
                (member.Disk, PeerAnswer promise) = Member.On(member.Disk, prepare);
                return promise;
            case PeerRequest.Accept accept:
                (member.Disk, PeerAnswer accepted) = Member.On(member.Disk, accept, _set, member.Notary, batch => Check(member, batch));
                return accepted;
            case PeerRequest.Sign sign:
                SegmentBallot before = member.Disk;
                (member.Disk, PeerAnswer signed) = Member.On(member.Disk, sign, _set, member.Notary);
                foreach ((AcceptedHour entry, int i) in before.Accepted.Take(signed.Signatures.Count).Select((entry, i) => (entry, i)))
                {
                    Witness(member, entry.Batch, signed.Signatures[i]);
                }
                return signed;
            case PeerRequest.Certified certified:
                (member.Disk, IReadOnlyList<SignedBatch> learned) = Member.On(member.Disk, certified, _set, member.Notary);
                member.Outbox.AddRange(learned);
                return Member.Answer(member.Disk, null);
            default:
                throw new InvalidOperationException($"Unknown request {request}.");
        }
    }

    private void Witness(OneMember member, HourBatch batch, EthECDSASignature signature)
    {
        if (member.Notary.SignerOf(batch, signature) != member.Notary.Self)
        {
            Faults.Add($"member {member.Index} gave a signature that is not its own of {batch}");
        }
        if (!_signed.TryAdd((member.Index, batch.Hour), batch.Id) && _signed[(member.Index, batch.Hour)] != batch.Id)
        {
            Faults.Add($"member {member.Index} signed two batches for {batch.Hour}");
        }
        if (_members.Any(other => _signed.TryGetValue((other.Index, batch.Hour), out Hash32 id) && id != batch.Id))
        {
            Faults.Add($"members signed different batches for {batch.Hour}");
        }
    }

    /// <summary>Sends what the chain lacks, and learns what it holds.</summary>
    private void LookAtChain(OneMember member)
    {
        Hour head = new(First.Value + (uint)_chain.Count);
        Hash32 last = _chain.Count == 0 ? Hash32.Zero : _chain[^1].Batch.Id;
        if (head > member.Disk.NextHour)
        {
            member.Disk = member.Disk.SettledBefore(head, last);
        }
        SignedBatch[] due = [.. member.Outbox.Where(signed => signed.Batch.Hour >= head)];
        member.Outbox.RemoveAll(signed => signed.Batch.Hour < head);
        foreach (SignedBatch signed in due)
        {
            At(_random.Next(2_000), () => Record(signed));
        }
    }

    /// <summary>The ledger's rules: the next hour, after the last batch, with k signatures of different members.</summary>
    private void Record(SignedBatch signed)
    {
        HourBatch batch = signed.Batch;
        Hash32 last = _chain.Count == 0 ? Hash32.Zero : _chain[^1].Batch.Id;
        int signers = signed.Signatures.Select(signature => WhoSealed(_members[0].Notary.Ledger.DigestOf(batch), signature)).Distinct().Count();
        if (batch.Hour.Value == First.Value + (uint)_chain.Count && batch.PreviousBatch == last && signers >= _options.Threshold)
        {
            _chain.Add(signed);
        }
    }

    /// <summary>What a member states: its meters' value, a little different for each, and very different for those that deviate.</summary>
    private List<(Hour Hour, byte[] Payload)> Own(OneMember member)
    {
        long closed = ClosedBy(_now - 200 * member.Index); // Each member closes an hour a little later.
        List<(Hour, byte[])> own = [];
        for (Hour hour = member.Disk.NextHour; hour.Value < First.Value + closed && own.Count < Member.MaxHours; hour = hour.Next)
        {
            own.Add((hour, PayloadOf(member, hour)));
        }
        return own;
    }

    /// <summary>Hours that are over: one more every second of virtual time.</summary>
    private long ClosedBy(long now) => Math.Min(_options.Hours, Math.Max(0, now / 1_000));

    private byte[] PayloadOf(OneMember member, Hour hour)
    {
        byte[] payload = new byte[4];
        bool isDeviating = member.Index < _options.Deviating;
        int value = 100_000 + (int)((hour.Value * 7 + (uint)member.Index * 3) % Tolerance) + (isDeviating ? Deviation * (member.Index + 1) : 0);
        BinaryPrimitives.WriteInt32BigEndian(payload, value);
        return payload;
    }

    private string? Check(OneMember member, HourBatch batch) =>
        Math.Abs(BinaryPrimitives.ReadInt32BigEndian(batch.Payload.Span) - BinaryPrimitives.ReadInt32BigEndian(PayloadOf(member, batch.Hour))) <= Tolerance
            ? null
            : "the values differ";

    private void ScheduleCrash(OneMember member) => At(_random.Next(1_000, 60_000), () =>
    {
        if (AreFaultsOver)
        {
            return;
        }
        Stop(member);
        At(_random.Next(500, 40_000), () =>
        {
            member.IsUp = !member.IsDead;
            if (member.Index >= _members.Length - _options.Forgetful && _random.Next(2) == 0)
            {
                Restore(member);
            }
            ScheduleCrash(member);
        });
        if (_random.Next(2) == 0)
        {
            (member.Copy, member.CopyOfOutbox) = (member.Disk, [.. member.Outbox]);
        }
    });

    /// <summary>The journal of some time ago, without its votes: what was over by now is not voted on (ADR 19).</summary>
    private void Restore(OneMember member)
    {
        Restored++;
        member.Disk = SegmentBallot.Begin(member.Copy.NextHour, member.Copy.LastBatch, new(First.Value + (uint)ClosedBy(_now))) with { Signed = member.Copy.Signed };
        member.Outbox.Clear();
        member.Outbox.AddRange(member.CopyOfOutbox);
    }

    private void Stop(OneMember member)
    {
        member.IsUp = false;
        member.Life++;
        member.Leads = null;
        member.IsAsking = false;
        member.Since = _now;
    }

    /// <summary>The member never comes back.</summary>
    private void Bury(OneMember member)
    {
        Stop(member);
        member.IsDead = true;
    }

    private bool IsLost() => !AreFaultsOver && _random.Next(100) < _options.LossPercent;

    private void Send(Action arrive)
    {
        bool isLost = IsLost();
        int delay = AreFaultsOver ? _random.Next(1, 200) : _random.Next(10) == 0 ? _random.Next(20_000) : _random.Next(1, 500);
        if (!isLost)
        {
            At(delay, arrive);
        }
    }

    private void At(long delay, Action happen) => _events.Enqueue(happen, (_now + delay, _order++));

    private static EthECDSASignature Seal(Hash32 digest, int index) => new(digest, Hash32.FromUInt64((ulong)index), EthECDSASignature.EvenV);

    private Address? WhoSealed(Hash32 digest, EthECDSASignature signature) =>
        signature.R == digest ? _set.Members[(int)signature.S.ToBigInteger()] : null;

    private sealed class OneMember(int index, Notary notary)
    {
        public int Index { get; } = index;

        public Notary Notary { get; } = notary;

        /// <summary>What outlives a crash.</summary>
        public SegmentBallot Disk { get; set; } = SegmentBallot.Begin(First, Hash32.Zero, First);

        public List<SignedBatch> Outbox { get; } = [];

        /// <summary>A copy of what outlives a crash.</summary>
        public SegmentBallot Copy { get; set; } = SegmentBallot.Begin(First, Hash32.Zero, First);

        public IReadOnlyList<SignedBatch> CopyOfOutbox { get; set; } = [];

        public bool IsUp { get; set; } = true;

        public bool IsDead { get; set; }

        /// <summary>Counts crashes: an answer to an earlier life is nobody's.</summary>
        public int Life { get; set; }

        public Leadership? Leads { get; set; }

        public bool IsAsking { get; set; }

        public long Since { get; set; }

        public Hour SeenHour { get; set; }

        public ulong SeenPromise { get; set; }
    }
}
