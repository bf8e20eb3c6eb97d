using System.Collections.Immutable;

namespace SmartCity.Aiis;

/// <summary>A message of layout 80020: what measuring points counted in each half-hour or hour of a day.</summary>
/// <param name="Number">The sender's running number.</param>
/// <param name="MadeAt">When the sender made it, by the sender's clock.</param>
/// <param name="Day">The operational day.</param>
/// <param name="SenderInn">Taxpayer's number of the sender.</param>
/// <param name="SenderName">Name of the sender.</param>
/// <param name="Areas">Areas, at least one.</param>
public sealed record Message80020(
    int Number, DateTime MadeAt, DateOnly Day, string SenderInn, string SenderName, ImmutableArray<Area80020> Areas);

/// <summary>An area: the points of one owner.</summary>
/// <param name="Inn">Taxpayer's number of the owner.</param>
/// <param name="Name">Name of the owner.</param>
/// <param name="TimeZone">The sender's number of the zone of time; <c>null</c> when the file tells none.</param>
/// <param name="Points">Measuring and delivery points.</param>
/// <param name="Totals">Totals of the area's measuring points by channel, where the sender states them.</param>
/// <param name="Line">Line of the file.</param>
public sealed record Area80020(
    string Inn, string Name, string? TimeZone, ImmutableArray<Point80020> Points, ImmutableArray<Channel80020> Totals, int Line);

/// <summary>A measuring point (точка измерений) or delivery point (точка поставки).</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Serial">Factory number of its meter, where the sender tells it.</param>
/// <param name="IsDelivery">A delivery point: computed from measuring points, not measured.</param>
/// <param name="Channels">Its channels.</param>
/// <param name="Line">Line of the file.</param>
public sealed record Point80020(
    string Code, string Name, string? Serial, bool IsDelivery, ImmutableArray<Channel80020> Channels, int Line);

/// <summary>A channel: 01 active taken, 02 active given, 03 reactive taken, 04 reactive given.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Description">Words about it.</param>
/// <param name="Periods">Periods that cover the day without gap or overlap, all of one length, in order.</param>
/// <param name="Line">Line of the file.</param>
public sealed record Channel80020(string Code, string Description, ImmutableArray<Period80020> Periods, int Line);

/// <summary>What was counted in a period.</summary>
/// <param name="StartMinute">Minutes from the start of the day.</param>
/// <param name="Minutes">Length: 30 or 60.</param>
/// <param name="Value">kWh, or kvarh of a reactive channel.</param>
/// <param name="Status">0: commercial. Otherwise the sender does not vouch for the value.</param>
public readonly record struct Period80020(int StartMinute, int Minutes, decimal Value, int Status);

/// <summary>How much of a file is read at most.</summary>
/// <param name="MaxBytes">Bytes of the file. Default 64 MiB.</param>
/// <param name="MaxAreas">Areas. Default 1,000.</param>
/// <param name="MaxChannels">Channels of all points together. Default 50,000.</param>
public sealed record ReadLimits(int MaxBytes = 64 * 1024 * 1024, int MaxAreas = 1_000, int MaxChannels = 50_000)
{
    /// <summary>The defaults.</summary>
    public static ReadLimits Default { get; } = new();
}
