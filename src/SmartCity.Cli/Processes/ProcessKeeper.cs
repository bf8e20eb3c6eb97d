using System.Collections.Concurrent;
using System.Diagnostics;

namespace SmartCity.Cli.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as the program. Linux sends a child its parent-death signal when the
/// *thread* that started it ends, so a thread-pool thread, which comes and goes, must never be the one.
/// </summary>
internal sealed class ProcessKeeper
{
    private readonly BlockingCollection<(ProcessStartInfo StartInfo, TaskCompletionSource<Process> Started)> _requests = [];

    public ProcessKeeper()
    {
        // A background thread: it ends with the program, never before.
        new Thread(Serve) { IsBackground = true, Name = "process keeper" }.Start();
    }

    /// <summary>Starts a process that is ended when this program ends, however it ends.</summary>
    public Task<Process> StartAsync(ProcessStartInfo startInfo)
    {
        TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add((startInfo, started));
        return started.Task;
    }

    private void Serve()
    {
        foreach ((ProcessStartInfo startInfo, TaskCompletionSource<Process> started) in _requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(startInfo) ?? throw new InvalidOperationException("No process was started."));
            }
#pragma warning disable CA1031 // Whatever went wrong belongs to the one who asked; this thread serves the others on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                started.SetException(exception);
            }
        }
    }
}
