using SmartCity.Domain;

namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>What happens on a day, at noon. Closed. Money is in kopecks.</summary>
internal abstract record ScenarioEvent(DateOnly Day)
{
    /// <summary>The readings begin at 00:00.</summary>
    public sealed record Begin(DateOnly Day) : ScenarioEvent(Day);

    public sealed record Bill(DateOnly Day, string? Account, Period Month) : ScenarioEvent(Day);

    public sealed record Pay(DateOnly Day, string Account, ulong Amount, bool ByPermit) : ScenarioEvent(Day);

    public sealed record Deposit(DateOnly Day, ScenarioProvider Provider, ulong Amount) : ScenarioEvent(Day);

    /// <summary>Differences are Wh by zone, or kcal in the first place; the last <paramref name="FilledHours"/> hours of the month are
    /// made good.</summary>
    public sealed record Correct(
        DateOnly Day, string Meter, EnergyKind Kind, Period Month, IReadOnlyList<long> Differences, int FilledHours) : ScenarioEvent(Day);

    public sealed record Refix(DateOnly Day, EnergyKind Kind, Period Month) : ScenarioEvent(Day);

    public sealed record Recalculate(DateOnly Day, string? Account, Period Month) : ScenarioEvent(Day);

    public sealed record Fault(DateOnly Day, string Account, EnergyKind Kind, ScenarioFault What) : ScenarioEvent(Day);

    /// <summary>The first day on which the verification of a meter is no longer valid.</summary>
    public sealed record Expire(DateOnly Day, string Account, EnergyKind Kind) : ScenarioEvent(Day);

    public sealed record Terms(DateOnly Day, string Account, Period Month, ScenarioTerms New) : ScenarioEvent(Day);

    public sealed record MoveOut(DateOnly Day, string Account, string Successor) : ScenarioEvent(Day);

    /// <summary><paramref name="Limit"/>: permitted hours, or whole degrees below the norm.</summary>
    public sealed record Outage(DateOnly Day, ScenarioOutage Kind, Hour From, Hour To, int Limit) : ScenarioEvent(Day);

    public sealed record Dispute(DateOnly Day, string Account, Period Month, ScenarioService Service, ulong Amount) : ScenarioEvent(Day);

    public sealed record Concede(DateOnly Day, string Account, Period Month, ScenarioService Service, ulong Amount) : ScenarioEvent(Day);

    public sealed record Reject(DateOnly Day, string Account, Period Month, ScenarioService Service) : ScenarioEvent(Day);

    public sealed record WithdrawDispute(DateOnly Day, string Account, Period Month, ScenarioService Service) : ScenarioEvent(Day);

    public sealed record SettleDispute(DateOnly Day, string Account, Period Month, ScenarioService Service) : ScenarioEvent(Day);

    public sealed record Refund(DateOnly Day, string Account, ulong Amount) : ScenarioEvent(Day);

    public sealed record Withdraw(DateOnly Day, ScenarioProvider Provider, ulong Amount) : ScenarioEvent(Day);

    public sealed record Net(DateOnly Day, IReadOnlyList<ScenarioObligation> Obligations) : ScenarioEvent(Day);
}
