namespace SmartCity.Portal;

/// <summary>Texts of the strip that says how the system is.</summary>
internal static class StatusText
{
    public static readonly Phrase Title = new("Состояние системы", "State of the system");
    public static readonly Phrase Source = new("Источник сигналов", "Signal source");
    public static readonly Phrase Chain = new("Реестр", "Ledger");
    public static readonly Phrase Oracle = new("Запись показаний", "Readings");
    public static readonly Phrase Answers = new("отвечает", "answers");
    public static readonly Phrase Silent = new("не отвечает", "does not answer");
    public static readonly Phrase Refuses = new("отказывает в доступе", "refuses access");
    public static readonly Phrase Unknown = new("нет данных", "no data yet");
    public static readonly Phrase Stopped = new("оракул не работает", "the oracle is not running");
    public static readonly Phrase Block = new("блок {0}", "block {0}");
    public static readonly Phrase Backfill = new("загрузка истории, {0} %", "loading history, {0} %");
    public static readonly Phrase RecordedTo = new("записаны до {0}", "recorded up to {0}");
    public static readonly Phrase Lag = new("отставание {0}", "{0} behind");
    public static readonly Counted Hours = new(new("час", "hour"), "часа", new("часов", "hours"));
}
