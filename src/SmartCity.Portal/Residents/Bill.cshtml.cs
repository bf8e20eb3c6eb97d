using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>A payment as a bill's page shows it.</summary>
/// <param name="Transaction">The payment's transaction.</param>
/// <param name="Time">When.</param>
/// <param name="Amount">The whole payment.</param>
/// <param name="IsCredit">Was it a use of credit?</param>
/// <param name="Division">Who received how much of it; also what went to other bills and to credit.</param>
internal sealed record PaymentView(
    string Transaction, DateTimeOffset Time, Kopecks Amount, bool IsCredit, IReadOnlyList<(string Name, Kopecks Amount)> Division);

/// <summary>A bill: its lines, how each was computed, what was paid of it and to whom, and the way to pay.</summary>
internal sealed class BillModel(
    ChainFollower chain, PremisesRegister premises, PortalUsers users, City city, TestBank bank, TimeProvider time)
    : ResidentPage(chain, premises, users, city)
{
    private const int MaxReference = 64;
    private static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(5);

    /// <summary>The bill.</summary>
    public BillEntry Entry { get; private set; } = null!;

    /// <summary>How it was computed.</summary>
    public BillExplanation? Explanation { get; private set; }

    /// <summary>Payments of it, newest first.</summary>
    public IReadOnlyList<PaymentView> Payments { get; private set; } = [];

    /// <summary>What became of the payment just made.</summary>
    public Note? Answer { get; private set; }

    /// <summary>The payment just made.</summary>
    public string? PaidTransaction { get; private set; }

    /// <summary>Reference of the order that the form places.</summary>
    public string Reference { get; private set; } = Orders.NewReference();

    /// <summary>The amount in the form.</summary>
    public string Amount { get; private set; } = "";

    /// <summary>The day on the city's calendar.</summary>
    public DateOnly Today => BillsModel.Today(City.Calendar, time);

    /// <summary>Shows a bill.</summary>
    /// <param name="period">Its month.</param>
    /// <param name="paid">Transaction of the payment just made.</param>
    public IActionResult OnGet(string period, string? paid)
    {
        if (!TryShow(period))
        {
            return NotFound();
        }
        PaidTransaction = paid;
        if (paid is not null)
        {
            PaymentView? payment = Payments.FirstOrDefault(known => known.Transaction == paid);
            Answer = new("good", payment is null ? BillText.PaidSoon : BillText.PaidNow.With(Formats.Money(payment.Amount)));
        }
        return Page();
    }

    /// <summary>Pays. The same form sent twice pays once.</summary>
    public async Task<IActionResult> OnPostAsync(string period, string? amount, string? reference, CancellationToken cancellationToken)
    {
        if (!TryShow(period) || reference is not { Length: > 0 and <= MaxReference })
        {
            return NotFound();
        }
        if (!Amounts.TryParse(amount, out Kopecks kopecks) || kopecks == Kopecks.Zero || kopecks > TestBank.MaxOrder)
        {
            return Refuse(amount, BillText.WrongAmount.With(Formats.Money(TestBank.MaxOrder)), StatusCodes.Status422UnprocessableEntity);
        }
        try
        {
            MoneyOutcome outcome = await bank.PayAsync(reference, Premises.Account, kopecks);
            if (outcome is MoneyOutcome.Done done)
            {
                await Chain.AtBlockAsync(done.Block, ReadingLimit, cancellationToken);
                return Redirect($"/bills/{period}?paid={done.Transaction}#pay");
            }
            return outcome switch
            {
                MoneyOutcome.Repeated => Refuse(null, BillText.Repeated, StatusCodes.Status409Conflict),
                MoneyOutcome.Refused { IsChainAway: true } => Refuse(amount, BillText.ChainAway, StatusCodes.Status503ServiceUnavailable),
                MoneyOutcome.Unknown => Refuse(amount, BillText.Unknown, StatusCodes.Status504GatewayTimeout, reference),
                _ => Refuse(amount, BillText.Refused, StatusCodes.Status502BadGateway),
            };
        }
        catch (KeyAwayException)
        {
            return Refuse(amount, BillText.BankAway, StatusCodes.Status501NotImplemented);
        }
    }

    /// <summary>A provider's name.</summary>
    public string ProviderName(ushort number) => City.ProviderName(number);

    /// <summary>Principal services of the bill that are charged, in order.</summary>
    public IEnumerable<BilledService> Services => Entry.Issued.Lines
        .Where(line => line.Kind == LineKind.Charge).Select(line => line.Service).Distinct();

    /// <summary>Methods of the bill's volumes that need a word, in order.</summary>
    public IReadOnlyList<VolumeMethod> Methods => [.. Entry.Issued.Lines
        .Where(line => line.Kind == LineKind.Charge && line.Method != VolumeMethod.Measured).Select(line => line.Method).Distinct().Order()];

    /// <summary>Where a line leads: how it was computed, or the bill that it recalculates.</summary>
    public static string AddressOf(BilledLine line) => line.Kind switch
    {
        LineKind.Recalculation => $"/bills/{line.Period}",
        LineKind.Penalty => "#pay",
        _ => $"#{line.Service}",
    };

    /// <summary>A line's quantity; nothing where it has none.</summary>
    public static string QuantityOf(BilledLine line) => line.Kind switch
    {
        LineKind.Charge => Formats.Energy(BillText.KindOf(line.Service), new((ulong)line.Quantity)),
        LineKind.Reduction => ResidentText.Hours.For(line.Quantity),
        _ => "",
    };

    /// <summary>A line's price; nothing where it has none.</summary>
    public static string PriceOf(BilledLine line) => line.Kind switch
    {
        LineKind.Charge => Formats.Price(BillText.KindOf(line.Service), line.Price),
        LineKind.Reduction => BillText.RatePerHour.With(Formats.FinePercent(line.Price)),
        _ => "",
    };

    /// <summary>How a service's charges were computed, step by step.</summary>
    public IReadOnlyList<string> StepsOf(BilledService service)
    {
        List<string> steps = Explanation is { } explanation ? [.. BillSteps.VolumeOf(explanation, service)] : [];
        if (Explanation is { IsConfirmed: null })
        {
            steps.Add(BillText.Divided);
        }
        foreach (BilledLine line in Entry.Issued.Lines.Where(line => line.Service == service))
        {
            switch (line.Kind)
            {
                case LineKind.Charge:
                    steps.Add(BillText.Step.With(BillText.NameOf(line), BillText.Multiplied.With(
                        QuantityOf(line), PriceOf(line), Formats.Money(line.Amount))));
                    break;
                case LineKind.Reduction:
                    steps.Add(BillText.ReducedBy.With(QuantityOf(line), PriceOf(line), Formats.Money(line.Amount)));
                    break;
                default:
                    break;
            }
        }
        return steps;
    }

    private bool TryShow(string period)
    {
        Book = Chain.Book;
        if (PeriodOf(period) is not { } wanted || Account is not { } account || !account.Bills.TryGetValue(wanted, out BillEntry? bill))
        {
            return false;
        }
        Entry = bill;
        Explanation = BillExplanation.Of(Book, account, bill, City.Calendar);
        Payments = [.. account.Payments.Where(payment => payment.Allocations.Any(part => part.Period == wanted)).Reverse().Select(payment => ViewOf(payment, account))];
        Amount = (bill.Outstanding.Value / 100m).ToString("0.00", CultureInfo.CurrentCulture);
        return true;
    }

    private PaymentView ViewOf(PaymentEntry payment, AccountBook account)
    {
        Dictionary<ushort, Kopecks> byProvider = [];
        Kopecks other = Kopecks.Zero;
        foreach (PaymentPart part in payment.Allocations)
        {
            if (part.Period != Entry.Issued.Period)
            {
                other += part.Total;
                continue;
            }
            for (int service = 0; service < part.ByService.Length; service++)
            {
                if (part.ByService[service] > Kopecks.Zero && account.Bills[part.Period].ProviderOf((BilledService)service) is { } provider)
                {
                    byProvider[provider] = byProvider.GetValueOrDefault(provider) + part.ByService[service];
                }
            }
        }
        List<(string, Kopecks)> division = [.. byProvider.OrderBy(share => share.Key).Select(share => (ProviderName(share.Key), share.Value))];
        if (other > Kopecks.Zero)
        {
            division.Add((BillText.ToOtherBills, other));
        }
        if (payment.Credited > Kopecks.Zero)
        {
            division.Add((BillText.ToCredit, payment.Credited));
        }
        return new(payment.Place.Transaction.ToString(), payment.Time, payment.Amount, payment.Payer is null, division);
    }

    /// <param name="typed">What was typed, to be corrected; <c>null</c> to show what is still to be paid.</param>
    /// <param name="problem">Why it was not done.</param>
    /// <param name="status">Status of the answer.</param>
    /// <param name="reference">Reference to keep, when the order may have been carried out.</param>
    private PageResult Refuse(string? typed, string problem, int status, string? reference = null)
    {
        Answer = new(status == StatusCodes.Status409Conflict ? "warn" : "bad", problem);
        Amount = typed ?? Amount;
        Reference = reference ?? Reference;
        Response.StatusCode = status;
        return Page();
    }
}
