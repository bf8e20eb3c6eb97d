using Microsoft.Extensions.Logging;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Carries out what persons ask for, and what follows from time alone.</summary>
internal sealed partial class RequestDesk(
    JournalDatabase journal, RequestStore requests, AlarmDesk alarms, IncidentDesk? incidents, ILogger<RequestDesk> logger)
{
    /// <summary>Carries out all that is open. Each request is a transaction of its own: one that fails stops no other.</summary>
    public void Work()
    {
        foreach (OpenRequest request in requests.Open())
        {
            CarryOut(request);
        }
        if (journal.Read(_ => alarms.IsDue()))
        {
            journal.Write(alarms.LetTimePass);
        }
    }

    private void CarryOut(OpenRequest request)
    {
        string? refusal;
        try
        {
            refusal = journal.Write(transaction =>
            {
                DeskRequest asked = DeskRequest.Parse(request.Json);
                string? reason = alarms.Now is { } now ? Do(transaction, request, asked, now) : "The source was never seen: there is nothing to be done.";
                RequestStore.Answer(transaction, request.Id, reason);
                return reason;
            });
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException or InvalidOperationException)
        {
            // Nobody foresaw what was asked. It is given up whole, and asked no second time.
            alarms.Reload(journal);
            refusal = exception.Message;
            journal.Write(transaction => RequestStore.Answer(transaction, request.Id, refusal));
        }
        if (refusal is not null)
        {
            LogRefused(request.Id, request.By, request.Json, refusal);
        }
    }

    private string? Do(JournalTransaction transaction, OpenRequest open, DeskRequest request, DateTimeOffset now)
    {
        switch (request)
        {
            case DeskRequest.Acknowledge acknowledge:
                return alarms.Acknowledge(transaction, acknowledge, open.By, open.Note, now);
            case DeskRequest.OfAlarm alarm:
                return alarms.Do(transaction, alarm, open.By, open.Note, now);
            case DeskRequest.HandOver:
                return HandoverStore.Add(transaction, open.By, open.Note, now);
            case DeskRequest.TakeOver takeOver:
                return HandoverStore.Take(transaction, takeOver.Handover, open.By, now);
            case DeskRequest.OfIncident when incidents is null:
                return "Another oracle keeps the incidents: ask there.";
            case DeskRequest.OfIncident ofIncident:
                (Incident? incident, string? refusal) = incidents.Do(transaction, ofIncident, open.By, open.Note, open.At, now);
                if (incident is not null && request is DeskRequest.Advance { Stage: IncidentStage.Acknowledged } or DeskRequest.Reject or DeskRequest.Merge)
                {
                    alarms.AcknowledgeAll(transaction, incident!, open.By, open.Note, now);
                }
                return refusal;
            default:
                throw new System.Diagnostics.UnreachableException($"Unmapped request {request}.");
        }
    }

    [LoggerMessage(EventId = 5365, Level = LogLevel.Warning, Message = "Request {Request} of {By} is refused: {What}: {Reason}")]
    private partial void LogRefused(long request, string by, string what, string reason);
}
