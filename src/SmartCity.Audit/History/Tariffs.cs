using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The tariffs that were published up to a point of the history.</summary>
internal sealed class Tariffs
{
    private const int BandsOfAZone = 3;

    private readonly List<Tariff> _versions = [];

    /// <summary>All versions in order.</summary>
    public IReadOnlyList<Tariff> Versions => _versions;

    /// <summary>Takes in a version.</summary>
    public void Add(TariffBookContract.Tariff published) => _versions.Add(Read(published));

    /// <summary>The tariff in force in a period; <c>null</c> before the first.</summary>
    public Tariff? Find(Period period) => _versions.LastOrDefault(version => version.FromPeriod <= period);

    /// <summary>The tariff in force in a period.</summary>
    /// <exception cref="KeyNotFoundException">None was published for it.</exception>
    public Tariff Of(Period period) => Find(period) ?? throw new KeyNotFoundException($"There is no tariff for {period}.");

    /// <summary>
    /// What is added to the numerator of a penalty by the days after one up to another, each at the rate in force on it.
    /// </summary>
    /// <param name="principal">What is outstanding on all of them.</param>
    /// <param name="dueOn">The due day, counted since 1970.</param>
    /// <param name="from">The last day that is counted already.</param>
    /// <param name="to">The last day to count.</param>
    public BigInteger PenaltyOf(Kopecks principal, uint dueOn, uint from, uint to)
    {
        BigInteger sum = BigInteger.Zero;
        while (from < to)
        {
            Period period = PeriodOf(from + 1);
            uint end = Math.Min(to, FirstDayOf(period.Next) - 1);
            sum += Penalties.Numerator(principal, Of(period).PenaltyRate, from - dueOn, end - dueOn);
            from = end;
        }
        return sum;
    }

    /// <summary>A local day as a number of days since 1970.</summary>
    public static uint DayNumber(DateOnly day) => (uint)(day.DayNumber - s_epoch);

    private static Period PeriodOf(uint day)
    {
        DateOnly date = DateOnly.FromDayNumber((int)day + s_epoch);
        return Period.Of(date.Year, date.Month);
    }

    private static uint FirstDayOf(Period period) => DayNumber(new(period.Year, period.Month, 1));

    private static Tariff Read(TariffBookContract.Tariff published)
    {
        return new(
            new(published.FromPeriod),
            new(PricesAt(0), PricesAt(1), PricesAt(2), PricesAt(3), PricesAt(4), PricesAt(5)),
            new(new(published.FirstBandLimit), new(published.SecondBandLimit)),
            new(published.HeatPrice), published.VatRate, published.DueDay, published.ElectricityProvider,
            published.CommonNeedsProvider, published.HeatProvider, published.PenaltyRate, published.ReductionRate,
            published.ElectricityNorm, published.HeatNorm, published.NormCoefficient);

        // Zones in order: the whole day; day and night of two; peak, half-peak and night of three.
        BandPrices PricesAt(int zone) => new(Price(zone, 0), Price(zone, 1), Price(zone, 2));

        MicroRoubles Price(int zone, int band) => new(published.ElectricityPrices[BandsOfAZone * zone + band]);
    }

    private static readonly int s_epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
