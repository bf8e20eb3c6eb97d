using Microsoft.Extensions.Logging;

namespace SmartCity.Oracle;

/// <summary>What an oracle has besides that signs with others: the desk where it answers, the loop in which it asks.</summary>
internal sealed class SharedSigning : IDisposable
{
    private readonly PeerClient _peers;
    private readonly Func<PeerServer> _createServer;

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
        AgreementDesk desk = new(layout, hours, store, notary, new(options.PeerTolerancePermille), logging.CreateLogger<AgreementDesk>());
        _peers = new(options.Peers, notary, () => desk.Set, time, logging.CreateLogger<PeerClient>());
        Corrections = new(chain, layout, corrections, notary, _peers, desk, options, time, logging.CreateLogger<SharedCorrections>());
        _createServer = () => new(listen, notary, desk, Corrections, time, logging.CreateLogger<PeerServer>());
        Loop = new(chain, layout, desk, store, hours, batches, notary, _peers, options, time, logging.CreateLogger<AgreementLoop>());
    }

    /// <summary>Brings hours to their signatures.</summary>
    public AgreementLoop Loop { get; }

    /// <summary>Brings corrections to theirs.</summary>
    public SharedCorrections Corrections { get; }

    /// <summary>Answers the others until what it returns is disposed.</summary>
    /// <exception cref="OracleStoppedException">The address is taken.</exception>
    public async Task<IAsyncDisposable> ListenAsync(CancellationToken cancellationToken)
    {
        PeerServer server = _createServer();
        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Closes connections.</summary>
    public void Dispose() => _peers.Dispose();
}
