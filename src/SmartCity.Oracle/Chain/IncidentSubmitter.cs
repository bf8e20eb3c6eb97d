using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>Brings alarms to the incident log: asks what the log holds, sends what it lacks, an alarm's entries one after another.</summary>
internal sealed partial class IncidentSubmitter(ChainSession chain, AlarmStore alarms, TimeProvider time, ILogger<IncidentSubmitter> logger)
{
    /// <summary>Alarms served at a time.</summary>
    private const int AtOnce = 100;

    /// <summary>Entries looked up again after the chain was away.</summary>
    private const int DoubtedEntries = 500;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReceiptDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Errors that sending again would only repeat.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "IncidentLog_NotForward", "IncidentLog_InvalidAlarm", "IncidentLog_AlreadyCleared", "IncidentLog_AlreadyRaised",
    };

    private int _seenEpoch = -1;
    private string? _lastRefusal;

    /// <summary>Submits until cancelled. While the chain does not answer, entries wait.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan pause = LookPeriod;
            try
            {
                pause = await StepAsync(cancellationToken) ? LookPeriod : PauseAfterRefusal;
            }
            catch (Exception exception) when (exception is EthereumNodeException or WrongChainException or AbiException)
            {
                _seenEpoch = -1; // What the chain says of that is told by the one who submits hours.
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>One look: confirms what the log holds, sends what it lacks. False when the log refused something.</summary>
    /// <exception cref="EthereumNodeException">The node did not answer; nothing is lost, try again.</exception>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (chain.Epoch == 0)
        {
            return true; // Nobody has looked yet whether the chain is the city's.
        }
        if (_seenEpoch != chain.Epoch)
        {
            _seenEpoch = chain.Epoch;
            alarms.Doubt(DoubtedEntries);
        }
        IReadOnlyList<OpenAlarmEntry> open = alarms.OpenEntries(AtOnce);
        if (open.Count == 0)
        {
            return true;
        }
        IReadOnlyList<IncidentLogContract.Incident> held = await chain.Api.CallManyAsync(
            [.. open.Select(entry => chain.City.Contracts.IncidentLog.IncidentOf(entry.Incident))], BlockParameter.Latest, cancellationToken);
        List<(OpenAlarmEntry Entry, Hash32 Hash)> sent = [];
        bool isAccepted = true;
        foreach ((OpenAlarmEntry entry, IncidentLogContract.Incident incident) in open.Zip(held))
        {
            if (Holds(incident, entry.Kind))
            {
                alarms.Mark(entry.Id, OutboxState.Confirmed, null, null);
            }
            else if (await SendAsync(entry, cancellationToken) is { } hash)
            {
                sent.Add((entry, hash));
            }
            else
            {
                isAccepted = false;
            }
        }
        await ConfirmAsync(sent, cancellationToken);
        return isAccepted;
    }

    private static bool Holds(IncidentLogContract.Incident incident, AlarmEntryKind kind) => kind switch
    {
        AlarmEntryKind.Raised => incident.Stage != IncidentLogContract.Stage.None,
        AlarmEntryKind.Cleared => incident.ClearedAt != 0,
        AlarmEntryKind.Acknowledged => incident.Stage >= IncidentLogContract.Stage.Acknowledged,
        _ => throw new System.Diagnostics.UnreachableException($"Unmapped entry {kind}."),
    };

    private async Task<Hash32?> SendAsync(OpenAlarmEntry entry, CancellationToken cancellationToken)
    {
        // Without a gas limit the node tries the call first, so that a refusal is known by its name.
        switch (await chain.Sender.SendAsync(ToRequest(entry) with { GasLimit = null }, cancellationToken))
        {
            case SendOutcome.Sent accepted:
                alarms.Mark(entry.Id, OutboxState.Sent, accepted.Hash, null);
                return accepted.Hash;
            case SendOutcome.Unknown unknown:
                alarms.Mark(entry.Id, OutboxState.Sent, unknown.Transaction.Hash, null);
                return unknown.Transaction.Hash;
            case SendOutcome.Refused refused:
                bool isFinal = refused.Error is ContractRevertException { Error.Abi.Name: { } name } && Final.Contains(name);
                alarms.Mark(entry.Id, isFinal ? OutboxState.Refused : OutboxState.Waiting, null, refused.Reason);
                if (_lastRefusal != refused.Reason)
                {
                    LogRefused(entry.Kind, entry.Incident, refused.Reason);
                    _lastRefusal = refused.Reason;
                }
                return null;
            case var unknown:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {unknown}.");
        }
    }

    private async Task ConfirmAsync(List<(OpenAlarmEntry Entry, Hash32 Hash)> sent, CancellationToken cancellationToken)
    {
        if (sent.Count == 0)
        {
            return;
        }
        ReceiptWaiter waiter = new(chain.Api, time);
        IReadOnlyList<ReceiptOutcome> outcomes = await waiter.WaitAsync([.. sent.Select(pair => pair.Hash)], ReceiptDeadline, cancellationToken);
        foreach (((OpenAlarmEntry entry, Hash32 hash), ReceiptOutcome outcome) in sent.Zip(outcomes))
        {
            if (outcome is ReceiptOutcome.Mined { Receipt.IsSuccess: true })
            {
                alarms.Mark(entry.Id, OutboxState.Confirmed, hash, null);
                LogWritten(entry.Kind, entry.Incident);
            }
            else
            {
                LogNotWritten(entry.Kind, entry.Incident, outcome); // Looked up, and sent again if need be, at the next look.
            }
        }
    }

    private TransactionRequest ToRequest(OpenAlarmEntry entry)
    {
        CityContracts city = chain.City.Contracts;
        return entry.Kind switch
        {
            AlarmEntryKind.Raised => city.RaiseIncident(entry.Incident, entry.Substation, entry.Number, entry.Time, entry.EvidenceHash),
            AlarmEntryKind.Cleared => city.ClearIncident(entry.Incident, entry.Time, entry.EvidenceHash),
            AlarmEntryKind.Acknowledged =>
                city.AdvanceIncident(entry.Incident, IncidentLogContract.Stage.Acknowledged, entry.Time, entry.EvidenceHash),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped entry {entry.Kind}."),
        };
    }

    [LoggerMessage(EventId = 5120, Level = LogLevel.Information, Message = "{Kind} of incident {Incident} is on the chain")]
    private partial void LogWritten(AlarmEntryKind kind, Hash32 incident);

    [LoggerMessage(EventId = 5121, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} is refused: {Reason}")]
    private partial void LogRefused(AlarmEntryKind kind, Hash32 incident, string reason);

    [LoggerMessage(EventId = 5122, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} has not arrived: {Outcome}")]
    private partial void LogNotWritten(AlarmEntryKind kind, Hash32 incident, ReceiptOutcome outcome);
}
