using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Language;

/// <summary>What each expression of the rule language means. A signal is written t, f, or ? for bad quality.</summary>
public sealed class ExpressionTest
{
    [TestCase("""{ "all": ["f", "g"] }""", "tt", ExpectedResult = true)]
    [TestCase("""{ "all": ["f", "g"] }""", "t?", ExpectedResult = null)]
    [TestCase("""{ "all": ["f", "g"] }""", "f?", ExpectedResult = false, Description = "the known one decides")]
    [TestCase("""{ "any": ["f", "g"] }""", "t?", ExpectedResult = true)]
    [TestCase("""{ "any": ["f", "g"] }""", "f?", ExpectedResult = null)]
    [TestCase("""{ "any": ["f", "g"] }""", "ff", ExpectedResult = false)]
    [TestCase("""{ "not": "f" }""", "f?", ExpectedResult = true)]
    [TestCase("""{ "not": "f" }""", "?f", ExpectedResult = null)]
    [TestCase("""{ "surely": "f" }""", "?f", ExpectedResult = false)]
    [TestCase("""{ "unusable": "f" }""", "?f", ExpectedResult = true)]
    [TestCase("""{ "count": { "atLeast": 2, "of": ["f", "g", true] } }""", "t?", ExpectedResult = true)]
    [TestCase("""{ "count": { "atLeast": 2, "of": ["f", "g", true] } }""", "f?", ExpectedResult = null)]
    [TestCase("""{ "count": { "atLeast": 2, "of": ["f", "g", true] } }""", "ff", ExpectedResult = false)]
    [TestCase("""{ "count": { "atLeast": 2, "of": ["f", "g", false] } }""", "f?", ExpectedResult = false)]
    public bool? Evaluate_Flags(string condition, string signals) => Holds(
        condition, ("f", Reading(signals[0])), ("g", Reading(signals[1])));

    [TestCase("""{ "above": ["x", "y"] }""", 2, 1, ExpectedResult = true, Description = "signal against signal")]
    [TestCase("""{ "above": ["x", "y"] }""", 1, 1, ExpectedResult = false)]
    [TestCase("""{ "below": ["x", "y"] }""", 1, 1, ExpectedResult = false)]
    [TestCase("""{ "atLeast": ["x", "y"] }""", 1, 1, ExpectedResult = true)]
    [TestCase("""{ "atMost": ["x", "y"] }""", 1, 1, ExpectedResult = true)]
    [TestCase("""{ "above": ["x", 1.999999] }""", 2, 0, ExpectedResult = true, Description = "exact to a millionth")]
    [TestCase("""{ "atLeast": [{ "add": ["x", "y", 0.5] }, 3.5] }""", 1, 2, ExpectedResult = true)]
    [TestCase("""{ "atLeast": [{ "subtract": ["x", "y"] }, -1] }""", 1, 2, ExpectedResult = true)]
    [TestCase("""{ "above": [{ "min": ["x", "y"] }, 1] }""", 1, 2, ExpectedResult = false)]
    [TestCase("""{ "above": [{ "max": ["x", "y"] }, 1] }""", 1, 2, ExpectedResult = true)]
    [TestCase("""{ "atLeast": ["x", { "multiply": ["y", 1.5] }] }""", 3, 2, ExpectedResult = true)]
    [TestCase("""{ "atLeast": [{ "abs": { "subtract": ["x", "y"] } }, 1] }""", 1, 2, ExpectedResult = true)]
    [TestCase("""{ "atLeast": [{ "deviation": { "of": "x", "from": "y" } }, 50] }""", 3, 2, ExpectedResult = true)]
    [TestCase("""{ "above": [{ "deviation": { "of": "x", "from": "y" } }, 50] }""", 3, 2, ExpectedResult = false)]
    [TestCase("""{ "above": [{ "deviation": { "of": "x", "from": "y" } }, 50] }""", 3, 0, ExpectedResult = null, Description = "of nothing")]
    [TestCase("""{ "above": ["x", { "parameter": "none" }] }""", 3, 0, ExpectedResult = false, Description = "a limit that is not set")]
    [TestCase("""{ "below": ["x", { "add": [{ "parameter": "none" }, 1] }] }""", 3, 0, ExpectedResult = false)]
    [TestCase("""{ "below": ["x", { "parameter": "none", "otherwise": 4 }] }""", 3, 0, ExpectedResult = true)]
    [TestCase("""{ "set": "none" }""", 3, 0, ExpectedResult = false)]
    [TestCase("""{ "set": "limit" }""", 3, 0, ExpectedResult = true)]
    [TestCase("""{ "parameter": "yes" }""", 3, 0, ExpectedResult = true)]
    public bool? Evaluate_Numbers(string condition, int x, int y) =>
        Holds(condition, ("x", SignalReading.Of((decimal)x)), ("y", SignalReading.Of((decimal)y)));

    [Test]
    public void Evaluate_NumberUnusable_IsUnknown() => Assert.That(
        Holds("""{ "above": ["x", "y"] }""", ("x", SignalReading.Of(3m)), ("y", SignalReading.Bad)), Is.Null);

    [Test]
    public void Evaluate_ReadingOfAnotherKind_IsBad() => Assert.That(Holds("\"f\"", ("f", SignalReading.Of(1m))), Is.Null);

    [Test]
    public void Of_NumberBeyondAllMeasure_IsBad() => Assert.That(SignalReading.Of(1_000_000_001m).IsGood, Is.False);

    [TestCase(58, ExpectedResult = false, Description = "58.2 °C is due at 0 °C: 0.3 % less")]
    [TestCase(60, ExpectedResult = true, Description = "3.1 % more")]
    [TestCase(56, ExpectedResult = true, Description = "3.8 % less")]
    public bool? Evaluate_DeviationFromTheChart(int supply) => Holds(
        """
        { "above": [{ "abs": { "deviation": { "of": 0, "from": { "chart": { "name": "c", "line": "supply", "outdoor": "z" } } } } }, 3] }
        """.Replace("\"of\": 0", $"\"of\": {supply}", StringComparison.Ordinal),
        ("z", SignalReading.Of(0m)));

    [Test]
    public void Evaluate_Deadband_HoldsUntilTheValueIsBackByIt()
    {
        Substation watched = Books.Watch(Books.Rule("A", """{ "above": ["x", 10], "deadband": 1 }"""));
        bool[] active = [.. new[] { 10m, 10.1m, 9.1m, 9.0m, 9.9m, 10.1m }.Select((value, second) =>
        {
            watched.Look(second, ("x", SignalReading.Of(value)));
            return watched.State.IsActive("A");
        })];
        Assert.That(active, Is.EqualTo(new[] { false, true, true, false, false, true }));
    }

    [Test]
    public void Evaluate_RateOfChange_IsThatOfFullWindows()
    {
        Substation watched = Books.Watch(Books.Rule("A", """{ "below": [{ "rate": { "of": "x", "per": "1m", "window": "10s" } }, -5] }"""));
        for (int second = 0; second <= 10; second++)
        {
            watched.Look(second, ("x", SignalReading.Of(10 - second * 0.1m)));
        }
        Assert.That(watched.State.IsActive("A"), Is.True, "6 bar a minute");
        for (int second = 11; second <= 20; second++)
        {
            watched.Look(second, ("x", SignalReading.Of(9m)));
        }
        Assert.That(watched.State.IsActive("A"), Is.False);
    }

    [Test]
    public void Evaluate_NoData_CountsFromTheLastGoodValue()
    {
        Substation watched = Books.Watch(Books.Rule("A", """{ "noData": { "of": ["x", "y"], "for": "10s" } }"""));
        watched.Look(0, ("x", SignalReading.Of(1m)));
        watched.Look(5, ("y", SignalReading.Of(1m)));
        watched.Look(9, ("x", SignalReading.Bad));
        watched.Wait(14.9);
        Assert.That(watched.State.IsActive("A"), Is.False);
        watched.Wait(20);
        Assert.That(watched.Events.Single().Time, Is.EqualTo(Substation.Start.AddSeconds(15)));
        watched.Look(30, ("x", SignalReading.Of(1m)));
        Assert.That(watched.State.IsActive("A"), Is.False);
    }

    [Test]
    public void Evaluate_SignalTooOld_IsUnknownUntilTheNextValue()
    {
        Substation watched = Books.Watch(Books.Rule("A", "\"h\"", "\"onDelay\": \"90s\", \"offDelay\": \"0s\","));
        watched.Look(0, ("h", SignalReading.Of(true)));
        watched.Wait(1_000);
        Assert.That(watched.State.IsActive("A"), Is.False, "nobody knows since 60 s");
        watched.Look(1_001, ("h", SignalReading.Of(true)));
        Assert.That(watched.State.IsActive("A"), Is.True, "unknown does not interrupt a delay");
    }

    [Test]
    public void Evaluate_Starts_CountsThoseOfTheSpanThatEndsNow()
    {
        Substation watched = Books.Watch(Books.Rule("A", """{ "above": [{ "starts": { "of": "f", "within": "1h" } }, 2] }"""));
        for (int start = 0; start < 3; start++)
        {
            watched.Look(start * 600, ("f", SignalReading.Of(false)));
            watched.Look(start * 600 + 300, ("f", SignalReading.Of(true)));
        }
        watched.Wait(100_000);
        Assert.That(watched.Events.Select(change => (change.GetType().Name, change.Time)), Is.EqualTo(new[]
        {
            ("Raised", Substation.Start.AddSeconds(1_500)),
            ("Cleared", Substation.Start.AddSeconds(300 + 3_600)),
        }));
    }

    [Test]
    public void Evaluate_ActiveAndRising_SeeOtherAlarmsAsTheyWereBefore()
    {
        Substation watched = Books.Watch(
            Books.Rule("A", "\"f\"", "\"onDelay\": \"10s\", \"offDelay\": \"0s\",") + ","
            + Books.Rule("B", """{ "rising": "A" }""") + "," + Books.Rule("C", """{ "active": "A" }"""));
        List<string> seen = [];
        foreach (int second in new[] { 0, 1, 10, 11 })
        {
            watched.Look(second, ("f", SignalReading.Of(true)));
            seen.Add(string.Concat(watched.Active));
        }
        Assert.That(seen, Is.EqualTo(new[] { "", "B", "AB", "ABC" }));
    }

    [Test]
    public void Explain_Tree_TellsWhyWithLiveValues()
    {
        Substation watched = Books.Watch(Books.Rule("A", """{ "all": ["f", { "above": ["x", { "parameter": "limit" }] }] }"""), Parameters);
        watched.Look(0, ("f", SignalReading.Of(true)), ("x", SignalReading.Of(4m)));
        Explanation why = watched.Program.Explain(watched.State, "A");
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((why.Text, why.Holds), Is.EqualTo(("all", (bool?)false)));
        Assert.That(why.Parts.Select(part => (part.Text, part.Holds, part.Left, part.Right)), Is.EqualTo(new[]
        {
            ("f", (bool?)true, (decimal?)null, (decimal?)null),
            ("x > 5 bar", false, 4m, 5m),
        }));
    }

    private const string Parameters = """
        "parameters": { "none": { "unit": "bar", "value": null }, "limit": { "unit": "bar", "value": 5 }, "yes": { "value": true } },
        "charts": { "c": { "supply": 95, "return": 70, "indoor": 20, "coldest": -25 } },
        """;

    private static SignalReading Reading(char letter) => letter == '?' ? SignalReading.Bad : SignalReading.Of(letter == 't');

    private static bool? Holds(string condition, params (string, SignalReading)[] samples)
    {
        Substation watched = Books.Watch(Books.Rule("A", condition), Parameters);
        watched.Look(0, samples);
        return watched.Program.Explain(watched.State, "A").Holds;
    }
}
