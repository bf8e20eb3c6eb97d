using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The rule files that the program carries: those of config/rules when it was built.</summary>
public static class RuleFiles
{
    /// <summary>The rules of heat substations (ИТП).</summary>
    public static RuleBook Substation()
    {
        const string Name = "rules/itp.json";
        using Stream stream = typeof(RuleFiles).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The program was built without {Name}.");
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return RuleBook.Parse(copy.ToArray(), Name);
    }
}
