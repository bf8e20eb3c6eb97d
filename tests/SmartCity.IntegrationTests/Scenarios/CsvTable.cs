namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>The comma separated files of scenarios: no quotes, a header row.</summary>
internal static class CsvTable
{
    private const int MaxRows = 10_000;

    /// <summary>Reads a file that must have exactly these columns.</summary>
    public static IReadOnlyList<CsvRow> Read(string path, params string[] columns)
    {
        string name = Path.GetFileName(path);
        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0 || !lines[0].Split(',').SequenceEqual(columns))
        {
            throw new ScenarioFormatException(
                $"{name}: the header is '{(lines.Length == 0 ? "" : lines[0])}'; write '{string.Join(',', columns)}'.");
        }
        if (lines.Length > MaxRows)
        {
            throw new ScenarioFormatException($"{name} has {lines.Length} rows; at most {MaxRows} are read.");
        }
        return lines.Skip(1).Select((text, i) => RowOf(name, i + 2, text, columns)).ToArray();
    }

    /// <summary>As <see cref="Read"/>; no rows where there is no file.</summary>
    public static IReadOnlyList<CsvRow> ReadOptional(string path, params string[] columns) =>
        File.Exists(path) ? Read(path, columns) : [];

    private static CsvRow RowOf(string name, int line, string text, string[] columns)
    {
        string[] fields = text.Split(',');
        if (fields.Length != columns.Length)
        {
            throw new ScenarioFormatException($"{name}, line {line}: {fields.Length} fields instead of {columns.Length}.");
        }
        return new(name, line, columns.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
    }
}
