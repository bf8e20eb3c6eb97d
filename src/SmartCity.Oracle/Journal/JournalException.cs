namespace SmartCity.Oracle;

/// <summary>The journal cannot be read or written: disk full, read-only, damaged, not there. Without a journal an oracle signs nothing.</summary>
public sealed class JournalException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    public JournalException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and what to do, with the failure beneath.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The failure beneath.</param>
    /// <param name="mayPass">May it be over by itself, or by what somebody does elsewhere: space freed, a disk mounted again?</param>
    public JournalException(string message, Exception inner, bool mayPass = false)
        : base(message, inner) => MayPass = mayPass;

    /// <summary>May it be over by itself, or by what somebody does elsewhere: space freed, a disk mounted again?</summary>
    public bool MayPass { get; }
}
