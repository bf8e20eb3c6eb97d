using System.Numerics;

namespace SmartCity.Rules;

/// <content>One instant: samples, conditions, delays, then what people are told.</content>
public sealed partial class RuleProgram
{
    /// <summary>Most rules of a book.</summary>
    internal const int MaxRules = 256;

    private const int WordBits = 64;
    private const sbyte Hidden = -1;

    /// <summary>Finds what a saved state does not say because it follows from the rest.</summary>
    internal void Restore(RuleState state)
    {
        FindMutes(state);
        state.MuteCount = state.Statuses.Count(status => status.Phase.IsMute());
    }

    /// <summary>Lets every delay end that is over by a time, each at its own instant.</summary>
    private void Wake(RuleState state, long time, ICollection<AlarmEvent> events)
    {
        while (state.Due <= time)
        {
            Instant(state, [], state.Due, events);
        }
    }

    private void Instant(RuleState state, ReadOnlySpan<SignalSample> samples, long now, ICollection<AlarmEvent> events)
    {
        bool isFirst = state.Now == 0;
        state.Now = now;
        state.Due = long.MaxValue;
        state.StartedAt = isFirst ? now : state.StartedAt;
        (ulong sampled, ulong changed) = Take(state, samples);
        changed |= GrowOld(state);
        foreach (Memory memory in _memories)
        {
            if ((memory.Signals & sampled) != 0)
            {
                memory.Update(state);
                changed |= memory.Signals;
            }
        }
        Span<ulong> looked = stackalloc ulong[MaxRules / WordBits];
        LookAtConditions(state, isFirst ? ulong.MaxValue : changed, looked);
        Span<ulong> toggled = stackalloc ulong[MaxRules / WordBits];
        if (Delay(state, looked, toggled))
        {
            FindMutes(state);
            Settle(state, toggled, now, events);
        }
        else if (state.MuteCount > 0)
        {
            Settle(state, toggled, now, events);
        }
    }

    private (ulong Sampled, ulong Changed) Take(RuleState state, ReadOnlySpan<SignalSample> samples)
    {
        ulong sampled = 0;
        ulong changed = 0;
        foreach (SignalSample sample in samples)
        {
            int place = sample.Signal;
            SignalReading reading = sample.Reading;
            SignalState quality = reading.IsGood && reading.IsFlag == Signals[place].IsFlag ? SignalState.Good : SignalState.Bad;
            ulong bit = 1ul << place;
            sampled |= bit;
            if (quality == SignalState.Good)
            {
                changed |= state.Values[place] != reading.Value || state.Quality[place] != quality ? bit : 0;
                state.Values[place] = reading.Value;
                state.GoodAt[place] = state.Now;
            }
            else
            {
                changed |= state.Quality[place] != quality ? bit : 0;
            }
            state.Quality[place] = quality;
        }
        return (sampled, changed);
    }

    /// <summary>Values without a new one for too long are not relied on any more.</summary>
    private ulong GrowOld(RuleState state)
    {
        ulong changed = 0;
        for (int place = 0; place < _staleAfter.Length; place++)
        {
            if (_staleAfter[place] == 0 || state.Quality[place] != SignalState.Good)
            {
                continue;
            }
            long end = state.GoodAt[place] + _staleAfter[place];
            if (end <= state.Now)
            {
                state.Quality[place] = SignalState.Stale;
                changed |= 1ul << place;
            }
            else
            {
                state.WakeAt(end);
            }
        }
        return changed;
    }

    /// <summary>Evaluates the conditions that may have changed. All alarms are still as they were before the instant.</summary>
    private void LookAtConditions(RuleState state, ulong changed, Span<ulong> looked)
    {
        for (int i = 0; i < _rules.Length; i++)
        {
            CompiledRule rule = _rules[i];
            if ((rule.Signals & changed) == 0 && !rule.IsTimed && state.Conditions[i].ChangingSince == 0)
            {
                continue;
            }
            state.Conditions[i].Holds = rule.When.Evaluate(new(state, i)) switch { true => 1, false => 0, null => Hidden };
            looked[i / WordBits] |= 1ul << i % WordBits;
        }
    }

    /// <summary>
    /// Lets the delays pass. What bad quality hides changes nothing: no alarm is raised, none ends, and no delay is interrupted.
    /// </summary>
    /// <returns>Has any alarm begun or ended?</returns>
    private bool Delay(RuleState state, ReadOnlySpan<ulong> looked, Span<ulong> toggled)
    {
        bool any = false;
        for (int word = 0; word < looked.Length; word++)
        {
            for (ulong left = looked[word]; left != 0; left &= left - 1)
            {
                int i = word * WordBits + BitOperations.TrailingZeroCount(left);
                ref ConditionState condition = ref state.Conditions[i];
                if (condition.Holds == Hidden)
                {
                    continue;
                }
                if (condition.Holds == 1 == condition.IsActive)
                {
                    condition.ChangingSince = 0;
                    continue;
                }
                condition.ChangingSince = condition.ChangingSince == 0 ? state.Now : condition.ChangingSince;
                long due = condition.ChangingSince + (condition.IsActive ? _rules[i].OffDelay : _rules[i].OnDelay);
                if (due > state.Now)
                {
                    state.WakeAt(due);
                    continue;
                }
                condition.IsActive = !condition.IsActive;
                condition.ChangingSince = 0;
                toggled[word] |= 1ul << i % WordBits;
                any = true;
            }
        }
        return any;
    }

    /// <summary>Which alarms are consequences of others. A cause that is out of service explains nothing.</summary>
    private void FindMutes(RuleState state)
    {
        Array.Clear(state.MutedBy);
        for (int cause = 0; cause < _rules.Length; cause++)
        {
            if (_rules[cause].Mutes.IsEmpty || !state.Conditions[cause].IsActive || state.Statuses[cause].Phase == AlarmPhase.OutOfService)
            {
                continue;
            }
            foreach (int consequence in _rules[cause].Mutes)
            {
                if (state.MutedBy[consequence] == 0)
                {
                    state.MutedBy[consequence] = (short)(cause + 1);
                }
            }
        }
    }

    /// <summary>Moves every alarm to the phase that its condition and its causes ask for.</summary>
    private void Settle(RuleState state, ReadOnlySpan<ulong> toggled, long at, ICollection<AlarmEvent> events)
    {
        state.MuteCount = 0;
        for (int i = 0; i < _rules.Length; i++)
        {
            bool hasToggled = (toggled[i / WordBits] >> i % WordBits & 1) != 0;
            if (hasToggled || state.MutedBy[i] != 0 || state.Statuses[i].Phase.IsMute())
            {
                SettleOne(state, i, hasToggled, at, events);
            }
            state.MuteCount += state.Statuses[i].Phase.IsMute() ? 1 : 0;
        }
    }

    private void SettleOne(RuleState state, int i, bool hasToggled, long at, ICollection<AlarmEvent> events)
    {
        AlarmStatus before = state.Statuses[i];
        if (before.Phase == AlarmPhase.Shelved)
        {
            if (before.Until <= state.Now)
            {
                Move(state, i, AlarmInput.Unshelve, at, events);
            }
            else
            {
                state.WakeAt(before.Until);
            }
        }
        ConditionState condition = state.Conditions[i];
        if (hasToggled)
        {
            Move(state, i, condition.IsActive ? AlarmInput.Activate : AlarmInput.Return, at, events);
            if (condition.IsActive && state.Statuses[i].Phase == AlarmPhase.SuppressedByDesign)
            {
                AddConsequence(state, i, before, at, events);
            }
        }
        if (IsSuppressed(state, i))
        {
            Move(state, i, AlarmInput.Suppress, at, events);
            if (state.Statuses[i].Phase == AlarmPhase.SuppressedByDesign)
            {
                state.Statuses[i] = state.Statuses[i] with { MuteBy = CauseOf(state, i) ?? state.Statuses[i].MuteBy };
            }
        }
        else
        {
            Move(state, i, AlarmInput.Unsuppress, at, events);
        }
    }

    /// <summary>
    /// A consequence that outlives its cause only by its off-delay is not worth a word either; nor is one that bad quality hides: it
    /// is raised when it is seen to hold.
    /// </summary>
    private static bool IsSuppressed(RuleState state, int i)
    {
        ConditionState condition = state.Conditions[i];
        return state.MutedBy[i] != 0
            || (state.Statuses[i].Phase == AlarmPhase.SuppressedByDesign && condition is { IsActive: true, Holds: not 1 });
    }

    private string? CauseOf(RuleState state, int i) => state.MutedBy[i] == 0 ? null : _rules[state.MutedBy[i] - 1].Rule.Code;
}
