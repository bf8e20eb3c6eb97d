using System.Globalization;

namespace SmartCity.Alphalogic;

/// <summary>The server's number of a node of its object tree. Stable while the node exists.</summary>
public readonly record struct ObjectId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The server's number of one parameter (signal) of a node. Unique over the whole tree.</summary>
public readonly record struct ParameterId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How far a value may be trusted. <c>default</c> is <see cref="Bad"/>: what nobody vouched for is not used.</summary>
public enum SignalQuality
{
    /// <summary>No usable value; <see cref="SignalValue.Reason"/> says why.</summary>
    Bad = 0,

    /// <summary>A value that is old, substituted, or doubted by its source.</summary>
    Uncertain = 1,

    /// <summary>Measured, in range, and fresh.</summary>
    Good = 2,
}

/// <summary>What a parameter holds, as the server declares it.</summary>
public enum SignalValueType
{
    /// <summary>A type this client does not know; its values are read as they come.</summary>
    Unknown = 0,

    /// <summary>A real number; read as <see cref="decimal"/>, never as a binary fraction.</summary>
    Real,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>Text.</summary>
    Text,

    /// <summary>An instant, sent as ISO 8601 text in UTC or as milliseconds since 1970.</summary>
    Instant,
}

/// <summary>A node of the object tree: a heat substation, a meter.</summary>
/// <param name="Id">The server's number.</param>
/// <param name="Name">The tag, such as <c>itp_1</c>.</param>
/// <param name="DisplayName">The name shown to people, such as «ИТП 1».</param>
/// <param name="Type">What it is, such as <c>heat_point</c>, <c>meter3</c>, <c>meter1</c>.</param>
/// <param name="Parent">The node above, or <c>null</c> at the root.</param>
/// <param name="IsConnected">Whether the server reaches the device.</param>
/// <param name="IsReady">Whether the device is ready to work.</param>
/// <param name="HasError">Whether the server reports an error of the device.</param>
/// <param name="Status">The server's word on the state; for people.</param>
public sealed record SignalObject(
    ObjectId Id, string Name, string DisplayName, string Type, ObjectId? Parent, bool IsConnected, bool IsReady, bool HasError, string Status)
{
    /// <summary>Why every signal of this node is bad now, or <c>null</c> when the node works (DOMAIN 1).</summary>
    public string? Trouble => !IsConnected ? "device not connected" : HasError ? "device reports an error" : null;
}

/// <summary>A parameter (signal) of a node.</summary>
/// <param name="Id">The server's number.</param>
/// <param name="Owner">The node it belongs to.</param>
/// <param name="Name">The tag, such as <c>a012</c>.</param>
/// <param name="DisplayName">The name shown to people.</param>
/// <param name="Description">The server's explanation; may be empty.</param>
/// <param name="ValueType">What it holds.</param>
/// <param name="Unit">Unit of measure, such as <c>kWh</c>; empty when it has none.</param>
/// <param name="IsWritable">Whether the server takes a new value.</param>
public sealed record SignalParameter(
    ParameterId Id, ObjectId Owner, string Name, string DisplayName, string Description, SignalValueType ValueType, string Unit, bool IsWritable);

/// <summary>One value of one signal at one instant of the source.</summary>
/// <param name="Parameter">The signal.</param>
/// <param name="Data">The value; none exactly when <paramref name="Quality"/> is <see cref="SignalQuality.Bad"/>.</param>
/// <param name="SourceTime">When it was measured by the source's clock, UTC; for a value that the source did not give, the source's time of the answer.</param>
/// <param name="Quality">How far to trust it.</param>
/// <param name="Reason">Why it is not good; <c>null</c> when it is.</param>
public readonly record struct SignalValue(ParameterId Parameter, SignalData Data, DateTimeOffset SourceTime, SignalQuality Quality, string? Reason);

/// <summary>Current values of several signals.</summary>
/// <param name="SourceNow">The source's clock when it answered (HTTP <c>Date</c>, whole seconds, UTC).</param>
/// <param name="Values">One value for each signal asked for, in the order asked; what the source left out is there as bad.</param>
public sealed record SignalSnapshot(DateTimeOffset SourceNow, IReadOnlyList<SignalValue> Values);
