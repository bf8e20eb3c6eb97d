using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>What a CAP document says of itself.</summary>
/// <param name="Identifier">Its name, one of its own for every document of the sender: no spaces, commas, &lt; or &amp;.</param>
/// <param name="Sender">Who sends it, in the same characters.</param>
/// <param name="SenderName">The same for people.</param>
/// <param name="Status">Is it meant?</param>
/// <param name="Addressee">Code of the organisation it is for.</param>
/// <param name="Sent">When it was written.</param>
/// <param name="References">
/// The documents of the incident that the organisation had before, see <see cref="CapDocument.ReferenceTo"/>: with none it is an Alert, with
/// some an Update, and a Cancel when the incident is over.
/// </param>
internal sealed record CapHead(
    string Identifier, string Sender, string SenderName, CapStatus Status, string Addressee, DateTimeOffset Sent, IReadOnlyList<string> References);

/// <summary>A notice as a document of the Common Alerting Protocol 1.2 (OASIS), in Russian and English.</summary>
internal static class CapDocument
{
    /// <summary>Namespace of the standard.</summary>
    public const string Namespace = "urn:oasis:names:tc:emergency:cap:1.2";

    private const int LongestAreaName = 1_000;

    private static readonly XNamespace s_cap = Namespace;

    /// <summary>Writes the document. Times are those of the city's clocks, with their offset.</summary>
    public static string Write(IncidentNotice notice, CapHead head, CityCalendar calendar)
    {
        XElement alert = new(
            s_cap + "alert",
            Element("identifier", head.Identifier),
            Element("sender", head.Sender),
            Element("sent", TimeText(head.Sent, calendar)),
            Element("status", head.Status.ToString()),
            Element("msgType", head.References.Count == 0 ? "Alert" : notice.IsEnd ? "Cancel" : "Update"),
            Element("scope", "Private"),
            Element("addresses", head.Addressee),
            head.References.Count == 0 ? null : Element("references", string.Join(' ', head.References)),
            Element("incidents", $"{notice.Incident.ObjectNumber}-{notice.Incident.Number}"),
            Info("ru-RU", notice.Russian, notice, head, calendar),
            Info("en-US", notice.English, notice, head, calendar));
        using MemoryStream stream = new();
        using (XmlWriter writer = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n" }))
        {
            alert.Save(writer);
        }
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>A document as another one names it.</summary>
    public static string ReferenceTo(string sender, string identifier, DateTimeOffset sent, CityCalendar calendar) =>
        $"{sender},{identifier},{TimeText(sent, calendar)}";

    private static XElement Info(string language, NoticeText text, IncidentNotice notice, CapHead head, CityCalendar calendar)
    {
        (string urgency, string severity) = Weight(notice);
        DateTimeOffset? expires = notice.Deadlines.Where(deadline => deadline.Status == DeadlineStatus.Running && deadline.Due > head.Sent)
            .Select(deadline => (DateTimeOffset?)deadline.Due).Max();
        return new(
            s_cap + "info",
            Element("language", language),
            Element("category", "Infra"),
            Element("event", text.Title),
            Element("responseType", notice.IsEnd ? "AllClear" : "Execute"),
            Element("urgency", urgency),
            Element("severity", severity),
            Element("certainty", "Observed"),
            Element("effective", TimeText(notice.At, calendar)),
            Element("onset", TimeText(notice.RaisedAt, calendar)),
            expires is { } last ? Element("expires", TimeText(last, calendar)) : null,
            Element("senderName", head.SenderName),
            Element("headline", text.Headline),
            Element("description", text.Description),
            Element("instruction", text.Instruction),
            Parameters(notice, calendar).Select(parameter => Pair("parameter", parameter.Name, parameter.Value)),
            Area(notice));
    }

    /// <summary>Urgency and severity by the alarm of the brief; what is over is past.</summary>
    private static (string Urgency, string Severity) Weight(IncidentNotice notice)
    {
        (string urgency, string severity) = notice.Alarm switch
        {
            1 or 4 => ("Immediate", "Severe"),
            2 => ("Expected", "Moderate"),
            _ => ("Expected", notice.Severity >= Severity.Major ? "Moderate" : "Minor"),
        };
        return (notice.IsEnd ? "Past" : urgency, severity);
    }

    private static IEnumerable<(string Name, string Value)> Parameters(IncidentNotice notice, CityCalendar calendar)
    {
        yield return ("sequence", Number(notice.Sequence));
        yield return ("object", notice.ObjectName);
        yield return ("alarm", Number(notice.Alarm));
        yield return ("severity", notice.Severity.ToString());
        yield return ("stage", notice.Stage.ToString());
        yield return ("registered", TimeText(notice.RegisteredAt, calendar));
        if (notice.ClearedAt is { } cleared)
        {
            yield return ("cleared", TimeText(cleared, calendar));
        }
        if (notice.Crew is { } crew)
        {
            yield return ("crew", crew);
        }
        if (notice.Warning is { } warning)
        {
            yield return ("warning", $"{warning.Deadline} {Number(warning.Percent)} %");
        }
        foreach (NoticeDeadline deadline in notice.Deadlines)
        {
            yield return ($"deadline.{deadline.Deadline}", $"{TimeText(deadline.Due, calendar)} {deadline.Status}");
        }
        foreach (NoticeGroup group in notice.Groups)
        {
            yield return ("group", $"{Number(group.Number)} {group.Kind} {group.Name}");
        }
        foreach (ushort provider in notice.Providers)
        {
            yield return ("provider", Number(provider));
        }
    }

    private static XElement Area(IncidentNotice notice)
    {
        string name = notice.Houses.Length == 0 ? notice.ObjectName : PlainText.Line(string.Join("; ", notice.Houses), LongestAreaName);
        return new(
            s_cap + "area",
            Element("areaDesc", name),
            notice.Place?.Circle is { } circle
                ? Element("circle", string.Create(CultureInfo.InvariantCulture, $"{circle.Latitude},{circle.Longitude} {circle.RadiusKilometres}"))
                : null,
            notice.Place?.Oktmo is { } oktmo ? Pair("geocode", "OKTMO", oktmo) : null);
    }

    private static XElement Pair(string name, string valueName, string value) =>
        new(s_cap + name, Element("valueName", valueName), Element("value", value));

    private static XElement Element(string name, string value) => new(s_cap + name, value);

    /// <summary>The standard's times: whole seconds, an offset, never Z; no offset is written -00:00.</summary>
    private static string TimeText(DateTimeOffset time, CityCalendar calendar)
    {
        string text = calendar.ToLocal(time).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return calendar.UtcOffset == TimeSpan.Zero ? text.Replace("+00:00", "-00:00", StringComparison.Ordinal) : text;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
