using System.Diagnostics;
using System.Globalization;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>What is asked of the oracle when an organisation has answered. Pure.</summary>
internal static class AnswerRequest
{
    /// <summary>
    /// A crew is sent where the incident is past its acknowledgement and it is known until when it is to be repaired; all else is a comment. Nothing
    /// an organisation says acknowledges an incident or calls it restored: the law's clock of the answer is that of the dispatcher (ПП 416, п. 13),
    /// and that supply is back a dispatcher confirms.
    /// </summary>
    /// <param name="answer">What was answered.</param>
    /// <param name="incident">The incident as it is now.</param>
    public static DeskRequest Of(OrganisationAnswer answer, IncidentView incident)
    {
        (string? crew, DateTimeOffset? until) = answer switch
        {
            OrganisationAnswer.CrewSent sent => (sent.Crew, sent.Time ?? incident.PlannedAt),
            OrganisationAnswer.Expected expected => (incident.State.Crew, expected.Time),
            _ => (null, null),
        };
        bool canBeSent = incident.State is { IsOpen: true, Stage: >= IncidentStage.Acknowledged };
        return canBeSent && crew is not null && until is { } time && time > incident.At
            ? new DeskRequest.SendCrew(incident.Id, crew, time)
            : new DeskRequest.Comment(incident.Id);
    }

    /// <summary>What the entry of the history says: all that was answered, in at most <see cref="OracleCommands.MaxText"/> characters.</summary>
    public static string NoteOf(OrganisationAnswer answer, CityCalendar calendar)
    {
        string said = answer switch
        {
            OrganisationAnswer.Accepted => "Принято.",
            OrganisationAnswer.CrewSent { Time: { } time } sent => $"Направлена бригада: {sent.Crew}; восстановить обещано до {Local(time)}.",
            OrganisationAnswer.CrewSent sent => $"Направлена бригада: {sent.Crew}.",
            OrganisationAnswer.Expected expected => $"Восстановить обещано до {Local(expected.Time)}.",
            OrganisationAnswer.Restored => "Сообщает, что подача восстановлена: проверьте и отметьте.",
            OrganisationAnswer.Refused refused => $"Отказ: {refused.Reason}",
            var unknown => throw new UnreachableException($"Unmapped answer {unknown}."),
        };
        return $"{said} Ответил: {answer.By}, {Local(answer.At)}";

        string Local(DateTimeOffset time) => calendar.ToLocal(time).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
    }
}
