using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>Drafts the report of an accident of heat supply (ПП 1014), in Russian: what is known is filled in, what is not is named.</summary>
public static class AccidentReport
{
    private const string Unknown = "[заполнить]";

    private static readonly CultureInfo s_russian = CultureInfo.GetCultureInfo("ru-RU");

    /// <summary>The draft of a report.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="objectName">Name of its object that people read.</param>
    /// <param name="rules">What makes an accident.</param>
    /// <param name="calendar">The city's calendar: times are told as its clocks show them.</param>
    /// <param name="at">The instant that is reported, source time.</param>
    /// <returns><c>null</c> when the incident is no accident of any class at that instant.</returns>
    public static string? Draft(Incident incident, string objectName, AccidentRules rules, CityCalendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(calendar);
        AccidentFacts facts = Accidents.FactsOf(incident, at);
        ImmutableArray<AccidentClass> classes = Accidents.Of(facts, rules);
        if (classes.IsEmpty || incident.Stage is IncidentStage.Rejected or IncidentStage.Merged)
        {
            return null;
        }
        StringBuilder text = new();
        Line("ДОНЕСЕНИЕ ОБ АВАРИИ ПРИ ТЕПЛОСНАБЖЕНИИ (проект)");
        Line($"Составлено: {Time(at)}");
        Line($"Основание: {string.Join("; ", rules.Acts)}");
        Line("");
        Line($"1. Объект: {objectName}");
        Line($"2. Карточка инцидента: № {incident.Number}, {AlarmName(incident.Alarm)}");
        Line("3. Признаки аварии:");
        foreach (AccidentClass found in classes)
        {
            Line($"   — {(int)found / 10}.{(int)found % 10}: {ClassName(found)}");
        }
        Line($"4. Начало: {Time(incident.RaisedAt)}; зарегистрирован: {Time(incident.RegisteredAt)}");
        Line($"5. Прекращение теплоснабжения: {Supply(incident, facts)}");
        Line("6. Ход работ:");
        Line($"   — принят: {Time(incident.ReachedAt[(int)Deadline.Acknowledge])}, ответственный: {incident.Owner ?? Unknown}");
        Line($"   — бригада направлена: {Time(incident.ReachedAt[(int)Deadline.Plan])}, бригада: {incident.Crew ?? Unknown}");
        Line($"   — локализован: {Time(incident.ReachedAt[(int)Deadline.Localise])}");
        Line($"   — подача восстановлена: {Time(incident.ReachedAt[(int)Deadline.Restore])}");
        Line($"   — причина устранена: {Time(incident.ReachedAt[(int)Deadline.Eliminate])}");
        Line($"7. Причина: {Unknown}");
        Line($"8. Последствия, пострадавшие, отключённые потребители: {Unknown}");
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        string Time(DateTimeOffset? time) =>
            time is { } known && known <= at ? calendar.ToLocal(known).ToString("dd.MM.yyyy HH:mm", s_russian) : "нет";

        string Supply(Incident of, AccidentFacts known) => of.Interruption is not { Kind: EnergyKind.Heat } interruption
            ? "не зафиксировано"
            : $"группа {interruption.Group}, с {Time(interruption.From)}, {Hours(known.WithoutHeat)}; допустимый срок восстановления: "
                + calendar.ToLocal(interruption.Due).ToString("dd.MM.yyyy HH:mm", s_russian);
    }

    private static string Hours(TimeSpan span) => string.Create(s_russian, $"{(long)span.TotalHours} ч {span.Minutes:00} мин");

    private static string AlarmName(byte alarm) => alarm switch
    {
        1 => "падение давления",
        2 => "авария насоса",
        3 => "выход параметров за пределы",
        _ => "протечка",
    };

    private static string ClassName(AccidentClass found) => found switch
    {
        AccidentClass.LongStop => "прекращение теплоснабжения на срок более 24 часов",
        AccidentClass.EquipmentOut => "выход оборудования из строя на 3 суток и более",
        AccidentClass.Collapse => "обрушение конструкций с прекращением теплоснабжения",
        AccidentClass.Interruption => "перерыв теплоснабжения более 6 часов",
        AccidentClass.ColdSupply => "снижение температуры подачи на 30 процентов и более от графика",
        _ => throw new ArgumentOutOfRangeException(nameof(found), found, "No such class."),
    };
}
