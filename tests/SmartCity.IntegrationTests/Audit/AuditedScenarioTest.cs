using System.Diagnostics.CodeAnalysis;
using SmartCity.Audit;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.IntegrationTests.Play;
using SmartCity.IntegrationTests.Reference;
using SmartCity.IntegrationTests.Scenarios;

namespace SmartCity.IntegrationTests.Audit;

/// <summary>
/// Every case of tests/scenarios and random histories, played on a real node and audited: everything holds. So the audit computes what
/// the contracts do, gaps, corrections, handovers, outages, disputes and penalties included.
/// </summary>
[NonParallelizable]
public sealed class AuditedScenarioTest : IDisposable
{
    private const int Histories = 24;

    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(9));
    private NodeProcess _process = null!;
    private PlayNode _node = null!;
    private string _empty = null!;

    private static IEnumerable<string> Names => ScenarioReader.Names();

    private CancellationToken Cancellation => _timeout.Token;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _process = await HardhatNode.StartAsync(PlayNode.Genesis, Cancellation);
        _node = await PlayNode.TakeAsync(_process, Cancellation);
    }

    [SetUp]
    public async Task RememberAsync() => _empty = await _node.SnapshotAsync(Cancellation);

    [TearDown]
    public Task ForgetAsync() => _node.RevertAsync(_empty, Cancellation);

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    [SuppressMessage("Usage", "CA1816", Justification = "There is no finalizer.")]
    public void Dispose() => _timeout.Dispose();

    [TestCaseSource(nameof(Names))]
    public async Task Audit_Scenario_Holds(string name)
    {
        Scenario scenario = ScenarioReader.Read(name);
        CityPlayer city = await CityPlayer.DeployAsync(_node, ScenarioEventReader.UtcOffset.Hours, Cancellation);
        await new ScenarioPlayer(scenario, city, Cancellation).PlayAsync();
        AuditReport report = Auditor.Audit(await PlayedData.CollectAsync(city, Cancellation));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(report.Rules.SelectMany(rule => rule.Findings.Select(finding => $"{rule.Code} {finding}")), Is.Empty);
        Assert.That(report.Bills, Is.EqualTo(scenario.Bills.Count));
    }

    [Test]
    public async Task Audit_RandomHistory_Holds([Range(2_001, 2_000 + Histories)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        History history = HistoryGenerator.Generate(seed);
        CityPlayer city = await CityPlayer.DeployAsync(_node, history.UtcOffsetHours, Cancellation);
        foreach (Attempt attempt in history.Attempts)
        {
            await city.ApplyAsync(attempt.Command, attempt.IsRefused, Cancellation);
        }
        await city.FinishAsync(Cancellation);
        AuditReport report = Auditor.Audit(await PlayedData.CollectAsync(city, Cancellation));
        Assert.That(report.Rules.SelectMany(rule => rule.Findings.Select(finding => $"{rule.Code} {finding}")), Is.Empty);
    }
}
