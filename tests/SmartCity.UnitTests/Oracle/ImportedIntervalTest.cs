using CsCheck;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

public sealed class ImportedIntervalTest
{
    private static readonly SegmentLayout Electricity = CityLayouts.Layout.Segments[0];
    private static readonly SignalKey Register = CityLayouts.Key("m1_1.a");
    private static readonly SignalKey Import = new("m1_1", "a.80020");

    [Test]
    public void Close_ImportAndRegister_StatesTheImportAndGoesOnFromTheRegister()
    {
        HourCloser closer = Begun(1_000);

        Reading imported = Close(closer, 0, register: 1_500, import: 480);
        Reading after = Close(closer, 1, register: 1_700, import: null);

        Assert.That(imported, Is.EqualTo(new Reading(new(480), Quality.Measured)));
        Assert.That(after, Is.EqualTo(new Reading(new(200), Quality.Measured)));
    }

    [Test]
    public void Close_ImportAloneFromTheFirst_IsMeasuredAndNotSilent()
    {
        HourCloser closer = new(CityLayouts.Layout, []);
        closer.Begin(Electricity, Inputs(null, null));
        List<MeterEvent> events = [];

        Reading[] readings = [Close(closer, 0, null, 300, events), Close(closer, 1, null, 0, events)];

        Assert.That(readings, Is.EqualTo(new Reading[] { new(new(300), Quality.Measured), new(new(0), Quality.Measured) }));
        Assert.That(events.Where(found => found.Signal == Register), Is.Empty);
    }

    [Test]
    public void Close_ImportEndsWhileTheRegisterIsSilent_IsTold()
    {
        HourCloser closer = Begun(1_000);
        List<MeterEvent> events = [];
        Close(closer, 0, null, 300, events);

        Close(closer, 1, null, null, events);

        Assert.That(events.Where(found => found.Signal == Register).Select(found => found.Kind), Is.EqualTo([MeterEventKind.Missing]));
    }

    /// <summary>The register was silent in hours 0 and 1, and the file has hour 1 alone: both are filled when the register is back.</summary>
    [Test]
    public void Close_ImportInAnOpenGap_IsFilledWithTheGap()
    {
        HourCloser closer = Begun(1_000);
        Close(closer, 0, null, null);
        Close(closer, 1, null, 300);

        ClosedHour closed = closer.Close(Electricity, CityLayouts.Hour(2), Inputs(1_900, null), []);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(closed.Groups[0][3], Is.EqualTo(new Reading(new(300), Quality.Interpolated)));
        Assert.That(closed.Fills.Single(fill => fill.Channel == 3).Intervals, Is.EqualTo(new ulong[] { 300, 300 }));
    }

    /// <summary>Whatever registers and files are missing, and where files say what the register would: the stated intervals and what
    /// gaps are filled with add up to the last register known less the first.</summary>
    [Test]
    public void Close_AnyPatternOfRegistersAndImports_ConservesEnergy() =>
        Gen.Select(Gen.ULong[0, 9_000].Array[2, 60], Gen.Int[0, 3].Array[60, 60]).Sample((consumed, known) =>
        {
            HourCloser closer = Begun(1_000_000);
            ulong register = 1_000_000;
            ulong stated = 0;
            for (int i = 0; i <= consumed.Length; i++)
            {
                bool isLast = i == consumed.Length;
                ulong interval = isLast ? 7 : consumed[i];
                register += interval;
                bool hasRegister = isLast || known[i] is 1 or 3;
                ClosedHour closed = closer.Close(
                    Electricity, CityLayouts.Hour(i), Inputs(hasRegister ? register : null, !isLast && known[i] >= 2 ? interval : null), []);
                stated += closed.Groups[0][3].Interval.Value;
                stated += closed.Fills.Where(fill => fill.Channel == 3)
                    .Aggregate(0ul, (sum, fill) => fill.Intervals.Aggregate(sum, (all, filled) => all + filled));
            }
            return stated == register - 1_000_000;
        }, iter: 3_000);

    private static HourCloser Begun(ulong register)
    {
        HourCloser closer = new(CityLayouts.Layout, []);
        closer.Begin(Electricity, Inputs(register, null));
        return closer;
    }

    private static Reading Close(HourCloser closer, int hour, ulong? register, ulong? import, List<MeterEvent>? events = null) =>
        closer.Close(Electricity, CityLayouts.Hour(hour), Inputs(register, import), events ?? []).Groups[0][3];

    private static Dictionary<SignalKey, HourInput> Inputs(ulong? register, ulong? import)
    {
        Dictionary<SignalKey, HourInput> inputs = [];
        if (register is { } shown)
        {
            inputs[Register] = new(shown / 1_000m, default, InputOrigin.Polled, default);
        }
        if (import is { } interval)
        {
            inputs[Import] = new(interval / 1_000m, default, InputOrigin.Import, default);
        }
        return inputs;
    }
}
