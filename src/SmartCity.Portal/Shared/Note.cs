namespace SmartCity.Portal;

/// <summary>A short answer to what a person did.</summary>
/// <param name="Tone">good, warn or bad: a class of the stylesheet.</param>
/// <param name="Text">The answer.</param>
internal sealed record Note(string Tone, string Text);
