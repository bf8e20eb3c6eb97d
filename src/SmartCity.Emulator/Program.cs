using System.CommandLine;
using System.Globalization;

namespace SmartCity.Emulator;

/// <summary>Entry point of the emulator, an Alphalogic server of its own.</summary>
public static class EmulatorProgram
{
    private const int CannotStart = 3;

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen; port 0 takes a free one",
        DefaultValueFactory = _ => "http://127.0.0.1:5080",
    };

    private static readonly Option<DirectoryInfo?> State = new("--state")
    {
        Description = "Folder of emulator.json (seed, start of history, clock, faults); without it nothing survives a restart",
    };

    private static readonly Option<long?> Seed = new("--seed") { Description = "Chooses noise, days and loads [default: 1]" };

    private static readonly Option<string?> HistoryFrom = new("--history-from")
    {
        Description = "First local day of history, yyyy-MM-dd [default: the first day two full months back]",
    };

    private static readonly Option<int> Speed = new("--speed")
    {
        Description = "1: real time. N: from the end of the last full month N times faster until real time is reached",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int?> UtcOffset = new("--utc-offset") { Description = "Hours of the city's time ahead of UTC [default: 3]" };

    private static readonly Option<int> Substations = new("--substations")
    {
        Description = "Heat substations of the city: itp_1, itp_2 …",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> TokenLifetime = new("--token-lifetime")
    {
        Description = "Life of a token, seconds",
        DefaultValueFactory = _ => 3_600,
    };

    private static readonly Option<int> RateLimit = new("--rate-limit")
    {
        Description = "Requests answered in a second; more get 429",
        DefaultValueFactory = _ => 5_000,
    };

    /// <summary>Runs the server until it is asked to stop (Ctrl-C or SIGTERM).</summary>
    /// <returns>0 after a stop; 1 when the command line is wrong; 3 when the server cannot start. The reason is on standard error.</returns>
    public static async Task<int> Main(string[] args)
    {
        RootCommand command = new(
            "SmartCity emulator: an Alphalogic data server that replays recorded profiles and can be told to break things.\n"
            + "The login and password that clients must give come from the environment variables EMULATOR_LOGIN and EMULATOR_PASSWORD.\n"
            + "The control page is at /control.")
        {
            Urls, State, Seed, HistoryFrom, Speed, UtcOffset, Substations, TokenLifetime, RateLimit,
        };
        command.SetAction(RunAsync);
        ParseResult parsed = command.Parse(args);
        // The server's own handling of Ctrl-C and SIGTERM ends it in order; the parser's would race with it.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            await using EmulatorServer server = await EmulatorServer.StartAsync(ReadOptions(parsed), TimeProvider.System, cancellationToken);
            await Console.Out.WriteLineAsync(FormattableString.Invariant(
                $"Emulator listens on {server.Address.GetLeftPart(UriPartial.Authority)} (control page: /control); its clock is {server.SourceNow:u}, history from {server.HistoryFrom:u}."));
            await server.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (EmulatorStartException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return CannotStart;
        }
    }

    private static EmulatorOptions ReadOptions(ParseResult parsed)
    {
        DateOnly? from = null;
        if (parsed.GetValue(HistoryFrom) is { } text)
        {
            from = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
                ? day
                : throw new EmulatorStartException($"--history-from '{text}' is not a date such as 2026-09-01.");
        }
        return new()
        {
            Urls = parsed.GetValue(Urls)!,
            Login = Environment.GetEnvironmentVariable("EMULATOR_LOGIN") ?? "",
            Password = Environment.GetEnvironmentVariable("EMULATOR_PASSWORD") ?? "",
            StateFolder = parsed.GetValue(State)?.FullName,
            Seed = parsed.GetValue(Seed),
            HistoryFrom = from,
            Speed = parsed.GetValue(Speed),
            UtcOffsetHours = parsed.GetValue(UtcOffset),
            Substations = parsed.GetValue(Substations),
            TokenLifetimeSeconds = parsed.GetValue(TokenLifetime),
            RateLimit = parsed.GetValue(RateLimit),
            LogToConsole = true,
        };
    }
}
