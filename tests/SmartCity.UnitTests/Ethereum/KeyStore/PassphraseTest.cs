using System.Text;
using SmartCity.Ethereum.KeyStore;

namespace SmartCity.UnitTests.Ethereum.KeyStore;

public sealed class PassphraseTest
{
    private string _file = "";

    [SetUp]
    public void Name() => _file = Path.GetTempFileName();

    [TearDown]
    public void Remove() => File.Delete(_file);

    [TestCase("secret — пароль")]
    [TestCase("secret — пароль\n")]
    [TestCase("secret — пароль\r\nanother line")]
    public async Task ReadFileAsync_File_IsItsFirstLine(string text)
    {
        await File.WriteAllTextAsync(_file, text);
        using Passphrase passphrase = await Passphrase.ReadFileAsync(_file, CancellationToken.None);

        Assert.That(Encoding.UTF8.GetString(passphrase.Bytes.Span), Is.EqualTo("secret — пароль"));
    }

    [Test]
    public void ReadFileAsync_EmptyOrEndlessOrMissing_IsRefusedWithItsName()
    {
        Assert.That(() => Passphrase.ReadFileAsync(_file, CancellationToken.None), Throws.TypeOf<KeyStoreException>().With.Message.Contain(_file));
        File.WriteAllText(_file, new string('x', Passphrase.MaxBytes + 1));
        Assert.That(() => Passphrase.ReadFileAsync(_file, CancellationToken.None), Throws.TypeOf<KeyStoreException>().With.Message.Contain("too long"));
        Assert.That(() => Passphrase.ReadFileAsync(_file + "no", CancellationToken.None), Throws.TypeOf<KeyStoreException>().With.Message.Contain(_file));
    }

    [Test]
    public void Dispose_Bytes_AreOverwritten()
    {
        Passphrase passphrase = Passphrase.Of("secret");
        ReadOnlyMemory<byte> bytes = passphrase.Bytes;

        passphrase.Dispose();

        Assert.That(bytes.ToArray(), Is.All.Zero);
    }

    [Test]
    public void ToString_Never_ShowsIt() => Assert.That(Passphrase.Of("secret").ToString(), Does.Not.Contain("secret"));

    [TestCase("secret", "secret", ExpectedResult = true)]
    [TestCase("secret", "secret ", ExpectedResult = false)]
    public bool Matches_Two(string left, string right)
    {
        using Passphrase first = Passphrase.Of(left);
        using Passphrase second = Passphrase.Of(right);
        return first.Matches(second);
    }
}
