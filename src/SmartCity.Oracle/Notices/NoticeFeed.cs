using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Notices;

namespace SmartCity.Oracle;

/// <summary>
/// Hands over to the notices' file what organisations are to be told, in order. A notice leaves the queue when the file has it: after a crash
/// between the two it is handed over again, which changes nothing.
/// </summary>
internal sealed partial class NoticeFeed(NoticeQueue queue, NoticeWriter writer, NoticeOutbox outbox, TimeProvider time, ILogger<NoticeFeed> logger)
{
    private const int SqliteConstraint = 19;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(5);

    private bool _isWell = true;

    /// <summary>Hands over until cancelled.</summary>
    /// <exception cref="JournalException">The journal cannot be read or written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = Step();
            await Task.Delay(taken == NoticeQueue.AtOnce ? TimeSpan.Zero : _isWell ? s_look : s_pauseAfterFault, time, cancellationToken);
        }
    }

    /// <summary>Hands over what waits, as much as is taken at a time.</summary>
    /// <returns>How many have left the queue.</returns>
    internal int Step()
    {
        int taken = 0;
        long last = 0;
        foreach (QueuedNotice queued in queue.Next())
        {
            if (!TryHandOver(queued))
            {
                break; // Those after it wait for it: each incident is told in order.
            }
            (taken, last) = (taken + 1, queued.Id);
        }
        if (taken > 0)
        {
            queue.Remove(last);
        }
        return taken;
    }

    /// <returns>False when the file cannot be written now.</returns>
    private bool TryHandOver(QueuedNotice queued)
    {
        try
        {
            outbox.Add(writer.Write(queued));
            _isWell = true;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode != SqliteConstraint)
        {
            if (_isWell)
            {
                LogWaits(exception);
            }
            return _isWell = false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever is wrong with this one, the others are told.
            LogNoNotice(queued.Id, queued.ObjectName, queued.Code, queued.Kind?.ToString() ?? "Warning", queued.Time, exception);
        }
        return true;
    }

    [LoggerMessage(EventId = 5370, Level = LogLevel.Error, Message = "The file of notices cannot be written: organisations are told when it can be again")]
    private partial void LogWaits(Exception exception);

    [LoggerMessage(EventId = 5371, Level = LogLevel.Error,
        Message = "Nobody is told by notice {Notice} of {Object}, alarm {Code}, {Kind} at {Time:u}: it cannot be written")]
    private partial void LogNoNotice(long notice, string @object, string code, string kind, DateTimeOffset time, Exception exception);
}
