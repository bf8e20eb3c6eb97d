using System.Globalization;

namespace SmartCity.Emulator.Profiles;

/// <summary>A compact profile file, embedded in the program: a header and rows of whole numbers. Data/README.md says where each comes from.</summary>
internal static class ProfileTable
{
    /// <summary>Reads a table and checks its shape, so that a damaged resource is found at the start and not as a wrong register.</summary>
    /// <exception cref="InvalidDataException">The resource has another shape.</exception>
    public static long[][] Read(string resource, int rows, int columns)
    {
        string[] lines = ReadText(resource).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != rows + 1)
        {
            throw new InvalidDataException($"Profile {resource} has {lines.Length - 1} rows instead of {rows}.");
        }
        long[][] table = new long[rows][];
        for (int row = 0; row < rows; row++)
        {
            table[row] = [.. lines[row + 1].Split(',').Select(cell => long.Parse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))];
            if (table[row].Length != columns)
            {
                throw new InvalidDataException($"Profile {resource}, row {row + 1}, has {table[row].Length} columns instead of {columns}.");
            }
        }
        return table;
    }

    /// <summary>Reads an embedded text.</summary>
    /// <exception cref="InvalidDataException">There is no such resource.</exception>
    public static string ReadText(string resource)
    {
        using Stream stream = typeof(ProfileTable).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"Resource {resource} is not in the program.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
