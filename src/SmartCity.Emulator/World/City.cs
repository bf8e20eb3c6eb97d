using SmartCity.Emulator.Faults;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.World;

/// <summary>The emulated city: every value of every signal as a pure function of (seed, start of history, faults, time).</summary>
internal sealed class City
{
    /// <summary>A recorded value each minute, when history is asked for without a step.</summary>
    public static readonly TimeSpan ArchivePeriod = TimeSpan.FromMinutes(1);

    private const long MillijoulesPerMilliwattHour = 3_600;

    private readonly long _seed;
    private readonly LocalCalendar _calendar;
    private readonly long _firstHour;
    private readonly Dictionary<string, Device> _devices = [];
    private readonly Dictionary<ulong, EmulatedParameter> _parameters;
    private readonly Dictionary<string, EmulatedObject> _nodesByName;
    private readonly Dictionary<ulong, EmulatedObject> _nodesById;

    /// <param name="seed">Chooses noise, days and loads.</param>
    /// <param name="historyFrom">First local day; registers stand at their initial values at its midnight.</param>
    /// <param name="utcOffsetHours">The city's time zone, -12..14.</param>
    /// <param name="substations">How many heat substations it has, 1..<see cref="Catalogue.MaxSubstations"/>.</param>
    public City(long seed, DateOnly historyFrom, int utcOffsetHours, int substations = 1)
    {
        Nodes = substations == 1 ? Catalogue.Nodes : Catalogue.With(substations);
        _nodesByName = Nodes.ToDictionary(node => node.Name, StringComparer.Ordinal);
        _nodesById = Nodes.ToDictionary(node => node.Id);
        _seed = seed;
        _calendar = new(utcOffsetHours);
        _firstHour = _calendar.StartOf(historyFrom);
        HistoryFrom = DateTimeOffset.FromUnixTimeSeconds(_firstHour * 3600);
        AddHeatPoints();
        AddHouse1();
        AddHouse2(new(seed));
        _parameters = Nodes.SelectMany(node => node.Parameters).ToDictionary(parameter => parameter.Id);
    }

    /// <summary>The first instant that anything is known of.</summary>
    public DateTimeOffset HistoryFrom { get; }

    /// <summary>All nodes, parents before children.</summary>
    public IReadOnlyList<EmulatedObject> Nodes { get; }

    /// <summary>A node by its tag, or <c>null</c>.</summary>
    public EmulatedObject? FindNode(string name) => _nodesByName.GetValueOrDefault(name);

    /// <summary>A node by its number, or <c>null</c>.</summary>
    public EmulatedObject? FindNode(ulong id) => _nodesById.GetValueOrDefault(id);

    /// <summary>A signal by its number, or <c>null</c>.</summary>
    public EmulatedParameter? Find(ulong parameter) => _parameters.GetValueOrDefault(parameter);

    /// <summary>What the server says now of a signal; <c>null</c> when the signal is absent. Late data shows the last value before it.</summary>
    public Reading? ReadCurrent(EmulatedParameter parameter, DateTimeOffset now, FaultSet faults)
    {
        IReadOnlyList<Fault> laid = faults.On(parameter.ObjectName);
        DateTimeOffset at = now;
        while (Withheld(parameter, at, now, laid) is { } late)
        {
            at = late.From - TimeSpan.FromMilliseconds(1); // Ends: each step goes before the start of one more of the finitely many faults.
        }
        return at < HistoryFrom ? Reading.Bad(now, "no data yet") : ReadDevice(parameter, at, laid);
    }

    /// <summary>What history says, asked now, of a signal as of a past instant; <c>null</c> when there is no record.</summary>
    public Reading? ReadPast(EmulatedParameter parameter, DateTimeOffset at, DateTimeOffset now, FaultSet faults)
    {
        IReadOnlyList<Fault> laid = faults.On(parameter.ObjectName);
        bool unknown = at < HistoryFrom || at > now || Withheld(parameter, at, now, laid) is not null;
        return unknown ? null : ReadDevice(parameter, at, laid);
    }

    private static Fault? Withheld(EmulatedParameter parameter, DateTimeOffset at, DateTimeOffset now, IReadOnlyList<Fault> laid) =>
        laid.FirstOrDefault(fault =>
            fault.Kind == FaultKinds.LateData && fault.Concerns(parameter.ObjectName, parameter.Name) && fault.Covers(at) && fault.Covers(now));

    private Reading? ReadDevice(EmulatedParameter parameter, DateTimeOffset at, IReadOnlyList<Fault> laid)
    {
        if (laid.Count == 0)
        {
            return new(_devices[parameter.ObjectName].Read(parameter.Name, at, laid), at, Quality.Good, null);
        }
        IEnumerable<Fault> acting = laid.Where(fault => fault.Covers(at) && fault.Concerns(parameter.ObjectName, parameter.Name));
        bool uncertain = false;
        foreach (Fault fault in acting)
        {
            switch (fault.Kind)
            {
                case FaultKinds.Disconnected:
                    return Reading.Bad(at, "device not connected");
                case FaultKinds.MissingData:
                    return fault.Parameters["mode"] == "absent" ? null : Reading.Bad(at, "no data");
                case FaultKinds.BadQuality when fault.Parameters["quality"] == "bad":
                    return Reading.Bad(at, "sensor fault");
                case FaultKinds.BadQuality:
                    uncertain = true;
                    break;
                default:
                    break;
            }
        }
        Datum value = _devices[parameter.ObjectName].Read(parameter.Name, at, laid);
        return uncertain ? new(value, at, Quality.Uncertain, "sensor doubtful") : new(value, at, Quality.Good, null);
    }

    private void AddHeatPoints()
    {
        HeatProfile profile = new();
        CumulativeSeries volume = new(_firstHour, hour => At(hour, profile.Volume));
        Register flow = new(volume, HistoryFrom, 1_234_567_000, _ => 0); // 1,234.567 m3 in ml.
        // All have the first one's house and flow; each has noise of its own.
        foreach ((int place, EmulatedObject node) in Nodes.Where(node => node.Type == "heat_point").Index())
        {
            Add(new HeatPoint(node, profile, _calendar, flow, _seed + place));
        }
    }

    private void AddHouse1()
    {
        HouseholdProfile profile = new();
        MeterPassport[] passports =
        [
            new("Меркурий 206", 36_401_215, new(2019, 4, 11), 10_523.47m),
            new("Меркурий 206", 36_401_216, new(2019, 4, 11), 8_210.05m),
            new("Меркурий 206", 28_977_034, new(2021, 9, 2), 3_874.90m),
        ];
        for (int i = 0; i < HouseholdProfile.Flats; i++)
        {
            int flat = i;
            CumulativeSeries energy = new(_firstHour, hour => MillijoulesPerMilliwattHour * At(hour, (day, hourOfDay) => profile.Flat(flat, day, hourOfDay)));
            AddMeter($"m1_{flat + 1}", passports[flat], energy);
        }
        AddMeter(
            "m3_1",
            new("Меркурий 230", 23_014_501, new(2022, 3, 14), 25_345.5m),
            [.. Enumerable.Range(0, 3).Select(phase => new CumulativeSeries(_firstHour, hour => MillijoulesPerMilliwattHour
                * At(hour, (day, hourOfDay) => profile.Flat(phase, day, hourOfDay) + profile.Common(phase, day, hourOfDay))))]);
    }

    private void AddHouse2(FeederProfile profile)
    {
        for (int i = 0; i < FeederProfile.Customers; i++)
        {
            int customer = i;
            MeterPassport passport = new(
                "Меркурий 206",
                41_200_000 + Deterministic.Pick(1_000, _seed, 5, customer) + (1_000 * customer),
                new DateOnly(2018, 1, 1).AddDays(Deterministic.Pick(2_500, _seed, 6, customer)),
                500 + (Deterministic.Pick(900_000, _seed, 7, customer) / 100m));
            AddMeter(
                Catalogue.CustomerName(customer + 1), passport,
                new CumulativeSeries(_firstHour, hour => At(hour, (day, hourOfDay) => profile.Customer(customer, day, hourOfDay))));
        }
        AddMeter(
            "m3_2",
            new("Меркурий 230", 23_014_777, new(2023, 6, 20), 480_300.3m),
            [.. Enumerable.Range(0, 3).Select(phase => new CumulativeSeries(_firstHour, hour =>
            {
                long customers = At(hour, (day, hourOfDay) => profile.PhaseCustomers(phase, day, hourOfDay));
                return customers + FeederProfile.Common(customers);
            }))]);
    }

    private void AddMeter(string name, MeterPassport passport, params CumulativeSeries[] phases) =>
        Add(new ElectricityMeter(Node(name), passport, phases, HistoryFrom, _calendar));

    private void Add(Device device) => _devices.Add(device.Node.Name, device);

    private long At(long unixHour, Func<DateOnly, int, long> profile)
    {
        (DateOnly day, int hour) = _calendar.Split(unixHour);
        return profile(day, hour);
    }

    private EmulatedObject Node(string name) => _nodesByName[name];
}
