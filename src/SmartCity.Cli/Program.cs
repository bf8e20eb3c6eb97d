using System.CommandLine;
using SmartCity.Aiis;
using SmartCity.Alphalogic;
using SmartCity.Audit;
using SmartCity.Cli;
using SmartCity.Cli.Keys;
using SmartCity.Cli.Up;
using SmartCity.Domain;
using SmartCity.Emulator;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ledger;
using SmartCity.Oracle;
using SmartCity.Portal;

const int failed = 1;

// The servers read their own command lines, so that each has one set of options wherever it is started from.
if (args is [string server, ..] && server is "emulator" or "portal")
{
    return server == "emulator" ? await EmulatorProgram.Main(args[1..]) : await PortalProgram.Main(args[1..]);
}

RootCommand root = new("SmartCity: from a meter's signal to a paid bill, on a chain that anybody can audit.")
{
    UpCommand.Create(),
    OracleCommand.Create(),
    ImportCommand.Create(),
    JournalCommand.Create(),
    NoticesCommand.Create(),
    KeyCommand.Create(),
    AuditCommand.Create(),
    new Command("emulator", "An Alphalogic server that replays recorded profiles. `smartcity emulator --help` lists its options."),
    new Command("portal", "The web portal. `smartcity portal --help` lists its options."),
};
foreach (Command command in ChangeCommands.Create())
{
    root.Subcommands.Add(command);
}
try
{
    return await root.Parse(args).InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
}
catch (OperationCanceledException)
{
    return failed;
}
catch (Exception exception) when (exception is CommandException or LedgerException or EthereumNodeException or AuditException
    or CityPlanException or AiisMapException or JournalException or KeyStoreException or AlphalogicException or OracleStoppedException or FormatException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return failed;
}
