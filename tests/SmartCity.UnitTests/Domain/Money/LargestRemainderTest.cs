using CsCheck;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Money;

public sealed class LargestRemainderTest
{
    [TestCase(100ul, new ulong[] { 1, 1, 1 }, new ulong[] { 34, 33, 33 }, Description = "of equal ones the first is served first")]
    [TestCase(100ul, new ulong[] { 1, 2, 3 }, new ulong[] { 17, 33, 50 })]
    [TestCase(2ul, new ulong[] { 1, 1, 1 }, new ulong[] { 1, 1, 0 })]
    [TestCase(7ul, new ulong[] { 0, 10, 0 }, new ulong[] { 0, 7, 0 })]
    [TestCase(0ul, new ulong[] { 0, 0 }, new ulong[] { 0, 0 })]
    [TestCase(0ul, new ulong[] { 5, 3 }, new ulong[] { 0, 0 })]
    public void Split_Known(ulong amount, ulong[] weights, ulong[] parts) => Assert.That(Split(amount, weights), Is.EqualTo(parts));

    [Test]
    public void Split_AnyWeights_AddsUpAndStaysWithinOneOfTheExactPart() =>
        Gen.Select(Gen.ULong[0, 1_000_000_000_000], Gen.ULong[0, 1_000_000_000].Array[1, 8])
            .Where((_, weights) => weights.Any(weight => weight > 0))
            .Sample((amount, weights) =>
            {
                ulong[] parts = Split(amount, weights);
                ulong total = weights.Aggregate(0ul, (sum, weight) => sum + weight);
                return parts.Aggregate(0ul, (sum, part) => sum + part) == amount
                    && Enumerable.Range(0, parts.Length).All(i =>
                    {
                        ulong floor = (ulong)((UInt128)amount * weights[i] / total);
                        return parts[i] == floor || (parts[i] == floor + 1 && (UInt128)floor * total != (UInt128)amount * weights[i]);
                    });
            });

    /// <summary>A payment that does not exceed the bill never pays a line more than it costs.</summary>
    [Test]
    public void Split_AmountUpToTheSum_NoPartExceedsItsWeight() =>
        Gen.Select(Gen.ULong[0, 1_000_000].Array[1, 5], Gen.Double.Unit).Sample((weights, share) =>
        {
            ulong total = weights.Aggregate(0ul, (sum, weight) => sum + weight);
            return Split((ulong)(total * share), weights).Zip(weights).All(pair => pair.First <= pair.Second);
        });

    [Test]
    public void Split_SomethingAmongNobody_Throws() => Assert.Throws<ArgumentException>(() => Split(1, [0, 0]));

    private static ulong[] Split(ulong amount, ulong[] weights) =>
        [.. LargestRemainder.Split(new(amount), [.. weights.Select(weight => new Kopecks(weight))]).Select(part => part.Value)];
}
