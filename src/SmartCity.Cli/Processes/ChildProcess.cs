using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SmartCity.Cli.Processes;

/// <summary>A process of the city, its log file, and an orderly end.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private const int TailLines = 12;
    private const string ParentDeathTool = "/usr/bin/setpriv";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Task _output;

    private ChildProcess(string name, Process process, string logFile)
    {
        Name = name;
        LogFile = logFile;
        _process = process;
        _output = CopyOutputAsync();
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Where its output goes.</summary>
    public string LogFile { get; }

    /// <summary>Has it ended?</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Completes when the process has ended, with its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Starts a program in a process group of its own, so that Ctrl-C reaches it only through us, in our order.</summary>
    /// <param name="keeper">Thread that starts it.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="logFile">File that receives its output; begun anew.</param>
    /// <param name="fileName">Program.</param>
    /// <param name="arguments">Its arguments; no secrets, they can be seen in the process list.</param>
    /// <param name="environment">Additional environment; secrets go here.</param>
    public static async Task<ChildProcess> StartAsync(
        ProcessKeeper keeper,
        string name,
        string logFile,
        string fileName,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo startInfo = new()
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        IEnumerable<string> command = [fileName, .. arguments];
        if (File.Exists(ParentDeathTool))
        {
            command = [ParentDeathTool, "--pdeathsig", "TERM", "setsid", .. command];
        }
        startInfo.FileName = command.First();
        foreach (string argument in command.Skip(1))
        {
            startInfo.ArgumentList.Add(argument);
        }
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            startInfo.Environment[key] = value;
        }
        try
        {
            Process process = await keeper.StartAsync(startInfo);
            process.StandardInput.Close();
            return new(name, process, logFile);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CommandException($"{name} could not be started: {exception.Message} ({fileName}).");
        }
    }

    /// <summary>The last lines of the log, for an error message.</summary>
    public async Task<string> TailAsync()
    {
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        try
        {
            await using FileStream stream = new(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream);
            string text = await reader.ReadToEndAsync();
            return string.Join('\n', text.TrimEnd().Split('\n').TakeLast(TailLines));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    /// <summary>Asks the process to end, waits, and ends it by force if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, SignalTerminate);
            using CancellationTokenSource patience = new(s_patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        await _output;
        _process.Dispose();
    }

    private async Task CopyOutputAsync()
    {
        await using StreamWriter log = new(new FileStream(LogFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite));
        log.AutoFlush = true;
        using SemaphoreSlim turn = new(1);
        await Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));

        async Task CopyAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                await turn.WaitAsync();
                try
                {
                    await log.WriteLineAsync(line);
                }
                finally
                {
                    _ = turn.Release();
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
