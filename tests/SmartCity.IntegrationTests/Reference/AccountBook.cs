namespace SmartCity.IntegrationTests.Reference;

/// <summary>The moment at which premises pass on, and their own electricity registers then, without corrections.</summary>
internal sealed record HandoverMoment(long Hour, int Period);

/// <summary>An account as it stands.</summary>
internal sealed class AccountState(int account, Premises premises, int firstPeriod)
{
    public int Account => account;

    public Premises Premises => premises;

    public int FirstPeriod => firstPeriod;

    /// <summary>With which it began, of a successor.</summary>
    public HandoverMoment? Opening { get; init; }

    /// <summary>With which it ended; its period is the last.</summary>
    public HandoverMoment? Closing { get; set; }

    public SortedDictionary<int, Terms> Terms { get; } = [];

    public Terms TermsIn(int period) => Terms.Last(terms => terms.Key <= period || terms.Key == Terms.Keys.First()).Value;

    public bool IsOpenIn(int period) => period >= FirstPeriod && (Closing is null || period <= Closing.Period);
}

/// <summary>Accounts and premises in the order in which they were registered.</summary>
internal sealed class AccountBook(ReadingBook readings)
{
    private readonly List<AccountState> _accounts = [];

    public IReadOnlyList<AccountState> All => _accounts;

    public AccountState Of(int account) => _accounts.SingleOrDefault(one => one.Account == account)
        ?? throw new RefusedException($"there is no account {account}");

    public void Apply(OpenAccount command)
    {
        Premises premises = command.Premises;
        Require(_accounts.All(one => one.Account != command.Account), "an account of its own");
        Require(premises.ElectricityGroup != 0 || premises.HeatGroup != 0 || command.Terms.Heating == Heating.Norm, "something to bill");
        Require(
            premises.ElectricityGroup == 0
                || ConsumerAt(Energy.Electricity, premises.ElectricityGroup, premises.ElectricityChannel) is null,
            "a free channel");
        Require(
            premises.HeatChannel == 0 || ConsumerAt(Energy.Heat, premises.HeatGroup, premises.HeatChannel) is null, "a free heat channel");
        Require(premises.HeatChannel == 0 || command.Terms.Heating == Heating.House, "a heat meter is read for heat of the house");
        AccountState state = new(command.Account, premises, command.FirstPeriod);
        state.Terms.Add(command.FirstPeriod, command.Terms);
        _accounts.Add(state);
    }

    public void Apply(SetTerms command)
    {
        AccountState state = Of(command.Account);
        Require(state.Closing is null && command.FromPeriod >= state.Terms.Keys.Last(), "terms in order");
        state.Terms[command.FromPeriod] = command.Terms;
    }

    public void Apply(MoveOut command)
    {
        AccountState closed = Of(command.Account);
        int group = closed.Premises.ElectricityGroup != 0 ? closed.Premises.ElectricityGroup : closed.Premises.HeatGroup;
        long hour = readings.NextHourOf(readings.Group(group).Segment);
        Require(closed.Closing is null && _accounts.All(one => one.Account != command.Successor), "an open account and a new successor");
        int last = readings.Time.PeriodOf(hour - 1);
        Require(last >= closed.FirstPeriod && (closed.Opening is null || hour > closed.Opening.Hour), "an account that has had an hour");
        closed.Closing = new(hour, last);
        int first = readings.Time.PeriodOf(hour);
        AccountState successor = new(command.Successor, closed.Premises, first) { Opening = new(hour, first) };
        successor.Terms.Add(first, closed.TermsIn(first));
        _accounts.Add(successor);
    }

    /// <summary>All premises of a group in order of registration, each as its first account.</summary>
    public IEnumerable<AccountState> PremisesOf(Energy energy, int group) => _accounts.Where(one => one.Opening is null
        && (energy == Energy.Electricity ? one.Premises.ElectricityGroup : one.Premises.HeatGroup) == group);

    /// <summary>The account whose premises a consumer's meter belongs to: the last one if they changed hands.</summary>
    public AccountState? ConsumerAt(Energy energy, int group, int channel) => _accounts.LastOrDefault(one => energy == Energy.Electricity
        ? one.Premises.ElectricityGroup == group && one.Premises.ElectricityChannel == channel
        : one.Premises.HeatGroup == group && one.Premises.HeatChannel == channel);

    /// <summary>The terms of premises in a period, whoever has them.</summary>
    public Terms TermsOf(AccountState premises, int period) => _accounts
        .Where(one => one.Premises == premises.Premises && one.FirstPeriod <= Math.Max(period, premises.FirstPeriod))
        .Last().TermsIn(period);

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new RefusedException(rule);
        }
    }
}
