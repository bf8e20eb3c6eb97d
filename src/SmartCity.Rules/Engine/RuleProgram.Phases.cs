namespace SmartCity.Rules;

/// <summary>What became of what a person asked for. Closed.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="State">The state after it.</param>
    /// <param name="Events">The events to record, first that of the command.</param>
    public sealed record Done(RuleState State, IReadOnlyList<AlarmEvent> Events) : CommandOutcome;

    /// <summary>It cannot be done.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Reason) : CommandOutcome;
}

/// <content>Phases of alarms and what persons do with them.</content>
public sealed partial class RuleProgram
{
    /// <summary>Records that a person knows of an alarm.</summary>
    /// <param name="state">The state so far; it is not changed.</param>
    /// <param name="code">Which alarm.</param>
    /// <param name="raisedAt">The raising that the person saw: one that came after it is not acknowledged with it.</param>
    /// <param name="time">When.</param>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome Acknowledge(RuleState state, string code, DateTimeOffset raisedAt, DateTimeOffset time)
    {
        AlarmStatus status = StatusOf(state, code);
        if (status.Phase is AlarmPhase.Normal || status.Phase.IsMute())
        {
            return new CommandOutcome.Refused($"{code} is not raised.");
        }
        if (status.RaisedAt != raisedAt)
        {
            return new CommandOutcome.Refused($"{code} was raised anew at {status.RaisedAt:u}: look at it first.");
        }
        return status.Phase.NeedsAcknowledgement()
            ? Command(state, code, AlarmInput.Acknowledge, time)
            : new CommandOutcome.Refused($"{code} is acknowledged already, at {status.AcknowledgedAt:u}.");
    }

    /// <summary>Lets a latched alarm go whose condition has ended and which is acknowledged.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome Reset(RuleState state, string code, DateTimeOffset time) =>
        StatusOf(state, code).Phase == AlarmPhase.LatchedAcknowledged
            ? Command(state, code, AlarmInput.Reset, time)
            : new CommandOutcome.Refused($"{code} is not latched and acknowledged: only an alarm that has ended and is known can be reset.");

    /// <summary>Puts an alarm aside. It comes back by itself.</summary>
    /// <param name="state">The state so far; it is not changed.</param>
    /// <param name="code">Which alarm.</param>
    /// <param name="until">When it comes back; later than <paramref name="time"/>, by the rule's longest shelving at most.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="reason">Why; not blank.</param>
    /// <param name="time">When.</param>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome Shelve(RuleState state, string code, DateTimeOffset until, string by, string reason, DateTimeOffset time)
    {
        AlarmStatus status = StatusOf(state, code);
        TimeSpan longest = RuleOf(code).LongestShelving;
        if (status.Phase is AlarmPhase.Shelved or AlarmPhase.OutOfService)
        {
            return new CommandOutcome.Refused($"{code} is {status.Phase} already.");
        }
        if (until <= time || until - time > longest)
        {
            return new CommandOutcome.Refused($"{code} may be shelved for {longest} at most, and for more than no time.");
        }
        return string.IsNullOrWhiteSpace(reason)
            ? new CommandOutcome.Refused("Say why: an alarm is not put aside without a reason.")
            : Command(state, code, AlarmInput.Shelve, time, by, reason, until);
    }

    /// <summary>Takes a shelved alarm back before its time.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome Unshelve(RuleState state, string code, DateTimeOffset time) =>
        StatusOf(state, code).Phase == AlarmPhase.Shelved
            ? Command(state, code, AlarmInput.Unshelve, time)
            : new CommandOutcome.Refused($"{code} is not shelved.");

    /// <summary>Takes an alarm out of use until somebody puts it back.</summary>
    /// <param name="state">The state so far; it is not changed.</param>
    /// <param name="code">Which alarm.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="reason">Why; not blank.</param>
    /// <param name="time">When.</param>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome TakeOut(RuleState state, string code, string by, string reason, DateTimeOffset time)
    {
        if (StatusOf(state, code).Phase == AlarmPhase.OutOfService)
        {
            return new CommandOutcome.Refused($"{code} is out of service already.");
        }
        return string.IsNullOrWhiteSpace(reason)
            ? new CommandOutcome.Refused("Say why: an alarm is not taken out of use without a reason.")
            : Command(state, code, AlarmInput.TakeOut, time, by, reason);
    }

    /// <summary>Puts an alarm back into use.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public CommandOutcome PutBack(RuleState state, string code, DateTimeOffset time) =>
        StatusOf(state, code).Phase == AlarmPhase.OutOfService
            ? Command(state, code, AlarmInput.PutBack, time)
            : new CommandOutcome.Refused($"{code} is not out of service.");

    private AlarmStatus StatusOf(RuleState state, string code)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Statuses[PlaceOf(code)];
    }

    /// <summary>Carries a permitted command out. It happens no earlier than what was seen already.</summary>
    private CommandOutcome.Done Command(
        RuleState state, string code, AlarmInput input, DateTimeOffset time, string? by = null, string? reason = null, DateTimeOffset? until = null)
    {
        RuleState next = Own(state);
        int place = PlaceOf(code);
        List<AlarmEvent> events = [];
        long when = Math.Max(Ticks.Of(time), state.Now);
        AlarmStatus before = next.Statuses[place];
        Move(next, place, input, when, events, by, reason, until);
        if (input is AlarmInput.TakeOut or AlarmInput.PutBack || before.Phase.IsMute() || next.Statuses[place].Phase.IsMute())
        {
            FindMutes(next);
            Settle(next, stackalloc ulong[MaxRules / WordBits], when, events);
        }
        return new(next, events);
    }

    /// <summary>Moves an alarm if the table says so, and tells what people should know of it.</summary>
    private void Move(
        RuleState state, int i, AlarmInput input, long at, ICollection<AlarmEvent> events, string? by = null, string? reason = null, DateTimeOffset? until = null)
    {
        AlarmRule rule = _rules[i].Rule;
        AlarmStatus before = state.Statuses[i];
        AlarmSituation situation = new(
            state.Conditions[i].IsActive, state.MutedBy[i] != 0, rule.IsLatched, rule.NeedsAcknowledgement);
        if (AlarmTransitions.Next(before.Phase, input, situation) is not { } phase)
        {
            return;
        }
        AlarmStatus after = before.To(phase, at);
        if (phase.IsMute())
        {
            after = after with { MuteBy = by ?? CauseOf(state, i), MuteReason = reason, Until = until is { } end ? Ticks.Of(end) : 0 };
            state.WakeAt(after.Until);
        }
        else if (phase == AlarmPhase.Unacknowledged)
        {
            after = after with { Severity = SeverityOf(state, i) };
        }
        state.Statuses[i] = after;
        Tell(state, i, input, before, after, Ticks.ToTime(at)!.Value, events);
    }

    private void Tell(
        RuleState state, int i, AlarmInput input, AlarmStatus before, AlarmStatus after, DateTimeOffset time, ICollection<AlarmEvent> events)
    {
        AlarmRule rule = _rules[i].Rule;
        DateTimeOffset? ended = before.Phase.IsRaised() ? before.RaisedAt : null;
        switch (input)
        {
            case AlarmInput.Acknowledge:
                events.Add(new AlarmEvent.Acknowledged(rule, time, before.RaisedAt!.Value));
                break;
            case AlarmInput.Reset:
                events.Add(new AlarmEvent.Reset(rule, time));
                break;
            case AlarmInput.Return:
                events.Add(new AlarmEvent.Cleared(rule, time, before.RaisedAt!.Value, EvidenceOf(state, i)));
                break;
            case AlarmInput.Shelve or AlarmInput.TakeOut:
                events.Add(new AlarmEvent.Muted(rule, time, after.Phase, after.MuteBy, after.MuteReason, ended, EvidenceOf(state, i)));
                break;
            case AlarmInput.Suppress when ended is not null:
                events.Add(new AlarmEvent.Muted(rule, time, after.Phase, after.MuteBy, null, ended, EvidenceOf(state, i)));
                break;
            case AlarmInput.Unshelve or AlarmInput.PutBack:
                events.Add(new AlarmEvent.Unmuted(rule, time, before.Phase));
                break;
            default:
                break;
        }
        if (after.Phase == AlarmPhase.Unacknowledged)
        {
            events.Add(new AlarmEvent.Raised(rule, time, after.Severity, EvidenceOf(state, i)));
        }
    }

    private void AddConsequence(RuleState state, int i, AlarmStatus before, long at, ICollection<AlarmEvent> events) => events.Add(new AlarmEvent.Muted(
        _rules[i].Rule,
        Ticks.ToTime(at)!.Value,
        AlarmPhase.SuppressedByDesign,
        CauseOf(state, i) ?? before.MuteBy,
        null,
        null,
        EvidenceOf(state, i)));

    private Severity SeverityOf(RuleState state, int i)
    {
        Severity severity = _rules[i].Rule.Severity;
        foreach ((Severity graver, ConditionNode when) in _rules[i].Graver)
        {
            severity = graver > severity && when.Evaluate(new(state, i)) == true ? graver : severity;
        }
        return severity;
    }

    private AlarmEvidence EvidenceOf(RuleState state, int i)
    {
        CompiledRule rule = _rules[i];
        Look look = new(state, i);
        bool? flag = rule.ShownFlag is { } place && state.IsGood(place) ? state.Values[place] != 0 : null;
        return new(NumberOf(rule.ShownValue, look), NumberOf(rule.ShownLimit, look), flag, NumberOf(_flowRate, look), [.. state.Signals]);
    }

    private static decimal? NumberOf(NumberNode? node, in Look look) =>
        node is not null && node.TryGet(look, out long value) ? Micro.ToDecimal(value) : null;
}
