using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>What a person asks of the oracle about an alarm or an incident. Closed. Who asks, why and when stands beside it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(Shelve), "shelve")]
[JsonDerivedType(typeof(Unshelve), "unshelve")]
[JsonDerivedType(typeof(TakeOut), "takeOut")]
[JsonDerivedType(typeof(PutBack), "putBack")]
[JsonDerivedType(typeof(Reset), "reset")]
[JsonDerivedType(typeof(Advance), "advance")]
[JsonDerivedType(typeof(AssignOwner), "assignOwner")]
[JsonDerivedType(typeof(SendCrew), "sendCrew")]
[JsonDerivedType(typeof(Comment), "comment")]
[JsonDerivedType(typeof(AddEvidence), "addEvidence")]
[JsonDerivedType(typeof(Visit), "visit")]
[JsonDerivedType(typeof(Suspend), "suspend")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(Reopen), "reopen")]
[JsonDerivedType(typeof(Merge), "merge")]
[JsonDerivedType(typeof(Escalate), "escalate")]
[JsonDerivedType(typeof(Interrupt), "interrupt")]
[JsonDerivedType(typeof(ReportCondition), "reportCondition")]
[JsonDerivedType(typeof(RecordOutage), "recordOutage")]
[JsonDerivedType(typeof(HandOver), "handOver")]
[JsonDerivedType(typeof(TakeOver), "takeOver")]
public abstract record DeskRequest
{
    /// <summary>Longest name of a person, crew or file, in characters.</summary>
    public const int MaxName = 200;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private DeskRequest()
    {
    }

    /// <summary>A shift ends; the note says what the next one must know.</summary>
    public sealed record HandOver : DeskRequest;

    /// <summary>Another person takes over what was handed over.</summary>
    /// <param name="Handover">The <see cref="HandoverView.Id"/>.</param>
    public sealed record TakeOver(long Handover) : DeskRequest;

    /// <summary>About one raising of an alarm.</summary>
    /// <param name="Alarm">The alarm's <see cref="AlarmView.Id"/>.</param>
    public sealed record Acknowledge(long Alarm) : DeskRequest;

    /// <summary>About an alarm of a substation, be it raised or not.</summary>
    /// <param name="Substation">Number of the substation in the city plan.</param>
    /// <param name="Code">The rule's code, e.g. <c>A3.T1.HIGH</c>.</param>
    public abstract record OfAlarm(uint Substation, string Code) : DeskRequest;

    /// <summary>Puts an alarm aside for a time; the note says why.</summary>
    /// <param name="Substation">Number of the substation.</param>
    /// <param name="Code">The rule's code.</param>
    /// <param name="Until">When it comes back, source time; by the rule's longest shelving at most.</param>
    public sealed record Shelve(uint Substation, string Code, DateTimeOffset Until) : OfAlarm(Substation, Code);

    /// <summary>Takes a shelved alarm back before its time.</summary>
    public sealed record Unshelve(uint Substation, string Code) : OfAlarm(Substation, Code);

    /// <summary>Takes an alarm out of service until it is put back; the note says why.</summary>
    public sealed record TakeOut(uint Substation, string Code) : OfAlarm(Substation, Code);

    /// <summary>Puts an alarm back into service.</summary>
    public sealed record PutBack(uint Substation, string Code) : OfAlarm(Substation, Code);

    /// <summary>Lets a latched alarm go that has ended and is acknowledged.</summary>
    public sealed record Reset(uint Substation, string Code) : OfAlarm(Substation, Code);

    /// <summary>About an incident.</summary>
    /// <param name="Incident">The incident's <see cref="IncidentView.Id"/>.</param>
    public abstract record OfIncident(long Incident) : DeskRequest;

    /// <summary>To the next stage, Acknowledged to Closed. To Dispatched it goes with a crew: see <see cref="SendCrew"/>.</summary>
    public sealed record Advance(long Incident, IncidentStage Stage) : OfIncident(Incident);

    /// <summary>Somebody answers for it.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Owner">Login; 1..<see cref="MaxName"/> characters.</param>
    public sealed record AssignOwner(long Incident, string Owner) : OfIncident(Incident);

    /// <summary>A crew is sent, and it is told until when; an acknowledged incident is dispatched with it.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Crew">Its name; 1..<see cref="MaxName"/> characters.</param>
    /// <param name="PlannedAt">Until when it is to be repaired, source time; later than now.</param>
    public sealed record SendCrew(long Incident, string Crew, DateTimeOffset PlannedAt) : OfIncident(Incident);

    /// <summary>The note is said about it; not blank.</summary>
    public sealed record Comment(long Incident) : OfIncident(Incident);

    /// <summary>A file belongs to it. Use <see cref="OracleCommands.AddEvidenceAsync"/>, which keeps the bytes.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Hash">Keccak-256 of the bytes: 0x and 64 hexadecimal digits.</param>
    /// <param name="Name">Name of the file, without folders; 1..<see cref="MaxName"/> characters.</param>
    /// <param name="MediaType">E.g. <c>image/jpeg</c>.</param>
    /// <param name="Size">Bytes.</param>
    public sealed record AddEvidence(long Incident, string Hash, string Name, string MediaType, int Size) : OfIncident(Incident);

    /// <summary>Somebody was on the spot.</summary>
    public sealed record Visit(long Incident) : OfIncident(Incident);

    /// <summary>The clock of elimination stands.</summary>
    public sealed record Suspend(long Incident, SuspensionReason Reason) : OfIncident(Incident);

    /// <summary>The clock of elimination runs again.</summary>
    public sealed record Resume(long Incident) : OfIncident(Incident);

    /// <summary>A false alarm.</summary>
    public sealed record Reject(long Incident) : OfIncident(Incident);

    /// <summary>What was done does not hold.</summary>
    public sealed record Reopen(long Incident) : OfIncident(Incident);

    /// <summary>It is part of another.</summary>
    /// <param name="Incident">The part, which ends.</param>
    /// <param name="Parent">The other one's <see cref="IncidentView.Id"/>.</param>
    public sealed record Merge(long Incident, long Parent) : OfIncident(Incident);

    /// <summary>It is critical, for good.</summary>
    public sealed record Escalate(long Incident) : OfIncident(Incident);

    /// <summary>A group is without supply, since the time that stands beside the request.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Group">Number of the balance group.</param>
    /// <param name="Condition">Of heat the °C indoors, rounded down; of electricity the number of independent feeds, 1 or 2.</param>
    public sealed record Interrupt(long Incident, uint Group, sbyte Condition) : OfIncident(Incident);

    /// <summary>How it is indoors, or how many feeds there are.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Condition">As in <see cref="Interrupt"/>.</param>
    public sealed record ReportCondition(long Incident, sbyte Condition) : OfIncident(Incident);

    /// <summary>An outage that reduces the bills of a group. It cannot be taken back.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Group">Number of the balance group.</param>
    /// <param name="Kind">What it was.</param>
    /// <param name="From">First second, source time.</param>
    /// <param name="To">First second after it; not later than now.</param>
    /// <param name="Measure">As <see cref="Outage.Measure"/>.</param>
    public sealed record RecordOutage(long Incident, uint Group, OutageKind Kind, DateTimeOffset From, DateTimeOffset To, byte Measure) : OfIncident(Incident);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static DeskRequest Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<DeskRequest>(json, s_json) ?? throw new FormatException("The request is null.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new FormatException($"This is no request: {exception.Message}", exception);
        }
    }

    /// <summary>The request as JSON: the same request is the same text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}
