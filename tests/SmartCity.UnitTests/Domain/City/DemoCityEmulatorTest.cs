using SmartCity.Domain;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.UnitTests.Domain.City;

/// <summary>config/demo-city.json describes the city that the emulator emulates by default (seed 1).</summary>
public sealed class DemoCityEmulatorTest
{
    private const long DefaultSeed = 1;
    private CityPlan _plan = null!;
    private SmartCity.Emulator.World.City _city = null!;

    [OneTimeSetUp]
    public async Task Load()
    {
        _plan = await CityPlan.LoadAsync(RepositoryFiles.PathOf("config", "demo-city.json"), CancellationToken.None);
        _city = new(DefaultSeed, new DateOnly(_plan.FirstPeriod.Year, _plan.FirstPeriod.Month, 1), _plan.UtcOffsetHours);
    }

    [Test]
    public void DemoCity_ElectricityMeters_AreThoseOfTheEmulator()
    {
        IEnumerable<MeterPlan> planned = _plan.Segments[0].Groups
            .SelectMany(group => group.Consumers.Select(consumer => consumer.Meter).Prepend(group.Parent));
        EmulatedObject[] meters = [.. Catalogue.Nodes.Where(node => node.Type is "meter1" or "meter3")];

        Assert.That(planned.Select(Passport), Is.EquivalentTo(meters.Select(Passport)));
    }

    [Test]
    public void DemoCity_Substations_AreThoseOfTheEmulator() => Assert.That(
        _plan.Substations.Select(substation => substation.SourceObject),
        Is.EquivalentTo(Catalogue.Nodes.Where(node => node.Type == "heat_point").Select(node => node.Name)));

    [Test]
    public void DemoCity_PhasesOfHouse2_AreThoseOfTheFeeder()
    {
        string phases = File.ReadAllText(RepositoryFiles.PathOf("src", "SmartCity.Emulator", "Data", "feeder_phases.txt")).Trim();

        Assert.That(_plan.Segments[0].Groups[1].Consumers.Select(consumer => consumer.Phase), Is.EqualTo(phases.Select(phase => phase - 'A')));
    }

    private static (string Name, string Model, ulong Serial, ulong Register, DateOnly Verified) Passport(MeterPlan meter) =>
        (meter.SourceObject, meter.Model, meter.SerialNumber, meter.RegisterAtInstallation, meter.VerifiedOn);

    private (string Name, string Model, ulong Serial, ulong Register, DateOnly Verified) Passport(EmulatedObject node) => (
        node.Name,
        Read(node, "model").Text!.Replace("Меркурий", "Mercury", StringComparison.Ordinal),
        (ulong)Read(node, "sn").Number!.Value,
        WattHours.FromKilowattHours(Read(node, "init_kwh").Number!.Value).Value,
        DateOnly.ParseExact(Read(node, "verif_date").Text![..10], "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

    private Datum Read(EmulatedObject node, string parameter) =>
        _city.ReadCurrent(node.Parameters.Single(p => p.Name == parameter), _city.HistoryFrom, FaultSet.Empty)!.Value.Value;
}
