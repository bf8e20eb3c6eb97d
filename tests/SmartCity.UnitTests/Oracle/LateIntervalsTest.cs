using CsCheck;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class LateIntervalsTest
{
    /// <summary>
    /// Hours as counted: m measured, x missing, i interpolated, each with Wh; "+n" what corrections added; "g" for a share of the gap. Imported
    /// by hour, "-" for none. Expected: differences by hour, "!" where the hour was missing until then; w waits, u is not used.
    /// </summary>
    [TestCase("m500 m500", "500 480", "1:-20", Description = "the interval takes the place of the register's difference")]
    [TestCase("m500+-20", "480", "", Description = "it was corrected before")]
    [TestCase("m500+-20", "470", "0:-10", Description = "a message that replaces another")]
    [TestCase("x0 x0 m500", "300 - 500", "0:+300!", Description = "missing and nobody's gap: filled by the interval alone")]
    [TestCase("x0", "0", "0:+0!", Description = "nothing was used, and that is known")]
    [TestCase("x0+300f", "310", "0:+10", Description = "filled before, not missing any more")]
    [TestCase("m100 x0 x0", "- 10 20", "1w 2w", 1, Description = "the gap that is open")]
    [TestCase("x0 m100 x0", "10 - 20", "0:+10! 2w", 2, Description = "missing before the gap that is open")]
    [TestCase("x0+250g x0+250g i250", "300 200 -", "0:+50 1:-50", Description = "the register says 750 in all, the file says when")]
    [TestCase("x0+250g x0+250g i250", "300 - -", "0:+50 1:-25 2:-25", Description = "the others share the rest")]
    [TestCase("x0+250g x0+250g i250", "600 600 300", "0:+50 1:+50 2:-100", Description = "more than the register: in proportion")]
    [TestCase("x0+250g x0+250g i250", "800 - -", "0:+500 1:-250 2:-250", Description = "one hour alone more than all: all is its")]
    [TestCase("x0+250g x0+250g i250", "0 0 0", "", Description = "nothing to go by")]
    [TestCase("x0+250g x0+251g i251 m10", "- - - 12", "3:+2", Description = "a gap without intervals stays")]
    [TestCase("x0+1g x0+1g i1 x0+5h i5", "3 0 0 7 3", "0:+2 1:-1 2:-1 3:+2 4:-2", Description = "two gaps, each its own")]
    [TestCase("i500", "400", "0u", Description = "an hour that carries energy of hours before it")]
    public void Decide_StatedHours_ChangesWhatCounts(string counted, string imported, string expected, int openFrom = -1)
    {
        CountedHour[] hours = [.. counted.Split(' ').Select(Parse)];
        LateDecision decision = LateIntervals.Decide(hours, Imported(imported), openFrom < 0 ? null : CityLayouts.Hour(openFrom));

        Assert.That(Described(decision), Is.EqualTo(expected));
    }

    /// <summary>However a gap is divided anew, it counts for what the register moved by, and no hour for less than nothing.</summary>
    [Test]
    public void Decide_AnyGap_KeepsItsTotal() =>
        Gen.Select(Gen.Int[0, 5_000].Array[2, 30], Gen.Int[-1, 5_000].Array[30, 30]).Sample((shares, imports) =>
        {
            CountedHour[] hours = [.. shares.Select((share, i) => i == shares.Length - 1
                ? new CountedHour(CityLayouts.Hour(i), new(new((ulong)share), Quality.Interpolated), 0, false, null)
                : new CountedHour(CityLayouts.Hour(i), Reading.Missing, share, true, "g"))];
            Dictionary<Hour, ulong> imported = Imported(string.Join(' ', imports.Take(shares.Length).Select(interval => interval < 0 ? "-" : $"{interval}")));
            LateDecision decision = LateIntervals.Decide(hours, imported, null);
            Dictionary<Hour, int> differences = decision.Changes.ToDictionary(change => change.Hour, change => change.Difference);
            return decision.Changes.Sum(change => (long)change.Difference) == 0
                && decision.Changes.All(change => !change.Fills)
                && hours.All(hour => hour.Counts + differences.GetValueOrDefault(hour.Hour) >= 0);
        }, iter: 3_000);

    private static CountedHour Parse(string text, int index)
    {
        string? gap = text[^1] is 'g' or 'h' ? text[^1..] : null;
        bool isFilled = text[^1] is 'g' or 'h' or 'f';
        string[] figures = text[1..].TrimEnd('g', 'h', 'f').Split('+');
        Quality quality = text[0] switch { 'm' => Quality.Measured, 'i' => Quality.Interpolated, _ => Quality.Missing };
        return new(
            CityLayouts.Hour(index), new(new(ulong.Parse(figures[0], System.Globalization.CultureInfo.InvariantCulture)), quality),
            figures.Length > 1 ? long.Parse(figures[1], System.Globalization.CultureInfo.InvariantCulture) : 0, isFilled, gap);
    }

    private static Dictionary<Hour, ulong> Imported(string intervals) => intervals.Split(' ').Index()
        .Where(pair => pair.Item != "-")
        .ToDictionary(pair => CityLayouts.Hour(pair.Index), pair => ulong.Parse(pair.Item, System.Globalization.CultureInfo.InvariantCulture));

    private static string Described(LateDecision decision) => string.Join(' ', decision.Changes
        .Select(change => $"{Index(change.Hour)}:{change.Difference:+0;-0;+0}{(change.Fills ? "!" : "")}")
        .Concat(decision.Waiting.Select(hour => $"{Index(hour)}w"))
        .Concat(decision.Unused.Select(hour => $"{Index(hour)}u")));

    private static uint Index(Hour hour) => hour.Value - CityLayouts.Hour(0).Value;
}
