namespace SmartCity.Portal;

/// <summary>The portal cannot start as it is set up. The message is for the operator: what is wrong and what to do.</summary>
public sealed class PortalSetupException : Exception
{
    /// <summary>An exception without a message; use the others.</summary>
    public PortalSetupException()
    {
    }

    /// <summary>What is wrong and what to do.</summary>
    public PortalSetupException(string message)
        : base(message)
    {
    }

    /// <summary>What is wrong and what to do, and what caused it.</summary>
    public PortalSetupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
