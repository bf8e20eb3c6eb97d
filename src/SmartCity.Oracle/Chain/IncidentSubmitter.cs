using Microsoft.Extensions.Logging;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// Brings alarms to the incident log: asks what the log holds, sends what it lacks, one after another for each substation and number of
/// alarm. The log has one open incident for these: a further alarm is part of it, and it has ended when all of them have.
/// </summary>
internal sealed partial class IncidentSubmitter(ChainSession chain, AlarmStore alarms, TimeProvider time, ILogger<IncidentSubmitter> logger)
{
    /// <summary>Alarms served at a time.</summary>
    private const int AtOnce = 100;

    /// <summary>Entries looked up again after the chain was away.</summary>
    private const int DoubtedEntries = 500;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReceiptDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Errors that sending again would only repeat.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "IncidentLog_NotNext", "IncidentLog_InvalidAlarm", "IncidentLog_AlreadyCleared", "IncidentLog_AlreadyRaised",
        "IncidentLog_WrongStage", "IncidentLog_NothingToReopen", "IncidentLog_ReopenedTooLate",
    };

    /// <summary>Pressure drop and leak become incidents at once; the others when a dispatcher says so.</summary>
    private static readonly HashSet<byte> RegisteredAtOnce = [1, 4];

    /// <summary>So often in a row an error must be had before it is final: one node may lag.</summary>
    private const int LooksUntilRefused = 3;

    private readonly Dictionary<long, int> _refusals = [];
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
            catch (Exception exception) when (ChainSession.IsPassing(exception))
            {
                pause = PauseAfterFailure; // What the chain says of that is told by the one who submits hours.
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
        List<(OpenAlarmEntry Entry, Hash32 Hash)> sent = [];
        bool isAccepted = true;
        foreach (OpenAlarmEntry entry in alarms.OpenEntries(AtOnce))
        {
            try
            {
                isAccepted &= await StepAsync(entry, sent, cancellationToken);
            }
            catch (Exception exception) when (exception is not RpcTransportException && ChainSession.IsPassing(exception))
            {
                LogNotAsked(entry.Kind, entry.Incident, exception.Message); // What is wrong with one entry stops no other.
                isAccepted = false;
            }
        }
        await ConfirmAsync(sent, cancellationToken);
        return isAccepted;
    }

    /// <summary>One entry: confirms it, or sends what the log lacks of it. False when it was refused.</summary>
    private async Task<bool> StepAsync(OpenAlarmEntry entry, List<(OpenAlarmEntry Entry, Hash32 Hash)> sent, CancellationToken cancellationToken)
    {
        if (await NextAsync(entry, cancellationToken) is not { } request)
        {
            alarms.Mark(entry.Id, OutboxState.Confirmed, null, null);
            _refusals.Remove(entry.Id);
            return true;
        }
        Hash32? hash = entry.Transaction is { } earlier ? (await chain.Sender.ReviveAsync([earlier], cancellationToken))[0] : null;
        if (hash is { } waiting)
        {
            alarms.Mark(entry.Id, OutboxState.Sent, waiting, null); // No block took it within the deadline.
        }
        hash ??= await SendAsync(entry, request, cancellationToken);
        if (hash is { } under)
        {
            sent.Add((entry, under));
        }
        return hash is not null;
    }

    /// <summary>What the log lacks of an entry; <c>null</c> if nothing.</summary>
    private async Task<TransactionRequest?> NextAsync(OpenAlarmEntry entry, CancellationToken cancellationToken)
    {
        CityContracts city = chain.City.Contracts;
        IncidentLogContract.Incident incident = await AskAsync(city.IncidentLog.IncidentOf(entry.Incident), cancellationToken);
        if (entry.Kind == AlarmEntryKind.Raised && incident.Stage == IncidentLogContract.Stage.None)
        {
            Hash32 open = await AskAsync(city.IncidentLog.OpenIncidentOf(entry.Substation, entry.Number), cancellationToken);
            if (open.IsZero)
            {
                return city.RaiseIncident(entry.Incident, entry.Substation, entry.Number, entry.Time, entry.EvidenceHash);
            }
            alarms.Join(entry.Alarm, open);
            entry = entry with { Incident = open, IsPart = true };
            incident = await AskAsync(city.IncidentLog.IncidentOf(open), cancellationToken);
        }
        if (incident.Stage == IncidentLogContract.Stage.Detected && MustRegister(entry))
        {
            return city.AdvanceIncident(entry.Incident, IncidentLogContract.Stage.Registered, entry.Time, entry.EvidenceHash);
        }
        return await chain.HasEvidenceAsync(entry.Incident, entry.EvidenceHash, cancellationToken) ? null : Lacking(entry, incident);
    }

    private static bool MustRegister(OpenAlarmEntry entry) => entry.Kind switch
    {
        AlarmEntryKind.Raised => RegisteredAtOnce.Contains(entry.Number),
        AlarmEntryKind.Acknowledged => true,
        _ => false,
    };

    private TransactionRequest? Lacking(OpenAlarmEntry entry, IncidentLogContract.Incident incident)
    {
        CityContracts city = chain.City.Contracts;
        bool hasEnded = incident.ClearedAt != 0;
        return entry.Kind switch
        {
            AlarmEntryKind.Raised => entry.IsPart && hasEnded && (long)incident.ClearedAt <= entry.Time.ToUnixTimeSeconds()
                ? city.ReopenIncident(entry.Incident, entry.Time, entry.EvidenceHash)
                : null,
            AlarmEntryKind.Cleared => hasEnded || alarms.StoodAnother(entry)
                ? null
                : city.ClearIncident(entry.Incident, entry.Time, entry.EvidenceHash),
            AlarmEntryKind.Acknowledged => incident.Stage >= IncidentLogContract.Stage.Acknowledged
                ? null
                : city.AdvanceIncident(entry.Incident, IncidentLogContract.Stage.Acknowledged, entry.Time, entry.EvidenceHash),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped entry {entry.Kind}."),
        };
    }

    private Task<T> AskAsync<T>(ContractQuery<T> query, CancellationToken cancellationToken) =>
        chain.Api.CallAsync(query, BlockParameter.Latest, cancellationToken);

    private async Task<Hash32?> SendAsync(OpenAlarmEntry entry, TransactionRequest request, CancellationToken cancellationToken)
    {
        // Without a gas limit the node tries the call first, so that a refusal is known by its name.
        switch (await chain.Sender.SendAsync(request with { GasLimit = null }, cancellationToken))
        {
            case SendOutcome.Sent accepted:
                alarms.Mark(entry.Id, OutboxState.Sent, accepted.Hash, null);
                return accepted.Hash;
            case SendOutcome.Unknown unknown:
                alarms.Mark(entry.Id, OutboxState.Sent, unknown.Transaction.Hash, null);
                return unknown.Transaction.Hash;
            case SendOutcome.Refused refused:
                int refusals = _refusals[entry.Id] = _refusals.GetValueOrDefault(entry.Id) + 1;
                bool isFinal = refused.Error is ContractRevertException { Error.Abi.Name: { } name } && Final.Contains(name)
                    && refusals >= LooksUntilRefused && _refusals.Remove(entry.Id);
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
            if (outcome is ReceiptOutcome.Mined { Receipt: { IsSuccess: true } receipt })
            {
                OracleTelemetry.Told(receipt.GasUsed);
                LogWritten(entry.Kind, entry.Incident, hash); // Confirmed at the next look, which asks if more is lacking.
            }
            else
            {
                LogNotWritten(entry.Kind, entry.Incident, outcome); // Looked up, and sent again if need be, at the next look.
            }
        }
    }

    [LoggerMessage(EventId = 5123, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} waits: {Reason}")]
    private partial void LogNotAsked(AlarmEntryKind kind, Hash32 incident, string reason);

    [LoggerMessage(EventId = 5120, Level = LogLevel.Information, Message = "{Kind} of incident {Incident} is on the chain ({Transaction})")]
    private partial void LogWritten(AlarmEntryKind kind, Hash32 incident, Hash32 transaction);

    [LoggerMessage(EventId = 5121, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} is refused: {Reason}")]
    private partial void LogRefused(AlarmEntryKind kind, Hash32 incident, string reason);

    [LoggerMessage(EventId = 5122, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} has not arrived: {Outcome}")]
    private partial void LogNotWritten(AlarmEntryKind kind, Hash32 incident, ReceiptOutcome outcome);
}
