using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>What an hour is closed from: samples in a real journal, and a source's history.</summary>
public sealed class HourInputReaderTest
{
    private static readonly Hour Closing = CityLayouts.Hour(3);
    private static readonly string[] Signals = ["itp_1.flow m3", "itp_1.t1 °C", "itp_1.q Gcal", "m1_1.a kWh"];

    private readonly FakeTimeProvider _time = new(CityLayouts.Hour(5).Start);

    private TableSource _source = null!;
    private string _folder = "";
    private JournalDatabase _journal = null!;
    private SampleStore _samples = null!;
    private HourInputReader _reader = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("hour-inputs").FullName;
        _journal = JournalDatabase.Open(_folder);
        _samples = new(_journal);
        _source = Signals.Aggregate(new TableSource(), (source, signal) => source.With(signal.Split(' ')[0], signal.Split(' ')[1]));
        SourceSession session = new(_source, CityLayouts.Plan, CityLayouts.Layout, _samples, NullLogger<SourceSession>.Instance);
        _reader = new(
            session, CityLayouts.Layout, _samples, new(_journal, CityLayouts.Layout, _time), CityLayouts.Options(_folder), _time, NullLogger<HourInputReader>.Instance);
    }

    [TearDown]
    public void Close()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Samples of t1 by minute of the hour. A quarter counts for a quarter, however often it was polled.</summary>
    [TestCase("0:60 15:60 30:80 45:80", 70)]
    [TestCase("0:60 1:60 2:60 3:60 4:60 15:60 30:80 45:80", 70, Description = "polled more often at first")]
    [TestCase("0:60 14:90 15:60 30:80 45:80", 73.75)]
    public async Task ReadLiveAsync_PolledMeans_WeighQuartersAlike(string minutes, double expected)
    {
        Poll("itp_1.t1", minutes);
        Assert.That((await _reader.ReadLiveAsync(Closing, CancellationToken.None))[CityLayouts.Key("itp_1.t1")],
            Is.EqualTo(new HourInput((decimal)expected, Closing.End, InputOrigin.Polled, Closing.Start.AddMinutes(45))));
    }

    [Test]
    public async Task ReadLiveAsync_AQuarterNotPolled_TakesTheMeanOfTheSourcesHistory()
    {
        Poll("itp_1.t1", "0:60 15:60 30:80");
        for (int quarter = 0; quarter < 4; quarter++)
        {
            _source.Record("itp_1.t1", Closing.Start.AddMinutes(15 * quarter), 60 + (10 * quarter));
        }

        Assert.That((await _reader.ReadLiveAsync(Closing, CancellationToken.None))[CityLayouts.Key("itp_1.t1")],
            Is.EqualTo(new HourInput(75, Closing.End, InputOrigin.History, _time.GetUtcNow())));
    }

    /// <summary>Quarters that the history knows: each half of the hour counts for a half, and one that is unknown leaves the mean unknown.</summary>
    [TestCase("0:60 15:70 30:80 45:90", 75)]
    [TestCase("0:60 15:70 30:80", 72.5)]
    [TestCase("0:60 30:80", 70)]
    [TestCase("0:60 15:70", null)]
    [TestCase("", null)]
    public async Task ReadHistoryAsync_Means_WeighHalfHoursAlike(string quarters, double? expected)
    {
        foreach (string[] quarter in quarters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(':')))
        {
            _source.Record("itp_1.t1", Closing.Start.AddMinutes(int.Parse(quarter[0], System.Globalization.CultureInfo.InvariantCulture)), decimal.Parse(quarter[1], System.Globalization.CultureInfo.InvariantCulture));
        }
        IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await _reader.ReadHistoryAsync(Closing, Closing.Next, CancellationToken.None);

        Assert.That(read[0].GetValueOrDefault(CityLayouts.Key("itp_1.t1")).Value, Is.EqualTo((decimal?)expected));
    }

    /// <summary>The last good register at the hour's end or shortly before: not an older one, a doubtful one, or one from after it.</summary>
    [TestCase("55:12.5 59:12.6", "12.6 Polled")]
    [TestCase("55:12.5 60:12.7", "12.7 Polled", Description = "at the hour's end")]
    [TestCase("55:12.5 61:99", "12.5 Polled")]
    [TestCase("49:12.5", "13 History", Description = "more than ten minutes before")]
    [TestCase("55:-12.5", "13 History", Description = "doubtful")]
    public async Task ReadLiveAsync_Register_IsTheLastGoodOne(string minutes, string expected)
    {
        Poll("m1_1.a", minutes);
        _source.Record("m1_1.a", Closing.End, 13);
        HourInput input = (await _reader.ReadLiveAsync(Closing, CancellationToken.None))[CityLayouts.Key("m1_1.a")];

        Assert.That(FormattableString.Invariant($"{input.Value} {input.Origin}"), Is.EqualTo(expected));
    }

    /// <summary>An archive of half-hours, of which only the full hours are hours' ends.</summary>
    [Test]
    public async Task ReadHistoryAsync_SourceGivesHalfHours_TakesThoseAtTheHoursEnds()
    {
        _source.KnowsNoSteps = true;
        for (int half = 0; half <= 6; half++)
        {
            _source.Record("m1_1.a", Closing.Start.AddMinutes(30 * half), 100 + half);
            _source.Record("itp_1.t1", Closing.Start.AddMinutes(30 * half), 60 + half);
        }
        IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await _reader.ReadHistoryAsync(Closing, new(Closing.Value + 3), CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(read.Select(hour => hour[CityLayouts.Key("m1_1.a")].Value), Is.EqualTo(new decimal[] { 102, 104, 106 }));
        Assert.That(read.Select(hour => hour[CityLayouts.Key("itp_1.t1")].Value), Is.EqualTo(new[] { 60.5m, 62.5m, 64.5m }));
    }

    [Test]
    public async Task ReadHistoryAsync_SourceHasAnEnergyRegister_ReadsIt()
    {
        _source.Record("itp_1.q", Closing.End, 812.345678m);
        IReadOnlyList<Dictionary<SignalKey, HourInput>> read = await _reader.ReadHistoryAsync(Closing, Closing.Next, CancellationToken.None);

        Assert.That(read[0][CityLayouts.Key("itp_1.q")].Value, Is.EqualTo(812.345678m));
    }

    [Test]
    public async Task ReadAsync_EnergyRegisterInAnotherUnit_IsNotTakenForWhatItIsNot()
    {
        TableSource other = new TableSource().With("itp_1.q", "GJ").With("itp_1.flow", "m3");
        SourceSignals signals = await SourceSignals.ReadAsync(other, CityLayouts.Plan, CityLayouts.Layout, CancellationToken.None);

        Assert.That(signals.All.Keys, Has.None.EqualTo(CityLayouts.Key("itp_1.q")));
        Assert.That(signals.Absent, Has.Some.Contains("itp_1.q in 'GJ', not in Gcal"));
    }

    /// <summary>Journals samples by minute of the hour; a negative one is doubtful.</summary>
    private void Poll(string key, string minutes)
    {
        SourceSignal signal = new(CityLayouts.Key(key), new(1), "", "", false);
        _samples.Register([signal]);
        _journal.Write(transaction => _samples.Add(transaction, [.. minutes.Split(' ').Select(pair => pair.Split(':')).Select(pair =>
        {
            decimal value = decimal.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture);
            DateTimeOffset at = Closing.Start.AddMinutes(int.Parse(pair[0], System.Globalization.CultureInfo.InvariantCulture));
            return new Sample(signal, new(new(1), SignalData.Of(Math.Abs(value)), at, value < 0 ? SignalQuality.Uncertain : SignalQuality.Good, null), at);
        })]));
    }
}
