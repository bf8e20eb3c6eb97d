using System.Text;
using SmartCity.Domain;
using SmartCity.Notices;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Notices;

/// <summary>Reading the contact plan, and who is told when.</summary>
public sealed class ContactPlanTest
{
    private const string Good = """
        {
          "version": 1, "sender": "edds@x.example", "senderName": "ЕДДС", "status": "actual",
          "mail": { "host": "localhost", "port": 25, "security": "none", "from": "edds@x.example" },
          "organisations": [
            { "code": "heat", "name": "Теплосеть", "provider": 3, "secretFile": "heat.key", "contacts": [
              { "name": "day", "webhook": "https://heat.example/n", "alarms": [1, 4], "stages": ["registered"], "hours": "08:00-20:00", "substitute": "night" },
              { "name": "night", "mail": "duty@heat.example", "alarms": [] }
            ] }
          ]
        }
        """;

    [Test]
    public void Parse_Demo_TellsOfProvidersOfTheDemoCity()
    {
        ContactPlan plan = ContactPlan.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("config", "contacts.json")), "contacts.json");
        CityPlan city = CityPlan.Parse(File.ReadAllText(RepositoryFiles.PathOf("config", "demo-city.json")));
        Assert.That(
            plan.Organisations.Where(organisation => organisation.Provider is not null).Select(organisation => (organisation.Provider!.Value, organisation.Name)),
            Is.EqualTo(city.Providers.Select(provider => (provider.Number, provider.Name))));
    }

    [Test]
    public void Parse_Good_HasAllItSays()
    {
        ContactPlan plan = Parse(Good);
        Contact day = plan.Organisations[0].Contacts[0];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(plan.Status, Is.EqualTo(CapStatus.Actual));
        Assert.That(plan.Mail, Is.EqualTo(new MailServer("localhost", 25, MailSecurity.None, "edds@x.example", null, null)));
        Assert.That(plan.Organisations[0] with { Contacts = [] }, Is.EqualTo(new Organisation("heat", "Теплосеть", 3, "heat.key", [])));
        Assert.That(day.Address, Is.EqualTo(new ContactAddress.Webhook(new("https://heat.example/n"))));
        Assert.That(day.Alarms, Is.EqualTo(new byte[] { 1, 4 }));
        Assert.That(day.Stages, Is.EqualTo(new[] { IncidentStage.Registered }));
        Assert.That(day.Hours, Is.EqualTo(new DutyHours(new(8, 0), new(20, 0))));
        Assert.That(day.Substitute, Is.EqualTo("night"));
    }

    /// <summary>The bar shows where the mistake stands.</summary>
    [TestCase("\"version\": 1", "\"version\": ¦2", "a whole number from 1 to 1")]
    [TestCase("\"sender\": \"edds@x.example\"", "\"sender\": ¦\"ed ds\"", "without spaces")]
    [TestCase("\"actual\"", "¦\"serious\"", "one of actual, exercise, test")]
    [TestCase("\"localhost\", \"port\": 25, \"security\": ", "\"mail.example\", \"port\": 25, \"security\": ¦", "only to this machine")]
    [TestCase("\"from\": \"edds@x.example\"", "\"from\": ¦\"a@b\\r\\nBcc: c@d\"", "one line")]
    [TestCase("{ \"host\"", "¦{ \"user\": \"u\", \"host\"", "go together")]
    [TestCase("\"https://heat.example/n\"", "¦\"ftp://heat.example/n\"", "http or https")]
    [TestCase("\"https://heat.example/n\"", "¦\"https://u:p@heat.example/n\"", "without user and password")]
    [TestCase("[1, 4]", "[1, ¦5]", "1, 2, 3 or 4")]
    [TestCase("\"registered\"", "¦\"closed\"", "one of detected, registered")]
    [TestCase("\"08:00-20:00\"", "¦\"08:00-08:00\"", "hours of the day")]
    [TestCase("\"08:00-20:00\"", "¦\"25:00-08:00\"", "hours of the day")]
    [TestCase("\"substitute\": \"night\"", "\"substitute\": ¦\"nobody\"", "no contact of this organisation")]
    [TestCase("\"mail\": \"duty@heat.example\"", "\"mail\": ¦\"two@a.example, three@a.example\"", "one mail address")]
    [TestCase("{ \"name\": \"night\",", "¦{ \"name\": \"night\", \"webhook\": \"https://a.example\",", "either")]
    [TestCase("\"name\": \"night\"", "\"name\": ¦\"Night\"", "small Latin letters")]
    [TestCase("\"name\": \"night\"", "\"name\": ¦\"day\"", "a second time")]
    [TestCase("\"alarms\": []", "\"alarms\": [], \"substitute\": ¦\"day\"", "in a circle")]
    [TestCase("\"secretFile\": \"heat.key\", \"contacts\": [\n      ", "\"contacts\": [\n      ¦", "needs \"secretFile\"")]
    [TestCase("\"provider\": 3", "\"provider\": ¦0", "from 1 to 65535")]
    [TestCase("\"provider\": 3", "¦\"number\": 3", "unknown field")]
    public void Parse_Mistake_IsNamedWithItsPlace(string good, string bad, string message)
    {
        Assert.That(Good, Does.Contain(good));
        string[] before = Good.Replace(good, bad, StringComparison.Ordinal).Split('¦')[0].Split('\n');
        RuleBookException refusal = Assert.Throws<RuleBookException>(() => Parse(Good.Replace(good, bad.Replace("¦", ""), StringComparison.Ordinal)))!;
        Assert.That(
            refusal.Problems.Select(problem => (problem.Line, problem.Column, problem.Message)),
            Has.Some.Matches<(int Line, int Column, string Message)>(problem =>
                (problem.Line, problem.Column) == (before.Length, before[^1].Length + 1) && problem.Message.Contains(message, StringComparison.Ordinal)),
            refusal.Message);
    }

    [TestCase("{", Description = "no JSON")]
    [TestCase("[]")]
    [TestCase("{\"version\": 1, \"version\": 1}")]
    public void Parse_NoPlan_IsRefused(string text) => Assert.That(() => Parse(text), Throws.TypeOf<RuleBookException>());

    [TestCase(11, ExpectedResult = "day 11:14", Description = "on duty")]
    [TestCase(20, ExpectedResult = "night 20:14", Description = "the substitute")]
    [TestCase(7, ExpectedResult = "night 07:14")]
    public string DeliveriesOf_ByTheHour_GoesToWhoeverHasDuty(int hour) => Told(Parse(Good), Samples.Leak(), hour);

    [TestCase("08:00-20:00", 7, ExpectedResult = "day 08:00", Description = "nobody has duty: when its hours begin")]
    [TestCase("08:00-20:00", 21, ExpectedResult = "day 08:00")]
    [TestCase("22:00-06:00", 23, ExpectedResult = "day 23:14", Description = "over midnight")]
    [TestCase("22:00-06:00", 5, ExpectedResult = "day 05:14")]
    [TestCase("22:00-06:00", 6, ExpectedResult = "day 22:00")]
    public string DeliveriesOf_NoSubstitute_WaitsForDuty(string hours, int hour) =>
        Told(Parse(Good.Replace(", \"substitute\": \"night\"", "").Replace("08:00-20:00", hours)), Samples.Leak(), hour);

    [TestCase(1, 1)]
    [TestCase(2, 0, Description = "another alarm than it wants")]
    public void DeliveriesOf_Alarm_IsWantedOrNot(byte alarm, int count) => Assert.That(CountOf(Samples.Leak() with { Alarm = alarm }), Is.EqualTo(count));

    [TestCase(IncidentStage.Registered, 1)]
    [TestCase(IncidentStage.Restored, 0)]
    [TestCase(IncidentStage.Closed, 1, Description = "the end is always told")]
    [TestCase(IncidentStage.Merged, 1)]
    public void DeliveriesOf_Stage_IsWantedOrNot(IncidentStage stage, int count) => Assert.That(CountOf(Samples.Leak(1, stage)), Is.EqualTo(count));

    [Test]
    public void DeliveriesOf_OthersIncident_IsNotTold() => Assert.That(CountOf(Samples.Leak() with { Providers = [1, 2] }), Is.Zero);

    [Test]
    public void DeliveriesOf_NoProvider_IsToldOfAll()
    {
        ContactPlan plan = Parse(Good.Replace("\"provider\": 3, ", ""));
        Assert.That(plan.DeliveriesOf(Samples.Leak() with { Providers = [] }, Samples.Now, Samples.Calendar), Has.Length.EqualTo(1));
    }

    [TestCase(Severity.Major, 0)]
    [TestCase(Severity.Critical, 1)]
    [TestCase(Severity.Blocker, 1)]
    public void DeliveriesOf_Severity_IsAtLeastTheLeast(Severity severity, int count)
    {
        ContactPlan plan = Samples.Plan(Samples.Contact("day") with { LeastSeverity = Severity.Critical });
        Assert.That(plan.DeliveriesOf(Samples.Leak() with { Severity = severity }, Samples.Now, Samples.Calendar), Has.Length.EqualTo(count));
    }

    [TestCase(EscalationLevel.ShiftHead, 1)]
    [TestCase(EscalationLevel.Dispatcher, 0)]
    public void DeliveriesOf_Warning_GoesToItsLevel(EscalationLevel level, int count)
    {
        ContactPlan plan = Samples.Plan(Samples.Contact("day") with { Levels = [EscalationLevel.ShiftHead] });
        Assert.That(plan.DeliveriesOf(Samples.Leak().With(level), Samples.Now, Samples.Calendar), Has.Length.EqualTo(count));
    }

    [Test]
    public void DeliveriesOf_ToldTwoWays_IsToldOnce()
    {
        DutyHours night = new(new(20, 0), new(8, 0));
        ContactPlan plan = Samples.Plan(
            Samples.Contact("first") with { Hours = night, Substitute = "third" },
            Samples.Contact("second") with { Hours = night, Substitute = "third" },
            Samples.Contact("third"));
        Assert.That(plan.DeliveriesOf(Samples.Leak(), Samples.Now, Samples.Calendar).Select(delivery => delivery.Contact.Name), Is.EqualTo(new[] { "third" }));
    }

    private static int CountOf(IncidentNotice notice) => Parse(Good).DeliveriesOf(notice, Samples.Now, Samples.Calendar).Length;

    private static string Told(ContactPlan plan, IncidentNotice notice, int localHour)
    {
        DateTimeOffset time = new(2026, 1, 15, localHour, 14, 0, Samples.Calendar.UtcOffset);
        PlannedDelivery delivery = plan.DeliveriesOf(notice, time, Samples.Calendar).Single();
        Assert.That(delivery.NotBefore, Is.GreaterThanOrEqualTo(time).And.LessThan(time.AddDays(1)));
        return $"{delivery.Contact.Name} {Samples.Calendar.ToLocal(delivery.NotBefore):HH:mm}";
    }

    private static ContactPlan Parse(string json) => ContactPlan.Parse(Encoding.UTF8.GetBytes(json), "contacts.json");
}
