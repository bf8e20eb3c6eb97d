using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>A provider's receivable: what was billed for it, what was paid, and the way to take its share out.</summary>
internal sealed class ShareModel(ChainFollower chain, City city, PortalUsers users, PayoutDesk desk) : PageModel
{
    private const int MaxShown = 100;
    private const int MaxReference = 64;
    private static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(5);

    private ushort _number;

    /// <summary>The city.</summary>
    public City City { get; } = city;

    /// <summary>The provider's name.</summary>
    public string Name => City.ProviderName(_number);

    /// <summary>What was billed, paid and withdrawn.</summary>
    public ProviderBook Provider { get; private set; } = null!;

    /// <summary>The newest withdrawals, newest first.</summary>
    public IEnumerable<WithdrawalEntry> Withdrawals => Provider.Withdrawals.Reverse().Take(MaxShown);

    /// <summary>What residents were billed less for its outages.</summary>
    public ImmutableArray<OutageClaim> Claims { get; private set; } = [];

    /// <summary>What became of the withdrawal just asked for.</summary>
    public Note? Answer { get; private set; }

    /// <summary>Reference of the order that the form places.</summary>
    public string Reference { get; private set; } = Orders.NewReference();

    /// <summary>The amount in the form.</summary>
    public string Amount { get; private set; } = "";

    /// <inheritdoc/>
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        _number = users.Require(User).Provider ?? throw new PortalSetupException("A utility's user needs its provider in portal-users.json.");
        Show();
    }

    /// <summary>Shows the receivable.</summary>
    /// <param name="withdrawn">Transaction of the withdrawal just made.</param>
    public void OnGet(string? withdrawn)
    {
        if (Provider.Withdrawals.LastOrDefault(known => known.Place.Transaction.ToString() == withdrawn) is { } done)
        {
            Answer = new("good", UtilityText.Done.With(Formats.Money(done.Amount)));
        }
    }

    /// <summary>Withdraws. The same form sent twice withdraws once.</summary>
    public async Task<IActionResult> OnPostAsync(string? amount, string? reference, CancellationToken cancellationToken)
    {
        if (reference is not { Length: > 0 and <= MaxReference })
        {
            return BadRequest();
        }
        if (!Amounts.TryParse(amount, out Kopecks kopecks) || kopecks == Kopecks.Zero)
        {
            return Refuse(amount, UtilityText.WrongAmount, StatusCodes.Status422UnprocessableEntity);
        }
        if (kopecks > Provider.Balance)
        {
            return Refuse(amount, UtilityText.TooMuch.With(Formats.Money(Provider.Balance)), StatusCodes.Status422UnprocessableEntity);
        }
        try
        {
            MoneyOutcome outcome = await desk.WithdrawAsync(reference, _number, kopecks);
            if (outcome is MoneyOutcome.Done done)
            {
                await chain.AtBlockAsync(done.Block, ReadingLimit, cancellationToken);
                return Redirect($"/share?withdrawn={done.Transaction}");
            }
            return outcome switch
            {
                MoneyOutcome.TooMuch much => Refuse(amount, UtilityText.TooMuch.With(Formats.Money(much.Available)), StatusCodes.Status409Conflict),
                MoneyOutcome.Refused { IsChainAway: true } => Refuse(amount, UtilityText.ChainAway, StatusCodes.Status503ServiceUnavailable),
                MoneyOutcome.Unknown => Refuse(amount, UtilityText.Unknown, StatusCodes.Status504GatewayTimeout, reference),
                _ => Refuse(amount, UtilityText.Refused, StatusCodes.Status502BadGateway),
            };
        }
        catch (KeyAwayException)
        {
            return Refuse(amount, UtilityText.KeyAway, StatusCodes.Status501NotImplemented);
        }
    }

    private void Show()
    {
        Provider = chain.Book.Providers.GetValueOrDefault(_number)
            ?? new(_number, ImmutableSortedDictionary<Period, ProviderPeriod>.Empty, []);
        Claims = OutageClaim.Against(chain.Book, _number);
        Amount = (Provider.Balance.Value / 100m).ToString("0.00", CultureInfo.CurrentCulture);
    }

    private PageResult Refuse(string? typed, string problem, int status, string? reference = null)
    {
        Show();
        Answer = new("bad", problem);
        Amount = typed ?? Amount;
        Reference = reference ?? Reference;
        Response.StatusCode = status;
        return Page();
    }
}
