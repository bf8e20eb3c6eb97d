using System.Collections.Immutable;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SmartCity.Notices;

/// <summary>A secret cannot be had from its file. The message names the file and never what is in it.</summary>
public sealed class SecretFileException : Exception
{
    /// <summary>Says what is wrong with which file.</summary>
    public SecretFileException(string path, string problem, Exception? inner = null)
        : base($"The secret {path} {problem}", inner)
    {
    }
}

/// <summary>Secrets in files that only their owner may read. Read anew each time, so that a secret is changed without a restart.</summary>
internal static class SecretFile
{
    private const int MostBytes = 4_096;
    private const int MostKeys = 4;
    private const int LeastKeyBytes = 24;
    private const int MostKeyBytes = 64;
    private const string KeyPrefix = "whsec_";

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The keys of webhooks, one a line as the convention of Standard Webhooks writes them: <c>whsec_</c> and base64.</summary>
    /// <remarks>Two lines while a secret is changed: what is sent is signed with all, and what is received by any of them counts.</remarks>
    /// <exception cref="SecretFileException">It is not there, others may read it, or it does not hold keys.</exception>
    public static ImmutableArray<byte[]> ReadKeys(string path)
    {
        string[] lines = Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length is >= 1 and <= MostKeys
            ? [.. lines.Select(line => Key(path, line))]
            : throw new SecretFileException(path, $"needs 1 to {MostKeys} lines, each with a key.");
    }

    /// <summary>A password: the file's first line.</summary>
    /// <exception cref="SecretFileException">It is not there, is empty, or others may read it.</exception>
    public static string ReadPassword(string path)
    {
        string password = Read(path).Split('\n')[0].TrimEnd('\r');
        return password.Length > 0 ? password : throw new SecretFileException(path, "is empty.");
    }

    private static byte[] Key(string path, string line)
    {
        byte[] key = new byte[MostKeyBytes];
        return line.StartsWith(KeyPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(line[KeyPrefix.Length..], key, out int length) && length >= LeastKeyBytes
                ? key[..length]
                : throw new SecretFileException(path, $"needs keys as {KeyPrefix} and base64 of {LeastKeyBytes} to {MostKeyBytes} bytes.");
    }

    private static string Read(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            {
                throw new SecretFileException(path, "may be read by others than its owner: chmod 600.");
            }
            byte[] bytes = new byte[MostBytes + 1];
            int length = RandomAccess.Read(file, bytes, 0);
            return length <= MostBytes ? Encoding.UTF8.GetString(bytes, 0, length) : throw new SecretFileException(path, $"is longer than {MostBytes} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretFileException(path, $"cannot be read: {exception.GetType().Name}.", exception);
        }
    }
}
