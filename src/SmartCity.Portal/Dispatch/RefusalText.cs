using System.Globalization;
using System.Text.RegularExpressions;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>
/// Why the desk refused something, in the language of the request. The rules say it in English, for journal and log; what is not known here is
/// shown as they say it.
/// </summary>
internal static partial class RefusalText
{
    private static readonly (Regex Pattern, Phrase Text)[] s_known =
    [
        Known("Say who does it.", "Укажите, кто это делает."),
        Known("The alarm ended already, at {0}.", "Тревога уже закончилась, в {0}."),
        Known("It is critical already.", "Он уже критический."),
        Known("Someone was there already, at {0}.", "На месте уже были, в {0}."),
        Known("It was a false alarm.", "Это была ложная тревога."),
        Known("Only open incidents are merged.", "Объединяют только открытые инциденты."),
        Known("An incident is no part of itself.", "Инцидент не может быть частью самого себя."),
        Known("The other's alarm began later.", "Тревога другого началась позже."),
        Known("The other's clocks began later.", "Сроки другого начались позже."),
        Known("The other's supply is restored, this one's is not.", "Подача по другому восстановлена, по этому — нет."),
        Known("After {0} does not come {1}.", "После стадии «{0}» не идёт «{1}»."),
        Known("It is suspended: let its clock run again first.", "Часы остановлены: сначала пустите их."),
        Known("The alarm's condition still holds.", "Условие тревоги ещё держится."),
        Known("The signal must stay normal until {0}.", "Сигнал должен оставаться в норме до {0}."),
        Known("{0} eliminated it: a critical incident is verified and closed by another person.", "Причину устранил {0}: критический инцидент проверяет и закрывает другой человек."),
        Known("It is suspended already.", "Часы уже остановлены."),
        Known("It is not suspended.", "Часы не остановлены."),
        Known("What reduces bills, or leaves people without supply, is no false alarm.", "То, что уменьшает плату или оставляет людей без подачи, — не ложная тревога."),
        Known("It is part of another: reopen that one.", "Он часть другого: откройте тот."),
        Known("Its alarm stands: there is nothing to reopen.", "Его тревога стоит: открывать нечего."),
        Known("It could be reopened until {0}: this is a new incident.", "Открыть снова можно было до {0}: это новый инцидент."),
        Known("The interruption of group {0} is on record.", "Перерыв группы {0} уже записан."),
        Known("The condition is 1 or 2 feeds of electricity, or −100..100 °C of heat.", "Состояние — 1 или 2 ввода электричества либо −100…100 °C тепла."),
        Known("No interruption is on record.", "Перерыв не записан."),
        Known("It cannot be done at the stage {0}.", "На стадии «{0}» этого нельзя."),
        Known("It cannot be before {0}.", "Не раньше {0}."),
        Known("It is over.", "Он завершён."),
        Known("A comment says something.", "Комментарий не может быть пустым."),
        Known("Say why.", "Укажите причину."),
        Known("Nobody is sent: say who, and until when it is to be repaired.", "Никто не направлен: укажите, кто и к какому сроку."),
        Known(
            "Neither {0} nor {1} has a key of their own, so the incident log could not tell them apart. Have it done by a person with a key (smartcity key dispatcher).",
            "Ни у {0}, ни у {1} нет своего ключа, и реестр их не различит. Это должен сделать человек с ключом (smartcity key dispatcher)."),
        Known("The crew's name has 1 to {0} characters.", "Название бригады — от 1 до {0} знаков."),
        Known("It cannot be planned for {0}: now it is {1}.", "Нельзя обещать к {0}: сейчас {1}."),
        Known("Nothing shows that it is over: add a photo or another file first.", "Ничто не подтверждает, что всё устранено: сначала приложите фото или другой файл."),
        Known("Nobody has answered for it yet: acknowledge it first.", "Его ещё никто не принял: сначала примите."),
        Known("Incident {0} of the same alarm came after it.", "После него был инцидент {0} той же тревоги."),
        Known("There is no incident {0}.", "Инцидента {0} нет."),
        Known("The city has no group {0}.", "Группы {0} нет."),
        Known("The city has no group {0} that {1} could be of.", "Группы {0} с такой услугой нет."),
        Known("An outage ends after it began, and not later than now, {0}.", "Перерыв кончается после начала и не позже, чем сейчас, {0}."),
        Known("{0} is no measure of {1} by the rules of {2}.", "{0} — не мера этого перерыва по правилам на {2}."),
        Known("An outage touches the month in which it began and three more at most.", "Перерыв затрагивает свой месяц и не больше трёх следующих."),
        Known("An hour is reduced once: an outage of {0} to {1} is on record.", "Час уменьшают один раз: перерыв с {0} по {1} уже записан."),
        Known("Group {0} has {1} outages in {2}: the incident log takes no more.", "У группы {0} за {2} уже {1} перерывов: больше реестр не примет."),
        Known("A file's name has 1 to {0} characters and no folders.", "Имя файла — от 1 до {0} знаков, без папок."),
        Known("'{0}' is no media type.", "«{0}» — не тип файла."),
        Known("The file's bytes are not there.", "Содержимого файла нет."),
        Known("An incident has {0} files at most.", "У инцидента не больше {0} файлов."),
        Known("An incident has {0} remarks at most.", "У инцидента не больше {0} записей."),
        Known("It cannot be done: {0}.", "Нельзя: {0}."),
        Known("The source was never seen: there is nothing to be done.", "Источник ещё не отвечал: делать нечего."),
        Known("Another oracle keeps the incidents: ask there.", "Инциденты ведёт другой оракул: обратитесь там."),
        Known("There is no alarm {0}.", "Тревоги {0} нет."),
        Known("It is acknowledged already.", "Она уже подтверждена."),
        Known("The rules have no such alarm any more.", "В правилах такой тревоги больше нет."),
        Known("Substation {0} has no alarm {1}.", "У объекта {0} нет тревоги {1}."),
        Known("Say what the next shift must know.", "Укажите, что должна знать следующая смена."),
        Known("{0} has handed over already, and nobody has taken over yet.", "{0} уже передал смену, и её ещё никто не принял."),
        Known("There is no handover {0}.", "Передачи {0} нет."),
        Known("{0} has taken over already.", "Смену уже принял {0}."),
        Known("Nobody takes over from themselves: another person must.", "Смену у самого себя не принимают: это должен сделать другой человек."),
        Known("{0} is not raised.", "{0} не возникала."),
        Known("{0} was raised anew at {1}: look at it first.", "{0} возникла снова в {1}: сначала посмотрите."),
        Known("{0} is acknowledged already, at {1}.", "{0} уже подтверждена, в {1}."),
        Known("{0} is not latched and acknowledged: only an alarm that has ended and is known can be reset.", "{0} не защёлкнута и не подтверждена: сбросить можно только закончившуюся и известную тревогу."),
        Known("{0} is out of service already.", "{0} уже выведена из работы."),
        Known("{0} is not shelved.", "{0} не отложена."),
        Known("{0} is not out of service.", "{0} не выведена из работы."),
        Known("{0} may be shelved for {1} at most, and for more than no time.", "{0} можно отложить не больше чем на {1}."),
        Known("Say why: an alarm is not put aside without a reason.", "Укажите причину: без неё тревогу не откладывают."),
        Known("Say why: an alarm is not taken out of use without a reason.", "Укажите причину: без неё тревогу не выводят из работы."),
        Known("{0} is {1} already.", "{0} уже в состоянии «{1}»."),
    ];

    /// <summary>A reason as people read it.</summary>
    /// <param name="calendar">The city's clocks: instants are told by them.</param>
    /// <param name="reason">As the desk says it.</param>
    public static string Of(CityCalendar calendar, string reason)
    {
        foreach ((Regex pattern, Phrase text) in s_known)
        {
            if (pattern.Match(reason) is { Success: true } found)
            {
                return text.With([.. found.Groups.Values.Skip(1).Select(group => ValueOf(calendar, group.Value))]);
            }
        }
        return reason;
    }

    /// <summary>Has a reason words in both languages?</summary>
    public static bool IsKnown(string reason) => s_known.Any(known => known.Pattern.IsMatch(reason));

    private static object ValueOf(CityCalendar calendar, string value) =>
        DateTimeOffset.TryParseExact(value, "u", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)
            ? Formats.Moment(calendar, instant)
            : Enum.TryParse(value, out IncidentStage stage) && Enum.IsDefined(stage) && !char.IsAsciiDigit(value[0]) ? IncidentText.NameOf(stage)
            : Enum.TryParse(value, out AlarmPhase phase) && Enum.IsDefined(phase) && !char.IsAsciiDigit(value[0]) ? DeskText.NameOf(phase)
            : value;

    private static (Regex, Phrase) Known(string english, string russian) =>
        (new($"^{Placeholder().Replace(Regex.Escape(english), "(.+?)")}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), new(russian, english));

    [GeneratedRegex(@"\\\{\d}")]
    private static partial Regex Placeholder();
}
