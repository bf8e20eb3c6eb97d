using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>What an organisation answers to a notice. Closed.</summary>
/// <param name="Incident">Which incident.</param>
/// <param name="At">When it happened, by the organisation's clock.</param>
/// <param name="By">Who answers, a person or a desk; plain text.</param>
public abstract record OrganisationAnswer(IncidentReference Incident, DateTimeOffset At, string By)
{
    /// <summary>It answers for it.</summary>
    public sealed record Accepted(IncidentReference Incident, DateTimeOffset At, string By) : OrganisationAnswer(Incident, At, By);

    /// <summary>A crew is sent.</summary>
    /// <param name="Incident">Which incident.</param>
    /// <param name="At">When it was sent.</param>
    /// <param name="By">Who answers.</param>
    /// <param name="Crew">Which crew; plain text.</param>
    /// <param name="Time">Until when it is to be repaired, after <paramref name="At"/>; <c>null</c> when it is not said.</param>
    public sealed record CrewSent(IncidentReference Incident, DateTimeOffset At, string By, string Crew, DateTimeOffset? Time) : OrganisationAnswer(Incident, At, By);

    /// <summary>Supply is expected to be restored.</summary>
    /// <param name="Incident">Which incident.</param>
    /// <param name="At">When that was found.</param>
    /// <param name="By">Who answers.</param>
    /// <param name="Time">When it will be; after <paramref name="At"/>.</param>
    public sealed record Expected(IncidentReference Incident, DateTimeOffset At, string By, DateTimeOffset Time) : OrganisationAnswer(Incident, At, By);

    /// <summary>Supply is restored, at <see cref="OrganisationAnswer.At"/>.</summary>
    public sealed record Restored(IncidentReference Incident, DateTimeOffset At, string By) : OrganisationAnswer(Incident, At, By);

    /// <summary>It is not the organisation's to deal with.</summary>
    /// <param name="Incident">Which incident.</param>
    /// <param name="At">When that was found.</param>
    /// <param name="By">Who answers.</param>
    /// <param name="Reason">Why; plain text.</param>
    public sealed record Refused(IncidentReference Incident, DateTimeOffset At, string By, string Reason) : OrganisationAnswer(Incident, At, By);
}
