using SmartCity.Emulator;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.UnitTests.Emulator;

/// <summary>Laying and ending faults, and what survives a restart.</summary>
public sealed class FaultBookTest
{
    private static readonly DateTimeOffset s_historyFrom = new(2026, 8, 31, 21, 0, 0, TimeSpan.Zero);
    private static readonly City s_city = new(seed: 1, new(2026, 9, 1), utcOffsetHours: 3);
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("smartcity-emulator-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("no_such_fault", "itp_1", "unknown kind")]
    [TestCase("leak", "m1_1", "wants a heat substation")]
    [TestCase("theft", "m3_1", "wants a single-phase meter")]
    [TestCase("replaced_meter", "itp_1", "wants an electricity meter")]
    [TestCase("stuck_meter", "m1_1.a", "cannot be laid on")]
    [TestCase("missing_data", "m1_1.p1", "cannot be laid on")]
    [TestCase("missing_data", "m1_1.a.b", "cannot be laid on")]
    [TestCase("missing_data", "house_1", "cannot be laid on")]
    [TestCase("theft", "itp_*", "wants a single-phase meter")]
    [TestCase("missing_data", "itp_*", "cannot be laid on")]
    [TestCase("leak", "itp_2", "wants a heat substation")]
    [TestCase("http_500", "itp_1", "the target of http_500 is 'api'")]
    public void Add_WrongTarget_RefusesAndSaysWhy(string kind, string target, string reason) =>
        Assert.That(Refusal(NewBook().Add(Request(kind, target), s_now)), Does.Contain(reason));

    [TestCase("theft", "m1_1", "percent", "100", "0..99")]
    [TestCase("theft", "m1_1", "percent", "-1", "0..99")]
    [TestCase("theft", "m1_1", "percent", "1.5", "0..99")]
    [TestCase("theft", "m1_1", "percent", "1e1", "0..99")]
    [TestCase("theft", "m1_1", "share", "10", "no parameter 'share'")]
    [TestCase("missing_data", "m1_1", "mode", "none", "null, absent")]
    [TestCase("replaced_meter", "m1_1", "serial", "123456789", "1..99999999")]
    public void Add_WrongParameter_RefusesAndSaysWhy(string kind, string target, string name, string value, string reason) =>
        Assert.That(Refusal(NewBook().Add(Request(kind, target) with { Parameters = new Dictionary<string, string> { [name] = value } }, s_now)), Does.Contain(reason));

    [Test]
    public void Add_WrongTimes_RefusesAndSaysWhy()
    {
        FaultBook book = NewBook();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(Refusal(book.Add(Request("leak", "itp_1") with { From = s_historyFrom.AddSeconds(-1) }, s_now)), Does.Contain("before the start of history"));
        Assert.That(Refusal(book.Add(Request("leak", "itp_1") with { To = s_now }, s_now)), Does.Contain("'to' must be after"));
        Assert.That(Refusal(book.Add(Request("reset_meter", "m1_1") with { To = s_now.AddDays(1) }, s_now)), Does.Contain("happens at one instant"));
        Assert.That(book.Faults.All, Is.Empty);
    }

    [Test]
    public void Add_NothingGiven_TakesDefaults()
    {
        Fault fault = Done(NewBook().Add(Request("late_data", "m1_1"), s_now));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((fault.From, fault.To), Is.EqualTo((s_now, (DateTimeOffset?)s_now.AddHours(2))));
        Assert.That(Done(NewBook().Add(Request("theft", "m1_1"), s_now)).Number("percent"), Is.EqualTo(40));
        Assert.That(Done(NewBook().Add(Request("replaced_meter", "m1_1"), s_now)).Number("serial"), Is.EqualTo(50_001_011));
    }

    [Test]
    public void End_FaultThatActed_StaysInHistory()
    {
        FaultBook book = NewBook();
        Fault fault = Done(book.Add(Request("theft", "m1_1"), s_now));
        Fault ended = Done(book.End(fault.Id, s_now.AddHours(1), forget: false));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(ended.To, Is.EqualTo(s_now.AddHours(1)));
        Assert.That(book.Faults.All, Is.EqualTo(new[] { ended }));
        Assert.That(book.IsOpen(ended, s_now.AddHours(1)), Is.False);
        Assert.That(Done(book.End(fault.Id, s_now.AddHours(2), forget: false)).To, Is.EqualTo(s_now.AddHours(1)), "ending again changes nothing");
    }

    [Test]
    public void End_FaultThatNeverActedOrIsToBeForgotten_LeavesNoTrace()
    {
        FaultBook book = NewBook();
        Fault future = Done(book.Add(Request("theft", "m1_1") with { From = s_now.AddDays(1) }, s_now));
        Fault acted = Done(book.Add(Request("leak", "itp_1"), s_now));
        book.End(future.Id, s_now, forget: false);
        book.End(acted.Id, s_now.AddHours(1), forget: true);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(book.Faults.All, Is.Empty);
        Assert.That(book.End(acted.Id, s_now, forget: false), Is.EqualTo(new FaultOutcome.Unknown()));
    }

    [Test]
    public void Strike_WithACount_EndsAfterSoMany()
    {
        FaultBook book = NewBook();
        Fault fault = Done(book.Add(Request("http_500", "api") with { Parameters = new Dictionary<string, string> { ["count"] = "2" } }, s_now));
        bool[] struck = [.. Enumerable.Range(0, 4).Select(_ => book.Strike(FaultKinds.Http500, s_now) is not null)];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(struck, Is.EqualTo(new[] { true, true, false, false }));
        Assert.That(book.IsOpen(fault, s_now), Is.False);
    }

    [Test]
    public void Strike_WithAShare_StrikesThatShare()
    {
        FaultBook book = NewBook();
        book.Add(Request("http_500", "api") with { Parameters = new Dictionary<string, string> { ["share"] = "30" } }, s_now);
        Assert.That(Enumerable.Range(0, 10_000).Count(_ => book.Strike(FaultKinds.Http500, s_now) is not null), Is.EqualTo(3_000).Within(200));
    }

    [Test]
    public void State_AfterARestart_IsAsBefore()
    {
        EmulatorStateFile file = new(_folder);
        EmulatorState first = EmulatorState.Make(Options(seed: 5), file.Read(), s_now);
        FaultBook book = new(first, file, s_city);
        Fault theft = Done(book.Add(Request("theft", "m1_1"), s_now));
        book.Add(Request("limit_p_low", "itp_1"), s_now);
        book.End(2, s_now.AddHours(1), forget: true);

        EmulatorState second = EmulatorState.Make(Options(), new EmulatorStateFile(_folder).Read(), s_now.AddDays(1));
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(second.Seed, Is.EqualTo(5));
        Assert.That(second.HistoryFrom, Is.EqualTo(new DateOnly(2026, 9, 1)));
        Assert.That(second.NextFaultId, Is.EqualTo(3), "a number is never used twice");
        Assert.That(second.Faults, Has.Count.EqualTo(1));
        Assert.That(second.Faults[0] with { Parameters = theft.Parameters }, Is.EqualTo(theft));
        Assert.That(second.Faults[0].Parameters, Is.EqualTo(theft.Parameters));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1), "nothing but the state is left behind");
    }

    [Test]
    public void State_OtherSeedThanHeld_IsRefused()
    {
        EmulatorStateFile file = new(_folder);
        file.Write(EmulatorState.Make(Options(seed: 5), null, s_now));
        Assert.That(() => EmulatorState.Make(Options(seed: 6), file.Read(), s_now), Throws.TypeOf<EmulatorStartException>().With.Message.Contains("--seed 6"));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{\"version\":2}")]
    [TestCase("{\"version\":1,\"seed\":1,\"surprise\":true}")]
    public void State_Damaged_IsRefusedWithAdvice(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "emulator.json"), text);
        Assert.That(() => new EmulatorStateFile(_folder).Read(), Throws.TypeOf<EmulatorStartException>().With.Message.Contains("--state"));
    }

    [Test]
    public void Add_StateCannotBeWritten_ThrowsAndChangesNothing()
    {
        string file = Path.Combine(_folder, "a file, not a folder");
        File.WriteAllText(file, "");
        FaultBook book = new(EmulatorState.Make(Options(), null, s_now), new(file), s_city);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(() => book.Add(Request("leak", "itp_1"), s_now), Throws.InstanceOf<IOException>());
        Assert.That(book.Faults.All, Is.Empty);
    }

    private static FaultBook NewBook() => new(EmulatorState.Make(Options(), null, s_now), new(null), s_city);

    private static EmulatorOptions Options(long? seed = null) => new() { Login = "oracle", Password = "secret", Seed = seed };

    private static FaultRequest Request(string kind, string target) => new(kind, target, null, null, new Dictionary<string, string>());

    private static Fault Done(FaultOutcome outcome) => ((FaultOutcome.Done)outcome).Fault;

    private static string Refusal(FaultOutcome outcome) => ((FaultOutcome.Refused)outcome).Reason;
}
