using SmartCity.Ethereum;
using SmartCity.Ledger;

namespace SmartCity.UnitTests.Ledger;

public sealed class DeployedCityTest
{
    [Test]
    public void Parse_WhatToJsonWrote_IsTheSame()
    {
        DeployedCity city = Cities.Deployed();
        DeployedCity read = DeployedCity.Parse(city.ToJson());
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(read with { Accounts = city.Accounts }, Is.EqualTo(city));
        Assert.That(read.Accounts, Is.EqualTo(city.Accounts));
        Assert.That(city.ToJson(), Does.Contain("ул. Садовая, 12"), "people read the file");
    }

    [Test]
    public void AccountOf_Flat_IsFoundOrNamed()
    {
        DeployedCity city = Cities.Deployed();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(city.AccountOf("ул. Садовая, 12", "2а"), Is.EqualTo(Keccak.Hash256("account 2")));
        Assert.That(() => city.AccountOf("ул. Садовая, 12", "9"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("flat 9"));
    }

    [TestCase("Billing", "Biling", "Billing", Description = "a contract without an address")]
    [TestCase("genesisHash", "genesis", "genesis", Description = "a field missing")]
    [TestCase("0x0404040404040404040404040404040404040404", "0x04", "address", Description = "not an address")]
    public void Parse_Broken_SaysWhatIsWrong(string old, string replacement, string expected) => Assert.That(
        () => DeployedCity.Parse(Cities.Deployed().ToJson().Replace(old, replacement, StringComparison.Ordinal)),
        Throws.TypeOf<FormatException>().With.Message.Contains(expected));

    [Test]
    public async Task SaveAsync_OverAnOlderFile_ReplacesItWhole()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid()}.json");
        try
        {
            await File.WriteAllTextAsync(path, new string('x', 100_000));
            await Cities.Deployed().SaveAsync(path, CancellationToken.None);
            DeployedCity read = await DeployedCity.LoadAsync(path, CancellationToken.None);
            using IDisposable scope = Assert.EnterMultipleScope();
            Assert.That(read.ToJson(), Is.EqualTo(Cities.Deployed().ToJson()));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"), Has.Length.EqualTo(1));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void LoadAsync_NoFile_SaysWhatToDo() => Assert.That(
        () => DeployedCity.LoadAsync("/nowhere/deployment.json", CancellationToken.None),
        Throws.TypeOf<LedgerException>().With.Message.Contains("/nowhere/deployment.json").And.Message.Contains("smartcity deploy"));
}
