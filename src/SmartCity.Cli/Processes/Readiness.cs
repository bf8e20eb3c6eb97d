namespace SmartCity.Cli.Processes;

/// <summary>Waits until a process that was just started does its work.</summary>
internal static class Readiness
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is yes.</summary>
    /// <exception cref="CommandException">The process ended, or the limit passed.</exception>
    public static async Task WaitAsync(
        ChildProcess process,
        TimeSpan limit,
        TimeProvider time,
        Func<CancellationToken, Task<bool>> isReady,
        CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (!await isReady(cancellationToken))
        {
            if (process.HasExited)
            {
                int exitCode = await process.WaitAsync(cancellationToken);
                throw new CommandException(
                    $"{process.Name} ended at its start with exit code {exitCode}. Its log ({process.LogFile}) says:\n{await process.TailAsync()}");
            }
            if (time.GetElapsedTime(started) > limit)
            {
                throw new CommandException(
                    $"{process.Name} did not answer within {limit.TotalSeconds:0} s. Its log ({process.LogFile}) says:\n{await process.TailAsync()}");
            }
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }
}
