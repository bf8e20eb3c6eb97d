using System.CommandLine;
using System.Globalization;
using SmartCity.Aiis;
using SmartCity.Cli.Up;
using SmartCity.Domain;
using SmartCity.Oracle;
using Spectre.Console;

namespace SmartCity.Cli;

/// <summary><c>smartcity import</c>: takes files of layout 80020 into the oracle's journal, also while the oracle runs.</summary>
internal static class ImportCommand
{
    private const int MaxFiles = 100_000;
    private const int MaxCandidates = 1_000;

    private static readonly Argument<string[]> s_paths = new("paths")
    {
        Description = "Files, or folders whose 80020_*.xml are taken in order of their names",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder: journal, city plan, map of measuring points",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<string?> s_map = new("--map")
    {
        Description = "Which measuring point is which channel of the city [default: the state folder's aiis-map.json]",
    };

    private static readonly Option<string?> s_receipts = new("--receipts") { Description = "Folder where a receipt (60091) of each file is written" };

    private static readonly Option<bool> s_isRehearsal = new("--dry-run") { Description = "Tell what would become of the files, and change nothing" };

    public static Command Create()
    {
        Command layout = new("80020", "Imports hours and half-hours of measuring points. Exit code 0 only if every file is accepted.")
        {
            s_paths, s_state, s_map, s_receipts, s_isRehearsal,
        };
        layout.SetAction(ImportAsync);
        Command corrections = new("corrections", "Lists hours that do not count for what a file says of them: it came too late, or its correction is not made yet.") { s_state, s_map };
        corrections.SetAction(ListAsync);
        return new("import", "Takes files of commercial metering systems into the journal.") { layout, corrections };
    }

    private static async Task<int> ImportAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] files = FilesOf(parsed.GetValue(s_paths)!);
        string? receipts = parsed.GetValue(s_receipts);
        if (receipts is not null)
        {
            Directory.CreateDirectory(receipts);
        }
        using MessageImporter importer = await OpenAsync(parsed, parsed.GetValue(s_isRehearsal), cancellationToken);
        List<ImportOutcome> outcomes = await TerminalProgress.RunAsync("80020", async progress =>
        {
            List<ImportOutcome> done = [];
            foreach (string file in files)
            {
                ImportOutcome outcome = await importer.ImportAsync(file, cancellationToken);
                done.Add(outcome);
                if (receipts is not null)
                {
                    await WriteReceiptAsync(receipts, outcome, cancellationToken);
                }
                progress.Report((done.Count, files.Length));
            }
            return done;
        });
        Print(outcomes, parsed.GetValue(s_isRehearsal));
        return outcomes.All(outcome => outcome.IsAccepted) ? 0 : 1;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using MessageImporter importer = await OpenAsync(parsed, isRehearsal: true, cancellationToken);
        IReadOnlyList<CorrectionCandidate> candidates = importer.FindCandidates(MaxCandidates);
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("Hour", "Group", "Channel", "Stated, Wh", "Quality", "Counts, Wh", "Imported, Wh", "Came");
        foreach (CorrectionCandidate candidate in candidates)
        {
            table.AddRow(
                candidate.Hour.ToString(), $"{candidate.Group}", $"{candidate.Channel}", $"{candidate.Stated.Interval.Value}",
                candidate.Stated.Quality.ToString(), $"{candidate.Counts}", $"{candidate.Imported.Value}", candidate.CameTooLate ? "too late: kept" : "in time");
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{candidates.Count} hours{(candidates.Count == MaxCandidates ? " and perhaps more" : "")}.");
        return 0;
    }

    private static async Task<MessageImporter> OpenAsync(ParseResult parsed, bool isRehearsal, CancellationToken cancellationToken)
    {
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        CityPlan plan = await CityPlan.LoadAsync(state.Plan, cancellationToken);
        AiisMap map = await AiisMap.LoadAsync(parsed.GetValue(s_map) ?? state.AiisMap, plan, cancellationToken);
        return MessageImporter.Open(state.Path, plan, map, isRehearsal, TimeProvider.System);
    }

    private static string[] FilesOf(string[] paths)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange(Directory.EnumerateFiles(path, "80020_*.xml").Take(MaxFiles).Order(StringComparer.Ordinal));
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new CommandException($"There is no file or folder {path}.");
            }
        }
        return files.Count is > 0 and < MaxFiles
            ? [.. files]
            : throw new CommandException(files.Count == 0 ? "There is no 80020_*.xml in the folders given." : $"At most {MaxFiles} files are imported at a time.");
    }

    private static async Task WriteReceiptAsync(string folder, ImportOutcome outcome, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, outcome.FileName);
        await File.WriteAllTextAsync($"{path}.receipt.xml", outcome.Receipt.ToXml(), cancellationToken);
        await File.WriteAllTextAsync($"{path}.receipt.txt", outcome.Receipt.ToText(), cancellationToken);
    }

    private static void Print(List<ImportOutcome> outcomes, bool isRehearsal)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumn(new TableColumn("File").NoWrap())
            .AddColumns("Code", "Taken", "Replaced", "Unchanged", "Not billed", "Corrections");
        foreach (ImportOutcome outcome in outcomes)
        {
            ImportCounts counts = outcome.Counts;
            table.AddRow(
                Markup.Escape(outcome.FileName), outcome.IsAccepted ? $"[green]{(int)outcome.Acceptance}[/]" : $"[red]{(int)outcome.Acceptance}[/]",
                $"{counts.New}", $"{counts.Replaced}", $"{counts.Unchanged + counts.AsStated + counts.Superseded}", $"{counts.Withheld}", $"{counts.Candidates}");
        }
        AnsiConsole.Write(table);
        foreach (ImportOutcome outcome in outcomes.Where(outcome => outcome.Receipt.Findings.Count > 0))
        {
            Console.Out.WriteLine(outcome.Receipt.ToText());
        }
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{outcomes.Count(outcome => outcome.IsAccepted)} of {outcomes.Count} files accepted{(isRehearsal ? "; nothing was written (dry run)" : "")}.");
    }
}
