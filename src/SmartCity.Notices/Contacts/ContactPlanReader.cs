using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>Reads config/contacts.json.</summary>
internal sealed partial class ContactPlanReader(string file, List<RuleProblem> problems, IReadOnlySet<ushort>? providers)
    : JsonTextReader(file, problems)
{
    /// <summary>The format that is read.</summary>
    private const int Version = 1;

    private const int MostOrganisations = 200;
    private const int MostContacts = 20;
    private const int LongestText = 200;

    /// <summary>The end needs no mention: an organisation that was told of an incident is told of its end.</summary>
    private static readonly IncidentStage[] s_openStages =
        [.. Enum.GetValues<IncidentStage>().Where(stage => stage is > IncidentStage.None and < IncidentStage.Closed)];

    public ContactPlan Read(JsonText root)
    {
        ContactPlan nothing = new("", "", default, null, []);
        if (!Expect(root, JsonValueKind.Object, "an object in braces"))
        {
            return nothing;
        }
        CheckFields(root, ["version", "sender", "senderName", "status", "mail", "organisations"], ["version", "sender", "senderName", "status", "organisations"]);
        _ = Whole(root, "version", Version, Version);
        MailServer? mail = root.Find("mail") is { } written && Expect(written, JsonValueKind.Object, "an object in braces") ? Server(written) : null;
        ImmutableArray<Organisation> organisations =
            [.. Bounded(root, "organisations", MostOrganisations).Select(item => ReadOrganisation(item, mail is not null))];
        Unique(root, "organisations", "code");
        Unique(root, "organisations", "provider");
        return new(
            Matching(root, "sender", Sender(), "a sender without spaces, commas, < and & is needed, as \"edds@example.org\"."),
            Text(root, "senderName"), Word<CapStatus>(root, "status"), mail, organisations);
    }

    private MailServer Server(JsonText item)
    {
        CheckFields(item, ["host", "port", "security", "from", "user", "passwordFile"], ["host", "port", "security", "from"]);
        MailServer server = new(
            Text(item, "host"), Whole(item, "port", 1, 65_535), Word<MailSecurity>(item, "security"), Address(item, "from"),
            OptionalText(item, "user"), OptionalText(item, "passwordFile"));
        if (server.Security == MailSecurity.None && !IsThisMachine(server.Host))
        {
            Report(item.Find("security")!, "without TLS mails are handed only to this machine: localhost, 127.0.0.1 or ::1.");
        }
        if (server.User is null != server.PasswordFile is null)
        {
            Report(item, "\"user\" and \"passwordFile\" go together.");
        }
        return server;
    }

    private Organisation ReadOrganisation(JsonText item, bool hasMail)
    {
        CheckFields(item, ["code", "name", "provider", "secretFile", "contacts"], ["code", "name", "contacts"]);
        Organisation organisation = new(
            Code(item, "code"), Text(item, "name"),
            item.Find("provider") is null ? null : (ushort)Whole(item, "provider", 1, ushort.MaxValue),
            OptionalText(item, "secretFile"),
            [.. Bounded(item, "contacts", MostContacts).Select(ReadContact)]);
        if (organisation.Provider is { } provider && providers?.Contains(provider) == false)
        {
            Report(item.Find("provider")!, $"the city plan has no provider {provider}.");
        }
        Unique(item, "contacts", "name");
        foreach ((Contact contact, JsonText written) in organisation.Contacts.Zip(Objects(item, "contacts")))
        {
            if (contact.Address is ContactAddress.Webhook && organisation.SecretFile is null)
            {
                Report(written, "a webhook is signed: its organisation needs \"secretFile\".");
            }
            if (contact.Address is ContactAddress.Mail && !hasMail)
            {
                Report(written, "a mail needs a server: the field \"mail\" of the plan.");
            }
            CheckSubstitutes(organisation, contact, written);
        }
        return organisation;
    }

    private void CheckSubstitutes(Organisation organisation, Contact contact, JsonText written)
    {
        HashSet<string> seen = [];
        for (Contact? next = contact; next?.Substitute is { } name; next = organisation.Find(name))
        {
            if (!seen.Add(next.Name))
            {
                Report(written.Find("substitute")!, "the substitutes go in a circle.");
                return;
            }
        }
        if (contact.Substitute is { } substitute && organisation.Find(substitute) is null)
        {
            Report(written.Find("substitute")!, "no contact of this organisation has that name.");
        }
    }

    private Contact ReadContact(JsonText item)
    {
        CheckFields(item, ["name", "webhook", "mail", "alarms", "leastSeverity", "stages", "levels", "hours", "substitute"], ["name", "alarms"]);
        ContactAddress address = (item.Find("webhook"), item.Find("mail")) switch
        {
            ({ } url, null) => new ContactAddress.Webhook(Url(url)),
            (null, not null) => new ContactAddress.Mail(Address(item, "mail")),
            _ => NoAddress(item),
        };
        return new()
        {
            Name = Code(item, "name"),
            Address = address,
            Alarms = [.. ItemsOf(item, "alarms").Select(Alarm)],
            LeastSeverity = item.Find("leastSeverity") is null ? Severity.Trivial : Word<Severity>(item, "leastSeverity"),
            Stages = [.. ItemsOf(item, "stages").Select(stage => WordIn(stage, s_openStages))],
            Levels = [.. ItemsOf(item, "levels").Select(level => WordIn(level, Enum.GetValues<EscalationLevel>()))],
            Hours = item.Find("hours") is { } hours ? Hours(hours) : null,
            Substitute = OptionalText(item, "substitute"),
        };
    }

    private ContactAddress NoAddress(JsonText item)
    {
        Report(item, "either \"webhook\" or \"mail\" is needed.");
        return new ContactAddress.Mail("");
    }

    private byte Alarm(JsonText item)
    {
        if (item.Kind == JsonValueKind.Number && item.Number is 1 or 2 or 3 or 4)
        {
            return (byte)item.Number;
        }
        Report(item, "the number of an alarm of the brief is 1, 2, 3 or 4.");
        return 1;
    }

    private DutyHours? Hours(JsonText item)
    {
        Match match = HoursText().Match(TextIn(item));
        if (match.Success
            && TimeOnly.TryParseExact(match.Groups[1].Value, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly from)
            && TimeOnly.TryParseExact(match.Groups[2].Value, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly to)
            && from != to)
        {
            return new(from, to);
        }
        Report(item, "hours of the day are needed, as \"08:00-20:00\" or, over midnight, \"20:00-08:00\".");
        return null;
    }

    private Uri Url(JsonText item)
    {
        if (Uri.TryCreate(TextIn(item), UriKind.Absolute, out Uri? url) && url is { Scheme: "http" or "https", UserInfo: "" })
        {
            return url;
        }
        Report(item, "an address with http or https is needed, without user and password.");
        return new("https://invalid.invalid/");
    }

    private string Address(JsonText item, string name)
    {
        string text = Text(item, name);
        if (text == "" || (MailboxAddress.TryParse(text, out MailboxAddress? mailbox) && mailbox.Address == text && MailText().IsMatch(text)))
        {
            return text;
        }
        Report(item.Find(name)!, "one mail address is needed, as \"duty@example.org\".");
        return "";
    }

    private string Code(JsonText item, string name) =>
        Matching(item, name, CodeText(), "1 to 40 small Latin letters, digits and hyphens are needed, a letter or digit first.");

    private string Matching(JsonText item, string name, Regex regex, string needed)
    {
        string text = Text(item, name);
        if (text != "" && !regex.IsMatch(text))
        {
            Report(item.Find(name)!, needed);
        }
        return text;
    }

    /// <summary>A text that must not be empty; empty where the field is missing or wrong.</summary>
    private string Text(JsonText item, string name)
    {
        if (item.Find(name) is not { } written)
        {
            return "";
        }
        string text = TextIn(written);
        if (written.Kind == JsonValueKind.String && (text.Length is 0 or > LongestText || text != PlainText.Line(text, LongestText)))
        {
            Report(written, $"one line of 1 to {LongestText} characters is needed.");
        }
        return text;
    }

    private string? OptionalText(JsonText item, string name) => item.Find(name) is null ? null : Text(item, name);

    private TEnum Word<TEnum>(JsonText item, string name)
        where TEnum : struct, Enum => item.Find(name) is { } written ? WordIn(written, Enum.GetValues<TEnum>()) : default;

    private TEnum WordIn<TEnum>(JsonText written, TEnum[] allowed)
        where TEnum : struct, Enum
    {
        string[] names = [.. allowed.Select(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()))];
        int found = written.Kind == JsonValueKind.String ? Array.IndexOf(names, written.String) : -1;
        if (found < 0)
        {
            Report(written, $"one of {string.Join(", ", names)} is needed.");
        }
        return allowed[Math.Max(found, 0)];
    }

    private IEnumerable<JsonText> Bounded(JsonText item, string name, int most)
    {
        JsonText[] items = [.. Objects(item, name)];
        if (items.Length > most)
        {
            Report(items[most], $"there are {items.Length}; at most {most} are read.");
        }
        return items.Take(most);
    }

    /// <summary>No two objects of a list have the same value in a field.</summary>
    private void Unique(JsonText item, string list, string name)
    {
        HashSet<(string, decimal)> seen = [];
        foreach (JsonText value in (item.Find(list)?.Items ?? []).Select(entry => entry.Find(name)).OfType<JsonText>())
        {
            if (!seen.Add((value.String, value.Number)))
            {
                Report(value, $"this \"{name}\" stands here a second time.");
            }
        }
    }

    private static bool IsThisMachine(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex CodeText();

    [GeneratedRegex(@"^[^\s,<>&]+\z")]
    private static partial Regex Sender();

    [GeneratedRegex(@"^[^\s<>,;:\\""()\[\]@]+@[^\s<>,;:\\""()@]+\z")]
    private static partial Regex MailText();

    [GeneratedRegex(@"^([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})\z")]
    private static partial Regex HoursText();
}
