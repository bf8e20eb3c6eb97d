using Microsoft.Extensions.Logging;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Drops old hours of the journal once a day, as far as the chain proves that it holds them.</summary>
internal sealed partial class PruningLoop(
    ChainSession chain, CityPlan plan, JournalDatabase journal, int keepDays, TimeProvider time, ILogger<PruningLoop> logger)
{
    private static readonly TimeSpan s_period = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_retryPeriod = TimeSpan.FromHours(1);

    /// <summary>Drops until cancelled. A chain that does not answer, or is not the city's, proves nothing: then nothing is dropped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan pause = s_period;
            try
            {
                PruningResult result = await JournalPruning.PruneAsync(
                    new PruningStore(journal, time), chain.City, chain.Api, plan, keepDays, time, null, cancellationToken);
                if (result.Hours > 0)
                {
                    LogDropped(result.Hours, result.From, result.Before, result.Samples);
                }
                if (result.KeptBecause is { } reason)
                {
                    LogKept(keepDays, reason);
                }
            }
            catch (Exception exception) when (ChainSession.IsPassing(exception))
            {
                LogNotProven(exception.Message);
                pause = s_retryPeriod;
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 5230, Level = LogLevel.Information, Message = "Dropped {Hours} hours from {From} to {Before} with {Samples} samples; the chain holds them")]
    private partial void LogDropped(int hours, Hour from, Hour before, long samples);

    [LoggerMessage(EventId = 5231, Level = LogLevel.Warning, Message = "Hours older than {Days} days are kept: {Reason}")]
    private partial void LogKept(int days, string reason);

    [LoggerMessage(EventId = 5232, Level = LogLevel.Warning, Message = "Nothing is dropped from the journal now, as the chain proves nothing: {Reason}")]
    private partial void LogNotProven(string reason);
}
