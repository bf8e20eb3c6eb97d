using System.Text;
using SmartCity.Rules;
using SmartCity.UnitTests.Rules.Substations;

namespace SmartCity.UnitTests.Rules;

/// <summary>Small rule books for tests: numbers x and y in bar, z in °C, flags f, g and h.</summary>
internal static class Books
{
    /// <summary>A rule's text that nobody reads.</summary>
    public const string Text = """
        "text": { "ru": { "title": "т", "meaning": "з", "action": "д" }, "en": { "title": "t", "meaning": "m", "action": "a" } }
        """;

    /// <summary>A book with rules, and parts of a book before them.</summary>
    public static string Json(string rules, string parts = "") => $$"""
        {
          "name": "test", "version": 7, "shelving": "8h", {{parts}}
          "signals": [
            { "tag": "x", "unit": "bar" }, { "tag": "y", "unit": "bar" }, { "tag": "z", "unit": "°C" },
            { "tag": "f", "flag": true }, { "tag": "g", "flag": true }, { "tag": "h", "flag": true, "staleAfter": "60s" }
          ],
          "rules": [{{rules}}]
        }
        """;

    /// <summary>A rule with a condition; other fields before it.</summary>
    public static string Rule(string code, string when, string fields = "") => $$"""
        { "code": "{{code}}", "class": "process", "severity": "major", {{(fields.Contains("onDelay", StringComparison.Ordinal) ? "" : "\"onDelay\": \"0s\", \"offDelay\": \"0s\",")}} {{fields}} "when": {{when}}, {{Text}} }
        """;

    public static RuleBook Parse(string json) => RuleBook.Parse(Encoding.UTF8.GetBytes(json), "test.json");

    /// <summary>An object watched by the rules.</summary>
    public static Substation Watch(string rules, string parts = "") => new(Parse(Json(rules, parts)).Compile(AlarmMode.Refined));
}
