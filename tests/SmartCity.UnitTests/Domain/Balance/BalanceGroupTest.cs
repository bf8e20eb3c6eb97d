using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Balance;

public sealed class BalanceGroupTest
{
    /// <summary>House 1 of the brief: class 1.0 throughout, 1 Wh in the parent and 10 Wh in the consumers.</summary>
    private static readonly BalanceGroup House = new(
        EnergyKind.Electricity, new(100, 1), [new(new(100, 10), 0), new(new(100, 10), 1), new(new(100, 10), 2)]);

    [TestCase(1_000ul, 1_000ul, ExpectedResult = BalanceVerdict.Balanced)]
    [TestCase(1_031ul, 1_000ul, ExpectedResult = BalanceVerdict.Balanced, Description = "31 of 10.31 + 10 + 11 = 31.31")]
    [TestCase(1_032ul, 1_000ul, ExpectedResult = BalanceVerdict.Unbalanced, Description = "32 of 31.32")]
    [TestCase(1_000ul, 1_031ul, ExpectedResult = BalanceVerdict.Balanced, Description = "31 of 31.31, below")]
    [TestCase(1_000ul, 1_032ul, ExpectedResult = BalanceVerdict.Unbalanced)]
    [TestCase(11ul, 0ul, ExpectedResult = BalanceVerdict.Balanced, Description = "within the resolutions alone")]
    [TestCase(12ul, 0ul, ExpectedResult = BalanceVerdict.Unbalanced, Description = "12 of 11.12: not rounded up")]
    [TestCase(0ul, 11ul, ExpectedResult = BalanceVerdict.Balanced)]
    public BalanceVerdict Check_OnePhase(ulong parent, ulong consumer) => Check(Measured(0, parent, 0, 0, consumer, 0))[1].Verdict;

    [Test]
    public void Check_TheftOnOnePhase_NamesThatPhaseAlone()
    {
        IReadOnlyList<PhaseBalance> phases = Check(Measured(1_000, 2_000, 3_000, 1_000, 1_500, 3_000));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(phases.Select(phase => phase.Verdict),
            Is.EqualTo(new[] { BalanceVerdict.Balanced, BalanceVerdict.Unbalanced, BalanceVerdict.Balanced }));
        Assert.That(phases[1], Is.EqualTo(
            new PhaseBalance(1, new(2_000), new(1_500), new(20 + 15 + 11), BalanceVerdict.Unbalanced)));
        Assert.That(phases[1].Difference, Is.EqualTo(500));
    }

    [TestCase(1, Description = "the parent")]
    [TestCase(4, Description = "the consumer")]
    public void Check_ValueNotMeasured_LeavesItsPhaseUndecidedAlone(int channel)
    {
        Reading[] readings = Measured(1_000, 9_000, 9_000, 1_000, 1_000, 1_000);
        readings[channel] = readings[channel] with { Quality = Quality.Interpolated };

        Assert.That(Check(readings).Select(phase => phase.Verdict),
            Is.EqualTo(new[] { BalanceVerdict.Balanced, BalanceVerdict.Undecided, BalanceVerdict.Unbalanced }));
    }

    [Test]
    public void Check_HeatMeterWithoutConsumers_IsUndecidedAndDriftsByItsConsumption()
    {
        IReadOnlyList<PhaseBalance> phases = new BalanceGroup(EnergyKind.Heat, new(400, 1), [])
            .Check([new(new(24_150), Quality.Measured)]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(phases.Single().Verdict, Is.EqualTo(BalanceVerdict.Undecided));
        Assert.That(new PhaseDrift(1, 2, 3).After(phases), Is.EqualTo(new PhaseDrift(24_151, 2, 3)));
    }

    [Test]
    public void Check_ConsumerWithoutMeter_HasNoPartInTheBalance()
    {
        BalanceConsumer taken = new(default, 0);
        IReadOnlyList<PhaseBalance> phases = new BalanceGroup(EnergyKind.Heat, new(200, 1_000), [taken, new(new(200, 1_000), 0)])
            .Check([new(new(9_000), Quality.Measured), default, new(new(5_000), Quality.Measured)]);
        IReadOnlyList<PhaseBalance> alone = new BalanceGroup(EnergyKind.Heat, new(200, 1_000), [taken])
            .Check([new(new(9_000), Quality.Measured), default]);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(phases.Single().Tolerance, Is.EqualTo(new Quantity(180 + 100 + 2_000)));
        Assert.That(phases.Single().Verdict, Is.EqualTo(BalanceVerdict.Unbalanced));
        Assert.That(alone.Single().Verdict, Is.EqualTo(BalanceVerdict.Undecided));
    }

    [Test]
    public async Task Of_DemoHouse2_SumsFiftyFiveConsumersOverTheirPhases()
    {
        CityPlan plan = await CityPlan.LoadAsync(RepositoryFiles.PathOf("config", "demo-city.json"), CancellationToken.None);
        BalanceGroup house = BalanceGroup.Of(EnergyKind.Electricity, plan.Segments[0].Groups[1]);
        Reading[] readings = [.. Measured(21_000, 19_000, 15_000), .. Enumerable.Repeat(Measured(1_000)[0], 55)];

        IReadOnlyList<PhaseBalance> phases = house.Check(readings);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(phases.Select(phase => phase.Difference), Is.All.Zero);
        Assert.That(phases[0].Tolerance, Is.EqualTo(new Quantity(210 + 210 + 1 + 21 * 10)));
    }

    /// <summary>A gap in which a meter is missing, made up by its first hour after it, leaves no drift.</summary>
    [Test]
    public void After_GapMadeUp_LeavesNoDrift() =>
        Gen.Select(Gen.ULong[0, 5_000].Array[6], Gen.Int[0, 5], Gen.Int[0, 2]).Sample((energies, gapEnd, phase) =>
        {
            PhaseDrift drift = default;
            ulong held = 0;
            for (int hour = 0; hour < energies.Length; hour++)
            {
                held += energies[hour];
                Reading[] readings = Measured(0, 0, 0, 0, 0, 0);
                readings[phase] = new(new(energies[hour]), Quality.Measured);
                readings[3 + phase] = hour < gapEnd ? Reading.Missing : new(new(held), Quality.Interpolated);
                held = hour < gapEnd ? held : 0;
                drift = drift.After(Check(readings));
            }
            return drift == default;
        });

    [Test]
    public void Check_TooFewReadings_Throws() => Assert.Throws<ArgumentException>(() => Check(Measured(1, 2, 3)));

    [Test]
    public void Constructor_PhaseOfAHeatGroup_Throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => _ = new BalanceGroup(EnergyKind.Heat, new(400, 1), [new(new(400, 1), 1)]));

    private static IReadOnlyList<PhaseBalance> Check(IReadOnlyList<Reading> readings) => House.Check(readings);

    private static Reading[] Measured(params ulong[] values) =>
        [.. values.Select(value => new Reading(new(value), Quality.Measured))];
}
