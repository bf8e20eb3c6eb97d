using CsCheck;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.Profiles;
using SmartCity.Emulator.World;

namespace SmartCity.UnitTests.Emulator;

/// <summary>The city without faults: registers, balances, normal operation.</summary>
public sealed class CityTest
{
    private static readonly DateOnly s_from = new(2026, 9, 1);
    private static readonly City s_city = new(seed: 1, s_from, utcOffsetHours: 3);
    private static readonly EmulatedParameter[] s_parameters = [.. Catalogue.Nodes.SelectMany(node => node.Parameters)];

    private static DateTimeOffset Start => s_city.HistoryFrom;

    private static DateTimeOffset End => Start.AddDays(365);

    [Test]
    public void HistoryFrom_LocalMidnight_InUtc() =>
        Assert.That(Start, Is.EqualTo(new DateTimeOffset(2026, 8, 31, 21, 0, 0, TimeSpan.Zero)));

    [Test]
    public void Catalogue_Signals_AreThoseOfTheBrief()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(SignalsOf("itp_1"), Is.EqualTo("p1 p2 t1 t2 ps t_low t_high p_low p_high flow pump_run pump_fault leak".Split(' ')));
        Assert.That(SignalsOf("m3_1"), Is.EqualTo("verif_date init_kwh a0 a1 a2 a012 model sn".Split(' ')));
        Assert.That(SignalsOf("m1_3"), Is.EqualTo("verif_date init_kwh a model sn".Split(' ')));
        Assert.That(Catalogue.Nodes.Count(node => node.Type == "meter1"), Is.EqualTo(3 + 55));
        Assert.That(s_parameters.Select(parameter => parameter.Id), Is.Unique);
        Assert.That(Catalogue.Nodes.Select(node => node.Id), Is.Unique);
    }

    [TestCase("m3_1", "a012", 25_345.5)]
    [TestCase("m1_1", "a", 10_523.47)]
    [TestCase("m1_2", "a", 8_210.05)]
    [TestCase("m3_2", "a012", 480_300.3)]
    public void Read_AtTheStart_IsTheValueAtInstallation(string node, string signal, decimal expected)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Number(node, signal, Start), Is.EqualTo(expected));
        Assert.That(Number(node, "init_kwh", Start), Is.EqualTo(expected));
    }

    [Test]
    public void House1_AWholeYear_IsTheMeasuredYearToTheResolution()
    {
        decimal used = Number("m3_1", "a012", End) - Number("m3_1", "a012", Start);
        // 2026-09-01 to 2027-09-01 replays 2008 without its 29 February.
        HouseholdProfile profile = new();
        decimal leapDay = Enumerable.Range(0, 24).Sum(hour => Enumerable.Range(0, 3).Sum(k =>
            profile.Flat(k, new(2008, 2, 29), hour) + profile.Common(k, new(2008, 2, 29), hour))) / 1_000_000m;
        Assert.That(used, Is.EqualTo(9_419.483059m - leapDay).Within(0.003m));
    }

    [Test]
    public void House1_EveryDay_PhaseIsItsFlatAndAThirdOfTheCommonNeeds()
    {
        HouseholdProfile profile = new();
        for (DateTimeOffset day = Start; day < End; day = day.AddDays(1))
        {
            DateOnly local = DateOnly.FromDateTime(day.AddHours(3).DateTime);
            for (int phase = 0; phase < 3; phase++)
            {
                decimal parent = Number("m3_1", $"a{phase}", day.AddDays(1)) - Number("m3_1", $"a{phase}", day);
                decimal flat = Number("m1_" + (phase + 1), "a", day.AddDays(1)) - Number("m1_" + (phase + 1), "a", day);
                decimal common = Enumerable.Range(0, 24).Sum(hour => profile.Common(phase, local, hour)) / 1_000_000m;
                Assert.That(parent - flat - common, Is.EqualTo(0m).Within(0.011m), $"{local} phase {phase}: resolutions 0.001 and 0.01 kWh");
            }
        }
    }

    [Test]
    public void House2_EveryWeek_PhaseIsItsCustomersAndCommonNeeds()
    {
        FeederProfile profile = new(seed: 1);
        for (DateTimeOffset week = Start; week < Start.AddDays(70); week = week.AddDays(7))
        {
            for (int phase = 0; phase < 3; phase++)
            {
                decimal parent = Number("m3_2", $"a{phase}", week.AddDays(7)) - Number("m3_2", $"a{phase}", week);
                int[] customers = [.. Enumerable.Range(0, FeederProfile.Customers).Where(customer => profile.Phase(customer) == phase)];
                decimal used = customers.Sum(customer => Number(Catalogue.CustomerName(customer + 1), "a", week.AddDays(7))
                    - Number(Catalogue.CustomerName(customer + 1), "a", week));
                Assert.That(parent, Is.EqualTo(used * 1.004m).Within((customers.Length * 0.01m) + 0.002m), $"week of {week} phase {phase}");
            }
        }
    }

    [Test]
    public void Read_AnyTwoInstants_RegistersNeverFall()
    {
        EmulatedParameter[] registers = [.. s_parameters.Where(parameter => parameter.Name is "a" or "a0" or "a1" or "a2" or "a012" or "flow")];
        Gen.Select(Gen.Int[0, registers.Length - 1].Select(index => registers[index]), Gen.Long[0, 365L * 86_400_000], Gen.Long[0, 365L * 86_400_000]).Sample((register, one, other) =>
            Value(s_city, register, Math.Min(one, other)).Number <= Value(s_city, register, Math.Max(one, other)).Number, iter: 2_000);
    }

    [Test]
    public void Read_AnyInstant_SameInTwoCitiesOfOneSeedAndInHistoryAsThen()
    {
        City another = new(seed: 1, s_from, utcOffsetHours: 3);
        Gen.Select(Gen.Int[0, s_parameters.Length - 1].Select(index => s_parameters[index]), Gen.Long[0, 365L * 86_400_000], Gen.Long[0, 365L * 86_400_000]).Sample((parameter, moment, later) =>
        {
            DateTimeOffset at = Start.AddMilliseconds(moment);
            Reading? then = s_city.ReadCurrent(parameter, at, FaultSet.Empty);
            return then == s_city.ReadPast(parameter, at, at.AddMilliseconds(later), FaultSet.Empty)
                && then == another.ReadCurrent(parameter, at, FaultSet.Empty);
        }, iter: 2_000);
    }

    [Test]
    public void Read_OtherSeed_OtherLoads() =>
        Assert.That(
            Value(new City(2, s_from, 3), Find("h2_m1_07", "a"), 86_400_000L * 30).Number,
            Is.Not.EqualTo(Value(s_city, Find("h2_m1_07", "a"), 86_400_000L * 30).Number));

    [Test]
    public void HeatPoint_EveryHourOfAYear_IsInNormalOperation()
    {
        for (DateTimeOffset hour = Start; hour < End; hour = hour.AddHours(1))
        {
            bool normal = Flag("ps", hour) && Flag("pump_run", hour)
                && !Flag("t_low", hour) && !Flag("t_high", hour) && !Flag("p_low", hour) && !Flag("p_high", hour)
                && !Flag("pump_fault", hour) && !Flag("leak", hour)
                && Number("itp_1", "t1", hour) > Number("itp_1", "t2", hour) && Number("itp_1", "p1", hour) > Number("itp_1", "p2", hour);
            Assert.That(normal, hour.ToString("u"));
        }
    }

    [Test]
    public void ReadPast_OutsideHistory_IsUnknown()
    {
        EmulatedParameter parameter = Find("m1_1", "a");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(s_city.ReadPast(parameter, Start.AddMilliseconds(-1), End, FaultSet.Empty), Is.Null);
        Assert.That(s_city.ReadPast(parameter, End.AddMilliseconds(1), End, FaultSet.Empty), Is.Null);
        Assert.That(s_city.ReadPast(parameter, Start, End, FaultSet.Empty), Is.Not.Null);
        Assert.That(s_city.ReadPast(parameter, End, End, FaultSet.Empty), Is.Not.Null);
    }

    private static string[] SignalsOf(string node) => [.. Catalogue.Nodes.Single(each => each.Name == node).Parameters.Select(parameter => parameter.Name)];

    private static EmulatedParameter Find(string node, string signal) =>
        s_parameters.Single(parameter => parameter.ObjectName == node && parameter.Name == signal);

    private static Datum Value(City city, EmulatedParameter parameter, long milliseconds) =>
        city.ReadCurrent(parameter, Start.AddMilliseconds(milliseconds), FaultSet.Empty)!.Value.Value;

    private static decimal Number(string node, string signal, DateTimeOffset at) =>
        s_city.ReadCurrent(Find(node, signal), at, FaultSet.Empty)!.Value.Value.Number!.Value;

    private static bool Flag(string signal, DateTimeOffset at) =>
        s_city.ReadCurrent(Find("itp_1", signal), at, FaultSet.Empty)!.Value.Value.Flag!.Value;
}
