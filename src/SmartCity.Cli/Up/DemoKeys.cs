using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Cli.Up;

/// <summary>
/// The keys of a city on one machine: encrypted files (keystore v3) made once, all under one passphrase that only the files' owner
/// can read. A real city keeps each where it belongs.
/// </summary>
internal static class DemoKeys
{
    /// <summary>Admin, registrar, tariff authority, oracle admin and guardian of the demonstration city.</summary>
    public const string Operator = "operator";

    /// <summary>The bank that mints settlement roubles against deposits.</summary>
    public const string Bank = "bank";

    /// <summary>The oracle: signs hours and sends them.</summary>
    public const string Oracle = "oracle";

    /// <summary>The oracles of a city that has so many, each with its folder; the first has the city's.</summary>
    public static IReadOnlyList<StateFolder> OracleFolders(StateFolder state, int oracles) =>
        [state, .. Enumerable.Range(2, oracles - 1).Select(state.OfOracle)];

    /// <summary>Where a provider's share is paid.</summary>
    public static string ProviderOf(ushort number) => $"provider-{number}";

    /// <summary>The key of a role; made when it is not there.</summary>
    public static async Task<EthECKey> OpenOrCreateAsync(StateFolder state, string role, CancellationToken cancellationToken)
    {
        _ = await StateFolder.SecretAsync(state.Passphrase, cancellationToken);
        using Passphrase passphrase = await Passphrase.ReadFileAsync(state.Passphrase, cancellationToken);
        string file = state.KeyOf(role);
        if (File.Exists(file))
        {
            return await KeyFile.OpenAsync(file, passphrase.Bytes, cancellationToken);
        }
        EthECKey key = EthECKey.Generate();
        // The passphrase has 192 random bits: a costly derivation would protect nothing and delay every start.
        await KeyFile.CreateAsync(file, key, passphrase.Bytes, KeyStoreOptions.Light, cancellationToken);
        return key;
    }

    /// <summary>The address of a role's key; the key is made when it is not there.</summary>
    public static async Task<Address> AddressOfAsync(StateFolder state, string role, CancellationToken cancellationToken)
    {
        using EthECKey key = await OpenOrCreateAsync(state, role, cancellationToken);
        return key.Address;
    }

    /// <summary>Where each provider of a plan is paid.</summary>
    public static async Task<IReadOnlyDictionary<ushort, Address>> PayeesAsync(
        StateFolder state, CityPlan plan, CancellationToken cancellationToken)
    {
        Dictionary<ushort, Address> payees = [];
        foreach (ProviderPlan provider in plan.Providers)
        {
            payees[provider.Number] = await AddressOfAsync(state, ProviderOf(provider.Number), cancellationToken);
        }
        return payees;
    }
}
