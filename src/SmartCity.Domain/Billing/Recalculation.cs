namespace SmartCity.Domain;

/// <summary>What a period costs more (above 0) or less than was charged for it, by service (перерасчёт).</summary>
/// <param name="Period">The earlier period.</param>
/// <param name="Service">The service, a principal.</param>
/// <param name="Amount">The difference.</param>
public readonly record struct Recalculation(Period Period, BilledService Service, SignedKopecks Amount);

/// <summary>What a bill takes of the recalculations that wait for it, and what is left for the next.</summary>
/// <param name="Taken">Taken, in the order they waited.</param>
/// <param name="Left">Left, in the order they waited: only amounts below 0.</param>
public sealed record TakenRecalculations(IReadOnlyList<Recalculation> Taken, IReadOnlyList<Recalculation> Left);

/// <summary>Recalculations of earlier periods: a bill issued never changes, the next one makes good the difference.</summary>
public static class Recalculations
{
    /// <summary>
    /// The differences between what a period costs as is known now and what has been charged for it, by service; none where they agree.
    /// </summary>
    /// <param name="period">The period.</param>
    /// <param name="known">Net charge by service as known now, reductions included.</param>
    /// <param name="charged">What its bill and the recalculations since have charged.</param>
    public static IReadOnlyList<Recalculation> Of(
        Period period,
        IReadOnlyDictionary<BilledService, Kopecks> known,
        IReadOnlyDictionary<BilledService, SignedKopecks> charged)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(charged);
        return [.. known.Keys.Union(charged.Keys).Order()
            .Select(service => new Recalculation(
                period, service, SignedKopecks.Of(known.GetValueOrDefault(service)) - charged.GetValueOrDefault(service)))
            .Where(difference => difference.Amount != default)];
    }

    /// <summary>
    /// What the bill of a service takes: all that is above 0, then what is below 0 from the oldest on, until the service costs nothing
    /// in this bill; the rest waits for the next one. A recalculation may be taken in part.
    /// </summary>
    /// <param name="service">The service.</param>
    /// <param name="charge">What it costs in this bill, reductions included.</param>
    /// <param name="waiting">All recalculations that wait, of any service, in order.</param>
    public static TakenRecalculations Take(BilledService service, Kopecks charge, IReadOnlyList<Recalculation> waiting)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        Recalculation[] own = [.. waiting.Where(entry => entry.Service == service)];
        SignedKopecks available = own.Where(entry => entry.Amount.Value > 0)
            .Aggregate(SignedKopecks.Of(charge), (sum, entry) => sum + entry.Amount);
        List<Recalculation> taken = [];
        List<Recalculation> left = [];
        foreach (Recalculation entry in own)
        {
            if (entry.Amount.Value >= 0)
            {
                taken.Add(entry);
                continue;
            }
            SignedKopecks part = new(Math.Max(entry.Amount.Value, -available.Value));
            available += part;
            if (part != default)
            {
                taken.Add(entry with { Amount = part });
            }
            if (part != entry.Amount)
            {
                left.Add(entry with { Amount = entry.Amount - part });
            }
        }
        return new(taken, left);
    }
}
