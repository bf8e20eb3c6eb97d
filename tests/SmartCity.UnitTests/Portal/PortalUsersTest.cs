using SmartCity.Domain;
using SmartCity.Portal;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Portal;

public sealed class PortalUsersTest
{
    private string _folder = null!;

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("smartcity-users-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void CreateDemo_EveryAccount_SignsInAndItsPasswordIsNotKept()
    {
        CityPlan plan = CityPlan.Parse(File.ReadAllText(RepositoryFiles.PathOf("config/demo-city.json")));
        IReadOnlyList<DemoAccount> accounts = PortalUsers.CreateDemo(_folder, plan);
        string file = File.ReadAllText(Path.Combine(_folder, PortalUsers.FileName));
        PortalUsers users = PortalUsers.Load(_folder);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(accounts.Select(account => account.Role).Distinct(), Is.EquivalentTo(Enum.GetValues<PortalRole>()));
        foreach (DemoAccount account in accounts)
        {
            Assert.That(users.SignIn(account.Login, account.Password)?.Role, Is.EqualTo(account.Role), account.Login);
            Assert.That(file, Does.Not.Contain(account.Password));
        }
        Assert.That(users.SignIn(accounts[0].Login, accounts[1].Password), Is.Null);
        Assert.That(users.SignIn("nobody", accounts[0].Password), Is.Null);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(Path.Combine(_folder, PortalUsers.FileName)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [TestCase("{", "not as they should be")]
    [TestCase("""{"version":2,"users":[]}""", "version 2")]
    [TestCase("""{"version":1,"users":[{"login":"a","passwordHash":"x","role":"Resident"}]}""", "lacks something")]
    public void Load_WrongFile_SaysWhatToDo(string content, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, PortalUsers.FileName), content);
        Assert.That(() => PortalUsers.Load(_folder), Throws.TypeOf<PortalSetupException>().With.Message.Contains(expected));
    }

    [Test]
    public void StampOf_RightsChanged_EndsTheSession()
    {
        PortalUser user = new("a", "hash", PortalRole.Utility, Provider: 1);
        Assert.That(PortalUsers.StampOf(user with { Provider = 2 }), Is.Not.EqualTo(PortalUsers.StampOf(user)));
    }
}
