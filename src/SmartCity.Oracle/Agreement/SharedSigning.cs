using Microsoft.Extensions.Logging;
using SmartCity.Ledger;

namespace SmartCity.Oracle;

/// <summary>What an oracle has besides that signs with others: the desk where it answers, the loop in which it asks.</summary>
internal sealed partial class SharedSigning : IDisposable
{
    /// <summary>Time for the oracle that leads to propose a correction; then the others do.</summary>
    private static readonly TimeSpan CorrectionPatience = TimeSpan.FromSeconds(60);

    private readonly PeerClient _peers;
    private readonly PeerServer _server;
    private readonly CorrectionCosigner _cosigner;
    private readonly ChainSession _chain;
    private readonly TimeProvider _time;
    private readonly ILogger<SharedSigning> _logger;
    private readonly Dictionary<long, long> _fillsSeen = [];

    /// <summary>Puts the parts together.</summary>
    public SharedSigning(
        Uri listen,
        ChainSession chain,
        CityLayout layout,
        HourStore hours,
        BatchStore batches,
        AgreementStore store,
        CorrectionStore corrections,
        Notary notary,
        OracleOptions options,
        TimeProvider time,
        ILoggerFactory logging)
    {
        (_chain, _time, _logger) = (chain, time, logging.CreateLogger<SharedSigning>());
        AgreementDesk desk = new(layout, hours, store, notary, new(options.PeerTolerancePermille), logging.CreateLogger<AgreementDesk>());
        _peers = new(options.Peers, notary, () => desk.Set, time, logging.CreateLogger<PeerClient>());
        _cosigner = new(chain, layout, corrections, notary, options, logging.CreateLogger<CorrectionCosigner>());
        _server = new(listen, notary, desk, _cosigner, time, logging.CreateLogger<PeerServer>());
        Loop = new(chain, layout, desk, store, hours, batches, notary, _peers, options, time, logging.CreateLogger<AgreementLoop>());
    }

    /// <summary>Asks the others.</summary>
    public AgreementLoop Loop { get; }

    /// <summary>Answers and asks until cancelled.</summary>
    /// <exception cref="OracleStoppedException">The address is taken, or the ledger does not want this oracle's signatures.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (_server)
        {
            await _server.StartAsync(cancellationToken);
            await Loop.RunAsync(cancellationToken);
        }
    }

    /// <summary>Brings the signatures of a correction together; <c>null</c> when it is not this oracle's turn, too few agree, or another has
    /// filled the gap.</summary>
    public async Task<byte[]?> SignAsync(ReadingCorrection correction, OpenFill fill, CorrectionStore store, CancellationToken cancellationToken)
    {
        if (await _chain.IsCorrectedAsync(correction.Place.Segment, correction.Subject, cancellationToken))
        {
            store.MarkFilled(fill, "another oracle's correction has filled this gap");
            LogFilled(correction.Subject.Group, correction.Subject.Channel, correction.Subject.FirstHour);
            return null;
        }
        if (!_fillsSeen.TryGetValue(fill.Id, out long seen))
        {
            _fillsSeen.Clear(); // Fills come one after another.
            _fillsSeen[fill.Id] = seen = _time.GetTimestamp();
        }
        return Loop.IsLeader(correction.Place.Segment) || _time.GetElapsedTime(seen) > CorrectionPatience
            ? await _cosigner.CollectAsync(correction, _peers, cancellationToken)
            : null;
    }

    /// <summary>Closes connections.</summary>
    public void Dispose() => _peers.Dispose();

    [LoggerMessage(EventId = 5341, Level = LogLevel.Information, Message = "Group {Group}, channel {Channel}, from {FirstHour} on: another oracle has filled this gap")]
    private partial void LogFilled(uint group, ushort channel, Domain.Hour firstHour);
}
