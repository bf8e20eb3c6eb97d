namespace SmartCity.Rules;

/// <summary>How far an incident has come. Same names and order as <c>Stage</c> in contracts/interfaces/IIncidentLog.sol.</summary>
public enum IncidentStage
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The alarm was raised.</summary>
    Detected,

    /// <summary>It became an incident: the clocks run from here.</summary>
    Registered,

    /// <summary>A dispatcher answers for it.</summary>
    Acknowledged,

    /// <summary>Someone is sent, and those without supply are told until when.</summary>
    Dispatched,

    /// <summary>It spreads no further.</summary>
    Localised,

    /// <summary>There is supply again, or there always was.</summary>
    Restored,

    /// <summary>Its cause is gone.</summary>
    Eliminated,

    /// <summary>Someone has seen so.</summary>
    Verified,

    /// <summary>Over.</summary>
    Closed,

    /// <summary>A false alarm.</summary>
    Rejected,

    /// <summary>Part of another incident, whose clocks began no later.</summary>
    Merged,
}

/// <summary>What the law sets a time for. Same names and order as <c>Deadline</c> in IIncidentLog.sol.</summary>
public enum Deadline
{
    /// <summary>An answer, from registration.</summary>
    Acknowledge,

    /// <summary>The time of repair told, from registration.</summary>
    Plan,

    /// <summary>The damage localised, from registration.</summary>
    Localise,

    /// <summary>Someone on the spot, from registration.</summary>
    Visit,

    /// <summary>Supply restored, from its interruption; there is none without one. It only ever gets shorter.</summary>
    Restore,

    /// <summary>The cause eliminated, from the beginning of the alarm; it stops while the incident is suspended.</summary>
    Eliminate,
}

/// <summary>How an incident stands with a deadline.</summary>
public enum DeadlineStatus
{
    /// <summary>There is no such deadline (yet), or the incident ended before it.</summary>
    None,

    /// <summary>It is not over and its stage not reached.</summary>
    Running,

    /// <summary>Its stage was reached in time.</summary>
    Met,

    /// <summary>It is over and its stage was not reached by then.</summary>
    Breached,
}

/// <summary>Why the clock of elimination stands. Same names and order as in IIncidentLog.sol.</summary>
public enum SuspensionReason
{
    /// <summary>Nobody lets the crew in.</summary>
    AccessRefused,

    /// <summary>Parts are on their way.</summary>
    AwaitingParts,

    /// <summary>A permit to dig, to switch off.</summary>
    AwaitingPermit,

    /// <summary>Too cold, a storm.</summary>
    Weather,

    /// <summary>Something else, told in the comment.</summary>
    Other,
}
