namespace SmartCity.Oracle;

/// <summary>Holds a state folder for one: two oracles on one journal would send each batch twice.</summary>
internal static class StateLock
{
    private const string FileName = "oracle.lock";

    /// <summary>How the systems say that another process has a file: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.</summary>
    private static readonly HashSet<int> s_taken = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Takes the folder until what is returned is disposed, or the process ends.</summary>
    /// <exception cref="OracleStoppedException">Somebody has it, or it is not writable.</exception>
    public static FileStream Take(string stateFolder)
    {
        string path = Path.Combine(stateFolder, FileName);
        try
        {
            Directory.CreateDirectory(stateFolder);
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (s_taken.Contains(exception.HResult))
        {
            throw new OracleStoppedException(
                OracleExit.Configuration, $"{path} is taken: another oracle runs with this state folder. Stop it, or use another folder.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OracleStoppedException(
                OracleExit.Journal, $"{path} cannot be made: {exception.Message} Make the folder writable for this user; is its disk full, or read-only?", exception);
        }
    }
}
