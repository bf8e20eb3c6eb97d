namespace SmartCity.Emulator.Profiles;

/// <summary>House 1: one measured household of 2008 told as three flats, one on each phase, and the house's common needs.</summary>
/// <remarks>
/// Flat k uses sub-meter k and a third of 98.5 % of what no sub-meter saw; the other 1.5 % are common needs (stair light), a third on
/// each phase. All in milliwatt-hours and exact: the house's hour is the measured hour.
/// </remarks>
internal sealed class HouseholdProfile
{
    /// <summary>Flats, and phases.</summary>
    public const int Flats = 3;

    /// <summary>Hours of 2008, a leap year, so that every day of any year is there.</summary>
    public const int Hours = 8_784;

    private const int RestColumn = 3;
    private const int SourceYear = 2008;

    private readonly long[][] _hours = ProfileTable.Read("household_2008.csv", Hours, 4);

    /// <summary>Energy of a flat in an hour of the local calendar, mWh.</summary>
    public long Flat(int flat, DateOnly day, int hour)
    {
        long[] row = Row(day, hour);
        return row[flat] + FlatShare(row);
    }

    /// <summary>Energy of the common needs on a phase in an hour of the local calendar, mWh.</summary>
    public long Common(int phase, DateOnly day, int hour)
    {
        long[] row = Row(day, hour);
        long common = row[RestColumn] - (Flats * FlatShare(row));
        return (common / Flats) + (phase < common % Flats ? 1 : 0);
    }

    private static long FlatShare(long[] row) => row[RestColumn] * 985 / (1000 * Flats);

    private long[] Row(DateOnly day, int hour) => _hours[((new DateOnly(SourceYear, day.Month, day.Day).DayOfYear - 1) * 24) + hour];
}
