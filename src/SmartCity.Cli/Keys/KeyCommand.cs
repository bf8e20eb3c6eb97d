using System.CommandLine;
using System.Globalization;
using SmartCity.Cli.Up;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using Spectre.Console;

namespace SmartCity.Cli.Keys;

/// <summary><c>smartcity key</c>: keys in encrypted files. No option takes a secret, only the file that holds it; without one it is asked for.</summary>
internal static class KeyCommand
{
    private static readonly Argument<string> s_file = new("file") { Description = "The key file (Web3 Secret Storage, version 3)" };

    private static readonly Argument<string> s_login = new("login") { Description = "The dispatcher's login at the portal" };

    private static readonly Option<string?> s_passphrase = new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase [default: it is asked for]",
    };

    private static readonly Option<string?> s_from = new("--from")
    {
        Description = "File that holds the key: a key file of another program, or 64 hexadecimal digits [default: the digits are asked for]",
    };

    private static readonly Option<string?> s_fromPassphrase = new("--from-passphrase-file")
    {
        Description = "File whose first line is the passphrase of --from [default: it is asked for]",
    };

    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder; its keys are in the folder keys, their passphrase in the file passphrase",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<Uri> s_chain = UrlOption.Create("--chain", "JSON-RPC address of the chain", "http://127.0.0.1:8545");

    public static Command Create() => new("key", "Makes, imports, lists and rotates keys in encrypted files.")
    {
        Of("create", "Makes a new key. A file that is there is never overwritten.", CreateAsync, s_file, s_passphrase),
        Of("import", "Puts a key of another program into an encrypted file.", ImportAsync, s_file, s_from, s_fromPassphrase, s_passphrase),
        Of("list", "Lists the keys of a state folder by the addresses that their files tell.", ListAsync, s_state),
        Of("show-address", "Shows the address of a key file; with a passphrase it is opened, and the address is known to be right.", ShowAsync, s_file, s_passphrase),
        Of("dispatcher", "Gives a dispatcher a key, and with the operator's key the right to write incidents under it.", DispatcherAsync, s_login, s_state, s_chain),
        Of("rotate", "Gives the oracle a new key: registers it at the ledger, revokes the old one. A running oracle goes on with it.", RotateAsync, s_state, s_chain),
    };

    private static Command Of(string name, string description, Func<ParseResult, CancellationToken, Task<int>> run, params Symbol[] symbols)
    {
        Command command = new(name, description);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }
        command.SetAction(run);
        return command;
    }

    private static async Task<int> CreateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string file = FreeFile(parsed);
        using EthECKey key = EthECKey.Generate();
        return await WriteAsync(file, key, parsed, cancellationToken);
    }

    private static async Task<int> ImportAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string file = FreeFile(parsed);
        using EthECKey key = await ReadForeignAsync(parsed, cancellationToken);
        return await WriteAsync(file, key, parsed, cancellationToken);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        if (!Directory.Exists(state.Keys))
        {
            throw new CommandException($"There is no folder {state.Keys}.");
        }
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Key", "Address");
        foreach (string file in Directory.EnumerateFiles(state.Keys, "*.json").Order(StringComparer.Ordinal))
        {
            table.AddRow(Markup.Escape(Path.GetFileNameWithoutExtension(file)), Markup.Escape(await DescribeAsync(file, cancellationToken)));
        }
        AnsiConsole.Write(table);
        return 0;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string file = parsed.GetValue(s_file)!;
        Address? stated = await KeyFile.ReadAddressAsync(file, cancellationToken);
        if (stated is null || parsed.GetValue(s_passphrase) is not null)
        {
            using Passphrase passphrase = await PassphraseAsync(parsed, s_passphrase, $"Passphrase of {file}", cancellationToken);
            using EthECKey key = await KeyFile.OpenAsync(file, passphrase.Bytes, cancellationToken);
            stated = key.Address;
        }
        await Console.Out.WriteLineAsync(stated.ToString());
        return 0;
    }

    private static async Task<int> RotateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        EthApi api = new(new RpcClient(new() { BaseAddress = parsed.GetValue(s_chain), Timeout = Timeout.InfiniteTimeSpan }));
        DeployedCity city = await DeployedCity.LoadAsync(state.Deployment, cancellationToken);
        await city.VerifyAsync(api, cancellationToken);
        Progress<string> progress = new(step => Console.Error.WriteLine($"rotate: {step}"));
        OracleRotation rotation = new(state, api, city, new OracleReader(state.Path, TimeProvider.System), TimeProvider.System, progress);
        (Address old, Address next) = await rotation.RunAsync(cancellationToken);
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"The oracle's key was {old}; it is {next} now.");
        return 0;
    }

    /// <summary>Does what is not done yet, so that it can be given again after it was interrupted.</summary>
    private static async Task<int> DispatcherAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        StateFolder state = new(Path.GetFullPath(parsed.GetValue(s_state)!));
        string file = state.KeyOf(DispatcherKeyName.Of(parsed.GetValue(s_login)!));
        EthApi api = new(new RpcClient(new() { BaseAddress = parsed.GetValue(s_chain), Timeout = Timeout.InfiniteTimeSpan }));
        DeployedCity city = await DeployedCity.LoadAsync(state.Deployment, cancellationToken);
        await city.VerifyAsync(api, cancellationToken);
        using Passphrase passphrase = await Passphrase.ReadFileAsync(state.Passphrase, cancellationToken);
        using EthECKey admin = await KeyFile.OpenAsync(state.KeyOf(DemoKeys.Operator), passphrase.Bytes, cancellationToken);
        if (!File.Exists(file))
        {
            using EthECKey made = EthECKey.Generate();
            await KeyFile.CreateAsync(file, made, passphrase.Bytes, options: null, cancellationToken);
        }
        using EthECKey key = await KeyFile.OpenAsync(file, passphrase.Bytes, cancellationToken);
        using TransactionSender sender = new(api, admin, city.ChainId, new() { Errors = ContractArtifact.CityAbi });
        ContractTransaction grant = city.Contracts.AccessManager.GrantRole((ulong)CityRole.Dispatcher, key.Address, 0);
        _ = await new CitySender(api, sender).SendAsync(new(grant.To, grant.Data), cancellationToken);
        await Console.Out.WriteLineAsync(key.Address.ToString());
        return 0;
    }

    private static string FreeFile(ParseResult parsed)
    {
        string file = parsed.GetValue(s_file)!;
        return File.Exists(file) ? throw new CommandException($"{file} is there already; a key is never overwritten.") : file;
    }

    private static async Task<int> WriteAsync(string file, EthECKey key, ParseResult parsed, CancellationToken cancellationToken)
    {
        using Passphrase passphrase = parsed.GetValue(s_passphrase) is { } path
            ? await Passphrase.ReadFileAsync(path, cancellationToken)
            : SecretPrompt.OfTerminal().AskNew($"New passphrase of {file}");
        await KeyFile.CreateAsync(file, key, passphrase.Bytes, options: null, cancellationToken);
        await Console.Out.WriteLineAsync(key.Address.ToString());
        return 0;
    }

    private static async Task<EthECKey> ReadForeignAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(s_from) is not { } from)
        {
            using Passphrase typed = SecretPrompt.OfTerminal().Ask("Private key, 64 hexadecimal digits");
            return PrivateKeyFile.Parse(typed.Bytes.Span);
        }
        if (!await IsJsonAsync(from, cancellationToken))
        {
            return await PrivateKeyFile.ReadAsync(from, cancellationToken);
        }
        using Passphrase passphrase = await PassphraseAsync(parsed, s_fromPassphrase, $"Passphrase of {from}", cancellationToken);
        return await KeyFile.OpenAsync(from, passphrase.Bytes, cancellationToken);
    }

    private static async Task<bool> IsJsonAsync(string path, CancellationToken cancellationToken)
    {
        byte[] first = new byte[1];
        await using FileStream file = File.OpenRead(path);
        return await file.ReadAsync(first, cancellationToken) == 1 && first[0] == (byte)'{';
    }

    private static async Task<Passphrase> PassphraseAsync(ParseResult parsed, Option<string?> option, string what, CancellationToken cancellationToken) =>
        parsed.GetValue(option) is { } path ? await Passphrase.ReadFileAsync(path, cancellationToken) : SecretPrompt.OfTerminal().Ask(what);

    private static async Task<string> DescribeAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await KeyFile.ReadAddressAsync(file, cancellationToken))?.ToString() ?? "the file does not tell";
        }
        catch (KeyStoreException exception)
        {
            return exception.Message;
        }
    }
}
