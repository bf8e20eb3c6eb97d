using SmartCity.Alphalogic;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class ClockWatchTest
{
    private static readonly DateTimeOffset Now = CityLayouts.Hour(5).Start;
    private static readonly SourceSignal Register = new(CityLayouts.Key("m1_1.a"), new(1), "", "kWh", false);

    /// <summary>The source's clock against ours by turns, seconds; the limit is a minute.</summary>
    [TestCase("0 59 -60", "")]
    [TestCase("61 3600 0", "ahead agrees", Description = "told once, and once when it is gone")]
    [TestCase("-61 -61 60", "behind agrees")]
    [TestCase("61 0 61", "ahead agrees ahead")]
    public void Look_ClockOfTheSource_IsToldOnce(string skews, string told)
    {
        ClockWatch watch = new(TimeSpan.FromMinutes(1));
        List<MeterEvent> events = [.. skews.Split(' ').SelectMany(skew =>
            watch.Look([], Now.AddSeconds(double.Parse(skew, System.Globalization.CultureInfo.InvariantCulture)), Now).Events)];

        Assert.That(events.Select(found => found.Kind), Is.All.EqualTo(MeterEventKind.ClockSkew));
        Assert.That(string.Join(' ', events.Select(found => new[] { "ahead", "behind", "agrees" }.Single(found.Detail.Contains))), Is.EqualTo(told));
    }

    [TestCase(60, SignalQuality.Good, 0)]
    [TestCase(61, SignalQuality.Uncertain, 1)]
    [TestCase(-86_400, SignalQuality.Good, 0, Description = "old values are judged by their age, not here")]
    public void Look_ValueFromTheFuture_IsKeptButNotGood(int secondsAhead, SignalQuality expected, int told)
    {
        ClockWatch watch = new(TimeSpan.FromMinutes(1));
        Sample sample = new(Register, new(new(1), SignalData.Of(12.5m), Now.AddSeconds(secondsAhead), SignalQuality.Good, null), Now);

        (IReadOnlyList<Sample> samples, IReadOnlyList<MeterEvent> events) = watch.Look([sample], Now, Now);
        (_, IReadOnlyList<MeterEvent> again) = watch.Look([sample], Now, Now);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((samples[0].Value.Quality, samples[0].Value.Data, samples[0].Value.SourceTime), Is.EqualTo((expected, sample.Value.Data, sample.Value.SourceTime)));
        Assert.That((events.Count, again.Count), Is.EqualTo((told, 0)));
    }
}
