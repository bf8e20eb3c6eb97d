using SmartCity.Portal;

namespace SmartCity.UnitTests.Portal;

public sealed class OrdersTest
{
    [Test]
    public async Task OnceAsync_SameReferenceWhileUnderWay_CarriesOutOnce()
    {
        Orders orders = new();
        TaskCompletionSource<MoneyOutcome> bank = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int carriedOut = 0;
        Task<MoneyOutcome>[] clicks = [.. Enumerable.Range(0, 8).Select(_ => orders.OnceAsync("order", CarryOut))];
        bank.SetResult(new MoneyOutcome.Done(7, default));

        MoneyOutcome[] outcomes = await Task.WhenAll(clicks);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(carriedOut, Is.EqualTo(1));
        Assert.That(outcomes.Distinct().Count(), Is.EqualTo(1));

        Task<MoneyOutcome> CarryOut()
        {
            Interlocked.Increment(ref carriedOut);
            return bank.Task;
        }
    }

    [Test]
    public async Task OnceAsync_Refused_MayBeTriedAgain()
    {
        Orders orders = new();
        MoneyOutcome first = await orders.OnceAsync("order", () => Task.FromResult<MoneyOutcome>(new MoneyOutcome.Refused(IsChainAway: true)));
        MoneyOutcome second = await orders.OnceAsync("order", () => Task.FromResult<MoneyOutcome>(new MoneyOutcome.Done(7, default)));
        Assert.That((first, second), Is.EqualTo(((MoneyOutcome)new MoneyOutcome.Refused(true), (MoneyOutcome)new MoneyOutcome.Done(7, default))));
    }

    [Test]
    public async Task OnceAsync_OutcomeUnknown_IsNotTriedAgain()
    {
        Orders orders = new();
        await orders.OnceAsync("order", () => Task.FromResult<MoneyOutcome>(new MoneyOutcome.Unknown()));
        MoneyOutcome again = await orders.OnceAsync("order", () => throw new AssertionException("carried out twice"));
        Assert.That(again, Is.EqualTo(new MoneyOutcome.Unknown()));
    }
}
