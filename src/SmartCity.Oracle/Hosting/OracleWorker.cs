using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmartCity.Aiis;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>Runs an oracle in a generic host, from its files to its end.</summary>
internal sealed partial class OracleWorker(
    OracleOptions options, OracleHealth health, OracleGauges gauges, TimeProvider time, ILoggerFactory logging, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    private static readonly TimeSpan s_newKeyLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_journalRetry = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logging.CreateLogger<OracleWorker>();
    private bool _hasRun;

    /// <summary>How it ended: one of <see cref="OracleExit"/>.</summary>
    public int ExitCode { get; private set; } = OracleExit.Stopped;

    /// <inheritdoc/>
    public override void Dispose()
    {
        gauges.Dispose();
        base.Dispose();
    }

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
        AiisMap? map = await OracleFiles.ReadMapAsync(options.AiisMapFile, plan, cancellationToken);
        DeployedCity city = await OracleFiles.ReadDeploymentAsync(options.DeploymentFile, cancellationToken);
        string password = await OracleFiles.ReadSourcePasswordAsync(options.SourcePasswordFile, cancellationToken);
        using FileStream mine = StateLock.Take(options.StateFolder);
        using NoticeOffice? office = await NoticeOffice.OpenAsync(options, plan, time, logging, cancellationToken);
        using AlphalogicClient source = AlphalogicClient.Create(
            new() { BaseAddress = options.SourceUrl, Login = options.SourceLogin, Password = password, PollPeriod = options.MeterPollPeriod },
            time, logging.CreateLogger<AlphalogicClient>());
        using HttpClient http = new() { BaseAddress = options.ChainUrl, Timeout = Timeout.InfiniteTimeSpan };
        EthApi api = new(new RpcClient(http, null, time));
        while (true)
        {
            using EthECKey key = await OracleFiles.ReadKeyAsync(options.KeystoreFile, options.PassphraseFile, cancellationToken);
            LogStarted(key.Address, options.SourceUrl, options.ChainUrl, options.StateFolder);
            if (!await RunWithKeyAsync(key, Engine, cancellationToken))
            {
                return;
            }
            LogOtherKey(key.Address);

            OracleEngine Engine(JournalDatabase journal) => new(options, plan, source, city, api, key, journal, time, logging, map, health, office);
        }
    }

    /// <summary>Runs until cancelled; true when the key file holds another key. A journal that cannot be written any more, because the disk is
    /// full or gone, is tried until it can: nothing is signed meanwhile, and what happens is read from the source's history afterwards.</summary>
    private async Task<bool> RunWithKeyAsync(EthECKey key, Func<JournalDatabase, OracleEngine> assemble, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using OracleEngine engine = Assemble(assemble);
                _hasRun = true;
                return await RunUntilOtherKeyAsync(engine, key.Address, cancellationToken);
            }
            catch (JournalException exception) when (exception.MayPass && _hasRun)
            {
                if (health.JournalFails(exception.Message))
                {
                    LogJournalFails(exception.Message);
                }
            }
            health.Beat();
            await Task.Delay(s_journalRetry, time, cancellationToken);
        }
    }

    private OracleEngine Assemble(Func<JournalDatabase, OracleEngine> assemble)
    {
        JournalDatabase journal = JournalDatabase.Open(options.StateFolder);
        try
        {
            return assemble(journal);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Runs until cancelled; true when the key file holds another key: then the engine is ended, and one with that key goes on from
    /// the journal.</summary>
    private async Task<bool> RunUntilOtherKeyAsync(OracleEngine engine, Ethereum.Address mine, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task watch = KeyWatch.WaitForOtherAsync(options.KeystoreFile, mine, time, stop.Token);
        Task run = engine.RunAsync(stop.Token);
        try
        {
            if (await Task.WhenAny(run, watch) == run)
            {
                await run;
                return false;
            }
        }
        catch (OracleStoppedException exception) when (exception.ExitCode == OracleExit.Chain)
        {
            // The ledger may have been told of a new key a moment before its file is in place.
            if (await Task.WhenAny(watch, Task.Delay(s_newKeyLimit, time, cancellationToken)) != watch)
            {
                throw;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(run, watch).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }

    [LoggerMessage(EventId = 5200, Level = LogLevel.Information, Message = "Oracle {Address}: source {Source}, chain {Chain}, state in {StateFolder}")]
    private partial void LogStarted(Ethereum.Address address, Uri source, Uri chain, string stateFolder);

    [LoggerMessage(EventId = 5204, Level = LogLevel.Information, Message = "The key file holds another key than that of {Address}: the oracle goes on with it")]
    private partial void LogOtherKey(Ethereum.Address address);

    [LoggerMessage(EventId = 5201, Level = LogLevel.Information, Message = "The oracle has stopped; what it knows is in its journal")]
    private partial void LogStopped();

    [LoggerMessage(EventId = 5202, Level = LogLevel.Critical, Message = "The oracle cannot go on: {Reason}")]
    internal partial void LogCannotGoOn(string reason);

    [LoggerMessage(EventId = 5205, Level = LogLevel.Error, Message = "The oracle waits for its journal and tries again every 5 s: {Reason}")]
    private partial void LogJournalFails(string reason);

    [LoggerMessage(EventId = 5203, Level = LogLevel.Critical, Message = "The oracle failed")]
    private partial void LogFailed(Exception exception);
}
