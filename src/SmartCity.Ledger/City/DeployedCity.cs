using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Ledger;

/// <summary>A flat's account on the chain. The id is random: the chain does not tell whose it is; this file does.</summary>
/// <param name="House">Address of the house as the plan writes it.</param>
/// <param name="Flat">Number on the door.</param>
/// <param name="Id">The account's id.</param>
public sealed record DeployedAccount(string House, string Flat, Hash32 Id);

/// <summary>Where a city lives: its chain, its contracts, and which account is whose. Immutable; kept in a JSON file.</summary>
/// <param name="ChainId">The chain's number.</param>
/// <param name="GenesisHash">Hash of the chain's block 0: tells a chain from another one with the same number.</param>
/// <param name="DeployedAtBlock">The block before the first contract's: all that the city ever logged is later.</param>
/// <param name="Contracts">The contracts.</param>
/// <param name="Accounts">The accounts, in order of opening.</param>
public sealed record DeployedCity(
    ulong ChainId, Hash32 GenesisHash, ulong DeployedAtBlock, CityContracts Contracts, IReadOnlyList<DeployedAccount> Accounts)
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>What signatures of hour batches are bound to.</summary>
    public ReadingLedgerDomain LedgerDomain { get; } = new(ChainId, Contracts.ReadingLedger.Address);

    /// <summary>The account of a flat.</summary>
    /// <exception cref="KeyNotFoundException">The city has no such flat.</exception>
    public Hash32 AccountOf(string house, string flat) =>
        Accounts.FirstOrDefault(account => account.House == house && account.Flat == flat)?.Id
            ?? throw new KeyNotFoundException($"The city has no account for flat {flat} of {house}.");

    /// <summary>Checks that the node serves the chain the city was deployed on and that all its contracts are there.</summary>
    /// <exception cref="ChainMismatchException">Another chain, or one that was begun anew.</exception>
    /// <exception cref="ContractMissingException">No code at the address of a contract.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public async Task VerifyAsync(EthApi api, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ulong chainId = await api.GetChainIdAsync(cancellationToken);
        if (chainId != ChainId)
        {
            throw new ChainMismatchException(
                $"The node at {api.Client.Url} serves chain {chainId}; the city was deployed on chain {ChainId}. Configure the address of a "
                + $"node of chain {ChainId}, or deploy the city on this chain.");
        }
        EthBlock genesis = await api.GetBlockAsync(BlockParameter.Of(0), cancellationToken);
        if (genesis.Hash != GenesisHash)
        {
            throw new ChainMismatchException(
                $"Chain {chainId} at {api.Client.Url} began anew: its first block is {genesis.Hash}, that of the city's chain "
                + $"{GenesisHash}. Configure the right node, or deploy the city again.");
        }
        (string Name, Address Address)[] contracts = [.. Contracts.ToAddresses().Select(pair => (pair.Key, pair.Value))];
        // At once, so that one node answers for all.
        IReadOnlyList<RpcResult<byte[]?>> codes = await api.Client.SendBatchAsync<byte[]>(
            [.. contracts.Select(contract => new RpcRequest("eth_getCode", contract.Address, BlockParameter.Latest))], cancellationToken);
        foreach (((string name, Address address), RpcResult<byte[]?> code) in contracts.Zip(codes))
        {
            if (code.ValueOrThrow() is null or { Length: 0 })
            {
                throw new ContractMissingException(name, address,
                    $"There is no contract {name} at {address} on chain {chainId} at {api.Client.Url}: the chain was set back to before "
                    + "the city was deployed, or the deployment's file is of another chain. Deploy the city again, or restore the chain.");
            }
        }
    }

    /// <summary>Reads a deployment's file.</summary>
    /// <exception cref="LedgerException">The file cannot be read or is not a deployment.</exception>
    public static async Task<DeployedCity> LoadAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return Parse(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new LedgerException(
                $"The deployment {path} cannot be read: {exception.Message} Deploy the city (`smartcity deploy`), or name its file.", exception);
        }
    }

    /// <summary>Reads a deployment from JSON.</summary>
    /// <exception cref="FormatException">Not a deployment; the message says where.</exception>
    public static DeployedCity Parse(string json)
    {
        try
        {
            DeploymentFile file = JsonSerializer.Deserialize<DeploymentFile>(json, JsonOptions) ?? throw new FormatException("The file says null.");
            return new(file.ChainId, file.GenesisHash, file.DeployedAtBlock, CityContracts.FromAddresses(file.Contracts), file.Accounts);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            throw new FormatException($"Not a deployment of a city: {exception.Message}", exception);
        }
    }

    /// <summary>The deployment as indented JSON that <see cref="Parse"/> reads back.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new DeploymentFile(ChainId, GenesisHash, DeployedAtBlock, Contracts.ToAddresses(), Accounts), JsonOptions);

    /// <summary>Writes the deployment's file: the whole of it or nothing.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task SaveAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string temporary = path + ".new";
        await using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(ToJson()), cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The shape of the file.</summary>
    private sealed record DeploymentFile(
        ulong ChainId,
        Hash32 GenesisHash,
        ulong DeployedAtBlock,
        IReadOnlyDictionary<string, Address> Contracts,
        IReadOnlyList<DeployedAccount> Accounts);
}
