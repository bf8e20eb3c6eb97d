using CsCheck;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;

namespace SmartCity.UnitTests.Ledger;

public sealed class HourBatchTest
{
    private static readonly ReadingLedgerDomain Domain = new(31_337, Cities.Address(4));

    private static HourBatch Batch(uint segment = 1, uint hour = 497_000, byte payload = 5) =>
        new(segment, new(hour), Keccak.Hash256("previous"), new byte[] { payload, 0, 0 }, Keccak.Hash256("config"));

    /// <summary>The digest by the general implementation of EIP-712, from the type as IReadingLedger.sol writes it.</summary>
    [Test]
    public void DigestOf_Batch_IsThatOfTypedData()
    {
        HourBatch batch = Batch();
        string json = $$"""
            {
              "types": {
                "EIP712Domain": [
                  { "name": "name", "type": "string" }, { "name": "version", "type": "string" },
                  { "name": "chainId", "type": "uint256" }, { "name": "verifyingContract", "type": "address" } ],
                "HourBatch": [
                  { "name": "segment", "type": "uint32" }, { "name": "hour", "type": "uint32" },
                  { "name": "previousBatch", "type": "bytes32" }, { "name": "payloadHash", "type": "bytes32" },
                  { "name": "oracleConfig", "type": "bytes32" } ]
              },
              "primaryType": "HourBatch",
              "domain": {
                "name": "SmartCity ReadingLedger", "version": "1", "chainId": 31337, "verifyingContract": "{{Domain.ReadingLedger}}" },
              "message": {
                "segment": 1, "hour": 497000, "previousBatch": "{{batch.PreviousBatch}}",
                "payloadHash": "{{Keccak.Hash256(batch.Payload.Span)}}", "oracleConfig": "{{batch.OracleConfig}}" }
            }
            """;
        Assert.That(Domain.DigestOf(batch), Is.EqualTo(TypedData.Parse(json).Digest()));
    }

    [Test]
    public void Id_AnyPartChanged_IsAnother()
    {
        Hash32[] ids =
        [
            Batch().Id, Batch(segment: 2).Id, Batch(hour: 497_001).Id, Batch(payload: 6).Id,
            new HourBatch(1, new(497_000), default, Batch().Payload, Batch().OracleConfig).Id,
            new HourBatch(1, new(497_000), Batch().PreviousBatch, Batch().Payload, default).Id,
        ];
        Assert.That(ids, Is.Unique);
        Assert.That(Batch(), Is.EqualTo(Batch()));
    }

    [Test]
    public void OracleConfigOf_OtherMembersThresholdOrLedger_IsAnother()
    {
        Address[] two = [Cities.Address(1), Cities.Address(2)];
        Hash32[] configs =
        [
            Domain.OracleConfigOf(two, 1), Domain.OracleConfigOf(two, 2), Domain.OracleConfigOf([two[0]], 1),
            new ReadingLedgerDomain(1, Cities.Address(4)).OracleConfigOf(two, 1),
            new ReadingLedgerDomain(31_337, Cities.Address(5)).OracleConfigOf(two, 1),
        ];
        Assert.That(configs, Is.Unique);
    }

    [Test]
    public void Combine_ManySigners_StandInAscendingOrderAndAreRecovered() => Gen.Int[1, 5].Sample(
        count =>
        {
            EthECKey[] keys = Enumerable.Range(0, count).Select(_ => EthECKey.Generate()).ToArray();
            HourBatch batch = Batch();
            Hash32 digest = Domain.DigestOf(batch);
            byte[] combined = BatchSignatures.Combine(digest, keys.Select(key => new HourBatchSigner(key, Domain).Sign(batch)).ToArray());
            IReadOnlyList<Address> signers = BatchSignatures.Recover(digest, combined);
            bool holds = signers.SequenceEqual(keys.Select(key => key.Address).Order()) && combined.Length == 65 * count;
            Array.ForEach(keys, key => key.Dispose());
            return holds;
        },
        iter: 20);

    [Test]
    public void Combine_OneSignerTwice_IsRefused()
    {
        using EthECKey key = EthECKey.Generate();
        Hash32 digest = Domain.DigestOf(Batch());
        Assert.That(() => BatchSignatures.Combine(digest, key.Sign(digest), key.Sign(digest)), Throws.ArgumentException);
        Assert.That(() => BatchSignatures.Combine(digest), Throws.ArgumentException);
    }

    [TestCase(64)]
    [TestCase(65 * 32)]
    public void Recover_WrongLength_IsRefused(int length) =>
        Assert.That(() => BatchSignatures.Recover(default, new byte[length]), Throws.TypeOf<FormatException>());
}
