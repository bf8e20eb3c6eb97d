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
    public static readonly Phrase Own = new("Сумма часовых показаний вашего счётчика: {0}.", "Sum of your meter's hourly readings: {0}.");
    public static readonly Phrase OwnHeat = new("Сумма часовых показаний вашего теплосчётчика: {0}.", "Sum of your heat meter's hourly readings: {0}.");
    public static readonly Phrase Corrected = new(
        "В том числе исправления часов, узнанных позже: {0}.", "Of it corrections of hours that became known later: {0}.");
    public static readonly Phrase Substituted = new(
        "Не учтены {0}: вместо них взято {1}. Объём к оплате: {2}.", "Not counted are {0}: in their place stands {1}. Volume billed: {2}.");
    public static readonly Phrase InterpolatedHours = new(
        "Часть часов посчитана по разности показаний за пропуск.", "Some hours are from the difference of registers over a gap.");
    public static readonly Phrase Common = new(
        "{0}: общедомовой счётчик {1} − квартирные счётчики {2} = {3}.", "{0}: house meter {1} − flats' meters {2} = {3}.");
    public static readonly Phrase CommonSubstituted = new(
        "Не все часы измерены: объёмы дома дополнены ({0}).", "Not all hours are measured: the house's volumes are completed ({0}).");
    public static readonly Phrase Carried = new(
        "{0}: с учётом отрицательной разницы прошлых месяцев ({1}).", "{0}: with the negative difference of earlier months ({1}).");
    public static readonly Phrase CommonCharged = new(
        "К распределению по дому: {0}.", "To be shared by the house: {0}.");
    public static readonly Phrase NothingCommon = new(
        "Разница отрицательная: к оплате нет, она перейдёт на следующие месяцы.", "The difference is negative: nothing to pay, it is carried to the next months.");
    public static readonly Phrase HeatOfHouse = new("Теплосчётчик дома за месяц: {0}.", "Heat meter of the house in the month: {0}.");
    public static readonly Phrase HeatByMeters = new(
        "Квартиры с теплосчётчиками ({0}) израсходовали {1}; остальное тепло дома делится по площади {2}.",
        "The flats with heat meters ({0}) used {1}; the rest of the house's heat is shared by area, {2}.");
    public static readonly Phrase HeatByNorm = new(
        "В доме нет теплосчётчика: по нормативу на площадь {0}.", "The house has no heat meter: by the norm for an area of {0}.");
    public static readonly Phrase ShareByArea = new("Ваша доля по площади, {0} из {1}.", "Your share by area, {0} of {1}.");
    public static readonly Phrase YourHeat = new("Ваше тепло: {0}.", "Your heat: {0}.");
    public static readonly Phrase Divided = new(
        "В этом месяце сменился владелец счёта: объёмы разделены по показаниям и часам на этот момент.",
        "The account changed hands in this month: volumes are divided by the registers and hours of that moment.");
    public static readonly Phrase Step = new("{0}: {1}", "{0}: {1}");
    public static readonly Phrase ReducedBy = new(
        "Снижение за перерыв сверх допустимого: {0} по {1} от начисления, итого {2}.",
        "Less for an outage beyond what is permitted: {0} at {1} of the charge, together {2}.");
    public static readonly Phrase Band = new("диапазон {0}", "band {0}");
    public static readonly Phrase RatePerHour = new("{0} за час", "{0} an hour");
    public static readonly Phrase RecalculationOf = new("Перерасчёт за {0}", "Recalculation of {0}");
    public static readonly Phrase Waiting = new("Перерасчёты в следующем счёте", "Recalculations for the next bill");
    public static readonly Phrase WaitingLead = new(
        "Объёмы прошлых месяцев стали известны точнее. Выставленный счёт не меняется: разница войдёт в следующий.",
        "Volumes of earlier months are known better now. A bill issued never changes: the difference joins the next one.");
    public static readonly Phrase PendingPenalty = new("Пени, которые войдут в следующий счёт", "Penalty for the next bill");

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
    public static Phrase NameOf(BilledService service) => service switch
    {
        BilledService.Electricity => new("Электроэнергия", "Electricity"),
        BilledService.CommonNeeds => new("Общедомовые нужды", "Common needs"),
        BilledService.Heating => new("Отопление", "Heating"),
        BilledService.ElectricityPenalty => new("Пени: электроэнергия", "Penalty: electricity"),
        BilledService.CommonNeedsPenalty => new("Пени: общедомовые нужды", "Penalty: common needs"),
        BilledService.HeatingPenalty => new("Пени: отопление", "Penalty: heating"),
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "Every service has a name."),
    };

    /// <summary>What a zone of the day is called; nothing for the whole day.</summary>
    public static Phrase? NameOf(TariffZone zone) => zone switch
    {
        TariffZone.Whole => null,
        TariffZone.Day => new("день", "day"),
        TariffZone.Night => new("ночь", "night"),
        TariffZone.Peak => new("пик", "peak"),
        TariffZone.HalfPeak => new("полупик", "half-peak"),
        _ => throw new ArgumentOutOfRangeException(nameof(zone), zone, "Every zone has a name."),
    };

    /// <summary>How a volume came about.</summary>
    public static Phrase NameOf(VolumeMethod method) => method switch
    {
        VolumeMethod.Measured => new("измерено", "measured"),
        VolumeMethod.Interpolated => new("измерено, часть часов по разности показаний", "measured, some hours by differences of registers"),
        VolumeMethod.Average => new("среднее за прошлые месяцы", "the average of the months before"),
        VolumeMethod.Norm => new("норматив", "the norm"),
        VolumeMethod.RaisedNorm => new("норматив с повышающим коэффициентом", "the norm with the raising coefficient"),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Every method has a name."),
    };

    /// <summary>A line in words: service, zone, band; or what it recalculates or reduces.</summary>
    public static string NameOf(BilledLine line)
    {
        string service = NameOf(line.Service);
        return line.Kind switch
        {
            LineKind.Charge => string.Join(", ", new[] { service, NameOf(line.Zone)?.ToString(), line.Band > 1 ? Band.With(line.Band) : null }
                .Where(part => part is not null)),
            LineKind.Reduction => Step.With(service, new Phrase("снижение за перерыв", "less for an outage")),
            LineKind.Recalculation => Step.With(service, RecalculationOf.With(Formats.MonthInText(line.Period))),
            LineKind.Penalty => service,
            _ => throw new ArgumentOutOfRangeException(nameof(line), line, "Every kind of line has a name."),
        };
    }

    /// <summary>What a service's quantity is counted in.</summary>
    public static EnergyKind KindOf(BilledService service) => service == BilledService.Heating ? EnergyKind.Heat : EnergyKind.Electricity;
}
