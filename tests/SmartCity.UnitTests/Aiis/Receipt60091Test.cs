using System.Xml.Linq;
using SmartCity.Aiis;

namespace SmartCity.UnitTests.Aiis;

public sealed class Receipt60091Test
{
    private static readonly DateTimeOffset s_now = new(2026, 9, 2, 5, 0, 1, TimeSpan.FromHours(3));

    [Test]
    public void ToXml_Refused_HasTheLayoutsHeadAndEveryReason()
    {
        Examination found = Messages.Examine("bad_gap.xml");

        XElement xml = XDocument.Parse(ReceiptOf(found).ToXml()).Root!;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(((string?)xml.Attribute("class"), (string?)xml.Attribute("version")), Is.EqualTo(("60091", "1")));
        Assert.That((string?)xml.Attribute("id"), Has.Length.EqualTo(64));
        Assert.That((string?)xml.Element("datetime"), Is.EqualTo("20260902020001"));
        Assert.That((string?)xml.Element("acceptance")!.Attribute("code"), Is.EqualTo("3"));
        Assert.That(xml.Elements("finding").Select(finding => (string?)finding.Attribute("line")), Does.Contain("28"));
    }

    [Test]
    public void ToText_Accepted_TellsMessageAndResult()
    {
        string text = ReceiptOf(Messages.Examine(Messages.Ordinary)).ToText();

        Assert.That(text, Does.Contain("Code 0: accepted / принят").And.Contain("Message 1056 of 5257072937 for 2026-09-01").And.Contain("24 new"));
    }

    [Test]
    public void ToXml_ControlCharactersInNames_AreWellFormedStill()
    {
        Examination found = Messages.Examiner().Examine("a\u0001\uFFFE\u001b[31m.xml", new byte[] { 1, 2, 3 });

        Assert.That(() => XDocument.Parse(ReceiptOf(found).ToXml()), Throws.Nothing);
        Assert.That(ReceiptOf(found).ToText().Contains('\u001b', StringComparison.Ordinal), Is.False);
    }

    private static Receipt60091 ReceiptOf(Examination found) => new(
        found.FileName, found.Sha256, found.Message, found.Findings.Acceptance, ["24 new"], found.Findings.Listed, s_now);
}
