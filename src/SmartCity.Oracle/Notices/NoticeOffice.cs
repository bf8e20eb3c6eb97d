using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Notices;

namespace SmartCity.Oracle;

/// <summary>All that an oracle tells organisations with: their contacts, the file of notices, and what carries them.</summary>
internal sealed class NoticeOffice : IDisposable
{
    private readonly NoticeDatabase _database;
    private readonly WebhookChannel _webhooks;

    private NoticeOffice(OracleOptions options, CityPlan plan, ContactPlan contacts, NoticeDatabase database, TimeProvider time, ILoggerFactory logging)
    {
        CityCalendar calendar = new(TimeSpan.FromHours(plan.UtcOffsetHours));
        _database = database;
        _webhooks = new(time);
        Outbox = new(contacts, calendar, database, time);
        Sender = new(contacts, calendar, database, options.StateFolder, _webhooks, new(time), time, logging.CreateLogger<NoticeSender>());
        LastSequence = Outbox.LastSequence();
    }

    /// <summary>Takes notices.</summary>
    public NoticeOutbox Outbox { get; }

    /// <summary>Brings them to the contacts.</summary>
    public NoticeSender Sender { get; }

    /// <summary>The highest number of a notice when the file was opened.</summary>
    public int LastSequence { get; }

    /// <summary>Reads the contact plan and opens the file of notices.</summary>
    /// <returns><c>null</c> when the oracle tells nobody.</returns>
    /// <exception cref="OracleStoppedException">The contact plan or the file of notices cannot be used.</exception>
    public static async Task<NoticeOffice?> OpenAsync(
        OracleOptions options, CityPlan plan, TimeProvider time, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        if (await OracleFiles.ReadContactsAsync(options.ContactsFile, plan, cancellationToken) is not { } contacts)
        {
            return null;
        }
        NoticeDatabase? database = null;
        try
        {
            database = NoticeDatabase.Open(options.StateFolder);
            return new(options, plan, contacts, database, time, logging);
        }
        catch (Exception exception) when (exception is SqliteException or InvalidDataException)
        {
            database?.Dispose();
            throw new OracleStoppedException(
                OracleExit.Configuration,
                $"The file of notices {Path.Combine(options.StateFolder, NoticeDatabase.FileName)} cannot be used: {exception.Message} "
                + "Restore it from a copy, or move it away to begin a new one.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _webhooks.Dispose();
        _database.Dispose();
    }
}
