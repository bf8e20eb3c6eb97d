using SmartCity.Audit;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.IntegrationTests.Play;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Audit;

/// <summary>The data of an audit of a city that was played on a node.</summary>
internal static class PlayedData
{
    /// <summary>Gives the city a directory, for an auditor has no other address, and takes all data from the node.</summary>
    public static async Task<AuditData> CollectAsync(CityPlayer player, CancellationToken cancellationToken)
    {
        PlayNode node = player.Node;
        PlayCity city = player.City;
        Address manager = await node.Api.CallAsync(city.MeterRegistry.Authority(), BlockParameter.Latest, cancellationToken);
        Address directory = node.NextContractOf(PlayKeys.Admin, 0);
        DirectoryContract contract = new(directory);
        (string Name, Address Address)[] contracts =
        [
            (AccessManagerContract.ContractName, manager),
            (MeterRegistryContract.ContractName, city.MeterRegistry.Address),
            (AccountBookContract.ContractName, city.AccountBook.Address),
            (ReadingLedgerContract.ContractName, city.ReadingLedger.Address),
            (TariffBookContract.ContractName, city.TariffBook.Address),
            (VolumeBookContract.ContractName, city.VolumeBook.Address),
            (BillingContract.ContractName, city.Billing.Address),
            (SettlementContract.ContractName, city.Settlement.Address),
            (SettlementRoubleContract.ContractName, city.SettlementRouble.Address),
            (IncidentLogContract.ContractName, city.IncidentLog.Address),
        ];
        PlayCall[] calls =
        [
            new(PlayKeys.Admin, null, DirectoryContract.Deployment(manager), "deployment"),
            .. contracts.Select(one => PlayCall.Of(PlayKeys.Admin, contract.Register(ShortText.Encode(one.Name), one.Address))),
        ];
        EthBlock last = await node.Api.GetBlockAsync(BlockParameter.Latest, cancellationToken);
        await node.MineAsync(calls, (long)last.Timestamp + 1, cancellationToken);
        return await Auditor.CollectAsync(node.Api, directory, null, cancellationToken);
    }

    /// <summary>What an audit found, a line each.</summary>
    public static IEnumerable<string> FindingsOf(AuditReport report) =>
        report.Rules.SelectMany(rule => rule.Findings.Select(finding => $"{rule.Code} {finding}"));
}
