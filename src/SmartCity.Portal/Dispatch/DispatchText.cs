using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>Texts of the dispatch room.</summary>
internal static class DispatchText
{
    public static readonly Phrase Title = new("Диспетчерская", "Dispatch room");
    public static readonly Phrase Lead = new("Тепловые пункты и тревоги. Обновляется само.", "Heat substations and alarms. Updates by itself.");
    public static readonly Phrase Live = new("на связи", "live");
    public static readonly Phrase Lost = new("связь потеряна, восстанавливаем…", "connection lost, restoring…");
    public static readonly Phrase Supply = new("Подача", "Supply");
    public static readonly Phrase Return = new("Обратка", "Return");
    public static readonly Phrase Network = new("Тепловая сеть", "Heat network");
    public static readonly Phrase House = new("Дом", "House");
    public static readonly Phrase Pump = new("Насос", "Pump");
    public static readonly Phrase PumpRuns = new("работает", "running");
    public static readonly Phrase PumpStopped = new("стоит", "stopped");
    public static readonly Phrase PumpFault = new("авария", "fault");
    public static readonly Phrase PressureSwitch = new("Реле давления", "Pressure switch");
    public static readonly Phrase Meter = new("Расходомер", "Flow meter");
    public static readonly Phrase Limits = new("Пределы", "Limits");
    public static readonly Phrase Leak = new("Протечка", "Leak");
    public static readonly Phrase NoData = new("нет данных", "no data");
    public static readonly Phrase AllSignals = new("Все сигналы", "All signals");
    public static readonly Phrase Signal = new("Сигнал", "Signal");
    public static readonly Phrase Value = new("Значение", "Value");
    public static readonly Phrase QualityOf = new("Качество", "Quality");
    public static readonly Phrase Received = new("Получено", "Received");
    public static readonly Phrase SignalsCaption = new("Сигналы «{0}»: значение, качество и время получения", "Signals of {0}: value, quality and time received");
    public static readonly Phrase Picture = new(
        "Схема «{0}»: подача {1}, {2}; обратка {3}, {4}; насос {5}; протечка: {6}.",
        "Schematic of {0}: supply {1}, {2}; return {3}, {4}; pump {5}; leak: {6}.");

    public static readonly Phrase Alarms = new("Тревоги", "Alarms");
    public static readonly Phrase NoAlarms = new("Открытых тревог нет.", "There are no open alarms.");
    public static readonly Phrase NoneMatch = new("Под отбор не подходит ни одна из {0} открытых тревог.", "None of the {0} open alarms matches the filter.");
    public static readonly Phrase Counts = new(
        "Открыто {0}: не подтверждено {1}, подтверждено {2}, вернулось без подтверждения {3}",
        "{0} open: {1} unacknowledged, {2} acknowledged, {3} returned unacknowledged");
    public static readonly Phrase Matching = new("Отобрано {0}", "{0} match");
    public static readonly Phrase Filter = new("Отбор", "Filter");
    public static readonly Phrase Apply = new("Показать", "Show");
    public static readonly Phrase Any = new("все", "all");
    public static readonly Phrase StandingOf = new("Состояние", "State");
    public static readonly Phrase LeastGravity = new("Не ниже", "At least");
    public static readonly Phrase KindOf = new("Тревога", "Alarm");
    public static readonly Phrase ObjectOf = new("Объект", "Object");
    public static readonly Phrase Objects = new("Объекты", "Objects");
    public static readonly Phrase AllObjects = new("Все {0}", "All {0}");
    public static readonly Phrase ObjectNumber = new("Номер объекта", "Number of the object");
    public static readonly Phrase ObjectAlarms = new("Тревоги", "Alarms");
    public static readonly Phrase SoundOn = new("Звук включён", "Sound is on");
    public static readonly Phrase SoundOff = new("Звук выключен", "Sound is off");
    public static readonly Phrase Keys = new("Клавиши", "Keys");
    public static readonly Phrase KeysAre = new("Быстрые клавиши", "Keyboard shortcuts");
    public static readonly Phrase KeysOn = new("Быстрые клавиши включены", "Shortcuts are on");
    public static readonly Phrase KeysOff = new("Быстрые клавиши выключены", "Shortcuts are off");
    public static readonly Phrase Close = new("Закрыть", "Close");
    public static readonly Phrase Rooms = new("Страницы диспетчерской", "Pages of the dispatch room");
    public static readonly Phrase OpenIncident = new("Инцидент", "Incident");

    /// <summary>The shortcuts: the key, and what it does.</summary>
    public static IReadOnlyList<(string Key, Phrase Does)> KeyHelp { get; } =
    [
        ("j / k", new("следующая / предыдущая строка", "next / previous item")),
        ("Enter", new("открыть строку", "open the item")),
        ("a", new("подтвердить тревогу в строке", "acknowledge the alarm of the item")),
        ("n", new("к комментарию", "to the note")),
        ("s", new("к следующему шагу инцидента", "to the incident's next step")),
        ("f", new("к отбору", "to the filter")),
        ("g", new("в диспетчерскую", "to the dispatch room")),
        ("m", new("включить или выключить звук", "sound on or off")),
        ("?", new("эта справка", "this help")),
    ];
    public static readonly Phrase Acknowledge = new("Подтвердить", "Acknowledge");
    public static readonly Phrase AcknowledgeWhich = new("Подтвердить: {0}", "Acknowledge: {0}");
    public static readonly Phrase Note = new("Комментарий к подтверждению (необязательно)", "Note with the acknowledgement (optional)");
    public static readonly Phrase Raised = new("Возникла", "Raised");
    public static readonly Phrase Cleared = new("Условие снято", "Condition ended");
    public static readonly Phrase AcknowledgedBy = new("Подтвердил {0} в {1}", "Acknowledged by {0} at {1}");
    public static readonly Phrase Accepted = new("Подтверждение принято.", "The acknowledgement is accepted.");
    public static readonly Phrase NotAccepted = new("Эта тревога уже подтверждена или её нет.", "This alarm is acknowledged already, or there is none such.");
    public static readonly Phrase JournalAway = new("Журнал оракула недоступен: подтверждение не записано. Повторите.", "The oracle's journal is not available: the acknowledgement is not recorded. Try again.");
    public static readonly Phrase OnChain = new("в реестре", "on the ledger");
    public static readonly Phrase Waiting = new("ждёт записи в реестр", "waits for the ledger");
    public static readonly Phrase RefusedByChain = new("реестр отказал: {0}", "refused by the ledger: {0}");
    public static readonly Phrase History = new("Закрытые тревоги", "Ended alarms");
    public static readonly Phrase Older = new("Раньше", "Older");

    private static readonly Phrase Yes = new("да", "yes");
    private static readonly Phrase No = new("нет", "no");
    private static readonly Phrase On = new("вкл", "on");
    private static readonly Phrase Off = new("выкл", "off");

    /// <summary>Name of a signal of the brief.</summary>
    public static Phrase NameOf(string signal) => signal switch
    {
        "p1" => new("Давление прямой воды", "Supply pressure"),
        "p2" => new("Давление обратной воды", "Return pressure"),
        "t1" => new("Температура прямой воды", "Supply temperature"),
        "t2" => new("Температура обратной воды", "Return temperature"),
        "ps" => PressureSwitch,
        "t_low" => new("Низкая температура", "Low temperature"),
        "t_high" => new("Высокая температура", "High temperature"),
        "p_low" => new("Низкое давление", "Low pressure"),
        "p_high" => new("Высокое давление", "High pressure"),
        "flow" => Meter,
        "pump_run" => new("Насос работает", "Pump running"),
        "pump_fault" => new("Авария насоса", "Pump fault"),
        "leak" => Leak,
        _ => new(signal, signal),
    };

    /// <summary>Unit of a signal of the brief; empty for a flag.</summary>
    public static string UnitOf(string signal) => signal switch
    {
        "p1" or "p2" => new Phrase("бар", "bar"),
        "t1" or "t2" => "°C",
        "flow" => new Phrase("м³", "m³"),
        _ => "",
    };

    /// <summary>What a flag's value is called.</summary>
    public static Phrase FlagOf(string signal, bool value) => signal == "ps" ? (value ? On : Off) : (value ? Yes : No);

    /// <summary>What a quality is called.</summary>
    public static Phrase NameOf(SampleQuality quality) => quality switch
    {
        SampleQuality.Good => new("хорошее", "good"),
        SampleQuality.Uncertain => new("сомнительное", "uncertain"),
        SampleQuality.Bad => new("плохое", "bad"),
        _ => throw new ArgumentOutOfRangeException(nameof(quality), quality, "Every quality has a name."),
    };

    /// <summary>What an alarm of the brief is called; 0 is a diagnostic.</summary>
    public static Phrase AlarmName(int number) => number switch
    {
        1 => new("Падение давления", "Pressure drop"),
        2 => new("Ошибка в работе насоса", "Pump failure"),
        3 => new("Выход за пределы", "Out of limits"),
        4 => new("Протечка", "Leak"),
        _ => new("Диагностика", "Diagnostic"),
    };

    /// <summary>What a gravity is called.</summary>
    public static Phrase NameOf(AlarmGravity gravity) => gravity switch
    {
        AlarmGravity.Trivial => new("сведения", "information"),
        AlarmGravity.Minor => new("незначительная", "minor"),
        AlarmGravity.Major => new("серьёзная", "major"),
        AlarmGravity.Critical => new("критическая", "critical"),
        AlarmGravity.Blocker => new("аварийная", "blocker"),
        _ => throw new ArgumentOutOfRangeException(nameof(gravity), gravity, "Every gravity has a name."),
    };

    /// <summary>What a standing is called.</summary>
    public static Phrase NameOf(AlarmStanding standing) => standing switch
    {
        AlarmStanding.Unacknowledged => new("активна", "active"),
        AlarmStanding.Acknowledged => new("активна, подтверждена", "active, acknowledged"),
        AlarmStanding.ReturnedUnacknowledged => new("снята, не подтверждена", "returned, not acknowledged"),
        AlarmStanding.Ended => new("закрыта", "ended"),
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, "Every standing has a name."),
    };
}
