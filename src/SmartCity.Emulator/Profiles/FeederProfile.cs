namespace SmartCity.Emulator.Profiles;

/// <summary>House 2: the 55 single-phase customers of the European low-voltage feeder, on their phases.</summary>
/// <remarks>
/// The source gives 100 days of one customer each. Customer i keeps a kind of its own: on any day it lives one of seven of those days (its
/// own, numbered i, and six drawn by the seed), scaled by 85..115 %. On <see cref="LocalCalendar.BaseDay"/> every customer lives its own
/// day unscaled, so that day is the feeder's published day (483.914 kWh). Energy is in millijoules, because a watt-minute is 60,000 of
/// them exactly, and so is a milliwatt-hour 3,600.
/// </remarks>
internal sealed class FeederProfile
{
    /// <summary>Customers.</summary>
    public const int Customers = 55;

    private const int Profiles = 100;
    private const int DaysOfOneKind = 7;
    private const long JoulesPerWattMinute = 60;

    private readonly long[][] _wattMinutes = ProfileTable.Read("feeder_profiles.csv", Profiles, 24);
    private readonly int[] _phases = [.. ProfileTable.ReadText("feeder_phases.txt").Trim().Select(letter => letter - 'A')];
    private readonly long _seed;

    public FeederProfile(long seed)
    {
        if (_phases.Length != Customers || _phases.Any(phase => phase is < 0 or > 2))
        {
            throw new InvalidDataException("Profile feeder_phases.txt does not hold 55 phases A, B or C.");
        }
        _seed = seed;
    }

    /// <summary>The phase 0..2 of a customer 0..54.</summary>
    public int Phase(int customer) => _phases[customer];

    /// <summary>Energy of a customer in an hour of the local calendar, mJ.</summary>
    public long Customer(int customer, DateOnly day, int hour)
    {
        int number = day.DayNumber - LocalCalendar.BaseDay.DayNumber;
        if (number == 0)
        {
            return _wattMinutes[customer][hour] * JoulesPerWattMinute * 1000;
        }
        int choice = Deterministic.Pick(DaysOfOneKind, _seed, 1, customer, number);
        int profile = choice == 0 ? customer : Deterministic.Pick(Profiles, _seed, 2, customer, choice);
        int permille = 850 + Deterministic.Pick(301, _seed, 3, customer, number);
        return _wattMinutes[profile][hour] * JoulesPerWattMinute * permille;
    }

    /// <summary>Energy of all customers of a phase in an hour, mJ.</summary>
    public long PhaseCustomers(int phase, DateOnly day, int hour)
    {
        long sum = 0;
        for (int customer = 0; customer < Customers; customer++)
        {
            sum += _phases[customer] == phase ? Customer(customer, day, hour) : 0;
        }
        return sum;
    }

    /// <summary>Common needs on a phase: 0.4 % of its customers, rounded down, mJ.</summary>
    public static long Common(long phaseCustomers) => phaseCustomers / 250;
}
