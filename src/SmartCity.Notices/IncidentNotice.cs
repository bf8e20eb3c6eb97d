using System.Collections.Immutable;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>
/// A change of an incident that others are told of. Immutable. Its texts are plain and bounded from the moment they are set (longer ones
/// are cut), so that whatever is written of them is a whole document.
/// </summary>
public sealed record IncidentNotice
{
    /// <summary>Most groups, houses, providers or deadlines that a notice tells of; more are left out.</summary>
    public const int MostItems = 200;

    /// <summary>Longest name, characters.</summary>
    public const int LongestName = 200;

    /// <summary>Which incident: the object's number in the city plan, and the number of the card within it.</summary>
    public required IncidentReference Incident { get; init; }

    /// <summary>Number of the notice, positive: a later one of the same incident has a higher one; some may be left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public required int Sequence
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }

    /// <summary>When the change happened, source time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Name of the object, e.g. of the heat substation.</summary>
    public required string ObjectName { get; init => field = PlainText.Line(value, LongestName); }

    /// <summary>Alarm of the brief, 1..4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is another number.</exception>
    public required byte Alarm
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value - 1u, 3u, nameof(value));
            field = value;
        }
    }

    /// <summary>How much the alarm matters.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How far the incident has come.</summary>
    public required IncidentStage Stage { get; init; }

    /// <summary>When the alarm was raised, source time.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>From which the clocks run.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When the alarm's condition ended; <c>null</c> while it holds.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>The deadlines there are, with their last instants in time.</summary>
    public ImmutableArray<NoticeDeadline> Deadlines { get; init => field = Bounded(value); } = [];

    /// <summary>The deadline that runs out, if that is what happened; <c>null</c> when the incident itself changed.</summary>
    public DeadlineWarning? Warning { get; init; }

    /// <summary>Who was sent; <c>null</c> while nobody is.</summary>
    public string? Crew { get; init => field = value is null ? null : PlainText.Line(value, LongestName); }

    /// <summary>What it is in Russian.</summary>
    public required NoticeText Russian { get; init; }

    /// <summary>What it is in English.</summary>
    public required NoticeText English { get; init; }

    /// <summary>The balance groups concerned.</summary>
    public ImmutableArray<NoticeGroup> Groups { get; init => field = Bounded(value); } = [];

    /// <summary>The houses concerned, by their names in the city plan.</summary>
    public ImmutableArray<string> Houses
    {
        get;
        init => field = [.. Bounded(value).Select(house => PlainText.Line(house, LongestName))];
    } = [];

    /// <summary>The providers concerned, by their numbers in the city plan.</summary>
    public ImmutableArray<ushort> Providers { get; init => field = Bounded(value); } = [];

    /// <summary>Where it is, as far as it is known.</summary>
    public NoticePlace? Place { get; init; }

    /// <summary>Is the incident over: closed, a false alarm, or part of another?</summary>
    public bool IsEnd => Stage >= IncidentStage.Closed;

    private static ImmutableArray<T> Bounded<T>(ImmutableArray<T> items) => items.IsDefault ? [] : [.. items.Take(MostItems)];
}

/// <summary>What a notice is to people, in one language. Plain text; longer ones are cut.</summary>
public sealed record NoticeText
{
    /// <summary>Longest headline, characters: that of a CAP document.</summary>
    public const int LongestHeadline = 160;

    /// <summary>Longest description or instruction, characters.</summary>
    public const int LongestText = 4_000;

    /// <summary>The alarm in a few words; at most <see cref="IncidentNotice.LongestName"/> characters.</summary>
    public required string Title { get; init => field = PlainText.Line(value, IncidentNotice.LongestName); }

    /// <summary>What happened, in one line.</summary>
    public required string Headline { get; init => field = PlainText.Line(value, LongestHeadline); }

    /// <summary>What is known of it.</summary>
    public required string Description { get; init => field = PlainText.Lines(value, LongestText); }

    /// <summary>What is to be done.</summary>
    public required string Instruction { get; init => field = PlainText.Lines(value, LongestText); }
}

/// <summary>A deadline of the incident.</summary>
/// <param name="Deadline">Which one.</param>
/// <param name="Due">The last instant in time.</param>
/// <param name="Status">How the incident stands with it.</param>
public readonly record struct NoticeDeadline(Deadline Deadline, DateTimeOffset Due, DeadlineStatus Status);

/// <summary>A balance group concerned.</summary>
/// <param name="Number">Its number in the city plan.</param>
/// <param name="Kind">What it is supplied with.</param>
/// <param name="Name">Its name.</param>
public sealed record NoticeGroup(uint Number, EnergyKind Kind, string Name)
{
    /// <summary>Its name; plain text.</summary>
    public string Name { get; init => field = PlainText.Line(value, IncidentNotice.LongestName); } =
        PlainText.Line(Name, IncidentNotice.LongestName);
}

/// <summary>Where an incident is. Degrees are WGS 84.</summary>
/// <param name="Oktmo">Code of the municipality (ОКТМО), 8 or 11 digits; <c>null</c> if it is not known.</param>
/// <param name="Circle">A circle around it; <c>null</c> if it is not known.</param>
public sealed record NoticePlace(string? Oktmo, NoticeCircle? Circle)
{
    /// <summary>Code of the municipality (ОКТМО), 8 or 11 digits; <c>null</c> if it is not known.</summary>
    public string? Oktmo { get; init => field = Checked(value); } = Checked(Oktmo);

    private static string? Checked(string? code) => code is null || (code.Length is 8 or 11 && code.All(char.IsAsciiDigit))
        ? code
        : throw new ArgumentException($"A code of a municipality has 8 or 11 digits, not \"{PlainText.Line(code, 20)}\".", nameof(code));
}

/// <summary>A circle on the ground.</summary>
/// <param name="Latitude">Degrees north, -90..90.</param>
/// <param name="Longitude">Degrees east, -180..180.</param>
/// <param name="RadiusKilometres">Radius, km.</param>
public readonly record struct NoticeCircle(decimal Latitude, decimal Longitude, decimal RadiusKilometres);
