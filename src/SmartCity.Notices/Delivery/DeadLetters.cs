using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>A notice that could not be delivered.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Organisation">Code of the organisation.</param>
/// <param name="Contact">Name of the contact.</param>
/// <param name="Incident">Which incident.</param>
/// <param name="Sequence">Number of the notice within its incident.</param>
/// <param name="Message">Its id for the receiver.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Failure">Why the last attempt failed; words of the other side may be in it.</param>
/// <param name="At">When it was given up.</param>
public sealed record DeadLetter(
    long Id, string Organisation, string Contact, IncidentReference Incident, int Sequence, string Message, int Attempts, string Failure, DateTimeOffset At);

/// <summary>Notices that could not be delivered, for a person to look at, send again or drop.</summary>
public sealed class DeadLetters(NoticeDatabase database, TimeProvider time)
{
    /// <summary>Most of them on a page.</summary>
    public const int MostOnPage = 100;

    private readonly DeliveryStore _store = new(database);

    /// <summary>A page of them, the newest first.</summary>
    /// <param name="before">Number of the last one of the page before; <c>null</c> for the first page.</param>
    public IReadOnlyList<DeadLetter> Page(long? before = null) => _store.DeadLetters(MostOnPage, before ?? long.MaxValue);

    /// <summary>Sends one on its way again, with the same id.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="by">Who wants it.</param>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public string? Retry(long id, string by) => _store.Revive(id, by, time.GetUtcNow());

    /// <summary>Gives one up for good; it stays on record.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="by">Who wants it.</param>
    /// <returns>Why it cannot be done; <c>null</c> when it is.</returns>
    public string? Drop(long id, string by) => _store.Drop(id, by, time.GetUtcNow());
}
