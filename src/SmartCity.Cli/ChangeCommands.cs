using System.CommandLine;
using SmartCity.Cli.Up;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using Spectre.Console;

namespace SmartCity.Cli;

/// <summary>
/// <c>smartcity tariff publish</c>, <c>smartcity oracles set</c>, <c>smartcity changes</c>: what takes effect only after it was announced. The same
/// command given twice announces first, and makes the change once its time has come.
/// </summary>
internal static class ChangeCommands
{
    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder: deployment and the operator's key",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<Uri> s_chain = UrlOption.Create("--chain", "JSON-RPC address of the chain", "http://127.0.0.1:8545");

    private static readonly Argument<string> s_tariff = new("file") { Description = "The tariff, JSON as in a city plan" };

    private static readonly Argument<string[]> s_members = new("oracles") { Description = "Addresses of the oracles, 1 to 31" };

    private static readonly Option<int> s_threshold = new("--threshold")
    {
        Description = "How many of them must sign",
        DefaultValueFactory = _ => 1,
    };

    public static IEnumerable<Command> Create()
    {
        Command publish = new("publish", "Announces a tariff, or publishes the announced one when its time has come.") { s_tariff, s_state, s_chain };
        publish.SetAction(PublishAsync);
        yield return new("tariff", "Prices, norms and rates of the city.") { publish };

        Command set = new("set", "Announces the oracles that sign, or sets the announced ones when their time has come.")
        {
            s_members, s_threshold, s_state, s_chain,
        };
        set.SetAction(SetOraclesAsync);
        yield return new("oracles", "Who signs the hours.") { set };

        Command changes = new("changes", "Lists the changes that were announced and not made yet.") { s_state, s_chain };
        changes.SetAction(ListAsync);
        yield return changes;
    }

    private static async Task<int> PublishAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Tariff tariff = await TariffFile.LoadAsync(parsed.GetValue(s_tariff)!, cancellationToken);
        return await SubmitAsync(
            parsed, city => city.TariffBook.Publish(PlanOnChain.ToChain(tariff)), $"The tariff from {tariff.FromPeriod} on", cancellationToken);
    }

    private static Task<int> SetOraclesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Address[] members = [.. parsed.GetValue(s_members)!.Select(ParseAddress).Order()];
        int threshold = parsed.GetValue(s_threshold);
        if (threshold < 1 || threshold > members.Length)
        {
            throw new CommandException($"{threshold} signatures of {members.Length} oracles cannot be asked for: write --threshold 1 to {members.Length}.");
        }
        return SubmitAsync(
            parsed, city => city.ReadingLedger.SetOracles(members, (byte)threshold), $"The set of {members.Length} oracles", cancellationToken);
    }

    private static async Task<int> SubmitAsync(
        ParseResult parsed, Func<CityContracts, ContractTransaction> call, string what, CancellationToken cancellationToken)
    {
        StateFolder state = StateOf(parsed);
        DeployedCity city = await DeployedCity.LoadAsync(state.Deployment, cancellationToken);
        EthApi api = ApiOf(parsed);
        await city.VerifyAsync(api, cancellationToken);
        using EthECKey key = await DemoKeys.OpenOrCreateAsync(state, DemoKeys.Operator, cancellationToken);
        using TransactionSender sender = new(api, key, city.ChainId, new() { Errors = ContractArtifact.CityAbi });
        DelayedOutcome outcome = await new DelayedCalls(api, city).SubmitAsync(
            new(api, sender), call(city.Contracts), cancellationToken);
        AnsiConsole.Console.MarkupLineInterpolated(outcome switch
        {
            DelayedOutcome.Done done => (FormattableString)$"[green]{what} is in force on the chain[/] (block {done.Receipt.BlockNumber}).",
            DelayedOutcome.Waiting { IsNew: true } waiting =>
                $"{what} is announced. From {waiting.ReadyAt:yyyy-MM-dd HH:mm:ss} UTC on the same command puts it in force.",
            DelayedOutcome.Waiting waiting =>
                $"{what} was announced before and waits until {waiting.ReadyAt:yyyy-MM-dd HH:mm:ss} UTC. Give the same command then.",
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped outcome {outcome}."),
        });
        return 0;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        DeployedCity city = await DeployedCity.LoadAsync(StateOf(parsed).Deployment, cancellationToken);
        IReadOnlyList<ScheduledCall> waiting = await new DelayedCalls(ApiOf(parsed), city).ReadWaitingAsync(cancellationToken);
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Change", "By", "From (UTC)", "Until (UTC)");
        foreach (ScheduledCall call in waiting)
        {
            _ = table.AddRow(
                Markup.Escape(call.Call), call.Caller.ToString(), $"{call.ReadyAt:yyyy-MM-dd HH:mm:ss}", $"{call.ExpiresAt:yyyy-MM-dd HH:mm:ss}");
        }
        AnsiConsole.Write(table);
        return 0;
    }

    private static StateFolder StateOf(ParseResult parsed) => new(Path.GetFullPath(parsed.GetValue(s_state)!));

    private static EthApi ApiOf(ParseResult parsed) =>
        new(new RpcClient(new() { BaseAddress = parsed.GetValue(s_chain), Timeout = Timeout.InfiniteTimeSpan }));

    private static Address ParseAddress(string text) => Address.TryParse(text, out Address address)
        ? address
        : throw new CommandException($"'{text}' is not an address: write 0x and 40 hexadecimal digits.");
}
