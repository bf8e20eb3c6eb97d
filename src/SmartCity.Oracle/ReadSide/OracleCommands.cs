using Dapper;
using Microsoft.Data.Sqlite;
using SmartCity.Ethereum;

namespace SmartCity.Oracle;

/// <summary>What others may ask of an oracle from their own process: requests that it finds in its journal and carries out within a second.</summary>
public sealed class OracleCommands
{
    /// <summary>Longest name and note, in characters.</summary>
    public const int MaxText = 500;

    /// <summary>Longest request as JSON, in characters.</summary>
    private const int MaxRequest = 4_000;

    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>Commands for the oracle of a state folder.</summary>
    public OracleCommands(string stateFolder, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(stateFolder);
        ArgumentNullException.ThrowIfNull(time);
        _path = JournalFile.PathIn(stateFolder);
        _time = time;
    }

    /// <summary>Most requests that wait for the oracle: more are refused, as it does not run.</summary>
    public const int MaxOpen = 1_000;

    /// <summary>
    /// A dispatcher acknowledges an alarm. Durable when this returns; the oracle then marks the alarm, and an incident that waits for an answer
    /// has it. A second acknowledgement of the same alarm changes nothing.
    /// </summary>
    /// <param name="alarm">The alarm's <see cref="AlarmView.Id"/>.</param>
    /// <param name="byWhom">Login of the dispatcher; stays off the chain except by hash. 1..<see cref="MaxText"/> characters.</param>
    /// <param name="note">What the dispatcher noted; may be empty. At most <see cref="MaxText"/> characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when there is no such alarm or it is acknowledged already.</returns>
    /// <exception cref="JournalException">The journal is not there or cannot be written, or too many requests wait.</exception>
    public async Task<bool> AcknowledgeAsync(long alarm, string byWhom, string note, CancellationToken cancellationToken) => await InsertAsync(
        new DeskRequest.Acknowledge(alarm), byWhom, note, null,
        """
        WHERE EXISTS (SELECT 1 FROM alarm WHERE id = @alarm AND acknowledged_ms IS NULL)
            AND NOT EXISTS (SELECT 1 FROM request r WHERE r.request = @request AND r.outcome IS NULL)
        """, alarm, once: null, cancellationToken) is not null;

    /// <summary>A person asks for something. Durable when this returns; the oracle carries it out within a second, in the order asked.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="byWhom">Login of the person. 1..<see cref="MaxText"/> characters.</param>
    /// <param name="note">Why, or what was seen; may be empty where the request does not need it. At most <see cref="MaxText"/> characters.</param>
    /// <param name="at">When it happened, source time; <c>null</c> for now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Number of the request, for <see cref="OracleReader.GetRequestAsync"/>.</returns>
    /// <exception cref="JournalException">The journal is not there or cannot be written, or too many requests wait.</exception>
    public async Task<long> AskAsync(DeskRequest request, string byWhom, string note, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await InsertAsync(request, byWhom, note, at, "WHERE true", 0, once: null, cancellationToken))!.Value;
    }

    /// <summary>Asks for something under a name; asking again under the same name, in whatever process, changes nothing.</summary>
    /// <param name="name">The name, not blank. 1..<see cref="MaxText"/> characters.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="byWhom">Who asks. 1..<see cref="MaxText"/> characters.</param>
    /// <param name="note">As in <see cref="AskAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Number of the request that was made under that name first.</returns>
    /// <exception cref="JournalException">As in <see cref="AskAsync"/>.</exception>
    public async Task<long> AskOnceAsync(string name, DeskRequest request, string byWhom, string note, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxText, nameof(name));
        ArgumentNullException.ThrowIfNull(request);
        return await FindAsync(name, cancellationToken)
            ?? await InsertAsync(request, byWhom, note, null, "WHERE true ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING", 0, name, cancellationToken)
            ?? (await FindAsync(name, cancellationToken))!.Value; // Another process was first.
    }

    /// <summary>A person adds a file to an incident. Its bytes are durable when this returns; the oracle carries it out as <see cref="AskAsync"/>.</summary>
    /// <param name="incident">The incident's <see cref="IncidentView.Id"/>.</param>
    /// <param name="name">Name of the file, without folders; 1..<see cref="DeskRequest.MaxName"/> characters.</param>
    /// <param name="mediaType">E.g. <c>image/jpeg</c>.</param>
    /// <param name="bytes">1 byte to 10 MiB.</param>
    /// <param name="byWhom">Login of the person.</param>
    /// <param name="note">What it shows; may be empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Number of the request.</returns>
    /// <exception cref="ArgumentException">There are no bytes, or too many.</exception>
    /// <exception cref="IOException">The bytes cannot be written.</exception>
    /// <exception cref="JournalException">The journal is not there or cannot be written, or too many requests wait.</exception>
    public async Task<long> AddEvidenceAsync(
        long incident, string name, string mediaType, ReadOnlyMemory<byte> bytes, string byWhom, string note, CancellationToken cancellationToken)
    {
        JournalFile.RequireExisting(_path);
        Hash32 hash = await new EvidenceFiles(Path.GetDirectoryName(_path)!).KeepAsync(bytes, cancellationToken);
        return await AskAsync(new DeskRequest.AddEvidence(incident, hash.ToString(), name, mediaType, bytes.Length), byWhom, note, null, cancellationToken);
    }

    private async Task<long?> InsertAsync(
        DeskRequest request, string byWhom, string note, DateTimeOffset? at, string where, long alarm, string? once, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(byWhom);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byWhom.Length, MaxText, nameof(byWhom));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(note.Length, MaxText, nameof(note));
        string json = request.ToJson();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(json.Length, MaxRequest, nameof(request));
        await using SqliteConnection connection = JournalFile.OpenForRequests(_path);
        cancellationToken.ThrowIfCancellationRequested();
        return JournalFile.Guarded(_path, () =>
        {
            if (connection.ExecuteScalar<long>("SELECT count(*) FROM request WHERE outcome IS NULL") >= MaxOpen)
            {
                throw new JournalException($"{MaxOpen} requests wait already: the oracle does not carry them out. Is it running?");
            }
            return connection.ExecuteScalar<long?>(
                $"""
                INSERT INTO request (request, by_whom, note, at_ms, requested_ms, once)
                SELECT @request, @byWhom, @note, @at, @now, @once {where} RETURNING id
                """,
                new { request = json, byWhom, note, at = at?.ToUnixTimeMilliseconds(), now = _time.GetUtcNow().ToUnixTimeMilliseconds(), alarm, once });
        });
    }

    private async Task<long?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = JournalFile.OpenForRequests(_path);
        cancellationToken.ThrowIfCancellationRequested();
        return JournalFile.Guarded(_path, () => connection.ExecuteScalar<long?>("SELECT id FROM request WHERE once = @name", new { name }));
    }
}
