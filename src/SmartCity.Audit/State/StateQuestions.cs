namespace SmartCity.Audit;

/// <summary>What the contracts must answer about their state if the history is what was replayed.</summary>
internal static class StateQuestions
{
    public static IEnumerable<Expectation> Of(Replay replay) =>
    [
        .. ReadingQuestions.Of(replay),
        .. RegistryQuestions.Of(replay),
        .. BillingQuestions.Of(replay),
        .. MoneyQuestions.Of(replay),
        .. IncidentQuestions.Of(replay),
    ];
}
