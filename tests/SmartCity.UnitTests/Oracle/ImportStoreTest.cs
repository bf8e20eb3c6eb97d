using System.Text;
using Microsoft.Data.Sqlite;
using SmartCity.Aiis;
using SmartCity.Domain;
using SmartCity.Oracle;
using SmartCity.UnitTests.Aiis;

namespace SmartCity.UnitTests.Oracle;

public sealed class ImportStoreTest
{
    private static readonly Encoding Windows1251 = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;

    private string _folder = "";
    private JournalDatabase _journal = null!;
    private ImportStore _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = Directory.CreateTempSubdirectory("import-store").FullName;
        _journal = JournalDatabase.Open(_folder);
        _store = new(_journal, CityLayouts.Layout, TimeProvider.System);
        new HourStore(_journal, new(_journal), TimeProvider.System).Register(CityLayouts.Layout);
    }

    [TearDown]
    public void Close()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Take_SameFileTwice_ChangesNothing()
    {
        Assert.That(Take(1056).Counts, Is.EqualTo(ImportCounts.None with { New = 24 }));
        long last = _store.LastFile();

        (Examination found, ImportCounts counts) = Take(1056);

        Assert.That(counts, Is.EqualTo(ImportCounts.None with { Unchanged = 24 }));
        Assert.That(found.Findings.CountOf(FindingCode.AlreadyImported), Is.EqualTo(1));
        Assert.That((found.Findings.Acceptance, _store.LastFile()), Is.EqualTo((AcceptanceCode.Accepted, last)));
    }

    [Test]
    public void Take_LaterMessage_ReplacesWhatIsNotStated()
    {
        Take(1056);

        Assert.That(Take(1057, made: "20260902050000", from: "<value>1</value>", to: "<value>9</value>").Counts,
            Is.EqualTo(ImportCounts.None with { Replaced = 1, Unchanged = 23 }));
        Assert.That(Current(0), Is.EqualTo(11_000));
    }

    /// <summary>What counts is the message made last, in whatever order they come.</summary>
    [Test]
    public void Take_EarlierMessageLater_DoesNotCount()
    {
        Take(1057, made: "20260902050000", from: "<value>1</value>", to: "<value>9</value>");

        Assert.That(Take(1056).Counts, Is.EqualTo(ImportCounts.None with { Superseded = 1, Unchanged = 23 }));
        Assert.That(Current(0), Is.EqualTo(11_000));
    }

    [Test]
    public void Take_SameNumberOtherValues_IsRefusedAndNothingKept()
    {
        Take(1056);
        long last = _store.LastFile();

        (Examination found, ImportCounts counts) = Take(1056, from: "<value>1</value>", to: "<value>9</value>");

        Assert.That((found.Findings.Acceptance, counts, _store.LastFile()), Is.EqualTo((AcceptanceCode.FormatErrors, ImportCounts.None, last)));
        Assert.That(found.Findings.CountOf(FindingCode.NumberReused), Is.EqualTo(1));
    }

    [Test]
    public void Take_SameNumberSameValuesOtherBytes_IsTheSame() =>
        Assert.That(
            (Take(1056).Counts.New, Take(1056, from: "<value>1</value>", to: "<value> 1 </value>").Counts),
            Is.EqualTo((24, ImportCounts.None with { Unchanged = 24 })));

    [Test]
    public void Take_LaterMessageNotCommercial_Withdraws()
    {
        Take(1056);

        (_, ImportCounts counts) = Take(1057, made: "20260902050000", from: "<value>1</value>", to: "<value status=\"1\">1</value>");

        Assert.That(counts, Is.EqualTo(ImportCounts.None with { Replaced = 1, Unchanged = 23, Withheld = 1 }));
        Assert.That(Current(0), Is.Null);
    }

    [Test]
    public void Take_Rehearsal_TellsAndKeepsNothing()
    {
        Examination found = Examine(1056);

        Assert.That(_store.Take(found, isRehearsal: true), Is.EqualTo(ImportCounts.None with { New = 24 }));
        Assert.That(_store.LastFile(), Is.Zero);
    }

    /// <summary>The first hour of September was stated as the file says, the second otherwise, the third as missing, the others not yet.</summary>
    [Test]
    public void Take_StatedHours_AreCandidatesWhenTheyDiffer()
    {
        State(0, new(new(3_000), Quality.Measured));
        State(1, new(new(6_999), Quality.Measured));
        State(2, Reading.Missing);

        (Examination found, ImportCounts counts) = Take(1056);

        Assert.That(counts, Is.EqualTo(ImportCounts.None with { AsStated = 1, Candidates = 2, New = 21 }));
        Assert.That(found.Findings.CountOf(FindingCode.CorrectionCandidate), Is.EqualTo(2));
        Assert.That(_store.FindCandidates(10), Is.EqualTo(new CorrectionCandidate[]
        {
            new(CityLayouts.Hour(1), 1, 3, new(new(6_999), Quality.Measured), 6_999, new(7_000), false),
            new(CityLayouts.Hour(2), 1, 3, Reading.Missing, 0, new(11_000), false),
        }));
        Assert.That(_store.FindCandidates(1), Has.Count.EqualTo(1));
    }

    /// <summary>An hour that was imported first and then stated otherwise, in whatever order two processes wrote, is found as well.</summary>
    [Test]
    public void FindCandidates_StatedAfterTheImport_IsFound()
    {
        Take(1056);
        State(0, new(new(2_000), Quality.Interpolated));

        Assert.That(_store.FindCandidates(10).Single().Imported, Is.EqualTo(new WattHours(3_000)));
    }

    [Test]
    public void Take_DayBeforeTheCity_IsNotTaken()
    {
        (Examination found, ImportCounts counts) = Take(1056, from: "<day>20260901", to: "<day>20260831");

        Assert.That(counts, Is.EqualTo(ImportCounts.None with { BeforeFirstHour = 24 }));
        Assert.That(found.Findings.CountOf(FindingCode.BeforeFirstHour), Is.EqualTo(1));
    }

    [Test]
    public void Due_HoldingForFiles_ClosesWhatIsCompleteOrHasWaited()
    {
        AiisMap map = Messages.Map with { Channels = [Messages.Map.Channels[0]] };
        ImportHold hold = new(_store, map, TimeSpan.FromHours(48));
        Hour due = CityLayouts.Hour(30);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(hold.Due(CityLayouts.Hour(0), due, due.Start), Is.EqualTo(CityLayouts.Hour(0)), "nothing is there");
        Take(1056);
        Assert.That(hold.Due(CityLayouts.Hour(0), due, due.Start), Is.EqualTo(CityLayouts.Hour(24)), "a day is there");
        Assert.That(hold.Due(CityLayouts.Hour(24), CityLayouts.Hour(80), CityLayouts.Hour(80).Start), Is.EqualTo(CityLayouts.Hour(32)), "48 hours are over");
        Assert.That(new ImportHold(_store, map, TimeSpan.Zero).Due(CityLayouts.Hour(24), due, due.Start), Is.EqualTo(due), "nothing is waited for");
        Assert.That(new ImportHold(_store, null, TimeSpan.FromHours(48)).Due(CityLayouts.Hour(24), due, due.Start), Is.EqualTo(due), "nothing is mapped");
    }

    private ulong? Current(int hour) =>
        _store.Read(CityLayouts.Hour(hour), CityLayouts.Hour(hour + 1)).Single().Value.Interval?.Value;

    private (Examination Found, ImportCounts Counts) Take(int number, string made = "20260902040922", string from = "<", string to = "<")
    {
        Examination found = Examine(number, made, from, to);
        Assert.That(found.Findings.HasErrors, Is.False, string.Join('\n', found.Findings.Listed));
        return (found, _store.Take(found, isRehearsal: false));
    }

    private static Examination Examine(int number, string made = "20260902040922", string from = "<", string to = "<")
    {
        string text = Windows1251.GetString(Messages.Bytes(Messages.Ordinary))
            .Replace("number=\"1056\"", $"number=\"{number}\"", StringComparison.Ordinal)
            .Replace("20260902040922", made, StringComparison.Ordinal);
        int at = text.IndexOf(from, StringComparison.Ordinal);
        return Messages.Examiner().Examine("a.xml", Windows1251.GetBytes(text.Remove(at, from.Length).Insert(at, to)));
    }

    private void State(int hour, Reading reading)
    {
        HourStore hours = new(_journal, new(_journal), TimeProvider.System);
        Reading[] channels = [Reading.Missing, Reading.Missing, Reading.Missing, reading, Reading.Missing, Reading.Missing];
        _journal.Write(transaction => hours.AddClosed(transaction, new(1, CityLayouts.Hour(hour), [channels], 0, [])));
    }
}
