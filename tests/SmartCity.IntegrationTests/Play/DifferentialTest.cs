using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCity.Audit;
using SmartCity.IntegrationTests.Audit;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.IntegrationTests.Reference;
using SmartCity.Tests;

namespace SmartCity.IntegrationTests.Play;

/// <summary>
/// The contracts and the reference get the same random histories through real nodes and must know the same afterwards, to the last unit.
/// Every eighth is audited too, and everything must hold.
/// 200 histories; in a release 5,000 (<see cref="RandomRuns"/>).
/// </summary>
[NonParallelizable]
public sealed class DifferentialTest
{
    private const int Histories = 200;
    private const int DeepHistories = 5_000;
    private const int MaxFailures = 5;

    /// <summary>One history of so many is audited.</summary>
    private const int AuditPeriod = 8;

    /// <summary>A node keeps something of every history, reverted or not.</summary>
    private const int HistoriesPerNode = 100;

    private readonly RandomRuns _runs = RandomRuns.Take(Histories, DeepHistories);
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<(string Command, bool IsRefused), int> _played = [];

    [Test]
    public async Task Histories_OnTheContractsAndTheReference_AreTheSame()
    {
        using CancellationTokenSource timeout = new(_runs.Limit(TimeSpan.FromMinutes(9), TimeSpan.FromHours(12)));
        Stopwatch watch = Stopwatch.StartNew();
        ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = timeout.Token };
        await Parallel.ForEachAsync(_runs.Parts(HistoriesPerNode), options, PlayAllAsync);
        Report(_runs.Seeds.Length, watch.Elapsed);
        Assert.That(_failures, Is.Empty);
        if (_runs.IsWhole)
        {
            CheckThatAllWasPlayed();
        }
    }

    private async ValueTask PlayAllAsync(int[] seeds, CancellationToken cancellationToken)
    {
        await using NodeProcess process = await AnvilNode.StartAsync(
            new() { BlockTime = null, Genesis = PlayNode.Genesis, IsFirstComeFirstServed = true }, cancellationToken);
        PlayNode node = await PlayNode.TakeAsync(process, cancellationToken);
        foreach (int seed in seeds.TakeWhile(_ => _failures.Count < MaxFailures))
        {
            string empty = await node.SnapshotAsync(cancellationToken);
            if (await DifferenceAsync(node, seed, cancellationToken) is { } difference)
            {
                _failures.Enqueue($"SMARTCITY_SEED={seed}: {difference}");
                TestContext.Progress.WriteLine($"SMARTCITY_SEED={seed} differs: {difference}");
            }
            await node.RevertAsync(empty, cancellationToken);
        }
    }

    /// <summary>What is not the same after a history; null if all is.</summary>
    private async Task<string?> DifferenceAsync(PlayNode node, int seed, CancellationToken cancellationToken)
    {
        History history = HistoryGenerator.Generate(seed);
        ReferenceLedger ledger = new(history.UtcOffsetHours);
        CityPlayer city = await CityPlayer.DeployAsync(node, history.UtcOffsetHours, cancellationToken);
        try
        {
            foreach (Attempt attempt in history.Attempts)
            {
                await city.ApplyAsync(attempt.Command, attempt.IsRefused, cancellationToken);
            }
            await city.FinishAsync(cancellationToken);
        }
        catch (PlayException exception)
        {
            return exception.Message;
        }
        ledger.ApplyAll(history.Commands);
        foreach (Attempt attempt in history.Attempts)
        {
            _played.AddOrUpdate((attempt.Command.GetType().Name, attempt.IsRefused), 1, (_, count) => count + 1);
        }
        List<string> differences = [.. await CityFacts.DifferencesAsync(city, ledger, cancellationToken)];
        if (_runs.IsOne || seed % AuditPeriod == 0)
        {
            differences.AddRange(PlayedData.FindingsOf(Auditor.Audit(await PlayedData.CollectAsync(city, cancellationToken))));
        }
        return differences.Count == 0 ? null : string.Join("\n  ", differences.Prepend($"{differences.Count} differences"));
    }

    private void Report(int histories, TimeSpan elapsed)
    {
        TestContext.Out.WriteLine($"{histories} histories in {elapsed.TotalSeconds:F0} s. Commands played (refused by both):");
        foreach (string name in _played.Keys.Select(key => key.Command).Distinct().Order(StringComparer.Ordinal))
        {
            TestContext.Out.WriteLine($"  {name,-16} {_played.GetValueOrDefault((name, false)),8} ({_played.GetValueOrDefault((name, true))})");
        }
    }

    /// <summary>A history without disputes proves nothing about disputes.</summary>
    private void CheckThatAllWasPlayed()
    {
        Type[] all = [.. typeof(Command).Assembly.GetTypes().Where(type => type.BaseType == typeof(Command))];
        Assert.That(all.Select(type => type.Name), Is.SubsetOf(_played.Where(one => !one.Key.IsRefused).Select(one => one.Key.Command)));
    }
}
