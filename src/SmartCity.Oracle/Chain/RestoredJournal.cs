using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Oracle;

/// <summary>
/// A journal that was restored from a copy does not know what was signed after the copy. Before anything is closed or signed again: all that
/// is on its way to the chain arrives, so that no hour gets a second batch; and gaps that the chain holds corrections of are left alone.
/// Hours that the chain holds and the journal does not are taken over as always.
/// </summary>
internal sealed partial class RestoredJournal(
    string stateFolder, ChainSession chain, CorrectionStore corrections, TimeProvider time, ILogger<RestoredJournal> logger)
{
    /// <summary>The node must say this often in a row that nothing is on its way: what was sent a moment ago may not be in its pool yet.</summary>
    private const int QuietLooks = 4;

    private static readonly TimeSpan s_lookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryPeriod = TimeSpan.FromSeconds(5);

    private readonly string _marker = JournalCopies.MarkerIn(stateFolder);

    /// <summary>Completes at once when the journal was not restored; otherwise when the chain has told what the journal does not know.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_marker))
        {
            return;
        }
        LogWaiting(chain.Oracle);
        for (int quiet = 0; quiet < QuietLooks;)
        {
            TimeSpan pause = s_lookPeriod;
            try
            {
                quiet = await IsQuietAsync(cancellationToken) ? quiet + 1 : 0;
                if (quiet == QuietLooks)
                {
                    await LeaveCorrectedAsync(cancellationToken);
                    break;
                }
            }
            catch (Exception exception) when (exception is EthereumNodeException or AbiException)
            {
                (quiet, pause) = (0, s_retryPeriod);
                LogNotAnswered(exception.Message);
            }
            await Task.Delay(pause, time, cancellationToken);
        }
        File.Delete(_marker);
        LogSettled();
    }

    private async Task<bool> IsQuietAsync(CancellationToken cancellationToken)
    {
        ulong mined = await chain.Api.GetTransactionCountAsync(chain.Oracle, BlockParameter.Latest, cancellationToken);
        return await chain.Api.GetTransactionCountAsync(chain.Oracle, BlockParameter.Pending, cancellationToken) <= mined;
    }

    private async Task LeaveCorrectedAsync(CancellationToken cancellationToken)
    {
        foreach (uint segment in chain.Segments)
        {
            IReadOnlyList<(long Id, uint Group, int Channel, Hour FirstHour)> open = corrections.OpenFills(segment);
            if (open.Count == 0)
            {
                continue;
            }
            IReadOnlySet<(uint, int, Hour)> corrected = await chain.ReadCorrectedAsync(segment, cancellationToken);
            foreach ((long id, uint group, int channel, Hour firstHour) in open.Where(fill => corrected.Contains((fill.Group, fill.Channel, fill.FirstHour))))
            {
                corrections.Leave(id, "The chain holds a correction of it that was signed after the copy this journal was restored from.");
                LogCorrected(group, channel, firstHour);
            }
        }
    }

    [LoggerMessage(EventId = 5220, Level = LogLevel.Warning,
        Message = "The journal was restored from a copy: nothing is closed or signed until all transactions of {Oracle} have arrived")]
    private partial void LogWaiting(Ethereum.Address oracle);

    [LoggerMessage(EventId = 5221, Level = LogLevel.Warning, Message = "The chain cannot be asked what it holds: {Reason}")]
    private partial void LogNotAnswered(string reason);

    [LoggerMessage(EventId = 5222, Level = LogLevel.Information, Message = "The gap of channel {Channel} of group {Group} from {FirstHour} is corrected on the chain already")]
    private partial void LogCorrected(uint group, int channel, Hour firstHour);

    [LoggerMessage(EventId = 5223, Level = LogLevel.Information, Message = "Nothing is on its way to the chain; the oracle goes on from what the chain holds")]
    private partial void LogSettled();
}
