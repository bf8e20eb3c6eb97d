using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartCity.Aiis;

/// <summary>The name of a message's file: <c>80020_ИНН sender_yyyyMMdd_number[_ИНН area].xml</c>.</summary>
internal static partial class FileName80020
{
    /// <summary>Compares a name with what the file holds.</summary>
    public static void Check(string fileName, Message80020 message, FindingList findings)
    {
        Match match = Pattern().Match(fileName);
        if (!match.Success)
        {
            findings.Add(FindingCode.OtherFileName, 0,
                $"The name '{XmlCursor.Clip(fileName)}' is not 80020_<INN>_<yyyyMMdd>_<number>[_<INN of the area>].xml; the content alone counts.");
            return;
        }
        Compare("sender", match.Groups["inn"].Value, message.SenderInn, findings);
        Compare("day", match.Groups["day"].Value, message.Day.ToString("yyyyMMdd", CultureInfo.InvariantCulture), findings);
        Compare("number", match.Groups["number"].Value.TrimStart('0'), message.Number.ToString(CultureInfo.InvariantCulture), findings);
        if (match.Groups["area"] is { Success: true } area && message.Areas.All(one => one.Inn != area.Value))
        {
            findings.Add(FindingCode.FileName, 0, $"The file's name says area {area.Value}; its areas are {string.Join(", ", message.Areas.Select(one => one.Inn).Take(5))}.");
        }
    }

    private static void Compare(string what, string named, string held, FindingList findings)
    {
        if (named != held)
        {
            findings.Add(FindingCode.FileName, 0, $"The file's name says {what} {named}, its content {held}.");
        }
    }

    [GeneratedRegex(@"^80020_(?<inn>[0-9]{10}|[0-9]{12})_(?<day>[0-9]{8})_(?<number>[0-9]{1,9})(_(?<area>[0-9]{10}|[0-9]{12}))?\.xml$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
