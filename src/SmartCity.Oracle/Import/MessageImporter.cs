using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Imports files into a city's journal, also while its oracle runs: the journal orders who writes.</summary>
public sealed class MessageImporter : IDisposable
{
    private readonly JournalDatabase? _journal;
    private readonly ImportStore? _store;
    private readonly MessageDesk _desk;
    private readonly bool _isRehearsal;

    private MessageImporter(JournalDatabase? journal, AiisMap map, CityPlan plan, bool isRehearsal, TimeProvider time)
    {
        _journal = journal;
        _isRehearsal = isRehearsal;
        _store = journal is null ? null : new(journal, CityLayout.Of(plan), time);
        _desk = new(map, plan, _store, time);
    }

    /// <summary>Opens a city's journal; makes one when there is none, but not for a rehearsal.</summary>
    /// <param name="stateFolder">Folder of the journal.</param>
    /// <param name="plan">The city.</param>
    /// <param name="map">Which measuring point is which channel.</param>
    /// <param name="isRehearsal">Tells what would become of files and changes nothing.</param>
    /// <param name="time">The clock of receipts.</param>
    /// <exception cref="JournalException">The journal cannot be opened or written.</exception>
    public static MessageImporter Open(string stateFolder, CityPlan plan, AiisMap map, bool isRehearsal, TimeProvider time)
    {
        JournalDatabase? journal = isRehearsal && !JournalFile.Exists(JournalFile.PathIn(stateFolder)) ? null : JournalDatabase.Open(stateFolder);
        try
        {
            return new(journal, map, plan, isRehearsal, time);
        }
        catch
        {
            journal?.Dispose();
            throw;
        }
    }

    /// <summary>Imports a file. Safe to repeat.</summary>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public Task<ImportOutcome> ImportAsync(string path, CancellationToken cancellationToken) => _desk.TakeAsync(path, _isRehearsal, cancellationToken);

    /// <summary>Hours that were stated with another value than was imported for them, oldest first.</summary>
    /// <param name="most">How many are told at most.</param>
    public IReadOnlyList<CorrectionCandidate> FindCandidates(int most) => _store?.FindCandidates(most) ?? [];

    /// <inheritdoc/>
    public void Dispose() => _journal?.Dispose();
}
