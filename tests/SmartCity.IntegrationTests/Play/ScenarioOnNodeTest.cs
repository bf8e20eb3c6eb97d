using SmartCity.Audit;
using SmartCity.IntegrationTests.Audit;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.IntegrationTests.Scenarios;

namespace SmartCity.IntegrationTests.Play;

/// <summary>
/// The contracts by the cases of tests/scenarios, which are worked by hand: to the last kopeck. And the audit of each: it computes what the
/// contracts do, gaps, corrections, handovers, outages, disputes and penalties included.
/// </summary>
public sealed class ScenarioOnNodeTest : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(10));
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

    public void Dispose() => _timeout.Dispose();

    [TestCaseSource(nameof(Names))]
    public async Task Scenario_OnTheContracts(string name)
    {
        Scenario scenario = ScenarioReader.Read(name);
        CityPlayer city = await CityPlayer.DeployAsync(_node, ScenarioEventReader.UtcOffset.Hours, Cancellation);
        ScenarioPlayer player = new(scenario, city, Cancellation);
        IReadOnlyList<string> wrongBalances = await player.PlayAsync();
        (IReadOnlyList<string> bills, IReadOnlyList<string> lines) = await player.ReadBillsAsync();
        AuditReport report = Auditor.Audit(await PlayedData.CollectAsync(city, Cancellation));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(wrongBalances, Is.Empty);
        Assert.That(ScenarioResults.Differences("bills", scenario.Bills, bills), Is.Empty);
        Assert.That(ScenarioResults.Differences("lines", scenario.Lines, lines), Is.Empty);
        Assert.That(PlayedData.FindingsOf(report), Is.Empty);
        Assert.That(report.Bills, Is.EqualTo(scenario.Bills.Count), "audited bills");
    }
}
