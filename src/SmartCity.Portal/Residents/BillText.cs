namespace SmartCity.Portal;

/// <summary>Texts of bills and payments.</summary>
internal static class BillText
{
    public static readonly Phrase Bills = new("Счета", "Bills");
    public static readonly Phrase Bill = new("Счёт за {0}", "Bill for {0}");
    public static readonly Phrase NoBills = new("Счетов ещё нет: первый появится, когда закончится расчётный месяц.", "There are no bills yet: the first comes when the month is over.");
    public static readonly Phrase Account = new("Лицевой счёт", "Account");
    public static readonly Phrase Month = new("Месяц", "Month");
    public static readonly Phrase Charged = new("Начислено", "Charged");
    public static readonly Phrase Paid = new("Оплачено", "Paid");
    public static readonly Phrase Outstanding = new("К оплате", "To pay");
    public static readonly Phrase Due = new("Оплатить до", "Pay by");
    public static readonly Phrase State = new("Состояние", "State");
    public static readonly Phrase IsPaid = new("оплачен", "paid");
    public static readonly Phrase IsPartlyPaid = new("оплачен частично", "partly paid");
    public static readonly Phrase IsOpen = new("ждёт оплаты", "to be paid");
    public static readonly Phrase IsOverdue = new("просрочен", "overdue");
    public static readonly Phrase Total = new("Итого", "Total");
    public static readonly Phrase Vat = new("в том числе НДС {0}", "of it VAT {0}");

    public static readonly Phrase Service = new("Услуга", "Service");
    public static readonly Phrase Provider = new("Поставщик", "Provider");
    public static readonly Phrase Quantity = new("Объём", "Quantity");
    public static readonly Phrase Price = new("Цена", "Price");
    public static readonly Phrase Amount = new("Сумма", "Amount");
    public static readonly Phrase How = new("Как посчитано", "How it was computed");
    public static readonly Phrase Confirmed = new("Пересчитано по показаниям: совпадает до копейки", "Recomputed from the readings: agrees to the kopeck");
    public static readonly Phrase NotConfirmed = new("Пересчёт по показаниям не совпал: обратитесь к аудитору", "The recomputation from the readings does not agree: tell the auditor");
    public static readonly Phrase Print = new("Печать", "Print");
    public static readonly Phrase UnmeasuredHours = new(
        "За месяц {0} без измеренного значения: объём посчитан по разности показаний за пропуск.",
        "{0} of the month have no measured value: the volume is from the difference of registers over the gap.");

    public static readonly Phrase OwnDay = new(
        "Сумма часовых показаний вашего счётчика в зоне 07–23: {0}.", "Sum of your meter's hourly readings in the zone 07–23: {0}.");
    public static readonly Phrase OwnNight = new(
        "Сумма часовых показаний вашего счётчика в зоне 23–07: {0}.", "Sum of your meter's hourly readings in the zone 23–07: {0}.");
    public static readonly Phrase Common = new(
        "Общедомовой счётчик {0} − квартирные счётчики {1} = {2}.", "House meter {0} − flats' meters {1} = {2}.");
    public static readonly Phrase Carried = new(
        "С учётом отрицательной разницы прошлых месяцев ({0}): {1}.", "With the negative difference of earlier months ({0}): {1}.");
    public static readonly Phrase NothingCommon = new(
        "Разница отрицательная: к оплате нет, она перейдёт на следующие месяцы.", "The difference is negative: nothing to pay, it is carried to the next months.");
    public static readonly Phrase HeatOfHouse = new(
        "Теплосчётчик дома за месяц: {0}.", "Heat meter of the house in the month: {0}.");
    public static readonly Phrase ShareByArea = new(
        "Ваша доля по площади {0} из {1}: {2}.", "Your share by area, {0} of {1}: {2}.");
    public static readonly Phrase Multiplied = new("{0} × {1} = {2}", "{0} × {1} = {2}");
    public static readonly Phrase OpenHours = new("Показания по часам", "Hourly readings");

    public static readonly Phrase Readings = new("Подписанные показания", "Signed readings");
    public static readonly Phrase ReadingsCaption = new(
        "Каждый час подписан оракулом и записан в реестр: партия, подписи, транзакция.",
        "Each hour is signed by the oracle and kept by the ledger: batch, signers, transaction.");
    public static readonly Phrase Batch = new("Партия", "Batch");
    public static readonly Phrase Signers = new("Подписали", "Signers");
    public static readonly Phrase Transaction = new("Транзакция", "Transaction");
    public static readonly Phrase InBlock = new("блок {0}", "block {0}");
    public static readonly Phrase HouseMinusFlats = new(
        "По часам: общедомовой счётчик минус квартирные. Отрицательная разница часа уменьшает сумму.",
        "By hour: the house's meter minus the flats'. A negative difference of an hour lowers the sum.");
    public static readonly Phrase House = new("Дом", "House");
    public static readonly Phrase Flats = new("Квартиры", "Flats");
    public static readonly Phrase Difference = new("Разница", "Difference");

    public static readonly Phrase Pay = new("Оплатить", "Pay");
    public static readonly Phrase PayTitle = new("Оплата", "Payment");
    public static readonly Phrase AmountLabel = new("Сумма, ₽", "Amount, ₽");
    public static readonly Phrase AmountHint = new(
        "Можно оплатить часть. Деньги идут сначала на самый старый счёт, внутри счёта — пропорционально строкам; лишнее станет авансом.",
        "A part may be paid. The oldest bill is paid first, within a bill its lines in proportion; what is over becomes credit.");
    public static readonly Phrase Bank = new(
        "Платит тестовый банк: настоящие деньги не списываются.", "The test bank pays: no real money is taken.");
    public static readonly Phrase WrongAmount = new(
        "Введите сумму в рублях, например 1250,50: больше нуля и не больше {0}.", "Enter an amount in roubles, for example 1250.50: more than nothing and at most {0}.");
    public static readonly Phrase PaidNow = new("Платёж {0} принят и разделён.", "The payment of {0} is accepted and divided.");
    public static readonly Phrase PaidSoon = new("Платёж принят. Его разделение появится здесь через несколько секунд.", "The payment is accepted. Its division will appear here within seconds.");
    public static readonly Phrase Repeated = new("Этот платёж уже принят: второй раз деньги не списаны.", "This payment is accepted already: nothing was taken a second time.");
    public static readonly Phrase ChainAway = new(
        "Реестр сейчас не отвечает. Платёж не выполнен, деньги не списаны. Повторите через минуту.",
        "The ledger does not answer now. The payment was not made and no money was taken. Try again in a minute.");
    public static readonly Phrase Refused = new(
        "Реестр отказал в платеже, деньги не списаны. Повторите; если не поможет, обратитесь к оператору.",
        "The ledger refused the payment and no money was taken. Try again; if that does not help, tell the operator.");
    public static readonly Phrase Unknown = new(
        "Ответа от реестра нет: платёж мог пройти. Обновите страницу через минуту, прежде чем повторять.",
        "The ledger gave no answer: the payment may have been made. Reload the page in a minute before you try again.");
    public static readonly Phrase BankAway = new(
        "Этот портал не держит ключ банка: платить здесь нельзя.", "This portal holds no bank's key: one cannot pay here.");
    public static readonly Phrase Payments = new("Платежи", "Payments");
    public static readonly Phrase NoPayments = new("По этому счёту платежей ещё нет.", "Nothing was paid of this bill yet.");
    public static readonly Phrase FromCredit = new("зачёт аванса", "use of credit");
    public static readonly Phrase ToCredit = new("в аванс", "to credit");
    public static readonly Phrase ToOtherBills = new("другие счета", "other bills");
    public static readonly Phrase Division = new("Разделено между поставщиками", "Divided among the providers");

    /// <summary>What a service is called.</summary>
    public static Phrase NameOf(Service service) => service switch
    {
        Domain.Service.ElectricityDay => new("Электроэнергия, день", "Electricity, day"),
        Domain.Service.ElectricityNight => new("Электроэнергия, ночь", "Electricity, night"),
        Domain.Service.CommonNeedsDay => new("Общедомовые нужды, день", "Common needs, day"),
        Domain.Service.CommonNeedsNight => new("Общедомовые нужды, ночь", "Common needs, night"),
        Domain.Service.Heating => new("Отопление", "Heating"),
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "Every service has a name."),
    };

    /// <summary>What a service's quantity is counted in.</summary>
    public static EnergyKind KindOf(Service service) => service == Domain.Service.Heating ? EnergyKind.Heat : EnergyKind.Electricity;
}
