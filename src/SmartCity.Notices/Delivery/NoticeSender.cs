using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;

namespace SmartCity.Notices;

/// <summary>
/// Brings queued notices to the contacts of the plan, each contact on its own, so that one that is slow holds up no other. What was not
/// certainly taken is sent again with the same id; a restart goes on where the last run ended.
/// </summary>
/// <param name="plan">Who is told, and how.</param>
/// <param name="calendar">The city's clock.</param>
/// <param name="database">Where the notices are.</param>
/// <param name="secretFolder">To which the plan's names of secret files are relative: the state folder.</param>
/// <param name="webhooks">For contacts with a web address.</param>
/// <param name="mails">For contacts with a mail address.</param>
/// <param name="time">The time.</param>
/// <param name="logger">The log.</param>
public sealed partial class NoticeSender(
    ContactPlan plan,
    CityCalendar calendar,
    NoticeDatabase database,
    string secretFolder,
    WebhookChannel webhooks,
    MailChannel mails,
    TimeProvider time,
    ILogger<NoticeSender> logger)
{
    private const int LongestFailure = 500;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(5);

    private readonly DeliveryStore _store = new(database);

    /// <summary>Sends until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        (Organisation Organisation, Contact Contact)[] contacts =
            [.. plan.Organisations.SelectMany(organisation => organisation.Contacts.Select(contact => (organisation, contact)))];
        await KillUnknownAsync(contacts, cancellationToken);
        await Task.WhenAll(contacts.Select(pair => RunAsync(pair.Organisation, pair.Contact, cancellationToken)));
    }

    /// <summary>Sends the next delivery of a contact that is due.</summary>
    /// <returns>False when none is.</returns>
    /// <exception cref="SqliteException">The file cannot be read or written.</exception>
    internal async Task<bool> StepAsync(Organisation organisation, Contact contact, CancellationToken cancellationToken)
    {
        if (_store.Next(organisation.Code, contact.Name, time.GetUtcNow()) is not { } delivery)
        {
            return false;
        }
        Settle(organisation.Code, contact.Name, delivery, await SendAsync(organisation, contact, delivery, cancellationToken));
        return true;
    }

    private async Task KillUnknownAsync((Organisation Organisation, Contact Contact)[] contacts, CancellationToken cancellationToken)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                int killed = _store.KillAllBut(contacts.Select(pair => (pair.Organisation.Code, pair.Contact.Name)), time.GetUtcNow());
                if (killed > 0)
                {
                    LogUnknownContacts(killed);
                }
                return;
            }
            catch (SqliteException exception)
            {
                if (isFirst)
                {
                    LogFault("*", "*", exception);
                }
            }
            await Task.Delay(s_pauseAfterFault, time, cancellationToken);
        }
    }

    private async Task RunAsync(Organisation organisation, Contact contact, CancellationToken cancellationToken)
    {
        bool isWell = true;
        while (true)
        {
            TimeSpan pause = TimeSpan.Zero;
            try
            {
                pause = await StepAsync(organisation, contact, cancellationToken) ? TimeSpan.Zero : s_look;
                isWell = true;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                pause = s_pauseAfterFault;
                if (isWell)
                {
                    LogFault(organisation.Code, contact.Name, exception);
                }
                isWell = false;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<SendOutcome> SendAsync(Organisation organisation, Contact contact, DueDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return contact.Address switch
            {
                ContactAddress.Webhook webhook => await webhooks.SendAsync(
                    webhook.Url, delivery.Message, NoticeJson.Message(delivery.Notice, delivery.Cap, delivery.Sent),
                    SecretFile.ReadKeys(PathOf(organisation.SecretFile!)), cancellationToken),
                ContactAddress.Mail mail => await MailAsync(plan.Mail!, mail.Address, delivery, cancellationToken),
                var unknown => throw new System.Diagnostics.UnreachableException($"Unmapped address {unknown}."),
            };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A secret that is not there, or what nobody thought of: this one is tried again like any other, and the rest goes on.
            return new SendOutcome.Failed($"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private Task<SendOutcome> MailAsync(MailServer server, string address, DueDelivery delivery, CancellationToken cancellationToken) =>
        mails.SendAsync(
            server, server.PasswordFile is null ? null : SecretFile.ReadPassword(PathOf(server.PasswordFile)),
            MailMessage.Write(plan, server, address, delivery, calendar), cancellationToken);

    private void Settle(string organisation, string contact, DueDelivery delivery, SendOutcome outcome)
    {
        DateTimeOffset now = time.GetUtcNow();
        int attempts = delivery.Attempts + 1;
        switch (outcome)
        {
            case SendOutcome.Delivered:
                _store.Deliver(delivery.Id, now);
                LogDelivered(delivery.Message, organisation, contact, attempts);
                break;
            case SendOutcome.Failed failed when attempts < RetrySchedule.MostAttempts:
                string why = PlainText.Line(failed.Reason, LongestFailure);
                _store.Postpone(delivery.Id, now + RetrySchedule.PauseAfter(attempts, Random.Shared.Next(50, 101), failed.RetryAfter), why);
                if (failed.RetryAfter is not null)
                {
                    _store.PostponeAll(organisation, contact, now + RetrySchedule.Asked(failed.RetryAfter));
                }
                if (attempts == 1)
                {
                    LogFailed(delivery.Message, organisation, contact, why);
                }
                break;
            case SendOutcome.Failed failed:
                Kill(failed.Reason);
                break;
            case SendOutcome.Gone gone:
                Kill(gone.Reason);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"Unmapped outcome {outcome}.");
        }

        void Kill(string reason)
        {
            string last = PlainText.Line(reason, LongestFailure);
            _store.Kill(delivery.Id, last, now);
            LogDead(delivery.Message, organisation, contact, attempts, last);
        }
    }

    private string PathOf(string file) => Path.Combine(secretFolder, file);

    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "Notice {Notice} was taken by {Organisation}/{Contact} at attempt {Attempt}")]
    private partial void LogDelivered(string notice, string organisation, string contact, int attempt);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "Notice {Notice} did not reach {Organisation}/{Contact} and is tried again: {Reason}")]
    private partial void LogFailed(string notice, string organisation, string contact, string reason);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Error, Message = "Notice {Notice} to {Organisation}/{Contact} is a dead letter after {Attempts} attempts: {Reason}")]
    private partial void LogDead(string notice, string organisation, string contact, int attempts, string reason);

    [LoggerMessage(EventId = 6004, Level = LogLevel.Error, Message = "{Count} notices wait for contacts that the plan does not know any more: they are dead letters")]
    private partial void LogUnknownContacts(int count);

    [LoggerMessage(EventId = 6005, Level = LogLevel.Error, Message = "Notices to {Organisation}/{Contact} cannot be read or noted: they wait")]
    private partial void LogFault(string organisation, string contact, Exception exception);
}
