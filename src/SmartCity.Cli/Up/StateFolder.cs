using System.Security.Cryptography;

namespace SmartCity.Cli.Up;

/// <summary>Where everything that outlives a run is kept. Secrets are in files that only their owner can read.</summary>
internal sealed record StateFolder(string Path)
{
    private const int SecretBytes = 24;

    public string ChainState => In("chain.json");

    public string Plan => In("city.json");

    public string AiisMap => In("aiis-map.json");

    public string Deployment => In("deployment.json");

    public string Keys => In("keys");

    public string Passphrase => In("passphrase");

    public string Emulator => In("emulator");

    public string SourcePassword => In("source-password");

    public string PortalUsers => In("portal-users.json");

    public string DemoAccounts => In("demo-accounts.json");

    public string Logs => In("logs");

    /// <summary>The folder of a further oracle, laid out like this one.</summary>
    public StateFolder OfOracle(int number) => new(In($"oracle-{number}"));

    public string KeyOf(string role) => System.IO.Path.Combine(Keys, $"{role}.json");

    public string LogOf(string process) => System.IO.Path.Combine(Logs, $"{process}.log");

    /// <summary>Makes the folders and takes the folder for this process alone.</summary>
    /// <exception cref="CommandException">Another run uses the folder, or it cannot be written.</exception>
    public FileStream Take()
    {
        try
        {
            foreach (string folder in new[] { Path, Keys, Emulator, Logs })
            {
                _ = Directory.CreateDirectory(folder);
            }
            return new(In("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException or FileNotFoundException)
        {
            throw new CommandException($"The state folder {Path} cannot be written: {exception.Message} Choose another with --state.");
        }
        catch (IOException exception)
        {
            throw new CommandException(
                $"The state folder {Path} cannot be taken: another run uses it, or the disk is full ({exception.Message}) Stop that run, or choose another folder with --state.");
        }
    }

    /// <summary>The secret in a file; made at random when there is none.</summary>
    public static async Task<string> SecretAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        await WriteOwnerOnlyAsync(file, secret, cancellationToken);
        return secret;
    }

    /// <summary>Writes a file that only its owner can read, whole or not at all.</summary>
    public static async Task WriteOwnerOnlyAsync(string file, string text, CancellationToken cancellationToken)
    {
        string temporary = file + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using (FileStream stream = new(temporary, options))
        await using (StreamWriter writer = new(stream))
        {
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
            await writer.FlushAsync(cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, file, overwrite: true);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
