using System.Diagnostics;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Benchmarks;

/// <summary>How fast calls are encoded and a node is asked; bench/oracle.mjs does the same with ethers.</summary>
internal static class ClientSpeed
{
    private const int Encodes = 20_000;
    private const int Accounts = 20;
    private const int PayloadBytes = 16 * 25;
    private const int Calls = 20_000;
    private const int CallsOfBatch = 100;

    public static async Task<Dictionary<string, double>> MeasureAsync(Uri node, int rounds)
    {
        CityContracts contracts = CityContracts.FromAddresses(ContractArtifact.Names.ToDictionary(
            name => name, name => new Address(Keccak.Hash256(name).ToBytes().AsSpan(0, Address.Size))));
        byte[] payload = new byte[PayloadBytes];
        byte[] signatures = new byte[65];
        Hash32[] accounts = [.. Enumerable.Range(0, Accounts).Select(i => Keccak.Hash256(BitConverter.GetBytes(i)))];
        EthApi api = BenchOracle.ApiOf(node);
        List<double> encodes = [];
        List<double> calls = [];
        for (int round = 0; round < rounds; round++)
        {
            // An hour and a list of bills in turn: bytes, and an array of words.
            encodes.Add(Program.PerSecond(Encodes, i => _ = i % 2 == 0
                ? contracts.ReadingLedger.Record(1, (uint)i, accounts[0], payload, signatures).Data.Length
                : contracts.Billing.Issue(accounts, (ushort)i).Data.Length));
            long started = Stopwatch.GetTimestamp();
            for (int first = 0; first < Calls; first += CallsOfBatch)
            {
                RpcRequest[] batch = [.. Enumerable.Repeat(new RpcRequest("eth_getTransactionCount", contracts.Billing.Address, BlockParameter.Latest), CallsOfBatch)];
                foreach (RpcResult<ulong> answer in await api.Client.SendBatchAsync<ulong>(batch, CancellationToken.None))
                {
                    _ = answer.ValueOrThrow();
                }
            }
            calls.Add(Calls / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return new() { ["abiEncodesPerSecond"] = Program.Median(encodes), ["rpcCallsPerSecond"] = Program.Median(calls) };
    }
}
