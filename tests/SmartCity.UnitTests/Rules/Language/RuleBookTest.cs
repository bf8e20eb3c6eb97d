using System.Text;
using CsCheck;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules.Language;

public sealed class RuleBookTest
{
    [Test]
    public void Parse_EveryFileOfTheRepository_IsGood()
    {
        string[] files = Directory.GetFiles(RepositoryFiles.PathOf("config", "rules"), "*.json");
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
        {
            Assert.DoesNotThrow(() => RuleBook.Parse(File.ReadAllBytes(file), file));
        }
    }

    [Test]
    public void Compile_SubstationRules_AreTheFourAlarmsOfTheBriefAndOurOwn()
    {
        IReadOnlyList<AlarmRule> strict = Substation.Book.Compile(AlarmMode.Strict).Rules;
        IReadOnlyList<AlarmRule> refined = Substation.Book.Compile(AlarmMode.Refined).Rules;
        string[] brief =
        [
            "A1", "A2.1", "A2.FAULT", "A3.T1.LOW", "A3.T1.HIGH", "A3.T2.LOW", "A3.T2.HIGH", "A3.P1.LOW", "A3.P1.HIGH", "A3.P2.LOW",
            "A3.P2.HIGH", "A4",
        ];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(strict.Where(rule => !rule.IsDiagnostic).Select(rule => rule.Code), Is.EquivalentTo(brief));
        Assert.That(refined.Where(rule => !rule.IsDiagnostic).Select(rule => rule.Code), Is.EquivalentTo([
            .. brief, "P2.DEVICE", "P2.STATIC", "PUMPS_OFF", "DP_LOW", "T1.CHART", "T2.CHART", "FLOW_SPIKE", "PUMP_STARTS"]));
        Assert.That(strict.Select(rule => rule.OnDelay).Concat(strict.Select(rule => rule.OffDelay)), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(refined.SelectMany(rule => new[] { rule.Russian, rule.English }), Is.All.Matches<AlarmText>(
            text => text.Title.Length > 0 && text.Meaning.Length > 0 && text.Action.Length > 0 && !text.Title.Contains('$', StringComparison.Ordinal)));
    }

    [Test]
    public void Compile_AllCodes_StandInTheRulesDocument()
    {
        string document = File.ReadAllText(RepositoryFiles.PathOf("docs", "rules.md"));
        Assert.That(
            Substation.Book.Compile(AlarmMode.Refined).Rules.Select(rule => rule.Code)
                .Where(code => !document.Contains($"`{code}`", StringComparison.Ordinal)),
            Is.Empty);
    }

    [TestCase("""{ "below": ["x", "z"] }""", "x is in bar and z in °C: they cannot be compared.")]
    [TestCase("""{ "above": ["x"] }""", "two numbers are needed, in brackets.")]
    [TestCase("""{ "above": ["x", 1], "deadband": "y" }""", "a deadband is a figure or a parameter, 0 or more.")]
    [TestCase("""{ "above": ["x", 0.0000001] }""", "a number is needed, within")]
    [TestCase("""{ "above": ["x", { "parameter": "no" }] }""", "there is no parameter no.")]
    [TestCase("""{ "above": [{ "rate": { "of": "f", "per": "1h", "window": "1m" } }, 1] }""", "there is no number f among the signals.")]
    [TestCase("""{ "above": [{ "rate": { "of": "x", "per": "1h", "window": "0s" } }, 1] }""", "the window of a rate")]
    [TestCase("""{ "above": [{ "multiply": ["x", "y"] }, 1] }""", "a number without a unit is needed, not bar.")]
    [TestCase("""{ "above": [{ "chart": { "name": "no", "line": "supply", "outdoor": "z" } }, 1] }""", "a chart's name and its line")]
    [TestCase("""{ "count": { "atLeast": 3, "of": ["f", "g"] } }""", "a whole number from 1 to 2 is needed")]
    [TestCase("""{ "noData": { "of": "f", "for": "1 minute" } }""", "a span of time is needed")]
    [TestCase("""{ "all": [] }""", "one condition or more is needed.")]
    [TestCase("""{ "xor": ["f", "g"] }""", "a condition is needed: the name of a flag or definition, or an object with one of all, any")]
    [TestCase("\"x\"", "x is a number: compare it with another.")]
    [TestCase("\"w\"", "there is no condition w. Known: f, g, h.")]
    [TestCase("""{ "active": "B" }""", "there is no rule B in the mode")]
    [TestCase("""{ "set": "no" }""", "there is no parameter no.")]
    [TestCase("1", "a condition is needed")]
    public void Parse_WrongCondition_NamesWhatAndWhere(string condition, string message)
    {
        RuleBookException refused = Assert.Throws<RuleBookException>(() => Books.Parse(Books.Json(Books.Rule("A", condition))))!;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(refused.Problems, Has.Count.AtLeast(1));
        Assert.That(refused.Problems[0].Message, Does.StartWith(message));
        Assert.That(refused.Problems[0].File, Is.EqualTo("test.json"));
        Assert.That(refused.Problems[0].Line, Is.EqualTo(7));
    }

    [Test]
    public void Parse_MistakesInSeveralPlaces_NamesThemAllWithLineAndColumn()
    {
        const string Json = """
            {
              "name": "Test", "version": 0, "shelving": "8h",
              "signals": [{ "tag": "ж", "flag": true }, { "tag": "x" }],
              "rules": [
                {
                  "code": "A", "class": "proces", "severity": "major", "onDelay": "5s", "offDelay": "5s",
                  "when": { "all": ["ж", "жж", "ж"] },
                  "comment": "",
                  "mutes": ["B*"]
                }
              ]
            }
            """;
        RuleBookException refused = Assert.Throws<RuleBookException>(() => Books.Parse(Json))!;
        Assert.That(refused.Problems.Select(problem => problem.ToString()), Is.EqualTo(new[]
        {
            "test.json:2:11: the name must be 1 to 32 small letters, digits and hyphens.",
            "test.json:2:30: the version must be a whole number from 1 on.",
            "test.json:3:45: a signal needs a \"unit\", or \"flag\": true.",
            "test.json:5:5: the field \"text\" is missing.",
            "test.json:6:29: one of process, warning, diagnostic is needed.",
            "test.json:7:30: there is no condition жж. Known: ж.",
            "test.json:8:7: unknown field \"comment\". Known here: code, for, modes, number, class, severity, graver, when, onDelay, offDelay, latched, acknowledge, shelving, shows, mutes, text.",
            "test.json:9:17: there is no rule B* in the mode Strict.",
            "test.json:9:17: there is no rule B* in the mode Refined.",
        }));
    }

    [TestCase("{\n  \"name\": \"a\",\n  \"name\": \"b\"\n}", 3, 3, "the field \"name\" stands here a second time.")]
    [TestCase("{\n  \"имя\": 1,,\n}", 2, 12, "this is not valid JSON: ','")]
    [TestCase("", 1, 1, "this is not valid JSON: The input does not contain any JSON tokens.")]
    [TestCase("[]", 1, 1, "a rule book: an object in braces is needed.")]
    public void Parse_NotARuleBook_NamesThePlace(string json, int line, int column, string message)
    {
        RuleProblem problem = Assert.Throws<RuleBookException>(() => Books.Parse(json))!.Problems[0];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((problem.Line, problem.Column), Is.EqualTo((line, column)));
        Assert.That(problem.Message, Does.StartWith(message));
    }

    [Test]
    public void Parse_AlarmsThatMuteEachOther_AreRefused()
    {
        string rules = $"""{Books.Rule("A", "\"f\"", "\"mutes\": [\"B\"],")}, {Books.Rule("B", "\"g\"", "\"mutes\": [\"A\"],")}""";
        Assert.That(
            () => Books.Parse(Books.Json(rules)),
            Throws.TypeOf<RuleBookException>().With.Message.Contains("this alarm would mute itself, perhaps through others."));
    }

    [Test]
    public void Parse_TemplateWordWithoutMeaning_IsRefused() => Assert.That(
        () => Books.Parse(Books.Json(Books.Rule("A.${n}", "\"f\"", "\"for\": [{ \"m\": \"1\" }],"))),
        Throws.TypeOf<RuleBookException>().With.Message.Contains("${n} stands for nothing: name it in \"for\"."));

    [Test]
    public void Parse_SameRulesLaidOutOtherwise_HaveTheSameHash()
    {
        RuleBook one = Books.Parse(Books.Json(Books.Rule("A", """{ "above": ["x", 1.50], "deadband": 1 }""")));
        RuleBook other = Books.Parse(Books.Json(Books.Rule("A", """{"deadband":1.0,"above":["x",15e-1]}""")).ReplaceLineEndings("\r\n").Replace("  ", "\t", StringComparison.Ordinal));
        RuleBook changed = Books.Parse(Books.Json(Books.Rule("A", """{ "above": ["x", 1.51], "deadband": 1 }""")));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(one.Version.Hash, Has.Length.EqualTo(64));
        Assert.That(other.Version, Is.EqualTo(one.Version));
        Assert.That(changed.Version, Is.Not.EqualTo(one.Version));
    }

    [Test]
    public void Parse_CanonicalSpelling_IsThatOfTheHash() => Assert.That(
        Encoding.UTF8.GetString(CanonicalJson.BytesOf(JsonText.Parse("""{ "b": [1.0, -0, 1e2, true, null], "a": "я\u0022" }"""u8, "x"))),
        Is.EqualTo("""{"a":"я\"","b":[1,0,100,true,null]}"""));

    /// <summary>Whatever happens to a file, it is read or refused with a place inside it; never anything else.</summary>
    [Test]
    public void Parse_AnyDamage_IsReadOrRefusedWithAPlace()
    {
        byte[] good = Encoding.UTF8.GetBytes(Books.Json(Books.Rule("A", """{ "any": ["f", { "above": ["x", { "parameter": "p" }] }] }"""), "\"parameters\": { \"p\": { \"unit\": \"bar\", \"value\": 3 } },"));
        int lines = good.Count(letter => letter == '\n') + 1;
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, 20]).Sample((place, letter, cut) =>
        {
            byte[] damaged = [.. good[..place], letter, .. good[Math.Min(good.Length, place + cut)..]];
            try
            {
                RuleBook.Parse(damaged, "damaged.json");
            }
            catch (RuleBookException refused)
            {
                Assert.That(refused.Problems, Is.Not.Empty.And.All.Matches<RuleProblem>(
                    problem => problem.Line >= 1 && problem.Line <= lines + 1 && problem.Column >= 1));
            }
        }, iter: 2_000);
    }

    [Test]
    public void Evaluate_RaisedAlarm_NamesTheVersionThatRaisedIt()
    {
        Substation watched = Books.Watch(Books.Rule("A", "\"f\""));
        watched.Look(0, ("f", SignalReading.Of(true)));
        RuleVersion version = watched.Events.Single().Alarm.Version;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((version.Name, version.Number), Is.EqualTo(("test", 7)));
        Assert.That(version.Hash, Does.Match("^[0-9a-f]{64}$"));
    }
}
