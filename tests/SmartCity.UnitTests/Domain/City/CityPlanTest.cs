using System.Text.Json.Nodes;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.City;

public sealed class CityPlanTest
{
    private static readonly string DemoPath = RepositoryFiles.PathOf("config", "demo-city.json");

    [Test]
    public async Task LoadAsync_DemoCity_HasTwoHousesAndOneHeatMeter()
    {
        CityPlan plan = await CityPlan.LoadAsync(DemoPath, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(plan.FirstPeriod, Is.EqualTo(Period.Of(2026, 9)));
        Assert.That(plan.Segments.Select(segment => segment.Kind), Is.EqualTo(new[] { EnergyKind.Electricity, EnergyKind.Heat }));
        Assert.That(plan.Segments.SelectMany(segment => segment.Groups).Select(group => group.Consumers.Count),
            Is.EqualTo(new[] { 3, 55, 0 }));
        Assert.That(plan.Houses.Select(house => house.Flats.Count), Is.EqualTo(new[] { 3, 55 }));
        Assert.That(plan.Segments[0].Groups[0].Consumers[0].Meter.VerifiedOn, Is.EqualTo(new DateOnly(2019, 4, 11)));
        Assert.That(plan.Segments[1].Groups[0].Parent.SourceObject, Is.EqualTo(plan.Substations[0].SourceObject));
    }

    [Test]
    public async Task LoadAsync_DemoCity_SecondTariffIsTheFirstIndexedByNinePointNinePercentInKopecks()
    {
        CityPlan plan = await CityPlan.LoadAsync(DemoPath, CancellationToken.None);
        static ulong Indexed(ulong price) => (price * 1_099 + 5_000_000) / 10_000_000 * 10_000;

        using IDisposable scope = Assert.EnterMultipleScope();
        foreach ((BandPrices first, BandPrices second) in BandsOf(plan.Tariffs[0]).Zip(BandsOf(plan.Tariffs[1])))
        {
            Assert.That(Enumerable.Range(1, 3).Select(band => second.Of(band).Value), Is.EqualTo(Enumerable.Range(1, 3).Select(band => Indexed(first.Of(band).Value))));
        }
        Assert.That(plan.Tariffs[1].HeatPrice.Value, Is.EqualTo(Indexed(plan.Tariffs[0].HeatPrice.Value)));

        static BandPrices[] BandsOf(Tariff tariff) =>
        [
            tariff.Electricity.WholeDay, tariff.Electricity.Day, tariff.Electricity.NightOfTwo, tariff.Electricity.Peak,
            tariff.Electricity.HalfPeak, tariff.Electricity.NightOfThree,
        ];
    }

    [Test]
    public async Task LoadAsync_DemoCity_ShowsEveryNumberOfZones()
    {
        CityPlan plan = await CityPlan.LoadAsync(DemoPath, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(plan.Houses[0].Flats.Select(flat => flat.Terms.Zones), Is.EqualTo(Enum.GetValues<AccountZones>()));
        Assert.That(plan.Houses.SelectMany(house => house.Flats).Select(flat => flat.Terms.Residents), Has.All.InRange(1, 4));
        Assert.That(plan.Tariffs, Has.All.Property(nameof(Tariff.Limits)).Not.EqualTo(BandLimits.None));
        Assert.That(plan.Delays, Is.EqualTo(new DelayPlan(24, 1)));
    }

    [Test]
    public async Task ToJson_DemoCity_IsReadBackUnchanged()
    {
        string json = (await CityPlan.LoadAsync(DemoPath, CancellationToken.None)).ToJson();

        Assert.That(CityPlan.Parse(json).ToJson(), Is.EqualTo(json));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(await File.ReadAllTextAsync(DemoPath))), Is.True);
    }

    [Test]
    public async Task StartingAt_LaterPeriod_MovesEveryTariffAsFar()
    {
        CityPlan plan = (await CityPlan.LoadAsync(DemoPath, CancellationToken.None)).StartingAt(Period.Of(2027, 1));

        Assert.That(plan.FirstPeriod, Is.EqualTo(Period.Of(2027, 1)));
        Assert.That(plan.Tariffs.Select(tariff => tariff.FromPeriod), Is.EqualTo(new[] { Period.Of(2027, 1), Period.Of(2027, 2) }));
        Assert.That(CityPlan.Parse(plan.ToJson()).FirstPeriod, Is.EqualTo(plan.FirstPeriod));
    }

    [Test]
    public void LoadAsync_NoSuchFile_NamesTheFile()
    {
        CityPlanException? exception = Assert.ThrowsAsync<CityPlanException>(
            () => CityPlan.LoadAsync("no-such-folder/city.json", CancellationToken.None));

        Assert.That(exception!.Message, Does.Contain("no-such-folder/city.json").And.Contain("Name an existing file"));
    }

    [Test]
    public void LoadAsync_FileTooLong_IsNotRead()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
            {
                file.SetLength(CityPlan.MaxFileBytes + 1);
            }
            CityPlanException? exception = Assert.ThrowsAsync<CityPlanException>(() => CityPlan.LoadAsync(path, CancellationToken.None));
            Assert.That(exception!.Problems, Is.EqualTo(new[] { "it has 134217729 bytes; at most 134217728 are read." }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("{", "$: it is not valid JSON")]
    [TestCase("[]", "$: an object is needed")]
    [TestCase("""{"name":"a","name":"b"}""", "$: it is not valid JSON")]
    [TestCase("{}", "$.name: this field is missing; add it.")]
    public void Parse_NotAPlan_SaysWhy(string json, string problem) => AssertRefused(json, problem);

    [TestCase("name", "null", "$.name: null is written where text in quotes is needed.")]
    [TestCase("name", "\" \"", "$.name: write a name; it is empty.")]
    [TestCase("colour", "1", "$.colour: unknown field; remove it or correct its name. Known here: name, utcOffsetHours")]
    [TestCase("utcOffsetHours", "15", "$.utcOffsetHours: write whole hours from -12 to 14.")]
    [TestCase("firstPeriod", "\"2026-13\"", "$.firstPeriod: \"2026-13\" is written where a month as \"2026-09\"")]
    [TestCase("firstPeriod", "\"2026-08\"", "$.tariffs: the first tariff must be in force in the first period, 2026-08.")]
    [TestCase("segments/0/kind", "\"Water\"", "$.segments[0].kind: \"Water\" is written where one of \"electricity\", \"heat\" is needed.")]
    [TestCase("segments/0/groups", "{}", "$.segments[0].groups: a list is needed")]
    [TestCase("segments/1/number", "3", "$.segments[1].number: segments are numbered from 1 without gaps: write 2.")]
    [TestCase("segments/1/groups/0/number", "4", "$.segments[1].groups[0].number: groups are numbered from 1 over all segments without gaps: write 3.")]
    [TestCase("segments/0/groups/0/consumers/1/phase", "3", "$.segments[0].groups[0].consumers[1].phase: write 0, 1 or 2")]
    [TestCase("segments/0/groups/0/consumers/1/phase", "1.5", "$.segments[0].groups[0].consumers[1].phase: 1.5 is written where a whole number that fits Int32 is needed.")]
    [TestCase("segments/0/groups/0/parent/model", "\"Меркурий 230\"", "$.segments[0].groups[0].parent.model: write 1 to 32 Latin letters")]
    [TestCase("segments/0/groups/0/parent/model", "\"123456789012345678901234567890123\"", "$.segments[0].groups[0].parent.model: write 1 to 32")]
    [TestCase("segments/0/groups/0/parent/serialNumber", "0", "$.segments[0].groups[0].parent.serialNumber: 0 is no serial number")]
    [TestCase("segments/0/groups/0/parent/serialNumber", "-1", "$.segments[0].groups[0].parent.serialNumber: -1 is written where")]
    [TestCase("segments/0/groups/1/parent/serialNumber", "23014501", "$.segments[0].groups[1].parent.serialNumber: another meter Mercury 230 has the number 23014501")]
    [TestCase("segments/0/groups/0/parent/accuracyClass", "0.001", "$.segments[0].groups[0].parent.accuracyClass: write percent")]
    [TestCase("segments/0/groups/0/parent/accuracyClass", "10.01", "$.segments[0].groups[0].parent.accuracyClass: write percent")]
    [TestCase("segments/0/groups/0/parent/resolution", "0", "$.segments[0].groups[0].parent.resolution: write 1 to 1000000")]
    [TestCase("segments/0/groups/0/parent/verifiedOn", "\"14.03.2024\"", "$.segments[0].groups[0].parent.verifiedOn: \"14.03.2024\" is written where a date")]
    [TestCase("segments/0/groups/0/parent/verificationIntervalMonths", "241", "$.segments[0].groups[0].parent.verificationIntervalMonths: write 1 to 240")]
    [TestCase("segments/0/groups/1/parent/sourceObject", "\"m3_1\"", "$.segments[0].groups[1].parent.sourceObject: another meter reads 'm3_1'")]
    [TestCase("substations/0/number", "2", "$.substations[0].number: substations are numbered from 1")]
    [TestCase("substations/0/groups", "[3,4]", "$.substations[0].groups[1]: there is no group 4 in $.segments.")]
    [TestCase("substations/0/groups", "[3,3]", "$.substations[0].groups[1]: group 3 stands there already")]
    [TestCase("substations/0/groups", "3", "$.substations[0].groups: a list is needed, in brackets.")]
    [TestCase("substations/0/providers", "[9]", "$.substations[0].providers[0]: there is no provider 9 in $.providers.")]
    [TestCase("providers/1/number", "1", "$.providers[1].number: another provider has the number 1.")]
    [TestCase("tariffs/0/heatProvider", "9", "$.tariffs[0].heatProvider: there is no provider 9")]
    [TestCase("tariffs/0/dueDay", "29", "$.tariffs[0].dueDay: write a day of the month, 1 to 28.")]
    [TestCase("tariffs/0/vatRate", "5001", "$.tariffs[0].vatRate: write hundredths of a percent")]
    [TestCase("tariffs/0/electricity/day/band2", "0", "$.tariffs[0].electricity.day.band2: write micro-roubles")]
    [TestCase("tariffs/0/electricity/day", "5", "$.tariffs[0].electricity.day: an object is needed")]
    [TestCase("tariffs/0/electricity/peak/band4", "5", "$.tariffs[0].electricity.peak.band4: unknown field; remove it or correct its name. Known here: band1, band2, band3.")]
    [TestCase("tariffs/0/heatPrice", "1.5", "$.tariffs[0].heatPrice: 1.5 is written where a whole number of micro-roubles is needed.")]
    [TestCase("tariffs/0/limits/second", "1", "$.tariffs[0].limits.second: the second band cannot end before the first")]
    [TestCase("tariffs/0/limits/first", "-1", "$.tariffs[0].limits.first: -1 is written where a whole number of Wh or kcal is needed.")]
    [TestCase("tariffs/0/penaltyRate", "10001", "$.tariffs[0].penaltyRate: write hundredths of a percent a year")]
    [TestCase("tariffs/0/reductionRate", "10001", "$.tariffs[0].reductionRate: write 10^-5")]
    [TestCase("tariffs/0/normCoefficient", "9999", "$.tariffs[0].normCoefficient: write 10^-4")]
    [TestCase("tariffs/0/normCoefficient", "50001", "$.tariffs[0].normCoefficient: write 10^-4")]
    [TestCase("delays/tariffHours", "8761", "$.delays.tariffHours: write whole hours, 0 to 8760.")]
    [TestCase("houses/0/flats/0/terms/zones", "\"four\"", "$.houses[0].flats[0].terms.zones: \"four\" is written where one of \"one\", \"two\", \"three\" is needed.")]
    [TestCase("houses/0/flats/0/terms/residents", "1001", "$.houses[0].flats[0].terms.residents: write 0 to 1000.")]
    [TestCase("houses/1/flats/0/terms/heating", "\"house\"", "$.houses[1].flats[0].terms.heating: there is no heat group")]
    [TestCase("houses/0/flats/0/heatChannel", "1", "$.houses[0].flats[0].heatChannel: group 3 has no consumer meters.")]
    [TestCase("houses/1/flats/0/heatChannel", "1", "$.houses[1].flats[0].heatChannel: there is no heat group: write 0.")]
    [TestCase("tariffs/1/fromPeriod", "\"2026-09\"", "$.tariffs[1].fromPeriod: tariffs stand in order")]
    [TestCase("houses/0/flats/0/area", "0", "$.houses[0].flats[0].area: write the area in dm²")]
    [TestCase("houses/0/flats/1/number", "\"1\"", "$.houses[0].flats[1].number: the house has another flat 1.")]
    [TestCase("houses/0/flats/0/heatGroup", "1", "$.houses[0].flats[0].heatGroup: there is no heat group 1")]
    [TestCase("houses/0/flats/0/electricityGroup", "3", "$.houses[0].flats[0].electricityGroup: there is no electricity group 3")]
    [TestCase("houses/0/flats/0/electricityChannel", "2", "$.houses[0].flats[0].electricityChannel: write the channel of a consumer meter of group 1: 3 to 5.")]
    [TestCase("houses/0/flats/1/electricityChannel", "3", "$.houses[0].flats[1].electricityChannel: another flat has channel 3 of group 1.")]
    [TestCase("houses/1/flats/0/area", "4294967295", "$.houses[1].flats[1].area: the areas of group 2 add up to more than 4294967295 dm².")]
    public async Task Parse_OneThingWrong_NamesItsPathAndWhatToDo(string field, string value, string problem)
    {
        JsonNode root = JsonNode.Parse(await File.ReadAllTextAsync(DemoPath))!;
        string[] steps = field.Split('/');
        JsonNode node = root;
        foreach (string step in steps[..^1])
        {
            node = int.TryParse(step, out int index) ? node[index]! : node[step]!;
        }
        node[steps[^1]] = JsonNode.Parse(value);

        AssertRefused(root.ToJsonString(), problem);
    }

    [Test]
    public async Task Parse_SeveralThingsWrong_TellsAllAtOnce()
    {
        string json = (await File.ReadAllTextAsync(DemoPath)).Replace("\"resolution\": 10,", "\"resolution\": 0,", StringComparison.Ordinal);

        CityPlanException? exception = Assert.Throws<CityPlanException>(() => CityPlan.Parse(json));
        Assert.That(exception!.Problems, Has.Count.EqualTo(58));
        Assert.That(exception.Message, Does.EndWith("… and 38 more"));
    }

    [TestCase(273, 1, null, Description = "46 slots")]
    [TestCase(274, 1, "$.segments[0].groups[0].consumers: there are 274 and a group takes 273")]
    [TestCase(273, 5, null, Description = "230 slots")]
    [TestCase(273, 6, "$.segments[0].groups: they need 276 slots of six channels and a segment has 256")]
    public async Task Parse_SizeOfGroupsAndSegments_IsThatOfTheContracts(int consumers, int groups, string? problem)
    {
        CityPlan demo = await CityPlan.LoadAsync(DemoPath, CancellationToken.None);
        MeterPlan Meter(int number) => demo.Segments[0].Groups[0].Parent with { SerialNumber = (ulong)number + 1, SourceObject = $"m{number}" };
        CityPlan plan = demo with
        {
            Segments = [new(1, EnergyKind.Electricity, [.. Enumerable.Range(0, groups).Select(group => new GroupPlan(
                (uint)group + 1, $"Group {group}", Meter(group * 1_000), [.. Enumerable.Range(1, consumers).Select(
                    consumer => new ConsumerPlan(Meter(group * 1_000 + consumer), 0))]))])],
            Substations = [],
            Houses = [],
        };
        if (problem is null)
        {
            Assert.That(CityPlan.Parse(plan.ToJson()).Segments[0].Groups, Has.Count.EqualTo(groups));
        }
        else
        {
            AssertRefused(plan.ToJson(), problem);
        }
    }

    [Test]
    public async Task Parse_FiveHundredAndOnePremises_AreTooManyForAGroup()
    {
        CityPlan demo = await CityPlan.LoadAsync(DemoPath, CancellationToken.None);
        FlatPlan Flat(int number) => demo.Houses[0].Flats[0] with
        {
            Number = $"{number}",
            ElectricityGroup = 0,
            ElectricityChannel = 0,
        };
        HousePlan House(int flats) => new("House", [.. Enumerable.Range(1, flats).Select(Flat)]);

        Assert.That(CityPlan.Parse((demo with { Houses = [House(500)] }).ToJson()).Houses[0].Flats, Has.Count.EqualTo(500));
        AssertRefused((demo with { Houses = [House(501)] }).ToJson(), "$.houses[0].flats[500]: group 3 has more than 500 premises");
    }

    [Test]
    public async Task LoadAsync_TariffOfItsOwn_IsThatOfThePlan()
    {
        string path = Path.GetTempFileName();
        try
        {
            JsonNode plan = JsonNode.Parse(await File.ReadAllTextAsync(DemoPath))!;
            await File.WriteAllTextAsync(path, plan["tariffs"]![1]!.ToJsonString());
            Assert.That(
                await TariffFile.LoadAsync(path, CancellationToken.None),
                Is.EqualTo((await CityPlan.LoadAsync(DemoPath, CancellationToken.None)).Tariffs[1]));

            plan["tariffs"]![1]!["dueDay"] = 31;
            await File.WriteAllTextAsync(path, plan["tariffs"]![1]!.ToJsonString());
            CityPlanException? exception = Assert.ThrowsAsync<CityPlanException>(() => TariffFile.LoadAsync(path, CancellationToken.None));
            Assert.That(exception!.Problems, Is.EqualTo(new[] { "$.dueDay: write a day of the month, 1 to 28." }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertRefused(string json, string problem)
    {
        CityPlanException? exception = Assert.Throws<CityPlanException>(() => CityPlan.Parse(json));
        Assert.That(exception!.Problems, Has.Some.StartsWith(problem), exception.Message);
    }
}
