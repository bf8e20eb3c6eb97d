namespace SmartCity.Rules;

/// <summary>What is known of one condition: as it was seen last, and as delays let it be seen.</summary>
internal struct ConditionState
{
    /// <summary>1 it held, 0 it did not, −1 bad quality hid it.</summary>
    public sbyte Holds;

    /// <summary>Does it hold as far as delays let it be seen?</summary>
    public bool IsActive;

    /// <summary>Since when it contradicts <see cref="IsActive"/>, UTC ticks; 0 when it does not.</summary>
    public long ChangingSince;
}

/// <summary>All that the rules remember of one object.</summary>
/// <remarks>
/// <see cref="RuleProgram.Evaluate"/> never changes a state, so that one can be kept and shared. Only <see cref="RuleProgram.Apply"/>
/// changes one in place: for hosts that hold it alone.
/// </remarks>
public sealed class RuleState
{
    internal RuleState(RuleProgram program)
    {
        Program = program;
        Values = new long[program.Signals.Count];
        GoodAt = new long[program.Signals.Count];
        Quality = new SignalState[program.Signals.Count];
        Conditions = new ConditionState[program.Rules.Count];
        Statuses = new AlarmStatus[program.Rules.Count];
        MutedBy = new short[program.Rules.Count];
        Memory = new long[program.MemoryLength];
    }

    private RuleState(RuleState other)
    {
        Program = other.Program;
        Now = other.Now;
        Due = other.Due;
        StartedAt = other.StartedAt;
        MuteCount = other.MuteCount;
        Values = [.. other.Values];
        GoodAt = [.. other.GoodAt];
        Quality = [.. other.Quality];
        Conditions = [.. other.Conditions];
        Statuses = [.. other.Statuses];
        MutedBy = [.. other.MutedBy];
        Memory = [.. other.Memory];
    }

    /// <summary>The latest instant that was looked at; an earlier or equal one changes nothing.</summary>
    public DateTimeOffset? Time => Ticks.ToTime(Now);

    /// <summary>
    /// The next instant at which something follows without a sample: a delay is over, a value becomes too old, a shelved alarm comes
    /// back. <c>null</c> when nothing will. A host may sleep until then.
    /// </summary>
    public DateTimeOffset? NextDue => Due == long.MaxValue ? null : Ticks.ToTime(Due);

    /// <summary>The alarms that are not normal.</summary>
    public IEnumerable<(AlarmRule Alarm, AlarmStatus Status)> Standing =>
        Program.Rules.Zip(Statuses).Where(pair => pair.Second.Phase != AlarmPhase.Normal);

    /// <summary>The signals as they are seen now.</summary>
    public IEnumerable<SeenSignal> Signals => Enumerable.Range(0, Values.Length).Select(SignalOf);

    internal RuleProgram Program { get; }

    internal long Now { get; set; }

    internal long Due { get; set; } = long.MaxValue;

    internal long StartedAt { get; set; }

    /// <summary>How many alarms are mute.</summary>
    internal int MuteCount { get; set; }

    /// <summary>Last values: millionths, or 0 and 1.</summary>
    internal long[] Values { get; }

    /// <summary>When each signal had a good value last, UTC ticks.</summary>
    internal long[] GoodAt { get; }

    internal SignalState[] Quality { get; }

    internal ConditionState[] Conditions { get; }

    internal AlarmStatus[] Statuses { get; }

    /// <summary>For each rule 0, or one more than the place of the rule whose consequence it is now.</summary>
    internal short[] MutedBy { get; }

    internal long[] Memory { get; }

    /// <summary>Status of one alarm.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public AlarmStatus StatusOf(string code) => Statuses[Program.PlaceOf(code)];

    /// <summary>Does the condition of an alarm hold, as far as delays let it be seen, be the alarm mute or not?</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public bool IsActive(string code) => Conditions[Program.PlaceOf(code)].IsActive;

    /// <summary>The state as JSON; signals never seen and alarms never heard of are left out.</summary>
    public string ToJson() => RuleStateJson.Write(this);

    internal bool IsGood(int signal) => Quality[signal] == SignalState.Good;

    internal void WakeAt(long time)
    {
        if (time > Now && time < Due)
        {
            Due = time;
        }
    }

    internal RuleState Clone() => new(this);

    internal SeenSignal SignalOf(int place)
    {
        RuleSignal signal = Program.Signals[place];
        bool isGood = IsGood(place);
        return new(
            signal.Tag,
            Quality[place],
            isGood && !signal.IsFlag ? Micro.ToDecimal(Values[place]) : null,
            isGood && signal.IsFlag ? Values[place] != 0 : null);
    }
}
