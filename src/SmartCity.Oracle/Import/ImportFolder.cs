using Microsoft.Extensions.Logging;
using SmartCity.Aiis;

namespace SmartCity.Oracle;

/// <summary>
/// Watches a folder. A file that no longer grows is taken (renamed into <c>taken</c>, so that nobody changes it), imported, and moved
/// to <c>accepted</c> or <c>rejected</c> with its receipt beside it. A file that was taken when the process ended is taken up again:
/// importing twice changes nothing.
/// </summary>
internal sealed partial class ImportFolder(string folder, MessageDesk desk, TimeProvider time, ILogger<ImportFolder> logger)
{
    private const string Extension = ".xml";

    /// <summary>Files waiting that are looked at; the others wait longer.</summary>
    private const int MaxWaiting = 1_000;

    /// <summary>Files imported between two looks.</summary>
    private const int MaxPerLook = 50;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(30);

    private readonly string _taken = Path.Combine(folder, "taken");
    private readonly string _accepted = Path.Combine(folder, "accepted");
    private readonly string _rejected = Path.Combine(folder, "rejected");
    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];
    private Dictionary<string, (long Length, DateTime Written)> _seen = [];
    private string? _problem;

    /// <summary>Watches until cancelled. A folder that cannot be read is tried again.</summary>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await LookAsync(cancellationToken);
            await Task.Delay(LookPeriod, time, cancellationToken);
        }
    }

    /// <summary>One look: takes what is complete.</summary>
    /// <exception cref="JournalException">The journal cannot be written.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> taken;
        try
        {
            foreach (string needed in new[] { _taken, _accepted, _rejected })
            {
                Directory.CreateDirectory(needed);
            }
            TakeComplete();
            taken = [.. Files(_taken).Select(file => file.FullName)];
            Told(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Told(exception.Message);
            return;
        }
        foreach (string file in taken.Where(IsDue).Take(MaxPerLook))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await ImportAsync(file, cancellationToken);
        }
    }

    /// <summary>Renames what has stood still since the look before into the folder of taken files.</summary>
    private void TakeComplete()
    {
        Dictionary<string, (long Length, DateTime Written)> now = [];
        int room = MaxPerLook - Files(_taken).Count;
        foreach (FileInfo file in Files(folder))
        {
            (long Length, DateTime Written) state = (file.Length, file.LastWriteTimeUtc);
            if (_seen.TryGetValue(file.Name, out (long, DateTime) before) && before == state && room > 0)
            {
                file.MoveTo(FreeName(_taken, file.Name));
                room--;
                continue;
            }
            now[file.Name] = state;
        }
        _seen = now;
    }

    private async Task ImportAsync(string file, CancellationToken cancellationToken)
    {
        ImportOutcome outcome = await TakeAsync(file, cancellationToken);
        string target = outcome.IsAccepted ? _accepted : _rejected;
        try
        {
            string to = FreeName(target, Path.GetFileName(file));
            await WriteAsync(to + ".receipt.xml", outcome.Receipt.ToXml(), cancellationToken);
            await WriteAsync(to + ".receipt.txt", outcome.Receipt.ToText(), cancellationToken);
            File.Move(file, to);
            _notBefore.Remove(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _notBefore[file] = time.GetUtcNow() + RetryPeriod;
            LogNotMoved(outcome.FileName, exception.Message);
            return;
        }
        string summary = SummaryOf(outcome);
        LogImported(outcome.FileName, (int)outcome.Acceptance, summary);
        if (outcome.Counts.Candidates > 0)
        {
            LogCandidates(outcome.FileName, outcome.Counts.Candidates);
        }
    }

    private async Task<ImportOutcome> TakeAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await desk.TakeAsync(file, isRehearsal: false, cancellationToken);
        }
#pragma warning disable CA1031 // A fault of ours with one file must not keep the oracle from all others, nor from its meters.
        catch (Exception exception) when (exception is not (OperationCanceledException or JournalException))
        {
            LogFailed(exception, file);
            FindingList findings = new();
            findings.Add(FindingCode.Unreadable, 0, $"Reading the file failed: {exception.Message}");
            string name = Path.GetFileName(file);
            return new(name, findings.Acceptance, ImportCounts.None, new(name, default, null, findings.Acceptance, [], findings.Listed, time.GetUtcNow()));
        }
#pragma warning restore CA1031
    }

    private bool IsDue(string file) => !_notBefore.TryGetValue(file, out DateTimeOffset due) || due <= time.GetUtcNow();

    private static List<FileInfo> Files(string path) => [.. new DirectoryInfo(path).EnumerateFiles()
        .Where(file => file.Extension.Equals(Extension, StringComparison.OrdinalIgnoreCase) && file.LinkTarget is null)
        .Take(MaxWaiting)
        .OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>A name that is free in a folder: the file's own, or with a number before its extension.</summary>
    private static string FreeName(string target, string name)
    {
        string path = Path.Combine(target, name);
        for (int number = 2; File.Exists(path) || File.Exists(path + ".receipt.txt"); number++)
        {
            path = Path.Combine(target, $"{Path.GetFileNameWithoutExtension(name)}.{number}{Path.GetExtension(name)}");
        }
        return path;
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(path + ".new", text, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string SummaryOf(ImportOutcome outcome) => outcome.IsAccepted
        ? string.Join("; ", outcome.Counts.Lines)
        : outcome.Receipt.Findings.First(finding => finding.Severity == FindingSeverity.Error).ToString();

    private void Told(string? problem)
    {
        if (problem is not null && problem != _problem)
        {
            LogFolder(folder, problem);
        }
        _problem = problem;
    }

    [LoggerMessage(EventId = 5400, Level = LogLevel.Information, Message = "{File} is answered with code {Code}: {Summary}")]
    private partial void LogImported(string file, int code, string summary);

    [LoggerMessage(EventId = 5401, Level = LogLevel.Warning, Message = "{File} has other values than were stated for {Count} hours: they take a correction")]
    private partial void LogCandidates(string file, int count);

    [LoggerMessage(EventId = 5402, Level = LogLevel.Warning, Message = "The receipt of {File} cannot be written, or the file not be moved; it is tried again: {Reason}")]
    private partial void LogNotMoved(string file, string reason);

    [LoggerMessage(EventId = 5403, Level = LogLevel.Error, Message = "Importing {File} failed")]
    private partial void LogFailed(Exception exception, string file);

    [LoggerMessage(EventId = 5404, Level = LogLevel.Warning, Message = "The import folder {Folder} cannot be read or written: {Reason}")]
    private partial void LogFolder(string folder, string reason);
}
