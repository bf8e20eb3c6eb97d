using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The words of notices in one language.</summary>
internal sealed record NoticeWords
{
    /// <summary>What is said of an alarm.</summary>
    public required Func<AlarmRule, AlarmText> TextOf { get; init; }

    /// <summary>What has happened when a stage is reached, in the order of <see cref="IncidentStage"/>.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>What is due, in the order of <see cref="Deadline"/>.</summary>
    public required IReadOnlyList<string> Deadlines { get; init; }

    /// <summary>It was reopened.</summary>
    public required string Reopened { get; init; }

    /// <summary>It was found critical.</summary>
    public required string Escalated { get; init; }

    /// <summary>A group is without supply.</summary>
    public required string Interrupted { get; init; }

    /// <summary>Part of a deadline's time is gone: what is due, and how many percent.</summary>
    public required Func<string, int, string> RunsOut { get; init; }

    /// <summary>A deadline is over: what is due.</summary>
    public required Func<string, string> IsOver { get; init; }

    /// <summary>What the signals were.</summary>
    public required string Seen { get; init; }

    /// <summary>When the alarm was raised.</summary>
    public required string Raised { get; init; }

    /// <summary>When the alarm ended.</summary>
    public required string Cleared { get; init; }

    /// <summary>Since when a group is without supply.</summary>
    public required string InterruptedSince { get; init; }

    /// <summary>Who was sent.</summary>
    public required string Crew { get; init; }

    /// <summary>Until when it is to be repaired.</summary>
    public required string Planned { get; init; }

    /// <summary>The last instant of what is due.</summary>
    public required string Due { get; init; }

    /// <summary>The incident that it is part of.</summary>
    public required string PartOf { get; init; }

    /// <summary>It is over.</summary>
    public required string NothingToDo { get; init; }

    /// <summary>Russian.</summary>
    public static NoticeWords Russian { get; } = new()
    {
        TextOf = rule => rule.Russian,
        Stages =
        [
            "", "тревога", "инцидент зарегистрирован", "инцидент принят диспетчером", "направлена бригада", "авария локализована", "подача есть",
            "причина устранена", "устранение проверено", "инцидент закрыт", "тревога была ложной", "инцидент объединён с другим",
        ],
        Deadlines = ["ответ", "срок ремонта", "локализация", "выезд", "восстановление подачи", "устранение"],
        Reopened = "инцидент возобновлён",
        Escalated = "инцидент признан критическим",
        Interrupted = "подача прервана",
        RunsOut = (what, percent) => $"прошло {percent} % срока «{what}»",
        IsOver = what => $"истёк срок «{what}»",
        Seen = "Показания",
        Raised = "Тревога поднята",
        Cleared = "Тревога прошла",
        InterruptedSince = "Подача прервана с",
        Crew = "Бригада",
        Planned = "Обещано восстановить до",
        Due = "Крайний срок",
        PartOf = "Часть инцидента",
        NothingToDo = "Делать больше ничего не нужно.",
    };

    /// <summary>English.</summary>
    public static NoticeWords English { get; } = new()
    {
        TextOf = rule => rule.English,
        Stages =
        [
            "", "alarm", "incident registered", "a dispatcher answers for it", "a crew is sent", "it spreads no further", "there is supply",
            "its cause is gone", "the repair was verified", "incident closed", "it was a false alarm", "merged into another incident",
        ],
        Deadlines = ["answer", "time of repair told", "localisation", "visit", "restoring supply", "elimination"],
        Reopened = "incident reopened",
        Escalated = "found critical",
        Interrupted = "supply is interrupted",
        RunsOut = (what, percent) => $"{percent} % of the time for \"{what}\" is gone",
        IsOver = what => $"the time for \"{what}\" is over",
        Seen = "Seen",
        Raised = "Alarm raised",
        Cleared = "Alarm ended",
        InterruptedSince = "Supply interrupted since",
        Crew = "Crew",
        Planned = "To be repaired by",
        Due = "Due",
        PartOf = "Part of incident",
        NothingToDo = "Nothing more is to be done.",
    };
}
