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

    /// <summary>The register was silent in hour 0 and 1, and the file has hour 1 alone: what hour 0 used comes with the register.</summary>
    [Test]
    public void Close_GapBeforeAnImport_IsNotLost()
    {
        HourCloser closer = Begun(1_000);

        Reading[] readings = [Close(closer, 0, null, null), Close(closer, 1, null, 300), Close(closer, 2, 1_900, null)];

        Assert.That(readings, Is.EqualTo(new Reading[]
        {
            Reading.Missing, new(new(300), Quality.Measured), new(new(600), Quality.Interpolated),
        }));
    }

    /// <summary>Whatever registers and files are missing, and where files say what the register would: the stated intervals add up to the
    /// last register known less the first.</summary>
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
                stated += Close(closer, i, hasRegister ? register : null, !isLast && known[i] >= 2 ? interval : null).Interval.Value;
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
            inputs[Register] = new(shown / 1_000m, default, InputOrigin.Polled);
        }
        if (import is { } interval)
        {
            inputs[Import] = new(interval / 1_000m, default, InputOrigin.Import);
        }
        return inputs;
    }
}
