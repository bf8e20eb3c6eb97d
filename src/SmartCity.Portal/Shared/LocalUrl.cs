namespace SmartCity.Portal;

/// <summary>Addresses a form may send a person back to: of this server only, so that no link can lead elsewhere.</summary>
internal static class LocalUrl
{
    /// <summary>The address if it is a path of this server, else the first page.</summary>
    public static string OrHome(string? url) => IsLocal(url) ? url! : "/";

    private static bool IsLocal(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.Contains('\\', StringComparison.Ordinal)
        && !url.Any(char.IsControl);
}
