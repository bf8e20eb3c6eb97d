namespace SmartCity.Oracle;

/// <summary>Holds a state folder for one: two oracles on one journal would send each batch twice.</summary>
internal static class StateLock
{
    private const string FileName = "oracle.lock";

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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OracleStoppedException(
                OracleExit.Configuration,
                $"{path} cannot be taken: {exception.Message} Another oracle runs with this state folder, or the folder is not writable.", exception);
        }
    }
}
