using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>Texts of the desk's other pages: objects, performance, handover, time machine, rules tried on the past.</summary>
internal static class DeskText
{
    public static readonly Phrase Performance = new("Показатели тревог", "Alarm performance");
    public static readonly Phrase Handover = new("Передача смены", "Shift handover");
    public static readonly Phrase Moment = new("Машина времени", "Time machine");
    public static readonly Phrase Replay = new("Проверка правил", "Trying rules");

    /// <summary>The pages of the desk: address and name, in order.</summary>
    public static IReadOnlyList<(string Href, Phrase Name)> Pages { get; } =
    [
        ("/dispatch", DispatchText.Title),
        ("/dispatch/incidents", IncidentText.All),
        ("/dispatch/handover", Handover),
        ("/dispatch/performance", Performance),
        ("/dispatch/moment", Moment),
        ("/dispatch/replay", Replay),
    ];

    // An object.
    public static readonly Phrase RulesOf = new("Тревоги объекта", "Alarms of the object");
    public static readonly Phrase Rule = new("Правило", "Rule");
    public static readonly Phrase Phase = new("Состояние", "State");
    public static readonly Phrase MuteBy = new("{0} с {1}: {2}", "{0} since {1}: {2}");
    public static readonly Phrase Until = new("до {0}", "until {0}");
    public static readonly Phrase Shelve = new("Отложить", "Shelve");
    public static readonly Phrase ShelveFor = new("Отложить на, часов", "Shelve for, hours");
    public static readonly Phrase Unshelve = new("Вернуть", "Unshelve");
    public static readonly Phrase TakeOut = new("Вывести из работы", "Take out of service");
    public static readonly Phrase PutBack = new("Ввести в работу", "Put back");
    public static readonly Phrase Reset = new("Сбросить", "Reset");
    public static readonly Phrase WhyNote = new("Причина", "Reason");
    public static readonly Phrase NoSuchObject = new("Такого объекта нет.", "There is no such object.");
    public static readonly Phrase Holds = new("выполнено", "holds");
    public static readonly Phrase HoldsNot = new("не выполнено", "does not hold");
    public static readonly Phrase Unknown = new("неизвестно: нет достоверных данных", "unknown: no good data");
    public static readonly Phrase NeverLooked = new("Правила ещё не видели этого объекта.", "The rules have not seen this object yet.");

    // Performance.
    public static readonly Phrase PerformanceLead = new(
        "Нагрузка тревогами по ISA-18.2 и МЭК 62682. Диагностика не считается: она никого не зовёт.",
        "The load of alarms by ISA-18.2 and IEC 62682. Diagnostics do not count: they call nobody.");
    public static readonly Phrase Days = new("За {0} сут", "{0} days");
    public static readonly Phrase PerPeriod = new("тревог за 10 минут в среднем", "alarms per 10 minutes on average");
    public static readonly Phrase PerPeriodGoal = new("приемлемо до 1, предел 2", "acceptable up to 1, at most 2");
    public static readonly Phrase MostInPeriod = new("наибольшее за 10 минут", "most within 10 minutes");
    public static readonly Phrase MostGoal = new("приемлемо до 10", "acceptable up to 10");
    public static readonly Phrase Flood = new("времени в лавине", "of the time in flood");
    public static readonly Phrase FloodGoal = new("приемлемо до 1 %", "acceptable up to 1 %");
    public static readonly Phrase TopShare = new("доля десяти самых частых", "share of the ten most frequent");
    public static readonly Phrase TopGoal = new("приемлемо до 5 %", "acceptable up to 5 %");
    public static readonly Phrase ToAcknowledge = new("до подтверждения (медиана)", "to acknowledgement (median)");
    public static readonly Phrase BySeverity = new("По тяжести", "By gravity");
    public static readonly Phrase BySeverityGoal = new("Как должно быть: около 80 % незначительных, 15 % серьёзных, 5 % критических.", "As it should be: about 80 % minor, 15 % major, 5 % critical.");
    public static readonly Phrase TopTen = new("Десять самых частых", "The ten most frequent");
    public static readonly Phrase Chattering = new("Дребезг: трижды и больше за минуту", "Chattering: three times a minute or more");
    public static readonly Phrase Stale = new("Стоят дольше суток", "Standing longer than a day");
    public static readonly Phrase Count = new("Раз", "Times");
    public static readonly Phrase For = new("Сколько", "For");
    public static readonly Phrase Nothing = new("Таких нет.", "There are none.");
    public static readonly Phrase Raised = new("Тревог", "Alarms");

    // Handover.
    public static readonly Phrase HandoverLead = new("Что передаётся следующей смене", "What is handed to the next shift");
    public static readonly Phrase Waits = new("{0} передал смену {1}. Ждёт, кто её примет.", "{0} handed over at {1}. It waits for somebody to take over.");
    public static readonly Phrase TakeOver = new("Принять смену", "Take over");
    public static readonly Phrase HandOver = new("Передать смену", "Hand over");
    public static readonly Phrase HandNote = new("Что должна знать следующая смена", "What the next shift must know");
    public static readonly Phrase OpenNow = new("Открыто сейчас: инцидентов {0} (просрочено {1}), тревог {2}", "Open now: {0} incidents ({1} overdue), {2} alarms");
    public static readonly Phrase MuteNow = new("Отложены, подавлены или выведены из работы", "Shelved, suppressed or out of service");
    public static readonly Phrase SinceLast = new("Сделано с прошлой передачи", "Done since the last handover");
    public static readonly Phrase PastShifts = new("Прошлые передачи", "Past handovers");
    public static readonly Phrase TakenBy = new("принял {0} в {1}", "taken by {0} at {1}");
    public static readonly Phrase Handed = new("открытых инцидентов {0}, тревог {1}", "{0} open incidents, {1} alarms");

    // Time machine.
    public static readonly Phrase MomentLead = new("Выберите момент: сигналы, тревоги и действия — как они были.", "Pick a moment: signals, alarms and actions as they were.");
    public static readonly Phrase At = new("Момент, время города", "Moment, city time");
    public static readonly Phrase Go = new("Показать", "Show");
    public static readonly Phrase Earlier = new("← {0}", "← {0}");
    public static readonly Phrase Later = new("{0} →", "{0} →");
    public static readonly Phrase AlarmsThen = new("Тревоги тогда", "Alarms then");
    public static readonly Phrase IncidentsThen = new("Инциденты тогда", "Incidents then");
    public static readonly Phrase ActionsThen = new("Действия за сутки до того", "Actions of the day before it");

    // Rules tried on the past.
    public static readonly Phrase ReplayLead = new(
        "Изменённый файл правил проигрывается на данных прошлого. Ничего не записывается: видно, что изменилось бы.",
        "A changed rule file is run over the data of the past. Nothing is written: you see what would change.");
    public static readonly Phrase RuleFile = new("Файл правил (JSON)", "Rule file (JSON)");
    public static readonly Phrase From = new("С, время города", "From, city time");
    public static readonly Phrase To = new("По, время города", "To, city time");
    public static readonly Phrase Run = new("Проиграть", "Run");
    public static readonly Phrase Stop = new("Остановить", "Stop");
    public static readonly Phrase Running = new("Проигрывается…", "Running…");
    public static readonly Phrase NoRuleFile = new("Выберите файл правил до 1 МиБ.", "Choose a rule file of up to 1 MiB.");
    public static readonly Phrase BadSpan = new("Время: начало раньше конца, не больше 62 суток.", "The time: it begins before it ends, 62 days at most.");
    public static readonly Phrase Busy = new("Уже идёт другая проверка.", "Another run is under way.");
    public static readonly Phrase RuleErrors = new("В файле ошибки", "The file has mistakes");
    public static readonly Phrase Compared = new(
        "{0} – {1}, опросов {2}. В силе {3}, проверяется {4}.", "{0} – {1}, {2} polls. In force {3}, tried {4}.");
    public static readonly Phrase Same = new("без изменений", "the same");
    public static readonly Phrase Gone = new("не было бы", "would not have been");
    public static readonly Phrase New = new("появились бы", "would have been new");
    public static readonly Phrase Moved = new("в другое время", "at another time");
    public static readonly Phrase NoDifference = new("Разницы нет.", "There is no difference.");
    public static readonly Phrase MostShown = new("Показаны первые {0}.", "The first {0} are shown.");

    /// <summary>Where an alarm stands.</summary>
    public static Phrase NameOf(AlarmPhase phase) => phase switch
    {
        AlarmPhase.Normal => new("норма", "normal"),
        AlarmPhase.Unacknowledged => new("не подтверждена", "unacknowledged"),
        AlarmPhase.Acknowledged => new("подтверждена", "acknowledged"),
        AlarmPhase.ReturnedUnacknowledged => new("вернулась без подтверждения", "returned unacknowledged"),
        AlarmPhase.LatchedUnacknowledged => new("защёлкнута, не подтверждена", "latched, unacknowledged"),
        AlarmPhase.LatchedAcknowledged => new("защёлкнута, подтверждена", "latched, acknowledged"),
        AlarmPhase.Shelved => new("отложена", "shelved"),
        AlarmPhase.SuppressedByDesign => new("подавлена как следствие", "suppressed as a consequence"),
        AlarmPhase.OutOfService => new("выведена из работы", "out of service"),
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "Every phase has a name."),
    };
}
