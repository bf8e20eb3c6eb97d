namespace SmartCity.Oracle;

/// <summary>Exit codes of an oracle's process.</summary>
public static class OracleExit
{
    /// <summary>Stopped because it was asked to.</summary>
    public const int Stopped = 0;

    /// <summary>A bug, or a broken dependency.</summary>
    public const int Failed = 1;

    /// <summary>A file or setting is missing, malformed or contradicts another: plan, deployment, keystore, passphrase.</summary>
    public const int Configuration = 2;

    /// <summary>The journal cannot be read or written: disk full, read-only, damaged.</summary>
    public const int Journal = 3;

    /// <summary>The chain is not the city's: other chain id or genesis, a contract missing, an oracle that the ledger does not know.</summary>
    public const int Chain = 4;

    /// <summary>The source refuses login or password.</summary>
    public const int Source = 5;
}

/// <summary>The oracle cannot go on and a person is needed. The message says what is wrong and what to do.</summary>
/// <param name="exitCode">One of <see cref="OracleExit"/>.</param>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="inner">The failure beneath.</param>
public sealed class OracleStoppedException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="OracleExit"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
