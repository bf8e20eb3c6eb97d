using System.Xml;
using CsCheck;
using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

public sealed class PlainTextTest
{
    [TestCase("  a \t b\r\nc\u2028d ", ExpectedResult = "a b c d", Description = "every break is one space")]
    [TestCase("a\0b\u001b\u007f\u0090c\u202ed\u0085e", ExpectedResult = "abcd e", TestName = "Line_Controls_AreLeftOutAndNelIsABreak")]
    [TestCase("a]]>b", ExpectedResult = "a]]>b", Description = "what can be written is kept")]
    public string Line_Hostile_IsOnePlainLine(string text) => PlainText.Line(text, 100);

    [Test]
    public void Line_HalfAPair_IsReplaced() => Assert.That(PlainText.Line(string.Concat("a", '\ud800', "b"), 100), Is.EqualTo("a\ufffdb"));

    [TestCase("one\r\n two\n\nthree", ExpectedResult = "one\ntwo\n\nthree")]
    public string Lines_Breaks_AreLineFeeds(string text) => PlainText.Lines(text, 100);

    [TestCase("abcdef", 6, ExpectedResult = "abcdef")]
    [TestCase("abcdefg", 6, ExpectedResult = "abcde…")]
    [TestCase("abcd🔥g", 6, ExpectedResult = "abcd…", Description = "a pair is not cut in two")]
    public string Line_Long_IsCut(string text, int most) => PlainText.Line(text, most);

    /// <summary>Whatever comes in, what comes out is short enough, fits any XML, and cleaning it again changes nothing.</summary>
    [Test]
    public void Line_AnyText_IsBoundedAndWhole() =>
        Gen.Select(Gen.String, Gen.Int[2, 50]).Sample((text, most) =>
        {
            string line = PlainText.Line(text, most);
            return line.Length <= most && line == PlainText.Line(line, most) && XmlConvert.VerifyXmlChars(line) == line && !line.AsSpan().ContainsAny('\r', '\n');
        });
}
