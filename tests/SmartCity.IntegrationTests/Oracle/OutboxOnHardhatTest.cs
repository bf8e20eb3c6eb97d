namespace SmartCity.IntegrationTests.Oracle;

/// <summary>The outbox of hours before a Hardhat node that fails in every way, and whose words and order of mining are its own.</summary>
[CancelAfter(180_000)]
public sealed class OutboxOnHardhatTest
{
    private const int Hours = 40;
    private const int Due = 2 * Hours;

    [Test]
    public async Task Run_EverythingFails_EveryHourIsOnTheChainOnce(CancellationToken cancellationToken)
    {
        await using OutboxRig rig = await OutboxRig.StartAsync(NodeKind.Hardhat, cancellationToken);
        foreach (bool isAutomine in (bool[])[false, true])
        {
            await rig.ResetAsync(cancellationToken);
            rig.Miner.IsPaused = isAutomine;
            _ = await rig.Api.Client.FindAsync<object>("evm_setAutomine", [isAutomine], cancellationToken);
            await using OutboxRig.Outbox outbox = rig.NewOutbox(Hours);
            rig.Proxy.Faults = OutboxTest.Everything(seed: 7);

            outbox.Start();
            await rig.WaitUntilConfirmedAsync(outbox, cancellationToken);
            await outbox.StopAsync();

            await rig.AssertIsCompleteAsync(outbox, 4 * Due, cancellationToken);
        }
    }

    /// <summary>Hardhat's node keeps what offers too little, and refuses more from who has nothing.</summary>
    [Test]
    public async Task Run_GasCostsAndNoFunds_IsToldAndGoesOnOnceItIsFree(CancellationToken cancellationToken)
    {
        await using OutboxRig rig = await OutboxRig.StartAsync(NodeKind.Hardhat, cancellationToken);
        await rig.ResetAsync(cancellationToken);

        await rig.PlayGasThatCostsAsync(Hours, "refuses it with a higher fee", cancellationToken);
    }
}
