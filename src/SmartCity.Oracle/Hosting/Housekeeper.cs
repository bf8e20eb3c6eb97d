using Microsoft.Extensions.Logging;

namespace SmartCity.Oracle;

/// <summary>What must be done even while the source is silent: the sign of life, what persons ask for, and deadlines.</summary>
internal sealed partial class Housekeeper(
    StatusStore status, RequestDesk requests, OracleHealth health, TimeProvider time, ILogger<Housekeeper> logger)
{
    private const int LooksPerBeat = 20;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (long look = 0; ; look++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (look % LooksPerBeat == 0)
            {
                status.Beat();
                if (look > 0 && health.JournalWorks())
                {
                    LogJournalWorks();
                }
            }
            health.Beat();
            requests.Work();
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 5206, Level = LogLevel.Information, Message = "The journal can be written again; the oracle goes on")]
    private partial void LogJournalWorks();
}
