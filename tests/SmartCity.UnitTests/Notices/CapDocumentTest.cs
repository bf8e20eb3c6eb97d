using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using CsCheck;
using SmartCity.Domain;
using SmartCity.Notices;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Notices;

/// <summary>DOMAIN 9, and the standard as cap-1.2.xsd has it.</summary>
public sealed class CapDocumentTest
{
    private static readonly XNamespace s_cap = CapDocument.Namespace;
    private static readonly XmlSchemaSet s_schema = Schema();

    [Test]
    public void Write_FirstOfAnIncident_IsAnAlertInBothLanguages()
    {
        XElement alert = Write(Samples.Leak());
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Value(alert, "msgType"), Is.EqualTo("Alert"));
        Assert.That(alert.Element(s_cap + "references"), Is.Null);
        Assert.That(Value(alert, "sent"), Is.EqualTo("2026-01-15T11:14:00+03:00"));
        Assert.That(Value(alert, "status"), Is.EqualTo("Exercise"));
        Assert.That(alert.Elements(s_cap + "info").Select(info => Value(info, "language")), Is.EqualTo(new[] { "ru-RU", "en-US" }));
        Assert.That(alert.Elements(s_cap + "info").Select(info => Value(info, "event")), Is.EqualTo(new[] { "Протечка", "Leak" }));
        Assert.That(Value(alert.Element(s_cap + "info")!, "onset"), Is.EqualTo("2026-01-15T11:13:00+03:00"));
        Assert.That(Value(alert.Element(s_cap + "info")!, "expires"), Is.EqualTo("2026-01-18T11:14:00+03:00"));
        Assert.That(Value(alert.Element(s_cap + "info")!.Element(s_cap + "area")!, "areaDesc"), Is.EqualTo("ул. Садовая, 12"));
    }

    [TestCase(IncidentStage.Restored, ExpectedResult = "Update")]
    [TestCase(IncidentStage.Verified, ExpectedResult = "Update")]
    [TestCase(IncidentStage.Closed, ExpectedResult = "Cancel")]
    [TestCase(IncidentStage.Rejected, ExpectedResult = "Cancel")]
    [TestCase(IncidentStage.Merged, ExpectedResult = "Cancel")]
    public string Write_LaterOfAnIncident_RefersToWhatWasBefore(IncidentStage stage)
    {
        string[] before = [.. new[] { "first", "second" }.Select(name => CapDocument.ReferenceTo("edds@demograd.example", name, Samples.Now, Samples.Calendar))];
        XElement alert = Write(Samples.Leak(3, stage), before);
        Assert.That(
            Value(alert, "references"),
            Is.EqualTo("edds@demograd.example,first,2026-01-15T11:14:00+03:00 edds@demograd.example,second,2026-01-15T11:14:00+03:00"));
        return Value(alert, "msgType");
    }

    [TestCase(1, Severity.Critical, IncidentStage.Registered, "Immediate", "Severe")]
    [TestCase(4, Severity.Minor, IncidentStage.Registered, "Immediate", "Severe")]
    [TestCase(2, Severity.Critical, IncidentStage.Registered, "Expected", "Moderate")]
    [TestCase(3, Severity.Minor, IncidentStage.Registered, "Expected", "Minor")]
    [TestCase(3, Severity.Major, IncidentStage.Registered, "Expected", "Moderate")]
    [TestCase(1, Severity.Critical, IncidentStage.Closed, "Past", "Severe")]
    public void Write_Alarm_HasItsUrgencyAndSeverity(byte alarm, Severity severity, IncidentStage stage, string urgency, string capSeverity)
    {
        XElement info = Write(Samples.Leak() with { Alarm = alarm, Severity = severity, Stage = stage }).Element(s_cap + "info")!;
        Assert.That((Value(info, "urgency"), Value(info, "severity"), Value(info, "certainty")), Is.EqualTo((urgency, capSeverity, "Observed")));
    }

    [Test]
    public void Write_CityOnGreenwich_HasNoZAndTheStandardsZero() =>
        Assert.That(Value(Write(Samples.Leak(), [], new(TimeSpan.Zero)), "sent"), Is.EqualTo("2026-01-15T08:14:00-00:00"));

    [Test]
    public void Write_Place_IsAGeocodeAndACircle()
    {
        XElement area = Write(Samples.Leak() with { Place = new("73701000", new(54.314m, 48.403m, 0.5m)) }).Element(s_cap + "info")!.Element(s_cap + "area")!;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Value(area, "circle"), Is.EqualTo("54.314,48.403 0.5"));
        Assert.That(Value(area.Element(s_cap + "geocode")!, "valueName"), Is.EqualTo("OKTMO"));
        Assert.That(Value(area.Element(s_cap + "geocode")!, "value"), Is.EqualTo("73701000"));
    }

    /// <summary>Any notice, whatever its texts hold, makes a document that is valid and says what the notice says.</summary>
    [Test]
    public void Write_AnyNotice_IsValid() =>
        Gen.Select(Samples.AnyNotice(), Gen.Int[-12, 14], Gen.Int[0, 3]).Sample((notice, offset, references) =>
        {
            CityCalendar calendar = new(TimeSpan.FromHours(offset));
            string[] before = [.. Enumerable.Range(0, references).Select(i => CapDocument.ReferenceTo("edds@demograd.example", $"d{i}", notice.At, calendar))];
            XElement alert = Write(notice, before, calendar);
            XElement info = alert.Elements(s_cap + "info").First();
            Assert.That(Value(info, "headline"), Is.EqualTo(notice.Russian.Headline));
            Assert.That(Value(info, "description"), Is.EqualTo(notice.Russian.Description));
        });

    [TestCase("sent", "2026-01-15T08:14:00Z")]
    [TestCase("status", "Serious")]
    [TestCase("msgType", "Notice")]
    [TestCase("identifier", "with space")]
    [TestCase("references", "only-one-part")]
    public void Schema_WrongValue_IsRefused(string element, string value)
    {
        string reference = CapDocument.ReferenceTo("edds@demograd.example", "first", Samples.Now, Samples.Calendar);
        XElement alert = Write(Samples.Leak(), [reference]);
        alert.Element(s_cap + element)!.Value = value;
        Assert.That(() => new XDocument(alert).Validate(s_schema, null), Throws.TypeOf<XmlSchemaValidationException>());
    }

    [Test]
    public void Schema_WrongOrder_IsRefused()
    {
        XElement alert = Write(Samples.Leak());
        XElement sent = alert.Element(s_cap + "sent")!;
        sent.Remove();
        alert.AddFirst(sent);
        Assert.That(() => new XDocument(alert).Validate(s_schema, null), Throws.TypeOf<XmlSchemaValidationException>());
    }

    /// <summary>Reads a document back and has the schema judge it.</summary>
    internal static XElement Valid(string text)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(text), new() { ValidationType = ValidationType.Schema, Schemas = s_schema });
        return XElement.Load(reader);
    }

    private static XElement Write(IncidentNotice notice, string[]? references = null, CityCalendar? calendar = null) => Valid(CapDocument.Write(
        notice,
        new("1-7-1-teploset", "edds@demograd.example", "ЕДДС Демограда", CapStatus.Exercise, "teploset", Samples.Now, references ?? []),
        calendar ?? Samples.Calendar));

    private static string Value(XElement parent, string name) => parent.Element(s_cap + name)!.Value;

    private static XmlSchemaSet Schema()
    {
        XmlSchemaSet schema = new();
        using XmlReader reader = XmlReader.Create(RepositoryFiles.PathOf("tests", "SmartCity.UnitTests", "Notices", "cap-1.2.xsd"));
        schema.Add(CapDocument.Namespace, reader);
        schema.Compile();
        return schema;
    }
}
