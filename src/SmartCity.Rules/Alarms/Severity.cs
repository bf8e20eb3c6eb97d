namespace SmartCity.Rules;

/// <summary>How much an alarm matters; the scale of the signal source.</summary>
public enum Severity
{
    /// <summary>For the record.</summary>
    Trivial,

    /// <summary>To be looked at when there is time.</summary>
    Minor,

    /// <summary>To be dealt with in this shift.</summary>
    Major,

    /// <summary>To be dealt with at once.</summary>
    Critical,

    /// <summary>Nothing works any more.</summary>
    Blocker,
}

/// <summary>What an alarm is about.</summary>
public enum AlarmClass
{
    /// <summary>The process: somebody has to do something, and an incident may come of it.</summary>
    Process,

    /// <summary>The process, but nothing is wrong yet: it makes no incident.</summary>
    Warning,

    /// <summary>The measuring: a process alarm never follows from it.</summary>
    Diagnostic,
}

/// <summary>How the words of the brief are read.</summary>
public enum AlarmMode
{
    /// <summary>Literally: no delay, no deadband, a pressure is 0 only if it is 0.</summary>
    Strict,

    /// <summary>
    /// As an engineer runs them: delays, deadbands, a zero band, and A2.1 as circulation without a running pump: in a filled
    /// system the pressure never falls to 0 when a pump stops, so that the literal clause would hold all the while.
    /// </summary>
    Refined,
}
