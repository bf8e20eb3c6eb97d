using System.Text;
using System.Xml;

namespace SmartCity.Aiis;

/// <summary>A file has more of something than is read.</summary>
internal sealed class LimitException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}

/// <summary>Walks over elements: never deeper than a message is, and never past the end of the element it is asked about.</summary>
internal sealed class XmlCursor(XmlReader xml, FindingList findings)
{
    private const int MaxDepth = 32;
    private const int MaxTextLength = 1_000;

    /// <summary>Line of the element the cursor is on.</summary>
    public int Line => ((IXmlLineInfo)xml).LineNumber;

    /// <summary>Name of the element the cursor is on.</summary>
    public string Name => xml.LocalName;

    /// <summary>Moves to the root element.</summary>
    public void MoveToRoot() => xml.MoveToContent();

    /// <summary>Reads what follows the root element: nothing may.</summary>
    public void ReadToEnd()
    {
        while (xml.Read())
        {
        }
    }

    /// <summary>An attribute of the element, or <c>null</c>.</summary>
    public string? Attribute(string name) => xml.GetAttribute(name);

    /// <summary>Calls for each child element; the callback reads it to its end or leaves it where it is, to be passed over.</summary>
    public void ForEachChild(Func<string, bool> read)
    {
        (string parent, int depth, bool isEmpty) = (xml.LocalName, xml.Depth, xml.IsEmptyElement);
        xml.Read();
        if (isEmpty)
        {
            return;
        }
        while (xml.NodeType != XmlNodeType.EndElement || xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                (string name, int line) = (xml.LocalName, Line);
                if (!read(name))
                {
                    findings.Add(FindingCode.UnknownElement, line, $"<{Clip(name)}> in <{parent}> is not of the layout and is passed over.");
                    Skip();
                }
                continue;
            }
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                findings.Add(FindingCode.UnexpectedContent, Line, $"Text stands in <{parent}>, where only elements may: '{Clip(xml.Value)}'.");
            }
            xml.Read();
        }
        xml.Read();
    }

    /// <summary>The text of the element, without blanks around it; moves past its end. What is longer than any field may be is cut.</summary>
    public string ReadText()
    {
        (string parent, int depth, bool isEmpty) = (xml.LocalName, xml.Depth, xml.IsEmptyElement);
        xml.Read();
        if (isEmpty)
        {
            return "";
        }
        StringBuilder text = new();
        while (xml.NodeType != XmlNodeType.EndElement || xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                findings.Add(FindingCode.UnexpectedContent, Line, $"<{Clip(xml.LocalName)}> stands in <{parent}>, where only text may.");
                Skip();
                continue;
            }
            if (text.Length < MaxTextLength)
            {
                text.Append(xml.Value.AsSpan(0, Math.Min(xml.Value.Length, MaxTextLength - text.Length)));
            }
            xml.Read();
        }
        xml.Read();
        return text.ToString().Trim();
    }

    /// <summary>A text short enough for a message.</summary>
    public static string Clip(string text) => text.Length <= 40 ? text : $"{text[..40]}…";

    /// <summary>Passes over the element with all that is in it.</summary>
    public void Skip()
    {
        (int depth, bool isEmpty) = (xml.Depth, xml.IsEmptyElement);
        xml.Read();
        if (isEmpty)
        {
            return;
        }
        while (xml.NodeType != XmlNodeType.EndElement || xml.Depth > depth)
        {
            if (xml.Depth > MaxDepth)
            {
                throw new LimitException(Line, $"Elements are more than {MaxDepth} deep.");
            }
            xml.Read();
        }
        xml.Read();
    }
}
