using System.CommandLine;
using System.Globalization;
using SmartCity.Cli.Up;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.Cli;

/// <summary><c>smartcity journal</c>: copies of an oracle's journal.</summary>
internal static class JournalCommand
{
    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder of the oracle",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Argument<string> s_backupFile = new("file") { Description = "The copy; must not be there yet" };

    private static readonly Argument<string> s_restoreFile = new("file") { Description = "A copy made by `smartcity journal backup`" };

    private static readonly Option<int> s_keepDays = new("--keep-days")
    {
        Description = $"Days that are kept, {JournalPruning.MinDays} at least",
        DefaultValueFactory = _ => 400,
    };

    private static readonly Option<Uri> s_chain = UrlOption.Create("--chain", "JSON-RPC address of the chain", "http://127.0.0.1:8545");

    public static Command Create()
    {
        Command backup = new("backup", "Copies the journal as of this moment into one file and checks it, also while the oracle runs.") { s_backupFile, s_state };
        backup.SetAction(Backup);
        Command restore = new("restore", "Puts a copy in the place of the journal of an oracle that does not run; what was there is kept beside it.")
        {
            s_restoreFile, s_state,
        };
        restore.SetAction(Restore);
        Command prune = new("prune", "Drops old hours that the chain proves to hold, also while the oracle runs. What is not proven is kept.")
        {
            s_keepDays, s_chain, s_state,
        };
        prune.SetAction(PruneAsync);
        return new("journal", "Copies of the oracle's journal, and what is dropped from it.") { backup, restore, prune };
    }

    private static int Backup(ParseResult parsed)
    {
        string file = Path.GetFullPath(parsed.GetValue(s_backupFile)!);
        Print($"Copied to {file}", JournalCopies.Backup(parsed.GetValue(s_state)!, file));
        return 0;
    }

    private static int Restore(ParseResult parsed)
    {
        string file = Path.GetFullPath(parsed.GetValue(s_restoreFile)!);
        (JournalSummary restored, string? kept) = JournalCopies.Restore(parsed.GetValue(s_state)!, file, TimeProvider.System);
        Print($"Restored from {file}", restored);
        if (kept is not null)
        {
            Console.Out.WriteLine($"The journal that was there is kept as {kept}.");
        }
        Console.Out.WriteLine("The oracle, when it starts, waits until its transactions have arrived, and takes over from the chain what this copy does not know.");
        return 0;
    }

    private static async Task<int> PruneAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        int days = parsed.GetValue(s_keepDays);
        if (days < JournalPruning.MinDays)
        {
            throw new CommandException($"--keep-days must be {JournalPruning.MinDays} at least: late files, corrections and disputes look back at a quarter.");
        }
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        CityPlan plan = await CityPlan.LoadAsync(state.Plan, cancellationToken);
        DeployedCity city = await DeployedCity.LoadAsync(state.Deployment, cancellationToken);
        using HttpClient http = new() { BaseAddress = parsed.GetValue(s_chain)!, Timeout = Timeout.InfiniteTimeSpan };
        PruningResult result = await TerminalProgress.RunAsync("Dropping hours", progress => JournalPruning.PruneAsync(
            state.Path, city, new(new RpcClient(http)), plan, days, TimeProvider.System, progress, cancellationToken));
        Console.Out.WriteLine(result.Hours == 0
            ? "Nothing was dropped."
            : string.Create(CultureInfo.InvariantCulture, $"Dropped {result.Hours:N0} hours from {result.From} to {result.Before} with {result.Samples:N0} samples; the chain holds them."));
        if (result.KeptBecause is { } reason)
        {
            Console.Out.WriteLine($"Older hours are kept: {reason}.");
        }
        return 0;
    }

    private static void Print(string what, JournalSummary summary)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {summary.Bytes:N0} bytes, {summary.Samples:N0} samples, checked."));
        foreach (SegmentProgress segment in summary.Segments)
        {
            Console.Out.WriteLine($"Segment {segment.Segment}: closed before {segment.ClosedBefore}, on the chain before {segment.ConfirmedBefore}.");
        }
    }
}
