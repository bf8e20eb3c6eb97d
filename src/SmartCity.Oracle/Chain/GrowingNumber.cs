namespace SmartCity.Oracle;

/// <summary>
/// What to believe of a number that only grows on the chain (hours or corrections of a segment) when nodes may lag. A higher number than
/// before is believed at once: nobody can invent it. A lower one is another node's older head, until nothing else is told for a while: then
/// the chain was set back. Not safe for many threads.
/// </summary>
/// <param name="known">What the chain is known to have reached before.</param>
/// <param name="time">The clock.</param>
internal sealed class GrowingNumber(uint known, TimeProvider time)
{
    /// <summary>So often in a row a lower number must be told …</summary>
    public const int LooksUntilSetBack = 6;

    /// <summary>… over at least this time.</summary>
    public static readonly TimeSpan SetBackAfter = TimeSpan.FromSeconds(3);

    private int _lower;
    private long _lowerSince;

    /// <summary>The number to go by.</summary>
    public uint Known { get; private set; } = known;

    /// <summary>Hears a number. False when it is lower than what is known, and not yet to be believed.</summary>
    public bool Hear(uint told)
    {
        if (told < Known)
        {
            _lowerSince = _lower == 0 ? time.GetTimestamp() : _lowerSince;
            _lower = Math.Min(_lower + 1, LooksUntilSetBack);
            if (_lower < LooksUntilSetBack || time.GetElapsedTime(_lowerSince) < SetBackAfter)
            {
                return false;
            }
        }
        (Known, _lower) = (told, 0);
        return true;
    }
}
