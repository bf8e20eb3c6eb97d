using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>Runs an oracle in a generic host, from its files to its end.</summary>
internal sealed partial class OracleWorker(
    OracleOptions options, TimeProvider time, ILoggerFactory logging, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const string LockFile = "oracle.lock";

    private readonly ILogger _logger = logging.CreateLogger<OracleWorker>();

    /// <summary>How it ended: one of <see cref="OracleExit"/>.</summary>
    public int ExitCode { get; private set; } = OracleExit.Stopped;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield(); // The host goes on starting meanwhile.
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
        catch (OracleStoppedException exception)
        {
            LogCannotGoOn(exception.Message);
            ExitCode = exception.ExitCode;
        }
        catch (JournalException exception)
        {
            LogCannotGoOn(exception.Message);
            ExitCode = OracleExit.Journal;
        }
#pragma warning disable CA1031 // The last resort: whatever it is, it is logged and becomes the process's exit code.
        catch (Exception exception)
        {
            LogFailed(exception);
            ExitCode = OracleExit.Failed;
        }
#pragma warning restore CA1031
        lifetime.StopApplication();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        CityPlan plan = await OracleFiles.ReadPlanAsync(options.PlanFile, cancellationToken);
        DeployedCity city = await OracleFiles.ReadDeploymentAsync(options.DeploymentFile, cancellationToken);
        string password = await OracleFiles.ReadSourcePasswordAsync(options.SourcePasswordFile, cancellationToken);
        using EthECKey key = await OracleFiles.ReadKeyAsync(options.KeystoreFile, options.PassphraseFile, cancellationToken);
        using FileStream mine = TakeFolder(options.StateFolder);
        using AlphalogicClient source = AlphalogicClient.Create(
            new() { BaseAddress = options.SourceUrl, Login = options.SourceLogin, Password = password, PollPeriod = options.MeterPollPeriod },
            time, logging.CreateLogger<AlphalogicClient>());
        using HttpClient http = new() { BaseAddress = options.ChainUrl, Timeout = Timeout.InfiniteTimeSpan };
        EthApi api = new(new RpcClient(http, null, time));
        using OracleEngine engine = new(
            options, plan, source, city, api, key, JournalDatabase.Open(options.StateFolder), time, logging);
        LogStarted(key.Address, options.SourceUrl, options.ChainUrl, options.StateFolder);
        await engine.RunAsync(cancellationToken);
    }

    /// <summary>Two oracles on one journal would send each batch twice: the second one is told.</summary>
    private static FileStream TakeFolder(string stateFolder)
    {
        string path = Path.Combine(stateFolder, LockFile);
        try
        {
            Directory.CreateDirectory(stateFolder);
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OracleStoppedException(
                OracleExit.Configuration,
                $"{path} cannot be taken: {exception.Message} Another oracle runs with this state folder, or the folder is not writable.", exception);
        }
    }

    [LoggerMessage(EventId = 5200, Level = LogLevel.Information, Message = "Oracle {Address}: source {Source}, chain {Chain}, state in {StateFolder}")]
    private partial void LogStarted(Ethereum.Address address, Uri source, Uri chain, string stateFolder);

    [LoggerMessage(EventId = 5201, Level = LogLevel.Information, Message = "The oracle has stopped; what it knows is in its journal")]
    private partial void LogStopped();

    [LoggerMessage(EventId = 5202, Level = LogLevel.Critical, Message = "The oracle cannot go on: {Reason}")]
    private partial void LogCannotGoOn(string reason);

    [LoggerMessage(EventId = 5203, Level = LogLevel.Critical, Message = "The oracle failed")]
    private partial void LogFailed(Exception exception);
}
