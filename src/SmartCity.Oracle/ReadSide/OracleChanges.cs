namespace SmartCity.Oracle;

/// <summary>What changed in the journal since the watcher was last told.</summary>
[Flags]
public enum OracleChanges
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Values of signals.</summary>
    Signals = 1,

    /// <summary>Alarms, incidents and all that belongs to them, answers to requests.</summary>
    Alarms = 2,

    /// <summary>Hours closed, signed, sent or confirmed.</summary>
    Hours = 4,

    /// <summary>Events of meters.</summary>
    MeterEvents = 8,

    /// <summary>Links, heartbeat, back-fill.</summary>
    Status = 16,

    /// <summary>Everything: what a new watcher is told first.</summary>
    All = Signals | Alarms | Hours | MeterEvents | Status,
}
