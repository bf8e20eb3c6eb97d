namespace SmartCity.IntegrationTests.Nodes;

/// <summary>The folder of the repository, above the folder the tests run in.</summary>
internal static class RepositoryFolder
{
    private const int MaxDepth = 12;

    /// <summary>Its full path.</summary>
    public static string Path { get; } = Find();

    /// <summary>A file of an npm package.</summary>
    /// <exception cref="FileNotFoundException">The packages are not installed.</exception>
    public static string PackageFile(params ReadOnlySpan<string> parts)
    {
        string path = System.IO.Path.Combine([Path, "node_modules", .. parts]);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run npm ci");
    }

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        for (int depth = 0; depth < MaxDepth && folder is not null; depth++, folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "package.json")))
            {
                return folder.FullName;
            }
        }
        throw new FileNotFoundException($"There is no package.json above {AppContext.BaseDirectory}.");
    }
}
