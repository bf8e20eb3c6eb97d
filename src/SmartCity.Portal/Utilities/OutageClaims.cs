using System.Collections.Immutable;

namespace SmartCity.Portal;

/// <summary>What residents were billed less for outages of a provider's service in a month: the managing company's claim against it.</summary>
/// <param name="Period">The month of the bills.</param>
/// <param name="Service">The service.</param>
/// <param name="Bills">Bills that are less.</param>
/// <param name="Hours">Hours, or degree-hours, of all of them together.</param>
/// <param name="Price">Reduction an hour, 10⁻⁵ of the charge.</param>
/// <param name="Amount">By how much they are less; kopecks.</param>
internal sealed record OutageClaim(Period Period, BilledService Service, int Bills, long Hours, ulong Price, Kopecks Amount)
{
    /// <summary>The claims against a provider, the newest month first: sums of the reduction lines of all bills, as they stand on the chain.</summary>
    public static ImmutableArray<OutageClaim> Against(CityBook book, ushort provider) =>
    [
        .. book.Accounts.Values.SelectMany(account => account.Bills)
            .SelectMany(bill => bill.Value.Issued.Lines.Where(line => line.Kind == LineKind.Reduction && line.Provider == provider)
                .Select(line => (Period: bill.Key, Line: line)))
            .GroupBy(reduction => (reduction.Period, reduction.Line.Service, reduction.Line.Price))
            .OrderByDescending(group => group.Key.Period.Value).ThenBy(group => group.Key.Service)
            .Select(group => new OutageClaim(
                group.Key.Period,
                group.Key.Service,
                group.Count(),
                group.Sum(reduction => reduction.Line.Quantity),
                group.Key.Price,
                new((ulong)checked(-group.Sum(reduction => reduction.Line.Amount.Value))))),
    ];
}
