using Microsoft.Extensions.Logging;
using SmartCity.Aiis;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Notices;

namespace SmartCity.Oracle;

/// <summary>An oracle put together from its parts: polls, closes hours, submits, watches alarms, each in a loop of its own.</summary>
internal sealed class OracleEngine : IDisposable
{
    private readonly JournalDatabase _journal;
    private readonly TransactionSender _sender;
    private readonly DispatcherKeys _keys;
    private readonly Lock _lock = new();
    private Task? _settled;
    private readonly SharedSigning? _shared;
    private readonly NoticeSender? _notices;

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
        AiisMap? map = null,
        OracleHealth? health = null,
        NoticeOffice? office = null)
    {
        _journal = journal;
        Layout = CityLayout.Of(plan);
        CityLayout layout = Layout;
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
        _keys = new(options.KeystoreFile, options.PassphraseFile, api, city.ChainId, time);
        IncidentDesk? incidents = options.KeepsIncidents
            ? new(plan, journal, _keys, new(options.StateFolder), office is not null, logging.CreateLogger<IncidentDesk>())
            : null;
        AlarmDesk desk = new(plan, options, journal, incidents, time, logging.CreateLogger<AlarmDesk>());
        Poller = new(session, journal, samples, hours, status, desk, options, time, logging.CreateLogger<Poller>());
        CorrectionStore corrections = new(journal, layout, time);
        Restored = new(options, chain, layout, journal, corrections, time, logging.CreateLogger<RestoredJournal>());
        ImportHold hold = new(imports, map, options.ImportWait);
        LateDesk late = new(layout, inputs, journal, hours, corrections, options, time, logging.CreateLogger<LateDesk>());
        Closing = new(
            layout, session, chain, inputs, journal, hours, corrections, hold, late, options, time, logging.CreateLogger<ClosingLoop>());
        AgreementStore agreement = new(journal, time);
        if (Restored.IsPending)
        {
            agreement.Forget(options.FirstNotOver(time.GetUtcNow())); // It may have voted since the copy was made.
        }
        BatchStore batches = new(journal, time);
        _shared = options.PeerListen is { } listen
            ? new(listen, chain, layout, hours, batches, agreement, corrections, Notary.Of(key, city.LedgerDomain), options, time, logging)
            : null;
        Submitter = new(chain, layout, hours, batches, time, logging.CreateLogger<HourSubmitter>(), _shared);
        Corrections = new(chain, layout, corrections, time, logging.CreateLogger<CorrectionSubmitter>(), _shared);
        Incidents = incidents is null ? null : new(chain, _keys, new(journal), time, logging.CreateLogger<IncidentSubmitter>());
        _notices = office?.Sender;
        Feed = office is null ? null : FeedOf(office, plan, journal, time, logging);
        RequestDesk requests = new(journal, new(journal), desk, incidents, logging.CreateLogger<RequestDesk>());
        Housekeeper = new(status, requests, health ?? new(time), time, logging.CreateLogger<Housekeeper>());
        Pruning = options.KeepDays is { } days ? new(chain, plan, journal, days, time, logging.CreateLogger<PruningLoop>()) : null;
        Imports = map is null || options.ImportFolder is null
            ? null
            : new(options.ImportFolder, new(map, plan, imports, time), time, logging.CreateLogger<ImportFolder>());
    }

    /// <summary>Which signal feeds which place of which payload.</summary>
    public CityLayout Layout { get; }

    /// <summary>Polls the source.</summary>
    public Poller Poller { get; }

    /// <summary>Makes sure of what a restored journal does not know.</summary>
    public RestoredJournal Restored { get; }

    /// <summary>Closes hours.</summary>
    public ClosingLoop Closing { get; }

    /// <summary>Brings hours to the chain.</summary>
    public HourSubmitter Submitter { get; }

    /// <summary>Brings what was learned late to the chain.</summary>
    public CorrectionSubmitter Corrections { get; }

    /// <summary>Brings incidents to the chain; <c>null</c> when another oracle keeps them.</summary>
    public IncidentSubmitter? Incidents { get; }

    /// <summary>Hands over what organisations are told; <c>null</c> when nobody is told.</summary>
    public NoticeFeed? Feed { get; }

    /// <summary>Signs of life, what persons ask for, and deadlines.</summary>
    public Housekeeper Housekeeper { get; }

    /// <summary>Drops what is old; <c>null</c> when all is kept.</summary>
    public PruningLoop? Pruning { get; }

    /// <summary>Imports files; <c>null</c> when no folder is watched.</summary>
    public ImportFolder? Imports { get; }

    /// <summary>What the oracle does all the time, each beside the others. One ends by an exception alone: cancelled, or unable to go on.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops =>
    [
        Poller.RunAsync, Settled(Closing.RunAsync), Settled(Submitter.RunAsync), Settled(Corrections.RunAsync), Housekeeper.RunAsync,
        .. Incidents is { } incidents ? [incidents.RunAsync] : Array.Empty<Func<CancellationToken, Task>>(),
        .. Feed is { } feed ? [feed.RunAsync, _notices!.RunAsync] : Array.Empty<Func<CancellationToken, Task>>(),
        .. Pruning is { } pruning ? [Settled(pruning.RunAsync)] : Array.Empty<Func<CancellationToken, Task>>(),
        .. Imports is { } imports ? [imports.RunAsync] : Array.Empty<Func<CancellationToken, Task>>(),
        .. _shared?.Loop.Loops.Select(Settled) ?? [],
    ];

    /// <summary>Runs until cancelled, or until a loop cannot go on: then the others are ended and its exception is thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using IAsyncDisposable? server = _shared is null ? null : await _shared.ListenAsync(cancellationToken);
        Task[] loops = [.. Loops.Select(loop => Task.Run(() => loop(stop.Token), stop.Token))];
        Task first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }

    private static NoticeFeed FeedOf(NoticeOffice office, CityPlan plan, JournalDatabase journal, TimeProvider time, ILoggerFactory logging)
    {
        NoticeQueue queue = new(journal);
        queue.GoOnAfter(office.LastSequence);
        return new(queue, new(plan), office.Outbox, time, logging.CreateLogger<NoticeFeed>());
    }

    /// <summary>A loop that begins when it is certain what a restored journal lacks.</summary>
    private Func<CancellationToken, Task> Settled(Func<CancellationToken, Task> run) => async cancellationToken =>
    {
        Task settled;
        lock (_lock)
        {
            settled = _settled ??= Restored.SettleAsync(cancellationToken);
        }
        await settled;
        await run(cancellationToken);
    };

    /// <summary>Closes the journal.</summary>
    public void Dispose()
    {
        _shared?.Dispose();
        _sender.Dispose();
        _keys.Dispose();
        _journal.Dispose();
    }
}
