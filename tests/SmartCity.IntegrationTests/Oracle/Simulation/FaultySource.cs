using System.Runtime.CompilerServices;
using SmartCity.Alphalogic;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>What the source is, whoever asks: its numbering, its clock, and everything it ever said.</summary>
internal sealed class SourceState(World world, Schedule schedule, Truth truth, CityLayout layout)
{
    private const ulong NumbersPerEpoch = 1_000;

    private readonly Dictionary<SignalKey, HashSet<(DateTimeOffset Time, decimal Value)>> _said = [];

    /// <summary>The city's signals.</summary>
    public IReadOnlyList<SignalKey> Keys { get; } =
        [.. layout.Boundaries.Concat(layout.Means).Concat(layout.Channels.Select(channel => channel.SerialKey)).Distinct()];

    public World World => world;

    public Schedule Schedule => schedule;

    public Random Random { get; } = new(schedule.Seed + 2);

    /// <summary>The source's clock.</summary>
    public DateTimeOffset Now => world.Now + schedule.SourceClockErrorAt(world.Now);

    /// <summary>The last snapshot, to be given again.</summary>
    public SignalSnapshot? LastSnapshot { get; set; }

    private ulong Epoch => (ulong)schedule.Renumberings.Count(moment => moment <= world.Now) + 1;

    /// <summary>The number that a signal has now.</summary>
    public ParameterId NumberOf(int index) => new(Epoch * NumbersPerEpoch + (ulong)index);

    /// <summary>The signal that has a number now.</summary>
    /// <exception cref="AlphalogicRequestException">None has it.</exception>
    public SignalKey KeyOf(ParameterId number) => number.Value / NumbersPerEpoch == Epoch
        ? Keys[(int)(number.Value % NumbersPerEpoch)]
        : throw new AlphalogicRequestException($"There is no parameter {number}.", 404, "not_found");

    /// <summary>A signal as it is now.</summary>
    public SignalValue Current(ParameterId number)
    {
        SignalKey key = KeyOf(number);
        if (schedule.Silences.Any(silence => silence.Meter == key.SourceObject && silence.Spell.Contains(world.Now)))
        {
            world.Count("silent meter");
            return new(number, SignalData.None, Now, SignalQuality.Bad, "device not connected");
        }
        decimal value = ValueOf(key, world.Now);
        if (IsStruck(0.4))
        {
            world.Count("value without quality");
            bool isBad = Random.Next(2) == 0;
            return new(number, isBad ? SignalData.None : SignalData.Of(value), Now, isBad ? SignalQuality.Bad : SignalQuality.Uncertain, "so it is");
        }
        if (key.Signal is "a" or "a0" or "a1" or "a2" && IsStruck(0.02))
        {
            world.Count("wild value");
            value = (value + Random.Next(100_000, 400_000)) % 1_000_000;
        }
        return Say(key, new(number, SignalData.Of(value), Whole(Now), SignalQuality.Good, null));
    }

    /// <summary>A signal as it was; null when the archive does not know.</summary>
    public SignalValue? Recorded(ParameterId number, SignalKey key, DateTimeOffset time)
    {
        bool isUnknown = schedule.Silences.Any(silence => silence.Meter == key.SourceObject && !silence.IsRecorded && silence.Spell.Contains(time));
        return time > Now || isUnknown ? null : Say(key, new(number, SignalData.Of(ValueOf(key, time)), time, SignalQuality.Good, null));
    }

    /// <summary>Did the source say so?</summary>
    public bool HasSaid(SignalKey key, DateTimeOffset time, decimal value) =>
        _said.TryGetValue(key, out HashSet<(DateTimeOffset, decimal)>? said) && said.Contains((time, value));

    /// <summary>Does something happen, of what happens to a part of all things that faults happen to?</summary>
    public bool IsStruck(double part) => world.IsFaulty && schedule.SourceFaults > 0 && Random.NextDouble() < schedule.SourceFaults * part;

    private SignalValue Say(SignalKey key, SignalValue value)
    {
        if (!_said.TryGetValue(key, out HashSet<(DateTimeOffset, decimal)>? said))
        {
            _said[key] = said = [];
        }
        said.Add((value.SourceTime, value.Data.Number!.Value));
        return value;
    }

    private decimal ValueOf(SignalKey key, DateTimeOffset time) => key.Signal == CityLayout.SerialSignal
        ? layout.Channels.First(channel => channel.SourceObject == key.SourceObject).SerialNumber
        : truth.At(key, time);

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

/// <summary>The source as one process meets it: answers are lost, late, given again, and wrong in their quality.</summary>
internal sealed class FaultySource(Life life, SourceState state) : ISignalSource
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public Task<IReadOnlyList<SignalObject>> ReadObjectsAsync(CancellationToken cancellationToken) => AnswerAsync<IReadOnlyList<SignalObject>>(
        "objects",
        () => [.. Meters.Select((name, i) => new SignalObject(new((ulong)i), name, name, "meter", null, true, true, false, "ok"))]);

    public Task<IReadOnlyList<SignalParameter>> ReadParametersAsync(ObjectId node, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<SignalParameter>>("parameters", () => [.. state.Keys.Index()
            .Where(pair => pair.Item.SourceObject == Meters[(int)node.Value])
            .Select(pair => new SignalParameter(
                state.NumberOf(pair.Index), node, pair.Item.Signal, pair.Item.Signal, "", SignalValueType.Real, UnitOf(pair.Item), false))]);

    public Task<SignalSnapshot> ReadValuesAsync(IReadOnlyList<ParameterId> parameters, CancellationToken cancellationToken) => AnswerAsync("values", () =>
    {
        if (state.LastSnapshot is { } last && state.IsStruck(0.5) && last.Values.Select(value => value.Parameter).SequenceEqual(parameters))
        {
            state.World.Count("snapshot given again");
            return last;
        }
        SignalSnapshot snapshot = new(
            DateTimeOffset.FromUnixTimeSeconds(state.Now.ToUnixTimeSeconds()), [.. parameters.Select(state.Current)]);
        state.LastSnapshot = state.Random.Next(3) == 0 ? state.LastSnapshot : snapshot;
        return snapshot;
    });

    public async IAsyncEnumerable<SignalValue> ReadHistoryAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<SignalValue> values = await AnswerAsync("history", () =>
        {
            SignalKey key = state.KeyOf(parameter);
            List<SignalValue> found = [];
            for (DateTimeOffset time = from; time < to; time += step!.Value)
            {
                if (state.Recorded(parameter, key, time) is { } value)
                {
                    found.Add(value);
                }
                else if (state.Random.Next(2) == 0)
                {
                    found.Add(new(parameter, SignalData.None, time, SignalQuality.Bad, "not known"));
                }
            }
            return found;
        });
        foreach (SignalValue value in values)
        {
            yield return value;
        }
    }

    /// <summary>Nothing changes within a quarter of an hour: its mean is its beginning.</summary>
    public IAsyncEnumerable<SignalValue> ReadMeansAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        ReadHistoryAsync(parameter, from, to, step, cancellationToken);

    public Task<DateTimeOffset> ReadSourceTimeAsync(CancellationToken cancellationToken) =>
        AnswerAsync("time", () => DateTimeOffset.FromUnixTimeSeconds(state.Now.ToUnixTimeSeconds()));

    private string[] Meters => field ??= [.. state.Keys.Select(key => key.SourceObject).Distinct()];

    private static string UnitOf(SignalKey key) => key.Signal switch
    {
        "a" or "a0" or "a1" or "a2" => "kWh",
        CityLayout.FlowSignal => "m3",
        _ => "",
    };

    private async Task<T> AnswerAsync<T>(string what, Func<T> answer)
    {
        life.Touch();
        await life.DelayAsync(Latency());
        life.Touch();
        if (state.World.IsFaulty && state.Schedule.SourceAway.Any(spell => spell.Contains(state.World.Now)))
        {
            state.World.Count("source away");
            throw new AlphalogicUnavailableException($"The source does not answer {what}.");
        }
        if (state.IsStruck(1))
        {
            string fault = $"source: {state.Random.Next(8) switch { 0 or 1 => "lost", 2 => "garbled", 3 => "refused", 4 => "login refused", _ => "late" }}";
            state.World.Count(fault);
            switch (fault)
            {
                case "source: lost":
                    throw new AlphalogicUnavailableException($"The answer to {what} is lost.");
                case "source: garbled":
                    throw new AlphalogicAnswerException($"The answer to {what} is garbled.");
                case "source: refused":
                    throw new AlphalogicRequestException($"The source refuses {what}.", 404, "not_found");
                case "source: login refused":
                    throw new AlphalogicAuthenticationException("The source refuses the login.");
                default:
                    T early = answer();
                    await life.DelayAsync(Minute * (1 + state.Random.NextDouble() * 30));
                    life.Touch();
                    return early;
            }
        }
        return answer();
    }

    private TimeSpan Latency() => TimeSpan.FromMilliseconds(state.Random.Next(1, 2_000));
}
