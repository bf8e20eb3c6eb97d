using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>A question about the contracts' state, the expected answer, and the rule it belongs to.</summary>
/// <param name="Question">Whom and what to ask.</param>
/// <param name="Compare">Decodes the answer and compares it.</param>
/// <param name="Rule">The rule it belongs to.</param>
/// <param name="Where">What it is about, for a finding.</param>
internal sealed record Expectation(StateQuestion Question, Action<Findings, byte[]> Compare, string Rule, string Where)
{
    /// <summary>The answer is a value.</summary>
    public static Expectation Of<T>(ContractQuery<T> query, T expected, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data), (findings, answer) => findings.Equal(query.Decode(answer), expected, () => where), rule, where);

    /// <summary>Something holds of the answer.</summary>
    public static Expectation That<T>(ContractQuery<T> query, Func<T, bool> holds, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data),
        (findings, answer) =>
        {
            T found = query.Decode(answer);
            findings.That(holds(found), () => $"{where}: the contract says {found}");
        },
        rule,
        where);

    /// <summary>The contract must refuse to answer.</summary>
    public static Expectation Refused<T>(ContractQuery<T> query, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data),
        (findings, answer) => findings.That(answer.Length == 0, () => $"{where}: the contract answers {query.Decode(answer)}"),
        rule,
        where);

    /// <summary>The answer is a list.</summary>
    public static Expectation OfList<T>(ContractQuery<IReadOnlyList<T>> query, IReadOnlyList<T> expected, string rule, string where) => new(
        StateQuestion.Of(query.To, query.Data),
        (findings, answer) =>
        {
            IReadOnlyList<T> found = query.Decode(answer);
            findings.That(
                found.SequenceEqual(expected),
                () => $"{where}: found {string.Join(", ", found)}, computed {string.Join(", ", expected)}");
        },
        rule,
        where);
}
