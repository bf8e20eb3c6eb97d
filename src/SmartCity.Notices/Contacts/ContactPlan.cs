using System.Collections.Immutable;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>Who is told of incidents, of which, when and how: read from config/contacts.json. Immutable.</summary>
/// <param name="Sender">Who tells, as CAP documents name him: no spaces, commas, &lt; or &amp;.</param>
/// <param name="SenderName">The same for people.</param>
/// <param name="Status">Are the notices meant?</param>
/// <param name="Mail">The mail server; <c>null</c> when nobody is told by mail.</param>
/// <param name="Organisations">Who is told.</param>
public sealed record ContactPlan(
    string Sender, string SenderName, CapStatus Status, MailServer? Mail, ImmutableArray<Organisation> Organisations)
{
    /// <summary>Greatest length of the file, bytes.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>Reads the plan.</summary>
    /// <param name="utf8">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="providers">Numbers of the city's providers, for an organisation names one of them; <c>null</c> when they are not known.</param>
    /// <exception cref="RuleBookException">It breaks the format; every mistake is named with line and column.</exception>
    public static ContactPlan Parse(ReadOnlySpan<byte> utf8, string file, IReadOnlySet<ushort>? providers = null)
    {
        if (utf8.Length > MaxFileBytes)
        {
            throw new RuleBookException([new(file, 1, 1, $"the file has more bytes than the {MaxFileBytes} that are read.")]);
        }
        List<RuleProblem> problems = [];
        ContactPlan plan = new ContactPlanReader(file, problems, providers).Read(JsonText.Parse(utf8, file));
        return problems.Count == 0
            ? plan
            : throw new RuleBookException([.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)]);
    }

    /// <summary>Reads the plan of a city from a file.</summary>
    /// <exception cref="RuleBookException">The file cannot be read or breaks the format, or an organisation names a provider that the city lacks.</exception>
    public static async Task<ContactPlan> LoadAsync(string path, CityPlan city, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(city);
        byte[] utf8;
        try
        {
            await using FileStream file = File.OpenRead(path);
            byte[] most = new byte[MaxFileBytes + 1];
            utf8 = most[..await file.ReadAtLeastAsync(most, most.Length, throwOnEndOfStream: false, cancellationToken)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RuleBookException([new(path, 1, 1, $"the contact plan cannot be read: {exception.Message}")]);
        }
        return Parse(utf8, path, city.Providers.Select(provider => provider.Number).ToHashSet());
    }

    /// <summary>Who is told of a notice, and from when on. Pure.</summary>
    /// <remarks>
    /// A contact out of its hours has its substitute told instead, or that one's; where none of them has duty it is told when its hours
    /// begin. Who is told of several ways is told once.
    /// </remarks>
    /// <param name="notice">What happened.</param>
    /// <param name="time">When it is told.</param>
    /// <param name="calendar">The city's clock, by which hours are meant.</param>
    public ImmutableArray<PlannedDelivery> DeliveriesOf(IncidentNotice notice, DateTimeOffset time, CityCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(notice);
        ArgumentNullException.ThrowIfNull(calendar);
        DateTimeOffset local = calendar.ToLocal(time);
        return
        [
            .. Organisations.Where(organisation => organisation.Concerns(notice))
                .SelectMany(organisation => organisation.Contacts.Where(contact => contact.Wants(notice))
                    .Select(contact => organisation.OnDuty(contact, local)))
                .DistinctBy(delivery => (delivery.Organisation.Code, delivery.Contact.Name)),
        ];
    }

    /// <summary>The organisation with a code; <c>null</c> when there is none.</summary>
    public Organisation? Find(string code) => Organisations.FirstOrDefault(organisation => organisation.Code == code);
}

/// <summary>A contact that is told.</summary>
/// <param name="Organisation">Whose.</param>
/// <param name="Contact">Which one.</param>
/// <param name="NotBefore">From when on, UTC.</param>
public sealed record PlannedDelivery(Organisation Organisation, Contact Contact, DateTimeOffset NotBefore);

/// <summary>An organisation that is told of incidents.</summary>
/// <param name="Code">Name in addresses and files: small Latin letters, digits and hyphens.</param>
/// <param name="Name">Name for people.</param>
/// <param name="Provider">Its number as a provider in the city plan; <c>null</c> when it is none and every incident concerns it.</param>
/// <param name="SecretFile">File of the secret that signs its webhooks and its answers; <c>null</c> when it has neither.</param>
/// <param name="Contacts">Whom it wants told.</param>
public sealed record Organisation(string Code, string Name, ushort? Provider, string? SecretFile, ImmutableArray<Contact> Contacts)
{
    internal bool Concerns(IncidentNotice notice) => Provider is not { } provider || notice.Providers.Contains(provider);

    /// <summary>The contact, or the first of its substitutes that has duty.</summary>
    internal PlannedDelivery OnDuty(Contact contact, DateTimeOffset local)
    {
        // The reader has seen to it that substitutes do not go in a circle.
        for (Contact? next = contact; next is not null; next = Find(next.Substitute))
        {
            if (next.Hours is not { } hours || hours.Include(local))
            {
                return new(this, next, local.ToUniversalTime());
            }
        }
        return new(this, contact, contact.Hours!.Value.NextStart(local).ToUniversalTime());
    }

    internal Contact? Find(string? name) => Contacts.FirstOrDefault(contact => contact.Name == name);
}

/// <summary>A way to reach an organisation, and what it is told on it.</summary>
public sealed record Contact
{
    /// <summary>Name within its organisation: small Latin letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is reached.</summary>
    public required ContactAddress Address { get; init; }

    /// <summary>Of which alarms of the brief; empty for one that is only a substitute.</summary>
    public ImmutableArray<byte> Alarms { get; init; } = [];

    /// <summary>From which severity on.</summary>
    public Severity LeastSeverity { get; init; }

    /// <summary>At which stages; besides, at the end of incidents of which the organisation was told.</summary>
    public ImmutableArray<IncidentStage> Stages { get; init; } = [];

    /// <summary>Of which steps of the escalation of deadlines.</summary>
    public ImmutableArray<EscalationLevel> Levels { get; init; } = [];

    /// <summary>When it has duty, local time; <c>null</c> for always.</summary>
    public DutyHours? Hours { get; init; }

    /// <summary>Which contact of the same organisation is told when it has no duty.</summary>
    public string? Substitute { get; init; }

    internal bool Wants(IncidentNotice notice) =>
        Alarms.Contains(notice.Alarm)
        && notice.Severity >= LeastSeverity
        && (notice.Warning is { } warning ? Levels.Contains(warning.To) : notice.IsEnd || Stages.Contains(notice.Stage));
}

/// <summary>Where a contact is reached. Closed.</summary>
public abstract record ContactAddress
{
    private ContactAddress()
    {
    }

    /// <summary>A signed call of a web address.</summary>
    /// <param name="Url">http or https, without user or password.</param>
    public sealed record Webhook(Uri Url) : ContactAddress;

    /// <summary>A mail.</summary>
    /// <param name="Address">One address, e.g. <c>duty@example.org</c>.</param>
    public sealed record Mail(string Address) : ContactAddress;
}

/// <summary>Hours of the day, local time, half-open; those that end no later than they begin go over midnight.</summary>
/// <param name="From">First minute.</param>
/// <param name="To">First minute after them; not <paramref name="From"/>.</param>
public readonly record struct DutyHours(TimeOnly From, TimeOnly To)
{
    /// <summary>Is a local instant within them?</summary>
    public bool Include(DateTimeOffset local) => TimeOnly.FromTimeSpan(local.TimeOfDay).IsBetween(From, To);

    /// <summary>When they begin next after a local instant.</summary>
    public DateTimeOffset NextStart(DateTimeOffset local)
    {
        DateTimeOffset today = new(local.Date + From.ToTimeSpan(), local.Offset);
        return today > local ? today : today.AddDays(1);
    }
}

/// <summary>How much a notice is meant: the words of CAP.</summary>
public enum CapStatus
{
    /// <summary>It is meant.</summary>
    Actual,

    /// <summary>An exercise.</summary>
    Exercise,

    /// <summary>A test of the way it goes.</summary>
    Test,
}

/// <summary>The server that mails are handed to.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security">How the connection is guarded.</param>
/// <param name="From">Who writes, one address.</param>
/// <param name="User">Who logs in; <c>null</c> for nobody.</param>
/// <param name="PasswordFile">File of the password; <c>null</c> exactly when nobody logs in.</param>
public sealed record MailServer(string Host, int Port, MailSecurity Security, string From, string? User, string? PasswordFile);

/// <summary>How the connection to a mail server is guarded.</summary>
public enum MailSecurity
{
    /// <summary>STARTTLS: without it nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Not at all: only for a server on this machine.</summary>
    None,
}
