using CsCheck;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class HourCloserTest
{
    private static readonly SegmentLayout Electricity = CityLayouts.Layout.Segments[0];
    private static readonly SegmentLayout Heat = CityLayouts.Layout.Segments[1];
    private static readonly string[] Registers = ["m3_1.a0", "m3_1.a1", "m3_1.a2", "m1_1.a", "m1_2.a", "m1_3.a"];

    [Test]
    public void Close_WholeHour_StatesDifferencesInPayloadOrder()
    {
        HourCloser closer = Begun(Inputs("m3_1.a0=10 m3_1.a1=20 m3_1.a2=30 m1_1.a=1 m1_2.a=2 m1_3.a=3"));

        ClosedHour closed = closer.Close(
            Electricity, CityLayouts.Hour(0), Inputs("m3_1.a0=10.501 m3_1.a1=20.3 m3_1.a2=30.2 m1_1.a=1.50 m1_2.a=2.3 m1_3.a=3.2"), []);

        Assert.That(closed.Groups[0].Select(reading => reading.Interval.Value), Is.EqualTo(new ulong[] { 501, 300, 200, 500, 300, 200 }));
        Assert.That(closed.Count(Quality.Measured), Is.EqualTo(6));
        Assert.That(closed.Imbalances, Is.Zero);
        Assert.That(closed.Payload(), Is.EqualTo(HourPayload.Encode(closed.Groups)));
    }

    [Test]
    public void Close_FlatReadsLess_FindsTheImbalanceAndKeepsTheHour()
    {
        HourCloser closer = Begun(Inputs("m3_1.a0=10 m3_1.a1=20 m3_1.a2=30 m1_1.a=1 m1_2.a=2 m1_3.a=3"));
        List<MeterEvent> events = [];

        ClosedHour closed = closer.Close(
            Electricity, CityLayouts.Hour(0), Inputs("m3_1.a0=11 m3_1.a1=21 m3_1.a2=31 m1_1.a=2 m1_2.a=2.4 m1_3.a=4"), events);

        Assert.That(closed.Imbalances, Is.EqualTo(1));
        Assert.That(events.Select(found => (found.Kind, found.Signal.ToString())), Is.EqualTo([(MeterEventKind.Imbalance, "m3_1.a1")]));
        Assert.That(closed.Groups[0][4], Is.EqualTo(new Reading(new(400), Quality.Measured)));
    }

    [Test]
    public void Close_OneDeadMeter_StopsNoOther()
    {
        HourCloser closer = Begun(Inputs("m3_1.a0=10 m3_1.a1=20 m3_1.a2=30 m1_1.a=1 m1_2.a=2 m1_3.a=3"));

        ClosedHour closed = closer.Close(
            Electricity, CityLayouts.Hour(0), Inputs("m3_1.a0=11 m3_1.a1=21 m3_1.a2=31 m1_1.a=2 m1_3.a=4"), []);

        Assert.That(closed.Groups[0].Select(reading => reading.Quality), Is.EqualTo(
            [Quality.Measured, Quality.Measured, Quality.Measured, Quality.Measured, Quality.Missing, Quality.Measured]));
    }

    /// <summary>Hours of a gap stay missing; the first hour after it takes its own share, and the rest is known to be theirs.</summary>
    [Test]
    public void Close_RegisterBackAfterAGap_TakesItsOwnShareAndFillsTheHoursBefore()
    {
        HourCloser closer = Begun(Inputs("m1_1.a=0"));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(closer.Close(Electricity, CityLayouts.Hour(i), Inputs(""), []).Groups[0][3], Is.EqualTo(Reading.Missing));
        }

        ClosedHour back = closer.Close(Electricity, CityLayouts.Hour(3), Inputs("m1_1.a=1.003"), []);
        ClosedHour after = closer.Close(Electricity, CityLayouts.Hour(4), Inputs("m1_1.a=1.203"), []);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(back.Groups[0][3], Is.EqualTo(new Reading(new(251), Quality.Interpolated)));
        Assert.That(back.Fills.Select(fill => (fill.Group, fill.Channel, fill.FirstHour)), Is.EqualTo([(1u, 3, CityLayouts.Hour(0))]));
        Assert.That(back.Fills[0].Intervals, Is.EqualTo(new ulong[] { 250, 251, 251 }), "by running total: they add up to what the register rose by");
        Assert.That(after.Groups[0][3], Is.EqualTo(new Reading(new(200), Quality.Measured)));
        Assert.That(after.Fills, Is.Empty);
    }

    [Test]
    public void Close_GapBeforeTheFirstRegister_IsNobodysToFill()
    {
        HourCloser closer = Begun(Inputs(""));
        closer.Close(Electricity, CityLayouts.Hour(0), Inputs(""), []);
        ClosedHour first = closer.Close(Electricity, CityLayouts.Hour(1), Inputs("m1_1.a=5"), []);
        ClosedHour second = closer.Close(Electricity, CityLayouts.Hour(2), Inputs("m1_1.a=5.1"), []);

        Assert.That(first.Groups[0][3], Is.EqualTo(Reading.Missing));
        Assert.That((second.Groups[0][3], second.Fills.Count), Is.EqualTo((new Reading(new(100), Quality.Measured), 0)));
    }

    /// <summary>A source is asked again for what an hour began with when it did not answer what was asked next, and may tell less then.</summary>
    [Test]
    public void Begin_AskedAgain_KeepsWhatWasKnownAndTakesTheRest()
    {
        HourCloser closer = Begun(Inputs("m1_1.a=5"));
        closer.Begin(Electricity, Inputs("m1_2.a=7"));

        ClosedHour closed = closer.Close(Electricity, CityLayouts.Hour(0), Inputs("m1_1.a=5.1 m1_2.a=7.2"), []);

        Assert.That(
            closed.Groups[0].Skip(3).Take(2), Is.EqualTo([new Reading(new(100), Quality.Measured), new Reading(new(200), Quality.Measured)]));
    }

    /// <summary>The worked example of DOMAIN 3.2: 10 m³ from 95 °C to 70 °C are 0.241500 Gcal.</summary>
    [Test]
    public void Close_Heat_ComputesByIf97()
    {
        HourCloser closer = Begun(Inputs("itp_1.flow=1234.567"));

        Reading reading = closer.Close(
            Heat, CityLayouts.Hour(0), Inputs("itp_1.flow=1244.567 itp_1.t1=95 itp_1.t2=70 itp_1.p1=5.98675 itp_1.p2=3.98675"), []).Groups[0][0];

        Assert.That(reading.Quality, Is.EqualTo(Quality.Measured));
        Assert.That(reading.Interval.Value, Is.EqualTo(241_500).Within(1));
    }

    /// <summary>Water that passed while temperatures were not known is not forgotten: its heat is shared by its hours when they are known.</summary>
    [Test]
    public void Close_HeatWithoutTemperatures_IsMadeUpAfterwards()
    {
        HourCloser closer = Begun(Inputs("itp_1.flow=100"));
        Reading blind = closer.Close(Heat, CityLayouts.Hour(0), Inputs("itp_1.flow=105 itp_1.t1=95"), []).Groups[0][0];
        ClosedHour seen = closer.Close(
            Heat, CityLayouts.Hour(1), Inputs("itp_1.flow=110 itp_1.t1=95 itp_1.t2=70 itp_1.p1=5.98675 itp_1.p2=3.98675"), []);

        Assert.That(blind, Is.EqualTo(Reading.Missing));
        Assert.That(seen.Groups[0][0].Quality, Is.EqualTo(Quality.Interpolated));
        Assert.That(seen.Fills.Single().FirstHour, Is.EqualTo(CityLayouts.Hour(0)));
        Assert.That(Stated(seen, 0), Is.EqualTo(241_500).Within(1));
        Assert.That(seen.Groups[0][0].Interval.Value, Is.EqualTo(241_500 / 2).Within(1), "half of it is the hour's own");
    }

    /// <summary>Energy is conserved: whatever samples are missing, hours and what fills gaps add up to last register minus first.</summary>
    [Test]
    public void Close_AnyPatternOfMissingSamples_ConservesEnergy() =>
        Gen.Select(Gen.Int[0, 9_000].Array[2, 60], Gen.Bool.Array[60, 60], Gen.Int[0, 5]).Sample((consumed, isMissing, channel) =>
        {
            string key = Registers[channel];
            HourCloser closer = Begun(Inputs($"{key}=1000"));
            ulong register = 1_000_000;
            ulong lastKnown = register;
            ulong stated = 0;
            for (int i = 0; i < consumed.Length; i++)
            {
                register += (ulong)consumed[i];
                bool isKnown = !isMissing[i];
                lastKnown = isKnown ? register : lastKnown;
                ClosedHour closed = closer.Close(Electricity, CityLayouts.Hour(i), Inputs(isKnown ? $"{key}={register / 1000m}" : ""), []);
                Reading reading = closed.Groups[0][channel];
                stated += Stated(closed, channel);
                if (reading.Quality == Quality.Missing == isKnown)
                {
                    return false;
                }
            }
            return stated == lastKnown - 1_000_000;
        }, iter: 2_000);

    /// <summary>The volume of heat channels is conserved the same way: with constant conditions heat is in proportion to the water.</summary>
    [Test]
    public void Close_AnyPatternOfMissingHeatInputs_ConservesHeat() =>
        Gen.Select(Gen.Int[0, 40].Array[2, 40], Gen.Int[0, 3].Array[40, 40]).Sample((cubicMetres, missing) =>
        {
            HourCloser closer = Begun(Inputs("itp_1.flow=50"));
            long flow = 50;
            ulong stated = 0;
            for (int i = 0; i <= cubicMetres.Length; i++)
            {
                // The last hour is complete, so that all is made up.
                int lacking = i == cubicMetres.Length ? 0 : missing[i];
                flow += i == cubicMetres.Length ? 1 : cubicMetres[i];
                string inputs = (lacking == 1 ? "" : $"itp_1.flow={flow} ") + (lacking == 2 ? "" : "itp_1.t1=90 ") + (lacking == 3 ? "" : "itp_1.t2=60");
                stated += Stated(closer.Close(Heat, CityLayouts.Hour(i), Inputs(inputs.Trim()), []), 0);
            }
            decimal expected = HeatEnergy.Closed(flow - 50, new(90, 60, null, null), FlowMeterPipe.Supply).Value;
            return Math.Abs(stated - expected) <= cubicMetres.Length + 1; // Half a kilocalorie of rounding an hour.
        }, iter: 500);

    /// <summary>
    /// Flat 1 stands still for 30 hours. "x": its phase lacks 300 Wh in the hour, "-": it balances, "m": the flat moves, "?": no value. Told
    /// of at the hour given, once.
    /// </summary>
    [TestCase("xxxxxx------------------------", 23, Description = "still for a day, and six hours of it say so")]
    [TestCase("------------------------xxxxxx", 29)]
    [TestCase("xxxxx-------------------------", -1, Description = "five hours are not enough: nobody is at home")]
    [TestCase("xxxxxxxxxxxxxxxxxxxxxxxmxxxxxx", -1, Description = "it moved")]
    [TestCase("xxxxxx??????-------------------", 30, Description = "hours without a value, and the one that closes the gap, neither count nor end it")]
    public void Close_RegisterStandsStill_IsFrozenWhenItsPhaseSaysSo(string hours, int told)
    {
        HourCloser closer = Begun(Inputs("m3_1.a0=0 m3_1.a1=0 m3_1.a2=0 m1_1.a=0 m1_2.a=0 m1_3.a=0"));
        List<MeterEvent> events = [];
        decimal parent = 0;
        decimal flat = 0;
        List<Reading> readings = [];
        for (int i = 0; i < hours.Length; i++)
        {
            parent += hours[i] is 'x' or 'm' ? 0.3m : 0;
            flat += hours[i] == 'm' ? 0.3m : 0;
            string register = hours[i] == '?' ? "" : FormattableString.Invariant($"m1_1.a={flat}");
            readings.Add(closer.Close(
                Electricity, CityLayouts.Hour(i), Inputs(FormattableString.Invariant($"m3_1.a0={parent} m3_1.a1=0 m3_1.a2=0 {register} m1_2.a=0 m1_3.a=0")), events).Groups[0][3]);
        }

        IEnumerable<(string, Hour)> frozen = events.Where(found => found.Kind == MeterEventKind.Frozen).Select(found => (found.Signal.ToString(), found.Hour));
        Assert.That(frozen, Is.EqualTo(told < 0 ? Array.Empty<(string, Hour)>() : [("m1_1.a", CityLayouts.Hour(told))]));
        Assert.That(readings.Where(reading => reading.Quality == Quality.Measured).Select(reading => reading.Interval.Value), Is.All.AnyOf(0ul, 300ul),
            "what it showed is stated as it is");
    }

    [Test]
    public void Close_ParentStandsStillWhileFlatsUseEnergy_IsFrozen()
    {
        HourCloser closer = Begun(Inputs("m3_1.a0=5 m3_1.a1=0 m3_1.a2=0 m1_1.a=0 m1_2.a=0 m1_3.a=0"));
        List<MeterEvent> events = [];
        for (int i = 1; i <= 24; i++)
        {
            closer.Close(Electricity, CityLayouts.Hour(i - 1), Inputs($"m3_1.a0=5 m3_1.a1=0 m3_1.a2=0 m1_1.a={i} m1_2.a=0 m1_3.a=0"), events);
        }

        Assert.That(events.Where(found => found.Kind == MeterEventKind.Frozen).Select(found => found.Signal.ToString()), Is.EqualTo(["m3_1.a0"]));
    }

    /// <summary>A meter's own energy register goes before what we compute of water and temperatures.</summary>
    [Test]
    public void Close_HeatMeterWithAnEnergyRegister_StatesItsDifferences()
    {
        HourCloser closer = Begun(Inputs("itp_1.q=812.345678 itp_1.flow=100"));

        Reading first = closer.Close(Heat, CityLayouts.Hour(0), Inputs("itp_1.q=812.587178 itp_1.flow=110 itp_1.t1=95 itp_1.t2=70"), []).Groups[0][0];
        Reading blind = closer.Close(Heat, CityLayouts.Hour(1), Inputs("itp_1.flow=120 itp_1.t1=95 itp_1.t2=70"), []).Groups[0][0];
        ClosedHour back = closer.Close(Heat, CityLayouts.Hour(2), Inputs("itp_1.q=812.787178"), []);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(first, Is.EqualTo(new Reading(new(241_500), Quality.Measured)));
        Assert.That(blind, Is.EqualTo(Reading.Missing), "no second opinion is mixed in");
        Assert.That(back.Groups[0][0], Is.EqualTo(new Reading(new(100_000), Quality.Interpolated)));
        Assert.That(back.Fills.Single().Intervals, Is.EqualTo(new ulong[] { 100_000 }));
    }

    [Test]
    public void Close_EnergyRegisterAppears_IsFollowedOnceAllWaterIsStated()
    {
        HourCloser closer = Begun(Inputs("itp_1.flow=100"));
        List<MeterEvent> events = [];
        ulong[] stated =
        [
            .. new[]
            {
                "itp_1.q=500 itp_1.flow=110 itp_1.t1=95", // The water waits for t2.
                "itp_1.q=500.2 itp_1.flow=120 itp_1.t1=95 itp_1.t2=70 itp_1.p1=5.98675 itp_1.p2=3.98675",
                "itp_1.q=500.3 itp_1.flow=130 itp_1.t1=95 itp_1.t2=70",
            }.Select((inputs, i) => Stated(closer.Close(Heat, CityLayouts.Hour(i), Inputs(inputs), events), 0)),
        ];

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(stated[0], Is.Zero);
        Assert.That(stated[1], Is.EqualTo(483_000).Within(1), "20 m³ by IAPWS-IF97");
        Assert.That(stated[2], Is.EqualTo(100_000), "by the register");
        Assert.That(events.Select(found => (found.Kind, found.Hour)), Is.EqualTo([(MeterEventKind.EnergyRegister, CityLayouts.Hour(1))]));
    }

    /// <summary>The totaliser is set back to 0 in hour 1 and goes on: no water is invented, and none after it is lost.</summary>
    [TestCase("110 3 8 14", "10 0 5 6", "Implausible Reset")]
    [TestCase("110 3 115 121", "10 0 5 6", "Implausible Returned", Description = "one bad reading: the gap's water is shared alike")]
    [TestCase("110 - 2 7 9", "10 0 0 5 2", "Missing Implausible Reset")]
    [TestCase("110 999999.999 110.5", "10 0 0.5", "Implausible Returned", Description = "a spike: more than the meter can count")]
    public void Close_FlowTotaliserFalls_InventsNoWater(string flows, string expected, string kinds)
    {
        HourCloser closer = Begun(Inputs("itp_1.flow=100"));
        List<MeterEvent> events = [];
        decimal[] cubicMetres = [.. flows.Split(' ').Select((flow, i) =>
        {
            ClosedHour closed = closer.Close(Heat, CityLayouts.Hour(i), Inputs($"{(flow == "-" ? "" : $"itp_1.flow={flow}")} itp_1.t1=90 itp_1.t2=60"), events);
            decimal heatOfOne = HeatEnergy.Closed(1_000, new(90, 60, null, null), FlowMeterPipe.Supply).Value / 1_000m;
            return Math.Round((closed.Groups[0][0].Interval.Value + closed.Fills.SelectMany(fill => fill.Intervals).Aggregate(0ul, (sum, kcal) => sum + kcal)) / heatOfOne, 2);
        })];

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(cubicMetres, Is.EqualTo(expected.Split(' ').Select(text => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture))));
        Assert.That(string.Join(' ', events.Select(found => found.Kind)), Is.EqualTo(kinds));
    }

    /// <summary>
    /// Any sequence of a register with gaps, bad readings, resets and turns through zero: what is stated and filled is what it moved by between
    /// readings that are believed, and never more than was used.
    /// </summary>
    [Test]
    public void Close_AnyLifeOfARegister_InventsNothing() =>
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[0, 9]).Array[2, 80].Sample(hours =>
        {
            const long Modulus = 1_000_000_000;
            // A fall near the last digit may be a turn through zero, which no reading tells from a reset.
            bool isClean = hours.All(hour => hour.Item2 is not (1 or 2));
            long register = isClean ? Modulus - 100_000 : 400_000_000;
            HourCloser closer = Begun(Inputs(FormattableString.Invariant($"m1_1.a={register / 1000m}")));
            ulong used = 0;
            ulong stated = 0;
            List<MeterEvent> events = [];
            for (int i = 0; i <= hours.Length; i++)
            {
                // The last hours are good, so that doubts are settled.
                (int consumed, int fate) = i < hours.Length ? hours[i] : (100, 9);
                used += (ulong)consumed;
                register = fate == 1 ? consumed : (register + consumed) % Modulus; // 1: set back to zero at the hour's start.
                string input = fate == 0 ? "" : FormattableString.Invariant($"m1_1.a={(fate == 2 ? Math.Min(register + 500_000_000, Modulus - 1) : register) / 1000m}");
                stated += Stated(closer.Close(Electricity, CityLayouts.Hour(i), Inputs(input), events), 3);
            }
            return stated <= used && (!isClean || stated == used);
        }, iter: 3_000);

    /// <summary>States written as JSON and read back close the same hours.</summary>
    [Test]
    public void States_ThroughJson_CloseTheSame()
    {
        HourCloser first = Begun(Inputs("m1_1.a=1 itp_1.flow=10"));
        first.Close(Electricity, CityLayouts.Hour(0), Inputs(""), []);
        first.Close(Heat, CityLayouts.Hour(0), Inputs("itp_1.flow=11 itp_1.t1=90"), []);
        HourCloser second = new(CityLayouts.Layout, first.States.ToDictionary(
            pair => pair.Key,
            pair => System.Text.Json.JsonSerializer.Deserialize<ChannelState>(System.Text.Json.JsonSerializer.Serialize(pair.Value))!));
        Dictionary<SignalKey, HourInput> inputs = Inputs("m1_1.a=1.5 itp_1.flow=12 itp_1.t1=90 itp_1.t2=60");

        foreach (SegmentLayout segment in CityLayouts.Layout.Segments)
        {
            Assert.That(
                second.Close(segment, CityLayouts.Hour(1), inputs, []).Payload(),
                Is.EqualTo(first.Close(segment, CityLayouts.Hour(1), inputs, []).Payload()));
        }
    }

    /// <summary>What an hour states of a channel, and what it fills of hours before.</summary>
    private static ulong Stated(ClosedHour closed, int channel) => closed.Groups[0][channel].Interval.Value
        + closed.Fills.Where(fill => fill.Channel == channel).SelectMany(fill => fill.Intervals).Aggregate(0ul, (sum, interval) => sum + interval);

    private static HourCloser Begun(Dictionary<SignalKey, HourInput> registers)
    {
        HourCloser closer = new(CityLayouts.Layout, []);
        foreach (SegmentLayout segment in CityLayouts.Layout.Segments)
        {
            closer.Begin(segment, registers);
        }
        return closer;
    }

    private static Dictionary<SignalKey, HourInput> Inputs(string values) => values
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('='))
        .ToDictionary(
            pair => CityLayouts.Key(pair[0]),
            pair => new HourInput(decimal.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture), default, InputOrigin.History, default));
}
