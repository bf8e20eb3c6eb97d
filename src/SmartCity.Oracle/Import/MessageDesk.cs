using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.Oracle;

/// <summary>Takes one file after another: examines it, journals what it says, answers it. No file makes it throw but by the disk's fault.</summary>
internal sealed class MessageDesk
{
    private readonly Examiner _examiner;
    private readonly ImportStore? _store;
    private readonly TimeProvider _time;
    private readonly Hour _firstHour;

    /// <summary>A desk.</summary>
    /// <param name="map">Which measuring point is which channel.</param>
    /// <param name="plan">The city.</param>
    /// <param name="store">Where values go; <c>null</c> only examines.</param>
    /// <param name="time">The clock of receipts.</param>
    public MessageDesk(AiisMap map, CityPlan plan, ImportStore? store, TimeProvider time)
    {
        CityLayout layout = CityLayout.Of(plan);
        (_store, _time, _firstHour) = (store, time, layout.FirstHour);
        Dictionary<(uint, int), ulong> limits = layout.Channels
            .ToDictionary(channel => (channel.Group, channel.Channel), channel => channel.Limits.MaxPerHour);
        _examiner = new(map, TimeSpan.FromHours(plan.UtcOffsetHours), (group, channel) => new(limits[(group, channel)]));
    }

    /// <summary>Takes a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="isRehearsal">Only tells what would become of it.</param>
    /// <param name="cancellationToken">Ends the reading of the file, not the journaling.</param>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the file was read; nothing was journaled.</exception>
    public async Task<ImportOutcome> TakeAsync(string path, bool isRehearsal, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);
        try
        {
            long length = new FileInfo(path).Length;
            if (length > _examiner.Limits.MaxBytes)
            {
                return Refused(name, FindingCode.TooLarge, $"The file has {length} bytes; at most {_examiner.Limits.MaxBytes} are read.");
            }
            // What has no length is not opened: it may be a pipe, which nobody may ever write to.
            return Take(name, length == 0 ? ReadOnlyMemory<byte>.Empty : await File.ReadAllBytesAsync(path, cancellationToken), isRehearsal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refused(name, FindingCode.Unreadable, $"The file cannot be read: {exception.Message}");
        }
    }

    private ImportOutcome Take(string name, ReadOnlyMemory<byte> file, bool isRehearsal)
    {
        Examination found = _examiner.Examine(name, file);
        ImportCounts counts = _store?.Take(found, isRehearsal) ?? Unjournaled(found);
        return Answer(found, counts);
    }

    /// <summary>What would become of a file's values where there is no journal yet: all of the city's hours would be new.</summary>
    private ImportCounts Unjournaled(Examination found) => ImportCounts.None with
    {
        New = found.Values.Count(value => value.Hour >= _firstHour),
        BeforeFirstHour = found.Values.Count(value => value.Hour < _firstHour),
        Withheld = found.Values.Count(value => value.Interval is null),
    };

    private ImportOutcome Refused(string name, FindingCode code, string reason)
    {
        FindingList findings = new();
        findings.Add(code, 0, reason);
        return Answer(new(name, ReadOnlyMemory<byte>.Empty, null, [], findings), ImportCounts.None);
    }

    private ImportOutcome Answer(Examination found, ImportCounts counts)
    {
        AcceptanceCode acceptance = found.Findings.Acceptance;
        return new(found.FileName, acceptance, counts, new(
            found.FileName, found.Sha256, found.Message, acceptance, counts.Lines, found.Findings.Listed, _time.GetUtcNow()));
    }
}
