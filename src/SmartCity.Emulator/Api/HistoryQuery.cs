using System.Globalization;
using System.Xml;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Api;

/// <summary>A question to history: [from, to) of a signal, plain, by step, or summed up by step.</summary>
/// <param name="From">First instant, inclusive.</param>
/// <param name="To">Last instant, exclusive.</param>
/// <param name="Step">Distance of the instants asked for; the archive period when none was given.</param>
/// <param name="Aggregate">How a step is summed up; <c>null</c>: the value as of its start.</param>
/// <param name="Start">Where this page begins.</param>
internal sealed record HistoryQuery(DateTimeOffset From, DateTimeOffset To, TimeSpan Step, string? Aggregate, DateTimeOffset Start)
{
    /// <summary>Most items of one page.</summary>
    public const int MaxItems = 10_000;

    private const int MaxSamplesOfPage = 200_000;

    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(31);

    /// <summary>Reads a question from a query string.</summary>
    /// <returns>The question, or why it makes no sense.</returns>
    public static (HistoryQuery? Query, string? Objection) Parse(IQueryCollection query, ValueKind kind)
    {
        if (!TryInstant(query["from"], out DateTimeOffset from) || !TryInstant(query["to"], out DateTimeOffset to) || to <= from)
        {
            return (null, "'from' and 'to' must be ISO 8601 instants with an offset, 'from' before 'to'");
        }
        string? aggregate = query["agg"].FirstOrDefault();
        TimeSpan step = City.ArchivePeriod;
        if (query["step"].FirstOrDefault() is { } text && (!TryStep(text, out step) || step < TimeSpan.FromSeconds(1) || step > LongestStep))
        {
            return (null, "'step' must be an ISO 8601 duration PT1S..P31D without months or years");
        }
        if (aggregate is not null && Objection(aggregate, kind, query.ContainsKey("step"), step) is { } objection)
        {
            return (null, objection);
        }
        if (!query.ContainsKey("step"))
        {
            from = CeilingToArchive(from);
        }
        DateTimeOffset start = from;
        if (query["cursor"].FirstOrDefault() is { } cursor)
        {
            bool known = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
                && index <= (to - from).Ticks / step.Ticks;
            if (!known)
            {
                return (null, "'cursor' is not one that this server gave for this question");
            }
            start = from + (step * index);
        }
        return (new(from, to, step, aggregate, start), null);
    }

    /// <summary>Writes one page: <c>{"items":[[ms,value,quality],…],"next":cursor|null}</c>.</summary>
    public ApiAnswer Answer(City city, EmulatedParameter parameter, DateTimeOffset now, FaultSet faults) => ApiAnswer.Json(writer =>
    {
        long samples = Aggregate is null ? 1 : Math.Max(1, Step.Ticks / City.ArchivePeriod.Ticks);
        long most = Math.Clamp(MaxSamplesOfPage / samples, 1, MaxItems);
        DateTimeOffset end = now < To ? now + TimeSpan.FromMilliseconds(1) : To;
        DateTimeOffset at = Start < city.HistoryFrom ? Start + (Step * ((city.HistoryFrom - Start).Ticks / Step.Ticks)) : Start;
        writer.WriteStartObject();
        writer.WriteStartArray("items");
        for (int item = 0; item < most && at < end; item++, at += Step)
        {
            Reading? reading = Aggregate is null ? city.ReadPast(parameter, at, now, faults) : Summary(city, parameter, at, now, faults);
            if (reading is { } known)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(at.ToUnixTimeMilliseconds());
                writer.WriteDatum(known.Value);
                writer.WriteStringValue(JsonWriting.NameOf(known.Quality));
                writer.WriteEndArray();
            }
        }
        writer.WriteEndArray();
        writer.WriteString("next", at < end ? ((at - From).Ticks / Step.Ticks).ToString(CultureInfo.InvariantCulture) : null);
        writer.WriteEndObject();
    });

    private Reading? Summary(City city, EmulatedParameter parameter, DateTimeOffset at, DateTimeOffset now, FaultSet faults)
    {
        DateTimeOffset end = at + Step < To ? at + Step : To;
        List<Datum> usable = [];
        bool complete = true;
        for (DateTimeOffset sample = CeilingToArchive(at); sample < end && sample <= now; sample += City.ArchivePeriod)
        {
            Reading? reading = city.ReadPast(parameter, sample, now, faults);
            complete &= reading?.Quality == Quality.Good;
            if (reading is { Quality: not Quality.Bad } value)
            {
                usable.Add(value.Value);
            }
        }
        if (usable.Count == 0)
        {
            return null;
        }
        return new(SumUp(usable), at, complete ? Quality.Good : Quality.Uncertain, null);
    }

    private Datum SumUp(List<Datum> values) => (Aggregate, values[0].Number) switch
    {
        ("last", _) => values[^1],
        ("min", null) => values.TrueForAll(value => value.Flag == true),
        ("max", null) => values.Exists(value => value.Flag == true),
        ("min", _) => values.Min(value => value.Number!.Value),
        ("max", _) => values.Max(value => value.Number!.Value),
        ("sum", _) => values.Sum(value => value.Number!.Value),
        _ => decimal.Round(values.Average(value => value.Number!.Value), 6, MidpointRounding.ToEven),
    };

    private static string? Objection(string aggregate, ValueKind kind, bool hasStep, TimeSpan step) =>
        aggregate is not ("last" or "avg" or "min" or "max" or "sum") ? "'agg' must be last, avg, min, max or sum"
        : !hasStep || step < City.ArchivePeriod || step > TimeSpan.FromDays(1) ? "'agg' needs a 'step' of PT1M..P1D"
        : (kind is ValueKind.String or ValueKind.DateTime) && aggregate != "last" ? $"'agg={aggregate}' makes no sense of a text"
        : kind == ValueKind.Bool && (aggregate is "avg" or "sum") ? $"'agg={aggregate}' makes no sense of a flag"
        : null;

    private static DateTimeOffset CeilingToArchive(DateTimeOffset instant)
    {
        long period = City.ArchivePeriod.Ticks;
        long past = instant.UtcTicks % period;
        return new(past == 0 ? instant.UtcTicks : instant.UtcTicks - past + period, TimeSpan.Zero);
    }

    private static bool TryInstant(string? text, out DateTimeOffset instant)
    {
        bool parsed = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
        return parsed && instant.Year is >= 1970 and <= 2200;
    }

    private static bool TryStep(string text, out TimeSpan step)
    {
        step = default;
        try
        {
            bool calendar = text.Contains('Y', StringComparison.Ordinal) || text.Split('T')[0].Contains('M', StringComparison.Ordinal);
            step = calendar ? default : XmlConvert.ToTimeSpan(text);
            return !calendar;
        }
        catch (Exception refused) when (refused is FormatException or OverflowException)
        {
            return false;
        }
    }
}
