using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using SmartCity.Ethereum;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;

namespace SmartCity.UnitTests.Ethereum.KeyStore;

public sealed class KeyStoreTest
{
    /// <summary>The scrypt vector of the definition of Web3 Secret Storage; its PBKDF2 vector is among the wallets of
    /// ethers.</summary>
    private const string Official = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private static readonly byte[] Passphrase = Encoding.UTF8.GetBytes("correct horse — пароль");

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("keystore-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Decrypt_OfficialVector_IsTheKey()
    {
        using EthECKey key = KeyStoreV3.Decrypt(Official, "testpassword"u8);
        Assert.That(Hex.Encode(key.GetPrivateKey()),
            Is.EqualTo("0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"));
    }

    [Test]
    public void Decrypt_Encrypted_IsTheKey()
    {
        using EthECKey key = EthECKey.Generate();
        string json = KeyStoreV3.Encrypt(key, Passphrase, KeyStoreOptions.Light);
        using EthECKey read = KeyStoreV3.Decrypt(json, Passphrase);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(read.GetPrivateKey(), Is.EqualTo(key.GetPrivateKey()));
        Assert.That(json, Does.Not.Contain(Convert.ToHexStringLower(key.GetPrivateKey())));
        Assert.That(KeyStoreV3.Encrypt(key, Passphrase, KeyStoreOptions.Light),
            Is.Not.EqualTo(json), "salt and iv are new each time");
    }

    [Test]
    public void Decrypt_WrongPassphrase_SaysSo()
    {
        using EthECKey key = EthECKey.Generate();
        string json = KeyStoreV3.Encrypt(key, Passphrase, KeyStoreOptions.Light);
        Assert.Throws<WrongPassphraseException>(() => KeyStoreV3.Decrypt(json, "wrong"u8));
    }

    [TestCase("ciphertext")]
    [TestCase("mac")]
    [TestCase("kdfparams/salt")]
    public void Decrypt_Changed_IsRefused(string path)
    {
        JsonNode root = Encrypted();
        JsonNode node = path.Split('/').Aggregate(root["crypto"]!, (parent, name) => parent[name]!);
        string text = (string)node!;
        node.ReplaceWith((text[0] == '0' ? '1' : '0') + text[1..]);
        Assert.Throws<WrongPassphraseException>(() => KeyStoreV3.Decrypt(root.ToJsonString(), Passphrase));
    }

    [TestCase("version", "4")]
    [TestCase("version", "\"3\"")]
    [TestCase("address", "\"0000000000000000000000000000000000000001\"")]
    [TestCase("crypto", "null")]
    [TestCase("crypto/cipher", "\"aes-256-ctr\"")]
    [TestCase("crypto/ciphertext", "\"\"")]
    [TestCase("crypto/ciphertext", "\"xx\"")]
    [TestCase("crypto/cipherparams", "{\"iv\":\"00\"}")]
    [TestCase("crypto/mac", "null")]
    [TestCase("crypto/kdf", "\"argon2\"")]
    [TestCase("crypto/kdf", "\"\\ud800\"")]
    [TestCase("crypto/kdf", "\"pbkdf2\"")]
    [TestCase("crypto/kdfparams/n", "3")]
    [TestCase("crypto/kdfparams/n", "1073741824")]
    [TestCase("crypto/kdfparams/n", "4294967296")]
    [TestCase("crypto/kdfparams/r", "0")]
    [TestCase("crypto/kdfparams/p", "1000")]
    [TestCase("crypto/kdfparams/dklen", "64")]
    public void Decrypt_Malformed_IsRefused(string path, string value)
    {
        JsonNode root = Encrypted();
        string[] parts = path.Split('/');
        JsonNode parent = parts[..^1].Aggregate(root, (node, name) => node[name]!);
        string json = root.ToJsonString();
        string old = parent[parts[^1]]!.ToJsonString();
        json = json.Replace($"\"{parts[^1]}\":{old}", $"\"{parts[^1]}\":{value}", StringComparison.Ordinal);
        Assert.That(() => KeyStoreV3.Decrypt(json, Passphrase), Throws.InstanceOf<KeyStoreException>());
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{}")]
    public void Decrypt_NotAKeyFile_IsRefused(string json) =>
        Assert.That(() => KeyStoreV3.Decrypt(json, Passphrase), Throws.InstanceOf<KeyStoreException>());

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task CreateAsync_File_IsItsOwnersAlone()
    {
        string path = Path.Combine(_folder, "oracle.json");
        using EthECKey key = EthECKey.Generate();

        await KeyFile.CreateAsync(path, key, Passphrase, KeyStoreOptions.Light, CancellationToken.None);
        using EthECKey read = await KeyFile.OpenAsync(path, Passphrase, CancellationToken.None);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(read.Address, Is.EqualTo(key.Address));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { path }), "no temporary file is left");
    }

    [Test]
    public async Task CreateAsync_FileExists_IsNotOverwritten()
    {
        string path = Path.Combine(_folder, "oracle.json");
        await File.WriteAllTextAsync(path, "precious");
        using EthECKey key = EthECKey.Generate();

        Assert.ThrowsAsync<KeyStoreException>(() =>
            KeyFile.CreateAsync(path, key, Passphrase, KeyStoreOptions.Light, CancellationToken.None));
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("precious"));
    }

    [Test]
    public void CreateAsync_NoFolder_SaysWhichFile()
    {
        string path = Path.Combine(_folder, "missing", "oracle.json");
        using EthECKey key = EthECKey.Generate();
        KeyStoreException? exception = Assert.ThrowsAsync<KeyStoreException>(() =>
            KeyFile.CreateAsync(path, key, Passphrase, KeyStoreOptions.Light, CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain(path));
    }

    [Test]
    public async Task OpenAsync_MissingOrTooLarge_IsRefused()
    {
        string large = Path.Combine(_folder, "large");
        await File.WriteAllBytesAsync(large, new byte[100_000]);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.ThrowsAsync<KeyStoreException>(() => KeyFile.OpenAsync(Path.Combine(_folder, "missing"), Passphrase, CancellationToken.None));
        Assert.ThrowsAsync<KeyStoreException>(() => KeyFile.OpenAsync(large, Passphrase, CancellationToken.None));
    }

    private static JsonNode Encrypted()
    {
        using EthECKey key = EthECKey.Generate();
        return JsonNode.Parse(KeyStoreV3.Encrypt(key, Passphrase, KeyStoreOptions.Light))!;
    }
}
