using System.Collections.Concurrent;

namespace SmartCity.Portal;

/// <summary>Carries out each order once, however often its form is sent: a second sending waits for the first and gets its outcome.</summary>
internal sealed class Orders
{
    private const int MaxKnown = 10_000;
    private readonly ConcurrentDictionary<string, Lazy<Task<MoneyOutcome>>> _known = new();

    /// <summary>A reference for a new order; the form that places the order carries it.</summary>
    public static string NewReference() => Guid.NewGuid().ToString("N");

    /// <summary>Carries an order out, unless that was done or is being done. What was refused may be tried again.</summary>
    public async Task<MoneyOutcome> OnceAsync(string reference, Func<Task<MoneyOutcome>> carryOut)
    {
        Forget();
        Lazy<Task<MoneyOutcome>> order = _known.GetOrAdd(reference, _ => new(carryOut));
        bool isDone = false;
        try
        {
            MoneyOutcome outcome = await order.Value;
            isDone = outcome is not MoneyOutcome.Refused;
            return outcome;
        }
        finally
        {
            if (!isDone)
            {
                _known.TryRemove(new(reference, order));
            }
        }
    }

    private void Forget()
    {
        if (_known.Count <= MaxKnown)
        {
            return;
        }
        foreach (KeyValuePair<string, Lazy<Task<MoneyOutcome>>> order in _known.Where(order => order.Value is { IsValueCreated: true, Value.IsCompleted: true }))
        {
            _known.TryRemove(order);
        }
    }
}
