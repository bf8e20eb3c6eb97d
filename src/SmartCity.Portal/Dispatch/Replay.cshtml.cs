using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>Changed rules are tried on the data of the past before they go live.</summary>
internal sealed class ReplayModel(ReplayJob job, DispatchFeed feed, City city, TimeProvider time) : PageModel
{
    /// <summary>Longest list of differences.</summary>
    public const int MostShown = 200;

    private const int MostProblems = 50;
    private static readonly TimeSpan s_month = TimeSpan.FromDays(30);

    private DateTimeOffset _from;
    private DateTimeOffset _to;

    /// <summary>Where it stands.</summary>
    public ReplayState State => job.State;

    /// <summary>What is wrong with what was asked.</summary>
    public Note? Answer { get; private set; }

    /// <summary>Mistakes of the rule file, each with its line.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>The beginning as its field has it.</summary>
    public string FromField => DeskAnswer.FieldOf(city, _from);

    /// <summary>The end as its field has it.</summary>
    public string ToField => DeskAnswer.FieldOf(city, _to);

    /// <summary>Shows the last run, and offers the last month.</summary>
    public void OnGet()
    {
        _to = feed.Current.Status?.SourceTime ?? time.GetUtcNow();
        _from = _to - s_month;
    }

    /// <summary>The state alone, for the page that waits.</summary>
    public PartialViewResult OnGetState() => Partial("/Dispatch/_Replay.cshtml", State);

    /// <summary>Stops the run.</summary>
    public IActionResult OnPostStop()
    {
        job.Stop();
        return Request.IsForAPart() ? Partial("/Dispatch/_Replay.cshtml", State) : Redirect("/dispatch/replay");
    }

    /// <summary>Starts a run.</summary>
    /// <param name="rules">The rule file.</param>
    /// <param name="from">From when, the city's time.</param>
    /// <param name="to">Until when, the city's time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IActionResult> OnPostAsync(IFormFile? rules, DateTime? from, DateTime? to, CancellationToken cancellationToken)
    {
        OnGet();
        _from = DeskAnswer.InstantOf(city, from) ?? _from;
        _to = DeskAnswer.InstantOf(city, to) ?? _to;
        if (_to <= _from || _to - _from > OracleReader.LongestReplay)
        {
            Answer = new("bad", DeskText.BadSpan);
            return Page();
        }
        if (rules is not { Length: > 0 and <= RuleBook.MaxFileBytes })
        {
            Answer = new("bad", DeskText.NoRuleFile);
            return Page();
        }
        using MemoryStream bytes = new();
        await rules.CopyToAsync(bytes, cancellationToken);
        try
        {
            RuleBook book = RuleBook.Parse(bytes.ToArray(), Path.GetFileName(rules.FileName));
            if (!job.TryStart(book, _from, _to, User.Identity!.Name!))
            {
                Answer = new("warn", DeskText.Busy);
                return Page();
            }
        }
        catch (RuleBookException exception)
        {
            Problems = [.. exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(MostProblems)];
            return Page();
        }
        return Redirect("/dispatch/replay");
    }
}
