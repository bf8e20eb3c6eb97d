using System.Security.Cryptography;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>Sets a city up on a chain: contracts, permissions, meters, accounts, providers, prices, oracles. As many transactions as a
/// block holds are sent at once; a city of some hundred meters takes a few blocks.</summary>
/// <remarks>No more than a block holds: anvil tries what fits beside one that does not, finds its nonce too high, and drops it for good.</remarks>
/// <param name="api">The node.</param>
/// <param name="sender">Sends with the deployer's key, which nobody else must use meanwhile.</param>
/// <param name="time">The clock of waiting; null takes the system's.</param>
public sealed class CityDeployment(EthApi api, TransactionSender sender, TimeProvider? time = null)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private const int StepsPerReport = 16;

    /// <summary>Deploys a city. A failed deployment leaves contracts that nobody uses; deploy again.</summary>
    /// <param name="request">What to set up.</param>
    /// <param name="progress">Is told how far it is; may be null.</param>
    /// <param name="cancellationToken">Stops; what was sent stays sent.</param>
    /// <exception cref="ArgumentException">The request is wrong (<see cref="CityDeploymentRequest.Check"/>).</exception>
    /// <exception cref="LedgerException">A step was refused, reverted, or not mined in time; the message names the step and why.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    /// <exception cref="WrongChainException">The sender is for another chain than the node's.</exception>
    public async Task<DeployedCity> DeployAsync(
        CityDeploymentRequest request, IProgress<DeploymentProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Check();
        ulong chainId = await api.GetChainIdAsync(cancellationToken);
        Hash32 genesis = (await api.GetBlockAsync(BlockParameter.Of(0), cancellationToken)).Hash;
        EthBlock block = await api.GetBlockAsync(BlockParameter.Latest, cancellationToken);
        ulong nonce = await api.GetTransactionCountAsync(sender.Address, BlockParameter.Pending, cancellationToken);

        IReadOnlyList<DeployedAccount> accounts = NewAccounts(request.Plan);
        (CityContracts contracts, IReadOnlyList<DeploymentStep> steps, DeploymentStep? handover) =
            DeploymentSteps.Of(request, accounts, sender.Address, nonce);
        int total = steps.Count + (handover is null ? 0 : 1);
        int done = 0;
        foreach (DeploymentStep[] stage in StagesOf(steps, block.GasLimit).Concat(handover is null ? [] : [[handover]]))
        {
            Hash32[] hashes = await SendAsync(stage, cancellationToken);
            foreach ((DeploymentStep Step, Hash32 Hash)[] some in stage.Zip(hashes).Chunk(StepsPerReport))
            {
                await ConfirmAsync(some, cancellationToken);
                done += some.Length;
                progress?.Report(new(done, total, some[^1].Step.Name));
            }
        }
        return new(chainId, genesis, block.Number, contracts, accounts);
    }

    /// <summary>Steps in their order, together as many as a block holds.</summary>
    private static IEnumerable<DeploymentStep[]> StagesOf(IReadOnlyList<DeploymentStep> steps, ulong blockGas)
    {
        List<DeploymentStep> stage = [];
        ulong gas = 0;
        foreach (DeploymentStep step in steps)
        {
            if (stage.Count > 0 && gas + step.Request.GasLimit!.Value > blockGas)
            {
                yield return [.. stage];
                stage.Clear();
                gas = 0;
            }
            stage.Add(step);
            gas += step.Request.GasLimit!.Value;
        }
        yield return [.. stage];
    }

    private async Task<Hash32[]> SendAsync(DeploymentStep[] steps, CancellationToken cancellationToken)
    {
        IReadOnlyList<SendOutcome> sent = await sender.SendManyAsync(steps.Select(step => step.Request).ToArray(), cancellationToken);
        return steps.Zip(sent, HashOf).ToArray();
    }

    private static DeployedAccount[] NewAccounts(CityPlan plan) => plan.Houses
        .SelectMany(house => house.Flats.Select(flat =>
            new DeployedAccount(house.Name, flat.Number, new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size)))))
        .ToArray();

    private static Hash32 HashOf(DeploymentStep step, SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent sent => sent.Hash,
        SendOutcome.Refused refused => throw new LedgerException(
            $"The city was not deployed: the node refused to {step.Name}: {refused.Reason}", refused.Error),
        SendOutcome.Unknown unknown => throw new LedgerException(
            $"The city was not deployed: it is not known whether the node has the transaction to {step.Name}: {unknown.Reason}"),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown outcome {outcome}."),
    };

    private async Task ConfirmAsync((DeploymentStep Step, Hash32 Hash)[] sent, CancellationToken cancellationToken)
    {
        ReceiptWaiter waiter = new(api, time);
        IReadOnlyList<ReceiptOutcome> outcomes = await waiter.WaitAsync([.. sent.Select(pair => pair.Hash)], Timeout, cancellationToken);
        foreach (((DeploymentStep step, _), ReceiptOutcome outcome) in sent.Zip(outcomes))
        {
            string? problem = outcome switch
            {
                ReceiptOutcome.Mined { Receipt.IsSuccess: false } => await RevertReasonAsync(step, cancellationToken),
                ReceiptOutcome.Mined mined when step.Creates is { } expected && mined.Receipt.ContractAddress != expected =>
                    $"the contract is at {mined.Receipt.ContractAddress}, not at {expected}: another program used the key "
                    + $"of {sender.Address} meanwhile. Deploy with a key of its own.",
                ReceiptOutcome.Mined => null,
                ReceiptOutcome.Waiting waiting => waiting.Reason,
                ReceiptOutcome.Dropped => "the node dropped the transaction",
                _ => throw new System.Diagnostics.UnreachableException($"Unknown outcome {outcome}."),
            };
            if (problem is not null)
            {
                throw new LedgerException($"The city was not deployed: to {step.Name} failed: {problem}");
            }
        }
    }

    /// <summary>Tries the step again on the newest state to learn why it was reverted; the state may have changed since.</summary>
    private async Task<string> RevertReasonAsync(DeploymentStep step, CancellationToken cancellationToken)
    {
        CallRequest call = new(step.Request.To, step.Request.Data, sender.Address, Gas: step.Request.GasLimit);
        try
        {
            await api.CallAsync(call, BlockParameter.Latest, ContractArtifact.CityAbi, cancellationToken);
            return "it was reverted, though it would succeed now: perhaps the gas limit is too low";
        }
        catch (ContractRevertException exception)
        {
            return exception.Message;
        }
    }
}
