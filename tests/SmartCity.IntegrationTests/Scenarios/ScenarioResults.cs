using System.Globalization;
using System.Text;
using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>One line of a bill: as it must be, or as it is. The quantity is in Wh, kcal, or hours of a reduction; the price in
/// micro-roubles, or 10^-5 an hour of a reduction; the amount in kopecks. What a line does not have is null.</summary>
internal sealed record LineRow(
    string Account,
    Period Month,
    string Service,
    string Kind,
    string Zone,
    int? Band,
    string? Method,
    Period? OfMonth,
    long? Quantity,
    long? Price,
    long Amount)
{
    public const string Charge = "charge";
    public const string Reduction = "reduction";
    public const string Heating = "heating";

    /// <summary>The row as the files write it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Account},{Month},{Service},{Kind},{Zone},{Band},{Method},{OfMonth},"
        + $"{(Quantity is { } quantity ? FixedPoint.Format(quantity, QuantityDecimals(Service, Kind)) : "")},"
        + $"{(Price is { } price ? FixedPoint.FormatPrice(price, PriceDecimals(Kind)) : "")},{FixedPoint.Format(Amount, 2)}");

    public static int QuantityDecimals(string service, string kind) => (kind, service) switch
    {
        (Reduction, _) => 0,
        (_, Heating) => 6,
        _ => 3,
    };

    public static int PriceDecimals(string kind) => kind == Reduction ? 3 : 6;
}

/// <summary>A bill: as it must be, or as it is. Money in kopecks.</summary>
internal sealed record BillRow(string Account, Period Month, long Total, long Vat, DateOnly DueOn)
{
    /// <summary>The row as the files write it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Account},{Month},{FixedPoint.Format(Total, 2)},{FixedPoint.Format(Vat, 2)},{DueOn:yyyy-MM-dd}");
}

/// <summary>Reads what must come out, and compares it with what came out, row by row as text of one form.</summary>
internal static class ScenarioResults
{
    private static readonly string[] Services = ["electricity", "common_needs", LineRow.Heating];
    private static readonly string[] Kinds = [LineRow.Charge, LineRow.Reduction, "recalculation", "penalty"];
    private static readonly string[] Zones = ["whole", "day", "night", "peak", "half_peak"];
    private static readonly string[] Methods = ["M0", "M1", "M2", "M3", "M4"];

    /// <summary>Reads <c>then/bills.csv</c>.</summary>
    public static IReadOnlyList<string> ReadBills(string path) =>
    [
        .. CsvTable.Read(path, "account", "month", "total", "vat", "due_on").Select(row =>
            new BillRow(row.Text("account"), row.Month("month"), row.Fixed("total", 2), row.Fixed("vat", 2), row.Day("due_on"))
                .ToString()),
    ];

    /// <summary>Reads <c>then/lines.csv</c>.</summary>
    public static IReadOnlyList<string> ReadLines(string path) =>
    [
        .. CsvTable.Read(
            path, "account", "month", "service", "kind", "zone", "band", "method", "of_month", "quantity", "price", "amount").Select(LineOf),
    ];

    /// <summary>What is wrong: the rows that are missing and the rows that are too many. Empty when all are the same.</summary>
    public static string Differences(string what, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        StringBuilder text = new();
        Append(text, $"{what} that should be there and are not:", Without(expected, actual));
        Append(text, $"{what} that are there and should not be:", Without(actual, expected));
        return text.ToString();
    }

    private static string LineOf(CsvRow row)
    {
        string service = row.OneOf("service", Services.ToDictionary(name => name));
        string kind = row.OneOf("kind", Kinds.ToDictionary(name => name));
        return new LineRow(
            row.Text("account"),
            row.Month("month"),
            service,
            kind,
            row.OneOf("zone", Zones.ToDictionary(name => name)),
            row.TextOrNull("band") is null ? null : row.Whole("band"),
            row.TextOrNull("method") is null ? null : row.OneOf("method", Methods.ToDictionary(name => name)),
            row.MonthOrNull("of_month"),
            row.FixedOrNull("quantity", LineRow.QuantityDecimals(service, kind)),
            row.FixedOrNull("price", LineRow.PriceDecimals(kind)),
            row.Fixed("amount", 2, isSigned: true)).ToString();
    }

    private static List<string> Without(IReadOnlyList<string> rows, IReadOnlyList<string> others)
    {
        List<string> left = [.. rows];
        foreach (string row in others)
        {
            left.Remove(row);
        }
        return left;
    }

    private static void Append(StringBuilder text, string title, List<string> rows)
    {
        if (rows.Count > 0)
        {
            text.AppendLine(title).AppendJoin('\n', rows.Select(row => "  " + row)).AppendLine();
        }
    }
}
