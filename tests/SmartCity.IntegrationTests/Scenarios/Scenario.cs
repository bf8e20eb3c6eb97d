using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>How a flat is heated.</summary>
internal enum ScenarioHeating
{
    None,
    House,
    Norm,
    Boiler,
}

/// <summary>Why a meter does not count.</summary>
internal enum ScenarioFault
{
    None,
    Broken,
    AccessRefused,
}

/// <summary>What a resident is charged for and pays for.</summary>
internal enum ScenarioService
{
    Electricity,
    CommonNeeds,
    Heating,
}

/// <summary>Who is paid.</summary>
internal enum ScenarioProvider
{
    Power = 1,
    Management = 2,
    Heat = 3,
}

/// <summary>What fails in an outage.</summary>
internal enum ScenarioOutage
{
    HeatInterruption,
    HeatCold,
    ElectricityInterruption,
}

/// <summary>What an account is charged by.</summary>
internal sealed record ScenarioTerms(int Zones, int Residents, ScenarioHeating Heating);

/// <summary>An account and its flat. The area is in dm².</summary>
internal sealed record ScenarioAccount(string Name, uint Area, int Phase, ScenarioTerms Terms, bool HasHeatMeter, Period From);

/// <summary>What one meter shows in a month: Wh by zone (peak, half-peak, night), or kcal in the first place.</summary>
internal sealed record MeterMonth(
    EnergyKind Kind, Period Month, string Meter, IReadOnlyList<long> Volumes, int MissingHours, int EstimatedHours);

/// <summary>What is owed between two providers, kopecks.</summary>
internal sealed record ScenarioObligation(ScenarioProvider Debtor, ScenarioProvider Creditor, ulong Amount);

/// <summary>A provider's balance or another sum, as it must be after the events of a day; kopecks.</summary>
internal sealed record BalanceRow(DateOnly Day, string Who, long Amount);

/// <summary>A case as its files tell it.</summary>
internal sealed record Scenario(
    string Name,
    IReadOnlyList<ScenarioTariff> Tariffs,
    IReadOnlyList<ScenarioAccount> Accounts,
    IReadOnlyList<MeterMonth> Readings,
    IReadOnlyList<ScenarioEvent> Events,
    IReadOnlyList<string> Bills,
    IReadOnlyList<string> Lines,
    IReadOnlyList<BalanceRow> Balances)
{
    /// <summary>Name of the house's meters.</summary>
    public const string House = "house";

    /// <summary>First day of readings.</summary>
    public DateOnly Begin => Events[0].Day;

    /// <summary>Last month of readings.</summary>
    public Period LastMonth => Readings.Max(row => row.Month);

    /// <summary>Are there meters of this kind?</summary>
    public bool Has(EnergyKind kind) => Readings.Any(row => row.Kind == kind);

    /// <summary>The accounts behind the house's meter of a kind, in channel order.</summary>
    public IReadOnlyList<ScenarioAccount> Consumers(EnergyKind kind) =>
        kind == EnergyKind.Electricity ? Accounts : Accounts.Where(account => account.HasHeatMeter).ToArray();
}
