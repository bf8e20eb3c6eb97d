using System.Globalization;

namespace SmartCity.Alphalogic;

/// <summary>What a signal holds: a number, a flag, a text, or nothing. <c>default</c> is nothing.</summary>
/// <remarks>Numbers are decimal from the wire on, so that a register of 12345.678 kWh is exactly that.</remarks>
public readonly record struct SignalData
{
    private readonly object? _value;

    private SignalData(object? value) => _value = value;

    /// <summary>No value: what a bad signal holds.</summary>
    public static SignalData None => default;

    /// <summary>Whether there is no value.</summary>
    public bool IsNone => _value is null;

    /// <summary>The number, or <c>null</c> when this is not a number.</summary>
    public decimal? Number => _value as decimal?;

    /// <summary>The flag, or <c>null</c> when this is not a flag.</summary>
    public bool? Flag => _value as bool?;

    /// <summary>The text, or <c>null</c> when this is not a text.</summary>
    public string? Text => _value as string;

    /// <summary>The instant in UTC, from ISO 8601 text with an offset or from milliseconds since 1970; <c>null</c> when this is neither.</summary>
    public DateTimeOffset? Instant => _value switch
    {
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset instant) => instant,
        decimal milliseconds when AlphalogicJson.TryReadUnixMilliseconds(milliseconds, out DateTimeOffset instant) => instant,
        _ => null,
    };

    /// <summary>A number.</summary>
    public static SignalData Of(decimal number) => new(number);

    /// <summary>A flag.</summary>
    public static SignalData Of(bool flag) => new(flag);

    /// <summary>A text.</summary>
    public static SignalData Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text);
    }

    /// <inheritdoc/>
    public override string ToString() => _value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => _value.ToString() ?? "none",
    };
}
