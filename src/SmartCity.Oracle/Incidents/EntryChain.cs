using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>The chain of hashes over all entries of incidents (DOMAIN 8): a row that was changed, dropped or put in is found.</summary>
internal static class EntryChain
{
    private const int RowsOfRead = 1_000;

    /// <summary>Hash of an entry: Keccak-256 of the hash of the one before it and of its evidence. That of the first one follows zero.</summary>
    public static Hash32 Next(Hash32 previous, string evidence) => Keccak.Hash256([.. previous.ToBytes(), .. Encoding.UTF8.GetBytes(evidence)]);

    /// <summary>The first entry that is not as it was written; <c>null</c> when all are.</summary>
    public static BrokenEntry? FindBroken(SqliteConnection connection)
    {
        Hash32 previous = Hash32.Zero;
        long last = 0;
        while (true)
        {
            List<EntryRow> rows = connection.Query<EntryRow>(
                """
                SELECT e.id, i.hash AS IncidentHash, e.kind, e.stage, e.time_ms AS TimeMs, e.by_whom AS ByWhom, e.signer, e.note, e.evidence,
                    e.evidence_hash AS EvidenceHash, e.chain_hash AS ChainHash
                FROM incident_entry e JOIN incident i ON i.id = e.incident WHERE e.id > @last ORDER BY e.id LIMIT @RowsOfRead
                """, new { last, RowsOfRead }).AsList();
            foreach (EntryRow row in rows)
            {
                if (WhatIsWrong(row, last + 1, previous) is { } problem)
                {
                    return new(row.Id, problem);
                }
                (last, previous) = (row.Id, new(row.ChainHash));
            }
            if (rows.Count < RowsOfRead)
            {
                return null;
            }
        }
    }

    private static string? WhatIsWrong(EntryRow row, long expectedId, Hash32 previous) =>
        row.Id != expectedId ? $"Entry {expectedId} is not there."
        : new Hash32(row.EvidenceHash) != Keccak.Hash256(row.Evidence) ? "The evidence is not that of its hash."
        : new Hash32(row.ChainHash) != Next(previous, row.Evidence) ? "The hash does not follow from the entry before."
        : !SaysTheSame(row, previous) ? "The row does not say what its evidence says."
        : null;

    private static bool SaysTheSame(EntryRow row, Hash32 previous)
    {
        using JsonDocument document = JsonDocument.Parse(row.Evidence);
        JsonElement evidence = document.RootElement;
        return evidence.GetProperty("entry").GetInt64() == row.Id
            && Is("incident", new Hash32(row.IncidentHash).ToString())
            && Is("kind", ((IncidentEntryKind)row.Kind).ToString())
            && (row.Stage is { } stage ? Is("stage", ((IncidentStage)stage).ToString()) : !evidence.TryGetProperty("stage", out _))
            && DateTimeOffset.Parse(evidence.GetProperty("time").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() == row.TimeMs
            && Is("by", row.ByWhom) && Is("signer", row.Signer) && Is("note", row.Note) && Is("previous", previous.ToString());

        bool Is(string field, string value) => evidence.GetProperty(field).ValueEquals(value);
    }
}

/// <summary>An entry of an incident that is not as it was written.</summary>
/// <param name="Entry">The journal's number of it.</param>
/// <param name="Problem">What is wrong.</param>
public sealed record BrokenEntry(long Entry, string Problem);
