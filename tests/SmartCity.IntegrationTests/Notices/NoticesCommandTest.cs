using System.Globalization;
using Microsoft.AspNetCore.Http;
using SmartCity.IntegrationTests.Oracle;
using SmartCity.Notices;

namespace SmartCity.IntegrationTests.Notices;

/// <summary>The program <c>smartcity notices</c>, as who is on duty runs it while notices are sent.</summary>
public sealed class NoticesCommandTest
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Notices_TwoDeadLetters_AreShownSentAgainAndGivenUp(CancellationToken cancellationToken)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        using NoticeRig rig = NoticeRig.Telling(NoticeRig.Webhook("desk", receiver.Url));
        receiver.Behaviour = async (_, context) =>
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            await context.Response.WriteAsync("moved away", cancellationToken);
        };
        rig.Outbox.Add(NoticeRig.Notice(1, incident: 7));
        rig.Outbox.Add(NoticeRig.Notice(1, incident: 8));
        await rig.SendDueAsync(cancellationToken: cancellationToken);
        DeadLetter[] letters = [.. rig.DeadLetters.Page()];

        (int, string) list = await RunAsync("list");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(list, Is.EqualTo((0, $"""
                0 deliveries wait, 2 are dead letters, 0 answers are not carried out yet.
                {letters[0].Id}  2026-01-15 08:14:00Z  teploset/desk  incident 1-8, notice 1, 1 attempts: answered 410: moved away
                {letters[1].Id}  2026-01-15 08:14:00Z  teploset/desk  incident 1-7, notice 1, 1 attempts: answered 410: moved away

                """)));
            Assert.That((await RunAsync("list", "--before", Text(letters[0].Id))).Output, Does.Contain("incident 1-7").And.Not.Contain("incident 1-8"));
            Assert.That(await RunAsync("retry", Text(letters[0].Id)), Is.EqualTo((0, $"Dead letter {letters[0].Id} is on its way again.\n")));
            Assert.That(await RunAsync("drop", Text(letters[1].Id)), Is.EqualTo((0, $"Dead letter {letters[1].Id} is given up.\n")));
            Assert.That(await RunAsync("drop", Text(letters[1].Id)), Is.EqualTo((1, $"There is no dead letter {letters[1].Id}.\n")));
            Assert.That((await RunAsync("list")).Output, Is.EqualTo("1 deliveries wait, 0 are dead letters, 0 answers are not carried out yet.\n"));
        }

        receiver.Behaviour = (_, _) => Task.CompletedTask;
        rig.Time.SetUtcNow(TimeProvider.System.GetUtcNow()); // The program's time: it is due from then on.
        await rig.SendDueAsync(cancellationToken: cancellationToken);
        Assert.That(receiver.Calls.Select(call => NoticeRig.Of(call).Incident), Is.EqualTo([7, 8, 8]));
        Assert.That((await RunAsync("list")).Output, Does.StartWith("0 deliveries wait, 0 are dead letters"));

        Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
            OwnProgram.RunAsync(cancellationToken, ["notices", .. arguments, "--state", rig.Folder]);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Notices_NobodyWasToldYet_SaysWhatToDo(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("notices").FullName;
        (int exitCode, string output) = await OwnProgram.RunAsync(cancellationToken, "notices", "list", "--state", folder);
        Directory.Delete(folder);
        Assert.That((exitCode, output), Is.EqualTo((1, $"There is no {Path.Combine(folder, "notices.db")}: nobody was told of anything. Start the oracle with --contacts, or name its state folder with --state.\n")));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
