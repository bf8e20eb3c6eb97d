namespace SmartCity.Oracle;

// Rows as SQLite returns them; Dapper fills them by name.
internal sealed class ChangeRow
{
    public long Signals { get; init; }
    public long Alarms { get; init; }
    public long Hours { get; init; }
    public long MeterEvents { get; init; }
    public long Status { get; init; }
}

internal sealed class StatusRow
{
    public long StartedMs { get; init; }
    public long HeartbeatMs { get; init; }
    public long SourceState { get; init; }
    public long? SourceSinceMs { get; init; }
    public string? SourceMessage { get; init; }
    public long? SourceTimeMs { get; init; }
    public long ChainState { get; init; }
    public long? ChainSinceMs { get; init; }
    public string? ChainMessage { get; init; }
    public string? OracleAddress { get; init; }
    public long AlarmMode { get; init; }
    public long? BackfillFrom { get; init; }
    public long? BackfillTo { get; init; }
    public long? BackfillDone { get; init; }
    public double? BackfillRate { get; init; }
}

internal sealed class SegmentRow
{
    public long Number { get; init; }
    public long Kind { get; init; }
    public long FirstHour { get; init; }
    public long ClosedBefore { get; init; }
    public long ConfirmedBefore { get; init; }
}

internal sealed class LatestRow
{
    public string Object { get; init; } = "";
    public string Name { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public string Unit { get; init; } = "";
    public object? Value { get; init; }
    public long Quality { get; init; }
    public string? Reason { get; init; }
    public long SourceMs { get; init; }
    public long ReceivedMs { get; init; }
}

internal sealed class AlarmRow
{
    public long Id { get; init; }
    public byte[]? PartOf { get; init; }
    public byte[]? Adopted { get; init; }
    public long Substation { get; init; }
    public string SubstationName { get; init; } = "";
    public long Number { get; init; }
    public string Code { get; init; } = "";
    public long Severity { get; init; }
    public string Detail { get; init; } = "";
    public long RaisedMs { get; init; }
    public long? ClearedMs { get; init; }
    public long? AcknowledgedMs { get; init; }
    public string? AcknowledgedBy { get; init; }
    public string? Note { get; init; }
    public string? Evidence { get; init; }
}

internal sealed class IncidentRow
{
    public long Id { get; init; }
    public byte[] Hash { get; init; } = [];
    public byte[]? Adopted { get; init; }
    public string ObjectName { get; init; } = "";
    public string Code { get; init; } = "";
    public string Detail { get; init; } = "";
    public long? PlannedMs { get; init; }
    public string State { get; init; } = "";
}

internal sealed class WarningRow
{
    public long Incident { get; init; }
    public long Deadline { get; init; }
    public long Percent { get; init; }
    public long Level { get; init; }
    public long ReachedMs { get; init; }
    public long DueMs { get; init; }
}

internal sealed class FileRow
{
    public byte[] Hash { get; init; } = [];
    public string Name { get; init; } = "";
    public string MediaType { get; init; } = "";
    public long Size { get; init; }
    public string ByWhom { get; init; } = "";
    public long TimeMs { get; init; }
    public string Note { get; init; } = "";
}

internal sealed class OutageRow
{
    public long Grp { get; init; }
    public long Kind { get; init; }
    public long FromS { get; init; }
    public long ToS { get; init; }
    public long Measure { get; init; }
}

internal sealed class EntryRow
{
    public long Id { get; init; }
    public long Incident { get; init; }
    public byte[] IncidentHash { get; init; } = [];
    public string ObjectName { get; init; } = "";
    public string Code { get; init; } = "";
    public long Kind { get; init; }
    public long? Stage { get; init; }
    public long TimeMs { get; init; }
    public string ByWhom { get; init; } = "";
    public string Signer { get; init; } = "";
    public string Note { get; init; } = "";
    public string Evidence { get; init; } = "";
    public byte[] EvidenceHash { get; init; } = [];
    public byte[] ChainHash { get; init; } = [];
    public long? State { get; init; }
    public byte[]? TransactionHash { get; init; }
    public string? Refusal { get; init; }
}

internal sealed class HourRow
{
    public long Hour { get; init; }
    public long Segment { get; init; }
    public long Measured { get; init; }
    public long Interpolated { get; init; }
    public long Averaged { get; init; }
    public long Missing { get; init; }
    public long Imbalances { get; init; }
    public long ClosedMs { get; init; }
    public long? State { get; init; }
    public byte[]? Id { get; init; }
    public byte[]? TransactionHash { get; init; }
    public long? Block { get; init; }
    public long? ConfirmedMs { get; init; }
}

internal sealed class MeterEventRow
{
    public long Id { get; init; }
    public long Hour { get; init; }
    public string Object { get; init; } = "";
    public string Signal { get; init; } = "";
    public long Kind { get; init; }
    public string Detail { get; init; } = "";
    public long RecordedMs { get; init; }
}

internal sealed class PastRow
{
    public long Id { get; init; }
    public string ObjectName { get; init; } = "";
    public string Code { get; init; } = "";
    public long RaisedMs { get; init; }
    public long Kind { get; init; }
    public long? Stage { get; init; }
    public long TimeMs { get; init; }
}

internal sealed class HandoverRow
{
    public long Id { get; init; }
    public string ByWhom { get; init; } = "";
    public string Note { get; init; } = "";
    public long TimeMs { get; init; }
    public string Incidents { get; init; } = "";
    public long Alarms { get; init; }
    public string? TakenBy { get; init; }
    public long? TakenMs { get; init; }
}

internal sealed class ReplayRow
{
    public long SourceMs { get; init; }
    public long ReceivedMs { get; init; }
    public long Signal { get; init; }
    public object? Value { get; init; }
    public long Quality { get; init; }
}
