using System.Text;
using SmartCity.Cli;
using SmartCity.Cli.Keys;
using SmartCity.Ethereum;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;

namespace SmartCity.UnitTests.Cli.Keys;

public sealed class SecretPromptTest
{
    private readonly StringBuilder _shown = new();

    [SetUp]
    public void ShowNothing() => _shown.Clear();

    [Test]
    public void Ask_TypedWithMistakes_IsWhatStands()
    {
        using Passphrase passphrase = Prompt("abx\bcп\n").Ask("Passphrase");

        Assert.That(Encoding.UTF8.GetString(passphrase.Bytes.Span), Is.EqualTo("abcп"));
        Assert.That(_shown.ToString(), Is.EqualTo($"Passphrase: {Environment.NewLine}"));
    }

    [Test]
    public void Ask_NothingTyped_IsRefused() => Assert.Throws<CommandException>(() => Prompt("\n").Ask("Passphrase"));

    [Test]
    public void Ask_Endless_IsRefused() => Assert.Throws<CommandException>(() => Prompt(new string('x', 2_000)).Ask("Passphrase"));

    [TestCase("long enough\nlong enough\n", null)]
    [TestCase("long enough\nlong enoughh\n", "not the same")]
    [TestCase("short\nshort\n", "at least 8")]
    public void AskNew_Twice_MustBeTheSameAndLong(string typed, string? problem)
    {
        if (problem is null)
        {
            using Passphrase passphrase = Prompt(typed).AskNew("New");
            Assert.That(passphrase.Bytes.Length, Is.EqualTo(11));
            return;
        }
        Assert.That(() => Prompt(typed).AskNew("New"), Throws.TypeOf<CommandException>().With.Message.Contain(problem));
    }

    [TestCase("0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")]
    [TestCase("7A28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")]
    public void Parse_PrivateKey_IsTheKey(string digits)
    {
        using EthECKey key = PrivateKeyFile.Parse(Encoding.UTF8.GetBytes(digits));
        Assert.That(key.Address, Is.EqualTo(Address.Parse("0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b")));
    }

    [TestCase("")]
    [TestCase("0x7a28")]
    [TestCase("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9g")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    public void Parse_NoPrivateKey_IsRefusedUnseen(string digits)
    {
        CommandException refused = Assert.Throws<CommandException>(() => PrivateKeyFile.Parse(Encoding.UTF8.GetBytes(digits)))!;
        Assert.That(digits.Length > 0 && refused.Message.Contains(digits, StringComparison.Ordinal), Is.False);
    }

    private SecretPrompt Prompt(string typed)
    {
        Queue<char> keys = new(typed);
        return new(
            () => keys.Dequeue() switch
            {
                '\n' => new('\r', ConsoleKey.Enter, false, false, false),
                '\b' => new('\b', ConsoleKey.Backspace, false, false, false),
                var c => new(c, default, false, false, false),
            },
            text => _shown.Append(text));
    }
}
