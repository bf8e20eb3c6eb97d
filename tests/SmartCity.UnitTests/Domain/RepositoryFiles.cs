namespace SmartCity.UnitTests.Domain;

/// <summary>Finds files of the repository from a test's output folder.</summary>
internal static class RepositoryFiles
{
    private const int MaxDepth = 12;

    /// <summary>Full path of a file given from the folder that holds SmartCity.sln.</summary>
    public static string PathOf(params string[] parts)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        for (int depth = 0; depth < MaxDepth && folder is not null; depth++, folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SmartCity.sln")))
            {
                return Path.Combine([folder.FullName, .. parts]);
            }
        }
        throw new FileNotFoundException($"There is no SmartCity.sln above {AppContext.BaseDirectory}.");
    }
}
