using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Rules;

namespace SmartCity.Notices;

/// <summary>A delivery that is due.</summary>
/// <param name="Id">Its number here.</param>
/// <param name="Message">Its id for the receiver: the same each time it is sent.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Notice">What is told.</param>
/// <param name="Cap">The same as a CAP document.</param>
/// <param name="Sent">When the document was written.</param>
internal sealed record DueDelivery(long Id, string Message, int Attempts, IncidentNotice Notice, string Cap, DateTimeOffset Sent);

/// <summary>The outbox of notices.</summary>
internal sealed class DeliveryStore(NoticeDatabase database)
{
    /// <summary>Most documents that a later one refers to: the newest.</summary>
    private const int MostReferences = 100;

    /// <summary>State of a dead letter.</summary>
    private const int Dead = 2;

    /// <summary>Notes a notice.</summary>
    /// <returns>False when it is there already.</returns>
    /// <exception cref="ArgumentException">A later notice of the incident is there.</exception>
    public static bool TryAddNotice(SqliteTransaction transaction, IncidentNotice notice)
    {
        object key = new { Object = notice.Incident.ObjectNumber, Incident = notice.Incident.Number, notice.Sequence, Notice = NoticeJson.Write(notice) };
        if (transaction.Connection!.Execute("INSERT OR IGNORE INTO notice VALUES (@Object, @Incident, @Sequence, @Notice)", key, transaction) == 0)
        {
            return false;
        }
        if (transaction.Connection!.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE object = @Object AND incident = @Incident AND sequence > @Sequence)", key, transaction))
        {
            throw new ArgumentException($"A later notice than {notice.Sequence} of incident {notice.Incident} was told before.", nameof(notice));
        }
        return true;
    }

    /// <summary>The documents of an incident that an organisation had since it was last over, in order.</summary>
    public static IReadOnlyList<(string Identifier, DateTimeOffset Sent)> DocumentsBefore(
        SqliteTransaction transaction, string organisation, IncidentReference incident) =>
        [
            .. transaction.Connection!.Query<(string Identifier, long SentMs)>(
                """
                SELECT identifier, sent_ms FROM document
                WHERE organisation = @organisation AND object = @ObjectNumber AND incident = @Number AND sequence > (
                    SELECT coalesce(max(sequence), 0) FROM document
                    WHERE organisation = @organisation AND object = @ObjectNumber AND incident = @Number AND is_end)
                ORDER BY sequence DESC LIMIT @MostReferences
                """,
                new { organisation, incident.ObjectNumber, incident.Number, MostReferences },
                transaction)
                .Reverse().Select(row => (row.Identifier, DateTimeOffset.FromUnixTimeMilliseconds(row.SentMs))),
        ];

    /// <summary>Adds the document of a notice for an organisation.</summary>
    /// <returns>Its number.</returns>
    public static long AddDocument(SqliteTransaction transaction, IncidentNotice notice, CapHead head, string cap) =>
        transaction.Connection!.ExecuteScalar<long>(
            """
            INSERT INTO document (organisation, object, incident, sequence, identifier, sent_ms, is_end, cap)
            VALUES (@Addressee, @ObjectNumber, @Number, @Sequence, @Identifier, @sent, @IsEnd, @cap) RETURNING id
            """,
            new
            {
                head.Addressee,
                notice.Incident.ObjectNumber,
                notice.Incident.Number,
                notice.Sequence,
                head.Identifier,
                sent = head.Sent.ToUnixTimeMilliseconds(),
                notice.IsEnd,
                cap,
            },
            transaction);

    /// <summary>Queues a document for a contact.</summary>
    public static void AddDelivery(SqliteTransaction transaction, IncidentNotice notice, long document, PlannedDelivery delivery, string message) =>
        transaction.Connection!.Execute(
            """
            INSERT INTO delivery (document, organisation, contact, object, incident, sequence, message, state, attempts, not_before_ms)
            VALUES (@document, @Code, @Name, @ObjectNumber, @Number, @Sequence, @message, 0, 0, @notBefore)
            """,
            new
            {
                document,
                delivery.Organisation.Code,
                delivery.Contact.Name,
                notice.Incident.ObjectNumber,
                notice.Incident.Number,
                notice.Sequence,
                message,
                notBefore = delivery.NotBefore.ToUnixTimeMilliseconds(),
            },
            transaction);

    /// <summary>The delivery of a contact that is due longest; none that waits for an earlier one of its incident.</summary>
    public DueDelivery? Next(string organisation, string contact, DateTimeOffset now) =>
        database.Query<DeliveryRow>(
            """
            SELECT d.id, d.message, d.attempts, n.notice, c.cap, c.sent_ms AS SentMs
            FROM delivery d JOIN document c ON c.id = d.document
            JOIN notice n ON (n.object, n.incident, n.sequence) = (d.object, d.incident, d.sequence)
            WHERE d.organisation = @organisation AND d.contact = @contact AND d.state = 0 AND d.not_before_ms <= @now AND NOT EXISTS (
                SELECT 1 FROM delivery e WHERE e.organisation = d.organisation AND e.contact = d.contact AND e.object = d.object
                AND e.incident = d.incident AND e.state = 0 AND e.sequence < d.sequence)
            ORDER BY d.not_before_ms, d.id LIMIT 1
            """,
            new { organisation, contact, now = now.ToUnixTimeMilliseconds() })
            .Select(row => new DueDelivery(
                row.Id, row.Message, (int)row.Attempts, NoticeJson.Read(row.Notice), row.Cap, DateTimeOffset.FromUnixTimeMilliseconds(row.SentMs)))
            .FirstOrDefault();

    /// <summary>The other side has it.</summary>
    /// <remarks>
    /// An earlier one of its incident that a person sent on its way again in the meantime is a dead letter once more: it would come too late.
    /// </remarks>
    public void Deliver(long id, DateTimeOffset now) => database.Write(transaction =>
    {
        object key = new { id, now = now.ToUnixTimeMilliseconds() };
        _ = transaction.Connection!.Execute(
            "UPDATE delivery SET state = 1, attempts = attempts + 1, failure = NULL, settled_ms = @now WHERE id = @id", key, transaction);
        return transaction.Connection!.Execute(
            """
            UPDATE delivery SET state = 2, settled_ms = @now, failure = 'a later notice of the incident was delivered'
            FROM (SELECT organisation AS o, contact AS c, object AS b, incident AS i, sequence AS s FROM delivery WHERE id = @id)
            WHERE organisation = o AND contact = c AND object = b AND incident = i AND sequence < s AND state = 0
            """,
            key,
            transaction);
    });

    /// <summary>It is tried again later.</summary>
    public void Postpone(long id, DateTimeOffset until, string failure) => database.Execute(
        "UPDATE delivery SET attempts = attempts + 1, not_before_ms = @until, failure = @failure WHERE id = @id",
        new { id, until = until.ToUnixTimeMilliseconds(), failure });

    /// <summary>The contact wants to be left alone for a time.</summary>
    public void PostponeAll(string organisation, string contact, DateTimeOffset until) => database.Execute(
        """
        UPDATE delivery SET not_before_ms = max(not_before_ms, @until)
        WHERE organisation = @organisation AND contact = @contact AND state = 0
        """,
        new { organisation, contact, until = until.ToUnixTimeMilliseconds() });

    /// <summary>It is not tried any more until a person says so.</summary>
    public void Kill(long id, string failure, DateTimeOffset now) => database.Execute(
        "UPDATE delivery SET state = 2, attempts = attempts + 1, failure = @failure, settled_ms = @now WHERE id = @id",
        new { id, failure, now = now.ToUnixTimeMilliseconds() });

    /// <summary>What waits for contacts that the plan does not know any more becomes dead letters.</summary>
    /// <returns>How many.</returns>
    public int KillAllBut(IEnumerable<(string Organisation, string Contact)> known, DateTimeOffset now) => database.Execute(
        """
        UPDATE delivery SET state = 2, failure = 'the contact plan does not know this contact any more', settled_ms = @now
        WHERE state = 0 AND organisation || '/' || contact NOT IN @known
        """,
        new { known = known.Select(contact => $"{contact.Organisation}/{contact.Contact}").ToArray(), now = now.ToUnixTimeMilliseconds() });

    /// <summary>Dead letters, the newest first.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters(int most, long before) =>
        [
            .. database.Query<DeadRow>(
                """
                SELECT id, organisation, contact, object, incident, sequence, message, attempts, failure, settled_ms AS SettledMs FROM delivery
                WHERE state = 2 AND id < @before ORDER BY id DESC LIMIT @most
                """,
                new { most, before })
                .Select(row => new DeadLetter(
                    row.Id, row.Organisation, row.Contact, new((uint)row.Object, row.Incident), (int)row.Sequence, row.Message, (int)row.Attempts, row.Failure,
                    DateTimeOffset.FromUnixTimeMilliseconds(row.SettledMs))),
        ];

    /// <summary>Sends a dead letter on its way again.</summary>
    /// <returns>Why not; <c>null</c> when it is done.</returns>
    public string? Revive(long id, string by, DateTimeOffset now) => database.Write(transaction =>
    {
        object key = new { id, by, now = now.ToUnixTimeMilliseconds() };
        int revived = transaction.Connection!.Execute(
            """
            UPDATE delivery SET state = 0, attempts = 0, not_before_ms = @now, settled_ms = NULL, settled_by = @by
            WHERE id = @id AND state = 2 AND NOT EXISTS (
                SELECT 1 FROM delivery later WHERE later.organisation = delivery.organisation AND later.contact = delivery.contact
                AND later.object = delivery.object AND later.incident = delivery.incident AND later.sequence > delivery.sequence AND later.state = 1)
            """,
            key,
            transaction);
        return revived > 0 ? null
            : transaction.Connection!.ExecuteScalar<int?>("SELECT state FROM delivery WHERE id = @id", key, transaction) == Dead
                ? "A later notice of the incident was delivered to this contact: this one would come too late."
                : NoDeadLetter(id);
    });

    /// <summary>Gives a dead letter up.</summary>
    /// <returns>Why not; <c>null</c> when it is done.</returns>
    public string? Drop(long id, string by, DateTimeOffset now) =>
        database.Execute(
            "UPDATE delivery SET state = 3, settled_by = @by, settled_ms = @now WHERE id = @id AND state = 2",
            new { id, by, now = now.ToUnixTimeMilliseconds() }) > 0
            ? null
            : NoDeadLetter(id);

    private static string NoDeadLetter(long id) => $"There is no dead letter {id}.";

    private sealed record DeliveryRow(long Id, string Message, long Attempts, string Notice, string Cap, long SentMs);

    private sealed record DeadRow(
        long Id, string Organisation, string Contact, long Object, long Incident, long Sequence, string Message, long Attempts, string Failure, long SettledMs);
}
