namespace SmartCity.Ethereum.KeyStore;

/// <summary>How dear it is to try passphrases (scrypt). Memory is 128 × <paramref name="Cost"/> × <paramref name="BlockSize"/>
/// bytes.</summary>
/// <param name="Cost">n: a power of two. Default 131,072 (128 MiB, about half a second).</param>
/// <param name="BlockSize">r. Default 8.</param>
/// <param name="Parallelism">p. Default 1.</param>
public sealed record KeyStoreOptions(int Cost = 131_072, int BlockSize = 8, int Parallelism = 1)
{
    /// <summary>Cheap: for tests, and for keys that guard nothing.</summary>
    public static KeyStoreOptions Light { get; } = new(Cost: 4_096);
}
