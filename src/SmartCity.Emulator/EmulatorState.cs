using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCity.Emulator.Faults;

namespace SmartCity.Emulator;

/// <summary>What survives a restart.</summary>
/// <param name="Version">Version of this layout.</param>
/// <param name="Seed">See <see cref="EmulatorOptions.Seed"/>.</param>
/// <param name="HistoryFrom">See <see cref="EmulatorOptions.HistoryFrom"/>.</param>
/// <param name="UtcOffsetHours">See <see cref="EmulatorOptions.UtcOffsetHours"/>.</param>
/// <param name="Clock">What the clock runs from.</param>
/// <param name="NextFaultId">Number of the next fault.</param>
/// <param name="Faults">All faults, ended ones included.</param>
internal sealed record EmulatorState(
    int Version, long Seed, DateOnly HistoryFrom, int UtcOffsetHours, ClockAnchor Clock, int NextFaultId, IReadOnlyList<Fault> Faults)
{
    /// <summary>The layout that this program reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The state of a first start, or the held one with the clock going on; refuses options that contradict what is held.</summary>
    /// <exception cref="EmulatorStartException">The options contradict the held state, or history would begin in the future.</exception>
    public static EmulatorState Make(EmulatorOptions options, EmulatorState? held, DateTimeOffset real)
    {
        if (held is null)
        {
            int offset = options.UtcOffsetHours ?? 3;
            ClockAnchor clock = EmulatorClock.Start(real, options.Speed, offset);
            DateTimeOffset local = real.ToOffset(TimeSpan.FromHours(offset));
            DateOnly from = options.HistoryFrom ?? new DateOnly(local.Year, local.Month, 1).AddMonths(-2);
            DateOnly today = DateOnly.FromDateTime(clock.Source.ToOffset(local.Offset).DateTime);
            if (from > today || from < today.AddYears(-10))
            {
                throw new EmulatorStartException($"--history-from {from:yyyy-MM-dd} must be within the ten years before {today:yyyy-MM-dd}.");
            }
            return new(CurrentVersion, options.Seed ?? 1, from, offset, clock, 1, []);
        }
        Agree("--seed", options.Seed, held.Seed);
        Agree("--history-from", options.HistoryFrom, held.HistoryFrom);
        Agree("--utc-offset", options.UtcOffsetHours, held.UtcOffsetHours);
        return held with { Clock = EmulatorClock.Resume(held.Clock, real, options.Speed) };
    }

    private static void Agree<T>(string option, T? asked, T held)
        where T : struct, IEquatable<T>
    {
        if (asked is { } given && !given.Equals(held))
        {
            throw new EmulatorStartException(FormattableString.Invariant(
                $"{option} {given} contradicts the state, which was made with {held}. Leave the option out, or name another --state folder."));
        }
    }
}

/// <summary>Keeps <see cref="EmulatorState"/> in a file that is always whole: written beside, flushed, then renamed over the old one.</summary>
internal sealed class EmulatorStateFile(string? folder)
{
    private const long MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string? _path = folder is null ? null : Path.Combine(folder, "emulator.json");

    /// <summary>Reads the state; <c>null</c> when there is none yet.</summary>
    /// <exception cref="EmulatorStartException">The file cannot be read or understood.</exception>
    public EmulatorState? Read()
    {
        if (_path is null || !File.Exists(_path))
        {
            return null;
        }
        try
        {
            if (new FileInfo(_path).Length > MaxBytes)
            {
                throw new EmulatorStartException($"The state {_path} is larger than {MaxBytes} bytes. Remove it, or name another --state folder.");
            }
            EmulatorState? state = JsonSerializer.Deserialize<EmulatorState>(File.ReadAllBytes(_path), Json);
            return state?.Version == EmulatorState.CurrentVersion ? state : throw new EmulatorStartException(
                $"The state {_path} has version {state?.Version}, this program reads {EmulatorState.CurrentVersion}. Remove it, or name another --state folder.");
        }
        catch (Exception cause) when (cause is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EmulatorStartException($"The state {_path} cannot be read: {cause.Message} Remove it, or name another --state folder.", cause);
        }
    }

    /// <summary>Writes the state, all or nothing.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No right to write.</exception>
    public void Write(EmulatorState state)
    {
        if (_path is null)
        {
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string beside = _path + ".new";
        using (FileStream stream = new(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, state, Json);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, _path, overwrite: true);
    }
}
