using System.IO.Compression;
using System.Text.Json;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Ethereum;

/// <summary>The test vectors of the npm package <c>@ethersproject/testcases</c>.</summary>
internal static class EthersVectors
{
    /// <summary>Runs the check on every vector of a file; says how many passed, and fails with the first failures.</summary>
    /// <param name="file">Name without ".json.gz".</param>
    /// <param name="title">What to call the vectors in the output.</param>
    /// <param name="expectedCount">How many there are: fewer would mean that some were lost on the way.</param>
    /// <param name="check">Throws or gives a reason when a vector fails; null when it passes.</param>
    public static void CheckAll(string file, string title, int expectedCount, Func<JsonElement, string?> check)
    {
        using JsonDocument document = Load(file);
        List<string> failures = [];
        int total = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            total++;
            if (Failure(check, vector) is { } failure)
            {
                failures.Add($"{NameOf(vector, total)}: {failure}");
            }
        }
        TestContext.Progress.WriteLine($"{title}: {total - failures.Count} passed of {total}");
        Assert.That(total, Is.EqualTo(expectedCount), $"number of vectors in {file}");
        Assert.That(failures, Is.Empty, string.Join('\n', failures.Take(10)));
    }

    public static JsonDocument Load(string file)
    {
        string path = RepositoryFiles.PathOf("node_modules", "@ethersproject", "testcases", "testcases", file + ".json.gz");
        Assert.That(File.Exists(path), Is.True, $"{path} is missing: run npm ci");
        using GZipStream stream = new(File.OpenRead(path), CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string? TextOrNull(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static string? Failure(Func<JsonElement, string?> check, JsonElement vector)
    {
        try
        {
            return check(vector);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException
            or OverflowException or System.Security.Cryptography.CryptographicException or KeyNotFoundException
            or IndexOutOfRangeException)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    private static string NameOf(JsonElement vector, int number) => vector.TextOrNull("name") ?? $"number {number}";
}
