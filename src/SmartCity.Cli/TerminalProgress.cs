using System.Globalization;
using Spectre.Console;

namespace SmartCity.Cli;

/// <summary>Tells how far long work is, on the error stream, so that the output alone is what a script reads: a bar on a terminal, a line for
/// every tenth elsewhere.</summary>
internal static class TerminalProgress
{
    private const int Steps = 10;

    /// <summary>Works, and tells how far it is.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="work">The work; reports what is done and the whole.</param>
    public static async Task<T> RunAsync<T>(string what, Func<IProgress<(int Done, int Total)>, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(new Lines(what, Console.Error));
        }
        IAnsiConsole console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bar(context.AddTask(Markup.Escape(what)))));
    }

    /// <summary>A line for every tenth.</summary>
    internal sealed class Lines(string what, TextWriter output) : IProgress<(int Done, int Total)>
    {
        private int _told;

        public void Report((int Done, int Total) value)
        {
            int step = value.Total == 0 ? Steps : (int)((long)value.Done * Steps / value.Total);
            if (step > _told)
            {
                _told = step;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value.Done} of {value.Total} ({step * 100 / Steps} %)"));
            }
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
        }
    }
}
