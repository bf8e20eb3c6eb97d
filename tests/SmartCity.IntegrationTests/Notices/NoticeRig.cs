using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Domain;
using SmartCity.IntegrationTests.Oracle;
using SmartCity.Notices;
using SmartCity.Rules;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>Outbox and sender over a real file, with a clock that stands until it is moved.</summary>
internal sealed class NoticeRig : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 1, 15, 8, 14, 0, TimeSpan.Zero);

    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static readonly CityCalendar s_calendar = new(TimeSpan.FromHours(3));

    private readonly WebhookChannel _webhooks;
    private readonly MailChannel _mails;

    private NoticeRig(ImmutableArray<Contact> contacts, MailServer? mail, Func<TimeProvider, MailChannel>? mails)
    {
        Folder = Directory.CreateTempSubdirectory("notices").FullName;
        WriteSecret("key", $"whsec_{Convert.ToBase64String(Key)}");
        Plan = new("edds@demograd.example", "ЕДДС Демограда", CapStatus.Exercise, mail, [new("teploset", "ПАО «Теплосеть»", 3, "key", contacts)]);
        _webhooks = new(Time);
        _mails = mails?.Invoke(Time) ?? new(Time);
        Open();
    }

    public string Folder { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public TestLog Log { get; } = new();

    public ContactPlan Plan { get; }

    public NoticeOutbox Outbox { get; private set; } = null!;

    public NoticeSender Sender { get; private set; } = null!;

    public DeadLetters DeadLetters { get; private set; } = null!;

    private NoticeDatabase Database { get; set; } = null!;

    public static NoticeRig Telling(params ImmutableArray<Contact> contacts) => new(contacts, null, null);

    public static NoticeRig Mailing(string address, MailServer server, Func<TimeProvider, MailChannel> mails) =>
        new([All("desk", new ContactAddress.Mail(address))], server, mails);

    public static Contact Webhook(string name, Uri url) => All(name, new ContactAddress.Webhook(url));

    public static IncidentNotice Notice(int sequence, long incident = 7, string headline = "Протечка") => new()
    {
        Incident = new(1, incident),
        Sequence = sequence,
        At = Start,
        ObjectName = "ИТП 1",
        Alarm = 4,
        Severity = Severity.Critical,
        Stage = IncidentStage.Registered,
        RaisedAt = Start,
        RegisteredAt = Start,
        Russian = new() { Title = "Протечка", Headline = headline, Description = "Датчик сработал.", Instruction = "Перекрыть ввод." },
        English = new() { Title = "Leak", Headline = "Leak", Description = "The sensor is on.", Instruction = "Close the inlet." },
        Providers = [3],
    };

    /// <summary>Incident and sequence of a call.</summary>
    public static (long Incident, int Sequence) Of(Call call)
    {
        JsonElement notice = JsonDocument.Parse(call.Body).RootElement.GetProperty("data").GetProperty("notice");
        return (notice.GetProperty("incident").GetProperty("number").GetInt64(), notice.GetProperty("sequence").GetInt32());
    }

    /// <summary>Sends what is due for a contact.</summary>
    /// <returns>How many attempts that were.</returns>
    public async Task<int> SendDueAsync(string contact = "desk", CancellationToken cancellationToken = default)
    {
        int attempts = 0;
        while (await Sender.StepAsync(Plan.Organisations[0], Plan.Organisations[0].Contacts.Single(known => known.Name == contact), cancellationToken))
        {
            attempts++;
        }
        return attempts;
    }

    /// <summary>As after a crash: whatever was in memory is gone.</summary>
    public void Restart()
    {
        Database.Dispose();
        Open();
    }

    public void WriteSecret(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public void Dispose()
    {
        Database.Dispose();
        _webhooks.Dispose();
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static Contact All(string name, ContactAddress address) => new()
    {
        Name = name,
        Address = address,
        Alarms = [1, 2, 3, 4],
        Stages = [IncidentStage.Registered],
    };

    private void Open()
    {
        Database = NoticeDatabase.Open(Folder);
        Outbox = new(Plan, s_calendar, Database, Time);
        Sender = new(Plan, s_calendar, Database, Folder, _webhooks, _mails, Time, Log.For<NoticeSender>());
        DeadLetters = new(Database, Time);
    }
}
