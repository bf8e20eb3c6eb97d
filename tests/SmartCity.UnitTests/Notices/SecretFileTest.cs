using SmartCity.Notices;

namespace SmartCity.UnitTests.Notices;

public sealed class SecretFileTest
{
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("secret").FullName, "key");

    [TearDown]
    public void DeleteFile() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void ReadKeys_TwoLines_AreTwoKeys()
    {
        Write($"{Key}\n whsec_{Convert.ToBase64String(new byte[32])} \n\n");
        Assert.That(SecretFile.ReadKeys(_path).Select(key => key.Length), Is.EqualTo(new[] { 24, 32 }));
    }

    [TestCase("", "1 to 4 lines")]
    [TestCase("whsec_", "base64")]
    [TestCase("secret", "base64")]
    [TestCase("whsec_not base64 at all, and quite long enough", "base64")]
    [TestCase("whsec_c2hvcnQ=", "24 to 64 bytes")]
    public void ReadKeys_NoKey_IsRefusedWithoutTellingIt(string text, string message)
    {
        Write(text);
        SecretFileException refusal = Assert.Throws<SecretFileException>(() => SecretFile.ReadKeys(_path))!;
        Assert.That(refusal.Message, Does.Contain(message).And.Contain(_path));
        Assert.That(text.Length < 8 || !refusal.ToString().Contains(text, StringComparison.Ordinal));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void ReadPassword_OthersMayTouchIt_IsRefused(UnixFileMode others)
    {
        Write("password\n");
        Assert.That(SecretFile.ReadPassword(_path), Is.EqualTo("password"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
            Assert.That(() => SecretFile.ReadPassword(_path), Throws.TypeOf<SecretFileException>().With.Message.Contains("chmod 600"));
        }
    }

    [Test]
    public void ReadPassword_NoFile_IsRefused() => Assert.That(() => SecretFile.ReadPassword(_path), Throws.TypeOf<SecretFileException>());

    [Test]
    public void ReadPassword_TooLong_IsRefused()
    {
        Write(new string('x', 5_000));
        Assert.That(() => SecretFile.ReadPassword(_path), Throws.TypeOf<SecretFileException>().With.Message.Contains("longer"));
    }

    private void Write(string text) => WriteSecret(_path, text);

    /// <summary>Writes a file that only its owner may read.</summary>
    internal static void WriteSecret(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
