using SmartCity.Alphalogic;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Turns what was polled of a substation into what the rules look at. Only good values count.</summary>
internal static class SubstationReading
{
    /// <summary>The signals of a substation; what was not polled or is not good is unusable, but for what an object may lack.</summary>
    /// <param name="program">The rules.</param>
    /// <param name="polled">What was polled of the substation.</param>
    public static SignalSample[] Of(RuleProgram program, IEnumerable<Sample> polled)
    {
        Dictionary<string, SignalValue> values = polled.ToDictionary(sample => sample.Signal.Key.Signal, sample => sample.Value, StringComparer.Ordinal);
        return [.. program.Signals
            .Where(signal => !signal.IsOptional || values.ContainsKey(signal.Tag))
            .Select(signal => new SignalSample(program.SignalPlace(signal.Tag), Reading(signal, values)))];
    }

    private static SignalReading Reading(RuleSignal signal, Dictionary<string, SignalValue> values)
    {
        if (!values.TryGetValue(signal.Tag, out SignalValue value) || value.Quality != SignalQuality.Good)
        {
            return SignalReading.Bad;
        }
        return signal.IsFlag
            ? value.Data.Flag is { } flag ? SignalReading.Of(flag) : SignalReading.Bad
            : value.Data.Number is { } number ? SignalReading.Of(number) : SignalReading.Bad;
    }
}
