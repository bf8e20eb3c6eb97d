namespace SmartCity.Oracle;

/// <summary>What must be done even while the source is silent: the sign of life, and acknowledgements.</summary>
internal sealed class Housekeeper(JournalDatabase journal, StatusStore status, AlarmDesk alarms, TimeProvider time)
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
            }
            alarms.CarryOutRequests(journal);
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }
}
