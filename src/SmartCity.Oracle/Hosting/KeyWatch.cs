using SmartCity.Ethereum;
using SmartCity.Ethereum.KeyStore;

namespace SmartCity.Oracle;

/// <summary>Watches the key file: a rotation puts another one in its place while the oracle runs.</summary>
internal static class KeyWatch
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Completes when the file holds the key of another account.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before.</exception>
    public static async Task WaitForOtherAsync(string keystore, Address mine, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!await IsOtherAsync(keystore, mine, cancellationToken))
        {
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }

    private static async Task<bool> IsOtherAsync(string keystore, Address mine, CancellationToken cancellationToken)
    {
        try
        {
            return await KeyFile.ReadAddressAsync(keystore, cancellationToken) is { } now && now != mine;
        }
        catch (KeyStoreException)
        {
            return false; // The key in memory is good; that the file is not, the next start will say.
        }
    }
}
