using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SmartCity.Alphalogic;
using SmartCity.Oracle;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Oracle;

/// <summary>Each line that an oracle logs has an event id, and each id means one thing.</summary>
public sealed partial class LogEventsTest
{
    private static readonly Assembly[] s_rooms = [typeof(OracleHost).Assembly, typeof(AlphalogicClient).Assembly];

    [Test]
    public void EventIds_OfTheOracleProcess_AreThereAndUnique()
    {
        (int Id, string Name)[] events = [.. s_rooms.SelectMany(room => room.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.attribute is not null)
            .Select(found => (found.attribute!.EventId, $"{found.method.DeclaringType!.Name}.{found.method.Name}"))];

        Assert.That(events, Has.Length.GreaterThan(30));
        Assert.That(events.Where(found => found.Id <= 0).Select(found => found.Name), Is.Empty);
        Assert.That(events.GroupBy(found => found.Id).Where(group => group.Count() > 1).Select(group => string.Join(" = ", group)), Is.Empty);
    }

    [Test]
    public void Source_AnyRoom_LogsThroughNamedEventsOnly()
    {
        IEnumerable<string> others = Directory.EnumerateFiles(RepositoryFiles.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => UnnamedEvent().IsMatch(File.ReadAllText(file)));

        Assert.That(others, Is.Empty);
    }

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex UnnamedEvent();
}
