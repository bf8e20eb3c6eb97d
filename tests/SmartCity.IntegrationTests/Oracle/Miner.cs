using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Nodes;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary>Makes blocks on a node that makes none by itself, as often as it is told.</summary>
internal sealed class Miner : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly EthApi _api;
    private readonly TimeSpan _period;
    private readonly Task _loop;

    private Miner(EthApi api, TimeSpan period)
    {
        (_api, _period) = (api, period);
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Takes over the making of blocks.</summary>
    public static async Task<Miner> StartAsync(NodeProcess node, TimeSpan period, CancellationToken cancellationToken)
    {
        EthApi api = node.CreateApi();
        _ = await api.Client.FindAsync<object>("evm_setAutomine", [false], cancellationToken);
        _ = await api.Client.FindAsync<object>("evm_setIntervalMining", [0], cancellationToken);
        return new(api, period);
    }

    /// <summary>Makes no blocks meanwhile.</summary>
    public bool IsPaused { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (!IsPaused)
            {
                _ = await _api.Client.FindAsync<object>("evm_mine", [], CancellationToken.None);
            }
            await Task.Delay(_period, TimeProvider.System, _stop.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
