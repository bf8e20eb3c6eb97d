using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCity.Tests;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>
/// Random schedules of faults for the real oracle, in virtual time, before a real node: after each of them every hour is on the chain once,
/// equal to what the source said or marked, and journal and chain agree. 300 schedules; in a release 10,000 (<see cref="RandomRuns"/>). One alone
/// tells what happened.
/// </summary>
/// <remarks>
/// Bugs that were planted and that the schedules caught: a transaction the pool forgot is waited for without end; a correction is looked for by one of
/// its states only and made twice; a gap is stated as zero; a sample is written with the time it was received as its own; a restart closes hours again;
/// a batch is signed to follow the one before the last. Not caught, because the next look at the chain mends it: a transaction whose
/// fate is unknown is not remembered.
/// </remarks>
[NonParallelizable]
public sealed class OracleSimulationTest
{
    private const int Schedules = 300;
    private const int DeepSchedules = 10_000;
    private const int MaxFailures = 5;

    /// <summary>A node keeps something of every schedule, reverted or not.</summary>
    private const int SchedulesPerNode = 200;

    /// <summary>A simulator without one of these shows less than it seems to.</summary>
    private static readonly string[] Faults =
    [
        "chain set back", "clock of the oracle set", "clock of the source set", "disk full", "disk read-only", "killed", "node: Doubled", "node: ErrorAfter", "node: ErrorBefore", "node: Garbled", "node: Late",
        "node: LostAfter", "node: LostBefore", "node: NotReached", "node: ResetAfter", "node: ResetBefore", "node: answer twice in a batch",
        "node: batch in another order", "node: behind", "pool forgotten", "signals renumbered", "silent meter", "snapshot given again", "source away", "source: garbled",
        "source: late", "source: login refused", "source: lost", "source: refused", "value without quality", "wild value",
    ];

    private readonly RandomRuns _runs = RandomRuns.Take(Schedules, DeepSchedules);
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, int> _seen = [];
    private readonly ConcurrentDictionary<string, int> _made = [];

    [Test]
    public async Task Schedules_WhateverFails_EveryHourIsOnChainOnceAndTrue()
    {
        using CancellationTokenSource timeout = new(_runs.Limit(TimeSpan.FromMinutes(9), TimeSpan.FromHours(12)));
        Stopwatch watch = Stopwatch.StartNew();
        ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = timeout.Token };
        await Parallel.ForEachAsync(_runs.Parts(SchedulesPerNode), options, PlayAllAsync);
        TestContext.Out.WriteLine($"{_runs.Seeds.Length} schedules in {watch.Elapsed.TotalSeconds:F0} s, {_seen.Values.Sum()} faults:");
        Tell(_seen);
        TestContext.Out.WriteLine("With all of them:");
        Tell(_made);
        Assert.That(_failures, Is.Empty);
        if (_runs.IsWhole)
        {
            Assert.That(_seen.Keys, Is.EquivalentTo(Faults));
        }
    }

    /// <summary>Only what is played exactly again can be looked into.</summary>
    [Test]
    public async Task Schedules_PlayedAgainOnAnotherNode_AreTheSame()
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(3));
        await using SimulatedCity one = await SimulatedCity.StartAsync(timeout.Token);
        await using SimulatedCity other = await SimulatedCity.StartAsync(timeout.Token);
        foreach (int seed in new[] { 2, 6, 9 })
        {
            ulong first = await Task.Run(() => SimulationRun.Play(one, seed, false, timeout.Token).Digest, timeout.Token);
            ulong second = await Task.Run(() => SimulationRun.Play(other, seed, false, timeout.Token).Digest, timeout.Token);
            Assert.That(second, Is.EqualTo(first), $"schedule {seed}");
        }
    }

    private static void Tell(IEnumerable<KeyValuePair<string, int>> counts)
    {
        foreach ((string what, int count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            TestContext.Out.WriteLine($"  {what,-30} {count,8}");
        }
    }

    private static void Add(ConcurrentDictionary<string, int> sums, IEnumerable<KeyValuePair<string, int>> counts)
    {
        foreach ((string what, int count) in counts)
        {
            sums.AddOrUpdate(what, count, (_, before) => before + count);
        }
    }

    private async ValueTask PlayAllAsync(int[] seeds, CancellationToken cancellationToken)
    {
        await using SimulatedCity city = await SimulatedCity.StartAsync(cancellationToken);
        foreach (int seed in seeds.TakeWhile(_ => _failures.Count < MaxFailures))
        {
            SimulationResult result = await Task.Run(() => SimulationRun.Play(city, seed, _runs.IsOne, cancellationToken), cancellationToken);
            Add(_seen, result.Seen);
            Add(_made, result.Made);
            if (_runs.IsOne)
            {
                TestContext.Out.WriteLine(string.Join('\n', result.Told));
            }
            if (result.Problems.Count > 0)
            {
                string failure = $"SMARTCITY_SEED={seed}: {string.Join("\n  ", result.Problems.Take(10))}";
                _failures.Enqueue(failure);
                TestContext.Progress.WriteLine(failure);
            }
        }
    }
}
