using Microsoft.Extensions.Logging;
using SmartCity.Aiis;
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
    private readonly SharedSigning? _shared;

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
        ILoggerFactory logging,
        AiisMap? map = null)
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
        ImportStore imports = new(journal, layout, time);
        SourceSession session = new(source, plan, layout, samples, logging.CreateLogger<SourceSession>());
        ChainSession chain = new(api, city, key, _sender, layout, status, time, logging.CreateLogger<ChainSession>(), options.IsShared);
        HourInputReader inputs = new(session, layout, samples, imports, options, time, logging.CreateLogger<HourInputReader>());
        AlarmStore alarms = new(journal);
        AlarmDesk desk = new(plan, options, alarms, session, logging.CreateLogger<AlarmDesk>());
        Poller = new(session, plan, journal, samples, hours, status, desk, options, time, logging.CreateLogger<Poller>());
        CorrectionStore corrections = new(journal, layout, time);
        ImportHold hold = new(imports, map, options.ImportWait);
        LateDesk late = new(layout, inputs, journal, hours, corrections, options, time, logging.CreateLogger<LateDesk>());
        Closing = new(
            layout, session, chain, inputs, journal, hours, corrections, hold, late, options, time, logging.CreateLogger<ClosingLoop>());
        AgreementStore agreement = new(journal, time);
        BatchStore batches = new(journal, time);
        _shared = options.PeerListen is { } listen
            ? new(listen, chain, layout, hours, batches, agreement, corrections, Notary.Of(key, city.LedgerDomain), options, time, logging)
            : null;
        Submitter = new(chain, layout, hours, batches, time, logging.CreateLogger<HourSubmitter>(), _shared);
        Corrections = new(chain, layout, corrections, time, logging.CreateLogger<CorrectionSubmitter>(), _shared);
        Incidents = new(chain, alarms, time, logging.CreateLogger<IncidentSubmitter>());
        Housekeeper = new(journal, status, desk, time);
        Imports = map is null || options.ImportFolder is null
            ? null
            : new(options.ImportFolder, new(map, plan, imports, time), time, logging.CreateLogger<ImportFolder>());
    }

    /// <summary>Polls the source.</summary>
    public Poller Poller { get; }

    /// <summary>Closes hours.</summary>
    public ClosingLoop Closing { get; }

    /// <summary>Brings hours to the chain.</summary>
    public HourSubmitter Submitter { get; }

    /// <summary>Brings what was learned late to the chain.</summary>
    public CorrectionSubmitter Corrections { get; }

    /// <summary>Brings alarms to the chain.</summary>
    public IncidentSubmitter Incidents { get; }

    /// <summary>Signs of life and acknowledgements.</summary>
    public Housekeeper Housekeeper { get; }

    /// <summary>Imports files; <c>null</c> when no folder is watched.</summary>
    public ImportFolder? Imports { get; }

    /// <summary>Runs until cancelled, or until a loop cannot go on: then the others are ended and its exception is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using IAsyncDisposable? server = _shared is null ? null : await _shared.ListenAsync(cancellationToken);
        Task[] loops =
        [
            Task.Run(() => Poller.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Closing.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Submitter.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Corrections.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Incidents.RunAsync(stop.Token), stop.Token),
            Task.Run(() => Housekeeper.RunAsync(stop.Token), stop.Token),
            .. _shared is { } shared ? shared.Loop.Loops.Select(loop => Task.Run(() => loop(stop.Token), stop.Token)) : [],
            .. Imports is { } imports ? [Task.Run(() => imports.RunAsync(stop.Token), stop.Token)] : Array.Empty<Task>(),
        ];
        Task first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }

    /// <summary>Closes the journal.</summary>
    public void Dispose()
    {
        _shared?.Dispose();
        _sender.Dispose();
        _journal.Dispose();
    }
}
