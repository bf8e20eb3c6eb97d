using System.Diagnostics;
using SmartCity.Rules;

namespace SmartCity.Benchmarks;

/// <summary>
/// How many samples a second go through the alarm rules on one core: heat substations with all thirteen signals, one poll a second
/// each, every number changing with every sample, now and then an alarm.
/// </summary>
internal static class AlarmSpeed
{
    private const int Signals = 100_000;
    private const int SignalsPerObject = 13;
    private const int Variants = 64;
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Measures polls of all signals of an object together, and signals that come one by one.</summary>
    /// <param name="ruleFile">The rule file.</param>
    /// <param name="rounds">How many rounds; the middle one counts.</param>
    public static Dictionary<string, double> Measure(string ruleFile, int rounds)
    {
        RuleProgram program = RuleBook.Parse(File.ReadAllBytes(ruleFile), ruleFile).Compile(AlarmMode.Refined);
        SignalSample[][] polls = [.. Enumerable.Range(0, Variants).Select(variant => Poll(program, variant))];
        return new()
        {
            ["samplesPerSecond"] = Speed(program, polls, SignalsPerObject, seconds: 20, rounds),
            ["samplesPerSecondOneByOne"] = Speed(program, polls, 1, seconds: 5, rounds),
        };
    }

    /// <summary>Samples a second when so many of an object's signals have one time.</summary>
    private static double Speed(RuleProgram program, SignalSample[][] polls, int together, int seconds, int rounds)
    {
        RuleState[] states = [.. Enumerable.Range(0, (Signals + SignalsPerObject - 1) / SignalsPerObject).Select(_ => program.NewState())];
        List<AlarmEvent> events = [];
        List<double> speeds = [];
        int second = 0;
        long raised = 0;
        for (int round = 0; round <= rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int end = second + seconds; second < end; second++)
            {
                for (int i = 0; i < states.Length; i++)
                {
                    ReadOnlySpan<SignalSample> poll = polls[(i + second) % Variants];
                    for (int first = 0; first < poll.Length; first += together)
                    {
                        program.Apply(states[i], poll.Slice(first, together), Start.AddSeconds(second).AddMilliseconds(first), events);
                    }
                }
                raised += events.Count;
                events.Clear();
            }
            if (round > 0) // The first one warms up.
            {
                speeds.Add((double)seconds * states.Length * SignalsPerObject / Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }
        if (raised == 0)
        {
            throw new InvalidOperationException("No alarm was raised: the rules were not at work.");
        }
        speeds.Sort();
        return Math.Round(speeds[speeds.Count / 2]);
    }

    private static SignalSample[] Poll(RuleProgram program, int variant)
    {
        decimal noise = variant * 0.01m;
        bool leaks = variant is >= 20 and < 24; // Long enough for the on-delay of a leak.
        (string Tag, SignalReading Reading)[] readings =
        [
            ("p1", SignalReading.Of(6 + noise)), ("p2", SignalReading.Of(4 + noise)), ("t1", SignalReading.Of(75 + noise)),
            ("t2", SignalReading.Of(50 + noise)), ("ps", SignalReading.Of(true)), ("t_low", SignalReading.Of(false)),
            ("t_high", SignalReading.Of(false)), ("p_low", SignalReading.Of(false)), ("p_high", SignalReading.Of(false)),
            ("flow", SignalReading.Of(1_000 + noise)), ("pump_run", SignalReading.Of(true)), ("pump_fault", SignalReading.Of(false)),
            ("leak", SignalReading.Of(leaks)),
        ];
        return [.. readings.Select(reading => new SignalSample(program.SignalPlace(reading.Tag), reading.Reading))];
    }
}
