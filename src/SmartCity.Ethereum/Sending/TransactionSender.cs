using System.Numerics;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.Ethereum.Sending;

/// <summary>Sends the transactions of one key. It is the one writer of the key's nonces: make one for a key and share it; it is safe to
/// use from many threads, which are served one after another.</summary>
/// <remarks>A nonce is used up only when the node has the transaction; in any other case (refused, cancelled, no answer) the next
/// transaction asks the node which nonce is next, so that no gap can arise.</remarks>
public sealed class TransactionSender : IDisposable
{
    private const ulong TransferGas = 21_000;

    private readonly EthApi _api;
    private readonly EthECKey _key;
    private readonly ulong _chainId;
    private readonly TransactionSenderOptions _options;
    private readonly TimeProvider _time;
    private readonly FeeSource _fees;
    private readonly SemaphoreSlim _gate = new(1);

    private bool _isChainChecked;
    private ulong? _next; // Null while it is not certain: the node is asked.
    private ulong _confirmed;

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
        _time = time ?? TimeProvider.System;
        _fees = new(_api, _options, _time);
    }

    /// <summary>The account that sends.</summary>
    public Address Address => _key.Address;

    /// <summary>Sends a transaction.</summary>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">The node could not be asked for nonce or fee, or no connection came about: nothing was
    /// sent.</exception>
    public async Task<SendOutcome> SendAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await SendOneAsync(request, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends many transactions in their order, many to a request; the outcomes are in the same order. Each must have a gas
    /// limit. When one is refused and later ones are not, its nonce is used for an empty transfer to oneself, so that the later ones do
    /// not wait for ever.</summary>
    /// <exception cref="ArgumentException">A request has no gas limit.</exception>
    /// <exception cref="WrongChainException">The node serves another chain.</exception>
    /// <exception cref="EthereumNodeException">The node could not be asked, or no connection came about: nothing of the part that was
    /// next was sent, but earlier parts may have been.</exception>
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
            await _gate.WaitAsync(cancellationToken);
            try
            {
                outcomes.AddRange(await SendChunkAsync(chunk, cancellationToken));
            }
            finally
            {
                _gate.Release();
            }
        }
        return outcomes;
    }

    /// <summary>Replaces a transaction that no block takes, by one with the same nonce and a higher fee. Where gas is free nothing can be
    /// offered: the same transaction is sent again (which is harmless), and another one only if the node takes it (Besu and Hardhat do,
    /// anvil does not).</summary>
    /// <param name="stuck">The transaction that waits.</param>
    /// <param name="replacement">What to do in its place; null does the same.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EthereumNodeException">The node could not be asked; nothing was sent.</exception>
    public async Task<SendOutcome> ReplaceAsync(
        SignedTransaction stuck, TransactionRequest? replacement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stuck);
        EthTransaction old = stuck.Transaction;
        TransactionRequest request = replacement ?? new(old.To, old.Data, Value: old.Value);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await CheckChainAsync(cancellationToken);
            _fees.Forget();
            Fee fee = (await _fees.GetAsync(cancellationToken)).RaisedOver(FeeOf(old));
            SignedTransaction signed = Sign(request, request.GasLimit ?? old.GasLimit, old.Nonce, fee);
            (NodeVerdict verdict, SendOutcome outcome) = await HandOverAsync(signed, cancellationToken);
            return verdict == NodeVerdict.StaleNonce && outcome is SendOutcome.Refused refused
                ? new SendOutcome.Refused($"The node keeps the transaction that has nonce {old.Nonce}: {refused.Reason}", refused.Error)
                : outcome;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<SendOutcome> SendOneAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (await PrepareAsync(1, cancellationToken) is { } noRoom)
            {
                return noRoom;
            }
            Fee fee = await _fees.GetAsync(cancellationToken);
            (ulong gas, SendOutcome.Refused? refusal) = await GasOfAsync(request, cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }
            ulong nonce = TakeNonce();
            (NodeVerdict verdict, SendOutcome outcome) =
                await HandOverAsync(Sign(request, gas, nonce, fee), cancellationToken);
            if (outcome is SendOutcome.Sent)
            {
                _next = nonce + 1;
                return outcome;
            }
            if (attempt == _options.MaxAttempts || outcome is SendOutcome.Unknown || !IsStale(verdict))
            {
                return outcome;
            }
        }
    }

    /// <summary>Makes the node certain, the nonce known and room for more transactions.</summary>
    private async Task<SendOutcome.Refused?> PrepareAsync(int count, CancellationToken cancellationToken)
    {
        await CheckChainAsync(cancellationToken);
        _next ??= await _api.GetTransactionCountAsync(Address, BlockParameter.Pending, cancellationToken);
        long start = _time.GetTimestamp();
        while (_next.Value + (ulong)count > _confirmed + (ulong)_options.MaxInFlight) // Ends at the deadline.
        {
            _confirmed = await _api.GetTransactionCountAsync(Address, BlockParameter.Latest, cancellationToken);
            ulong pending = await _api.GetTransactionCountAsync(Address, BlockParameter.Pending, cancellationToken);
            _next = Math.Min(_next.Value, Math.Max(pending, _confirmed)); // Less than was sent: the node has dropped some.
            if (_next.Value + (ulong)count <= _confirmed + (ulong)_options.MaxInFlight)
            {
                break;
            }
            if (_time.GetElapsedTime(start) >= _options.RoomTimeout)
            {
                return new($"{_next.Value - _confirmed} transactions of {Address} wait for a block, and none was taken "
                    + $"within {_options.RoomTimeout.TotalSeconds} s. Check that the chain makes blocks.");
            }
            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
        return null;
    }

    private async Task CheckChainAsync(CancellationToken cancellationToken)
    {
        if (_isChainChecked)
        {
            return;
        }
        ulong actual = await _api.GetChainIdAsync(cancellationToken);
        _isChainChecked = actual == _chainId ? true : throw new WrongChainException(_api.Client.Url, _chainId, actual);
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
            return (estimate + estimate * (ulong)_options.GasMarginPercent / 100, null);
        }
        catch (RpcException exception)
        {
            return (0, new(exception.Message, exception));
        }
    }

    /// <summary>The nonce counts as uncertain until it is known what became of its transaction.</summary>
    private ulong TakeNonce()
    {
        ulong nonce = _next!.Value;
        _next = null;
        return nonce;
    }

    private bool IsStale(NodeVerdict verdict)
    {
        if (verdict == NodeVerdict.StaleFee)
        {
            _fees.Forget();
        }
        return verdict is NodeVerdict.StaleFee or NodeVerdict.StaleNonce;
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

    private static Fee FeeOf(EthTransaction transaction) => transaction switch
    {
        Eip1559Transaction typed => new(typed.MaxFeePerGas, typed.MaxPriorityFeePerGas),
        Eip2930Transaction typed => new(typed.GasPrice, typed.GasPrice),
        LegacyTransaction legacy => new(legacy.GasPrice, legacy.GasPrice),
        _ => new(BigInteger.Zero, BigInteger.Zero),
    };

    /// <summary>Gives the bytes to the node, again and again if no answer comes: that is safe, because the same bytes are the same
    /// transaction.</summary>
    private async Task<(NodeVerdict Verdict, SendOutcome Outcome)> HandOverAsync(
        SignedTransaction signed, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await _api.SendRawTransactionAsync(signed.Raw, cancellationToken);
                return (NodeVerdict.AlreadyKnown, new SendOutcome.Sent(signed));
            }
            catch (RpcException exception)
            {
                return await ResolveAsync(signed, exception, cancellationToken);
            }
            catch (RpcTransportException exception) when (exception.WasSent || attempt > 1)
            {
                if (attempt == _options.MaxAttempts)
                {
                    return (NodeVerdict.Refused, new SendOutcome.Unknown(signed, exception.Message));
                }
                await Task.Delay(_options.PollInterval, _time, cancellationToken);
            }
        }
    }

    /// <summary>A refusal is believed only when the node does not have the transaction all the same: Hardhat reports a revert of a
    /// transaction it has mined, and a duplicate as a nonce that is too low.</summary>
    private async Task<(NodeVerdict Verdict, SendOutcome Outcome)> ResolveAsync(
        SignedTransaction signed, RpcException error, CancellationToken cancellationToken)
    {
        NodeVerdict verdict = NodeVerdicts.Of(error);
        try
        {
            return verdict == NodeVerdict.AlreadyKnown || await _api.FindTransactionAsync(signed.Hash, cancellationToken) is not null
                ? (NodeVerdict.AlreadyKnown, new SendOutcome.Sent(signed))
                : (verdict, new SendOutcome.Refused(error.Message, error));
        }
        catch (RpcTransportException exception)
        {
            return (verdict, new SendOutcome.Unknown(signed, $"{error.Message} Then: {exception.Message}"));
        }
    }

    private async Task<SendOutcome[]> SendChunkAsync(TransactionRequest[] requests, CancellationToken cancellationToken)
    {
        SendOutcome[] outcomes = new SendOutcome[requests.Length];
        int done = 0;
        for (int attempt = 1; done < requests.Length; attempt++)
        {
            TransactionRequest[] rest = requests[done..];
            if (await PrepareAsync(rest.Length, cancellationToken) is { } noRoom)
            {
                Array.Fill(outcomes, noRoom, done, rest.Length);
                return outcomes;
            }
            Fee fee = await _fees.GetAsync(cancellationToken);
            ulong first = TakeNonce();
            SignedTransaction[] signed = rest.Select((request, i) => Sign(request, request.GasLimit!.Value, first + (ulong)i, fee)).ToArray();
            (NodeVerdict Verdict, SendOutcome Outcome)[] results = await HandOverManyAsync(signed, cancellationToken);
            int sent = Array.FindLastIndex(results, result => result.Outcome is SendOutcome.Sent) + 1;
            bool isCertain = await FillGapsAsync(results.AsMemory(0, sent), first, fee, cancellationToken);
            int settled = attempt < _options.MaxAttempts ? FirstStale(results, sent) : results.Length;
            for (int i = 0; i < settled; i++)
            {
                outcomes[done + i] = results[i].Outcome;
            }
            done += settled;
            _next = isCertain && results.All(result => result.Outcome is SendOutcome.Sent) ? first + (ulong)sent : null;
        }
        return outcomes;
    }

    /// <summary>Where to go on after what was sent: at the first that can be made anew; what is refused for good stays so.</summary>
    private int FirstStale((NodeVerdict Verdict, SendOutcome Outcome)[] results, int start)
    {
        int stale = Array.FindIndex(results, start, result => result.Outcome is SendOutcome.Refused && IsStale(result.Verdict));
        return stale < 0 ? results.Length : stale;
    }

    private async Task<bool> FillGapsAsync(
        Memory<(NodeVerdict Verdict, SendOutcome Outcome)> results, ulong first, Fee fee, CancellationToken cancellationToken)
    {
        for (int i = 0; i < results.Length; i++)
        {
            if (results.Span[i].Outcome is not SendOutcome.Refused)
            {
                continue;
            }
            SignedTransaction filler = Sign(new(Address, default), TransferGas, first + (ulong)i, fee);
            (_, SendOutcome filled) = await HandOverAsync(filler, cancellationToken);
            if (filled is not SendOutcome.Sent)
            {
                return false; // The later ones wait for this nonce: the next transaction will get it.
            }
        }
        return true;
    }

    private async Task<(NodeVerdict Verdict, SendOutcome Outcome)[]> HandOverManyAsync(
        SignedTransaction[] signed, CancellationToken cancellationToken)
    {
        RpcRequest[] requests = signed.Select(transaction => new RpcRequest("eth_sendRawTransaction", transaction.Raw)).ToArray();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                IReadOnlyList<RpcResult<Hash32>> results = await _api.Client.SendBatchAsync<Hash32>(requests, cancellationToken);
                var outcomes = new (NodeVerdict, SendOutcome)[signed.Length];
                for (int i = 0; i < signed.Length; i++)
                {
                    outcomes[i] = results[i].Error is { } error
                        ? await ResolveAsync(signed[i], error, cancellationToken)
                        : (NodeVerdict.AlreadyKnown, new SendOutcome.Sent(signed[i]));
                }
                return outcomes;
            }
            catch (RpcTransportException exception) when (exception.WasSent || attempt > 1)
            {
                if (attempt == _options.MaxAttempts)
                {
                    return signed.Select(transaction =>
                        (NodeVerdict.Refused, (SendOutcome)new SendOutcome.Unknown(transaction, exception.Message))).ToArray();
                }
                await Task.Delay(_options.PollInterval, _time, cancellationToken);
            }
        }
    }
}
