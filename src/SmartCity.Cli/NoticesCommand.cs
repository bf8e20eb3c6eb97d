using System.CommandLine;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SmartCity.Notices;

namespace SmartCity.Cli;

/// <summary><c>smartcity notices</c>: what could not be delivered to organisations.</summary>
internal static class NoticesCommand
{
    private static readonly Option<string> s_state = new("--state")
    {
        Description = "State folder of the oracle that tells organisations",
        DefaultValueFactory = _ => "state",
    };

    private static readonly Option<long?> s_before = new("--before") { Description = "Only those with a smaller number: the next page" };

    private static readonly Argument<long> s_number = new("number") { Description = "Number of the dead letter, as `smartcity notices list` shows it" };

    public static Command Create()
    {
        Command list = new("list", $"Counts what waits, and shows dead letters, the newest first, {DeadLetters.MostOnPage} on a page.") { s_before, s_state };
        list.SetAction(List);
        Command retry = new("retry", "Sends a dead letter on its way again, under the id that it had.") { s_number, s_state };
        retry.SetAction(parsed => Settle(parsed, (letters, number, by) => letters.Retry(number, by), "is on its way again"));
        Command drop = new("drop", "Gives a dead letter up for good; it stays on record.") { s_number, s_state };
        drop.SetAction(parsed => Settle(parsed, (letters, number, by) => letters.Drop(number, by), "is given up"));
        return new("notices", "What organisations could not be told: also while the oracle runs.") { list, retry, drop };
    }

    private static int List(ParseResult parsed)
    {
        NoticeCounts counts = Guarded(parsed, folder => NoticeCounts.Read(folder)!.Value);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{counts.Waiting} deliveries wait, {counts.Dead} are dead letters, {counts.Answers} answers are not carried out yet."));
        IReadOnlyList<DeadLetter> page = With(parsed, letters => letters.Page(parsed.GetValue(s_before)));
        foreach (DeadLetter letter in page)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{letter.Id}  {letter.At:u}  {letter.Organisation}/{letter.Contact}  incident {letter.Incident.ObjectNumber}-{letter.Incident.Number}, notice {letter.Sequence}, {letter.Attempts} attempts: {letter.Failure}"));
        }
        if (page.Count == DeadLetters.MostOnPage)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Older ones: smartcity notices list --before {page[^1].Id}"));
        }
        return 0;
    }

    private static int Settle(ParseResult parsed, Func<DeadLetters, long, string, string?> settle, string done)
    {
        long number = parsed.GetValue(s_number);
        if (With(parsed, letters => settle(letters, number, Environment.UserName)) is { } refusal)
        {
            throw new CommandException(refusal);
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Dead letter {number} {done}."));
        return 0;
    }

    private static T With<T>(ParseResult parsed, Func<DeadLetters, T> work) => Guarded(parsed, folder =>
    {
        using NoticeDatabase database = NoticeDatabase.Open(folder);
        return work(new(database, TimeProvider.System));
    });

    private static T Guarded<T>(ParseResult parsed, Func<string, T> work)
    {
        string folder = Path.GetFullPath(parsed.GetValue(s_state)!);
        string path = Path.Combine(folder, NoticeDatabase.FileName);
        if (!File.Exists(path))
        {
            throw new CommandException($"There is no {path}: nobody was told of anything. Start the oracle with --contacts, or name its state folder with --state.");
        }
        try
        {
            return work(folder);
        }
        catch (Exception exception) when (exception is SqliteException or InvalidDataException)
        {
            throw new CommandException($"The file of notices {path} cannot be used: {exception.Message}");
        }
    }
}
