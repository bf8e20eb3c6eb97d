using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;
using Deadline = SmartCity.Ledger.Contracts.IncidentLogContract.Deadline;
using DeadlineStatus = SmartCity.Ledger.Contracts.IncidentLogContract.DeadlineStatus;
using Stage = SmartCity.Ledger.Contracts.IncidentLogContract.Stage;

namespace SmartCity.Audit;

/// <summary>An interruption of supply: since when, and until when it may last.</summary>
internal sealed record AuditedInterruption(uint Group, ulong From, ulong Due);

/// <summary>An incident as its events make it, up to a point of the history. Times are Unix seconds; 0 is never.</summary>
internal sealed class AuditedIncident(uint number, byte alarm, ulong raisedAt)
{
    private const byte PressureDrop = 1;
    private const byte Leak = 4;

    private readonly Dictionary<Deadline, ulong> _reachedAt = [];
    private readonly HashSet<Deadline> _known = [];

    public static IReadOnlyList<Deadline> AllDeadlines { get; } = Enum.GetValues<Deadline>();

    public uint Object { get; } = number;

    public byte Alarm { get; } = alarm;

    public ulong RaisedAt { get; } = raisedAt;

    public Stage Stage { get; set; } = Stage.Detected;

    public ulong StageAt { get; set; } = raisedAt;

    public ulong ClearedAt { get; set; }

    public ulong RegisteredAt { get; set; }

    public bool IsCritical { get; set; } = alarm is PressureDrop or Leak;

    public bool HasOutage { get; set; }

    public byte Reopenings { get; private set; }

    public Address? EliminatedBy { get; set; }

    public AuditedInterruption? Interruption { get; set; }

    /// <summary>When the suspension began that lasts still.</summary>
    public ulong? SuspendedAt { get; private set; }

    /// <summary>When the last suspension ended.</summary>
    public ulong ResumedAt { get; private set; }

    /// <summary>Seconds of the suspensions that are over.</summary>
    public ulong SuspendedFor { get; private set; }

    public bool IsOpen => Stage is >= Stage.Detected and < Stage.Closed;

    /// <summary>When a deadline's stage was reached; <c>null</c> while it was not.</summary>
    public ulong? ReachedAt(Deadline deadline) => _reachedAt.TryGetValue(deadline, out ulong time) ? time : null;

    /// <summary>Did an event say that it was breached, since the incident was last reopened?</summary>
    public bool IsBreachKnown(Deadline deadline) => _known.Contains(deadline);

    public void Reach(Deadline deadline, ulong time) => _reachedAt[deadline] = time;

    public void MarkBreached(Deadline deadline) => _known.Add(deadline);

    public void Suspend(ulong time) => SuspendedAt = time;

    public void Resume(ulong time)
    {
        SuspendedFor += time - SuspendedAt!.Value;
        (SuspendedAt, ResumedAt) = (null, time);
    }

    /// <summary>The alarm is back; <paramref name="isAnew"/> if the work begins anew as well.</summary>
    public void Reopen(Stage stage, ulong time, bool isAnew)
    {
        bool returns = Stage >= Stage.Restored;
        ClearedAt = 0;
        Reopenings = Reopenings == byte.MaxValue ? Reopenings : (byte)(Reopenings + 1);
        if (returns)
        {
            (Stage, StageAt) = (stage, time);
        }
        if (isAnew)
        {
            RegisteredAt = time;
            EliminatedBy = null;
            Interruption = null;
            foreach (Deadline deadline in AllDeadlines.Where(deadline => deadline != Deadline.Acknowledge))
            {
                _ = _reachedAt.Remove(deadline);
                _ = _known.Remove(deadline);
            }
        }
    }

    /// <summary>The last second in time of a deadline, as known at a time; <c>null</c> if there is no such deadline.</summary>
    public ulong? DueOf(Deadline deadline, ulong time, DeadlineRows rows)
    {
        if (deadline == Deadline.Restore)
        {
            return Interruption?.Due;
        }
        if (RegisteredAt == 0)
        {
            return null;
        }
        IncidentLogContract.DeadlineRules rules = rows.At(RegisteredAt);
        ulong suspended = SuspendedFor + (SuspendedAt < time ? time - SuspendedAt.Value : 0);
        return deadline switch
        {
            Deadline.Acknowledge => RegisteredAt + rules.Acknowledge,
            Deadline.Plan => RegisteredAt + rules.Plan,
            Deadline.Localise => RegisteredAt + rules.Localise,
            Deadline.Visit => RegisteredAt + rules.Visit,
            Deadline.Eliminate => RaisedAt + rules.Eliminate + suspended,
            _ => throw new ArgumentOutOfRangeException(nameof(deadline), deadline, "No such deadline."),
        };
    }

    /// <summary>How it stands with a deadline at a time that is not before the last entry.</summary>
    public IncidentLogContract.DeadlineState StateOf(Deadline deadline, ulong time, DeadlineRows rows)
    {
        ulong stop = ReachedAt(deadline) ?? (IsOpen ? time : StageAt);
        ulong begins = deadline == Deadline.Restore ? Interruption?.From ?? 0 : RegisteredAt;
        if (DueOf(deadline, stop, rows) is not { } due || time < begins)
        {
            return new(DeadlineStatus.None, 0, 0, 0);
        }
        ulong reachedAt = ReachedAt(deadline) ?? 0;
        return (stop > due, reachedAt != 0, IsOpen) switch
        {
            (true, _, _) => new(DeadlineStatus.Breached, due, reachedAt, stop - due),
            (false, true, _) => new(DeadlineStatus.Met, due, reachedAt, 0),
            (false, false, true) => new(DeadlineStatus.Running, due, 0, 0),
            (false, false, false) => new(DeadlineStatus.None, 0, 0, 0),
        };
    }

    /// <summary>What the contract must say of it.</summary>
    public IncidentLogContract.Incident ToContract() => new(
        Stage, Object, Alarm, RaisedAt, ClearedAt, RegisteredAt, StageAt, IsCritical, SuspendedAt is not null, Reopenings,
        (byte)_known.Sum(deadline => 1 << (int)deadline), HasOutage);
}
