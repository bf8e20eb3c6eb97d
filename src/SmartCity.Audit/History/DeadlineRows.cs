using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>The dated rows of the law's deadlines, as they were set up to a point of the history.</summary>
internal sealed class DeadlineRows
{
    /// <summary>Source times may be this many seconds ahead of the block's.</summary>
    public const ulong ClockSlack = 300;

    private static readonly IncidentLogContract.DeadlineRules s_nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, [0, 0, 0], [0, 0, 0, 0]);

    private readonly List<IncidentLogContract.DeadlineRules> _rows = [];

    /// <summary>All rows in order.</summary>
    public IReadOnlyList<IncidentLogContract.DeadlineRules> All => _rows;

    /// <summary>Takes in a row; false if it changes what is or may be in force.</summary>
    public bool Add(IncidentLogContract.DeadlineRules rules, ulong now)
    {
        bool isFirst = _rows.Count == 0 && rules.ValidFrom == 0;
        bool isLater = _rows.Count != 0 && rules.ValidFrom > now + ClockSlack && rules.ValidFrom >= _rows[^1].ValidFrom;
        if (isLater && rules.ValidFrom == _rows[^1].ValidFrom)
        {
            _rows.RemoveAt(_rows.Count - 1);
        }
        _rows.Add(rules);
        return isFirst || isLater;
    }

    /// <summary>The row in force at a time, Unix seconds; where the data tell none, one that permits nothing.</summary>
    public IncidentLogContract.DeadlineRules At(ulong time) => _rows.LastOrDefault(row => row.ValidFrom <= time) ?? s_nothing;

    /// <summary>Hours at once that heating may be interrupted.</summary>
    public static byte HeatHoursOf(IncidentLogContract.DeadlineRules rules, int degrees)
    {
        int colder = rules.HeatDegrees.TakeWhile(limit => degrees < limit).Count();
        return rules.HeatHours[colder];
    }
}
