using SmartCity.Domain;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Incidents;

/// <summary>The draft of a report says what is known, and names what is not.</summary>
public sealed class AccidentReportTest
{
    private static readonly CityCalendar s_moscow = new(TimeSpan.FromHours(3));

    [Test]
    public void Draft_NoHeatForSevenHours_TellsClassTimesAndPeople()
    {
        Incident incident = Cards.New(alarm: 4).Without(20).To(IncidentStage.Dispatched) with { Crew = "бригада 3" };

        string draft = Draft(incident, minutes: 425)!;

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(draft, Does.Contain("1. Объект: ИТП 1\n"));
        Assert.That(draft, Does.Contain("№ 1, протечка"));
        Assert.That(draft, Does.Contain("— 1.4: перерыв теплоснабжения более 6 часов").And.Not.Contain("1.1:"));
        Assert.That(draft, Does.Contain("4. Начало: 16.11.2026 11:59; зарегистрирован: 16.11.2026 12:00"), "as the city's clocks show it");
        Assert.That(draft, Does.Contain("группа 7, с 16.11.2026 12:00, 7 ч 05 мин; допустимый срок восстановления: 17.11.2026 04:00"));
        Assert.That(draft, Does.Contain("принят: 16.11.2026 12:01, ответственный: petrova"));
        Assert.That(draft, Does.Contain("бригада: бригада 3"));
        Assert.That(draft, Does.Contain("— подача восстановлена: нет"));
        Assert.That(draft, Does.Contain("7. Причина: [заполнить]"));
    }

    [TestCase(359, ExpectedResult = false, Description = "six hours are permitted")]
    [TestCase(361, ExpectedResult = true)]
    public bool Draft_Limit(double minutes) => Draft(Cards.New(alarm: 4).Without(20), minutes) is not null;

    private static string? Draft(Incident incident, double minutes) =>
        AccidentReport.Draft(incident, "ИТП 1", Cards.Law.AccidentsAt(Cards.Start)!, s_moscow, Cards.At(minutes));
}
