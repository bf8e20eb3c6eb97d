namespace SmartCity.Oracle;

/// <summary>What an entry of an incident says. Up to <see cref="OutageRecorded"/> each is one call of the contract IncidentLog.</summary>
public enum IncidentEntryKind
{
    /// <summary>The alarm was raised.</summary>
    Raised = 1,

    /// <summary>Its condition ended.</summary>
    Cleared = 2,

    /// <summary>A stage was reached.</summary>
    Advanced = 3,

    /// <summary>It is critical.</summary>
    Escalated = 4,

    /// <summary>Somebody was on the spot.</summary>
    Visited = 5,

    /// <summary>The clock of elimination stands.</summary>
    Suspended = 6,

    /// <summary>The clock of elimination runs again.</summary>
    Resumed = 7,

    /// <summary>It was a false alarm.</summary>
    Rejected = 8,

    /// <summary>It is part of another.</summary>
    Merged = 9,

    /// <summary>The alarm is back, or what was done does not hold.</summary>
    Reopened = 10,

    /// <summary>A group is without supply.</summary>
    Interrupted = 11,

    /// <summary>How it is indoors, or how many feeds there are.</summary>
    ConditionReported = 12,

    /// <summary>An outage that reduces bills.</summary>
    OutageRecorded = 13,

    /// <summary>Somebody answers for it. Stays off the chain, as all that follow.</summary>
    OwnerAssigned = 101,

    /// <summary>A crew is sent.</summary>
    CrewSent = 102,

    /// <summary>Something was said.</summary>
    Commented = 103,

    /// <summary>A file was added.</summary>
    EvidenceAdded = 104,
}
