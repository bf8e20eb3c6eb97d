namespace SmartCity.Rules;

/// <summary>Which rules an alarm was raised by.</summary>
/// <param name="Name">Name of the rule file's subject, e.g. <c>itp</c>.</param>
/// <param name="Number">Its version, from 1.</param>
/// <param name="Hash">SHA-256 of the file's canonical JSON, 64 hexadecimal digits: two versions that say the same have the same.</param>
public sealed record RuleVersion(string Name, int Number, string Hash)
{
    /// <summary>E.g. <c>itp/3 a1b2…</c>.</summary>
    public override string ToString() => $"{Name}/{Number} {Hash}";
}

/// <summary>What an alarm is to people, in one language.</summary>
/// <param name="Title">A few words.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Action">What to do.</param>
public sealed record AlarmText(string Title, string Meaning, string Action);

/// <summary>A rule of a rule book: one alarm of an object.</summary>
public sealed record AlarmRule
{
    /// <summary>Name for logs, files and addresses, e.g. <c>A1</c>, <c>A3.T1.HIGH</c>, <c>DIAG_SIGNAL.FLOW</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Number of the alarm in the brief and in the incident log, 1..4; 0 for what stays off the chain.</summary>
    public required byte Number { get; init; }

    /// <summary>What it is about.</summary>
    public required AlarmClass Class { get; init; }

    /// <summary>How much it matters, unless a condition of the rule says it matters more.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How long its condition must hold before it is raised.</summary>
    public required TimeSpan OnDelay { get; init; }

    /// <summary>How long its condition must not hold before it is cleared.</summary>
    public required TimeSpan OffDelay { get; init; }

    /// <summary>Must a person acknowledge it even when it has ended?</summary>
    public required bool NeedsAcknowledgement { get; init; }

    /// <summary>Does it stay, when it has ended, until a person resets it?</summary>
    public required bool IsLatched { get; init; }

    /// <summary>Longest time for which it may be shelved.</summary>
    public required TimeSpan LongestShelving { get; init; }

    /// <summary>Codes of the alarms that are its consequences: they are mute while it stands.</summary>
    public required IReadOnlyList<string> Mutes { get; init; }

    /// <summary>What it is in Russian.</summary>
    public required AlarmText Russian { get; init; }

    /// <summary>What it is in English.</summary>
    public required AlarmText English { get; init; }

    /// <summary>The rules it is part of.</summary>
    public required RuleVersion Version { get; init; }

    /// <summary>Is it about the measuring? Then it makes no incident.</summary>
    public bool IsDiagnostic => Class == AlarmClass.Diagnostic;

    /// <summary>The code.</summary>
    public override string ToString() => Code;
}
