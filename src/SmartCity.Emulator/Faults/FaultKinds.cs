namespace SmartCity.Emulator.Faults;

/// <summary>What a kind of fault may be laid on.</summary>
internal enum FaultScope
{
    /// <summary>A heat substation.</summary>
    HeatPoint,

    /// <summary>A device with a cumulative register: a meter, or a heat substation by its flow meter.</summary>
    Register,

    /// <summary>An electricity meter.</summary>
    Meter,

    /// <summary>A single-phase meter of a consumer.</summary>
    Consumer,

    /// <summary>A device, or one of its signals.</summary>
    Signals,

    /// <summary>A device.</summary>
    Device,

    /// <summary>The REST interface itself.</summary>
    Api,
}

/// <summary>A field of a fault: a number in a range, or one of some words.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Default">Value when none is given; empty when the fault chooses for itself.</param>
/// <param name="Min">Smallest number; ignored for words.</param>
/// <param name="Max">Largest number; ignored for words.</param>
/// <param name="Words">Allowed words, or <c>null</c> for a number.</param>
internal sealed record FaultField(string Name, string Default, decimal Min, decimal Max, IReadOnlyList<string>? Words = null);

/// <summary>A kind of fault.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Scope">What it may be laid on.</param>
/// <param name="English">What it does, in English.</param>
/// <param name="Russian">What it does, in Russian.</param>
/// <param name="Fields">Its fields.</param>
/// <param name="IsMoment">It happens at one instant and has no end.</param>
/// <param name="DefaultLength">How long it lasts when no end is given; <c>null</c>: until ended.</param>
internal sealed record FaultKind(
    string Name, FaultScope Scope, string English, string Russian, IReadOnlyList<FaultField> Fields, bool IsMoment = false, TimeSpan? DefaultLength = null);

/// <summary>All kinds of faults.</summary>
internal static class FaultKinds
{
    public const string PressureDrop = "pressure_drop";
    public const string PumpStopped = "pump_stopped";
    public const string PumpFault = "pump_fault";
    public const string Leak = "leak";
    public const string TemperatureLow = "limit_t_low";
    public const string TemperatureHigh = "limit_t_high";
    public const string PressureLow = "limit_p_low";
    public const string PressureHigh = "limit_p_high";
    public const string StuckMeter = "stuck_meter";
    public const string ResetMeter = "reset_meter";
    public const string ReplacedMeter = "replaced_meter";
    public const string Theft = "theft";
    public const string MissingData = "missing_data";
    public const string BadQuality = "bad_quality";
    public const string LateData = "late_data";
    public const string Disconnected = "disconnected";
    public const string Http500 = "http_500";
    public const string SlowAnswers = "slow_answers";
    public const string MalformedAnswers = "malformed_answers";
    public const string ExpiredTokens = "expired_tokens";

    /// <summary>The target of faults of all heat substations at once: what happens in the network behind them.</summary>
    public const string EverySubstation = "itp_*";

    /// <summary>The target of faults of the REST interface.</summary>
    public const string ApiTarget = "api";

    private static readonly FaultField Sensor = new("sensor", "1", 1, 2);
    private static readonly FaultField Share = new("share", "100", 1, 100);
    private static readonly FaultField Count = new("count", "0", 0, 1_000_000);

    /// <summary>All kinds by name, in the order of the control page.</summary>
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new(PressureDrop, FaultScope.HeatPoint, "Pressure drop: pump runs, switch off, 0 bar", "Падение давления: насос работает, реле выключено, 0 бар", []),
        new(PumpStopped, FaultScope.HeatPoint, "Pump error: pressure without a running pump", "Ошибка насоса: давление есть, а насос не работает", []),
        new(PumpFault, FaultScope.HeatPoint, "Pump fault signal", "Сигнал аварии насоса", []),
        new(Leak, FaultScope.HeatPoint, "Leak", "Протечка", []),
        new(TemperatureLow, FaultScope.HeatPoint, "Low temperature", "Низкая температура", [Sensor, new("value", "15", -50, 19)]),
        new(TemperatureHigh, FaultScope.HeatPoint, "High temperature", "Высокая температура", [Sensor, new("value", "98", 96, 180)]),
        new(PressureLow, FaultScope.HeatPoint, "Low pressure", "Низкое давление", [Sensor, new("value", "1.5", 0, 1.9m)]),
        new(PressureHigh, FaultScope.HeatPoint, "High pressure", "Высокое давление", [Sensor, new("value", "9.5", 8.1m, 25)]),
        new(StuckMeter, FaultScope.Register, "Meter stuck: the register stands still", "Счётчик застыл: показания не растут", []),
        new(ResetMeter, FaultScope.Register, "Meter reset: the register falls to 0", "Сброс счётчика: показания упали до 0", [], IsMoment: true),
        new(ReplacedMeter, FaultScope.Meter, "Meter replaced: new serial number and start", "Замена счётчика: новый номер и начальные показания",
            [new("serial", "", 1, 99_999_999), new("init_kwh", "0", 0, 999_999)], IsMoment: true),
        new(Theft, FaultScope.Consumer, "Theft: the flat's meter sees only a part", "Хищение: квартирный счётчик видит только часть", [new("percent", "40", 0, 99)]),
        new(MissingData, FaultScope.Signals, "No data", "Нет данных", [new("mode", "null", 0, 0, ["null", "absent"])]),
        new(BadQuality, FaultScope.Signals, "Bad quality", "Плохое качество данных", [new("quality", "bad", 0, 0, ["bad", "uncertain"])]),
        new(LateData, FaultScope.Signals, "Late data: withheld to the end, then there", "Поздние данные: до конца окна не видны, потом есть", [], DefaultLength: TimeSpan.FromHours(2)),
        new(Disconnected, FaultScope.Device, "Device not connected", "Нет связи с устройством", []),
        new(Http500, FaultScope.Api, "HTTP 500", "Ошибка HTTP 500", [Share, Count]),
        new(SlowAnswers, FaultScope.Api, "Slow answers", "Медленные ответы", [new("delay_ms", "3000", 1, 60_000), Share, Count]),
        new(MalformedAnswers, FaultScope.Api, "Malformed answers (cut JSON)", "Испорченные ответы (обрезанный JSON)", [Share, Count]),
        new(ExpiredTokens, FaultScope.Api, "All tokens revoked", "Все токены отозваны", [], IsMoment: true),
    ];

    /// <summary>A kind by name, or <c>null</c>.</summary>
    public static FaultKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
