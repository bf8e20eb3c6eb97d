namespace SmartCity.Cli.Up;

/// <summary>Finds the project's folder from the program's place in it: the plan and npm's packages are there.</summary>
internal static class RepositoryFolder
{
    private const int MaxDepth = 12;

    /// <summary>The folder with SmartCity.sln above the program, or null for a program that was installed elsewhere.</summary>
    public static string? Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        for (int depth = 0; folder is not null && depth < MaxDepth; depth++, folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SmartCity.sln")))
            {
                return folder.FullName;
            }
        }
        return null;
    }
}
