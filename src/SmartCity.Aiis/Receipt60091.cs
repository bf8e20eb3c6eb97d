using System.Globalization;
using System.Text;
using System.Xml;

namespace SmartCity.Aiis;

/// <summary>The answer to a file: what was accepted, and why not.</summary>
/// <param name="FileName">Name of the file answered.</param>
/// <param name="Sha256">Hash of its bytes.</param>
/// <param name="Message">The message, as far as it could be understood.</param>
/// <param name="Acceptance">The answer.</param>
/// <param name="Counts">What became of its values, a line each.</param>
/// <param name="Findings">What was found.</param>
/// <param name="MadeAt">When the answer was made; written in UTC.</param>
public sealed record Receipt60091(
    string FileName,
    ReadOnlyMemory<byte> Sha256,
    Message80020? Message,
    AcceptanceCode Acceptance,
    IReadOnlyList<string> Counts,
    IReadOnlyList<Finding> Findings,
    DateTimeOffset MadeAt)
{
    private const string Class = "60091";
    private const string Version = "1";

    /// <summary>The receipt as XML. The message element with class, version, id and datetime is the layout's; what is in it is ours.</summary>
    public string ToXml()
    {
        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new() { Indent = true, OmitXmlDeclaration = true, CheckCharacters = true }))
        {
            xml.WriteStartElement("message");
            xml.WriteAttributeString("class", Class);
            xml.WriteAttributeString("version", Version);
            xml.WriteAttributeString("id", Convert.ToHexStringLower(Sha256.Span));
            xml.WriteElementString("datetime", MadeAt.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture));
            xml.WriteStartElement("acceptance");
            xml.WriteAttributeString("code", ((int)Acceptance).ToString(CultureInfo.InvariantCulture));
            xml.WriteString(InRussian(Acceptance));
            xml.WriteEndElement();
            xml.WriteStartElement("file");
            xml.WriteAttributeString("name", Printable(FileName));
            WriteMessage(xml);
            xml.WriteEndElement();
            foreach (string count in Counts)
            {
                xml.WriteElementString("result", Printable(count));
            }
            foreach (Finding finding in Findings)
            {
                xml.WriteStartElement("finding");
                xml.WriteAttributeString("severity", finding.Severity.ToString());
                xml.WriteAttributeString("code", finding.Code.ToString());
                xml.WriteAttributeString("line", finding.Line.ToString(CultureInfo.InvariantCulture));
                xml.WriteString(Printable(finding.Text));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}\n";
    }

    /// <summary>The receipt as text for people.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Printable(FileName)}\n");
        text.Append(CultureInfo.InvariantCulture, $"Code {(int)Acceptance}: {InEnglish(Acceptance)} / {InRussian(Acceptance)}\n");
        if (Message is { } message)
        {
            text.Append(CultureInfo.InvariantCulture, $"Message {message.Number} of {message.SenderInn} for {message.Day:yyyy-MM-dd}, made at {message.MadeAt:yyyy-MM-dd HH:mm:ss}\n");
        }
        foreach (string count in Counts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Printable(count)}\n");
        }
        foreach (Finding finding in Findings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Printable(finding.ToString())}\n");
        }
        return text.Append(CultureInfo.InvariantCulture, $"SHA-256 {Convert.ToHexStringLower(Sha256.Span)}, answered {MadeAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC\n").ToString();
    }

    private void WriteMessage(XmlWriter xml)
    {
        if (Message is not { } message)
        {
            return;
        }
        xml.WriteAttributeString("sender", message.SenderInn);
        xml.WriteAttributeString("day", message.Day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("number", message.Number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What a hostile file put into a text must not break a receipt or a terminal.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' ? '?' : c));

    private static string InEnglish(AcceptanceCode code) => code switch
    {
        AcceptanceCode.Accepted => "accepted",
        AcceptanceCode.AcceptedPartly => "accepted, some values are not commercial and are not billed",
        AcceptanceCode.UnknownChannels => "refused, there are unknown channels",
        AcceptanceCode.FormatErrors => "refused, the message breaks the layout's rules",
        AcceptanceCode.NotWellFormed => "refused, the file is not well-formed XML",
        _ => throw new System.Diagnostics.UnreachableException($"Unmapped code {code}."),
    };

    private static string InRussian(AcceptanceCode code) => code switch
    {
        AcceptanceCode.Accepted => "принят",
        AcceptanceCode.AcceptedPartly => "принят, часть значений некоммерческая и в расчёт не идёт",
        AcceptanceCode.UnknownChannels => "отклонён: неизвестные каналы",
        AcceptanceCode.FormatErrors => "отклонён: ошибки формата",
        AcceptanceCode.NotWellFormed => "отклонён: файл не является корректным XML",
        _ => throw new System.Diagnostics.UnreachableException($"Unmapped code {code}."),
    };
}
