using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>A meter's data that the source had not yet when its hours were stated, on a real emulator and a real node.</summary>
[CancelAfter(180_000)]
public sealed class LateDataTest
{
    private const int Withheld = 12;

    [Test]
    public async Task History_ThereAfterItsHoursWereStated_BecomesACorrectionOnChain(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Hour first = new(Hour.Containing(now).Value - Withheld);
        int fault = await rig.BreakAsync("late_data", "m1_3", first.Start.AddMinutes(30), now.AddHours(2), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle(rig.Options with { LateLookPeriod = TimeSpan.FromSeconds(1) });
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        IReadOnlyList<HourView> stated = await rig.Reader.GetHoursAsync(1, null, Withheld, cancellationToken);

        await rig.MendAsync(fault, cancellationToken);
        await rig.WaitUntilFilledAsync(1, group: 1, channel: 5, Withheld, cancellationToken);
        IReadOnlyList<MeterEventView> events = await rig.Reader.GetMeterEventsAsync(null, 100, cancellationToken);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(stated.Select(hour => hour.Missing), Is.All.EqualTo(1));
        Assert.That(
            events.Where(found => found.SourceObject == "m1_3").Select(found => found.Kind).Order(), Is.EqualTo([MeterEventKind.Missing, MeterEventKind.CameLate]));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }
}
