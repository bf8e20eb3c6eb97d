using System.Globalization;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Api;

/// <summary>A question to the event log. Events are what a device would report of the faults laid on it: their start and their end.</summary>
internal sealed record EventQuery(DateTimeOffset From, ulong? ObjectId, int MinSeverity, int Skip)
{
    private static readonly string[] Severities = ["trivial", "minor", "major", "critical", "blocker"];

    /// <summary>Reads a question; <c>null</c> when it makes no sense.</summary>
    public static EventQuery? Parse(IQueryCollection query)
    {
        DateTimeOffset from = DateTimeOffset.UnixEpoch;
        ulong number = 0;
        int skip = 0;
        int severity = query["minSeverity"].FirstOrDefault() is { } name ? Array.IndexOf(Severities, name) : 0;
        bool understood = severity >= 0
            && (query["from"].FirstOrDefault() is not { } text || DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out from))
            && (query["object"].FirstOrDefault() is not { } node || ulong.TryParse(node, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            && (query["cursor"].FirstOrDefault() is not { } cursor || int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out skip));
        return understood ? new(from, query.ContainsKey("object") ? number : null, severity, skip) : null;
    }

    /// <summary>Writes one page, oldest first; the cursor of the next page is the number of events seen.</summary>
    public ApiAnswer Answer(City city, FaultSet faults, DateTimeOffset now, int most) => ApiAnswer.Json(writer =>
    {
        IEnumerable<Event> page = faults.All.SelectMany(fault => Of(city, fault))
            .Where(each => each.Time >= From && each.Time <= now && (ObjectId ?? each.ObjectId) == each.ObjectId && each.Severity >= MinSeverity)
            .OrderBy(each => each.Time).ThenBy(each => each.Id)
            .Skip(Skip).Take(most);
        writer.WriteStartArray();
        foreach (Event each in page)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", each.Id);
            writer.WriteNumber("objectId", each.ObjectId);
            writer.WriteString("name", each.Name);
            writer.WriteString("severity", Severities[each.Severity]);
            writer.WriteString("time", JsonWriting.Iso(each.Time));
            writer.WriteStartObject("args");
            writer.WriteString("target", each.Target);
            writer.WriteEndObject();
            writer.WriteNull("ackTime");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    private static IEnumerable<Event> Of(City city, Fault fault)
    {
        int severity = SeverityOf(fault.Kind);
        if (severity < 0)
        {
            yield break; // What a device cannot know: theft, a cut answer.
        }
        ulong node = city.FindNode(fault.TargetObject)?.Id ?? Catalogue.RootId; // Of all substations: the city.
        yield return new(fault.Id * 2, node, fault.Kind, severity, fault.From, fault.Target);
        if (fault.To is { } to && to > fault.From)
        {
            yield return new((fault.Id * 2) + 1, node, fault.Kind + "_cleared", 0, to, fault.Target);
        }
    }

    private static int SeverityOf(string kind) => kind switch
    {
        FaultKinds.PressureDrop or FaultKinds.Leak => 3,
        FaultKinds.PumpStopped or FaultKinds.PumpFault or FaultKinds.Disconnected => 2,
        FaultKinds.TemperatureLow or FaultKinds.TemperatureHigh or FaultKinds.PressureLow or FaultKinds.PressureHigh
            or FaultKinds.BadQuality or FaultKinds.ReplacedMeter => 1,
        _ => -1,
    };

    private sealed record Event(int Id, ulong ObjectId, string Name, int Severity, DateTimeOffset Time, string Target);
}
