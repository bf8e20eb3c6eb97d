using System.Numerics;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>What a run of the bills did.</summary>
/// <param name="Issued">Bills issued.</param>
/// <param name="Recalculated">Accounts' periods that cost something else now: the difference waits for the next bill.</param>
public readonly record struct BillRunResult(int Issued, int Recalculated);

/// <summary>
/// Keeps a city's bills up to date: fixes volumes anew and recalculates what later knowledge has changed, then issues what can be
/// issued. Anybody may: the contracts compute all from the chain's state, and whatever is called twice changes nothing. So nothing is
/// kept but how far the chain was read; a new run begins at the city's first block.
/// </summary>
/// <param name="api">The node.</param>
/// <param name="city">The city.</param>
/// <param name="calendar">The calendar of the city's ledger.</param>
public sealed class BillRun(EthApi api, DeployedCity city, CityCalendar calendar)
{
    /// <summary>A house of hundreds of gaps needs a few calls a period; more than these would never end.</summary>
    private const int MaxFixCalls = 100;

    private readonly CityReader _reader = new(api, city);
    private readonly BillRunNews _news = new(calendar);
    private ulong _nextBlock = city.DeployedAtBlock + 1;

    private CityContracts Contracts => city.Contracts;

    /// <summary>Recalculates what has changed, and issues the bills of all periods before one that are over.</summary>
    /// <param name="sender">Sends; anybody's key.</param>
    /// <param name="before">The first period not to be billed yet: the present one.</param>
    /// <param name="cancellationToken">Stops; what was done stays done.</param>
    /// <exception cref="LedgerException">A contract or the node refused; what was done before stays done.</exception>
    /// <exception cref="EthereumNodeException">The node gave no answer.</exception>
    public async Task<BillRunResult> RunAsync(CitySender sender, Period before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ulong head = await api.GetBlockNumberAsync(cancellationToken);
        if (head >= _nextBlock)
        {
            IReadOnlyList<CityLogEntry> entries = await _reader.ReadChangesAsync(_nextBlock, head, cancellationToken);
            _news.Add(entries);
            _nextBlock = head + 1;
        }
        CityRegistry registry = _news.Registry;
        Dictionary<Hash32, Period> next = await NextPeriodsAsync(registry, cancellationToken);
        int recalculated = await RecalculateAsync(sender, registry, next, cancellationToken);
        int issued = await IssueAsync(sender, registry, next, before, cancellationToken);
        return new(issued, recalculated);
    }

    private async Task<Dictionary<Hash32, Period>> NextPeriodsAsync(CityRegistry registry, CancellationToken cancellationToken)
    {
        IReadOnlyList<Period> next = await _reader.GetNextPeriodsAsync([.. registry.Accounts.Select(account => account.Id)], cancellationToken);
        return registry.Accounts.Zip(next).ToDictionary(pair => pair.First.Id, pair => pair.Second);
    }

    private async Task<int> RecalculateAsync(
        CitySender sender, CityRegistry registry, Dictionary<Hash32, Period> next, CancellationToken cancellationToken)
    {
        foreach ((uint group, Period from) in _news.ToFixAnew)
        {
            await FixAnewAsync(sender, group, from, cancellationToken);
        }
        int recalculated = 0;
        foreach ((uint group, Period from) in _news.ToRecalculate)
        {
            RegisteredAccount[] accounts = [.. registry.Accounts.Where(account => IsIn(account, group))];
            Period end = accounts.Length == 0 ? from : accounts.Max(account => next[account.Id]);
            for (Period period = from; period < end; period = period.Next)
            {
                Hash32[] billed = [.. accounts.Where(account => account.First <= period && period < next[account.Id])
                    .Select(account => account.Id)];
                Hash32[] changed = await ChangedAsync(billed, period, cancellationToken);
                recalculated += changed.Length;
                _ = await sender.SendManyAsync(Contracts.Recalculate(changed, period), cancellationToken);
            }
        }
        _news.Forget();
        return recalculated;
    }

    private async Task FixAnewAsync(CitySender sender, uint group, Period from, CancellationToken cancellationToken)
    {
        ushort end = await api.CallAsync(Contracts.VolumeBook.NextPeriodOf(group), BlockParameter.Latest, cancellationToken);
        ushort next = from.Value;
        for (int call = 0; next < end && call < MaxFixCalls; call++)
        {
            ContractTransaction refix = Contracts.VolumeBook.Refix(group, next);
            // Where one call is not enough it ends early: what it will return, tried beforehand, says where to go on.
            byte[] result = await api.CallAsync(
                new(refix.To, refix.Data, sender.Address, Gas: CityCalls.MaxGas), BlockParameter.Latest, ContractArtifact.CityAbi,
                cancellationToken);
            _ = await sender.SendAsync(Contracts.FixVolumes(group, new(next), anew: true), cancellationToken);
            next = (ushort)(BigInteger)refix.Function.DecodeOutput(result)[0];
        }
    }

    /// <summary>The accounts whose period costs something else than was charged for it.</summary>
    private async Task<Hash32[]> ChangedAsync(Hash32[] accounts, Period period, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<ulong>> charged = await api.CallManyAsync(
            [.. accounts.Select(account => Contracts.Billing.ChargedOf(account, period.Value))], BlockParameter.Latest, cancellationToken);
        IReadOnlyList<IReadOnlyList<IReadOnlyList<BigInteger>>> known = await api.CallManyAsync(
            [.. accounts.Chunk(CityCalls.MaxBillsPerCall).Select(chunk => Contracts.Charges.ChargesOf(chunk, period.Value))],
            BlockParameter.Latest, cancellationToken);
        return [.. accounts.Zip(charged, known.SelectMany(chunk => chunk))
            .Where(one => !NetOf(one.Third).SequenceEqual(one.Second))
            .Select(one => one.First)];
    }

    /// <summary>What lines come to by principal service.</summary>
    private static ulong[] NetOf(IReadOnlyList<BigInteger> words)
    {
        BilledService[] principals = [BilledService.Electricity, BilledService.CommonNeeds, BilledService.Heating];
        BilledLine[] lines = [.. words.Select(PackedLine.Unpack)];
        return [.. principals.Select(service =>
            (ulong)lines.Where(line => line.Service == service).Sum(line => line.Amount.Value))];
    }

    private async Task<int> IssueAsync(
        CitySender sender, CityRegistry registry, Dictionary<Hash32, Period> next, Period before, CancellationToken cancellationToken)
    {
        RegisteredAccount[] open = [.. registry.Accounts.Where(account => account.IsBilledIn(next[account.Id]))];
        int issued = 0;
        for (Period period = open.Length == 0 ? before : open.Min(account => next[account.Id]); period < before; period = period.Next)
        {
            RegisteredAccount[] due = [.. open.Where(account => next[account.Id] <= period && account.IsBilledIn(period))];
            HashSet<uint> over = await OverAsync(registry, due.SelectMany(GroupsOf), period, cancellationToken);
            due = [.. due.Where(account => GroupsOf(account).All(over.Contains)).OrderBy(account => account.Premises.ElectricityGroup)];
            await FixAsync(sender, [.. due.SelectMany(GroupsOf).Distinct()], period, cancellationToken);
            _ = await sender.SendManyAsync(Contracts.IssueBills([.. due.Select(account => account.Id)], period), cancellationToken);
            issued += due.Length;
            foreach (RegisteredAccount account in due)
            {
                next[account.Id] = period.Next;
            }
            open = [.. open.Where(account => next[account.Id] > period)]; // Bills go in order: who waits for an hour waits altogether.
        }
        return issued;
    }

    private async Task<HashSet<uint>> OverAsync(
        CityRegistry registry, IEnumerable<uint> groups, Period period, CancellationToken cancellationToken)
    {
        uint[] asked = [.. groups.Distinct()];
        Dictionary<uint, uint> segments = registry.Segments.Values
            .SelectMany(segment => segment.Groups).ToDictionary(group => group.Number, group => group.Segment);
        IReadOnlyList<bool> isOver = await api.CallManyAsync(
            [.. asked.Select(group => Contracts.ReadingLedger.IsPeriodOver(segments[group], period.Value))],
            BlockParameter.Latest, cancellationToken);
        return [.. asked.Where((_, i) => isOver[i])];
    }

    private async Task FixAsync(CitySender sender, uint[] groups, Period period, CancellationToken cancellationToken)
    {
        for (int call = 0; groups.Length > 0 && call < MaxFixCalls; call++)
        {
            IReadOnlyList<ushort> next = await api.CallManyAsync(
                [.. groups.Select(Contracts.VolumeBook.NextPeriodOf)], BlockParameter.Latest, cancellationToken);
            groups = [.. groups.Where((_, i) => next[i] <= period.Value)];
            _ = await sender.SendManyAsync(
                [.. groups.Select(group => Contracts.FixVolumes(group, period, anew: false))], cancellationToken);
        }
    }

    private static bool IsIn(RegisteredAccount account, uint group) => GroupsOf(account).Contains(group);

    private static IEnumerable<uint> GroupsOf(RegisteredAccount account) =>
        new[] { account.Premises.ElectricityGroup, account.Premises.HeatGroup }.Where(group => group != 0);
}
