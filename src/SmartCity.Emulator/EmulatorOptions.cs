namespace SmartCity.Emulator;

/// <summary>How an emulator is started.</summary>
/// <remarks>A plain class, so that no generated text ever prints the password.</remarks>
public sealed class EmulatorOptions
{
    /// <summary>Where to listen, such as <c>http://127.0.0.1:5080</c>; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Login that clients must give.</summary>
    public required string Login { get; init; }

    /// <summary>Password that clients must give. Never logged.</summary>
    public required string Password { get; init; }

    /// <summary>Folder of <c>emulator.json</c>; <c>null</c> keeps nothing over a restart.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Chooses noise, days and loads. <c>null</c>: as the state says, or 1.</summary>
    public long? Seed { get; init; }

    /// <summary>First local day of history. <c>null</c>: as the state says, or the first day two full months back.</summary>
    public DateOnly? HistoryFrom { get; init; }

    /// <summary>How many times faster than real time, 1..100,000.</summary>
    public int Speed { get; init; } = 1;

    /// <summary>Offset of the city's time from UTC, whole hours, -12..14. <c>null</c>: as the state says, or 3.</summary>
    public int? UtcOffsetHours { get; init; }

    /// <summary>How many heat substations the city has, 1..10,000: itp_1, itp_2 …</summary>
    public int Substations { get; init; } = 1;

    /// <summary>How long a token lives, 1..86,400 s of real time.</summary>
    public int TokenLifetimeSeconds { get; init; } = 3_600;

    /// <summary>Requests to the API answered in one second; more get 429. 1..1,000,000.</summary>
    public int RateLimit { get; init; } = 5_000;

    /// <summary>Whether ASP.NET Core's warnings and errors go to the console.</summary>
    public bool LogToConsole { get; init; }
}

/// <summary>The emulator cannot start as asked. The message says what is wrong and what to do.</summary>
public sealed class EmulatorStartException : Exception
{
    internal EmulatorStartException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
