using System.Collections.Immutable;
using System.Security.Cryptography;
using SmartCity.Domain;

namespace SmartCity.Aiis;

/// <summary>A file and what was found in it. Nothing is written anywhere yet.</summary>
/// <param name="FileName">Name of the file, without folders.</param>
/// <param name="Sha256">Hash of its bytes.</param>
/// <param name="Message">The message; <c>null</c> when the file holds none that can be understood.</param>
/// <param name="Values">Hours of the city's channels, when nothing is refused.</param>
/// <param name="Findings">What was found; who goes on with the values adds more.</param>
public sealed record Examination(
    string FileName, ReadOnlyMemory<byte> Sha256, Message80020? Message, ImmutableArray<ImportedValue> Values, FindingList Findings);

/// <summary>Examines files of layout 80020 by a map.</summary>
/// <param name="map">Which channel is which.</param>
/// <param name="cityOffset">Local time minus UTC of the city, for areas that tell no zone.</param>
/// <param name="maxPerHour">Greatest believable consumption of an hour, by group and channel.</param>
/// <param name="limits">How much is read at most.</param>
public sealed class Examiner(AiisMap map, TimeSpan cityOffset, Func<uint, int, WattHours> maxPerHour, ReadLimits? limits = null)
{
    private readonly Dictionary<(string Point, string Channel), MappedChannel> _channels =
        map.Channels.ToDictionary(channel => (channel.Point, channel.Channel));

    private readonly HashSet<string> _ignoredChannels = [.. map.IgnoredChannels];
    private readonly HashSet<string> _ignoredPoints = [.. map.IgnoredPoints, .. map.DeliveryPoints.Select(delivery => delivery.Point)];
    private readonly HashSet<string> _senders = [.. map.Senders];

    /// <summary>How much is read at most.</summary>
    public ReadLimits Limits { get; } = limits ?? ReadLimits.Default;

    /// <summary>Examines a file.</summary>
    /// <param name="fileName">Its name, without folders.</param>
    /// <param name="file">Its bytes.</param>
    public Examination Examine(string fileName, ReadOnlyMemory<byte> file)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        FindingList findings = new();
        byte[] hash = SHA256.HashData(file.Span);
        Message80020? message = Reader80020.Read(file, Limits, findings);
        if (message is null)
        {
            return new(fileName, hash, null, [], findings);
        }
        FileName80020.Check(fileName, message, findings);
        if (!_senders.Contains(message.SenderInn))
        {
            findings.Add(FindingCode.UnknownSender, 0, $"The sender {message.SenderInn} is not one of the map's.");
        }
        SumCheck.Check(message, map, findings);
        ImmutableArray<ImportedValue>.Builder values = ImmutableArray.CreateBuilder<ImportedValue>();
        foreach (Area80020 area in message.Areas)
        {
            AddArea(message.Day, area, values, findings);
        }
        return new(fileName, hash, message, findings.HasErrors ? [] : values.ToImmutable(), findings);
    }

    private void AddArea(DateOnly day, Area80020 area, ImmutableArray<ImportedValue>.Builder values, FindingList findings)
    {
        TimeSpan offset = cityOffset;
        if (area.TimeZone is { } zone)
        {
            if (!map.TimeZones.TryGetValue(zone, out int hours))
            {
                findings.Add(FindingCode.UnknownTimeZone, area.Line, $"Area {area.Inn} has the zone of time '{zone}', which the map does not name.");
                return;
            }
            offset = TimeSpan.FromHours(hours);
        }
        Hour first = DayHours.FirstOf(day, offset);
        foreach (Point80020 point in area.Points)
        {
            foreach (Channel80020 channel in point.Channels)
            {
                if (_channels.TryGetValue((point.Code, channel.Code), out MappedChannel? mapped))
                {
                    AddChannel(first, point, channel, mapped, values, findings);
                }
                else if (!_ignoredPoints.Contains(point.Code) && !_ignoredChannels.Contains(channel.Code))
                {
                    findings.Add(FindingCode.UnknownChannel, channel.Line, $"Channel {channel.Code} of point {point.Code} is neither taken nor left out by the map.");
                }
            }
        }
    }

    private void AddChannel(
        Hour first, Point80020 point, Channel80020 channel, MappedChannel mapped, ImmutableArray<ImportedValue>.Builder values, FindingList findings)
    {
        ulong[] wattHours = DayHours.WattHoursOf(channel);
        int[] statuses = DayHours.StatusesOf(channel);
        WattHours most = maxPerHour(mapped.Group, mapped.GroupChannel);
        int withheld = statuses.Count(status => status != 0);
        if (withheld > 0)
        {
            findings.Add(FindingCode.NonCommercial, channel.Line,
                $"Channel {channel.Code} of point {point.Code} has {withheld} hours with a status other than 0 (up to {statuses.Max()}): they are not billed by this message.");
        }
        int[] unbelievable = [.. Enumerable.Range(0, DayHours.Count).Where(hour => wattHours[hour] > most.Value)];
        if (unbelievable is [int above, ..])
        {
            findings.Add(FindingCode.Implausible, channel.Line,
                $"Channel {channel.Code} of point {point.Code} has {unbelievable.Length} hours above the {most.Value} Wh that are believable, "
                + $"the first from {above:D2}:00 with {wattHours[above]} Wh: they are not billed by this message.");
        }
        for (int i = 0; i < DayHours.Count; i++)
        {
            bool isBelievable = wattHours[i] <= most.Value;
            values.Add(new(
                new(first.Value + (uint)i), mapped.Group, mapped.GroupChannel,
                isBelievable && statuses[i] == 0 ? new WattHours(wattHours[i]) : null, statuses[i]));
        }
    }
}
