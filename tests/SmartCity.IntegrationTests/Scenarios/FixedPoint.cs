using System.Globalization;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>Decimal numbers as whole numbers of their last decimal, as the ledger keeps them: kopecks, Wh, kcal,
/// micro-roubles.</summary>
internal static class FixedPoint
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    /// <summary>Reads <c>-12.50</c> with two decimals as -1250; false when it is not a number or has more decimals.</summary>
    public static bool TryParse(string text, int decimals, out long value)
    {
        value = 0;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }
        decimal scaled = number * Scale(decimals);
        if (scaled != decimal.Truncate(scaled) || Math.Abs(scaled) > long.MaxValue)
        {
            return false;
        }
        value = (long)scaled;
        return true;
    }

    /// <summary>Writes a number of last decimals, e.g. -1250 with two as <c>-12.50</c>.</summary>
    public static string Format(long value, int decimals) =>
        (value / Scale(decimals)).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Format"/>, with two decimals at least and no zeros after them: <c>5.00</c>, <c>0.15</c>.</summary>
    public static string FormatPrice(long value, int decimals) =>
        (value / Scale(decimals)).ToString("0.00####", CultureInfo.InvariantCulture);

    private static decimal Scale(int decimals)
    {
        decimal scale = 1;
        for (int i = 0; i < decimals; i++)
        {
            scale *= 10;
        }
        return scale;
    }
}
