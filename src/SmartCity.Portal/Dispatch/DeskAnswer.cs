using System.Globalization;
using SmartCity.Oracle;

namespace SmartCity.Portal;

/// <summary>Asks the oracle for something and waits a little for its answer.</summary>
internal sealed class DeskAnswer(OracleCommands commands, OracleReader reader, City city, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks; the number of the request is for <see cref="NoteOfAsync"/>.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="by">Login of the person.</param>
    /// <param name="note">Why, or what was seen; longer ones are cut.</param>
    /// <param name="at">When it happened; <c>null</c> for now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="JournalException">The journal cannot be written: nothing is asked.</exception>
    public async Task<long> AskAsync(DeskRequest request, string by, string? note, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        string text = note ?? "";
        long asked = await commands.AskAsync(
            request, by, text.Length <= OracleCommands.MaxText ? text : text[..OracleCommands.MaxText], at, cancellationToken);
        await WaitAsync(asked, cancellationToken);
        return asked;
    }

    /// <summary>Waits until a request is answered, or the patience is over.</summary>
    public async Task WaitAsync(long asked, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while (await reader.GetRequestAsync(asked, cancellationToken) is { IsDone: null } && time.GetElapsedTime(begun) < Patience)
        {
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }

    /// <summary>What became of a request, in words; <c>null</c> when there is none of the number.</summary>
    public async Task<Note?> NoteOfAsync(long asked, CancellationToken cancellationToken) => await reader.GetRequestAsync(asked, cancellationToken) switch
    {
        null => null,
        { IsDone: null } => new("warn", IncidentText.Asked),
        { IsDone: true } => new("good", IncidentText.Carried),
        { Refusal: var refusal } => new("bad", IncidentText.Refused.With(RefusalText.Of(city.Calendar, refusal ?? ""))),
    };

    /// <summary>An instant that a person gave as the city's clocks show it; <c>null</c> when there is none.</summary>
    public static DateTimeOffset? InstantOf(City city, DateTime? local) => local is { } known
        ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Unspecified), TimeSpan.FromHours(city.Plan.UtcOffsetHours)).ToUniversalTime()
        : null;

    /// <summary>An instant as a field of a form has it.</summary>
    public static string FieldOf(City city, DateTimeOffset instant) =>
        city.Calendar.ToLocal(instant).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
