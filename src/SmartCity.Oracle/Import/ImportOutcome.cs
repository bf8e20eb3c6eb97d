using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>What became of a file's values. Each is counted in one of these but <see cref="Withheld"/>, which counts among them.</summary>
/// <param name="New">Hours that nothing was imported for; closing them uses the value.</param>
/// <param name="Replaced">Hours not stated yet, whose value an older message had given otherwise.</param>
/// <param name="Unchanged">Hours that had this value.</param>
/// <param name="Superseded">Hours for which a message made later has another value.</param>
/// <param name="AsStated">Hours that were stated as the message says, or that it does not vouch for.</param>
/// <param name="Candidates">Hours that were stated with another value: candidates for a correction.</param>
/// <param name="BeforeFirstHour">Hours before the city's first.</param>
/// <param name="Withheld">Values that are not billed: not commercial, or more than the meter counts.</param>
public sealed record ImportCounts(
    int New, int Replaced, int Unchanged, int Superseded, int AsStated, int Candidates, int BeforeFirstHour, int Withheld)
{
    /// <summary>Nothing.</summary>
    public static ImportCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>The counts in words, a line each; none for what there is none of.</summary>
    public IReadOnlyList<string> Lines => [.. new[]
    {
        (New, "hours taken that were not known"),
        (Replaced, "hours replaced that were not stated yet"),
        (Unchanged, "hours known with the same value"),
        (Superseded, "hours for which a message made later counts"),
        (AsStated, "hours stated already, nothing to be changed"),
        (Candidates, "hours stated already with another value: candidates for a correction"),
        (BeforeFirstHour, "hours before the city's first, not taken"),
        (Withheld, "values kept but not billed"),
    }.Where(line => line.Item1 > 0).Select(line => $"{line.Item1} {line.Item2}")];
}

/// <summary>An hour that was stated with another value than was imported for it.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Group">Group of the plan.</param>
/// <param name="Channel">Channel in the group.</param>
/// <param name="Stated">What was stated: signed once, for ever.</param>
/// <param name="Counts">What counts now, corrections included, Wh.</param>
/// <param name="Imported">What the message that counts says.</param>
/// <param name="CameTooLate">Did it come more than 72 hours after the hour was stated? Then it is kept and changes nothing.</param>
public sealed record CorrectionCandidate(Hour Hour, uint Group, int Channel, Reading Stated, long Counts, WattHours Imported, bool CameTooLate)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"Group {Group}, channel {Channel}, {Hour}: stated {Stated.Interval.Value} Wh ({Stated.Quality}), imported {Imported.Value} Wh"
        + (CameTooLate ? ", more than 72 h after it was stated." : ".");
}

/// <summary>What became of a file.</summary>
/// <param name="FileName">Its name, without folders.</param>
/// <param name="Acceptance">The answer.</param>
/// <param name="Counts">What became of its values.</param>
/// <param name="Receipt">The answer with all findings.</param>
public sealed record ImportOutcome(string FileName, AcceptanceCode Acceptance, ImportCounts Counts, Receipt60091 Receipt)
{
    /// <summary>Were its values taken?</summary>
    public bool IsAccepted => Acceptance <= AcceptanceCode.AcceptedPartly;
}
