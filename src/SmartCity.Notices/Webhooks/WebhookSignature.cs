using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SmartCity.Notices;

/// <summary>
/// Signs webhooks and checks them by the convention of Standard Webhooks: HMAC-SHA256 of <c>id.timestamp.body</c>, written
/// <c>v1,base64</c>, several with spaces between.
/// </summary>
public static class WebhookSignature
{
    /// <summary>Header of the message's id: the same each time it is sent.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Header of the time of sending, whole seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>Header of the signatures.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>Longest id, characters.</summary>
    public const int LongestId = 100;

    private const string Version = "v1,";
    private const int MostSignatures = 8;

    /// <summary>How far the time of sending may be from ours, either way.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The signatures of a message, one with each key.</summary>
    /// <param name="keys">The keys; one or more.</param>
    /// <param name="id">The message's id; no full stop in it.</param>
    /// <param name="timestamp">Seconds since 1970.</param>
    /// <param name="body">The bytes as they are sent.</param>
    public static string Sign(IReadOnlyList<byte[]> keys, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(keys);
        List<string> signatures = [];
        foreach (byte[] key in keys)
        {
            signatures.Add(Version + Convert.ToBase64String(Hash(key, id, timestamp, body)));
        }
        return string.Join(' ', signatures);
    }

    /// <summary>What is wrong with a message that was received; <c>null</c> when it is genuine and new enough.</summary>
    /// <param name="keys">The sender's keys; any of them will do.</param>
    /// <param name="id">Header <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">Header <see cref="TimestampHeader"/>.</param>
    /// <param name="signatures">Header <see cref="SignatureHeader"/>.</param>
    /// <param name="body">The bytes as they were received.</param>
    /// <param name="now">The time.</param>
    public static string? Violation(
        IReadOnlyList<byte[]> keys, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!IsId(id))
        {
            return $"The header {IdHeader} is needed: 1 to {LongestId} letters, digits, hyphens and underscores.";
        }
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
        {
            return $"The header {TimestampHeader} is needed: whole seconds since 1970.";
        }
        if (seconds > long.MaxValue / 2 || Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
        {
            return $"The header {TimestampHeader} is more than {Tolerance.TotalMinutes:0} minutes off.";
        }
        return IsGenuine(keys, id!, seconds, signatures ?? "", body)
            ? null
            : $"The header {SignatureHeader} has no signature of this message with the secret that was agreed.";
    }

    /// <summary>Compares every signature with every key, in the same time whatever matches.</summary>
    private static bool IsGenuine(IReadOnlyList<byte[]> keys, string id, long timestamp, string signatures, ReadOnlySpan<byte> body)
    {
        bool isGenuine = false;
        string[] given = signatures.Split(' ', MostSignatures + 1, StringSplitOptions.RemoveEmptyEntries);
        foreach (byte[] key in keys)
        {
            byte[] expected = Hash(key, id, timestamp, body);
            foreach (string signature in given.Take(MostSignatures).Where(text => text.StartsWith(Version, StringComparison.Ordinal)))
            {
                byte[] bytes = new byte[HMACSHA256.HashSizeInBytes];
                isGenuine |= Convert.TryFromBase64String(signature[Version.Length..], bytes, out int length)
                    && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, length), expected);
            }
        }
        return isGenuine;
    }

    private static byte[] Hash(byte[] key, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static bool IsId(string? id) =>
        id is { Length: >= 1 and <= LongestId } && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
