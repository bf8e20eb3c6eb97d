namespace SmartCity.Oracle;

/// <summary>What an oracle's process knows of itself and its journal cannot tell, because it may not be writable. Safe to use from several threads.</summary>
internal sealed class OracleHealth(TimeProvider time)
{
    private long _beat = time.GetTimestamp();
    private volatile string? _journalProblem;

    /// <summary>How long ago the oracle last showed that it works, or tries to.</summary>
    public TimeSpan SinceBeat => time.GetElapsedTime(Interlocked.Read(ref _beat));

    /// <summary>Why the journal cannot be written now; <c>null</c> when it can.</summary>
    public string? JournalProblem => _journalProblem;

    /// <summary>Notes that the oracle works.</summary>
    public void Beat() => Interlocked.Exchange(ref _beat, time.GetTimestamp());

    /// <summary>Notes that the journal was written.</summary>
    /// <returns>Could it not be written before?</returns>
    public bool JournalWorks() => Interlocked.Exchange(ref _journalProblem, null) is not null;

    /// <summary>Notes that the journal cannot be written.</summary>
    /// <returns>Is that news?</returns>
    public bool JournalFails(string problem) => Interlocked.Exchange(ref _journalProblem, problem) != problem;
}
