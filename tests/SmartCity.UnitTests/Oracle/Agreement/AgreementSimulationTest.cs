using SmartCity.Tests;

namespace SmartCity.UnitTests.Oracle.Agreement;

/// <summary>The protocol of several oracles under crashes, losses, delays and copies: no member ever signs two batches for an hour, no two
/// members different ones, and hours go on while k members live that agree. <c>SMARTCITY_SEED</c> plays some runs alone.</summary>
public sealed class AgreementSimulationTest
{
    private const int Runs = 100;
    private const int Hours = 80;
    private const int DeepRuns = 20_000;

    [TestCase(3, 2, 0, 0, 0, Description = "all come back")]
    [TestCase(3, 2, 1, 0, 0, Description = "k members live")]
    [TestCase(3, 2, 0, 1, 0, Description = "one has other data; the two others go on")]
    [TestCase(5, 3, 2, 0, 0, Description = "k of five live")]
    [TestCase(5, 4, 0, 1, 0, Description = "four of five must agree, and one never does")]
    [TestCase(3, 2, 0, 0, 1, Description = "the journal of one is put back from copies; the two others go on")]
    [TestCase(5, 3, 0, 0, 2, Description = "the journals of two of five are put back from copies")]
    [TestCase(5, 3, 1, 0, 1, Description = "one is put back from copies, and one dies")]
    public void Run_CrashesLossesAndDelays_NobodyEquivocatesAndHoursGoOn(int members, int threshold, int dead, int deviating, int forgetful)
    {
        int[] seeds = RandomRuns.Take(Runs, DeepRuns).Seeds;
        (int takeovers, int restored) = (0, 0);
        foreach (int seed in seeds)
        {
            AgreementWorld world = new(seed, new(members, threshold, Hours, LossPercent: seed % 40, dead, deviating, forgetful));
            world.Run();
            takeovers += world.Takeovers;
            restored += world.Restored;
            Assert.That(world.Faults, Is.Empty, $"SMARTCITY_SEED={seed}");
            Assert.That(world.HoursOnChain, Is.EqualTo(Hours), $"SMARTCITY_SEED={seed}: {world}");
        }
        TestContext.Out.WriteLine($"{seeds.Length} runs, {takeovers} take-overs, {restored} journals put back");
        Assert.That(takeovers, Is.GreaterThan(seeds.Length / 2), "Hardly anybody was replaced: the runs showed nothing.");
        Assert.That(restored, forgetful == 0 ? Is.Zero : Is.GreaterThan(seeds.Length / 10), "Hardly any journal was put back: the runs showed nothing.");
    }
}
