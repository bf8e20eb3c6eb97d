using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>A shift hands over to the next: what stands open, what is mute, what was done, and a note that another person takes.</summary>
internal sealed class HandoverModel(OracleReader reader, DispatchFeed feed, DeskAnswer desk, TimeProvider time) : PageModel
{
    private const int PastShifts = 20;
    private const int MostEntries = 200;
    private static readonly TimeSpan s_firstShift = TimeSpan.FromDays(1);

    /// <summary>What stands now.</summary>
    public DispatchState State { get; } = feed.Current;

    /// <summary>Alarms that nobody is called for.</summary>
    public IReadOnlyList<StandingAlarmView> Mute { get; private set; } = [];

    /// <summary>What was done since the last handover, newest first.</summary>
    public IReadOnlyList<DeskEntryView> Entries { get; private set; } = [];

    /// <summary>Handovers, newest first.</summary>
    public IReadOnlyList<HandoverView> Past { get; private set; } = [];

    /// <summary>The handover that nobody has taken yet.</summary>
    public HandoverView? Waiting => Past.FirstOrDefault(handover => handover.TakenAt is null);

    /// <summary>What became of the last request.</summary>
    public Note? Answer { get; private set; }

    /// <summary>Shows what is handed over.</summary>
    /// <param name="asked">A request whose outcome is told.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task OnGetAsync(long? asked, CancellationToken cancellationToken)
    {
        Answer = asked is { } request ? await desk.NoteOfAsync(request, cancellationToken) : null;
        Past = await reader.GetHandoversAsync(PastShifts, cancellationToken);
        DateTimeOffset now = State.Status?.SourceTime ?? time.GetUtcNow();
        Entries = await reader.GetEntriesAsync(
            Past.FirstOrDefault(handover => handover.TakenAt is not null)?.Time ?? now - s_firstShift, now, MostEntries, cancellationToken);
        Mute = [.. (await reader.GetStandingAlarmsAsync(State.Status?.AlarmMode ?? AlarmMode.Refined, cancellationToken)).Where(alarm => alarm.Status.Phase.IsMute())];
    }

    /// <summary>Hands over, or takes over.</summary>
    /// <param name="take">The handover that is taken; <c>null</c> to hand over.</param>
    /// <param name="note">What the next shift must know.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IActionResult> OnPostAsync(long? take, string? note, CancellationToken cancellationToken)
    {
        try
        {
            DeskRequest request = take is { } handover ? new DeskRequest.TakeOver(handover) : new DeskRequest.HandOver();
            long asked = await desk.AskAsync(request, User.Identity!.Name!, note, at: null, cancellationToken);
            return Redirect($"/dispatch/handover?asked={asked}");
        }
        catch (JournalException)
        {
            await OnGetAsync(null, cancellationToken);
            Answer = new("bad", DispatchText.JournalAway);
            return Page();
        }
    }
}
