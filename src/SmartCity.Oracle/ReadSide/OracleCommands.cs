using Dapper;
using Microsoft.Data.Sqlite;

namespace SmartCity.Oracle;

/// <summary>What others may ask of an oracle from their own process: requests that it finds in its journal and carries out within a second.</summary>
public sealed class OracleCommands
{
    /// <summary>Longest name and note, in characters.</summary>
    public const int MaxText = 500;

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

    /// <summary>
    /// A dispatcher acknowledges an alarm. Durable when this returns; the oracle then marks the alarm, and writes it to the incident
    /// log. A second acknowledgement of the same alarm changes nothing.
    /// </summary>
    /// <param name="alarm">The alarm's <see cref="AlarmView.Id"/>.</param>
    /// <param name="byWhom">Login of the dispatcher; stays off the chain except by hash. 1..<see cref="MaxText"/> characters.</param>
    /// <param name="note">What the dispatcher noted; may be empty. At most <see cref="MaxText"/> characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when there is no such alarm or it is acknowledged already.</returns>
    /// <exception cref="JournalException">The journal is not there or cannot be written.</exception>
    public async Task<bool> AcknowledgeAsync(long alarm, string byWhom, string note, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(byWhom);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byWhom.Length, MaxText, nameof(byWhom));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(note.Length, MaxText, nameof(note));
        await using SqliteConnection connection = JournalFile.OpenForRequests(_path);
        int rows = await JournalFile.Guarded(_path, () => connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO acknowledgement (alarm, by_whom, note, requested_ms)
            SELECT id, @byWhom, @note, @now FROM alarm
            WHERE id = @alarm AND acknowledged_ms IS NULL
                AND NOT EXISTS (SELECT 1 FROM acknowledgement a WHERE a.alarm = @alarm AND a.outcome IS NULL)
            """,
            new { alarm, byWhom, note, now = _time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken)));
        return rows > 0;
    }
}
