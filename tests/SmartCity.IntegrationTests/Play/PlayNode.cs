using System.Numerics;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;
using SmartCity.IntegrationTests.Nodes;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Play;

/// <summary>A call that someone sends; <paramref name="To"/> is null where it creates a contract.</summary>
internal sealed record PlayCall(EthECKey From, Address? To, ReadOnlyMemory<byte> Data, string Name)
{
    /// <summary>The greatest allowance there is.</summary>
    public static readonly BigInteger Unlimited = BigInteger.Pow(2, 256) - 1;

    public static PlayCall Of(EthECKey from, ContractTransaction call) => new(from, call.To, call.Data, call.Function.Name);
}

/// <summary>A node that makes a block when it is told to, at the time it is told: a history of two months passes in a second.</summary>
internal sealed class PlayNode
{
    /// <summary>Before all histories and scenarios; time on a chain never goes back.</summary>
    public static readonly DateTimeOffset Genesis = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private const ulong BlockGas = 30_000_000_000;
    private const ulong GasPerCall = 16_777_216;
    private const ulong ChainId = 31_337;
    private const int CallsPerRequest = 500;

    private static readonly RpcClientOptions Patient = new()
    {
        Timeout = TimeSpan.FromMinutes(2),
        MaxBatchSize = CallsPerRequest,
        MaxResponseBytes = 256 * 1024 * 1024,
    };

    private readonly Dictionary<Address, ulong> _nonces = [];

    private PlayNode(EthApi api) => Api = api;

    public EthApi Api { get; }

    /// <summary>Takes over a node that nobody else uses.</summary>
    public static async Task<PlayNode> TakeAsync(NodeProcess process, CancellationToken cancellationToken)
    {
        PlayNode node = new(process.CreateApi(Patient));
        await node.TellAsync("evm_setAutomine", cancellationToken, false);
        await node.TellAsync("evm_setIntervalMining", cancellationToken, 0);
        await node.TellAsync("evm_setBlockGasLimit", cancellationToken, BlockGas);
        return node;
    }

    /// <summary>Remembers the chain as it is; <see cref="RevertAsync"/> goes back to it once.</summary>
    public Task<string> SnapshotAsync(CancellationToken cancellationToken) =>
        Api.Client.SendAsync<string>("evm_snapshot", [], cancellationToken);

    public async Task RevertAsync(string snapshot, CancellationToken cancellationToken)
    {
        Assert.That(await Api.Client.SendAsync<bool>("evm_revert", [snapshot], cancellationToken), "the node forgot its snapshot");
        _nonces.Clear();
    }

    /// <summary>The address of the contract that a key creates with the call after <paramref name="calls"/> others.</summary>
    public Address NextContractOf(EthECKey key, int calls) =>
        Address.OfContract(key.Address, _nonces.GetValueOrDefault(key.Address) + (ulong)calls);

    /// <summary>Puts calls into one block, in their order.</summary>
    /// <returns>Their hashes; whether they were carried out, the receipts tell.</returns>
    public async Task<IReadOnlyList<Hash32>> MineAsync(
        IReadOnlyList<PlayCall> calls, long time, CancellationToken cancellationToken)
    {
        SignedTransaction[] signed = [.. calls.Select(Sign)];
        // A node may take the calls of a batch in any order; those of one sender are kept in order by their nonces.
        for (int first = 0; first < calls.Count;)
        {
            SignedTransaction[] run = [.. signed.Skip(first).TakeWhile((_, i) => calls[first + i].From == calls[first].From)];
            IReadOnlyList<RpcResult<string?>> sent = await Api.Client.SendBatchAsync<string>(
                [.. run.Select(one => new RpcRequest("eth_sendRawTransaction", one.Raw))], cancellationToken);
            foreach (RpcResult<string?> result in sent)
            {
                _ = result.ValueOrThrow();
            }
            first += run.Length;
        }
        await TellAsync("evm_setNextBlockTimestamp", cancellationToken, (ulong)time);
        await TellAsync("evm_mine", cancellationToken);
        return [.. signed.Select(one => one.Hash)];
    }

    /// <summary>Was each of the calls carried out? They must be in a block.</summary>
    public async Task<IReadOnlyList<bool>> FindOutAsync(IReadOnlyList<Hash32> hashes, CancellationToken cancellationToken) =>
        [.. (await Api.FindReceiptsAsync(hashes, cancellationToken)).Select(receipt =>
            receipt?.IsSuccess ?? throw new InvalidOperationException("A call is in no block."))];

    /// <summary>Why a call that was refused would be refused now: the state may have changed since.</summary>
    public async Task<string> ReasonAsync(PlayCall call, CancellationToken cancellationToken)
    {
        try
        {
            CallRequest request = new(call.To, call.Data, call.From.Address, Gas: GasPerCall);
            await Api.CallAsync(request, BlockParameter.Latest, ContractArtifact.CityAbi, cancellationToken);
            return "it would not be refused now";
        }
        catch (EthereumNodeException exception)
        {
            return exception.Message;
        }
    }

    private SignedTransaction Sign(PlayCall call)
    {
        ulong nonce = _nonces.GetValueOrDefault(call.From.Address);
        _nonces[call.From.Address] = nonce + 1;
        return new LegacyTransaction { ChainId = ChainId, Nonce = nonce, GasLimit = GasPerCall, To = call.To, Data = call.Data }.Sign(call.From);
    }

    private Task TellAsync(string method, CancellationToken cancellationToken, params object?[] parameters) =>
        Api.Client.FindAsync<object>(method, parameters, cancellationToken);
}
