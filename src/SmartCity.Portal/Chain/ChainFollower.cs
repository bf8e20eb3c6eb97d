using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Portal;

/// <summary>
/// Follows the chain block by block and keeps the newest <see cref="CityBook"/> in memory. A node that is away is asked again; a chain
/// that was set back is read anew from the city's first block.
/// </summary>
internal sealed partial class ChainFollower(
    EthApi api, DeployedCity city, City plan, TimeProvider time, ILogger<ChainFollower> logger) : BackgroundService
{
    private const int MaxKnownTimes = 10_000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly CityReader _reader = new(api, city);
    private readonly Dictionary<ulong, DateTimeOffset> _times = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSource();
    private CityBook _book = CityBook.Empty;
    private Hash32? _lastHash;
    private volatile ChainLink _link = new(null, null, null);

    /// <summary>What is known now.</summary>
    public CityBook Book
    {
        get
        {
            lock (_lock)
            {
                return _book;
            }
        }
    }

    /// <summary>How the portal stands with the chain.</summary>
    public ChainLink Link => _link;

    /// <summary>Waits until a block is read, so that a page shows what was just done.</summary>
    /// <returns>The book; older than the block when the time was up.</returns>
    public async Task<CityBook> AtBlockAsync(ulong block, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task timeIsUp = Task.Delay(atMost, time, limit.Token);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_book.Block >= block || timeIsUp.IsCompleted)
                {
                    limit.Cancel();
                    return _book;
                }
                changed = _changed.Task;
            }
            await Task.WhenAny(changed, timeIsUp);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await city.VerifyAsync(api, stoppingToken);
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is EthereumNodeException or LedgerException or FormatException)
            {
                if (exception is LedgerException or FormatException)
                {
                    // The chain is not what was read of it: nothing of the book may be shown any longer.
                    _lastHash = null;
                    Publish(CityBook.Empty);
                }
                if (_link.IsReachable != false)
                {
                    LogLost(exception.Message);
                }
                _link = new(false, _link.Block, exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        CityBook book = Book;
        ulong next = _lastHash is null ? city.DeployedAtBlock + 1 : book.Block + 1;
        _link = new(true, book.Block, null);
        await foreach (CityLogPage page in _reader.Log.FollowAsync(api, next, _lastHash, PollInterval, time, cancellationToken))
        {
            await LearnTimesAsync(page, cancellationToken);
            CityBookEditor editor = new(book, plan.Calendar);
            foreach (CityLogEntry entry in page.Entries)
            {
                editor.Add(entry, block => _times[block]);
            }
            book = editor.ToBook(page.ToBlock);
            _lastHash = page.ToBlockHash;
            Publish(book);
            _link = new(true, page.ToBlock, null);
        }
    }

    /// <summary>Asks for the times of the blocks that moved money.</summary>
    private async Task LearnTimesAsync(CityLogPage page, CancellationToken cancellationToken)
    {
        if (_times.Count > MaxKnownTimes)
        {
            _times.Clear();
        }
        foreach (ulong block in page.Entries.Where(entry => entry.Event is SettlementEvent).Select(entry => entry.Log.BlockNumber).Distinct())
        {
            EthBlock head = await api.GetBlockAsync(BlockParameter.Of(block), cancellationToken);
            _times[block] = DateTimeOffset.FromUnixTimeSeconds((long)head.Timestamp);
        }
    }

    private void Publish(CityBook book)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _book = book;
            changed = _changed;
            _changed = NewSource();
        }
        changed.SetResult();
    }

    [LoggerMessage(EventId = 5201, Level = LogLevel.Warning, Message = "The chain cannot be followed; trying again. {Reason}")]
    private partial void LogLost(string reason);
}
