using System.Globalization;
using SmartCity.Domain;
using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

[NonParallelizable]
public sealed class RefusalTextTest
{
    private static readonly CityCalendar s_calendar = new(TimeSpan.FromHours(3));
    private CultureInfo _culture = null!;

    [SetUp]
    public void Keep() => _culture = CultureInfo.CurrentCulture;

    [TearDown]
    public void Restore() => (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (_culture, _culture);

    [TestCase("After Registered does not come Closed.", "ru-RU", ExpectedResult = "После стадии «зарегистрирован» не идёт «закрыт».")]
    [TestCase("After Registered does not come Closed.", "en-GB", ExpectedResult = "After registered does not come closed.")]
    [TestCase("The signal must stay normal until 2026-11-29 02:15:00Z.", "ru-RU", ExpectedResult = "Сигнал должен оставаться в норме до 29.11.2026 05:15:00.")]
    [TestCase("A4 is Shelved already.", "ru-RU", ExpectedResult = "A4 уже в состоянии «отложена».")]
    [TestCase("There is no incident 3.", "ru-RU", ExpectedResult = "Инцидента 3 нет.")]
    [TestCase("Something else.", "ru-RU", ExpectedResult = "Something else.")]
    public string Of_Reason_IsSaidInTheLanguageOfTheRequest(string reason, string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
        return RefusalText.Of(s_calendar, reason);
    }
}
