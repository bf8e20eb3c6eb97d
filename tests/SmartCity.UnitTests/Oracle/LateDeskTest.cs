using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Aiis;
using SmartCity.Domain;
using SmartCity.Ledger;
using SmartCity.Oracle;
using SmartCity.UnitTests.Aiis;

namespace SmartCity.UnitTests.Oracle;

/// <summary>Late data in a real journal: what becomes a correction, what waits, what is kept.</summary>
public sealed class LateDeskTest
{
    private const string Register = "m1_1.a";
    private const int Channel = 3;

    private static readonly Encoding Windows1251 = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
    private static readonly SegmentLayout Segment = CityLayouts.Layout.Segments[0];

    /// <summary>The file says 3,000, 7,000, 11,000 Wh of the first hours.</summary>
    [Test]
    public async Task LookAsync_FileAfterMeasuredHours_CorrectsThemOnce()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 4_000, 10_000, 22_000);
        bench.Import();

        await bench.LookAsync();
        await bench.LookAsync();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bench.Corrections(), Is.EqualTo(["1: 1000 -1000 (0 filled)"]));
        Assert.That(bench.Counted(3), Is.EqualTo(new long[] { 3_000, 7_000, 11_000 }));
        Assert.That(bench.Events(MeterEventKind.CameLate), Has.Count.EqualTo(1));
        Assert.That(bench.Events(MeterEventKind.CameLate)[0], Does.Contain("2 hours").And.Contain("0 Wh in all"));
        Assert.That(bench.Imports.FindCandidates(10), Is.Empty);
    }

    [Test]
    public async Task LookAsync_FileForAMeterThatNeverAnswered_FillsItsHours()
    {
        using Bench bench = new();
        bench.CloseHours(-1, -1, -1);
        bench.Import();
        await bench.LookAsync();

        Assert.That(bench.Corrections(), Is.EqualTo(["0: 3000 7000 (2 filled)"]));
    }

    [Test]
    public async Task LookAsync_FileInAnOpenGap_FillsItFromItsBeginningAndClosingGoesOnFromThere()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 4_000, -1, -1);
        bench.Import();
        await bench.LookAsync();
        bench.CloseHours(3, 4_000 + 7_000 + 11_000 + 15_000);

        Assert.That(bench.Corrections(), Is.EqualTo(["1: 7000 11000 (2 filled)"]));
        Assert.That(bench.Counted(4), Is.EqualTo(new long[] { 3_000, 7_000, 11_000, 15_000 }));
    }

    /// <summary>The register said 30,000 Wh in three hours, shared alike; the file says 7,000 and 11,000, and 15,000 of the hour that closed the gap.</summary>
    [Test]
    public async Task LookAsync_FileAfterAGapWasClosed_DividesTheGapByIt()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 4_000, -1, -1, 34_000);
        Assert.That(bench.Counted(4), Is.EqualTo(new long[] { 3_000, 10_000, 10_000, 10_000 }));
        bench.Import();
        await bench.LookAsync();

        // 33,000 in the file, 30,000 by the register: in proportion.
        Assert.That(bench.Counted(4), Is.EqualTo(new long[] { 3_000, 6_363, 10_000, 13_637 }));
        Assert.That(bench.Corrections(), Is.EqualTo(["1: 10000 10000 (2 filled)", "1: -3637 (0 filled)", "3: 3637 (0 filled)"]));
    }

    /// <summary>A file that came while its gap was open and before its hours were closed is used when the gap is closed.</summary>
    [Test]
    public async Task LookAsync_FileBeforeTheGapWasClosed_IsUsedThen()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 4_000, -1);
        bench.CloseHours(2, -1);
        bench.Import(from: "<value>3</value>", to: "<value status=\"1\">3</value>"); // Hour 1 is not vouched for: the gap stays open.
        await bench.LookAsync();
        Assert.That(bench.Corrections(), Is.Empty);

        bench.CloseHours(3, 34_000);
        await bench.LookAsync();

        Assert.That(bench.Counted(4), Is.EqualTo(new long[] { 3_000, 4_000, 11_000, 15_000 }));
    }

    [TestCase(72, "1: 1000 (0 filled)", 0, Description = "72 hours after the hour was stated are in time")]
    [TestCase(73, "", 1, Description = "73 hours are not: kept and told of")]
    public async Task LookAsync_FileByItsAge_CorrectsOrIsKept(int hoursLater, string expected, int told)
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 4_000, 10_000);
        bench.Time.Advance(TimeSpan.FromHours(hoursLater));
        bench.Import();
        bench.CloseTheRest();
        await bench.LookAsync();

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(string.Join(' ', bench.Corrections().Where(line => line.StartsWith("1:", StringComparison.Ordinal))), Is.EqualTo(expected));
        Assert.That(bench.Events(MeterEventKind.CameTooLate), Has.Count.EqualTo(told));
        if (told > 0)
        {
            Assert.That(bench.Events(MeterEventKind.CameTooLate)[0], Does.Contain("1 of its hours").And.Contain("72 h"));
            Assert.That(bench.Imports.FindCandidates(10).Select(candidate => candidate.CameTooLate), Is.EqualTo([true]));
        }
    }

    [Test]
    public async Task LookAsync_HistoryOfAnOpenGapIsThereNow_FillsEachHourAsItWas()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 1_500, -1, -1, -1);
        bench.Source.Record(Register, CityLayouts.Hour(1).End, 1.7m);
        bench.Source.Record(Register, CityLayouts.Hour(2).End, 2.0m, SmartCity.Alphalogic.SignalQuality.Uncertain);
        bench.Source.Record(Register, CityLayouts.Hour(3).End, 2.3m);
        await bench.LookAsync();
        bench.CloseHours(4, 2_400);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(bench.Corrections(), Is.EquivalentTo(["1: 200 (1 filled)", "2: 300 300 (2 filled)"]));
        Assert.That(bench.Counted(5), Is.EqualTo(new long[] { 500, 200, 300, 300, 100 }));
        Assert.That(bench.Events(MeterEventKind.CameLate).Single(), Does.Contain("3 hours"));
    }

    [Test]
    public async Task LookAsync_HoursStatedLongAgo_AreNotAskedForAgain()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, 1_500, -1);
        bench.Time.Advance(TimeSpan.FromHours(73));
        bench.Source.Record(Register, CityLayouts.Hour(1).End, 1.7m);
        await bench.LookAsync();

        Assert.That((bench.Corrections(), bench.Source.Asked), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
    }

    [Test]
    public async Task LookAsync_SourceSilent_StillDecidesUponFiles()
    {
        using Bench bench = new();
        bench.CloseHours(1_000, -1, -1);
        bench.Import();
        bench.Source.IsSilent = true;
        await bench.LookAsync();

        Assert.That(bench.Corrections(), Is.EqualTo(["0: 3000 7000 (2 filled)"]));
    }

    /// <summary>
    /// Whatever registers are missing, whatever of the source's history and whenever the file comes: while file and register agree, every
    /// hour before the last register counts for exactly what was used, or, in a gap that nothing told the hours of, for its share of it.
    /// </summary>
    [Test]
    public void LookAsync_AnyOrderOfArrival_CountsWhatTheRegisterMovedBy() =>
        Gen.Select(Gen.Bool.Array[24, 24], Gen.Bool.Array[24, 24], Gen.Int[0, 24], Gen.Int[0, 24]).Sample(
            (isMissing, isInHistory, fileComesAt, historyComesAt) =>
            {
                using Bench bench = new();
                bench.CloseHours(1_000);
                long register = 1_000;
                for (int i = 0; i < 24; i++)
                {
                    register += Used(i);
                    if (i == fileComesAt)
                    {
                        bench.Import();
                    }
                    if (i >= historyComesAt)
                    {
                        foreach (int past in Enumerable.Range(0, i).Where(past => isInHistory[past]))
                        {
                            bench.Source.Record(Register, CityLayouts.Hour(past).End, (1_000 + Enumerable.Range(0, past + 1).Sum(hour => (long)Used(hour))) / 1_000m);
                        }
                    }
                    bench.LookAsync().GetAwaiter().GetResult();
                    bench.CloseHours(i, isMissing[i] && i < 23 ? -1 : register);
                }
                bench.LookAsync().GetAwaiter().GetResult();
                long[] counted = bench.Counted(24);
                bool isExact = fileComesAt < 24;
                return counted.Sum() == register - 1_000 && counted.All(hour => hour >= 0) && (!isExact || counted.Select((hour, i) => hour == Used(i)).All(same => same));
            }, iter: 12, threads: 1);

    /// <summary>What the file says of an hour, Wh.</summary>
    private static int Used(int hour) => 1_000 * (KilowattHours((2 * hour) + 1) + KilowattHours((2 * hour) + 2));

    /// <summary>What the file says of a half-hour 1..48: 1, 2, 3 … kWh, from the seventh on what such a meter can count.</summary>
    private static int KilowattHours(int halfHour) => halfHour <= 6 ? halfHour : halfHour % 10;

    /// <summary>A journal, a source and the desk between them.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("late-desk").FullName;
        private readonly JournalDatabase _journal;
        private readonly HourStore _hours;
        private readonly CorrectionStore _corrections;
        private readonly LateDesk _desk;

        public Bench()
        {
            _journal = JournalDatabase.Open(_folder);
            SampleStore samples = new(_journal);
            _hours = new(_journal, samples, Time);
            _hours.Register(CityLayouts.Layout);
            _corrections = new(_journal, CityLayouts.Layout, Time);
            Imports = new(_journal, CityLayouts.Layout, Time);
            OracleOptions options = CityLayouts.Options(_folder);
            SourceSession session = new(Source, CityLayouts.Plan, CityLayouts.Layout, samples, NullLogger<SourceSession>.Instance);
            HourInputReader inputs = new(session, CityLayouts.Layout, samples, Imports, options, Time, NullLogger<HourInputReader>.Instance);
            _desk = new(CityLayouts.Layout, inputs, _journal, _hours, _corrections, options, Time, NullLogger<LateDesk>.Instance);
        }

        public FakeTimeProvider Time { get; } = new(CityLayouts.Hour(30).Start);

        public TableSource Source { get; } = new TableSource().With("m1_1.a", "kWh").With("m1_1.sn", "");

        public ImportStore Imports { get; }

        /// <summary>Takes registers as of the end of the hour before the first, of the first, and so on; -1 is no value.</summary>
        public void CloseHours(params long[] registers)
        {
            HourCloser closer = new(CityLayouts.Layout, []);
            closer.Begin(Segment, Inputs(registers[0]));
            _journal.Write(transaction => HourStore.WriteStates(transaction, closer.States));
            for (int i = 1; i < registers.Length; i++)
            {
                CloseHours(i - 1, registers[i]);
            }
        }

        /// <summary>Closes an hour.</summary>
        public void CloseHours(int hour, long register)
        {
            Hour closing = CityLayouts.Hour(hour);
            Dictionary<SignalKey, HourInput> inputs = Inputs(register);
            if (Imports.Read(closing, closing.Next).TryGetValue((closing, new(1, Channel)), out CurrentValue imported) && imported.Interval is { } interval)
            {
                inputs[new("m1_1", "a.80020")] = new(interval.Value / 1_000m, closing.End, InputOrigin.Import, default);
            }
            HourCloser closer = new(CityLayouts.Layout, _hours.ReadStates());
            ClosedHour closed = closer.Close(Segment, closing, inputs, []);
            _journal.Write(transaction =>
            {
                _hours.AddInputs(transaction, closing, inputs);
                _hours.AddClosed(transaction, closed);
                _corrections.AddFills(transaction, 1, closed.Fills.Where(fill => fill.Channel == Channel).ToList());
                HourStore.WriteStates(transaction, closer.States);
            });
        }

        /// <summary>Closes the hours up to the file's last by what it says.</summary>
        public void CloseTheRest()
        {
            for (int hour = (int)(_hours.NextHour(1).Value - CityLayouts.Hour(0).Value); hour < 24; hour++)
            {
                CloseHours(hour, -1);
            }
        }

        /// <summary>Imports a file with the first day's half-hours.</summary>
        public void Import(string from = "<", string to = "<")
        {
            string text = Regex.Replace(
                Windows1251.GetString(Messages.Bytes(Messages.Ordinary)), "<value>(\\d+)</value>",
                value => $"<value>{KilowattHours(int.Parse(value.Groups[1].Value, CultureInfo.InvariantCulture))}</value>");
            int at = text.IndexOf(from, StringComparison.Ordinal);
            Examination found = Messages.Examiner().Examine("file.xml", Windows1251.GetBytes(text.Remove(at, from.Length).Insert(at, to)));
            Assert.That(found.Findings.HasErrors, Is.False, string.Join('\n', found.Findings.Listed));
            Imports.Take(found, isRehearsal: false);
        }

        public Task LookAsync() => _desk.LookAsync(isClosingNext: true, CancellationToken.None);

        /// <summary>What is to be corrected of the channel: first hour, differences, how many hours are made good.</summary>
        public string[] Corrections()
        {
            List<string> found = [];
            Dictionary<long, OpenFill> seen = [];
            while (_corrections.Oldest(1, new(uint.MaxValue)) is { } fill && seen.TryAdd(fill.Id, fill))
            {
                found.Add($"{fill.Subject.FirstHour.Value - CityLayouts.Hour(0).Value}: "
                    + $"{string.Join(' ', ReadingCorrection.Decode(fill.Subject.Differences.Span))} ({fill.Subject.FilledHours} filled)");
                ReadingCorrection correction = CorrectionStore.CorrectionOf(fill, new(1, (uint)fill.Id, default), default);
                _corrections.Add(new(0, fill.Id, correction, [1], null));
            }
            return [.. found];
        }

        /// <summary>What each of the first hours counts for.</summary>
        public long[] Counted(int hours) => _journal.Read(connection =>
        {
            CountedReadings counted = new(connection, null, CityLayouts.Hour(0), CityLayouts.Hour(hours));
            return Enumerable.Range(0, hours).Select(hour => counted.Find(Segment, 0, Channel, CityLayouts.Hour(hour))!.Value.Counts).ToArray();
        });

        public List<string> Events(MeterEventKind kind) => _journal.Read(connection => Dapper.SqlMapper.Query<string>(
            connection, "SELECT detail FROM meter_event WHERE kind = @kind ORDER BY id", new { kind = (int)kind }).ToList());

        public void Dispose()
        {
            _journal.Dispose();
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }

        private static Dictionary<SignalKey, HourInput> Inputs(long register) => register < 0
            ? []
            : new() { [new("m1_1", "a")] = new(register / 1_000m, default, InputOrigin.Polled, default) };
    }
}
