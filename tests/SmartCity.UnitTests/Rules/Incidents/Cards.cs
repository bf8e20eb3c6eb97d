using SmartCity.Domain;
using SmartCity.Rules;
using SmartCity.UnitTests.Domain;

namespace SmartCity.UnitTests.Rules.Incidents;

/// <summary>Incidents and what is done with them, for tests. Minutes count from the registration.</summary>
internal static class Cards
{
    /// <summary>Noon in Moscow on the 16th of a month.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 16, 9, 0, 0, TimeSpan.Zero);

    public static readonly string Evidence = new('e', 64);

    public static readonly IncidentRules Law = IncidentRules.Parse(
        File.ReadAllBytes(RepositoryFiles.PathOf("config", "incidents.json")), "incidents.json");

    public static readonly IncidentClocks Clocks = new(Law, new(TimeSpan.FromHours(3)));

    public static readonly IncidentMachine Machine = new(Clocks);

    /// <summary>Registered at the start, its alarm a minute before.</summary>
    public static Incident New(byte alarm = 3) => Incident.Register(1, 1, alarm, At(-1), At(0), Severity.Major);

    public static DateTimeOffset At(double minutes) => Start.AddMinutes(minutes);

    public static Incident Do(this Incident incident, IncidentCommand command) => Machine.Do(incident, command) is IncidentOutcome.Done done
        ? done.Incident
        : throw new AssertionException(((IncidentOutcome.Refused)Machine.Do(incident, command)).Reason);

    public static string? Refusal(this Incident incident, IncidentCommand command) =>
        (Machine.Do(incident, command) as IncidentOutcome.Refused)?.Reason;

    /// <summary>Through the stages up to one, each a minute after the other, from one minute on.</summary>
    public static Incident To(this Incident incident, IncidentStage stage, double from = 1, string by = "petrova")
    {
        for (IncidentStage next = incident.Stage + 1; next <= stage; next++)
        {
            incident = incident.Do(new IncidentCommand.Advance(next, At(from++), by, Evidence));
        }
        return incident;
    }

    public static Incident Without(this Incident incident, int degrees, double from = 0, double usedHours = 0) => incident.Do(
        new IncidentCommand.Interrupt(7, EnergyKind.Heat, degrees, TimeSpan.FromHours(usedHours), At(from), "petrova", Evidence));

    public static DeadlineState StateAt(this Incident incident, Deadline deadline, double minutes) =>
        Clocks.At(incident, At(minutes))[(int)deadline];
}
