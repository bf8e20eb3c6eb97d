using System.Globalization;
using System.Text;
using CsCheck;
using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

public sealed class WebhookSignatureTest
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Sent = 1_614_265_330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly byte[] s_key = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly byte[] s_other = new byte[24];
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("{\"test\": 2432232314}");

    /// <summary>The convention's own example; HMAC-SHA256 of it was computed with another program too.</summary>
    [Test]
    public void Sign_ExampleOfTheConvention_IsItsSignature() => Assert.That(WebhookSignature.Sign([s_key], Id, Sent, s_body), Is.EqualTo(Signature));

    [TestCase(0, ExpectedResult = null)]
    [TestCase(300, ExpectedResult = null, Description = "the last second in time")]
    [TestCase(-300, ExpectedResult = null, Description = "a clock that is ahead")]
    [TestCase(301, ExpectedResult = "minutes off")]
    [TestCase(-301, ExpectedResult = "minutes off")]
    public string? Violation_Age_IsAtMostFiveMinutes(int seconds) =>
        Violation(timestamp: (Sent - seconds).ToString(CultureInfo.InvariantCulture), signature: WebhookSignature.Sign([s_key], Id, Sent - seconds, s_body)) is { } violation
            ? violation.Contains("minutes off", StringComparison.Ordinal) ? "minutes off" : violation
            : null;

    [TestCase(null, "1614265330", Signature, "webhook-id")]
    [TestCase("", "1614265330", Signature, "webhook-id")]
    [TestCase("with.stop", "1614265330", Signature, "webhook-id")]
    [TestCase(Id, null, Signature, "webhook-timestamp")]
    [TestCase(Id, "1614265330.0", Signature, "webhook-timestamp")]
    [TestCase(Id, "-1614265330", Signature, "webhook-timestamp")]
    [TestCase(Id, "9223372036854775807", Signature, "webhook-timestamp")]
    [TestCase(Id, "1614265330", null, "webhook-signature")]
    [TestCase(Id, "1614265330", "v1,", "webhook-signature")]
    [TestCase(Id, "1614265330", "v1,????", "webhook-signature")]
    [TestCase(Id, "1614265330", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "webhook-signature", Description = "no version")]
    [TestCase(Id, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "webhook-signature")]
    [TestCase(Id, "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A==", "webhook-signature", Description = "shorter")]
    [TestCase("other", "1614265330", Signature, "webhook-signature")]
    [TestCase(Id, "1614265331", Signature, "webhook-signature")]
    public void Violation_WrongHeader_IsNamed(string? id, string? timestamp, string? signature, string header) =>
        Assert.That(
            WebhookSignature.Violation([s_key], id, timestamp, signature, s_body, DateTimeOffset.FromUnixTimeSeconds(Sent)), Does.Contain(header));

    [Test]
    public void Violation_SecretBeingChanged_EitherWillDo()
    {
        string both = WebhookSignature.Sign([s_other, s_key], Id, Sent, s_body);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(both.Split(' '), Has.Length.EqualTo(2));
        Assert.That(Violation(signature: both), Is.Null, "signed with two, one is known");
        Assert.That(Violation(keys: [s_other, s_key]), Is.Null, "signed with one, two are known");
        Assert.That(Violation(keys: [s_other]), Is.Not.Null);
        Assert.That(Violation(keys: []), Is.Not.Null, "without a secret nothing is genuine");
    }

    /// <summary>No bit of the body can be changed.</summary>
    [Test]
    public void Violation_OneBitOfTheBody_IsSeen() =>
        Gen.Select(Gen.Byte.Array[1, 100], Gen.Int[0, 799]).Sample((body, bit) =>
        {
            string signature = WebhookSignature.Sign([s_key], Id, Sent, body);
            Assert.That(Violation(signature: signature, body: body), Is.Null);
            body[bit / 8 % body.Length] ^= (byte)(1 << bit % 8);
            Assert.That(Violation(signature: signature, body: body), Is.Not.Null);
        });

    private static string? Violation(byte[][]? keys = null, string timestamp = "1614265330", string signature = Signature, byte[]? body = null) =>
        WebhookSignature.Violation(keys ?? [s_key], Id, timestamp, signature, body ?? s_body, DateTimeOffset.FromUnixTimeSeconds(Sent));
}
