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

    /// <summary>How a line was computed, step by step.</summary>
    public IReadOnlyList<string> StepsOf(BillLine line)
    {
        EnergyKind kind = BillText.KindOf(line.Service);
        List<string> steps = Explanation is { } explanation ? [.. QuantitySteps(explanation, line)] : [];
        steps.Add(BillText.Multiplied.With(
            Formats.Energy(kind, line.Quantity), Formats.Price(kind, line.Price.Value), Formats.Money(line.Amount)));
        return steps;
    }

    private static IEnumerable<string> QuantitySteps(BillExplanation explanation, BillLine line)
    {
        switch (line.Service)
        {
            case Service.ElectricityDay when explanation.Electricity is { } use:
                yield return BillText.OwnDay.With(Formats.Energy(EnergyKind.Electricity, use.Own.Day));
                break;
            case Service.ElectricityNight when explanation.Electricity is { } use:
                yield return BillText.OwnNight.With(Formats.Energy(EnergyKind.Electricity, use.Own.Night));
                break;
            case Service.CommonNeedsDay when explanation is { Electricity: { } use, Group: { } group }:
                foreach (string step in CommonSteps(group.Parent.Day, group.Consumers.Day, explanation.Carried.Day, use.CommonNeeds.Day, use.Share, line))
                {
                    yield return step;
                }
                break;
            case Service.CommonNeedsNight when explanation is { Electricity: { } use, Group: { } group }:
                foreach (string step in CommonSteps(group.Parent.Night, group.Consumers.Night, explanation.Carried.Night, use.CommonNeeds.Night, use.Share, line))
                {
                    yield return step;
                }
                break;
            case Service.Heating when explanation.Heat is { } heat:
                yield return BillText.HeatOfHouse.With(Formats.Energy(EnergyKind.Heat, heat.House));
                yield return ShareStep(EnergyKind.Heat, heat.Share, line);
                break;
        }
    }

    private static IEnumerable<string> CommonSteps(
        Quantity parent, Quantity consumers, long carried, Quantity charged, AreaShare share, BillLine line)
    {
        const EnergyKind Kind = EnergyKind.Electricity;
        long difference = (long)parent.Value - (long)consumers.Value;
        yield return BillText.Common.With(
            Formats.Energy(Kind, parent), Formats.Energy(Kind, consumers), $"{Formats.EnergyDifference(Kind, difference)}\u00a0{Formats.UnitOf(Kind)}");
        if (carried < 0)
        {
            yield return BillText.Carried.With(Formats.EnergyDifference(Kind, carried), Formats.Energy(Kind, charged));
        }
        yield return charged == Quantity.Zero ? BillText.NothingCommon : ShareStep(Kind, share, line);
    }

    private static string ShareStep(EnergyKind kind, AreaShare share, BillLine line) => BillText.ShareByArea.With(
        Formats.Area(share.Area.Value), Formats.Area(share.Total.Value), Formats.Energy(kind, line.Quantity));

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
                if (part.ByService[service] > Kopecks.Zero && account.Bills[part.Period].LineOf((Service)service) is { } line)
                {
                    byProvider[line.Provider] = byProvider.GetValueOrDefault(line.Provider) + part.ByService[service];
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
