namespace SmartCity.Rules;

/// <summary>Where an alarm stands between operator and process: the states of ISA-18.2 and IEC 62682. It is in one of them, never in two.</summary>
public enum AlarmPhase
{
    /// <summary>All is well.</summary>
    Normal,

    /// <summary>Raised, and nobody has said that he knows.</summary>
    Unacknowledged,

    /// <summary>Raised and known.</summary>
    Acknowledged,

    /// <summary>The condition has ended before anybody said that he knows.</summary>
    ReturnedUnacknowledged,

    /// <summary>The condition of a latched alarm has ended; nobody has said that he knows, and nobody has reset it.</summary>
    LatchedUnacknowledged,

    /// <summary>The condition of a latched alarm has ended; it is known and waits for its reset.</summary>
    LatchedAcknowledged,

    /// <summary>A person has put it aside for a time, with a reason; it comes back by itself.</summary>
    Shelved,

    /// <summary>It is a consequence of another alarm, or of a condition under which it means nothing.</summary>
    SuppressedByDesign,

    /// <summary>A person has taken it out of use, with a reason, until somebody puts it back.</summary>
    OutOfService,
}

/// <summary>What happens to an alarm.</summary>
public enum AlarmInput
{
    /// <summary>The condition has held for the on-delay.</summary>
    Activate,

    /// <summary>The condition has not held for the off-delay.</summary>
    Return,

    /// <summary>A person says that he knows.</summary>
    Acknowledge,

    /// <summary>A person resets what is latched.</summary>
    Reset,

    /// <summary>A person puts it aside for a time.</summary>
    Shelve,

    /// <summary>The time is over, or a person takes it back earlier.</summary>
    Unshelve,

    /// <summary>The alarm that it is a consequence of has been raised.</summary>
    Suppress,

    /// <summary>The alarm that it is a consequence of has ended.</summary>
    Unsuppress,

    /// <summary>A person takes it out of use.</summary>
    TakeOut,

    /// <summary>A person puts it back.</summary>
    PutBack,
}

/// <summary>What the next phase depends on besides the phase and the input.</summary>
/// <param name="IsActive">Does the condition hold, as far as delays let it be seen?</param>
/// <param name="IsSuppressed">Does an alarm stand that this one is a consequence of?</param>
/// <param name="IsLatched">Does it stay until it is reset?</param>
/// <param name="NeedsAcknowledgement">Must a person acknowledge it even when it has ended?</param>
public readonly record struct AlarmSituation(bool IsActive, bool IsSuppressed, bool IsLatched, bool NeedsAcknowledgement);

/// <summary>The transition table of an alarm.</summary>
public static class AlarmTransitions
{
    /// <summary>The phase after an input.</summary>
    /// <returns><c>null</c> when the input means nothing in this phase: a person is refused, anything else changes nothing.</returns>
    public static AlarmPhase? Next(AlarmPhase phase, AlarmInput input, AlarmSituation situation) => (input, phase) switch
    {
        (AlarmInput.Activate, AlarmPhase.Normal or AlarmPhase.ReturnedUnacknowledged
            or AlarmPhase.LatchedUnacknowledged or AlarmPhase.LatchedAcknowledged) => Resumed(situation with { IsActive = true }),
        (AlarmInput.Return, AlarmPhase.Unacknowledged) => situation.IsLatched ? AlarmPhase.LatchedUnacknowledged
            : situation.NeedsAcknowledgement ? AlarmPhase.ReturnedUnacknowledged : AlarmPhase.Normal,
        (AlarmInput.Return, AlarmPhase.Acknowledged) => situation.IsLatched ? AlarmPhase.LatchedAcknowledged : AlarmPhase.Normal,
        (AlarmInput.Acknowledge, AlarmPhase.Unacknowledged) => AlarmPhase.Acknowledged,
        (AlarmInput.Acknowledge, AlarmPhase.ReturnedUnacknowledged) => Resumed(situation with { IsActive = false }),
        (AlarmInput.Acknowledge, AlarmPhase.LatchedUnacknowledged) => AlarmPhase.LatchedAcknowledged,
        (AlarmInput.Reset, AlarmPhase.LatchedAcknowledged) => Resumed(situation with { IsActive = false }),
        (AlarmInput.Shelve, not (AlarmPhase.Shelved or AlarmPhase.OutOfService)) => AlarmPhase.Shelved,
        (AlarmInput.Unshelve, AlarmPhase.Shelved) => Resumed(situation),
        (AlarmInput.Suppress, AlarmPhase.Normal or AlarmPhase.Unacknowledged or AlarmPhase.Acknowledged) => AlarmPhase.SuppressedByDesign,
        (AlarmInput.Unsuppress, AlarmPhase.SuppressedByDesign) => Resumed(situation with { IsSuppressed = false }),
        (AlarmInput.TakeOut, not AlarmPhase.OutOfService) => AlarmPhase.OutOfService,
        (AlarmInput.PutBack, AlarmPhase.OutOfService) => Resumed(situation),
        _ => null,
    };

    /// <summary>Does the alarm call for somebody: raised, and not mute?</summary>
    public static bool IsRaised(this AlarmPhase phase) => phase is AlarmPhase.Unacknowledged or AlarmPhase.Acknowledged;

    /// <summary>Does a person still have to say that he knows?</summary>
    public static bool NeedsAcknowledgement(this AlarmPhase phase) =>
        phase is AlarmPhase.Unacknowledged or AlarmPhase.ReturnedUnacknowledged or AlarmPhase.LatchedUnacknowledged;

    /// <summary>Is the alarm mute: shelved, suppressed or out of service?</summary>
    public static bool IsMute(this AlarmPhase phase) =>
        phase is AlarmPhase.Shelved or AlarmPhase.SuppressedByDesign or AlarmPhase.OutOfService;

    /// <summary>Where an alarm stands that nothing is known of but its condition: a condition that holds is a new raising.</summary>
    private static AlarmPhase Resumed(AlarmSituation situation) => situation.IsSuppressed ? AlarmPhase.SuppressedByDesign
        : situation.IsActive ? AlarmPhase.Unacknowledged : AlarmPhase.Normal;
}
