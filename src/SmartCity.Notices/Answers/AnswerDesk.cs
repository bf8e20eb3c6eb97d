using Dapper;
using Microsoft.Extensions.Logging;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>What is replied to an answer. Closed.</summary>
public abstract record AnswerReply
{
    private AnswerReply()
    {
    }

    /// <summary>It is on record, now or from before: status 202.</summary>
    /// <param name="Answer">What was answered.</param>
    public sealed record Taken(OrganisationAnswer Answer) : AnswerReply;

    /// <summary>It is not taken: a problem (RFC 9457).</summary>
    /// <param name="Status">Status of HTTP.</param>
    /// <param name="Title">What kind of problem.</param>
    /// <param name="Detail">What is wrong with this one, and what is allowed.</param>
    public sealed record Problem(int Status, string Title, string Detail) : AnswerReply;
}

/// <summary>An answer that nobody has carried out yet.</summary>
/// <param name="Number">Its number here.</param>
/// <param name="Organisation">Code of the organisation.</param>
/// <param name="Id">The organisation's id of it: no two answers of an organisation have the same.</param>
/// <param name="Answer">What it answered.</param>
/// <param name="ReceivedAt">When it arrived.</param>
public sealed record OpenAnswer(long Number, string Organisation, string Id, OrganisationAnswer Answer, DateTimeOffset ReceivedAt);

/// <summary>
/// Receives what organisations answer: signed like our webhooks, with the same secret. Knows nothing of HTTP but header values and statuses.
/// </summary>
/// <param name="plan">Who may answer.</param>
/// <param name="database">Where answers are kept.</param>
/// <param name="secretFolder">To which the plan's names of secret files are relative: the state folder.</param>
/// <param name="time">The time.</param>
/// <param name="logger">The log.</param>
public sealed partial class AnswerDesk(
    ContactPlan plan, NoticeDatabase database, string secretFolder, TimeProvider time, ILogger<AnswerDesk> logger)
{
    /// <summary>Longest body, bytes: an endpoint reads no more than one byte beyond it.</summary>
    public const int MostBodyBytes = 16 * 1024;

    /// <summary>Most answers that are handed out at a time.</summary>
    public const int MostOpen = 100;

    /// <summary>Most answers that wait to be carried out: more are asked to come back, as nobody carries them out.</summary>
    public const int MostWaiting = 1_000;

    private const int NotNow = 503;

    /// <summary>Checks an answer and has it on record before it returns. One that is repeated is replied to alike.</summary>
    /// <param name="organisation">Code of the organisation, from the address.</param>
    /// <param name="id">Header <see cref="WebhookSignature.IdHeader"/>.</param>
    /// <param name="timestamp">Header <see cref="WebhookSignature.TimestampHeader"/>.</param>
    /// <param name="signatures">Header <see cref="WebhookSignature.SignatureHeader"/>.</param>
    /// <param name="body">The body as it was received.</param>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It could not be written: status 503, the organisation repeats it.</exception>
    public AnswerReply Receive(string organisation, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        AnswerReply reply = Check(organisation, id, timestamp, signatures, body);
        switch (reply)
        {
            case AnswerReply.Taken taken:
                LogTaken(id!, organisation, taken.Answer);
                break;
            case AnswerReply.Problem { Status: not NotNow } problem: // Why not now is told with its reason already.
                LogProblem(PlainText.Line(organisation, WebhookSignature.LongestId), problem.Status, PlainText.Line(problem.Detail, 500));
                break;
        }
        return reply;
    }

    /// <summary>Answers that nobody has carried out yet, in the order in which they came: <see cref="MostOpen"/> at most.</summary>
    /// <remarks>One that another version took and this one does not understand is told in the log and closed: it stays on record.</remarks>
    public IReadOnlyList<OpenAnswer> Open()
    {
        List<OpenAnswer> open = [];
        foreach (AnswerRow row in database.Query<AnswerRow>(
            "SELECT number, organisation, id, body, received_ms AS ReceivedMs FROM answer WHERE done_ms IS NULL ORDER BY number LIMIT @MostOpen", new { MostOpen }))
        {
            try
            {
                open.Add(new(row.Number, row.Organisation, row.Id, AnswerReader.Parse(row.Body), DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedMs)));
            }
            catch (RuleBookException exception)
            {
                LogNotUnderstood(row.Id, row.Organisation, exception.Message);
                Close(row.Number);
            }
        }
        return open;
    }

    /// <summary>An answer is carried out, or cannot be.</summary>
    public void Close(long number) => database.Execute(
        "UPDATE answer SET done_ms = @now WHERE number = @number AND done_ms IS NULL", new { number, now = time.GetUtcNow().ToUnixTimeMilliseconds() });

    private AnswerReply Check(string organisation, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        if (body.Length > MostBodyBytes)
        {
            return new AnswerReply.Problem(413, "Too long", $"An answer has at most {MostBodyBytes} bytes.");
        }
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<byte[]> keys;
        try
        {
            // Without a secret nothing is genuine; whether it is the code or the secret that we lack is nobody's business.
            keys = plan.Find(organisation)?.SecretFile is { } file ? SecretFile.ReadKeys(Path.Combine(secretFolder, file)) : [];
        }
        catch (SecretFileException exception)
        {
            LogNoSecret(organisation, exception.Message);
            return new AnswerReply.Problem(NotNow, "Not now", "The signature cannot be checked now. Repeat it later.");
        }
        if (WebhookSignature.Violation(keys, id, timestamp, signatures, body, now) is { } violation)
        {
            return new AnswerReply.Problem(401, "Not signed as agreed", violation);
        }
        OrganisationAnswer answer;
        try
        {
            answer = AnswerReader.Parse(body);
        }
        catch (RuleBookException exception)
        {
            return new AnswerReply.Problem(400, "Not an answer", exception.Message);
        }
        return Record(organisation, id!, answer, body.ToArray(), now);
    }

    private AnswerReply Record(string organisation, string id, OrganisationAnswer answer, byte[] body, DateTimeOffset now) =>
        database.Write<AnswerReply>(transaction =>
        {
            object key = new { organisation, id, body, now = now.ToUnixTimeMilliseconds(), answer.Incident.ObjectNumber, answer.Incident.Number };
            byte[]? known = transaction.Connection!.ExecuteScalar<byte[]>(
                "SELECT body FROM answer WHERE organisation = @organisation AND id = @id", key, transaction);
            if (known is not null)
            {
                return known.AsSpan().SequenceEqual(body)
                    ? new AnswerReply.Taken(answer)
                    : new AnswerReply.Problem(409, "Id used before", "Another answer had this webhook-id before. A new answer needs a new one.");
            }
            if (answer.At > now + WebhookSignature.Tolerance)
            {
                return new AnswerReply.Problem(422, "Not yet", "\"at\" lies in the future.");
            }
            if (!transaction.Connection!.ExecuteScalar<bool>(
                "SELECT EXISTS (SELECT 1 FROM document WHERE organisation = @organisation AND object = @ObjectNumber AND incident = @Number)", key, transaction))
            {
                return new AnswerReply.Problem(404, "No such incident", "This organisation was not told of such an incident.");
            }
            if (transaction.Connection!.ExecuteScalar<long>("SELECT count(*) FROM answer WHERE done_ms IS NULL", transaction: transaction) >= MostWaiting)
            {
                LogTooMany(organisation, MostWaiting);
                return new AnswerReply.Problem(NotNow, "Not now", $"{MostWaiting} answers wait to be carried out. Repeat it later, and call by telephone.");
            }
            _ = transaction.Connection!.Execute(
                "INSERT INTO answer (organisation, id, body, received_ms) VALUES (@organisation, @id, @body, @now)", key, transaction);
            return new AnswerReply.Taken(answer);
        });

    [LoggerMessage(EventId = 6010, Level = LogLevel.Information, Message = "Answer {Id} of {Organisation}: {Answer}")]
    private partial void LogTaken(string id, string organisation, OrganisationAnswer answer);

    [LoggerMessage(EventId = 6011, Level = LogLevel.Warning, Message = "An answer of {Organisation} was not taken ({Status}): {Detail}")]
    private partial void LogProblem(string organisation, int status, string detail);

    [LoggerMessage(EventId = 6012, Level = LogLevel.Error, Message = "Answers of {Organisation} cannot be checked: {Reason}")]
    private partial void LogNoSecret(string organisation, string reason);

    [LoggerMessage(EventId = 6013, Level = LogLevel.Error, Message = "An answer of {Organisation} was not taken: {Count} wait already and are not carried out")]
    private partial void LogTooMany(string organisation, int count);

    [LoggerMessage(EventId = 6014, Level = LogLevel.Error, Message = "Answer {Id} of {Organisation} is on record and cannot be carried out: {Reason}")]
    private partial void LogNotUnderstood(string id, string organisation, string reason);

    private sealed record AnswerRow(long Number, string Organisation, string Id, byte[] Body, long ReceivedMs);
}
