using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>An alarm that rules would have raised.</summary>
/// <param name="Substation">Number of the substation.</param>
/// <param name="Code">The rule's code.</param>
/// <param name="Severity">How much it would have mattered.</param>
/// <param name="RaisedAt">From when, source time.</param>
/// <param name="ClearedAt">Until when; <c>null</c> when it still stood at the end.</param>
public readonly record struct ReplayedAlarm(uint Substation, string Code, Severity Severity, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt);

/// <summary>An alarm that both versions would have raised, at other times.</summary>
/// <param name="Before">As the rules in force have it.</param>
/// <param name="After">As the changed ones have it.</param>
public readonly record struct MovedAlarm(ReplayedAlarm Before, ReplayedAlarm After);

/// <summary>What a change of rules changes. Lists are in order of time.</summary>
/// <param name="Same">Alarms that both raise at the same times.</param>
/// <param name="Gone">Alarms that only the rules in force raise.</param>
/// <param name="New">Alarms that only the changed rules raise.</param>
/// <param name="Moved">Alarms that both raise, at other times or with another severity.</param>
public sealed record RuleComparison(int Same, ImmutableArray<ReplayedAlarm> Gone, ImmutableArray<ReplayedAlarm> New, ImmutableArray<MovedAlarm> Moved)
{
    /// <summary>Compares what two versions of the rules made of the same samples. Alarms of a code that stood at the same time are one.</summary>
    public static RuleComparison Of(IEnumerable<ReplayedAlarm> before, IEnumerable<ReplayedAlarm> after)
    {
        int same = 0;
        List<ReplayedAlarm> gone = [];
        List<ReplayedAlarm> fresh = [];
        List<MovedAlarm> moved = [];
        ILookup<(uint, string), ReplayedAlarm> olds = before.ToLookup(alarm => (alarm.Substation, alarm.Code));
        ILookup<(uint, string), ReplayedAlarm> news = after.ToLookup(alarm => (alarm.Substation, alarm.Code));
        foreach ((uint, string) code in olds.Select(group => group.Key).Union(news.Select(group => group.Key)))
        {
            List<ReplayedAlarm> left = [.. olds[code].OrderBy(alarm => alarm.RaisedAt)];
            List<ReplayedAlarm> right = [.. news[code].OrderBy(alarm => alarm.RaisedAt)];
            int i = 0;
            int j = 0;
            while (i < left.Count && j < right.Count)
            {
                if (left[i] == right[j])
                {
                    same++;
                    i++;
                    j++;
                }
                else if (left[i].ClearedAt <= right[j].RaisedAt)
                {
                    gone.Add(left[i++]);
                }
                else if (right[j].ClearedAt <= left[i].RaisedAt)
                {
                    fresh.Add(right[j++]);
                }
                else
                {
                    moved.Add(new(left[i++], right[j++]));
                }
            }
            gone.AddRange(left.Skip(i));
            fresh.AddRange(right.Skip(j));
        }
        return new(
            same,
            [.. gone.OrderBy(alarm => alarm.RaisedAt)],
            [.. fresh.OrderBy(alarm => alarm.RaisedAt)],
            [.. moved.OrderBy(alarm => alarm.Before.RaisedAt)]);
    }
}

/// <summary>Runs rules over samples of the past and remembers the alarms. One object; not safe to use from several threads.</summary>
public sealed class RuleReplay
{
    private readonly RuleProgram _program;
    private readonly uint _substation;
    private readonly RuleState _state;
    private readonly List<AlarmEvent> _events = [];
    private readonly Dictionary<string, ReplayedAlarm> _standing = [];
    private readonly List<ReplayedAlarm> _ended = [];

    /// <summary>A replay that has seen nothing.</summary>
    /// <param name="program">The rules.</param>
    /// <param name="substation">Number of the substation.</param>
    public RuleReplay(RuleProgram program, uint substation)
    {
        ArgumentNullException.ThrowIfNull(program);
        _program = program;
        _substation = substation;
        _state = program.NewState();
    }

    /// <summary>Alarms so far, those that still stand last.</summary>
    public IEnumerable<ReplayedAlarm> Alarms => _ended.Concat(_standing.Values);

    /// <summary>Looks at the samples of an instant; one not later than the last changes nothing.</summary>
    public void Look(ReadOnlySpan<SignalSample> samples, DateTimeOffset time)
    {
        _events.Clear();
        _program.Apply(_state, samples, time, _events);
        foreach (AlarmEvent found in _events)
        {
            switch (found)
            {
                case AlarmEvent.Raised raised:
                    _standing[raised.Alarm.Code] = new(_substation, raised.Alarm.Code, raised.Severity, raised.Time, null);
                    break;
                case AlarmEvent.Cleared or AlarmEvent.Muted { RaisedAt: not null } when _standing.Remove(found.Alarm.Code, out ReplayedAlarm ended):
                    _ended.Add(ended with { ClearedAt = found.Time });
                    break;
                default:
                    break;
            }
        }
    }
}
