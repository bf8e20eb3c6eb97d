using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using SQLitePCL;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>What came of a schedule.</summary>
/// <param name="Problems">What must not be, each in a line; empty if all is well.</param>
/// <param name="Digest">A hash of all that happened.</param>
/// <param name="Seen">How often each kind of fault came about.</param>
/// <param name="Made">What the oracle made of it, in numbers.</param>
/// <param name="Told">What happened, when it was to be told.</param>
internal sealed record SimulationResult(
    IReadOnlyList<string> Problems,
    ulong Digest,
    IReadOnlyDictionary<string, int> Seen,
    IReadOnlyDictionary<string, int> Made,
    IReadOnlyList<string> Told);

/// <summary>
/// Plays one schedule: the real oracle with its real loops and a journal in a real file, in virtual time, against a source and a way to a
/// real node that fail as the schedule says. A process that is killed leaves its files as they are; another one goes on from them.
/// </summary>
internal sealed class SimulationRun : IDisposable
{
    private const int CatchUpHours = 30;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMinutes(10);

    /// <summary>Long enough for an hour that is closed after the faults: a register that is back fills what it left open.</summary>
    private static readonly TimeSpan ShortestCalm = TimeSpan.FromHours(2.5);

    private readonly SimulatedCity _city;
    private readonly World _world;
    private readonly Schedule _schedule;
    private readonly SourceState _source;
    private readonly TransportState _transport;
    private readonly SimulatedChain _chain;
    private readonly Random _random;
    private readonly ILoggerFactory _logging;
    private readonly List<string> _problems = [];
    private int _lives;
    private int _hours;
    private int _corrections;
    private bool _isStartDue;
    private bool _isDiskBroken;
    private Life? _life;
    private OracleEngine? _engine;
    private JournalDatabase? _journal;
    private Task[] _loops = [];

    private SimulationRun(SimulatedCity city, int seed, bool tells)
    {
        _city = city;
        CityLayout layout = SimulatedCity.Layout;
        _schedule = new(seed, layout.FirstHour.Start, [.. layout.Channels.Select(channel => channel.SourceObject).Distinct()]);
        _world = new(_schedule.Start, tells);
        _source = new(_world, _schedule, new(seed, layout), layout);
        _chain = new(_world, _schedule, city.Link);
        _transport = new(_world, _schedule, _chain);
        _random = new(seed + 5);
        _logging = new WorldLog(_world, tells);
    }

    /// <summary>Plays a schedule on a city that nobody else uses. Blocks until it is over.</summary>
    public static SimulationResult Play(SimulatedCity city, int seed, bool tells, CancellationToken cancellationToken)
    {
        using SimulationRun run = new(city, seed, tells);
        run._chain.Begin();
        try
        {
            run.Play(cancellationToken);
        }
        finally
        {
            run.Bury();
            run._chain.Restore();
            run.ClearFolder();
        }
        SortedDictionary<string, int> made = new(StringComparer.Ordinal)
        {
            ["hours on the chain"] = run._hours,
            ["corrections on the chain"] = run._corrections,
            ["lives of a process"] = run._lives,
            ["requests to the node"] = run._chain.Requests,
        };
        return new(run._problems, run._world.Digest, run._world.Seen, made, run._world.Told);
    }

    public void Dispose() => _logging.Dispose();

    private OracleOptions Options => new()
    {
        SourceUrl = new("http://source.invalid"),
        SourceLogin = "",
        SourcePasswordFile = "",
        ChainUrl = new("http://node.invalid"),
        StateFolder = _city.Folder,
        KeystoreFile = "",
        PassphraseFile = "",
        PlanFile = "",
        DeploymentFile = "",
        PollPeriod = _schedule.PollPeriod,
        MeterPollPeriod = _schedule.PollPeriod,
        ClosingGrace = _schedule.Grace,
    };

    private void Play(CancellationToken cancellationToken)
    {
        foreach (Spell trouble in _schedule.DiskTrouble)
        {
            _world.At(trouble.From, () => BreakDisk());
        }
        Announce("clock of the oracle set", _schedule.OracleClockSteps);
        Announce("clock of the source set", _schedule.SourceClockSteps);
        Announce("signals renumbered", _schedule.Renumberings);
        Start();
        RunUntil(_schedule.End, cancellationToken);
        _world.IsFaulty = false;
        if (_schedule.DiskTrouble.Count > 0)
        {
            Bury(); // A file that was read-only to a process remains so.
        }
        _life?.Spare();
        if (_life is null && !_isStartDue)
        {
            Start();
        }
        DateTimeOffset limit = _schedule.End.AddHours(CatchUpHours);
        for (DateTimeOffset until = _schedule.End + ShortestCalm; _problems.Count == 0 && Standing(cancellationToken) is { Length: > 0 } standing; until += LookPeriod)
        {
            if (until > limit)
            {
                _problems.Add($"The oracle has not caught up {CatchUpHours} hours after the last fault: {standing}");
                return;
            }
            RunUntil(until, cancellationToken);
        }
        if (_problems.Count > 0)
        {
            return;
        }
        Bury();
        foreach (SegmentHead head in Heads(cancellationToken))
        {
            _world.Note($"{head.NextHour} {head.LastBatch}");
        }
        using SqliteConnection journal = JournalFile.OpenForReading(JournalFile.PathIn(_city.Folder));
        SimulationChecks checks = new(_city, _schedule, _source, journal);
        _problems.AddRange(checks.Problems());
        _hours = checks.Hours;
        _corrections = checks.Corrections;
        SqliteConnection.ClearPool(journal);
    }

    private void Announce(string fault, IEnumerable<DateTimeOffset> moments)
    {
        foreach (DateTimeOffset moment in moments)
        {
            _world.At(moment, () => _world.Count(fault));
        }
    }

    private void RunUntil(DateTimeOffset end, CancellationToken cancellationToken)
    {
        while (_problems.Count == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_life is { } life)
            {
                if (life.IsOver)
                {
                    Bury();
                    StartLater();
                    continue;
                }
                if (life.RunOne())
                {
                    life.TryTouch(); // A process may die between any two continuations.
                    LookAtLoops();
                    continue;
                }
            }
            if (!_world.TryStep(end))
            {
                return;
            }
        }
    }

    /// <summary>A loop ends by an exception alone. Of a disk that is full and a login that is refused the process ends, and is started again.</summary>
    private void LookAtLoops()
    {
        if (_life is { IsOver: true } || _loops.FirstOrDefault(loop => loop.IsCompleted) is not { } ended)
        {
            return;
        }
        Exception? exception = ended.Exception?.InnerException;
        bool isExpected = exception switch
        {
            JournalException => _isDiskBroken,
            OracleStoppedException { ExitCode: OracleExit.Source } => _schedule.SourceFaults > 0,
            _ => false,
        };
        if (!isExpected)
        {
            _problems.Add($"The oracle ended: {exception}");
        }
        else
        {
            _world.Note($"ended: {exception!.GetType().Name}");
        }
        _life!.End();
    }

    private void StartLater()
    {
        _isStartDue = true;
        TimeSpan pause = TimeSpan.FromMinutes(_random.Next(4) switch { 0 => 0, 1 => _random.Next(2), 2 => _random.Next(30), _ => _random.Next(180) });
        _world.At(_world.Now + (_world.IsFaulty ? pause : TimeSpan.Zero), Start);
    }

    private void Start()
    {
        _isStartDue = false;
        int? touches = _world.IsFaulty && _schedule.MeanTouchesOfALife is { } mean
            ? 1 + (int)(-Math.Log(1 - _random.NextDouble()) * mean)
            : null;
        Life life = new(_world, _schedule, _random, touches);
        _world.Note("started");
        try
        {
            _journal = JournalDatabase.Open(_city.Folder);
            DieBetweenCommits(life, _journal);
            BreakDisk();
            RpcClientOptions options = new() { Jitter = new(_schedule.Seed + 6 + _lives) };
            HttpClient http = new(new FaultyTransport(life, _transport)) { BaseAddress = new("http://node.invalid"), Timeout = Timeout.InfiniteTimeSpan };
            _engine = new(
                Options, SimulatedCity.Plan, new FaultySource(life, _source), _city.City, new(new RpcClient(http, options, life.Clock)), SimulatedCity.Oracle,
                _journal, life.Clock, _logging);
            _loops = [.. _engine.Loops.Select(loop => Task.Factory.StartNew(
                () => loop(CancellationToken.None), CancellationToken.None, TaskCreationOptions.DenyChildAttach, life.Scheduler).Unwrap())];
            _life = life;
        }
        catch (Exception exception) when (life.IsOver || (exception is JournalException && _isDiskBroken))
        {
            _world.Note($"not started: {exception.GetType().Name}");
            Bury();
            StartLater();
        }
    }

    /// <summary>A process may die just before what it writes is durable, or just after; what a dead one writes is not.</summary>
    private void DieBetweenCommits(Life life, JournalDatabase journal)
    {
        const int Refuse = 1;
        journal.Read(connection =>
        {
            raw.sqlite3_commit_hook(connection.Handle, _ =>
            {
                bool wasOver = life.IsOver;
                bool isDead = !life.TryTouch();
                return wasOver || (isDead && _random.Next(2) == 0) ? Refuse : 0;
            }, null);
            return true;
        });
    }

    /// <summary>What a dead process leaves: its files, as they are. To close them, as a process that is asked to end does, would put them in order.</summary>
    private void Bury()
    {
        _life?.End();
        if (_journal is { } journal)
        {
            _lives++;
            Dictionary<string, byte[]> left = Directory.GetFiles(_city.Folder)
                .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal))
                .ToDictionary(file => file, File.ReadAllBytes);
            SqliteConnection connection = journal.Read(open => open);
            _engine?.Dispose();
            journal.Dispose();
            SqliteConnection.ClearPool(connection);
            ClearFolder();
            foreach ((string file, byte[] bytes) in left)
            {
                File.WriteAllBytes(file, bytes);
            }
        }
        (_life, _engine, _journal, _loops, _isDiskBroken) = (null, null, null, [], false);
    }

    private void ClearFolder()
    {
        foreach (string file in Directory.GetFiles(_city.Folder))
        {
            File.Delete(file);
        }
    }

    /// <summary>The disk is full, or the file read-only, while the schedule says so: as long as this process lives.</summary>
    private void BreakDisk()
    {
        if (!_world.IsFaulty || !_schedule.DiskTrouble.Any(spell => spell.Contains(_world.Now)) || _journal is not { } journal)
        {
            return;
        }
        _isDiskBroken = true;
        bool isFull = _random.Next(2) == 0;
        _world.Count(isFull ? "disk full" : "disk read-only");
        journal.Read(connection => connection.Execute(isFull
            ? $"PRAGMA max_page_count = {connection.ExecuteScalar<long>("PRAGMA page_count") + _random.Next(3)}"
            : "PRAGMA query_only = 1"));
    }

    private IReadOnlyList<SegmentHead> Heads(CancellationToken cancellationToken) => _city.Chain
        .GetHeadsAsync([.. SimulatedCity.Plan.Segments.Select(segment => segment.Number)], cancellationToken).GetAwaiter().GetResult();

    /// <summary>What the oracle has still to do; empty when all is done.</summary>
    private string Standing(CancellationToken cancellationToken)
    {
        if (_journal is null)
        {
            return "it does not run";
        }
        Hour due = Hour.Containing(_source.Now - _schedule.Grace);
        List<string> open = _journal.Read(connection =>
        {
            List<string> open = [.. connection
                .Query<(long Number, long Closed, long Confirmed)>("SELECT number, closed_before, confirmed_before FROM segment")
                .Where(segment => segment.Closed != due.Value || segment.Confirmed != due.Value)
                .Select(segment => $"segment {segment.Number} is closed up to {new Hour((uint)segment.Closed)}, confirmed up to {new Hour((uint)segment.Confirmed)}, due is {due}")];
            long fills = connection.ExecuteScalar<long>(
                "SELECT count(*) FROM gap_fill f WHERE refusal IS NULL AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.fill = f.id AND c.state = 2)");
            return fills == 0 ? open : [.. open, $"{fills} gaps are not filled"];
        });
        return string.Join("; ", open.Count > 0 ? open : LackingOnChain(due, _journal, cancellationToken));
    }

    /// <summary>What the chain lacks though the journal misses nothing: a chain that was just set back the journal believes in for a few more looks.</summary>
    private IEnumerable<string> LackingOnChain(Hour due, JournalDatabase journal, CancellationToken cancellationToken)
    {
        foreach (SegmentHead head in Heads(cancellationToken))
        {
            if (head.NextHour != due)
            {
                yield return $"the chain holds segment {head.Segment} up to {head.NextHour}, due is {due}";
            }
            long confirmed = journal.Read(connection => connection.ExecuteScalar<long>(
                "SELECT count(*) FROM correction WHERE segment = @Segment AND state = 2", new { head.Segment }));
            (uint number, _) = _city.Api.CallAsync(
                _city.City.Contracts.ReadingLedger.CorrectionHeadOf(head.Segment), BlockParameter.Latest, cancellationToken).GetAwaiter().GetResult();
            if (number != confirmed)
            {
                yield return $"the chain holds {number} corrections of segment {head.Segment}, the journal has {confirmed} confirmed";
            }
        }
    }

    /// <summary>Has the world tell what the oracle logs.</summary>
    private sealed class WorldLog(World world, bool tells) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => tells;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            world.Tell($"    {logLevel} {eventId.Id} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
