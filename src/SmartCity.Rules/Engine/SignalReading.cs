namespace SmartCity.Rules;

/// <summary>Whether a signal can be relied on.</summary>
public enum SignalState
{
    /// <summary>Never seen.</summary>
    Unseen,

    /// <summary>The last value is good and not too old.</summary>
    Good,

    /// <summary>The last sample had no value of good quality.</summary>
    Bad,

    /// <summary>The last value was good but is too old.</summary>
    Stale,
}

/// <summary>What a sample says: a number, a flag, or that there is no value of good quality. <c>default</c> is the last.</summary>
public readonly record struct SignalReading
{
    private SignalReading(bool isGood, bool isFlag, long value)
    {
        IsGood = isGood;
        IsFlag = isFlag;
        Value = value;
    }

    /// <summary>No usable value: bad or uncertain quality, or not a number.</summary>
    public static SignalReading Bad => default;

    /// <summary>Has it a value?</summary>
    public bool IsGood { get; }

    /// <summary>Is the value a flag?</summary>
    internal bool IsFlag { get; }

    /// <summary>Millionths of the unit, or 0 and 1 for a flag.</summary>
    internal long Value { get; }

    /// <summary>A number of good quality, rounded to millionths; beyond ±10⁹ there is no usable value.</summary>
    public static SignalReading Of(decimal number) => Micro.Of(number) is { } value ? new(true, false, value) : Bad;

    /// <summary>A flag of good quality.</summary>
    public static SignalReading Of(bool flag) => new(true, true, flag ? 1 : 0);
}

/// <summary>A sample of one signal of an object.</summary>
/// <param name="Signal">Place of the signal in <see cref="RuleProgram.Signals"/>.</param>
/// <param name="Reading">What it says.</param>
public readonly record struct SignalSample(int Signal, SignalReading Reading);

/// <summary>A signal that rules look at.</summary>
/// <param name="Tag">Name at the source, e.g. <c>pump_run</c>.</param>
/// <param name="IsFlag">Is it a flag, and not a number?</param>
/// <param name="Unit">Unit of a number.</param>
/// <param name="IsOptional">May an object lack it? Then the rules that need it are silent.</param>
/// <param name="StaleAfter">How long a value counts without a new one; <c>null</c> for ever.</param>
public sealed record RuleSignal(string Tag, bool IsFlag, string? Unit, bool IsOptional, TimeSpan? StaleAfter);

/// <summary>A signal as the rules see it at one instant.</summary>
/// <param name="Tag">Name at the source.</param>
/// <param name="State">Can it be relied on?</param>
/// <param name="Number">The number, or <c>null</c> when it is a flag or not usable.</param>
/// <param name="Flag">The flag, or <c>null</c> when it is a number or not usable.</param>
public readonly record struct SeenSignal(string Tag, SignalState State, decimal? Number, bool? Flag);
