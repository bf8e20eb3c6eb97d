namespace SmartCity.Portal;

/// <summary>Texts of a resident's pages on consumption.</summary>
internal static class ResidentText
{
    public static readonly Phrase Consumption = new("Потребление", "Consumption");
    public static readonly Phrase Flat = new("{0}, кв. {1}", "{0}, flat {1}");
    public static readonly Phrase Month = new("Месяц", "Month");
    public static readonly Phrase NothingYet = new(
        "Записанных показаний ещё нет: система загружает историю. Они появятся здесь, как только будут в реестре.",
        "No readings are recorded yet: the system is loading its history. They will appear here as soon as the ledger has them.");

    public static readonly Phrase Electricity = new("Электроэнергия", "Electricity");
    public static readonly Phrase HouseHeat = new("Тепло дома", "Heat of the house");
    public static readonly Phrase ByDay = new("По дням, {0}", "By day, {0}");
    public static readonly Phrase HeatByDay = new("По дням, {0}: теплосчётчик ИТП, весь дом", "By day, {0}: heat meter of the substation, the whole house");
    public static readonly Phrase ByHour = new("По часам, {0}", "By hour, {0}");
    public static readonly Phrase Table = new("Показать таблицей", "Show as a table");
    public static readonly Phrase DayZone = new("День, 07–23", "Day, 07–23");
    public static readonly Phrase NightZone = new("Ночь, 23–07", "Night, 23–07");
    public static readonly Phrase Total = new("Всего", "Total");
    public static readonly Phrase Date = new("Дата", "Date");
    public static readonly Phrase Hour = new("Час", "Hour");
    public static readonly Phrase Zone = new("Зона", "Zone");
    public static readonly Phrase Quality = new("Качество", "Quality");
    public static readonly Phrase HoursRecorded = new("Записано", "Recorded");
    public static readonly Phrase Unmeasured = new("из них не измерено: {0}", "of them not measured: {0}");
    public static readonly Phrase YourShare = new("Ваша доля по площади", "Your share by area");
    public static readonly Phrase Area = new("Площадь", "Area");
    public static readonly Phrase ShareOf = new("{0} из {1}", "{0} of {1}");
    public static readonly Phrase MeterIs = new("{0} № {1}, класс {2}, поверка до {3}", "{0} no. {1}, class {2}, verified until {3}");
    public static readonly Phrase OpenDay = new("по часам", "by hour");
    public static readonly Phrase PreviousDay = new("← Предыдущий день", "← Previous day");
    public static readonly Phrase NextDay = new("Следующий день →", "Next day →");
    public static readonly Counted Hours = new(new("час", "hour"), "часа", new("часов", "hours"));

    public static readonly Phrase ToPay = new("К оплате", "To pay");
    public static readonly Phrase NothingToPay = new("Долга нет.", "There is nothing to pay.");
    public static readonly Phrase OpenBill = new("Открыть счёт", "Open the bill");
    public static readonly Phrase Credit = new("Аванс", "Credit");
    public static readonly Phrase Until = new("до {0}", "by {0}");

    /// <summary>What a quality is called.</summary>
    public static Phrase NameOf(Quality quality) => quality switch
    {
        Domain.Quality.Measured => new("измерено", "measured"),
        Domain.Quality.Interpolated => new("по разности за пропуск", "difference over a gap"),
        Domain.Quality.Averaged => new("по среднему", "averaged"),
        Domain.Quality.Missing => new("нет значения", "missing"),
        _ => throw new ArgumentOutOfRangeException(nameof(quality), quality, "Every quality has a name."),
    };

    /// <summary>What a zone of a two-zone tariff is called.</summary>
    public static Phrase NameOf(Zone zone) => zone == Domain.Zone.Night ? NightZone : DayZone;
}
