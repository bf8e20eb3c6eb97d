using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

public sealed class AmountsTest
{
    [TestCase("1250,50", ExpectedResult = 125_050ul)]
    [TestCase("1250.5", ExpectedResult = 125_050ul)]
    [TestCase("1\u00a0250,05 ₽", ExpectedResult = 125_005ul, Description = "as the portal writes it")]
    [TestCase("7", ExpectedResult = 700ul)]
    [TestCase("0", ExpectedResult = 0ul)]
    public ulong TryParse_Amount_IsKopecks(string text)
    {
        Assert.That(Amounts.TryParse(text, out SmartCity.Domain.Kopecks amount), Is.True);
        return amount.Value;
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("-1")]
    [TestCase("1,234", Description = "three digits: a thousand or a fraction? It is refused, not guessed")]
    [TestCase("1.2.3")]
    [TestCase("1,")]
    [TestCase(",5")]
    [TestCase("1e3")]
    [TestCase("٣", Description = "a digit of another script")]
    [TestCase("1234567890123")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.That(Amounts.TryParse(text, out _), Is.False);
}
