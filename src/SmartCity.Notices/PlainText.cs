using System.Globalization;
using System.Text;
using System.Xml;

namespace SmartCity.Notices;

/// <summary>
/// Text that any document may hold: what no XML can hold, control characters and marks that turn the direction of writing are left out,
/// and it is no longer than it may be.
/// </summary>
internal static class PlainText
{
    private const char Ellipsis = '…';

    /// <summary>One line; every break or run of spaces is a space. So nothing in it can begin another line of a header.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Most characters (UTF-16); a longer text ends with an ellipsis.</param>
    public static string Line(string text, int most) => Clean(text, most, isOneLine: true);

    /// <summary>Several lines, each ended by a line feed alone.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Most characters (UTF-16); a longer text ends with an ellipsis.</param>
    public static string Lines(string text, int most) => Clean(text, most, isOneLine: false);

    private static string Clean(string text, int most, bool isOneLine)
    {
        StringBuilder clean = new(Math.Min(text.Length, most));
        bool isSpaceDue = false;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty && clean.Length <= most)
        {
            // Half a surrogate pair is read as the replacement character.
            _ = Rune.DecodeFromUtf16(rest, out Rune rune, out int length);
            rest = rest[length..];
            if (rune.Value == '\n' && !isOneLine)
            {
                clean.Append('\n');
                isSpaceDue = false;
            }
            else if (Rune.IsWhiteSpace(rune))
            {
                isSpaceDue = clean.Length > 0 && clean[^1] != '\n';
            }
            else if (IsPlain(rune))
            {
                clean.Append(isSpaceDue ? " " : "").Append(rune.ToString());
                isSpaceDue = false;
            }
        }
        return Cut(clean.ToString().Trim(), most);
    }

    private static bool IsPlain(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format)
        && (!rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value));

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }
        int end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..end].TrimEnd() + Ellipsis;
    }
}
