using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The rule files that the program carries: those of config when it was built.</summary>
public static class RuleFiles
{
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
