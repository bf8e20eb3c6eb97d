using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using SmartCity.Domain;

namespace SmartCity.Aiis;

/// <summary>Which channels of which measuring points are which channels of the city; which are left out; who is listened to.</summary>
/// <param name="Senders">Taxpayers' numbers of the senders that are listened to.</param>
/// <param name="TimeZones">Local time minus UTC in whole hours, by the sender's number of the zone. An area that tells no zone has the city's.</param>
/// <param name="Channels">Channels that are taken.</param>
/// <param name="IgnoredChannels">Codes of channels that are left out wherever they are and nothing takes them, e.g. 02, 03, 04.</param>
/// <param name="IgnoredPoints">Codes of points that are left out.</param>
/// <param name="DeliveryPoints">Delivery points that must be the sum of measuring points.</param>
public sealed record AiisMap(
    IReadOnlyList<string> Senders,
    IReadOnlyDictionary<string, int> TimeZones,
    IReadOnlyList<MappedChannel> Channels,
    IReadOnlyList<string> IgnoredChannels,
    IReadOnlyList<string> IgnoredPoints,
    IReadOnlyList<DeliveryPointSum> DeliveryPoints)
{
    /// <summary>Greatest length of a map's file, bytes.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    private const int MinOffset = -12;
    private const int MaxOffset = 14;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
    };

    /// <summary>Reads a map from JSON: the field names of these records in camelCase, all of them and no others.</summary>
    /// <param name="json">The text.</param>
    /// <param name="plan">The city it is for.</param>
    /// <exception cref="AiisMapException">The text is not JSON or breaks a rule; every broken rule is named.</exception>
    public static AiisMap Parse(string json, CityPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            AiisMap map = JsonSerializer.Deserialize<AiisMap>(json, s_json) ?? throw new AiisMapException("The map of measuring points is empty.");
            List<string> problems = map.ProblemsFor(plan);
            return problems.Count == 0
                ? map
                : throw new AiisMapException($"The map of measuring points cannot be used:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", problems.Take(20))}");
        }
        catch (JsonException exception)
        {
            throw new AiisMapException($"The map of measuring points cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a map from a file of UTF-8 JSON; see <see cref="Parse"/>.</summary>
    /// <exception cref="AiisMapException">The file cannot be read, is too long, or breaks a rule.</exception>
    public static async Task<AiisMap> LoadAsync(string path, CityPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
            {
                throw new AiisMapException($"{path} is longer than {MaxFileBytes} bytes.");
            }
            return Parse(await File.ReadAllTextAsync(path, cancellationToken), plan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AiisMapException($"The map of measuring points {path} cannot be read: {exception.Message}", exception);
        }
        catch (AiisMapException exception)
        {
            throw new AiisMapException($"{path}: {exception.Message}", exception);
        }
    }

    private List<string> ProblemsFor(CityPlan plan)
    {
        List<string> problems = [];
        Dictionary<uint, int> groups = plan.Segments
            .Where(segment => segment.Kind == EnergyKind.Electricity)
            .SelectMany(segment => segment.Groups)
            .ToDictionary(group => group.Number, group => EnergyKind.Electricity.ParentChannels() + group.Consumers.Count);
        Require(Senders.Count > 0, "senders: name at least one.");
        foreach (string sender in Senders.Where(sender => !Inn.IsValid(sender)))
        {
            problems.Add($"senders: the check digits of {sender} are wrong.");
        }
        foreach ((string zone, int hours) in TimeZones)
        {
            Require(hours is >= MinOffset and <= MaxOffset, $"timeZones: zone {zone} is {hours} hours from UTC; write {MinOffset} to {MaxOffset}.");
        }
        HashSet<(string, string)> sources = [];
        HashSet<(uint, int)> places = [];
        foreach (MappedChannel channel in Channels)
        {
            string where = $"channels: point {channel.Point}, channel {channel.Channel}";
            Require(Fields.IsCode(channel.Point) && !IgnoredPoints.Contains(channel.Point), $"{where}: the code cannot be one, or is left out as well.");
            Require(channel.Channel is "01" or "02", $"{where}: active energy is in channels 01 and 02.");
            Require(sources.Add((channel.Point, channel.Channel)), $"{where}: it is there twice.");
            Require(groups.TryGetValue(channel.Group, out int count) && channel.GroupChannel >= 0 && channel.GroupChannel < count,
                $"{where}: the city has no channel {channel.GroupChannel} in an electricity group {channel.Group}.");
            Require(places.Add((channel.Group, channel.GroupChannel)), $"{where}: another one feeds channel {channel.GroupChannel} of group {channel.Group}.");
        }
        foreach (DeliveryPointSum delivery in DeliveryPoints)
        {
            Require(delivery.Points.Count > 0 && delivery.Points.Distinct().Count() == delivery.Points.Count,
                $"deliveryPoints: {delivery.Point} is the sum of no points, or of one twice.");
        }
        Require(DeliveryPoints.Select(delivery => delivery.Point).Distinct().Count() == DeliveryPoints.Count, "deliveryPoints: one is there twice.");
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}

/// <summary>A channel of a measuring point that feeds a channel of the city.</summary>
/// <param name="Point">Code of the point.</param>
/// <param name="Channel">Code of its channel: 01 taken, 02 given.</param>
/// <param name="Group">Electricity group of the plan.</param>
/// <param name="GroupChannel">Channel in the group: 0, 1, 2 the parent's phases, then the consumers.</param>
public sealed record MappedChannel(string Point, string Channel, uint Group, int GroupChannel);

/// <summary>A delivery point that is the sum of measuring points.</summary>
/// <param name="Point">Code of the delivery point.</param>
/// <param name="Points">Codes of the measuring points.</param>
public sealed record DeliveryPointSum(string Point, IReadOnlyList<string> Points);

/// <summary>A map of measuring points cannot be used; the message says what to mend.</summary>
public sealed class AiisMapException(string message, Exception? inner = null) : Exception(message, inner);
