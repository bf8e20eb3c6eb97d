using System.Collections.Concurrent;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The rule files that the program carries: those of config when it was built.</summary>
public static class RuleFiles
{
    private static readonly ConcurrentDictionary<AlarmMode, RuleProgram> s_programs = [];

    /// <summary>The rules of heat substations (ИТП) with the file's parameters, made ready once for all who only look.</summary>
    public static RuleProgram Substation(AlarmMode mode) => s_programs.GetOrAdd(mode, static read => Substation().Compile(read));

    /// <summary>The rules of heat substations (ИТП).</summary>
    public static RuleBook Substation()
    {
        const string Name = "rules/itp.json";
        return RuleBook.Parse(Read(Name), Name);
    }

    /// <summary>What incidents are judged by.</summary>
    public static IncidentRules Incidents()
    {
        const string Name = "incidents.json";
        return IncidentRules.Parse(Read(Name), Name);
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(RuleFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
