using System.Reflection;
using System.Xml.Linq;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests;

/// <summary>The rooms of docs/ARCHITECTURE.md and the only dependencies between them that are allowed.</summary>
public sealed class ArchitectureTest
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Domain"] = [],
        ["Rules"] = ["Domain"],
        ["Ethereum"] = [],
        ["Ledger"] = ["Domain", "Ethereum"],
        ["Alphalogic"] = ["Domain"],
        ["Aiis"] = ["Domain"],
        ["Notices"] = ["Domain", "Rules"],
        ["Emulator"] = [],
        ["Oracle"] = ["Aiis", "Alphalogic", "Domain", "Ethereum", "Ledger", "Notices", "Rules"],
        ["Audit"] = ["Domain", "Ethereum", "Ledger"],
        ["Portal"] = ["Audit", "Domain", "Ethereum", "Ledger", "Notices", "Oracle", "Rules"],
        ["Cli"] = ["Aiis", "Alphalogic", "Audit", "Domain", "Emulator", "Ethereum", "Ledger", "Notices", "Oracle", "Portal", "Rules"],
    };

    private static readonly Dictionary<string, string[]> s_allowedPackages = new()
    {
        ["Domain"] = [],
        ["Rules"] = [],
        ["Ethereum"] = ["BouncyCastle.Cryptography"],
        ["Aiis"] = [],
    };

    private static string[] Rooms => [.. s_allowed.Keys];

    /// <summary>A class whose objects are equal by their content says so with == too: the compiler takes that of references otherwise.</summary>
    [TestCaseSource(nameof(Rooms))]
    public void Classes_EqualByContent_HaveTheOperator(string room)
    {
        IEnumerable<string> traps = Assembly.Load($"SmartCity.{room}".Replace("SmartCity.Cli", "smartcity", StringComparison.Ordinal)).GetTypes()
            .Where(type => type.IsClass && typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type))
            .Where(type => type.GetMethod("op_Equality", BindingFlags.Public | BindingFlags.Static) is null)
            .Select(type => type.FullName!);
        Assert.That(traps, Is.Empty);
    }

    [Test]
    public void Rooms_AllProjects_AreInTheTable() =>
        Assert.That(
            Directory.GetDirectories(RepositoryFiles.PathOf("src")).Select(folder => Path.GetFileName(folder).Replace("SmartCity.", "")),
            Is.EquivalentTo(Rooms));

    [TestCaseSource(nameof(Rooms))]
    public void References_OfARoom_AreAllowed(string room)
    {
        XDocument project = XDocument.Load(RepositoryFiles.PathOf("src", $"SmartCity.{room}", $"SmartCity.{room}.csproj"));
        IEnumerable<string> references = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value).Replace("SmartCity.", ""));
        Assert.That(references, Is.SubsetOf(s_allowed[room]));
    }

    [TestCase("Domain")]
    [TestCase("Rules")]
    [TestCase("Ethereum")]
    [TestCase("Aiis")]
    public void Packages_OfACoreRoom_AreAllowed(string room)
    {
        XDocument project = XDocument.Load(RepositoryFiles.PathOf("src", $"SmartCity.{room}", $"SmartCity.{room}.csproj"));
        IEnumerable<string> packages = project.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value);
        Assert.That(packages, Is.SubsetOf(s_allowedPackages[room]));
    }
}
