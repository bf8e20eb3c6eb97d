namespace SmartCity.Notices;

/// <summary>What became of an attempt to deliver. Closed, and with no default: silence never reads as success.</summary>
internal abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <summary>The other side has it.</summary>
    public sealed record Delivered : SendOutcome;

    /// <summary>It may not have it; the same is sent again.</summary>
    /// <param name="Reason">Why, for people; not a secret.</param>
    /// <param name="RetryAfter">How long the other side asks to be left alone; <c>null</c> when it did not say.</param>
    public sealed record Failed(string Reason, TimeSpan? RetryAfter = null) : SendOutcome;

    /// <summary>It says that it will never take it.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Gone(string Reason) : SendOutcome;
}
