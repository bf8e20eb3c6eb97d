using Microsoft.Data.Sqlite;
using SmartCity.Notices;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>
/// Carries answers of organisations to the oracle. What is asked has the answer's name, so that it is asked once wherever this is ended; an answer is
/// closed when the oracle has said what became of it. What it refuses is said in a comment instead.
/// </summary>
internal sealed partial class AnswerCarrier(
    AnswerDesk desk, OracleReader reader, OracleCommands commands, City city, TimeProvider time, ILogger<AnswerCarrier> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>How long an incident that the journal does not know is waited for: a copy of the journal may be on its way into its place.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(1);

    /// <summary>Who an organisation is in the history of an incident. No person's login can be like it, so it can use no person's key.</summary>
    public static string NameOf(string organisation) => $"org:{organisation}";

    /// <summary>Carries what is open as far as it goes now.</summary>
    /// <exception cref="SqliteException">The answers cannot be read or closed.</exception>
    /// <exception cref="JournalException">The journal cannot be read or written.</exception>
    internal async Task StepAsync(CancellationToken cancellationToken)
    {
        foreach (OpenAnswer open in desk.Open())
        {
            try
            {
                await CarryAsync(open, cancellationToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or SqliteException or JournalException))
            {
                // Whatever is wrong with this one, the others go on.
                LogFailed(open.Id, open.Organisation, exception);
                desk.Close(open.Number);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool isWell = true;
        while (true)
        {
            try
            {
                await StepAsync(stoppingToken);
                isWell = true;
            }
            catch (Exception exception) when (exception is SqliteException or JournalException)
            {
                if (isWell)
                {
                    LogWaits(exception);
                }
                isWell = false;
            }
            await Task.Delay(s_look, time, stoppingToken);
        }
    }

    private async Task CarryAsync(OpenAnswer open, CancellationToken cancellationToken)
    {
        if (await reader.FindIncidentAsync(open.Answer.Incident, cancellationToken) is not { } incident)
        {
            if (time.GetUtcNow() - open.ReceivedAt > s_patience)
            {
                LogRefused(open.Id, open.Organisation, "the journal does not know the incident");
                desk.Close(open.Number);
            }
            return;
        }
        string name = $"answer {open.Organisation} {open.Id}";
        string note = AnswerRequest.NoteOf(open.Answer, city.Calendar);
        RequestAnswer outcome = await AskAsync(name, AnswerRequest.Of(open.Answer, incident));
        if (outcome.IsDone == false)
        {
            outcome = await AskAsync($"{name} comment", new DeskRequest.Comment(incident.Id));
        }
        if (outcome.IsDone == false)
        {
            LogRefused(open.Id, open.Organisation, outcome.Refusal ?? "");
        }
        if (outcome.IsDone is not null)
        {
            desk.Close(open.Number);
        }

        async Task<RequestAnswer> AskAsync(string once, DeskRequest request)
        {
            long asked = await commands.AskOnceAsync(once, request, NameOf(open.Organisation), note, cancellationToken);
            return await reader.GetRequestAsync(asked, cancellationToken) ?? default;
        }
    }

    [LoggerMessage(EventId = 7101, Level = LogLevel.Error, Message = "Answers of organisations wait: they cannot be handed to the oracle")]
    private partial void LogWaits(Exception exception);

    [LoggerMessage(EventId = 7102, Level = LogLevel.Error, Message = "Answer {Id} of {Organisation} is on record and is not carried out: {Reason}")]
    private partial void LogRefused(string id, string organisation, string reason);

    [LoggerMessage(EventId = 7103, Level = LogLevel.Error, Message = "Answer {Id} of {Organisation} is on record and is not carried out")]
    private partial void LogFailed(string id, string organisation, Exception exception);
}
