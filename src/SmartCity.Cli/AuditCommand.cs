using System.CommandLine;
using System.Text.Json;
using SmartCity.Audit;
using SmartCity.Cli.Up;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using Spectre.Console;

namespace SmartCity.Cli;

/// <summary><c>smartcity audit</c>: recomputes a city from the chain's data alone.</summary>
internal static class AuditCommand
{
    private static readonly Option<Uri> s_chain = UrlOption.Create("--chain", "JSON-RPC address of any node of the chain", "http://127.0.0.1:8545");

    private static readonly Option<string?> s_directory = new("--directory")
    {
        Description = "Address of the city's Directory contract [default: from the state folder]",
    };

    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder of `smartcity up`, for the Directory's address only",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "Audit a file that --export wrote, without a node",
    };

    private static readonly Option<string?> s_export = new("--export")
    {
        Description = "Write the data that are audited to a file (JSON lines)",
    };

    private static readonly Option<bool> s_asJson = new("--json") { Description = "Print the report as JSON" };

    public static Command Create()
    {
        Command command = new(
            "audit",
            "Recomputes signatures, sequence, balances, registers, bills and money from the chain's data alone. Exit code 0 only if all holds.")
        {
            s_chain, s_directory, s_state, s_data, s_export, s_asJson,
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Prints a report as a table, and what is wrong below it.</summary>
    public static void Print(AuditReport report, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Rule", "What must hold", "Checked", "Wrong", "Verdict");
        foreach (RuleVerdict rule in report.Rules)
        {
            _ = table.AddRow(
                rule.Code, Markup.Escape(rule.Title), $"{rule.Checked:N0}", $"{rule.Wrong:N0}", rule.Holds ? "[green]holds[/]" : "[red]BROKEN[/]");
        }
        console.Write(table);
        foreach (RuleVerdict rule in report.Rules.Where(rule => !rule.Holds))
        {
            foreach (string finding in rule.Findings)
            {
                console.MarkupLineInterpolated($"[red]{rule.Code}[/] {finding}");
            }
        }
        console.MarkupLineInterpolated(
            $"Chain {report.ChainId}, {report.LastBlock:N0} blocks: {report.Hours:N0} hours, {report.Readings:N0} readings, {report.Bills:N0} bills recomputed.");
        console.MarkupLine(report.Holds ? "[green]Everything holds.[/]" : "[red]Not everything holds.[/]");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        AuditData data = parsed.GetValue(s_data) is { } file
            ? await AuditFile.LoadAsync(file, cancellationToken)
            : await CollectAsync(parsed, cancellationToken);
        if (parsed.GetValue(s_export) is { } export)
        {
            await AuditFile.SaveAsync(data, export, cancellationToken);
        }
        AuditReport report = Auditor.Audit(data);
        if (parsed.GetValue(s_asJson))
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report, s_indented));
        }
        else
        {
            Print(report, AnsiConsole.Console);
        }
        return report.Holds ? 0 : 1;
    }

    private static async Task<AuditData> CollectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Address directory;
        if (parsed.GetValue(s_directory) is { } text)
        {
            directory = Address.TryParse(text, out Address given)
                ? given
                : throw new CommandException($"'{text}' is not an address: write 0x and 40 hexadecimal digits.");
        }
        else
        {
            DeployedCity deployed = await DeployedCity.LoadAsync(
                new StateFolder(Path.GetFullPath(parsed.GetValue(s_state)!)).Deployment, cancellationToken);
            directory = deployed.Contracts.Directory.Address;
        }
        EthApi api = new(new RpcClient(new() { BaseAddress = parsed.GetValue(s_chain), Timeout = Timeout.InfiniteTimeSpan }));
        Progress<string> progress = new(step => Console.Error.WriteLine($"audit: {step}"));
        return await Auditor.CollectAsync(api, directory, progress, cancellationToken);
    }

    private static readonly JsonSerializerOptions s_indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
