namespace SmartCity.Rules;

/// <summary>What an expression may look at: the object's state at one instant, and whose rule's condition it is part of.</summary>
/// <param name="state">The state; its alarms are as they were before the instant.</param>
/// <param name="rule">Place of the rule.</param>
internal readonly ref struct Look(RuleState state, int rule)
{
    /// <summary>The object's state.</summary>
    public RuleState State { get; } = state;

    /// <summary>The instant, UTC ticks.</summary>
    public long Time => State.Now;

    /// <summary>Does the alarm of the rule itself stand, as far as delays let it be seen? For deadbands.</summary>
    public bool IsActive => State.Conditions[rule].IsActive;

    /// <summary>Asks to be looked at again at a later instant.</summary>
    public void WakeAt(long time) => State.WakeAt(time);
}
