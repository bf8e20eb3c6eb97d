using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Holds hours open for files: an hour is closed when all mapped channels have a value for it, or when it has waited long enough.</summary>
internal sealed class ImportHold(ImportStore store, AiisMap? map, TimeSpan wait)
{
    private readonly ChannelKey[] _awaited = [.. (map?.Channels ?? []).Select(channel => new ChannelKey(channel.Group, channel.GroupChannel))];
    private (long File, Hour From, Hour Found) _last;

    /// <summary>The first hour that is not to be closed yet: <paramref name="due"/>, or an earlier one that still waits.</summary>
    /// <param name="next">The hour to close next.</param>
    /// <param name="due">The hour that is not due yet.</param>
    /// <param name="now">The source's time.</param>
    public Hour Due(Hour next, Hour due, DateTimeOffset now)
    {
        Hour waiting = Hour.Containing(now - wait); // Hours before it have waited long enough.
        Hour from = waiting > next ? waiting : next;
        if (wait == TimeSpan.Zero || _awaited.Length == 0 || from >= due)
        {
            return due;
        }
        long file = store.LastFile();
        if (_last.File != file || _last.From != from || _last.Found >= due)
        {
            _last = (file, from, FirstIncomplete(from, due));
        }
        return _last.Found < due ? _last.Found : due;
    }

    private Hour FirstIncomplete(Hour from, Hour due)
    {
        IReadOnlyDictionary<(Hour Hour, ChannelKey Channel), CurrentValue> known = store.Read(from, due);
        Hour hour = from;
        while (hour < due && _awaited.All(channel => known.ContainsKey((hour, channel))))
        {
            hour = hour.Next;
        }
        return hour;
    }
}
