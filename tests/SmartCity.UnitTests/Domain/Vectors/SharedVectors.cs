using System.Globalization;
using System.Text.Json;

namespace SmartCity.UnitTests.Domain.Vectors;

/// <summary>
/// A file of tests/vectors, read by the Solidity tests too. A vector is an object of texts; numbers are decimal text, because
/// JSON numbers lose digits on the way.
/// </summary>
internal static class SharedVectors
{
    /// <summary>All vectors of a file, as test cases named by their place and note.</summary>
    public static IEnumerable<TestCaseData> Read(string file)
    {
        string json = File.ReadAllText(RepositoryFiles.PathOf("tests", "vectors", file));
        Dictionary<string, string>[] vectors = JsonSerializer.Deserialize<Dictionary<string, string>[]>(json)!;
        return vectors.Select((vector, place) => new TestCaseData(vector).SetArgDisplayNames($"{place}: {vector["note"]}"));
    }

    /// <summary>A number of a vector.</summary>
    public static ulong Number(this Dictionary<string, string> vector, string name) =>
        ulong.Parse(vector[name], NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>A number of a vector that may be below 0.</summary>
    public static long SignedNumber(this Dictionary<string, string> vector, string name) =>
        long.Parse(vector[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
