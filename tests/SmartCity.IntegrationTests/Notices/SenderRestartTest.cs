
namespace SmartCity.IntegrationTests.Notices;

/// <summary>A receiver that fails by chance, and a sender that is killed at any point and begun again; and several contacts at once.</summary>
public sealed class SenderRestartTest
{
    private const int Incidents = 4;
    private const int NoticesEach = 6;

    /// <summary>Each notice arrives, with one id however often, and never after a later one of its incident.</summary>
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [CancelAfter(30_000)]
    public async Task Send_KilledAndFailing_AllArriveInOrderWithOneId(int seed, CancellationToken cancellationToken)
    {
        Random random = new(seed);
        await using Receiver receiver = await Receiver.StartAsync();
        using NoticeRig rig = NoticeRig.Telling(NoticeRig.Webhook("desk", receiver.Url));
        CancellationTokenSource? life = null;
        receiver.Behaviour = (_, context) =>
        {
            // Some calls are refused, some connections reset, and some lives end while an answer is on its way.
            int dice;
            lock (random)
            {
                dice = random.Next(10);
            }
            context.Response.StatusCode = dice < 3 ? 503 : 204;
            if (dice == 3)
            {
                context.Abort();
            }
            if (dice > 6)
            {
                life!.Cancel();
            }
            return Task.CompletedTask;
        };
        for (int sequence = 1; sequence <= NoticesEach; sequence++)
        {
            for (long incident = 1; incident <= Incidents; incident++)
            {
                rig.Outbox.Add(NoticeRig.Notice(sequence, incident));
            }
        }
        int lives = 0;
        while (await LiveAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            lives++;
        }

        (long Incident, int Sequence)[] arrivals = [.. receiver.Calls.Select(NoticeRig.Of)];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(lives, Is.GreaterThan(3), "it was stopped at all");
        Assert.That(arrivals, Has.Length.GreaterThan(Incidents * NoticesEach), "something was sent again at all");
        Assert.That(receiver.Calls.Select(call => (NoticeRig.Of(call), call.Id)).Distinct().Count(), Is.EqualTo(Incidents * NoticesEach), "one id each");
        Assert.That(receiver.Calls.Select(call => call.Id).Distinct().Count(), Is.EqualTo(Incidents * NoticesEach));
        foreach (IGrouping<long, (long Incident, int Sequence)> incident in arrivals.GroupBy(arrival => arrival.Incident))
        {
            Assert.That(incident.Select(arrival => arrival.Sequence), Is.Ordered, $"incident {incident.Key}");
        }
        Assert.That(rig.DeadLetters.Page(), Is.Empty);

        // One life of the sender; false when there was nothing to do in it. Between lives the clock goes on beyond every pause.
        async Task<bool> LiveAsync()
        {
            using CancellationTokenSource own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            life = own;
            bool hadWork = true;
            try
            {
                hadWork = await rig.SendDueAsync(cancellationToken: own.Token) > 0;
            }
            catch (OperationCanceledException) when (own.IsCancellationRequested)
            {
                // Killed, maybe after the receiver had it and before that was noted.
            }
            rig.Restart();
            rig.Time.Advance(TimeSpan.FromMinutes(11));
            return hadWork;
        }
    }

    /// <summary>A contact that never answers holds up nobody else.</summary>
    [Test]
    [CancelAfter(30_000)]
    public async Task Run_OneContactHangs_TheOtherIsTold(CancellationToken cancellationToken)
    {
        await using Receiver hanging = await Receiver.StartAsync();
        await using Receiver well = await Receiver.StartAsync();
        hanging.Behaviour = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using NoticeRig rig = NoticeRig.Telling(NoticeRig.Webhook("hanging", hanging.Url), NoticeRig.Webhook("well", well.Url));
        for (int sequence = 1; sequence <= 20; sequence++)
        {
            rig.Outbox.Add(NoticeRig.Notice(sequence));
        }
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = rig.Sender.RunAsync(stop.Token);
        while (well.Calls.Count < 20)
        {
            await Task.Delay(10, cancellationToken);
            rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
        await stop.CancelAsync();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(well.Calls.Select(call => NoticeRig.Of(call).Sequence), Is.EqualTo(Enumerable.Range(1, 20)));
        Assert.That(hanging.Calls, Has.Count.EqualTo(1));
    }
}
