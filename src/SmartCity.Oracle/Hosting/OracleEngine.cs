using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Oracle;

/// <summary>An oracle put together from its parts: polls, closes hours, submits, watches alarms, each in a loop of its own.</summary>
internal sealed class OracleEngine : IDisposable
{
    private readonly JournalDatabase _journal;
    private readonly TransactionSender _sender;

    /// <summary>Puts an oracle together. What is given is not disposed here, but for the journal.</summary>
    public OracleEngine(
        OracleOptions options,
        CityPlan plan,
        ISignalSource source,
        DeployedCity city,
        EthApi api,
        EthECKey key,
        JournalDatabase journal,
        TimeProvider time,
        ILoggerFactory logging)
    {
        _journal = journal;
        CityLayout layout = CityLayout.Of(plan);
        SampleStore samples = new(journal);
        HourStore hours = new(journal, samples, time);
        StatusStore status = new(journal, time);
        status.Start(options.AlarmMode);
        status.Key(key.Address.ToString());
        hours.Register(layout);
        _sender = new(api, key, city.ChainId, new() { Errors = ContractArtifact.CityAbi, MaxInFlight = 1_000 }, time);
        SourceSession session = new(source, plan, layout, samples, logging.CreateLogger<SourceSession>());
        ChainSession chain = new(api, city, key, _sender, layout, status, logging.CreateLogger<ChainSession>());
        HourInputReader inputs = new(session, layout, samples, options, time, logging.CreateLogger<HourInputReader>());
        AlarmStore alarms = new(journal);
        AlarmDesk desk = new(plan, options.AlarmMode, alarms, session, logging.CreateLogger<AlarmDesk>());
        Poller = new(session, plan, journal, samples, status, desk, options, time, logging.CreateLogger<Poller>());
        Closing = new(layout, session, chain, inputs, journal, hours, options, time, logging.CreateLogger<ClosingLoop>());
        Submitter = new(chain, layout, hours, new(journal, time), time, logging.CreateLogger<HourSubmitter>());
        Incidents = new(chain, alarms, time, logging.CreateLogger<IncidentSubmitter>());
        Housekeeper = new(journal, status, desk, time);
    }

    /// <summary>Polls the source.</summary>
    public Poller Poller { get; }

    /// <summary>Closes hours.</summary>
    public ClosingLoop Closing { get; }

    /// <summary>Brings hours to the chain.</summary>
    public HourSubmitter Submitter { get; }

    /// <summary>Brings alarms to the chain.</summary>
    public IncidentSubmitter Incidents { get; }

    /// <summary>Signs of life and acknowledgements.</summary>
    public Housekeeper Housekeeper { get; }

    /// <summary>Runs until cancelled, or until a loop cannot go on: then the others are ended and its exception is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            Task.Run(() => Poller.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Closing.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Submitter.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Incidents.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Housekeeper.RunAsync(stop.Token), stop.Token),
        ];
        Task first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }

    /// <summary>Closes the journal.</summary>
    public void Dispose()
    {
        _sender.Dispose();
        _journal.Dispose();
    }
}
