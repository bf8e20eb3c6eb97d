using System.Globalization;
using SmartCity.Domain;
using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

[NonParallelizable]
public sealed class TextTest
{
    private static readonly Counted Hours = new(new("час", "hour"), "часа", new("часов", "hours"));
    private CultureInfo _culture = null!;

    [SetUp]
    public void Keep() => _culture = CultureInfo.CurrentCulture;

    [TearDown]
    public void Restore() => Speak(_culture.Name);

    [TestCase(1, ExpectedResult = "1 час")]
    [TestCase(3, ExpectedResult = "3 часа")]
    [TestCase(5, ExpectedResult = "5 часов")]
    [TestCase(11, ExpectedResult = "11 часов", Description = "11..14 do not follow their last digit")]
    [TestCase(14, ExpectedResult = "14 часов")]
    [TestCase(21, ExpectedResult = "21 час")]
    [TestCase(112, ExpectedResult = "112 часов")]
    public string Counted_Russian_TakesItsForm(int count)
    {
        Speak("ru-RU");
        return Hours.For(count);
    }

    [TestCase("ru-RU", 123_405ul, ExpectedResult = "1\u00a0234,05\u00a0₽")]
    [TestCase("en-GB", 123_405ul, ExpectedResult = "1,234.05\u00a0₽")]
    [TestCase("en-GB", 7ul, ExpectedResult = "0.07\u00a0₽")]
    public string Money_Culture_IsFollowed(string culture, ulong kopecks)
    {
        Speak(culture);
        return Formats.Money(new Kopecks(kopecks));
    }

    [TestCase(EnergyKind.Electricity, 133_630ul, ExpectedResult = "133.630")]
    [TestCase(EnergyKind.Heat, 712_714ul, ExpectedResult = "0.712714")]
    public string EnergyNumber_Kind_HasAllBilledDigits(EnergyKind kind, ulong quantity)
    {
        Speak("en-GB");
        return Formats.EnergyNumber(kind, new(quantity));
    }

    [TestCase("//evil.example", ExpectedResult = "/")]
    [TestCase("/\\evil.example", ExpectedResult = "/")]
    [TestCase("https://evil.example", ExpectedResult = "/")]
    [TestCase(null, ExpectedResult = "/")]
    [TestCase("/bills?x=1", ExpectedResult = "/bills?x=1")]
    public string OrHome_Url_StaysOnThisServer(string? url) => LocalUrl.OrHome(url);

    [TestCase(0, 24, 5, ExpectedResult = "1/1")]
    [TestCase(48, 24, 99, ExpectedResult = "2/2")]
    [TestCase(49, 24, -3, ExpectedResult = "1/3")]
    public string Pager_NumberBeyondTheEnds_IsMovedInside(int rows, int size, int number)
    {
        Pager pager = Pager.Of("/hours", rows, size, number);
        return $"{pager.Number}/{pager.Pages}";
    }

    private static void Speak(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
    }
}
