using System.Numerics;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>
/// Brings incidents to the incident log, an entry a call: asks whether the log has the entry's evidence, sends what it lacks, one after another
/// for each object and alarm. What a person with a key of their own did goes under that key.
/// </summary>
internal sealed partial class IncidentSubmitter(
    ChainSession chain, DispatcherKeys keys, IncidentOutbox outbox, TimeProvider time, ILogger<IncidentSubmitter> logger)
{
    /// <summary>Entries served at a time.</summary>
    private const int AtOnce = 100;

    /// <summary>Entries looked up again after the chain was away.</summary>
    private const int DoubtedEntries = 500;

    /// <summary>Looks in a row without a pause, while entries are found to be on the chain.</summary>
    private const int LooksInARow = 50;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReceiptDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Errors that sending again would only repeat.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal)
    {
        "IncidentLog_AlreadyRaised", "IncidentLog_Unknown", "IncidentLog_AlreadyCleared", "IncidentLog_InvalidAlarm", "IncidentLog_NotNext",
        "IncidentLog_WrongStage", "IncidentLog_AlreadyCritical", "IncidentLog_AlreadyVisited", "IncidentLog_AlreadySuspended",
        "IncidentLog_NotSuspended", "IncidentLog_SamePerson", "IncidentLog_NotQuiet", "IncidentLog_InvalidParent", "IncidentLog_NotFalse",
        "IncidentLog_ReopenedTooLate", "IncidentLog_NothingToReopen", "IncidentLog_AlreadyInterrupted", "IncidentLog_NotInterrupted",
        "IncidentLog_InvalidFeeds", "IncidentLog_InvalidOutage", "IncidentLog_NotTrue", "IncidentLog_OverlappingOutage",
        "IncidentLog_TooManyOutages", "MeterRegistry_UnknownGroup", "MeterRegistry_WrongKind",
    };

    /// <summary>So often in a row an error must be had before it is final: one node may lag.</summary>
    private const int LooksUntilRefused = 3;

    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(3);

    private readonly Dictionary<long, int> _refusals = [];
    private long _checkedAt;
    private int _missed;
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
            outbox.Doubt(DoubtedEntries);
        }
        await CheckLastAsync(cancellationToken);
        List<(OpenEntry Entry, Hash32 Hash)> sent = [];
        bool isAccepted = true;
        bool isMoreDue = true;
        for (int look = 0; isMoreDue && sent.Count == 0 && look < LooksInARow; look++)
        {
            isMoreDue = false;
            foreach (OpenEntry entry in outbox.Open(AtOnce))
            {
                try
                {
                    EntryStep step = await StepAsync(entry, sent, cancellationToken);
                    isAccepted &= step != EntryStep.Refused;
                    isMoreDue |= step == EntryStep.Confirmed; // The next one of its object and alarm follows.
                }
                catch (Exception exception) when (
                    exception is KeyStoreException || (exception is not RpcTransportException && ChainSession.IsPassing(exception)))
                {
                    Waits(entry, exception.Message); // What is wrong with one entry stops no other.
                    isAccepted = false;
                }
            }
        }
        await ConfirmAsync(sent, cancellationToken);
        return isAccepted;
    }

    /// <summary>Is the last entry that was on the chain there still? Where blocks are lost that hold no hours, nothing else would tell.</summary>
    private async Task CheckLastAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_checkedAt) < CheckPeriod || outbox.LastConfirmed() is not (Hash32 incident, Hash32 evidence))
        {
            return;
        }
        _checkedAt = time.GetTimestamp();
        _missed = await chain.HasEvidenceAsync(incident, evidence, cancellationToken) ? 0 : _missed + 1;
        if (_missed >= LooksUntilRefused)
        {
            _missed = 0;
            outbox.Doubt(DoubtedEntries);
            LogLost(incident);
        }
    }

    private enum EntryStep
    {
        Confirmed,
        Sent,
        Refused,
    }

    /// <summary>One entry: confirms it, or sends it.</summary>
    private async Task<EntryStep> StepAsync(OpenEntry entry, List<(OpenEntry Entry, Hash32 Hash)> sent, CancellationToken cancellationToken)
    {
        if (await NextAsync(entry, cancellationToken) is not { } request)
        {
            outbox.Mark(entry.Id, OutboxState.Confirmed, null, null);
            _refusals.Remove(entry.Id);
            return EntryStep.Confirmed;
        }
        TransactionSender sender = entry.Signer.Length == 0 ? chain.Sender : await keys.SenderOfAsync(entry.Signer, cancellationToken);
        RevivedTransaction? waiting = entry.Transaction is { } earlier ? (await sender.ReviveAsync([earlier], cancellationToken))[0] : null;
        if (waiting is not null)
        {
            outbox.Mark(entry.Id, OutboxState.Sent, waiting.Hash, waiting.Refusal); // No block took it within the deadline.
        }
        if (waiting?.Refusal is { } refusal && IsNew(refusal))
        {
            LogWaits(entry.Kind, entry.Incident, refusal);
        }
        if ((waiting?.Hash ?? await SendAsync(sender, entry, request, cancellationToken)) is not { } under)
        {
            return EntryStep.Refused;
        }
        sent.Add((entry, under));
        return EntryStep.Sent;
    }

    /// <summary>What the log lacks of an entry; <c>null</c> if nothing.</summary>
    private async Task<TransactionRequest?> NextAsync(OpenEntry entry, CancellationToken cancellationToken)
    {
        if (await chain.HasEvidenceAsync(entry.Incident, entry.EvidenceHash, cancellationToken))
        {
            return null;
        }
        if (entry.Kind == IncidentEntryKind.Raised && !entry.IsAdopted)
        {
            // A journal that was put back from a copy, or begun anew, does not know what the log has open.
            Hash32 open = await AskAsync(chain.City.Contracts.IncidentLog.OpenIncidentOf(entry.Object, entry.Alarm), cancellationToken);
            if (!open.IsZero)
            {
                outbox.Adopt(entry.IncidentId, open);
                LogAdopted(entry.Incident, open);
                entry = entry with { Incident = open, IsAdopted = true };
            }
        }
        return entry.IsAdopted && IsSo(entry, await AskAsync(chain.City.Contracts.IncidentLog.IncidentOf(entry.Incident), cancellationToken))
            ? null
            : CallOf(entry);
    }

    /// <summary>Does an incident that was open before the journal knew of it stand as an entry says, by an entry of somebody else?</summary>
    private static bool IsSo(OpenEntry entry, IncidentLogContract.Incident incident) => entry.Kind switch
    {
        IncidentEntryKind.Raised => true,
        IncidentEntryKind.Advanced => (int)incident.Stage >= (int)entry.Stage!.Value,
        IncidentEntryKind.Cleared => incident.ClearedAt != 0,
        IncidentEntryKind.Escalated => incident.IsCritical,
        _ => false,
    };

    private TransactionRequest CallOf(OpenEntry entry)
    {
        CityContracts city = chain.City.Contracts;
        (Hash32 incident, DateTimeOffset at, Hash32 evidence) = (entry.Incident, entry.Time, entry.EvidenceHash);
        return entry.Kind switch
        {
            IncidentEntryKind.Raised => city.RaiseIncident(incident, entry.Object, entry.Alarm, at, evidence),
            IncidentEntryKind.Cleared => city.ClearIncident(incident, at, evidence),
            IncidentEntryKind.Advanced => city.AdvanceIncident(incident, (IncidentLogContract.Stage)(int)entry.Stage!.Value, at, evidence),
            IncidentEntryKind.Escalated => city.EscalateIncident(incident, at, evidence),
            IncidentEntryKind.Visited => city.VisitIncident(incident, at, evidence),
            IncidentEntryKind.Suspended => city.SuspendIncident(
                incident, (IncidentLogContract.SuspensionReason)(int)RequestOf<DeskRequest.Suspend>(entry).Reason, at, evidence),
            IncidentEntryKind.Resumed => city.ResumeIncident(incident, at, evidence),
            IncidentEntryKind.Rejected => city.RejectIncident(incident, at, evidence),
            IncidentEntryKind.Merged => city.MergeIncident(incident, entry.Parent!.Value, at, evidence),
            IncidentEntryKind.Reopened => city.ReopenIncident(incident, at, evidence),
            IncidentEntryKind.Interrupted => InterruptionOf(city, entry),
            IncidentEntryKind.ConditionReported => city.ReportCondition(incident, RequestOf<DeskRequest.ReportCondition>(entry).Condition, at, evidence),
            IncidentEntryKind.OutageRecorded => OutageOf(city, entry),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped entry {entry.Kind}."),
        };
    }

    private static TransactionRequest InterruptionOf(CityContracts city, OpenEntry entry)
    {
        DeskRequest.Interrupt interrupt = RequestOf<DeskRequest.Interrupt>(entry);
        return city.InterruptSupply(entry.Incident, interrupt.Group, interrupt.Condition, entry.Time, entry.EvidenceHash);
    }

    private static TransactionRequest OutageOf(CityContracts city, OpenEntry entry)
    {
        DeskRequest.RecordOutage outage = RequestOf<DeskRequest.RecordOutage>(entry);
        return city.RecordOutage(
            entry.Incident, outage.Group,
            new Outage(outage.Kind, (ulong)outage.From.ToUnixTimeSeconds(), (ulong)outage.To.ToUnixTimeSeconds(), outage.Measure), entry.EvidenceHash);
    }

    private static T RequestOf<T>(OpenEntry entry)
        where T : DeskRequest => (T)IncidentEvidenceJson.RequestOf(entry.Evidence)!;

    private Task<T> AskAsync<T>(ContractQuery<T> query, CancellationToken cancellationToken) =>
        chain.Api.CallAsync(query, BlockParameter.Latest, cancellationToken);

    private async Task<Hash32?> SendAsync(
        TransactionSender sender, OpenEntry entry, TransactionRequest request, CancellationToken cancellationToken)
    {
        // Without a gas limit the node tries the call first, so that a refusal is known by its name.
        switch (await sender.SendAsync(request with { GasLimit = null }, cancellationToken))
        {
            case SendOutcome.Sent accepted:
                outbox.Mark(entry.Id, OutboxState.Sent, accepted.Hash, null);
                return accepted.Hash;
            case SendOutcome.Unknown unknown:
                outbox.Mark(entry.Id, OutboxState.Sent, unknown.Transaction.Hash, null);
                return unknown.Transaction.Hash;
            case SendOutcome.Refused refused:
                int refusals = _refusals[entry.Id] = _refusals.GetValueOrDefault(entry.Id) + 1;
                bool isFinal = refused.Error is ContractRevertException { Error: { } error } && IsFinal(error)
                    && refusals >= LooksUntilRefused && _refusals.Remove(entry.Id);
                outbox.Mark(entry.Id, isFinal ? OutboxState.Refused : OutboxState.Waiting, null, refused.Reason);
                if (IsNew(refused.Reason))
                {
                    LogRefused(entry.Kind, entry.Incident, refused.Reason);
                }
                return null;
            case var unknown:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {unknown}.");
        }
    }

    /// <summary>A time before the earliest stays so; one after the latest is waited for.</summary>
    private static bool IsFinal(DecodedError error) => Final.Contains(error.Abi.Name)
        || (error is { Abi.Name: "IncidentLog_InvalidTime", Arguments: [BigInteger asked, BigInteger bound] } && asked < bound);

    private void Waits(OpenEntry entry, string reason)
    {
        if (IsNew(reason))
        {
            LogWaits(entry.Kind, entry.Incident, reason);
            outbox.Mark(entry.Id, entry.Transaction is null ? OutboxState.Waiting : OutboxState.Sent, null, reason);
        }
    }

    /// <summary>Is this another reason than the one that was told last?</summary>
    private bool IsNew(string reason)
    {
        bool isNew = reason != _lastRefusal;
        _lastRefusal = reason;
        return isNew;
    }

    private async Task ConfirmAsync(List<(OpenEntry Entry, Hash32 Hash)> sent, CancellationToken cancellationToken)
    {
        if (sent.Count == 0)
        {
            return;
        }
        ReceiptWaiter waiter = new(chain.Api, time);
        IReadOnlyList<ReceiptOutcome> outcomes = await waiter.WaitAsync([.. sent.Select(pair => pair.Hash)], ReceiptDeadline, cancellationToken);
        foreach (((OpenEntry entry, Hash32 hash), ReceiptOutcome outcome) in sent.Zip(outcomes))
        {
            if (outcome is ReceiptOutcome.Mined { Receipt: { IsSuccess: true } receipt })
            {
                OracleTelemetry.Told(receipt.GasUsed);
                LogWritten(entry.Kind, entry.Incident, hash); // Confirmed at the next look, which asks the log for it.
            }
            else
            {
                LogNotWritten(entry.Kind, entry.Incident, outcome); // Looked up, and sent again if need be, at the next look.
            }
        }
    }

    [LoggerMessage(EventId = 5120, Level = LogLevel.Information, Message = "{Kind} of incident {Incident} is on the chain ({Transaction})")]
    private partial void LogWritten(IncidentEntryKind kind, Hash32 incident, Hash32 transaction);

    [LoggerMessage(EventId = 5121, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} is refused: {Reason}")]
    private partial void LogRefused(IncidentEntryKind kind, Hash32 incident, string reason);

    [LoggerMessage(EventId = 5122, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} has not arrived: {Outcome}")]
    private partial void LogNotWritten(IncidentEntryKind kind, Hash32 incident, ReceiptOutcome outcome);

    [LoggerMessage(EventId = 5123, Level = LogLevel.Warning, Message = "{Kind} of incident {Incident} waits: {Reason}")]
    private partial void LogWaits(IncidentEntryKind kind, Hash32 incident, string reason);

    [LoggerMessage(EventId = 5125, Level = LogLevel.Warning, Message = "The chain has lost entries of incident {Incident}; those it lacks are sent again")]
    private partial void LogLost(Hash32 incident);

    [LoggerMessage(EventId = 5124, Level = LogLevel.Warning, Message = "Incident {Incident} goes on as {Open}, which the incident log has open and the journal did not know of")]
    private partial void LogAdopted(Hash32 incident, Hash32 open);
}
