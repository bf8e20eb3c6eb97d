using System.Text.Json;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Time;

public sealed class PeriodTest
{
    [Test]
    public void Parse_EveryPeriod_ReadsWhatToStringWrites()
    {
        for (int value = 0; value < 2_000; value++)
        {
            Period period = new((ushort)value);
            Assert.That(Period.Parse(period.ToString()), Is.EqualTo(period));
        }
    }

    [TestCase("2026-13")]
    [TestCase("2026-9")]
    [TestCase("1969-12")]
    [TestCase("09.2026")]
    [TestCase("")]
    public void Parse_NotAPeriod_SaysHowToWriteOne(string text) =>
        Assert.That(() => Period.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("as 2026-09"));

    [Test]
    public void Json_Period_IsText()
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(JsonSerializer.Serialize(Period.Of(2026, 9)), Is.EqualTo("\"2026-09\""));
        Assert.That(JsonSerializer.Deserialize<Period>("\"2026-09\""), Is.EqualTo(Period.Of(2026, 9)));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Period>("680"));
    }
}
