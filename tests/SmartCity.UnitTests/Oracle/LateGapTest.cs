using CsCheck;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class LateGapTest
{
    private static readonly ChannelLayout Channel = CityLayouts.Layout.Channels.Single(channel => channel.SourceObject == "m1_1");

    /// <summary>The register showed 1000 Wh before hour 0 and was silent since. What came late, by hour: a register, "i" an imported interval, "-" nothing.</summary>
    [TestCase("1100 1250 1300", "0:100 1:150 2:50", 1_300ul, 3)]
    [TestCase("1100 - -", "0:100", 1_100ul, 1, Description = "the rest stays open")]
    [TestCase("- 1300 1350", "0:150,150 2:50", 1_350ul, 3, Description = "what is known over two hours is shared alike")]
    [TestCase("- - -", "", 1_000ul, 0)]
    [TestCase("i40 i60 -", "0:40 1:60", 1_100ul, 2, Description = "imported intervals from the gap's beginning")]
    [TestCase("- i60 -", "", 1_000ul, 0, Description = "an interval in the midst of it waits")]
    [TestCase("1100 i60 1200", "0:100 1:60 2:40", 1_200ul, 3, Description = "register and interval together")]
    [TestCase("900 1100 1200", "0:50,50 2:100", 1_200ul, 3, Description = "a value that cannot be is not believed late either")]
    [TestCase("900 950 -", "", 1_000ul, 0, Description = "nor a reset: that is for the closing of hours to find")]
    public void Replay_LateValues_FillsWhatIsKnown(string late, string expected, ulong register, int filledTo)
    {
        ChannelState state = Silent(3);
        (IReadOnlyList<LateHours> known, ChannelState next) = LateGap.Replay(Channel, state, CityLayouts.Hour(3), Late(late));

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(
            string.Join(' ', known.Select(hours => $"{hours.FirstHour.Value - CityLayouts.Hour(0).Value}:{string.Join(',', hours.Intervals)}")), Is.EqualTo(expected));
        Assert.That((next.Track.Base!.Value.Register.Value, next.Track.Base.Value.Time), Is.EqualTo((register, CityLayouts.Hour(filledTo).Start)));
        Assert.That(next.Track.IsSilent, Is.True, "a silent meter is told of once");
    }

    [Test]
    public void OpenFrom_NoGapOrHeatOrADoubtfulRegister_IsNone()
    {
        ChannelState state = Silent(2);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(LateGap.OpenFrom(state, CityLayouts.Hour(2)), Is.EqualTo(CityLayouts.Hour(0)));
        Assert.That(LateGap.OpenFrom(state, CityLayouts.Hour(0)), Is.Null, "no hour is stated since");
        Assert.That(LateGap.OpenFrom(state with { Heat = HeatState.Empty }, CityLayouts.Hour(2)), Is.Null);
        Assert.That(LateGap.OpenFrom(state with { Track = state.Track with { Suspect = state.Track.Base } }, CityLayouts.Hour(2)), Is.Null);
        Assert.That(LateGap.OpenFrom(ChannelState.Electricity, CityLayouts.Hour(2)), Is.Null);
    }

    /// <summary>The register showed 1000 Wh before hour 0 and was silent since, 4 hours are stated. What corrections filled in that the journal lost.</summary>
    [TestCase(0, new[] { 100, 50 }, 1_150ul, 2)]
    [TestCase(-2, new[] { 7, 7, 100 }, 1_100ul, 1, Description = "hours before the gap are not of it")]
    [TestCase(2, new[] { 30, 40, 50, 60 }, 1_070ul, 4, Description = "nor those that are not stated")]
    [TestCase(7, new[] { 30 }, 1_000ul, 0)]
    public void Behind_FilledOnTheChain_GoesOnFromThere(int first, int[] intervals, ulong register, int filledTo)
    {
        Hour from = new((uint)(CityLayouts.Hour(0).Value + first));
        ChannelState next = LateGap.Behind(Channel, Silent(4), CityLayouts.Hour(0), CityLayouts.Hour(4), [(from, intervals)]);

        Assert.That((next.Track.Base!.Value.Register.Value, next.Track.Base.Value.Time), Is.EqualTo((register, CityLayouts.Hour(filledTo).Start)));
    }

    /// <summary>Whatever of a gap comes late and when, what is filled and what closes it add up to what the register moved by.</summary>
    [Test]
    public void Replay_AnyPatternOfLateRegisters_ConservesEnergy() =>
        Gen.Select(Gen.Int[0, 9_000].Array[1, 40], Gen.Bool.Array[40, 40], Gen.Bool.Array[40, 40]).Sample((consumed, first, second) =>
        {
            ChannelState state = Silent(consumed.Length);
            Hour end = CityLayouts.Hour(consumed.Length);
            ulong sum = 0;
            foreach (bool[] came in new[] { first, second })
            {
                (IReadOnlyList<LateHours> known, state) = LateGap.Replay(
                    Channel, state, end, Late(string.Join(' ', consumed.Select((_, i) => came[i] ? $"{1_000 + consumed.Take(i + 1).Sum()}" : "-"))));
                sum += known.SelectMany(hours => hours.Intervals).Aggregate(0ul, (all, interval) => all + interval);
            }
            return sum == state.Track.Base!.Value.Register.Value - 1_000
                && (!first[consumed.Length - 1] || state.Track.Base.Value.Time == end.Start);
        }, iter: 2_000);

    private static ChannelState Silent(int hours)
    {
        RegisterTrack track = RegisterTrack.Empty with { Base = new(2, new(1_000), CityLayouts.Hour(0).Start) };
        for (int i = 0; i < hours; i++)
        {
            (_, track) = track.Take(CityLayouts.Hour(i), null, Channel.Limits);
        }
        return ChannelState.Electricity with { Track = track };
    }

    private static Dictionary<Hour, Dictionary<SignalKey, HourInput>> Late(string late) => late.Split(' ').Index()
        .Where(pair => pair.Item != "-")
        .ToDictionary(
            pair => CityLayouts.Hour(pair.Index),
            pair => new Dictionary<SignalKey, HourInput>
            {
                [pair.Item[0] == 'i' ? Channel.ImportKey : Channel.RegisterKey] =
                    new(decimal.Parse(pair.Item.TrimStart('i'), System.Globalization.CultureInfo.InvariantCulture) / 1_000m, default, InputOrigin.History, default),
            });
}
