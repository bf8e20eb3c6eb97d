using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>
/// Random schedules of faults for the real oracle, in virtual time, before a real node: after each of them every hour is on the chain once,
/// equal to what the source said or marked, and journal and chain agree. 300 schedules; with SMARTCITY_DEEP=1 10,000; with SMARTCITY_SEED=n
/// that one alone, which tells what happened.
/// </summary>
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
        "chain set back", "disk full", "disk read-only", "killed", "node: Doubled", "node: ErrorAfter", "node: ErrorBefore", "node: Garbled", "node: Late",
        "node: LostAfter", "node: LostBefore", "node: NotReached", "node: ResetAfter", "node: ResetBefore", "node: answer twice in a batch",
        "node: batch in another order", "node: behind", "pool forgotten", "silent meter", "snapshot given again", "source away", "source: garbled",
        "source: late", "source: login refused", "source: lost", "source: refused", "value without quality", "wild value",
    ];

    private static readonly int? OnlySeed = Environment.GetEnvironmentVariable("SMARTCITY_SEED") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;

    private static readonly bool IsDeep = Environment.GetEnvironmentVariable("SMARTCITY_DEEP") == "1";

    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, int> _seen = [];

    [Test]
    public async Task Schedules_WhateverFails_EveryHourIsOnChainOnceAndTrue()
    {
        using CancellationTokenSource timeout = new(IsDeep ? TimeSpan.FromHours(4) : TimeSpan.FromMinutes(9));
        int[] seeds = OnlySeed is { } only ? [only] : [.. Enumerable.Range(1, IsDeep ? DeepSchedules : Schedules)];
        Stopwatch watch = Stopwatch.StartNew();
        ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = timeout.Token };
        await Parallel.ForEachAsync(
            seeds.Chunk(Math.Min(SchedulesPerNode, seeds.Length / options.MaxDegreeOfParallelism + 1)), options, PlayAllAsync);
        TestContext.Out.WriteLine($"{seeds.Length} schedules in {watch.Elapsed.TotalSeconds:F0} s. What came about:");
        foreach ((string fault, int count) in _seen.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            TestContext.Out.WriteLine($"  {fault,-30} {count,8}");
        }
        Assert.That(_failures, Is.Empty);
        if (OnlySeed is null)
        {
            Assert.That(_seen.Keys, Is.EquivalentTo(Faults));
        }
    }

    [TestCase(2)]
    [TestCase(6)]
    [TestCase(9)]
    public async Task Schedule_PlayedAgainOnAnotherNode_IsTheSame(int seed)
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(3));
        ulong[] digests = new ulong[2];
        for (int i = 0; i < digests.Length; i++)
        {
            await using SimulatedCity city = await SimulatedCity.StartAsync(timeout.Token);
            digests[i] = await Task.Run(() => SimulationRun.Play(city, seed, false, timeout.Token).Digest, timeout.Token);
        }
        Assert.That(digests[0], Is.EqualTo(digests[1]));
    }

    private async ValueTask PlayAllAsync(int[] seeds, CancellationToken cancellationToken)
    {
        await using SimulatedCity city = await SimulatedCity.StartAsync(cancellationToken);
        foreach (int seed in seeds.TakeWhile(_ => _failures.Count < MaxFailures))
        {
            SimulationResult result = await Task.Run(() => SimulationRun.Play(city, seed, OnlySeed is not null, cancellationToken), cancellationToken);
            foreach ((string fault, int count) in result.Seen)
            {
                _seen.AddOrUpdate(fault, count, (_, before) => before + count);
            }
            if (OnlySeed is not null)
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
