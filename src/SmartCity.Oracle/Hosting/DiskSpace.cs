namespace SmartCity.Oracle;

/// <summary>Space on the disk of a folder.</summary>
internal static class DiskSpace
{
    /// <summary>Free bytes for this user where a folder is; <c>null</c> when the system does not tell.</summary>
    public static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
