using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>What was stated of some hours and what corrections make of it, in one view of the journal; decoded when it is asked for.</summary>
internal sealed class CountedReadings
{
    private readonly Dictionary<(uint Segment, Hour Hour), (byte[] Payload, long ClosedMs)> _payloads;
    private readonly Dictionary<uint, long> _closedBefore;
    private readonly ILookup<(uint Group, int Channel), Fill> _fills;
    private readonly Dictionary<(uint Segment, Hour Hour), IReadOnlyList<IReadOnlyList<Reading>>> _readings = [];

    /// <summary>Reads what the journal holds of the hours [<paramref name="from"/>, <paramref name="before"/>).</summary>
    public CountedReadings(SqliteConnection connection, SqliteTransaction? transaction, Hour from, Hour before)
    {
        var hours = new { from = from.Value, before = before.Value };
        _payloads = connection
            .Query<(long Segment, long Hour, byte[] Payload, long ClosedMs)>(
                """
                SELECT h.segment, h.hour, coalesce(a.payload, h.payload), h.closed_ms
                FROM closed_hour h LEFT JOIN agreed_hour a ON a.hour = h.hour AND a.segment = h.segment
                WHERE h.hour >= @from AND h.hour < @before
                """,
                hours, transaction)
            .ToDictionary(row => ((uint)row.Segment, new Hour((uint)row.Hour)), row => (row.Payload, row.ClosedMs));
        _closedBefore = connection
            .Query<(long Number, long ClosedBefore)>("SELECT number, closed_before FROM segment", transaction: transaction)
            .ToDictionary(row => (uint)row.Number, row => row.ClosedBefore);
        _fills = connection
            .Query<(long Group, long Channel, long FirstHour, byte[] Intervals, string Evidence, long? Fills)>(
                """
                SELECT f.grp, f.channel, f.first_hour, f.intervals, f.evidence, l.fills FROM gap_fill f LEFT JOIN late_fill l ON l.fill = f.id
                WHERE f.refusal IS NULL AND f.first_hour < @before AND f.first_hour + length(f.intervals) / 4 > @from ORDER BY f.id
                """,
                hours, transaction)
            .ToLookup(
                row => ((uint)row.Group, (int)row.Channel),
                row => new Fill(new((uint)row.FirstHour), ReadingCorrection.Decode(row.Intervals), row.Fills is null ? row.Evidence : null, row.Fills != 0));
    }

    /// <summary>Was the hour stated? Also one that the chain holds and this journal lost.</summary>
    public bool IsClosed(uint segment, Hour hour) => hour.Value < _closedBefore.GetValueOrDefault(segment);

    /// <summary>When the hour was stated, by the oracle's clock; <c>null</c> when it was not, or this journal does not hold it.</summary>
    public DateTimeOffset? ClosedAt(uint segment, Hour hour) =>
        _payloads.TryGetValue((segment, hour), out (byte[] Payload, long ClosedMs) row) ? DateTimeOffset.FromUnixTimeMilliseconds(row.ClosedMs) : null;

    /// <summary>What the hour counts for; <c>null</c> when nothing was stated, or this journal does not hold it.</summary>
    public CountedHour? Find(SegmentLayout segment, int groupIndex, int channel, Hour hour)
    {
        if (!_payloads.TryGetValue((segment.Number, hour), out (byte[] Payload, long ClosedMs) row))
        {
            return null;
        }
        if (!_readings.TryGetValue((segment.Number, hour), out IReadOnlyList<IReadOnlyList<Reading>>? readings))
        {
            readings = HourPayload.Decode(row.Payload, [.. segment.Groups.Select(one => one.Channels.Count)]);
            _readings.Add((segment.Number, hour), readings);
        }
        CountedHour counted = new(hour, readings[groupIndex][channel], 0, false, null);
        foreach (Fill fill in _fills[(segment.Groups[groupIndex].Plan.Number, channel)].Where(fill => fill.Holds(hour)))
        {
            counted = counted with
            {
                Corrected = counted.Corrected + fill.Differences[(int)(hour.Value - fill.FirstHour.Value)],
                IsFilled = counted.IsFilled || fill.IsFilling,
                Gap = counted.Gap ?? fill.Gap,
            };
        }
        return counted;
    }

    private sealed record Fill(Hour FirstHour, IReadOnlyList<int> Differences, string? Gap, bool IsFilling)
    {
        public bool Holds(Hour hour) => hour >= FirstHour && hour.Value < FirstHour.Value + (uint)Differences.Count;
    }
}
