using System.Globalization;
using Microsoft.Data.Sqlite;
using SmartCity.Domain;

namespace SmartCity.Notices;

/// <summary>Takes notices: decides who is told, writes the documents, and has all of it durable before it returns.</summary>
public sealed class NoticeOutbox(ContactPlan plan, CityCalendar calendar, NoticeDatabase database, TimeProvider time)
{
    /// <summary>Queues a notice for all who are told of it. Safe to repeat: a notice that was taken before changes nothing.</summary>
    /// <remarks>The end of an incident goes only to organisations that were told of it.</remarks>
    /// <returns>How many deliveries were queued; <c>null</c> for a notice that was taken before.</returns>
    /// <exception cref="ArgumentException">A later notice of the incident was taken before.</exception>
    /// <exception cref="SqliteException">It could not be written; hand it over again.</exception>
    public int? Add(IncidentNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return database.Write(transaction => DeliveryStore.TryAddNotice(transaction, notice) ? Queue(transaction, notice) : (int?)null);
    }

    /// <summary>The highest sequence of all notices that were taken; 0 when none was.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public int LastSequence() => database.Query<int>("SELECT coalesce(max(sequence), 0) FROM notice", new { })[0];

    private int Queue(SqliteTransaction transaction, IncidentNotice notice)
    {
        DateTimeOffset now = time.GetUtcNow();
        int queued = 0;
        foreach (IGrouping<string, PlannedDelivery> deliveries in
            plan.DeliveriesOf(notice, now, calendar).GroupBy(delivery => delivery.Organisation.Code))
        {
            string organisation = deliveries.Key;
            IReadOnlyList<(string Identifier, DateTimeOffset Sent)> before = DeliveryStore.DocumentsBefore(transaction, organisation, notice.Incident);
            if (notice.IsEnd && before.Count == 0)
            {
                continue;
            }
            // The alarm's time tells cards of the same number apart when a city begins anew.
            string identifier = string.Create(
                CultureInfo.InvariantCulture,
                $"{notice.Incident.ObjectNumber}-{notice.Incident.Number}-{notice.RaisedAt.ToUnixTimeSeconds()}-{notice.Sequence}-{organisation}");
            CapHead head = new(
                identifier, plan.Sender, plan.SenderName, plan.Status, organisation, now,
                [.. before.Select(document => CapDocument.ReferenceTo(plan.Sender, document.Identifier, document.Sent, calendar))]);
            long id = DeliveryStore.AddDocument(transaction, notice, head, CapDocument.Write(notice, head, calendar));
            foreach (PlannedDelivery delivery in deliveries)
            {
                DeliveryStore.AddDelivery(transaction, notice, id, delivery, $"msg_{Guid.CreateVersion7(now):N}");
                queued++;
            }
        }
        return queued;
    }
}
