using System.Globalization;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.World;

/// <summary>The nodes, signals and numbers of the emulated city. Numbers are stable: a node's is fixed here, a signal's is node × 100 + its place.</summary>
internal static class Catalogue
{
    /// <summary>Number of the root.</summary>
    public const ulong RootId = 1;

    /// <summary>Most heat substations that a city has.</summary>
    public const int MaxSubstations = 10_000;

    private const ulong MoreSubstationsId = 100_000;

    private static readonly (string Name, string DisplayName, string Description, ValueKind Kind, string Unit)[] HeatPointSignals =
    [
        ("p1", "Давление прямой воды", "Pressure of the supply, gauge", ValueKind.Double, "bar"),
        ("p2", "Давление обратной воды", "Pressure of the return, gauge", ValueKind.Double, "bar"),
        ("t1", "Температура прямой воды", "Temperature of the supply, mean of the hour", ValueKind.Double, "°C"),
        ("t2", "Температура обратной воды", "Temperature of the return, mean of the hour", ValueKind.Double, "°C"),
        ("ps", "Давление on/off", "Pressure switch: on above 1 bar in the supply", ValueKind.Bool, ""),
        ("t_low", "Низкая температура воды", "t1 below 40 °C or t2 below 20 °C", ValueKind.Bool, ""),
        ("t_high", "Высокая температура воды", "t1 above 95 °C or t2 above 70 °C", ValueKind.Bool, ""),
        ("p_low", "Низкое давление воды", "p1 below 3 bar or p2 below 2 bar", ValueKind.Bool, ""),
        ("p_high", "Высокое давление воды", "p1 above 8 bar or p2 above 6 bar", ValueKind.Bool, ""),
        ("flow", "Расходомер", "Volume of the supply, cumulative", ValueKind.Double, "m3"),
        ("pump_run", "Насос: работа", "Pump runs", ValueKind.Bool, ""),
        ("pump_fault", "Насос: авария", "Pump reports a fault", ValueKind.Bool, ""),
        ("leak", "Протечка", "Water on the floor", ValueKind.Bool, ""),
    ];

    private static readonly (string Name, string DisplayName, string Description, ValueKind Kind, string Unit)[] ThreePhaseSignals =
    [
        ("verif_date", "Дата поверки", "Date of the last verification", ValueKind.DateTime, ""),
        ("init_kwh", "Значение при установке", "Register at installation, all phases; a third on each", ValueKind.Double, "kWh"),
        ("a0", "Фаза А0", "Active energy of phase A0, cumulative", ValueKind.Double, "kWh"),
        ("a1", "Фаза А1", "Active energy of phase A1, cumulative", ValueKind.Double, "kWh"),
        ("a2", "Фаза А2", "Active energy of phase A2, cumulative", ValueKind.Double, "kWh"),
        ("a012", "Фаза А0-2", "Active energy of all phases, cumulative", ValueKind.Double, "kWh"),
        ("model", "Модель", "Model", ValueKind.String, ""),
        ("sn", "Sn", "Serial number", ValueKind.Long, ""),
    ];

    private static readonly (string Name, string DisplayName, string Description, ValueKind Kind, string Unit)[] SinglePhaseSignals =
    [
        ("verif_date", "Дата поверки", "Date of the last verification", ValueKind.DateTime, ""),
        ("init_kwh", "Значение при установке", "Register at installation", ValueKind.Double, "kWh"),
        ("a", "Фаза А", "Active energy, cumulative", ValueKind.Double, "kWh"),
        ("model", "Модель", "Model", ValueKind.String, ""),
        ("sn", "Sn", "Serial number", ValueKind.Long, ""),
    ];

    /// <summary>All nodes of a city with more than one heat substation, parents before children.</summary>
    /// <param name="substations">How many it has, 1..<see cref="MaxSubstations"/>: itp_1, itp_2 …</param>
    public static IReadOnlyList<EmulatedObject> With(int substations) =>
    [
        .. Nodes,
        .. Enumerable.Range(2, substations - 1).Select(number =>
            Node(MoreSubstationsId + (ulong)number, SubstationName(number), $"ИТП {number}", "heat_point", RootId, HeatPointSignals)),
    ];

    /// <summary>All nodes, parents before children.</summary>
    public static IReadOnlyList<EmulatedObject> Nodes { get; } =
    [
        new(RootId, "city", "Город", "root", null, []),
        new(10, "house_1", "Дом 1", "house", RootId, []),
        Node(1001, SubstationName(1), "ИТП 1", "heat_point", 10, HeatPointSignals),
        Node(1002, "m3_1", "Дом 1: трёхфазный счётчик Меркурий 230", "meter3", 10, ThreePhaseSignals),
        .. Enumerable.Range(1, HouseholdProfile.Flats).Select(flat =>
            Node(1010 + (ulong)flat, $"m1_{flat}", $"Дом 1, квартира {flat}: однофазный счётчик", "meter1", 10, SinglePhaseSignals)),
        new(20, "house_2", "Дом 2", "house", RootId, []),
        Node(2001, "m3_2", "Дом 2: трёхфазный счётчик Меркурий 230", "meter3", 20, ThreePhaseSignals),
        .. Enumerable.Range(1, FeederProfile.Customers).Select(customer =>
            Node(2100 + (ulong)customer, CustomerName(customer), $"Дом 2, квартира {customer}: однофазный счётчик", "meter1", 20, SinglePhaseSignals)),
    ];

    /// <summary>Tag of a heat substation, from 1.</summary>
    public static string SubstationName(int number) => string.Create(CultureInfo.InvariantCulture, $"itp_{number}");

    /// <summary>Tag of the meter of a customer 1..55 of house 2.</summary>
    public static string CustomerName(int customer) => "h2_m1_" + customer.ToString("00", CultureInfo.InvariantCulture);

    private static EmulatedObject Node(
        ulong id, string name, string displayName, string type, ulong parent,
        (string Name, string DisplayName, string Description, ValueKind Kind, string Unit)[] signals) =>
        new(id, name, displayName, type, parent,
            [.. signals.Select((signal, index) =>
                new EmulatedParameter((id * 100) + (ulong)index + 1, name, signal.Name, signal.DisplayName, signal.Description, signal.Kind, signal.Unit))]);
}
