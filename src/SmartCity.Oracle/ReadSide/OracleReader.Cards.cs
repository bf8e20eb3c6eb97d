using Dapper;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <content>Incidents by their cards.</content>
public sealed partial class OracleReader
{
    /// <summary>An incident by its card, as the clock of the source has it; <c>null</c> when there is none.</summary>
    /// <param name="card">Which one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IncidentView?> FindIncidentAsync(IncidentReference card, CancellationToken cancellationToken) => ReadAsync(default(IncidentView), async connection =>
    {
        DateTimeOffset now = await SourceTimeAsync(connection, cancellationToken);
        IEnumerable<IncidentRow> rows = await connection.QueryAsync<IncidentRow>(new CommandDefinition(
            $"SELECT {IncidentColumns} FROM incident WHERE object = @ObjectNumber AND number = @Number", new { card.ObjectNumber, card.Number },
            cancellationToken: cancellationToken));
        return rows.Select(row => ToIncident(row, now)).FirstOrDefault();
    });
}
