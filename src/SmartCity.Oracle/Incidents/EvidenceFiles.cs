using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>Bytes of incidents' files: in the state folder, each under its hash, written once.</summary>
internal sealed class EvidenceFiles(string stateFolder)
{
    /// <summary>Most bytes of one file: 10 MiB.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private readonly string _folder = Path.Combine(stateFolder, "evidence");

    /// <summary>Where the bytes of a hash lie, or would.</summary>
    public string PathOf(Hash32 hash) => Path.Combine(_folder, hash.ToString()[2..]);

    /// <summary>Keeps bytes; they are durable, and whole, when this returns.</summary>
    /// <exception cref="ArgumentException">There are none, or more than <see cref="MaxBytes"/>.</exception>
    /// <exception cref="IOException">They cannot be written.</exception>
    public async Task<Hash32> KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length is 0 or > MaxBytes)
        {
            throw new ArgumentException($"A file has 1 to {MaxBytes} bytes; this one has {bytes.Length}.", nameof(bytes));
        }
        Hash32 hash = Keccak.Hash256(bytes.Span);
        if (!Has(hash, bytes.Length))
        {
            Directory.CreateDirectory(_folder);
            string temporary = Path.Combine(_folder, $"{Guid.NewGuid():N}.new");
            await using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(bytes, cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, PathOf(hash), overwrite: true);
        }
        return hash;
    }

    /// <summary>Are the bytes of a hash there? Their number tells a file that was cut.</summary>
    public bool Has(Hash32 hash, long size) => new FileInfo(PathOf(hash)) is { Exists: true } file && file.Length == size;
}
