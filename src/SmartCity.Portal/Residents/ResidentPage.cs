using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>What every page of a resident knows: whose flat it is, and what the chain tells of its account.</summary>
internal abstract class ResidentPage(ChainFollower chain, PremisesRegister premises, PortalUsers users, City city) : PageModel
{
    /// <summary>The city.</summary>
    public City City { get; } = city;

    /// <summary>What the chain has told.</summary>
    public CityBook Book { get; protected set; } = chain.Book;

    /// <summary>The resident's flat.</summary>
    public Premises Premises { get; private set; } = null!;

    /// <summary>Bills and payments; <c>null</c> while the chain has not told of the account yet.</summary>
    public AccountBook? Account => Book.Accounts.GetValueOrDefault(Premises.Account);

    /// <summary>The hours of the account's electricity group, if it has one.</summary>
    public SegmentBook? Electricity => Account is { Details.Premises.ElectricityGroup: not 0 and uint group } ? Book.SegmentOf(group) : null;

    /// <summary>The hours of the account's heat group, if it has one.</summary>
    public SegmentBook? Heat => Account is { Details.Premises.HeatGroup: not 0 and uint group } ? Book.SegmentOf(group) : null;

    /// <summary>The chain, to wait for what was just done.</summary>
    protected ChainFollower Chain { get; } = chain;

    /// <inheritdoc/>
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context) => Premises = premises.Of(users.Require(User));

    /// <summary>Months with recorded hours, in order.</summary>
    public IReadOnlyList<Period> Periods()
    {
        if (Electricity is not { Hours.Count: > 0 } segment)
        {
            return [];
        }
        Period first = City.Calendar.PeriodOf(segment.Registered.FirstHour);
        Period last = City.Calendar.PeriodOf(segment.Hours[^1].Hour);
        return [.. Enumerable.Range(first.Value, last.Value - first.Value + 1).Select(value => new Period((ushort)value))];
    }

    /// <summary>Reads the period of an address; nothing when it is not one.</summary>
    protected static Period? PeriodOf(string? text)
    {
        try
        {
            return text is null ? null : Period.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
