using System.Globalization;

namespace SmartCity.Portal;

/// <summary>Numbers, money and times as people of the request's culture read them.</summary>
internal static class Formats
{
    private const decimal WattHoursPerKilowattHour = 1_000m;
    private const decimal KilocaloriesPerGigacalorie = 1_000_000m;
    private const decimal MicroRoublesPerRouble = 1_000_000m;
    private const decimal KopecksPerRouble = 100m;
    private const decimal SquareDecimetresPerSquareMetre = 100m;

    private static readonly Phrase KilowattHours = new("кВт·ч", "kWh");
    private static readonly Phrase Gigacalories = new("Гкал", "Gcal");
    private static readonly Phrase SquareMetres = new("м²", "m²");
    private static readonly Phrase Seconds = new("{0} с назад", "{0} s ago");
    private static readonly Phrase Minutes = new("{0} мин назад", "{0} min ago");
    private static readonly Phrase Hours = new("{0} ч назад", "{0} h ago");
    private static readonly Phrase Days = new("{0} сут назад", "{0} d ago");

    /// <summary>Money with its sign: <c>1 234,05 ₽</c>.</summary>
    public static string Money(Kopecks amount) => Number(amount.Value / KopecksPerRouble, 2) + "\u00a0₽";

    /// <summary>A change of money with its sign if it is below nothing: <c>−24,44 ₽</c>.</summary>
    public static string Money(SignedKopecks change) =>
        (change.Value < 0 ? "−" : "") + Number(Math.Abs(change.Value / KopecksPerRouble), 2) + "\u00a0₽";

    /// <summary>Energy in the unit of a bill, with all digits that are billed: kWh with 3, Gcal with 6.</summary>
    public static string Energy(EnergyKind kind, Quantity quantity) => $"{EnergyNumber(kind, quantity)}\u00a0{UnitOf(kind)}";

    /// <summary>The number of <see cref="Energy"/> alone.</summary>
    public static string EnergyNumber(EnergyKind kind, Quantity quantity) => kind == EnergyKind.Heat
        ? Number(quantity.Value / KilocaloriesPerGigacalorie, 6)
        : Number(quantity.Value / WattHoursPerKilowattHour, 3);

    /// <summary>A difference of energies with its sign, in the unit of <see cref="Energy"/>.</summary>
    public static string EnergyDifference(EnergyKind kind, long difference)
    {
        decimal value = kind == EnergyKind.Heat ? difference / KilocaloriesPerGigacalorie : difference / WattHoursPerKilowattHour;
        string sign = difference > 0 ? "+" : difference < 0 ? "−" : "";
        return sign + Number(Math.Abs(value), kind == EnergyKind.Heat ? 6 : 3);
    }

    /// <summary>Energy rounded for reading at a glance: kWh with 1 digit, Gcal with 3.</summary>
    public static string EnergyRounded(EnergyKind kind, Quantity quantity) => kind == EnergyKind.Heat
        ? Number(quantity.Value / KilocaloriesPerGigacalorie, 3)
        : Number(quantity.Value / WattHoursPerKilowattHour, 1);

    /// <summary>Unit of energy on bills.</summary>
    public static Phrase UnitOf(EnergyKind kind) => kind == EnergyKind.Heat ? Gigacalories : KilowattHours;

    /// <summary>A price per unit of a bill; micro-roubles, at least two digits after the point.</summary>
    public static string Price(EnergyKind kind, ulong microRoubles) =>
        $"{(microRoubles / MicroRoublesPerRouble).ToString("#,##0.00####", CultureInfo.CurrentCulture)}\u00a0₽/{UnitOf(kind)}";

    /// <summary>A floor area given in dm².</summary>
    public static string Area(uint squareDecimetres) => Number(squareDecimetres / SquareDecimetresPerSquareMetre, 2) + "\u00a0" + SquareMetres;

    /// <summary>A rate given in hundredths of a percent.</summary>
    public static string Percent(ushort hundredths) => (hundredths / 100m).ToString("0.##", CultureInfo.CurrentCulture) + "\u00a0%";

    /// <summary>A rate given in 10^-5.</summary>
    public static string FinePercent(ulong hundredThousandths) =>
        (hundredThousandths / 1_000m).ToString("0.###", CultureInfo.CurrentCulture) + "\u00a0%";

    /// <summary>A number with a fixed count of digits after the point.</summary>
    public static string Number(decimal value, int digits) => value.ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.CurrentCulture);

    /// <summary>A count.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>A month and its year: <c>Сентябрь 2026</c>.</summary>
    public static string Month(Period period)
    {
        string month = CultureInfo.CurrentCulture.DateTimeFormat.GetMonthName(period.Month);
        return string.Create(CultureInfo.InvariantCulture, $"{char.ToUpper(month[0], CultureInfo.CurrentCulture)}{month[1..]} {period.Year}");
    }

    /// <summary>A month and its year within a sentence: <c>сентябрь 2026</c>; English months keep their capital.</summary>
    public static string MonthInText(Period period) => string.Create(
        CultureInfo.InvariantCulture, $"{CultureInfo.CurrentCulture.DateTimeFormat.GetMonthName(period.Month)} {period.Year}");

    /// <summary>A day: <c>15 октября 2026</c>.</summary>
    public static string Date(DateOnly date) => date.ToString("d MMMM yyyy", CultureInfo.CurrentCulture);

    /// <summary>A day without its year, for axes and rows.</summary>
    public static string DayOfMonth(DateOnly date) => date.ToString("d MMMM", CultureInfo.CurrentCulture);

    /// <summary>An instant on the city's clocks, to the minute.</summary>
    public static string Time(CityCalendar calendar, DateTimeOffset instant) =>
        calendar.ToLocal(instant).ToString("dd.MM.yyyy HH:mm", CultureInfo.InvariantCulture);

    /// <summary>An instant on the city's clocks, to the second.</summary>
    public static string Moment(CityCalendar calendar, DateTimeOffset instant) =>
        calendar.ToLocal(instant).ToString("dd.MM.yyyy HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>How much time is left, <c>1:05:00</c>; with a sign when it is over.</summary>
    public static string Remaining(TimeSpan left)
    {
        TimeSpan size = left.Duration();
        string sign = left < TimeSpan.Zero ? "−" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{(long)size.TotalHours}:{size.Minutes:00}:{size.Seconds:00}");
    }

    /// <summary>How long ago something was; the script of the page counts on from there.</summary>
    public static string Ago(TimeSpan age)
    {
        (Phrase phrase, long count) = age switch
        {
            { TotalSeconds: < 60 } => (Seconds, (long)age.TotalSeconds),
            { TotalMinutes: < 60 } => (Minutes, (long)age.TotalMinutes),
            { TotalHours: < 48 } => (Hours, (long)age.TotalHours),
            _ => (Days, (long)age.TotalDays),
        };
        return phrase.With(count);
    }

    /// <summary>The beginning and the end of a hash, to tell hashes apart at a glance.</summary>
    public static string ShortHash(string hash) => hash.Length <= 14 ? hash : $"{hash[..8]}…{hash[^6..]}";

    /// <summary>A number inside a drawing: a point and no grouping, whatever the culture.</summary>
    public static string Drawing(decimal value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
