namespace SmartCity.Portal;

/// <summary>Amounts of money as people type them.</summary>
internal static class Amounts
{
    private const int MaxLength = 20;
    private const int KopecksPerRouble = 100;

    /// <summary>
    /// Reads roubles with at most two digits after a comma or a point: <c>1 234,05</c>, <c>1234.5</c>, <c>1234</c>. Spaces between digits
    /// and a rouble sign are passed over.
    /// </summary>
    /// <returns>False when the text is anything else: a sign, three digits after the point, too many digits.</returns>
    public static bool TryParse(string? text, out Kopecks amount)
    {
        amount = Kopecks.Zero;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }
        string digits = string.Concat(text.Where(character => !char.IsWhiteSpace(character) && character != '₽')).Replace(',', '.');
        string[] parts = digits.Split('.');
        if (parts.Length > 2 || parts[0].Length is 0 or > 12 || parts.Any(part => !part.All(char.IsAsciiDigit)))
        {
            return false;
        }
        string fraction = parts.Length == 2 ? parts[1] : "";
        if (fraction.Length > 2 || (parts.Length == 2 && fraction.Length == 0))
        {
            return false;
        }
        ulong roubles = ulong.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        ulong kopecks = ulong.Parse(fraction.PadRight(2, '0'), System.Globalization.CultureInfo.InvariantCulture);
        amount = new(roubles * KopecksPerRouble + kopecks);
        return true;
    }
}
