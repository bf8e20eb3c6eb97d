namespace SmartCity.Portal;

/// <summary>Texts of a utility's pages.</summary>
internal static class UtilityText
{
    public static readonly Phrase Claims = new("Требования за перерывы", "Claims for outages");
    public static readonly Phrase ClaimsLead = new(
        "На сколько меньше начислено жителям за перерывы и ненадлежащее качество этой услуги: сумма строк снижения всех счетов месяца.",
        "By how much residents were billed less for outages of this service: the sum of the reduction lines of all bills of the month.");
    public static readonly Phrase ClaimService = new("Услуга", "Service");
    public static readonly Phrase ClaimBills = new("Счетов", "Bills");
    public static readonly Phrase ClaimHours = new("Часов сверх допустимого", "Hours beyond what is permitted");
    public static readonly Phrase ClaimRate = new("За час", "An hour");
    public static readonly Phrase Hours = new("Часы и балансы", "Hours and balances");
    public static readonly Phrase HoursLead = new(
        "Каждый час дома: общий счётчик против квартирных, по фазам. Допуск — из классов точности и разрешения приборов.",
        "Every hour of each house: the parent meter against the flats', phase by phase. The tolerance follows from the meters' classes and resolutions.");
    public static readonly Phrase Segment = new("Участок", "Segment");
    public static readonly Phrase Electricity = new("Электроэнергия", "Electricity");
    public static readonly Phrase Heat = new("Тепло", "Heat");
    public static readonly Phrase All = new("Все часы", "All hours");
    public static readonly Phrase OnlyImbalanced = new("Только с небалансом", "Imbalanced only");
    public static readonly Phrase Filter = new("Отбор", "Filter");
    public static readonly Phrase Recorded = new("Записано часов", "Hours recorded");
    public static readonly Phrase Imbalanced = new("С небалансом", "Imbalanced");
    public static readonly Phrase LastHour = new("Последний час", "Last hour");
    public static readonly Phrase Drift = new("Накопленная разница", "Running drift");
    public static readonly Phrase NoHours = new("Таких часов нет.", "There are no such hours.");
    public static readonly Phrase Hour = new("Час", "Hour");
    public static readonly Phrase Group = new("Группа", "Group");
    public static readonly Phrase Phase = new("Фаза", "Phase");
    public static readonly Phrase Parent = new("Общий прибор", "Parent meter");
    public static readonly Phrase Consumers = new("Потребители", "Consumers");
    public static readonly Phrase Difference = new("Разница", "Difference");
    public static readonly Phrase Tolerance = new("Допуск", "Tolerance");
    public static readonly Phrase Verdict = new("Вывод", "Verdict");
    public static readonly Phrase Quality = new("Качество", "Quality");
    public static readonly Phrase NoConsumers = new("сравнивать не с чем", "nothing to compare with");
    public static readonly Phrase HourOf = new("Час {0}", "Hour {0}");
    public static readonly Phrase HoursCaption = new("Разница и допуск по фазам, {0}", "Difference and tolerance by phase, {0}");
    public static readonly Phrase Chain = new("Запись в реестре", "Record on the ledger");
    public static readonly Phrase PreviousBatch = new("Предыдущая партия", "Previous batch");
    public static readonly Phrase Config = new("Состав оракулов", "Oracle configuration");
    public static readonly Phrase Payload = new("Данные партии", "Payload");
    public static readonly Phrase Bytes = new("{0} байт, Keccak-256 {1}", "{0} bytes, Keccak-256 {1}");
    public static readonly Phrase Block = new("Блок", "Block");

    public static readonly Phrase Share = new("Расчёты", "Settlement");
    public static readonly Phrase ShareLead = new(
        "Начислено, оплачено и доступно к выводу. Каждая копейка платежа распределена контрактом в момент оплаты.",
        "Billed, paid and available. The contract divides every kopeck of a payment when it is made.");
    public static readonly Phrase Billed = new("Начислено", "Billed");
    public static readonly Phrase Paid = new("Оплачено", "Paid");
    public static readonly Phrase Owed = new("Ещё не оплачено", "Still owed");
    public static readonly Phrase Withdrawn = new("Выведено", "Withdrawn");
    public static readonly Phrase Available = new("Доступно", "Available");
    public static readonly Phrase Withdraw = new("Вывести", "Withdraw");
    public static readonly Phrase WithdrawHint = new(
        "Выводится на адрес получателя. В демонстрации его ключ держит портал.",
        "Paid to the payee's address. In the demonstration the portal holds its key.");
    public static readonly Phrase AmountLabel = new("Сумма, ₽", "Amount, ₽");
    public static readonly Phrase Month = new("Месяц", "Month");
    public static readonly Phrase Withdrawals = new("Выводы", "Withdrawals");
    public static readonly Phrase NoWithdrawals = new("Выводов ещё не было.", "Nothing was withdrawn yet.");
    public static readonly Phrase When = new("Когда", "When");
    public static readonly Phrase Payee = new("Получатель", "Payee");
    public static readonly Phrase NothingBilled = new("Начислений ещё нет.", "Nothing is billed yet.");

    public static readonly Phrase Done = new("Выведено {0}.", "{0} withdrawn.");
    public static readonly Phrase WrongAmount = new("Введите сумму в рублях, больше нуля и не больше доступной.", "Enter an amount in roubles, more than nothing and at most what is available.");
    public static readonly Phrase TooMuch = new("Доступно только {0}. Ничего не выведено.", "Only {0} is available. Nothing was withdrawn.");
    public static readonly Phrase ChainAway = new("Реестр сейчас не отвечает: ничего не выведено. Повторите через минуту.", "The ledger does not answer now: nothing was withdrawn. Try again in a minute.");
    public static readonly Phrase Refused = new("Реестр отказал: ничего не выведено.", "The ledger refused: nothing was withdrawn.");
    public static readonly Phrase Unknown = new("Ответа от реестра нет: вывод мог пройти. Обновите страницу через минуту.", "The ledger gave no answer: it may have been done. Reload the page in a minute.");
    public static readonly Phrase KeyAway = new("Этот портал не держит ключ получателя: выводите своим ключом.", "This portal does not hold the payee's key: withdraw with your own.");

    /// <summary>What a kind of energy is called.</summary>
    public static Phrase NameOf(EnergyKind kind) => kind == EnergyKind.Heat ? Heat : Electricity;

    /// <summary>What a verdict is called.</summary>
    public static Phrase NameOf(BalanceVerdict verdict) => verdict switch
    {
        BalanceVerdict.Balanced => new("баланс", "balanced"),
        BalanceVerdict.Unbalanced => new("небаланс", "imbalance"),
        BalanceVerdict.Undecided => new("не сравнивалось", "not compared"),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Every verdict has a name."),
    };

    /// <summary>Class of the stylesheet for a verdict.</summary>
    public static string ToneOf(BalanceVerdict verdict) => verdict switch
    {
        BalanceVerdict.Balanced => "good",
        BalanceVerdict.Unbalanced => "bad",
        _ => "",
    };
}
