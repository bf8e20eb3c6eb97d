namespace SmartCity.Oracle;

/// <summary>The journal cannot be read or written: disk full, read-only, damaged, not there. The oracle stops: without a journal it signs nothing.</summary>
public sealed class JournalException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    public JournalException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and what to do, with the failure beneath.</summary>
    public JournalException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
