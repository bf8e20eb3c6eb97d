using System.Collections.Immutable;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

public sealed class OutageClaimTest
{
    private static readonly Period s_november = Period.Of(2026, 11);

    [Test]
    public void Against_BillsWithReductions_AreSummedByMonthServiceAndRate()
    {
        CityBook book = Book(
            Bill(1, s_november, Reduction(3, 4, -1_000), Reduction(2, 9, -7), Charge(3, 50_000)),
            Bill(2, s_november, Reduction(3, 4, -250), Reduction(3, 2, -5, price: 300)),
            Bill(1, s_november.Next, Reduction(3, 1, -1)));

        Assert.That(OutageClaim.Against(book, 3), Is.EqualTo(new OutageClaim[]
        {
            new(s_november.Next, BilledService.Heating, 1, 1, 150, new(1)),
            new(s_november, BilledService.Heating, 2, 8, 150, new(1_250)),
            new(s_november, BilledService.Heating, 1, 2, 300, new(5)),
        }));
        Assert.That(OutageClaim.Against(book, 1), Is.Empty);
    }

    private static CityBook Book(params (int Account, Period Period, BilledLine[] Lines)[] bills) => CityBook.Empty with
    {
        Accounts = bills.GroupBy(bill => bill.Account).ToImmutableDictionary(
            group => Keccak.Hash256($"account {group.Key}"),
            group => new AccountBook(
                Keccak.Hash256($"account {group.Key}"),
                null!,
                group.ToImmutableSortedDictionary(
                    bill => bill.Period, bill => new BillEntry(
                        new(Keccak.Hash256($"account {group.Key}"), bill.Period, bill.Lines, default, default, default), new(1, default), [], VolumeState.Empty)),
                [],
                default)),
    };

    private static (int, Period, BilledLine[]) Bill(int account, Period period, params BilledLine[] lines) => (account, period, lines);

    private static BilledLine Reduction(ushort provider, long hours, long kopecks, ulong price = 150) =>
        new(BilledService.Heating, LineKind.Reduction, default, 0, default, s_november, provider, hours, price, new(kopecks));

    private static BilledLine Charge(ushort provider, long kopecks) =>
        new(BilledService.Heating, LineKind.Charge, default, 0, default, s_november, provider, 1_000_000, 3_000, new(kopecks));
}
