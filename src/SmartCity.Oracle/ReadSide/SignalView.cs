namespace SmartCity.Oracle;

/// <summary>How far a value may be trusted.</summary>
public enum SampleQuality
{
    /// <summary>There is no usable value; <see cref="SignalView.Reason"/> says why.</summary>
    Bad,

    /// <summary>Old, substituted, or doubted by its source.</summary>
    Uncertain,

    /// <summary>Measured and fresh.</summary>
    Good,
}

/// <summary>The newest value of a signal. At most one of <see cref="Number"/>, <see cref="Flag"/>, <see cref="Text"/> is there.</summary>
/// <param name="SourceObject">Tag of the source's object, e.g. <c>itp_1</c>.</param>
/// <param name="Signal">Tag of the signal, e.g. <c>t1</c>.</param>
/// <param name="DisplayName">Name people read, as the source gives it.</param>
/// <param name="Unit">Unit, e.g. <c>bar</c>; empty when there is none.</param>
/// <param name="Number">The value of a real or whole signal.</param>
/// <param name="Flag">The value of a yes-or-no signal.</param>
/// <param name="Text">The value of a text signal.</param>
/// <param name="Quality">How far to trust it.</param>
/// <param name="Reason">Why it is not good; <c>null</c> when it is.</param>
/// <param name="SourceTime">When the source measured it, by the source's clock (UTC).</param>
/// <param name="ReceivedAt">When the oracle received it, by the oracle's clock (UTC).</param>
/// <param name="Age">How long ago that was when this was read, by the oracle's clock; never negative. Grows while the source is silent.</param>
public sealed record SignalView(
    string SourceObject,
    string Signal,
    string DisplayName,
    string Unit,
    decimal? Number,
    bool? Flag,
    string? Text,
    SampleQuality Quality,
    string? Reason,
    DateTimeOffset SourceTime,
    DateTimeOffset ReceivedAt,
    TimeSpan Age);
