using System.Globalization;
using Microsoft.Data.Sqlite;
using SmartCity.Notices;

namespace SmartCity.Oracle;

/// <summary>How it stands with what organisations are told.</summary>
/// <param name="Counts">What is on its way; <c>null</c> when the file of notices cannot be read.</param>
/// <param name="Problem">Why it cannot be read.</param>
internal sealed record NoticeHealth(NoticeCounts? Counts, string? Problem)
{
    /// <summary>Organisations that are away, and dead letters, are for a person to see: the oracle does its work, so they do not make it unready.</summary>
    public HealthCheck Check => new(
        "notices", Problem is null,
        Problem ?? (Counts is { } counts
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{counts.Waiting} deliveries wait, {counts.Dead} are dead letters{(counts.Dead > 0 ? " (smartcity notices list)" : "")}, {counts.Answers} answers are not carried out yet")
            : "nothing was told yet"));

    /// <summary>Looks into the file of notices.</summary>
    /// <returns><c>null</c> for an oracle that tells nobody.</returns>
    public static NoticeHealth? Of(OracleOptions options)
    {
        if (options.ContactsFile is null)
        {
            return null;
        }
        try
        {
            return new(NoticeCounts.Read(options.StateFolder), null);
        }
        catch (SqliteException exception)
        {
            return new(null, $"{Path.Combine(options.StateFolder, NoticeDatabase.FileName)} cannot be read: {exception.Message}");
        }
    }
}
