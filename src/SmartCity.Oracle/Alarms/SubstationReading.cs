using SmartCity.Alphalogic;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Turns what was polled of a substation into what the rules look at. Only good values count.</summary>
internal static class SubstationReading
{
    /// <summary>The thirteen signals of a substation; what was not polled or is not good is unusable, with the reason.</summary>
    public static SubstationSignals Of(string sourceObject, IEnumerable<Sample> polled)
    {
        Dictionary<string, SignalValue> values = polled
            .Where(sample => sample.Signal.Key.SourceObject == sourceObject)
            .ToDictionary(sample => sample.Signal.Key.Signal, sample => sample.Value, StringComparer.Ordinal);
        return new()
        {
            SupplyPressure = Number(SubstationSignal.SupplyPressure),
            ReturnPressure = Number(SubstationSignal.ReturnPressure),
            SupplyTemperature = Number(SubstationSignal.SupplyTemperature),
            ReturnTemperature = Number(SubstationSignal.ReturnTemperature),
            PressureSwitch = Flag(SubstationSignal.PressureSwitch),
            TemperatureLow = Flag(SubstationSignal.TemperatureLow),
            TemperatureHigh = Flag(SubstationSignal.TemperatureHigh),
            PressureLow = Flag(SubstationSignal.PressureLow),
            PressureHigh = Flag(SubstationSignal.PressureHigh),
            Flow = Number(SubstationSignal.Flow),
            PumpRunning = Flag(SubstationSignal.PumpRunning),
            PumpFault = Flag(SubstationSignal.PumpFault),
            Leak = Flag(SubstationSignal.Leak),
        };

        Signal<decimal> Number(SubstationSignal signal) => Usable(signal, value => value.Data.Number, "not a number");
        Signal<bool> Flag(SubstationSignal signal) => Usable(signal, value => value.Data.Flag, "not a flag");

        Signal<T> Usable<T>(SubstationSignal signal, Func<SignalValue, T?> read, string otherwise)
            where T : struct =>
            !values.TryGetValue(signal.Tag(), out SignalValue value) ? Signal.Unusable<T>("the source has no such signal")
            : value.Quality != SignalQuality.Good ? Signal.Unusable<T>(value.Reason ?? value.Quality.ToString())
            : read(value) is { } data ? Signal.Good(data)
            : Signal.Unusable<T>(otherwise);
    }

    /// <summary>Is a signal a flag, and not a number?</summary>
    public static bool IsFlag(SubstationSignal signal) => signal
        is not (SubstationSignal.SupplyPressure or SubstationSignal.ReturnPressure
            or SubstationSignal.SupplyTemperature or SubstationSignal.ReturnTemperature or SubstationSignal.Flow);
}
