namespace SmartCity.Emulator.Profiles;

/// <summary>ИТП 1: the heat meter of a Danish family house in 2019, its volume tripled (three flats), its temperatures as measured.</summary>
internal sealed class HeatProfile
{
    /// <summary>Hours of 2019.</summary>
    public const int Hours = 8_760;

    private const int SourceYear = 2019;
    private const int Scale = 3;

    private readonly long[][] _hours = ProfileTable.Read("heat_2019.csv", Hours, 3);

    /// <summary>Volume of an hour of the local calendar, ml.</summary>
    public long Volume(DateOnly day, int hour) => Row(day, hour)[0] * Scale;

    /// <summary>Mean temperature of the supply in an hour, hundredths of °C.</summary>
    public long Supply(DateOnly day, int hour) => Row(day, hour)[1];

    /// <summary>Mean temperature of the return in an hour, hundredths of °C.</summary>
    public long Return(DateOnly day, int hour) => Row(day, hour)[2];

    /// <summary>29 February takes the day before, as 2019 has none.</summary>
    private long[] Row(DateOnly day, int hour)
    {
        int dayOfMonth = day is { Month: 2, Day: 29 } ? 28 : day.Day;
        return _hours[((new DateOnly(SourceYear, day.Month, dayOfMonth).DayOfYear - 1) * 24) + hour];
    }
}
