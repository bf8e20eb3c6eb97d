using System.Collections.Frozen;
using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>A rule made ready to be evaluated.</summary>
internal sealed record CompiledRule(
    AlarmRule Rule,
    ConditionNode When,
    IReadOnlyList<(Severity Severity, ConditionNode When)> Graver,
    NumberNode? ShownValue,
    NumberNode? ShownLimit,
    int? ShownFlag)
{
    public ulong Signals { get; } = When.Signals;

    public bool IsTimed { get; } = When.IsTimed;

    public long OnDelay { get; } = Rule.OnDelay.Ticks;

    public long OffDelay { get; } = Rule.OffDelay.Ticks;

    /// <summary>Places of the rules that it mutes.</summary>
    public ImmutableArray<int> Mutes { get; init; } = [];
}

/// <summary>What follows from an instant.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Events">What became of alarms, in order of time and then of the rules.</param>
public readonly record struct Evaluation(RuleState State, IReadOnlyList<AlarmEvent> Events);

/// <summary>
/// The rules of a book in one mode and for objects with one set of parameters, ready to be evaluated. Pure: state, samples and time
/// in, state and events out; no clock. Safe to use from several threads.
/// </summary>
/// <remarks>
/// Time is the source's. Samples come in order of time, those of one instant together; <see cref="ReorderBuffer"/> puts others in
/// order. A value holds until the next one or until it is too old, so that delays end between samples, at their exact time.
/// </remarks>
public sealed partial class RuleProgram
{
    private readonly CompiledRule[] _rules;
    private readonly Memory[] _memories;
    private readonly long[] _staleAfter;
    private readonly NumberNode? _flowRate;
    private readonly FrozenDictionary<string, int> _rulePlaces;
    private readonly FrozenDictionary<string, int> _signalPlaces;

    internal RuleProgram(
        RuleVersion version,
        AlarmMode mode,
        IReadOnlyList<RuleSignal> signals,
        IReadOnlyList<CompiledRule> rules,
        IReadOnlyList<Memory> memories,
        NumberNode? flowRate)
    {
        Version = version;
        Mode = mode;
        Signals = signals;
        _rules = [.. rules];
        Rules = [.. rules.Select(rule => rule.Rule)];
        _memories = [.. memories];
        MemoryLength = memories.Sum(memory => memory.Length);
        _staleAfter = [.. signals.Select(signal => signal.StaleAfter?.Ticks ?? 0)];
        _flowRate = flowRate;
        _rulePlaces = Places(Rules.Select(rule => rule.Code));
        _signalPlaces = Places(signals.Select(signal => signal.Tag));
    }

    /// <summary>The rules it was made of.</summary>
    public RuleVersion Version { get; }

    /// <summary>How the brief is read.</summary>
    public AlarmMode Mode { get; }

    /// <summary>The signals that the rules look at, in the file's order.</summary>
    public IReadOnlyList<RuleSignal> Signals { get; }

    /// <summary>The rules in the file's order.</summary>
    public IReadOnlyList<AlarmRule> Rules { get; }

    internal int MemoryLength { get; }

    internal IReadOnlyList<Memory> Memories => _memories;

    /// <summary>The state of an object never looked at.</summary>
    public RuleState NewState() => new(this);

    /// <summary>Reads a state that <see cref="RuleState.ToJson"/> wrote, also under an earlier version of the rules: alarms and signals keep by their names.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public RuleState ParseState(string json) => RuleStateJson.Read(this, json);

    /// <summary>Place of a signal, for <see cref="SignalSample"/>.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such signal.</exception>
    public int SignalPlace(string tag) =>
        _signalPlaces.TryGetValue(tag, out int place) ? place : throw new KeyNotFoundException($"The rules have no signal '{tag}'.");

    /// <summary>The rule of a code.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public AlarmRule RuleOf(string code) => Rules[PlaceOf(code)];

    /// <summary>Looks at samples of one instant.</summary>
    /// <param name="state">The state so far; it is not changed.</param>
    /// <param name="samples">New values; a signal without one keeps its last.</param>
    /// <param name="time">Source time. Not later than the last instant (late or repeated data): nothing changes.</param>
    public Evaluation Evaluate(RuleState state, ReadOnlySpan<SignalSample> samples, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (Ticks.Of(time) <= state.Now)
        {
            return new(state, []);
        }
        RuleState next = Own(state);
        List<AlarmEvent> events = [];
        Apply(next, samples, time, events);
        return new(next, events);
    }

    /// <summary>Lets time pass: all samples up to <paramref name="time"/> are there, and delays that are over by then end.</summary>
    /// <param name="state">The state so far; it is not changed.</param>
    /// <param name="time">Source time.</param>
    public Evaluation Advance(RuleState state, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Due > Ticks.Of(time))
        {
            return new(state, []);
        }
        RuleState next = Own(state);
        List<AlarmEvent> events = [];
        Wake(next, Ticks.Of(time), events);
        return new(next, events);
    }

    /// <summary>As <see cref="Evaluate"/>, but changes the state in place and allocates nothing unless something happens.</summary>
    /// <param name="state">A state of this program that nobody else holds.</param>
    /// <param name="samples">New values.</param>
    /// <param name="time">Source time.</param>
    /// <param name="events">Where events are added.</param>
    /// <returns>Was the instant later than the last one? Otherwise nothing changed.</returns>
    public bool Apply(RuleState state, ReadOnlySpan<SignalSample> samples, DateTimeOffset time, ICollection<AlarmEvent> events)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(events);
        Check(state);
        long now = Ticks.Of(time);
        if (now <= state.Now)
        {
            return false;
        }
        Wake(state, now - 1, events);
        Instant(state, samples, now, events);
        return true;
    }

    /// <summary>Why an alarm is or is not: its condition and the parts of it, as they are at the state's instant.</summary>
    /// <exception cref="KeyNotFoundException">The rules have no such alarm.</exception>
    public Explanation Explain(RuleState state, string code)
    {
        ArgumentNullException.ThrowIfNull(state);
        int place = PlaceOf(code);
        return _rules[place].When.Explain(new(Own(state), place));
    }

    internal int PlaceOf(string code) =>
        _rulePlaces.TryGetValue(code, out int place) ? place : throw new KeyNotFoundException($"The rules have no alarm '{code}'.");

    /// <summary>A copy of a state. It may come from the same rules with other parameters.</summary>
    /// <exception cref="ArgumentException">It comes from other rules.</exception>
    private RuleState Own(RuleState state)
    {
        Check(state);
        return state.Clone();
    }

    private void Check(RuleState state)
    {
        if (!ReferenceEquals(state.Program, this) && (state.Program.Version != Version || state.Program.Mode != Mode))
        {
            throw new ArgumentException($"The state is of {state.Program.Version} {state.Program.Mode}, not of {Version} {Mode}.", nameof(state));
        }
    }

    private static FrozenDictionary<string, int> Places(IEnumerable<string> names) =>
        names.Select((name, place) => KeyValuePair.Create(name, place)).ToFrozenDictionary(StringComparer.Ordinal);
}
