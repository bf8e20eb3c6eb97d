using System.Globalization;
using System.Text.Json;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>Texts of incidents.</summary>
internal static class IncidentText
{
    private const string NumberFormat = "0.###";

    private static readonly IReadOnlyList<string> TellingSignals = ["p1", "p2", "ps", "pump_run", "leak"];

    public static readonly Phrase Title = new("Инцидент № {0}", "Incident no. {0}");
    public static readonly Phrase Board = new("Инциденты", "Incidents");
    public static readonly Phrase All = new("Все инциденты", "All incidents");
    public static readonly Phrase None = new("Открытых инцидентов нет.", "There are no open incidents.");
    public static readonly Phrase NoneAtAll = new("Инцидентов ещё не было.", "There has been no incident yet.");
    public static readonly Phrase Group = new("{0}: открыто {1}, объектов {2}, просрочено {3}", "{0}: {1} open, {2} objects, {3} overdue");
    public static readonly Phrase MoreOfGroup = new("Показаны {0} самых срочных из {1}.", "The {0} most urgent of {1} are shown.");
    public static readonly Phrase Critical = new("критический", "critical");
    public static readonly Phrase Suspended = new("часы остановлены: {0}", "clock stopped: {0}");
    public static readonly Phrase Owner = new("Ответственный", "Owner");
    public static readonly Phrase Crew = new("Бригада", "Crew");
    public static readonly Phrase PlannedAt = new("Обещано к", "Promised for");
    public static readonly Phrase NoClock = new("сроков нет", "no deadline runs");

    public static readonly Phrase WhatHappened = new("Что случилось", "What happened");
    public static readonly Phrase Why = new("Почему", "Why");
    public static readonly Phrase WhyLead = new("Условие тревоги сейчас, по версии правил {0}", "The alarm's condition now, by version {0} of the rules");
    public static readonly Phrase WhatToDo = new("Что делать", "What to do");
    public static readonly Phrase Clocks = new("Сроки", "Deadlines");
    public static readonly Phrase DeadlineHead = new("Срок", "Deadline");
    public static readonly Phrase Due = new("Не позднее", "No later than");
    public static readonly Phrase Left = new("Осталось", "Left");
    public static readonly Phrase Status = new("Состояние", "State");
    public static readonly Phrase Done = new("Что сделано", "What was done");
    public static readonly Phrase Files = new("Файлы", "Files");
    public static readonly Phrase Warnings = new("Предупреждения о сроках", "Warnings of deadlines");
    public static readonly Phrase Warned = new("{0}: прошло {1} % срока — {2}", "{0}: {1} % of the time gone — {2}");
    public static readonly Phrase Outages = new("Перерывы, уменьшающие плату", "Outages that reduce bills");
    public static readonly Phrase Outage = new(
        "{0}: {1}, с {2} по {3} ({4}); мера {5}. Уменьшение — строкой следующего счёта каждого жителя и требованием к поставщику.",
        "{0}: {1}, from {2} to {3} ({4}); measure {5}. The reduction is a line of each resident's next bill and the claim against the supplier.");
    public static readonly Phrase Interruption = new("Прекращена подача: {0} с {1}; восстановить до {2}", "Supply is off: {0} since {1}; to be restored by {2}");
    public static readonly Phrase Parent = new("Часть инцидента № {0}", "Part of incident no. {0}");
    public static readonly Phrase Parts = new("Включает инциденты", "Includes incidents");
    public static readonly Phrase Accident = new("Признаки аварии (ПП 1014): {0}", "Signs of an accident (Decree 1014): {0}");
    public static readonly Phrase Report = new("Проект донесения", "Draft of the report");
    public static readonly Phrase ClosableFrom = new("Закрыть можно с {0}, если тревога не вернётся.", "It may be closed from {0} if the alarm stays away.");
    public static readonly Phrase NotClosable = new("Условие тревоги ещё держится: закрыть нельзя.", "The alarm's condition still holds: it cannot be closed.");
    public static readonly Phrase SecondPerson = new(
        "Критический: проверить и закрыть должен другой человек, не {0}.", "Critical: another person than {0} must verify and close it.");
    public static readonly Phrase OnLedger = new("Номер в реестре", "Number on the ledger");
    public static readonly Phrase Evidence = new("Свидетельство", "Evidence");
    public static readonly Phrase EvidenceHash = new("Хеш свидетельства", "Hash of the evidence");
    public static readonly Phrase ChainHash = new("Хеш цепочки записей", "Hash of the chain of entries");
    public static readonly Phrase Automaton = new("автомат", "automaton");

    public static readonly Phrase Act = new("Действия", "Actions");
    public static readonly Phrase Over = new("Инцидент завершён.", "The incident is over.");
    public static readonly Phrase Note = new("Комментарий", "Note");
    public static readonly Phrase When = new("Когда произошло (если не сейчас), время города", "When it happened (if not now), city time");
    public static readonly Phrase NextStep = new("Следующий шаг: {0}", "Next step: {0}");
    public static readonly Phrase CrewName = new("Бригада: кто", "Crew: who");
    public static readonly Phrase RepairBy = new("Устранить до, время города", "Repaired by, city time");
    public static readonly Phrase Send = new("Направить бригаду", "Send the crew");
    public static readonly Phrase Comment = new("Записать комментарий", "Record the note");
    public static readonly Phrase Visit = new("Прибыли на место", "Arrived on the spot");
    public static readonly Phrase Assign = new("Назначить", "Assign");
    public static readonly Phrase AssignWhom = new("Кого назначить (логин)", "Whom to assign (login)");
    public static readonly Phrase Suspend = new("Остановить часы", "Stop the clock");
    public static readonly Phrase Resume = new("Пустить часы", "Start the clock");
    public static readonly Phrase Reason = new("Причина", "Reason");
    public static readonly Phrase Supply = new("Подача и перерывы", "Supply and outages");
    public static readonly Phrase GroupOf = new("Группа учёта", "Balance group");
    public static readonly Phrase Condition = new("Тепло: °C в помещениях; электричество: число вводов", "Heat: °C indoors; electricity: number of feeds");
    public static readonly Phrase Interrupt = new("Подача прекращена", "Supply is off");
    public static readonly Phrase ReportCondition = new("Сообщить температуру", "Report the condition");
    public static readonly Phrase OutageKindOf = new("Вид перерыва", "Kind of outage");
    public static readonly Phrase OutageFrom = new("С, время города", "From, city time");
    public static readonly Phrase OutageTo = new("По, время города", "To, city time");
    public static readonly Phrase Measure = new(
        "Мера: допустимые часы или градусы отклонения", "Measure: permitted hours, or degrees too cold");
    public static readonly Phrase RecordOutage = new("Записать перерыв", "Record the outage");
    public static readonly Phrase Other = new("Другое", "Other");
    public static readonly Phrase Reject = new("Ложная тревога", "False alarm");
    public static readonly Phrase Reopen = new("Открыть снова", "Reopen");
    public static readonly Phrase Escalate = new("Признать критическим", "Make it critical");
    public static readonly Phrase Merge = new("Объединить", "Merge");
    public static readonly Phrase MergeInto = new("Включить в инцидент №", "Merge into incident no.");
    public static readonly Phrase AddFile = new("Приложить файл", "Add a file");
    public static readonly Phrase FileLead = new("Фото или документ, до 10 МиБ", "A photo or document, up to 10 MiB");
    public static readonly Phrase NoFile = new("Файл пуст или больше 10 МиБ.", "The file is empty or larger than 10 MiB.");

    public static readonly Phrase Asked = new("Записано; оракул ещё не ответил. Обновите страницу.", "Recorded; the oracle has not answered yet. Reload the page.");
    public static readonly Phrase Carried = new("Выполнено.", "Done.");
    public static readonly Phrase Refused = new("Отказано: {0}", "Refused: {0}");
    public static readonly Phrase BadInput = new("Не понято: заполните «{0}».", "Not understood: fill in \"{0}\".");

    /// <summary>What a stage is called.</summary>
    public static Phrase NameOf(IncidentStage stage) => stage switch
    {
        IncidentStage.None or IncidentStage.Detected => new("обнаружен", "detected"),
        IncidentStage.Registered => new("зарегистрирован", "registered"),
        IncidentStage.Acknowledged => new("принят", "acknowledged"),
        IncidentStage.Dispatched => new("бригада направлена", "crew sent"),
        IncidentStage.Localised => new("локализован", "localised"),
        IncidentStage.Restored => new("подача восстановлена", "supply restored"),
        IncidentStage.Eliminated => new("причина устранена", "eliminated"),
        IncidentStage.Verified => new("проверен", "verified"),
        IncidentStage.Closed => new("закрыт", "closed"),
        IncidentStage.Rejected => new("ложная тревога", "false alarm"),
        IncidentStage.Merged => new("объединён", "merged"),
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Every stage has a name."),
    };

    /// <summary>What is pressed to reach a stage.</summary>
    public static Phrase VerbOf(IncidentStage stage) => stage switch
    {
        IncidentStage.Acknowledged => new("Принять", "Acknowledge"),
        IncidentStage.Dispatched => new("Направить бригаду", "Send the crew"),
        IncidentStage.Localised => new("Локализовано", "Localised"),
        IncidentStage.Restored => new("Подача восстановлена", "Supply restored"),
        IncidentStage.Eliminated => new("Причина устранена", "Cause eliminated"),
        IncidentStage.Verified => new("Проверено", "Verified"),
        IncidentStage.Closed => new("Закрыть", "Close"),
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Nobody asks for this stage."),
    };

    /// <summary>What a deadline is called.</summary>
    public static Phrase NameOf(Deadline deadline) => deadline switch
    {
        Deadline.Acknowledge => new("ответить", "answer"),
        Deadline.Plan => new("сообщить срок ремонта", "tell the time of repair"),
        Deadline.Localise => new("локализовать", "localise"),
        Deadline.Visit => new("прибыть на место", "be on the spot"),
        Deadline.Restore => new("восстановить подачу", "restore supply"),
        Deadline.Eliminate => new("устранить причину", "eliminate the cause"),
        _ => throw new ArgumentOutOfRangeException(nameof(deadline), deadline, "Every deadline has a name."),
    };

    /// <summary>How an incident stands with a deadline.</summary>
    public static Phrase NameOf(DeadlineStatus status) => status switch
    {
        DeadlineStatus.None => new("нет", "none"),
        DeadlineStatus.Running => new("идёт", "running"),
        DeadlineStatus.Met => new("выполнен", "met"),
        DeadlineStatus.Breached => new("нарушен", "breached"),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Every status has a name."),
    };

    /// <summary>Why a clock stands.</summary>
    public static Phrase NameOf(SuspensionReason reason) => reason switch
    {
        SuspensionReason.AccessRefused => new("нет доступа", "access refused"),
        SuspensionReason.AwaitingParts => new("ждём запчасти", "awaiting parts"),
        SuspensionReason.AwaitingPermit => new("ждём разрешение", "awaiting a permit"),
        SuspensionReason.Weather => new("погода", "weather"),
        SuspensionReason.Other => new("другое (укажите)", "other (say which)"),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Every reason has a name."),
    };

    /// <summary>Who is told.</summary>
    public static Phrase NameOf(EscalationLevel level) => level switch
    {
        EscalationLevel.Dispatcher => new("диспетчер", "dispatcher"),
        EscalationLevel.ShiftHead => new("начальник смены", "head of the shift"),
        EscalationLevel.DutyService => new("дежурная служба", "duty service"),
        EscalationLevel.Administration => new("администрация", "administration"),
        _ => new(level.ToString(), level.ToString()),
    };

    /// <summary>What an outage is of.</summary>
    public static Phrase NameOf(OutageKind kind) => kind switch
    {
        OutageKind.HeatInterruption => new("отопления нет", "no heating"),
        OutageKind.HeatCold => new("в помещениях холодно", "too cold indoors"),
        OutageKind.ElectricityInterruption => new("электричества нет", "no electricity"),
        _ => new(kind.ToString(), kind.ToString()),
    };

    /// <summary>What an entry says.</summary>
    public static string NameOf(IncidentEntryView entry) => entry.Kind switch
    {
        IncidentEntryKind.Raised => new Phrase("Тревога возникла", "The alarm was raised"),
        IncidentEntryKind.Cleared => new Phrase("Условие тревоги снято", "The alarm's condition ended"),
        IncidentEntryKind.Advanced => new Phrase("Стадия: {0}", "Stage: {0}").With(NameOf(entry.Stage ?? IncidentStage.None)),
        IncidentEntryKind.Escalated => new Phrase("Признан критическим", "Made critical"),
        IncidentEntryKind.Visited => new Phrase("Прибыли на место", "Somebody was on the spot"),
        IncidentEntryKind.Suspended => new Phrase("Часы остановлены", "The clock was stopped"),
        IncidentEntryKind.Resumed => new Phrase("Часы пущены", "The clock runs again"),
        IncidentEntryKind.Rejected => new Phrase("Ложная тревога", "A false alarm"),
        IncidentEntryKind.Merged => new Phrase("Объединён с другим", "Merged into another"),
        IncidentEntryKind.Reopened => new Phrase("Открыт снова", "Reopened"),
        IncidentEntryKind.Interrupted => new Phrase("Подача прекращена", "Supply is off"),
        IncidentEntryKind.ConditionReported => new Phrase("Сообщено состояние", "The condition was reported"),
        IncidentEntryKind.OutageRecorded => new Phrase("Записан перерыв", "An outage was recorded"),
        IncidentEntryKind.OwnerAssigned => new Phrase("Назначен ответственный", "An owner was assigned"),
        IncidentEntryKind.CrewSent => new Phrase("Направлена бригада", "A crew was sent"),
        IncidentEntryKind.Commented => new Phrase("Комментарий", "A comment"),
        IncidentEntryKind.EvidenceAdded => new Phrase("Приложен файл", "A file was added"),
        _ => entry.Kind.ToString(),
    };

    /// <summary>What a person gave with an entry: the crew, the owner, the file.</summary>
    public static string DetailOf(IncidentEntryView entry, CityCalendar calendar) => entry.Request switch
    {
        DeskRequest.SendCrew send => $"{send.Crew}, {PlannedAt.ToString().ToLowerInvariant()} {Formats.Time(calendar, send.PlannedAt)}",
        DeskRequest.AssignOwner assign => assign.Owner,
        DeskRequest.AddEvidence file => file.Name,
        DeskRequest.Suspend suspend => NameOf(suspend.Reason),
        DeskRequest.Merge merge => $"№ {merge.Parent}",
        DeskRequest.Interrupt interrupt => $"{interrupt.Group}: {interrupt.Condition}",
        DeskRequest.ReportCondition report => report.Condition.ToString(CultureInfo.CurrentCulture),
        DeskRequest.RecordOutage outage => $"{NameOf(outage.Kind)}: {Formats.Time(calendar, outage.From)} – {Formats.Time(calendar, outage.To)}",
        _ => "",
    };

    /// <summary>What an alarm was raised on, in the language of the request: the value and its limit, or the signals that tell most.</summary>
    public static string DetailOf(AlarmView alarm)
    {
        if (alarm.Evidence is null)
        {
            return alarm.Detail;
        }
        using JsonDocument evidence = JsonDocument.Parse(alarm.Evidence);
        JsonElement root = evidence.RootElement;
        if (root.TryGetProperty("value", out JsonElement value))
        {
            string seen = value.GetDecimal().ToString(NumberFormat, CultureInfo.CurrentCulture);
            return root.TryGetProperty("limit", out JsonElement limit)
                ? new Phrase("{0} при пределе {1}", "{0}, limit {1}").With(seen, limit.GetDecimal().ToString(NumberFormat, CultureInfo.CurrentCulture))
                : seen;
        }
        return root.TryGetProperty("signals", out JsonElement signals)
            ? string.Join(", ", signals.EnumerateObject().Where(signal => TellingSignals.Contains(signal.Name)).Select(signal => $"{signal.Name} {ValueOf(signal)}"))
            : alarm.Detail;
    }

    private static string ValueOf(JsonProperty signal) => signal.Value.ValueKind switch
    {
        JsonValueKind.True => DispatchText.FlagOf(signal.Name, true),
        JsonValueKind.False => DispatchText.FlagOf(signal.Name, false),
        JsonValueKind.Number => $"{signal.Value.GetDecimal().ToString(NumberFormat, CultureInfo.CurrentCulture)}\u00a0{DispatchText.UnitOf(signal.Name)}",
        _ => DispatchText.NoData,
    };

    /// <summary>Who did it.</summary>
    public static string Who(string by) => by == IncidentIntake.Automaton ? Automaton : by;

    /// <summary>What an alarm is, by its rule, in the language of the request; the code when the rules have it no more.</summary>
    public static AlarmText TextOf(string code) => RuleTexts.Value.TryGetValue(code, out AlarmRule? rule)
        ? (Phrase.IsRussian ? rule.Russian : rule.English)
        : new(code, "", "");

    private static Lazy<IReadOnlyDictionary<string, AlarmRule>> RuleTexts { get; } = new(() =>
        RuleFiles.Substation(AlarmMode.Refined).Rules.ToDictionary(rule => rule.Code, StringComparer.Ordinal));
}
