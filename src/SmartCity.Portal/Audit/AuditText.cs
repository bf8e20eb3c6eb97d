using SmartCity.Audit;

namespace SmartCity.Portal;

/// <summary>Texts of the auditor's page.</summary>
internal static class AuditText
{
    public static readonly Phrase Title = new("Проверка", "Audit");
    public static readonly Phrase Lead = new(
        "Всё пересчитывается заново из одного реестра: подписи, часы, балансы, счета и деньги. Ни у кого не нужно просить данных.",
        "Everything is recomputed from the ledger alone: signatures, hours, balances, bills and money. Nobody has to be asked for data.");
    public static readonly Phrase Run = new("Проверить сейчас", "Audit now");
    public static readonly Phrase Running = new("Идёт проверка…", "The audit is running…");
    public static readonly Phrase Never = new("Проверка ещё не запускалась.", "No audit was made yet.");
    public static readonly Phrase Holds = new("Всё сходится", "Everything holds");
    public static readonly Phrase Fails = new("Найдены расхождения", "Discrepancies found");
    public static readonly Phrase Failed = new("Проверка не состоялась: {0}", "The audit could not be made: {0}");
    public static readonly Phrase Finished = new("Закончена", "Finished");
    public static readonly Phrase Blocks = new("Блоки", "Blocks");
    public static readonly Phrase Hours = new("Часов", "Hours");
    public static readonly Phrase Readings = new("Показаний", "Readings");
    public static readonly Phrase Bills = new("Счетов", "Bills");
    public static readonly Phrase Rules = new("Правила", "Rules");
    public static readonly Phrase Code = new("Код", "Code");
    public static readonly Phrase Rule = new("Что должно выполняться", "What must hold");
    public static readonly Phrase Checked = new("Проверено", "Checked");
    public static readonly Phrase Wrong = new("Нарушено", "Wrong");
    public static readonly Phrase Verdict = new("Вывод", "Verdict");
    public static readonly Phrase RuleHolds = new("выполняется", "holds");
    public static readonly Phrase RuleFails = new("нарушено", "fails");
    public static readonly Phrase Findings = new("Где", "Where");
    public static readonly Phrase Download = new("Скачать набор данных", "Download the data set");
    public static readonly Phrase DownloadHint = new(
        "Файл JSON Lines со всеми записями реестра и ответами контрактов: проверку можно повторить без сети командой smartcity audit.",
        "A JSON Lines file of all records of the ledger and the contracts' answers: the audit can be repeated without a network by smartcity audit.");

    /// <summary>What a rule demands, in the language of the request.</summary>
    public static string TitleOf(RuleVerdict rule) => !Phrase.IsRussian ? rule.Title : rule.Code switch
    {
        "A-01" => "Каждая запись — событие своего контракта",
        "A-02" => "Каждый час участка есть ровно один раз и по порядку",
        "A-03" => "Каждая партия называет предыдущую, свои данные и действующий состав оракулов",
        "A-04" => "Каждая партия и каждая корректировка несёт достаточно верных подписей действующих оракулов",
        "A-05" => "В данных партии каждый канал имеет значение или его отсутствие",
        "A-06" => "Каждый небаланс фазы записан, и нет лишних",
        "A-07" => "Регистры равны сумме интервалов и корректировок сейчас и сумме интервалов на конец каждого месяца",
        "A-08" => "Тарифы следуют друг за другом, публикуются до начала действия и не меняются",
        "A-09" => "Каждый объём таков, каким его сделали часы, корректировки, приборы, условия и нормативы, известные при расчёте",
        "A-10" => "Каждый счёт построчно следует из объёмов, площадей, условий, перерывов и тарифа, один за месяц и по порядку",
        "A-11" => "Каждый платёж идёт на самый старый счёт, сначала на основной долг, пропорционально строкам, строка не оплачена дважды, и о каждой переплате сообщено",
        "A-12" => "Расчёты держат ровно столько, сколько должны: доли поставщиков, авансы и спорные суммы",
        "A-13" => "Состояние контрактов следует из их истории",
        "A-14" => "Инциденты идут по стадиям с доказательствами, один открытый на объект и тревогу, критические закрывает второй человек",
        "A-15" => "Каждая корректировка называет предыдущую, свои разности и действующий состав оракулов и не отнимает больше израсходованного",
        "A-16" => "Каждый спор удерживает ровно то, что оспаривает, и кончается в чью-то пользу",
        "A-17" => "Каждое обязательство зачтено один раз, и сумма чистых позиций равна нулю",
        "A-18" => "У каждого лицевого счёта своё помещение и условия по порядку; помещение переходит с показаниями как есть",
        "A-19" => "Каждый перерасчёт — это стоимость месяца, какой она известна теперь, за вычетом уже начисленной",
        "A-20" => "Пени считаются по дням и действующим ставкам с непогашенной части долга и включаются в счёт один раз",
        "A-21" => "Каждый перерыв относится к инциденту, и ни один час не снижает плату дважды",
        "A-22" => "Каждый срок отсчитан от своего события по действующим правилам; каждое нарушение срока записано, и нет лишних",
        _ => rule.Title,
    };
}
