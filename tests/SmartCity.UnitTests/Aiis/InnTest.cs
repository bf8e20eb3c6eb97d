using CsCheck;
using SmartCity.Aiis;

namespace SmartCity.UnitTests.Aiis;

public sealed class InnTest
{
    [TestCase("5257072937", ExpectedResult = true)]
    [TestCase("1328903069", ExpectedResult = true)]
    [TestCase("7707083893", ExpectedResult = true)]
    [TestCase("500100732259", ExpectedResult = true, Description = "a person's")]
    [TestCase("500100732258", ExpectedResult = false)]
    [TestCase("500100732269", ExpectedResult = false)]
    [TestCase("5257072938", ExpectedResult = false)]
    [TestCase("525707293", ExpectedResult = false)]
    [TestCase("525707293x", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase(null, ExpectedResult = false)]
    public bool IsValid_Number(string? text) => Inn.IsValid(text);

    /// <summary>No single digit can be changed unseen but where the weight makes 11 of 10: the check's own weakness.</summary>
    [Test]
    public void IsValid_LastDigitChanged_IsSeen() => Gen.Int[1, 9].Sample(
        shift => !Inn.IsValid("525707293" + (char)('0' + (7 + shift) % 10)));
}
