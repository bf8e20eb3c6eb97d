namespace SmartCity.Oracle;

/// <summary>Where an hour's input came from.</summary>
internal enum InputOrigin
{
    /// <summary>From samples polled while it happened.</summary>
    Polled,

    /// <summary>From the source's history, asked for later.</summary>
    History,

    /// <summary>From the chain, because this journal had lost it.</summary>
    Chain,

    /// <summary>From a file of layout 80020.</summary>
    Import,
}

/// <summary>What an hour is closed from: a register as of its end, or a mean over it.</summary>
/// <param name="Value">The number as the source gave it, in the source's unit; <c>null</c> when there is no good one.</param>
/// <param name="SourceTime">When the source measured it; for a mean, the hour's end.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="ReceivedAt">When it was received, by the oracle's clock; for a mean of samples, the last of them.</param>
internal readonly record struct HourInput(decimal? Value, DateTimeOffset SourceTime, InputOrigin Origin, DateTimeOffset ReceivedAt);
