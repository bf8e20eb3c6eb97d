using System.Text.RegularExpressions;
using SmartCity.Cli.Up;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;

namespace SmartCity.Cli.Keys;

/// <summary>
/// Gives an oracle a new key. Each step can be done again: a rotation that was interrupted is finished by the next one. The new key is
/// registered before the oracle is given it, and the old one loses its last right only when the oracle has gone over. Batches that
/// were signed for the old set of oracles are void; the oracle signs those hours anew from its journal.
/// </summary>
internal sealed partial class OracleRotation(
    StateFolder state, EthApi api, DeployedCity city, OracleReader oracle, TimeProvider time, IProgress<string> progress)
{
    private const string Next = "oracle-next";
    private const ulong GasLimit = 1_000_000;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromSeconds(60);

    /// <summary>Rotates.</summary>
    /// <returns>The addresses before and now.</returns>
    /// <exception cref="CommandException">The ledger does not know this oracle.</exception>
    /// <exception cref="KeyStoreException">A key file cannot be opened or written.</exception>
    /// <exception cref="LedgerException">The chain refused a step.</exception>
    public async Task<(Address Old, Address New)> RunAsync(CancellationToken cancellationToken)
    {
        using Passphrase passphrase = await Passphrase.ReadFileAsync(state.Passphrase, cancellationToken);
        using EthECKey operatorKey = await KeyFile.OpenAsync(state.KeyOf(DemoKeys.Operator), passphrase.Bytes, cancellationToken);
        using TransactionSender sender = new(api, operatorKey, city.ChainId, new() { Errors = ContractArtifact.CityAbi }, time);
        CitySender chain = new(api, sender, time);

        Address old = await AddressOfAsync(state.KeyOf(DemoKeys.Oracle), passphrase, cancellationToken);
        if (!File.Exists(state.KeyOf(Next)) && await FindUnrevokedAsync(cancellationToken) is [var unrevoked, ..])
        {
            progress.Report("finishing a rotation that was interrupted");
            await WaitForOracleAsync(old, cancellationToken);
            await RevokeRetiredAsync(chain, cancellationToken);
            return (unrevoked, old);
        }
        Address next = await OpenOrCreateNextAsync(passphrase, cancellationToken);
        await RegisterAsync(chain, old, next, cancellationToken);
        progress.Report("giving the oracle its new key");
        HandOver(old);
        await WaitForOracleAsync(next, cancellationToken);
        await RevokeRetiredAsync(chain, cancellationToken);
        return (old, next);
    }

    private async Task<Address> OpenOrCreateNextAsync(Passphrase passphrase, CancellationToken cancellationToken)
    {
        string file = state.KeyOf(Next);
        if (File.Exists(file))
        {
            progress.Report("going on with a rotation that was interrupted");
            return await AddressOfAsync(file, passphrase, cancellationToken);
        }
        progress.Report("making the new key");
        using EthECKey key = EthECKey.Generate();
        await KeyFile.CreateAsync(file, key, passphrase.Bytes, options: null, cancellationToken);
        return key.Address;
    }

    /// <summary>Puts the new key in the place of the old one: as an oracle, and as a dispatcher if the old one is.</summary>
    private async Task RegisterAsync(CitySender chain, Address old, Address next, CancellationToken cancellationToken)
    {
        (IReadOnlyList<Address> members, byte threshold) = await new CityReader(api, city).GetOraclesAsync(cancellationToken);
        if (!members.Contains(old) && !members.Contains(next))
        {
            throw new CommandException(
                $"The ledger knows neither the oracle's key {old} nor the new one {next}; it knows {string.Join(", ", members)}. Rotate the key of an oracle that is registered.");
        }
        if (await IsDispatcherAsync(old, cancellationToken) && !await IsDispatcherAsync(next, cancellationToken))
        {
            progress.Report("letting the new key write incidents");
            await SendAsync(chain, city.Contracts.AccessManager.GrantRole((ulong)CityRole.Dispatcher, next, 0), cancellationToken);
        }
        if (members.Contains(old))
        {
            progress.Report($"naming {next} in place of {old} at the ledger");
            Address[] changed = [.. members.Where(member => member != old).Append(next).Distinct().Order()];
            ContractTransaction change = city.Contracts.ReadingLedger.SetOracles(changed, Math.Min(threshold, (byte)changed.Length));
            if (await new DelayedCalls(api, city).SubmitAsync(chain, change, cancellationToken) is DelayedOutcome.Waiting waiting)
            {
                throw new CommandException(
                    $"The change of oracles is announced and can be made from {waiting.ReadyAt:u} on: run this again then. Until then the old key signs.");
            }
        }
    }

    /// <summary>The oracle's key file is one or the other at every instant; the old one is kept, though it opens nothing any more.</summary>
    private void HandOver(Address old)
    {
        File.Copy(state.KeyOf(DemoKeys.Oracle), state.KeyOf($"{DemoKeys.Oracle}-{old}-retired"), overwrite: true);
        File.Move(state.KeyOf(Next), state.KeyOf(DemoKeys.Oracle), overwrite: true);
    }

    /// <summary>A running oracle sends alarms with the old key until it has seen the new file: it keeps its right till then.</summary>
    private async Task WaitForOracleAsync(Address next, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (await oracle.GetStatusAsync(cancellationToken) is { IsAlive: true } status && status.OracleAddress != next.ToString())
        {
            if (time.GetElapsedTime(started) > TakeOverLimit)
            {
                throw new CommandException(
                    $"The running oracle has not gone over to its new key {next}. The ledger knows that key and its file is in place: restart the oracle, and run this again to revoke the old one.");
            }
            progress.Report("waiting for the running oracle to go over");
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }

    private async Task RevokeRetiredAsync(CitySender chain, CancellationToken cancellationToken)
    {
        foreach (Address retired in await FindUnrevokedAsync(cancellationToken))
        {
            progress.Report($"taking the right to write incidents from {retired}");
            await SendAsync(chain, city.Contracts.AccessManager.RevokeRole((ulong)CityRole.Dispatcher, retired), cancellationToken);
        }
    }

    /// <summary>Retired keys that may write incidents still.</summary>
    private async Task<IReadOnlyList<Address>> FindUnrevokedAsync(CancellationToken cancellationToken)
    {
        List<Address> unrevoked = [];
        (IReadOnlyList<Address> members, _) = await new CityReader(api, city).GetOraclesAsync(cancellationToken);
        foreach (string file in Directory.EnumerateFiles(state.Keys, "*-retired.json"))
        {
            if (RetiredName().Match(Path.GetFileName(file)) is { Success: true } match
                && Address.TryParse(match.Groups["address"].Value, out Address retired)
                && !members.Contains(retired)
                && await IsDispatcherAsync(retired, cancellationToken))
            {
                unrevoked.Add(retired);
            }
        }
        return unrevoked;
    }

    private async Task<bool> IsDispatcherAsync(Address account, CancellationToken cancellationToken) =>
        (await api.CallAsync(city.Contracts.AccessManager.HasRole((ulong)CityRole.Dispatcher, account), BlockParameter.Latest, cancellationToken)).Item1;

    private static Task SendAsync(CitySender chain, ContractTransaction call, CancellationToken cancellationToken) =>
        chain.SendAsync(new(call.To, call.Data, GasLimit), cancellationToken);

    /// <summary>Opens the file: an address that it only tells is not to be registered.</summary>
    private static async Task<Address> AddressOfAsync(string file, Passphrase passphrase, CancellationToken cancellationToken)
    {
        using EthECKey key = await KeyFile.OpenAsync(file, passphrase.Bytes, cancellationToken);
        return key.Address;
    }

    [GeneratedRegex("^oracle-(?<address>0x[0-9a-fA-F]{40})-retired\\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex RetiredName();
}
