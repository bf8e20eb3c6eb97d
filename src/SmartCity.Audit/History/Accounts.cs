using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The moment at which premises passed on: the successor's first hour, and the own registers then, as signed, by zone.</summary>
internal sealed record HandoverMoment(Hour Hour, ZoneConsumption Registers);

/// <summary>An account as the account book's events tell it.</summary>
internal sealed class AuditedAccount(Hash32 id, AccountBookContract.Premises premises, Period firstPeriod, AccountBookContract.Terms terms)
{
    private readonly List<(Period From, AccountBookContract.Terms Terms)> _terms = [(firstPeriod, terms)];

    /// <summary>Its id.</summary>
    public Hash32 Id { get; } = id;

    /// <summary>Where it is connected, and its area.</summary>
    public AccountBookContract.Premises Premises { get; } = premises;

    /// <summary>Period of its first bill.</summary>
    public Period FirstPeriod { get; } = firstPeriod;

    /// <summary>Period of its last bill; <c>null</c> while it is open.</summary>
    public Period? LastPeriod { get; private set; }

    /// <summary>The account before it on the premises.</summary>
    public AuditedAccount? Predecessor { get; init; }

    /// <summary>The account after it on the premises.</summary>
    public AuditedAccount? Successor { get; private set; }

    /// <summary>With which moment it began; <c>null</c> if it is the first on its premises.</summary>
    public HandoverMoment? Opening { get; init; }

    /// <summary>With which moment it ended.</summary>
    public HandoverMoment? Closing { get; private set; }

    /// <summary>Who may dispute its bills.</summary>
    public Address Holder { get; set; }

    /// <summary>All terms in order, each with the period it is from.</summary>
    public IReadOnlyList<(Period From, AccountBookContract.Terms Terms)> Terms => _terms;

    /// <summary>The first account on its premises.</summary>
    public AuditedAccount First => Predecessor is null ? this : Predecessor.First;

    /// <summary>The terms in a period; the first ones before it began.</summary>
    public AccountBookContract.Terms TermsIn(Period period) => _terms.Where((terms, i) => i == 0 || terms.From <= period).Last().Terms;

    /// <summary>Other terms hold from a period on; those from the same period before are void.</summary>
    public void SetTerms(Period from, AccountBookContract.Terms changed)
    {
        _terms.RemoveAll(terms => terms.From == from);
        _terms.Add((from, changed));
    }

    /// <summary>The premises have passed on.</summary>
    public void Close(Period last, HandoverMoment closing, AuditedAccount successor) =>
        (LastPeriod, Closing, Successor) = (last, closing, successor);
}

/// <summary>The accounts as their events tell them up to a point of the history.</summary>
internal sealed class Accounts
{
    private readonly Dictionary<Hash32, AuditedAccount> _byId = [];
    private readonly Dictionary<uint, List<AuditedAccount>> _premises = [];
    private readonly Dictionary<uint, SquareDecimetres> _areas = [];
    private readonly Dictionary<(Hash32 First, uint Group), SquareDecimetres> _areasBefore = [];
    private readonly Dictionary<(uint Group, int Channel), AuditedAccount> _consumers = [];

    /// <summary>All accounts by id.</summary>
    public IReadOnlyDictionary<Hash32, AuditedAccount> ById => _byId;

    /// <summary>Sum of the areas of all premises of each group that has any.</summary>
    public IReadOnlyDictionary<uint, SquareDecimetres> Areas => _areas;

    /// <summary>The account of each consumer's channel that has one, the last one if the premises changed hands.</summary>
    public IReadOnlyDictionary<(uint Group, int Channel), AuditedAccount> Consumers => _consumers;

    /// <summary>The premises of a group in order of registration, each by its first account.</summary>
    public IReadOnlyList<AuditedAccount> PremisesOf(uint group) => _premises.GetValueOrDefault(group) ?? [];

    /// <summary>Sum of the areas of all premises of a group.</summary>
    public SquareDecimetres AreaOf(uint group) => _areas.GetValueOrDefault(group);

    /// <summary>Takes in an account, of new premises or of a successor.</summary>
    /// <exception cref="ArgumentException">There is an account of this id.</exception>
    public void Add(AuditedAccount account)
    {
        _byId.Add(account.Id, account);
        AccountBookContract.Premises premises = account.Premises;
        if (premises.ElectricityGroup != 0)
        {
            _consumers[(premises.ElectricityGroup, premises.ElectricityChannel)] = account;
        }
        if (premises.HeatChannel != 0)
        {
            _consumers[(premises.HeatGroup, premises.HeatChannel)] = account;
        }
        foreach (uint group in GroupsOf(premises).Where(_ => account.Predecessor is null))
        {
            _areasBefore[(account.Id, group)] = AreaOf(group);
            _areas[group] = AreaOf(group) + new SquareDecimetres(premises.Area);
            _premises.TryAdd(group, []);
            _premises[group].Add(account);
        }
    }

    /// <summary>An account's place in the row of areas of one of its groups.</summary>
    public AreaShare ShareOf(AuditedAccount account, uint group) =>
        new(AreaBefore(account, group), new(account.Premises.Area), AreaOf(group));

    /// <summary>Sum of the areas of the premises that were registered before these in a group; 0 for no group.</summary>
    public SquareDecimetres AreaBefore(AuditedAccount account, uint group) =>
        _areasBefore.GetValueOrDefault((account.First.Id, group));

    /// <summary>The terms of premises in a period, whoever has them then: of two accounts in one period the later one.</summary>
    public static AccountBookContract.Terms TermsOfPremises(AuditedAccount first, Period period)
    {
        AuditedAccount present = first;
        while (present.Successor is { } successor && successor.FirstPeriod <= period)
        {
            present = successor;
        }
        return present.TermsIn(period);
    }

    private static IEnumerable<uint> GroupsOf(AccountBookContract.Premises premises) =>
        new[] { premises.ElectricityGroup, premises.HeatGroup }.Where(group => group != 0);
}
