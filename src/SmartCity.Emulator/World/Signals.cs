namespace SmartCity.Emulator.World;

/// <summary>What a parameter holds, by Alphalogic's names.</summary>
internal enum ValueKind
{
    Double,
    Long,
    Bool,
    String,
    DateTime,
}

/// <summary>How a value is vouched for, by the REST contract's names.</summary>
internal enum Quality
{
    Bad,
    Uncertain,
    Good,
}

/// <summary>A node of the tree. A house has no parameters, a device has some.</summary>
internal sealed record EmulatedObject(
    ulong Id, string Name, string DisplayName, string Type, ulong? Parent, IReadOnlyList<EmulatedParameter> Parameters);

/// <summary>A signal of a device. All are read only: a meter is not told what it measured.</summary>
internal sealed record EmulatedParameter(
    ulong Id, string ObjectName, string Name, string DisplayName, string Description, ValueKind Kind, string Unit);

/// <summary>A number, flag or text; <c>default</c> is none. An instant is a text in ISO 8601.</summary>
internal readonly record struct Datum(decimal? Number, bool? Flag, string? Text)
{
    public static implicit operator Datum(decimal number) => new(number, null, null);

    public static implicit operator Datum(bool flag) => new(null, flag, null);

    public static implicit operator Datum(string text) => new(null, null, text);
}

/// <summary>A value with its source time. <see cref="Value"/> is none exactly when the quality is bad.</summary>
internal readonly record struct Reading(Datum Value, DateTimeOffset Time, Quality Quality, string? Reason)
{
    public static Reading Bad(DateTimeOffset time, string reason) => new(default, time, Quality.Bad, reason);
}
