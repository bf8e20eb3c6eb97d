namespace SmartCity.Oracle;

/// <summary>A signal by its tags, which outlive the source's own numbers.</summary>
/// <param name="SourceObject">Tag of the object, e.g. <c>m3_1</c>.</param>
/// <param name="Signal">Tag of the signal, e.g. <c>a0</c>.</param>
internal readonly record struct SignalKey(string SourceObject, string Signal)
{
    /// <inheritdoc/>
    public override string ToString() => $"{SourceObject}.{Signal}";
}
