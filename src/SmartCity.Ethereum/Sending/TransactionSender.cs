using System.Numerics;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.Ethereum.Sending;

/// <summary>Sends the transactions of one key. It is the one writer of the key's nonces: make one for a key and share it; it is
/// safe to use from many threads, which are served one after another.</summary>
/// <remarks>A nonce is used up only when the node has its transaction. After anything else (refused, cancelled, no answer) the
/// node is asked which nonce is next, so that no gap can arise.</remarks>
public sealed class TransactionSender : IDisposable
{
    private const ulong TransferGas = 21_000;

    private const ulong MaxEstimate = 1UL << 48;

    private readonly EthApi _api;
    private readonly EthECKey _key;
    private readonly ulong _chainId;
    private readonly TransactionSenderOptions _options;
    private readonly FeeSource _fees;
    private readonly NonceSource _nonces;
    private readonly Courier _courier;
    private readonly SemaphoreSlim _gate = new(1);
    private bool _isChainChecked;

    /// <summary>Makes a sender.</summary>
    /// <param name="api">The node.</param>
    /// <param name="key">The key that signs; not disposed here.</param>
    /// <param name="chainId">The chain that transactions are for; a node that serves another is refused.</param>
    /// <param name="options">How to send; null takes the defaults.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public TransactionSender(
        EthApi api, EthECKey key, ulong chainId, TransactionSenderOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(key);
        (_api, _key, _chainId) = (api, key, chainId);
        _options = options ?? new();
        time ??= TimeProvider.System;
        _fees = new(api, _options, time);
        _nonces = new(api, key.Address, _options, time);
        _courier = new(api, _options, time);
    }

    /// <summary>The account that sends.</summary>
    public Address Address => _key.Address;

    /// <summary>Sends a transaction.</summary>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">The node could not be asked for nonce or fee, or no connection came about: nothing
    /// was sent.</exception>
    public Task<SendOutcome> SendAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return OneAtATimeAsync(() => SendOneAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Sends many transactions in their order, many to a request; the outcomes are in the same order. Each must have a
    /// gas limit. When one is refused and the node has later ones all the same, its nonce is used for an empty transfer to
    /// oneself, so that they do not wait for ever.</summary>
    /// <exception cref="ArgumentException">A request has no gas limit.</exception>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">As <see cref="SendAsync"/>; nothing was sent. When some were sent before, the
    /// others are <see cref="SendOutcome.Refused"/> instead.</exception>
    public async Task<IReadOnlyList<SendOutcome>> SendManyAsync(
        IReadOnlyList<TransactionRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Any(request => request.GasLimit is null))
        {
            throw new ArgumentException("Transactions that are sent together each need a gas limit.", nameof(requests));
        }
        List<SendOutcome> outcomes = new(requests.Count);
        foreach (TransactionRequest[] chunk in requests.Chunk(Math.Min(_options.BatchSize, _options.MaxInFlight)))
        {
            try
            {
                outcomes.AddRange(await OneAtATimeAsync(() => SendChunkAsync(chunk, cancellationToken), cancellationToken));
            }
            catch (EthereumNodeException exception) when (outcomes.Count > 0)
            {
                outcomes.AddRange(Enumerable.Repeat(NotSent(exception), requests.Count - outcomes.Count));
                break;
            }
        }
        return outcomes;
    }

    /// <summary>Replaces a transaction that no block takes, by one with the same nonce and a higher fee. Where gas is free
    /// nothing can be offered: the same transaction is sent again (which is harmless), and another one only if the node takes it
    /// (Besu and Hardhat do, anvil does not).</summary>
    /// <param name="stuck">The transaction that waits.</param>
    /// <param name="replacement">What to do in its place; null does the same.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">The node could not be asked; nothing was sent.</exception>
    public Task<SendOutcome> ReplaceAsync(
        SignedTransaction stuck, TransactionRequest? replacement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stuck);
        return OneAtATimeAsync(() => ReplaceOneAsync(stuck.Transaction, replacement, cancellationToken), cancellationToken);
    }

    /// <summary>Looks after transactions of this key that were sent some time ago and are in no block: each that waits is replaced by one
    /// that does the same with the same nonce and a higher fee, so that both cannot be carried out; where no higher fee can be offered the
    /// same bytes are handed over again. One that waits behind a missing nonce is left alone: it will not come.</summary>
    /// <param name="transactions">Their hashes.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>For each, in order, what waits in its place; null when nothing does: it is in a block, or unknown to the node, or behind a
    /// gap.</returns>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">The node could not be asked; nothing was sent.</exception>
    public Task<IReadOnlyList<RevivedTransaction?>> ReviveAsync(IReadOnlyList<Hash32> transactions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return OneAtATimeAsync(() => ReviveAllAsync(transactions, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<T> OneAtATimeAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await CheckChainAsync(cancellationToken);
            return await action();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task CheckChainAsync(CancellationToken cancellationToken)
    {
        if (!_isChainChecked)
        {
            ulong actual = await _api.GetChainIdAsync(cancellationToken);
            _isChainChecked = actual == _chainId ? true : throw new WrongChainException(_api.Client.Url, _chainId, actual);
        }
    }

    private async Task<SendOutcome> SendOneAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        (ulong gas, SendOutcome.Refused? refusal) = await GasOfAsync(request, cancellationToken);
        return refusal ?? (await SendChunkAsync([request with { GasLimit = gas }], cancellationToken))[0];
    }

    private async Task<(ulong Gas, SendOutcome.Refused? Refusal)> GasOfAsync(
        TransactionRequest request, CancellationToken cancellationToken)
    {
        if (request.GasLimit is { } given)
        {
            return (given, null);
        }
        try
        {
            CallRequest call = new(request.To, request.Data, Address, request.Value);
            ulong estimate = await _api.EstimateGasAsync(call, _options.Errors, cancellationToken);
            return estimate <= MaxEstimate
                ? (estimate + estimate * (ulong)_options.GasMarginPercent / 100, null)
                : (0, new($"The node at {_api.Client.Url} estimates {estimate} gas, which no block has."));
        }
        catch (RpcException exception)
        {
            return (0, new(exception.Message, exception));
        }
    }

    /// <summary>Sends what fits in one request, and anew what was refused for a stale nonce or fee.</summary>
    private async Task<SendOutcome[]> SendChunkAsync(TransactionRequest[] requests, CancellationToken cancellationToken)
    {
        SendOutcome[] outcomes = new SendOutcome[requests.Length];
        int done = 0;
        for (int attempt = 1; done < requests.Length; attempt++)
        {
            try
            {
                Delivery[] deliveries = await DeliverAsync(requests[done..], cancellationToken);
                int settled = attempt < _options.MaxAttempts ? FirstStaleAtTheEnd(deliveries) : deliveries.Length;
                deliveries.Take(settled).Select(delivery => delivery.Outcome).ToArray().CopyTo(outcomes, done);
                done += settled;
            }
            catch (EthereumNodeException exception) when (done > 0)
            {
                Array.Fill(outcomes, NotSent(exception), done, requests.Length - done);
                break;
            }
        }
        return outcomes;
    }

    private static SendOutcome NotSent(EthereumNodeException exception) =>
        new SendOutcome.Refused($"Not sent: {exception.Message}");

    private async Task<Delivery[]> DeliverAsync(TransactionRequest[] requests, CancellationToken cancellationToken)
    {
        (ulong first, string? problem) = await _nonces.FindAsync(requests.Length, cancellationToken);
        if (problem is not null)
        {
            Delivery noRoom = new(new SendOutcome.Refused(problem), NodeVerdict.Refused);
            return Enumerable.Repeat(noRoom, requests.Length).ToArray();
        }
        Fee fee = await _fees.GetAsync(cancellationToken);
        SignedTransaction[] signed =
            requests.Select((request, i) => Sign(request, request.GasLimit!.Value, first + (ulong)i, fee)).ToArray();
        Delivery[] deliveries = await HandOverAsync(signed, cancellationToken);
        if (deliveries.Any(delivery => delivery.Verdict == NodeVerdict.StaleFee))
        {
            _fees.Forget();
        }
        int sent = Array.FindLastIndex(deliveries, delivery => delivery.IsSent) + 1;
        if (sent > 0 && await FillGapsAsync(deliveries.AsMemory(0, sent), first, fee, cancellationToken))
        {
            _nonces.Use(first + (ulong)sent - 1);
        }
        return deliveries;
    }

    /// <summary>After the last that the node has, from the first that can be made anew on all are; what is refused for good stays
    /// so. </summary>
    private static int FirstStaleAtTheEnd(Delivery[] deliveries)
    {
        int sent = Array.FindLastIndex(deliveries, delivery => delivery.IsSent) + 1;
        int stale = Array.FindIndex(deliveries, sent, delivery => delivery.IsStale);
        return stale < 0 ? deliveries.Length : stale;
    }

    /// <summary>Uses the nonces of refused transactions that later ones wait for. False when not all could be used: the next
    /// transaction gets the first that is free.</summary>
    private async Task<bool> FillGapsAsync(Memory<Delivery> deliveries, ulong first, Fee fee, CancellationToken cancellationToken)
    {
        for (int i = 0; i < deliveries.Length; i++)
        {
            if (deliveries.Span[i].Outcome is SendOutcome.Refused
                && !await TryFillAsync(Sign(new(Address, default), TransferGas, first + (ulong)i, fee), cancellationToken))
            {
                return false;
            }
        }
        return true;
    }

    private async Task<bool> TryFillAsync(SignedTransaction filler, CancellationToken cancellationToken)
    {
        try
        {
            return (await HandOverAsync(filler, cancellationToken)).IsSent;
        }
        catch (RpcTransportException)
        {
            return false;
        }
    }

    private async Task<SendOutcome> ReplaceOneAsync(
        EthTransaction stuck, TransactionRequest? replacement, CancellationToken cancellationToken)
    {
        _fees.Forget();
        Fee fee = (await _fees.GetAsync(cancellationToken)).RaisedOver(FeeOf(stuck), _options.MaxFeePerGas);
        TransactionRequest request = replacement ?? new(stuck.To, stuck.Data, Value: stuck.Value);
        BigInteger gasLimit = request.GasLimit is { } given ? given : stuck.GasLimit;
        Delivery delivery = await HandOverAsync(Sign(request, gasLimit, stuck.Nonce, fee), cancellationToken);
        return delivery is { Verdict: NodeVerdict.StaleNonce, Outcome: SendOutcome.Refused refused }
            ? new SendOutcome.Refused($"The node keeps another transaction with nonce {stuck.Nonce}: {refused.Reason}", refused.Error)
            : delivery.Outcome;
    }

    private async Task<IReadOnlyList<RevivedTransaction?>> ReviveAllAsync(IReadOnlyList<Hash32> transactions, CancellationToken cancellationToken)
    {
        IReadOnlyList<EthTransactionInfo?> known = await _api.FindTransactionsAsync(transactions, cancellationToken);
        (int Index, EthTransactionInfo Waiting)[] ours = [.. known.Select((found, index) => (Index: index, Waiting: found!))
            .Where(one => one.Waiting is { BlockNumber: null } && one.Waiting.From == Address)
            .OrderBy(one => one.Waiting.Nonce)];
        foreach ((_, EthTransactionInfo waiting) in ours)
        {
            _nonces.See(waiting.Nonce, waiting.Hash); // An earlier run of the program may have sent it.
        }
        (ulong latest, ulong free) = await _nonces.CountAsync(cancellationToken);
        _fees.Forget();
        Fee fee = await _fees.GetAsync(cancellationToken);
        RevivedTransaction?[] revived = new RevivedTransaction?[transactions.Count];
        // From the first free nonce on they are behind a gap.
        foreach ((int index, EthTransactionInfo waiting) in ours.Where(one => one.Waiting.Nonce >= latest && one.Waiting.Nonce < free))
        {
            TransactionRequest request = new(waiting.To, waiting.Input, Value: waiting.Value);
            SignedTransaction signed = Sign(request, waiting.Gas, waiting.Nonce, fee.RaisedOver(FeeOf(waiting), _options.MaxFeePerGas));
            Delivery delivery = await HandOverAsync(signed, cancellationToken);
            // Refused, or no answer had: then the one that waits still does, for all that is known. Of a stale nonce there is nothing to tell: a
            // block has just taken it, or the node wants more for a replacement than may be offered.
            revived[index] = delivery.IsSent
                ? new(signed.Hash, null)
                : new(waiting.Hash, delivery is { Outcome: SendOutcome.Refused refused, Verdict: not NodeVerdict.StaleNonce } ? refused.Reason : null);
        }
        return revived;
    }

    private async Task<Delivery> HandOverAsync(SignedTransaction signed, CancellationToken cancellationToken) =>
        (await HandOverAsync([signed], cancellationToken))[0];

    private async Task<Delivery[]> HandOverAsync(SignedTransaction[] signed, CancellationToken cancellationToken)
    {
        Delivery[] deliveries = await _courier.DeliverAsync(signed, cancellationToken);
        foreach ((SignedTransaction transaction, Delivery delivery) in signed.Zip(deliveries))
        {
            if (delivery.IsSent)
            {
                _nonces.See(transaction.Transaction.Nonce, transaction.Hash);
            }
            else if (delivery.Outcome is SendOutcome.Unknown)
            {
                _nonces.Suppose(transaction.Transaction.Nonce, transaction.Hash);
            }
        }
        return deliveries;
    }

    private SignedTransaction Sign(TransactionRequest request, BigInteger gasLimit, ulong nonce, Fee fee)
    {
        EthTransaction transaction = _options.UseLegacy
            ? new LegacyTransaction
            {
                ChainId = _chainId,
                Nonce = nonce,
                GasPrice = fee.Max,
                GasLimit = gasLimit,
                To = request.To,
                Value = request.Value,
                Data = request.Data,
            }
            : new Eip1559Transaction
            {
                ChainId = _chainId,
                Nonce = nonce,
                MaxFeePerGas = fee.Max,
                MaxPriorityFeePerGas = fee.Tip,
                GasLimit = gasLimit,
                To = request.To,
                Value = request.Value,
                Data = request.Data,
            };
        return transaction.Sign(_key);
    }

    private static Fee FeeOf(EthTransactionInfo transaction) => transaction.MaxFeePerGas is { } max
        ? new(max, transaction.MaxPriorityFeePerGas ?? max)
        : new(transaction.GasPrice ?? BigInteger.Zero, transaction.GasPrice ?? BigInteger.Zero);

    private static Fee FeeOf(EthTransaction transaction) => transaction switch
    {
        Eip1559Transaction typed => new(typed.MaxFeePerGas, typed.MaxPriorityFeePerGas),
        Eip2930Transaction typed => new(typed.GasPrice, typed.GasPrice),
        LegacyTransaction legacy => new(legacy.GasPrice, legacy.GasPrice),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown kind of transaction {transaction.GetType().Name}."),
    };
}
