using SmartCity.Aiis;
using SmartCity.Domain;
using SmartCity.UnitTests.Domain;
using SmartCity.UnitTests.Oracle;

namespace SmartCity.UnitTests.Aiis;

public sealed class AiisMapTest
{
    [Test]
    public void Parse_Example_FitsTheDemonstrationCity()
    {
        CityPlan plan = CityPlan.Parse(File.ReadAllText(RepositoryFiles.PathOf("config", "demo-city.json")));

        AiisMap map = AiisMap.Parse(File.ReadAllText(RepositoryFiles.PathOf("config", "aiis-map.json")), plan);

        Assert.That(map.Channels, Is.Not.Empty);
    }

    [TestCase("\"5257072937\"", "\"5257072938\"", "check digits")]
    [TestCase("[\"5257072937\"]", "[]", "name at least one")]
    [TestCase("\"1\": 3", "\"1\": 30", "30 hours")]
    [TestCase("\"groupChannel\": 3", "\"groupChannel\": 6", "no channel 6")]
    [TestCase("\"groupChannel\": 3", "\"groupChannel\": 4", "another one feeds channel 4")]
    [TestCase("\"group\": 1", "\"group\": 2", "electricity group 2")]
    [TestCase("\"channel\": \"01\"", "\"channel\": \"03\"", "active energy")]
    [TestCase("131150001113001\", \"channel\"", "131150001113002\", \"channel\"", "there twice")]
    [TestCase("\"ignoredPoints\": []", "\"ignoredPoints\": [\"131150001113001\"]", "left out as well")]
    [TestCase("\"ignoredPoints\": []", "\"ignored\": []", "ignored")]
    [TestCase("\"ignoredPoints\": [],", "", "ignoredPoints")]
    [TestCase("{", "[", "cannot be read")]
    public void Parse_BrokenRule_IsNamed(string from, string to, string told)
    {
        int at = Messages.MapJson.IndexOf(from, StringComparison.Ordinal);
        string json = Messages.MapJson.Remove(at, from.Length).Insert(at, to);

        Assert.That(() => AiisMap.Parse(json, CityLayouts.Plan), Throws.TypeOf<AiisMapException>().With.Message.Contain(told));
    }
}
