using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class RegisterTrackTest
{
    private const ulong Serial = 7;
    private static readonly RegisterLimits Limits = new(1_000_000, 10_000);

    /// <summary>Registers at the ends of hours 0, 1, 2…; -1 is no value. Intervals stated for hours 1, 2…; -1 is not known.</summary>
    [TestCase("100 150 150 400", "50 0 250", "", Description = "moves on, stands still (frozen values are fine), moves on")]
    [TestCase("100 -1 -1 400 500", "-1 -1 300 100", "Missing Returned", Description = "a gap: told of once; the first hour after it takes all")]
    [TestCase("-1 100 130", "-1 30", "Missing", Description = "the first value is where intervals begin")]
    [TestCase("100 999990 120", "-1 20", "Implausible Returned", Description = "one bad reading: nothing is lost")]
    [TestCase("500 3 600", "-1 100", "Implausible Returned", Description = "one bad low reading: nothing is lost")]
    [TestCase("500 3 9 10", "-1 6 1", "Implausible Reset", Description = "a reset: intervals go on from the new base, never negative")]
    [TestCase("500 3 -1 9 10", "-1 -1 6 1", "Implausible Missing Reset", Description = "a reset and a gap")]
    [TestCase("500 700000 700010 700020", "-1 10 10", "Implausible Jumped", Description = "a jump that stays")]
    [TestCase("999900 20 30", "120 10", "Rollover", Description = "the register passes its last digit")]
    [TestCase("100 1000000 130", "-1 30", "Implausible Returned", Description = "more digits than the meter has")]
    [TestCase("100 10100 20200", "10000 -1", "Implausible", Description = "at the rated maximum, and above")]
    public void Take_Sequence_StatesIntervalsAndEvents(string registers, string expected, string events)
    {
        (List<long> intervals, List<MeterEventKind> found) = Run(registers, _ => Serial);

        Assert.That((string.Join(' ', intervals.Skip(1)), string.Join(' ', found)), Is.EqualTo((expected, events)));
    }

    [Test]
    public void Take_OtherSerialNumber_GoesOnFromTheNewMeter()
    {
        (List<long> intervals, List<MeterEventKind> found) = Run("500 520 700 730", i => i < 2 ? Serial : 8);

        Assert.That((string.Join(' ', intervals.Skip(1)), string.Join(' ', found)), Is.EqualTo(("20 -1 30", "Replaced")));
    }

    [Test]
    public void Take_AfterGap_SaysSinceWhen()
    {
        RegisterTrack track = RegisterTrack.Empty;
        (_, track) = track.Take(CityLayouts.Hour(0), Sample(0, 100), Limits);
        (_, track) = track.Take(CityLayouts.Hour(1), null, Limits);
        (RegisterStep step, _) = track.Take(CityLayouts.Hour(2), Sample(2, 160), Limits);

        Assert.That((step.Interval, step.Since), Is.EqualTo(((Quantity?)new Quantity(60), CityLayouts.Hour(0).End)));
    }

    private static (List<long> Intervals, List<MeterEventKind> Events) Run(string registers, Func<int, ulong> serial)
    {
        RegisterTrack track = RegisterTrack.Empty;
        List<long> intervals = [];
        List<MeterEventKind> events = [];
        foreach ((int i, long register) in registers.Split(' ').Select(long.Parse).Index())
        {
            RegisterSample? sample = register < 0 ? null : Sample(i, (ulong)register) with { SerialNumber = serial(i) };
            (RegisterStep step, track) = track.Take(CityLayouts.Hour(i), sample, Limits);
            intervals.Add(step.Interval is { } interval ? (long)interval.Value : -1);
            if (step.Event is { } kind)
            {
                events.Add(kind);
            }
        }
        return (intervals, events);
    }

    private static RegisterSample Sample(int hour, ulong register) => new(Serial, new(register), CityLayouts.Hour(hour).End);
}
