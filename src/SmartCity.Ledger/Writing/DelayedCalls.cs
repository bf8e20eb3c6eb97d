using System.Globalization;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>What became of a call that may have to wait. Closed.</summary>
public abstract record DelayedOutcome
{
    private DelayedOutcome()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Receipt">Of the transaction that did it.</param>
    public sealed record Done(TransactionReceipt Receipt) : DelayedOutcome;

    /// <summary>It was announced by this call or before, and waits.</summary>
    /// <param name="ReadyAt">From when on it may be made.</param>
    /// <param name="IsNew">Was it announced just now?</param>
    public sealed record Waiting(DateTimeOffset ReadyAt, bool IsNew) : DelayedOutcome;
}

/// <summary>A call that was announced and not made yet.</summary>
/// <param name="Operation">Its id.</param>
/// <param name="Caller">Who announced it and may make it.</param>
/// <param name="Call">Contract and function with its arguments, for people.</param>
/// <param name="ReadyAt">From when on it may be made.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record ScheduledCall(Hash32 Operation, Address Caller, string Call, DateTimeOffset ReadyAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Calls of roles that are held with a delay: each is announced to the AccessManager first, for all to see, and made when its time
/// has come. Asking for the same call again is how it is made: nothing is kept but what the chain keeps.
/// </summary>
/// <param name="api">The node.</param>
/// <param name="city">The city.</param>
public sealed class DelayedCalls(EthApi api, DeployedCity city)
{
    private AccessManagerContract Manager => city.Contracts.AccessManager;

    /// <summary>Makes a call if it may be made now; else announces it, unless it waits already.</summary>
    /// <param name="sender">Sends with the key of a role's holder.</param>
    /// <param name="call">The restricted call.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContractRefusedException">The contract refused.</exception>
    /// <exception cref="LedgerException">The sender may not make the call at all, or the node did not take it.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public async Task<DelayedOutcome> SubmitAsync(CitySender sender, ContractTransaction call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(call);
        (bool isImmediate, uint delay) = await AskAsync(
            Manager.CanCall(sender.Address, call.To, call.Data[..AbiMember.SelectorSize]), cancellationToken);
        if (isImmediate)
        {
            return await SendAsync(sender, call, cancellationToken);
        }
        if (delay == 0)
        {
            throw new LedgerException($"{sender.Address} may not call {call}: it does not hold the role.");
        }
        Hash32 operation = await AskAsync(Manager.HashOperation(sender.Address, call.To, call.Data), cancellationToken);
        ulong readyAt = await AskAsync(Manager.GetSchedule(operation), cancellationToken);
        if (readyAt == 0)
        {
            _ = await SendAsync(sender, Manager.Schedule(call.To, call.Data, 0), cancellationToken);
            return new DelayedOutcome.Waiting(TimeOf(await AskAsync(Manager.GetSchedule(operation), cancellationToken)), IsNew: true);
        }
        EthBlock head = await api.GetBlockAsync(BlockParameter.Latest, cancellationToken);
        return head.Timestamp < readyAt
            ? new DelayedOutcome.Waiting(TimeOf(readyAt), IsNew: false)
            : await SendAsync(sender, Manager.Execute(call.To, call.Data), cancellationToken);
    }

    /// <summary>All calls that were announced, are not made, and can be made still; in order of announcement.</summary>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public async Task<IReadOnlyList<ScheduledCall>> ReadWaitingAsync(CancellationToken cancellationToken)
    {
        LogFilter filter = new(
            [Manager.Address], [[AccessManagerEvent.OperationScheduled.Topic]], city.DeployedAtBlock, ulong.MaxValue);
        IReadOnlyList<EthLog> logs = await api.GetLogsAsync(filter, cancellationToken);
        AccessManagerEvent.OperationScheduled[] announced = [.. logs
            .Select(log => AccessManagerEvent.OperationScheduled.TryDecode(log)!)
            .GroupBy(told => told.OperationId)
            .Select(group => group.Last())];
        IReadOnlyList<ulong> schedules = await api.CallManyAsync(
            [.. announced.Select(told => Manager.GetSchedule(told.OperationId))], BlockParameter.Latest, cancellationToken);
        uint expiration = await AskAsync(Manager.Expiration(), cancellationToken);
        return [.. announced.Zip(schedules)
            .Where(pair => pair.Second != 0)
            .Select(pair => new ScheduledCall(
                pair.First.OperationId, pair.First.Caller, Describe(pair.First), TimeOf(pair.Second), TimeOf(pair.Second + expiration)))];
    }

    private string Describe(AccessManagerEvent.OperationScheduled told)
    {
        string contract = city.Contracts.ToAddresses().FirstOrDefault(pair => pair.Value == told.Target).Key ?? told.Target.ToString();
        uint selector = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(told.Data.Span);
        FunctionAbi? function = ContractArtifact.Names.Contains(contract)
            ? ContractArtifact.Of(contract).Abi.Functions.FirstOrDefault(known => known.Selector == selector)
            : null;
        return function is null
            ? $"{contract}.{Hex.Encode(told.Data.Span)}"
            : $"{contract}.{function.Name}({string.Join(", ", function.DecodeInput(told.Data).Select(Text))})";
    }

    private static string Text(object value) => value switch
    {
        object[] list => $"[{string.Join(", ", list.Select(Text))}]",
        byte[] bytes => Hex.Encode(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static async Task<DelayedOutcome> SendAsync(CitySender sender, ContractTransaction call, CancellationToken cancellationToken) =>
        new DelayedOutcome.Done(await sender.SendAsync(new TransactionRequest(call.To, call.Data), cancellationToken));

    private Task<T> AskAsync<T>(ContractQuery<T> query, CancellationToken cancellationToken) =>
        api.CallAsync(query, BlockParameter.Latest, cancellationToken);

    private static DateTimeOffset TimeOf(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds);
}
