namespace SmartCity.Audit;

/// <summary>Collects what a rule looked at and what it found wrong.</summary>
public sealed class Findings
{
    /// <summary>How many findings of a rule are kept; all are counted.</summary>
    public const int MaxKept = 50;

    private readonly List<string> _kept = [];

    /// <summary>Things compared.</summary>
    public long Checked { get; private set; }

    /// <summary>Things found wrong.</summary>
    public long Wrong { get; private set; }

    /// <summary>The first findings, each saying where.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>Compares two values, one computed and one found.</summary>
    public void Equal<T>(T found, T expected, Func<string> where) => That(
        EqualityComparer<T>.Default.Equals(found, expected), () => $"{where()}: found {found}, computed {expected}");

    /// <summary>Demands that something holds.</summary>
    public void That(bool holds, Func<string> what)
    {
        Checked++;
        if (!holds)
        {
            Add(what());
        }
    }

    /// <summary>Counts things that were compared elsewhere and held.</summary>
    public void Held(long count) => Checked += count;

    private void Add(string what)
    {
        Wrong++;
        if (_kept.Count < MaxKept)
        {
            _kept.Add(what);
        }
    }
}
