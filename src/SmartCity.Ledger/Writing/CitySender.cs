using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>A contract of the city reverted a transaction, or would have. The message names its error and arguments.</summary>
public sealed class ContractRefusedException(string message, ContractError? error, Exception? innerException = null)
    : LedgerException(message, innerException)
{
    /// <summary>The contract's error; null when it gave none of its own.</summary>
    public ContractError? Error { get; } = error;
}

/// <summary>Sends calls and waits until they are in blocks. What must survive a crash of the program needs an outbox besides.</summary>
/// <param name="api">The node.</param>
/// <param name="sender">Sends with one key.</param>
/// <param name="time">The clock of waiting; null takes the system's.</param>
public sealed class CitySender(EthApi api, TransactionSender sender, TimeProvider? time = null)
{
    private static readonly TimeSpan ReceiptTimeout = TimeSpan.FromMinutes(1);

    /// <summary>The account that sends.</summary>
    public Address Address => sender.Address;

    /// <summary>Sends a call and waits until it is done. Without a gas limit the node is asked for one.</summary>
    /// <exception cref="ContractRefusedException">The contract refused.</exception>
    /// <exception cref="LedgerException">The node refused it, dropped it, or no block took it in time.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer; nothing was sent.</exception>
    public async Task<TransactionReceipt> SendAsync(TransactionRequest request, CancellationToken cancellationToken) =>
        (await ConfirmAsync([request], [await sender.SendAsync(request, cancellationToken)], cancellationToken))[0];

    /// <summary>Sends calls one behind the other, many to a block, and waits until all are done. Each must have a gas limit. The others
    /// may be done when one fails: the exception is of the first that failed.</summary>
    /// <exception cref="ContractRefusedException">A contract refused.</exception>
    /// <exception cref="LedgerException">The node refused one, dropped it, or no block took it in time.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public async Task<IReadOnlyList<TransactionReceipt>> SendManyAsync(
        IReadOnlyList<TransactionRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return await ConfirmAsync(requests, await sender.SendManyAsync(requests, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<TransactionReceipt>> ConfirmAsync(
        IReadOnlyList<TransactionRequest> requests, IReadOnlyList<SendOutcome> sent, CancellationToken cancellationToken)
    {
        Hash32[] hashes = sent.Select(HashOf).ToArray();
        IReadOnlyList<ReceiptOutcome> outcomes = await new ReceiptWaiter(api, time).WaitAsync(hashes, ReceiptTimeout, cancellationToken);
        TransactionReceipt[] receipts = new TransactionReceipt[requests.Count];
        for (int i = 0; i < receipts.Length; i++)
        {
            receipts[i] = await ReceiptOfAsync(requests[i], hashes[i], outcomes[i], cancellationToken);
        }
        return receipts;
    }

    private static Hash32 HashOf(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent sent => sent.Hash,
        SendOutcome.Refused { Error: ContractRevertException revert } => throw Refused(revert),
        SendOutcome.Refused refused => throw new LedgerException($"The node refused a transaction: {refused.Reason}", refused.Error),
        SendOutcome.Unknown unknown => throw new LedgerException(
            $"It is not known whether the node has the transaction {unknown.Transaction.Hash}: {unknown.Reason}"),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown outcome {outcome}."),
    };

    private async Task<TransactionReceipt> ReceiptOfAsync(
        TransactionRequest request, Hash32 hash, ReceiptOutcome outcome, CancellationToken cancellationToken) => outcome switch
        {
            ReceiptOutcome.Mined { Receipt.IsSuccess: true } mined => mined.Receipt,
            ReceiptOutcome.Mined mined => throw await ReasonAsync(request, mined.Receipt, cancellationToken),
            ReceiptOutcome.Waiting waiting => throw new LedgerException($"Transaction {hash}: {waiting.Reason}"),
            ReceiptOutcome.Dropped => throw new LedgerException($"The node dropped the transaction {hash}. Send it again."),
            _ => throw new System.Diagnostics.UnreachableException($"Unknown outcome {outcome}."),
        };

    /// <summary>Tries a reverted transaction again on the state of its block to learn why.</summary>
    private async Task<ContractRefusedException> ReasonAsync(
        TransactionRequest request, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        CallRequest call = new(request.To, request.Data, sender.Address, request.Value, request.GasLimit);
        try
        {
            await api.CallAsync(call, BlockParameter.Of(receipt.BlockNumber), ContractArtifact.CityAbi, cancellationToken);
            return new($"Transaction {receipt.TransactionHash} was reverted in block {receipt.BlockNumber}, though it would succeed "
                + $"now: it used {receipt.GasUsed} of {request.GasLimit} gas, or came before what it depends on.", null);
        }
        catch (ContractRevertException exception)
        {
            return Refused(exception);
        }
    }

    private static ContractRefusedException Refused(ContractRevertException exception) =>
        new(exception.Message, exception.Error is { } error ? ContractError.Of(error) : null, exception);
}
