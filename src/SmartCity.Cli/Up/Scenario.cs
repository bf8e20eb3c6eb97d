using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;
using SmartCity.Oracle;
using Spectre.Console;

namespace SmartCity.Cli.Up;

/// <summary>
/// The rest of the path, once: a resident's bill is paid, the money divided and withdrawn, an alarm raised and cleared, everything
/// audited. Each step checks what it did on the chain.
/// </summary>
internal sealed class Scenario(RunningCity city, TimeProvider time, IAnsiConsole console, double secondsToBilled)
{
    private const int LeakAlarm = 4;
    private static readonly TimeSpan s_alarmLimit = TimeSpan.FromMinutes(2);

    private readonly CityContracts _contracts = city.City.Deployed.Contracts;
    private readonly Table _summary = new Table().Border(TableBorder.Rounded).AddColumns("Step", "Result");

    /// <returns>0 if all held.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        _ = _summary.AddRow("two months billed", string.Create(CultureInfo.InvariantCulture, $"{secondsToBilled:0.0} s after the start"));
        await PayAsync(cancellationToken);
        await RaiseAndClearAsync(cancellationToken);
        await AskHealthAsync(cancellationToken);
        AuditData data = await Auditor.CollectAsync(city.Api, _contracts.Directory.Address, null, cancellationToken);
        AuditReport report = Auditor.Audit(data);
        AuditCommand.Print(report, console);
        _ = _summary.AddRow("hours and readings on the chain", $"{report.Hours:N0} and {report.Readings:N0}");
        _ = _summary.AddRow("bills", $"{report.Bills:N0}");
        _ = _summary.AddRow("audit", report.Holds ? "everything holds" : "BROKEN");
        console.Write(_summary);
        await WriteFilesAsync(data, report, cancellationToken);
        return report.Holds && report.Bills > 0 ? 0 : 1;
    }

    private async Task WriteFilesAsync(AuditData data, AuditReport report, CancellationToken cancellationToken)
    {
        if (city.Options.ExportFile is { } export)
        {
            await AuditFile.SaveAsync(data, export, cancellationToken);
        }
        if (city.Options.FiguresFile is { } figures)
        {
            string json = JsonSerializer.Serialize(new
            {
                secondsToTwoMonthsBilled = Math.Round(secondsToBilled, 1),
                hoursWritten = report.Hours,
                readingsWritten = report.Readings,
                billsIssued = report.Bills,
            });
            await File.WriteAllTextAsync(figures, json, cancellationToken);
        }
    }

    /// <summary>Pays a third of the first account's debt, then the rest and a rouble more; every provider withdraws.</summary>
    private async Task PayAsync(CancellationToken cancellationToken)
    {
        Hash32 account = city.City.Deployed.Accounts[0].Id;
        ulong debt = await city.Api.CallAsync(_contracts.Settlement.DebtOf(account), BlockParameter.Latest, cancellationToken);
        Demand(debt > 0, "the first account owes nothing after two months");
        const ulong rouble = 100;
        using EthECKey key = await DemoKeys.OpenOrCreateAsync(city.Options.State, DemoKeys.Bank, cancellationToken);
        using TransactionSender sender = NewSender(key);
        foreach (ulong amount in new[] { debt / 3, debt - debt / 3 + rouble })
        {
            Hash32 deposit = new(RandomNumberGenerator.GetBytes(Hash32.Size));
            _ = await new CitySender(city.Api, sender, time).SendManyAsync(
                _contracts.MintAndPay(key.Address, account, new(amount), deposit), cancellationToken);
        }
        ulong left = await city.Api.CallAsync(_contracts.Settlement.DebtOf(account), BlockParameter.Latest, cancellationToken);
        ulong credit = await city.Api.CallAsync(_contracts.Settlement.CreditOf(account), BlockParameter.Latest, cancellationToken);
        Demand(left == 0 && credit == rouble, $"after the payments {left} kopecks are owed and {credit} are credit");
        _ = _summary.AddRow("payments", $"{new Kopecks(debt)} RUB of debt in two parts, {new Kopecks(credit)} RUB of credit left");

        ulong withdrawn = 0;
        foreach (ProviderPlan provider in city.City.Plan.Providers)
        {
            withdrawn += await WithdrawAsync(provider, cancellationToken);
        }
        Demand(withdrawn == debt, $"the providers withdrew {withdrawn} of {debt} kopecks");
    }

    private async Task<ulong> WithdrawAsync(ProviderPlan provider, CancellationToken cancellationToken)
    {
        ulong balance = await city.Api.CallAsync(
            _contracts.Settlement.BalanceOf(provider.Number), BlockParameter.Latest, cancellationToken);
        if (balance > 0)
        {
            using EthECKey key = await DemoKeys.OpenOrCreateAsync(
                city.Options.State, DemoKeys.ProviderOf(provider.Number), cancellationToken);
            using TransactionSender sender = NewSender(key);
            _ = await new CitySender(city.Api, sender, time).SendAsync(
                _contracts.Withdraw(provider.Number, new(balance)), cancellationToken);
        }
        _ = _summary.AddRow(Markup.Escape($"share of {provider.NameEnglish}"), $"{new Kopecks(balance)} RUB, withdrawn");
        return balance;
    }

    /// <summary>Every oracle says that it is ready: source, journal and chain work, and nothing is behind.</summary>
    private async Task AskHealthAsync(CancellationToken cancellationToken)
    {
        using HttpClient http = new();
        foreach (RunningOracle oracle in city.Oracles)
        {
            using HttpResponseMessage answer = await http.GetAsync(oracle.Health, cancellationToken);
            Demand(answer.IsSuccessStatusCode, $"{oracle.Health} says {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
        _ = _summary.AddRow("health", city.Oracles.Count == 1 ? "the oracle is ready" : $"{city.Oracles.Count} oracles are ready");
    }

    private async Task RaiseAndClearAsync(CancellationToken cancellationToken)
    {
        using EmulatorControl emulator = new(city.Source, DemoAccounts.SourceLogin, city.SourcePassword);
        SubstationPlan substation = city.City.Plan.Substations[0];
        await emulator.BreakAsync("leak", substation.SourceObject, cancellationToken);
        AlarmView raised = await WaitForAlarmAsync(alarm => alarm.ClearedAt is null, "raised", cancellationToken);
        await emulator.MendAsync(cancellationToken);
        AlarmView cleared = await WaitForAlarmAsync(
            alarm => alarm.Id == raised.Id && alarm.ClearedAt is not null, "cleared", cancellationToken);
        IncidentLogContract.Incident incident = await city.Api.CallAsync(
            _contracts.IncidentLog.IncidentOf(Hash32.Parse(cleared.IncidentId!)), BlockParameter.Latest, cancellationToken);
        Demand(
            incident.Alarm == LeakAlarm && incident.RaisedAt > 0 && incident.ClearedAt >= incident.RaisedAt,
            $"the incident log says {incident}");
        _ = _summary.AddRow(Markup.Escape($"alarm of {substation.Name}"), $"leak raised and cleared, incident {cleared.IncidentId![..10]}… on the chain");
    }

    /// <summary>Waits until a leak is as demanded in the journal and every entry of it is confirmed on the chain.</summary>
    private async Task<AlarmView> WaitForAlarmAsync(Func<AlarmView, bool> isIt, string what, CancellationToken cancellationToken)
    {
        OracleReader reader = new(city.Options.State.Path, time);
        using CancellationTokenSource limit = new(s_alarmLimit, time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100), time);
        try
        {
            while (await timer.WaitForNextTickAsync(linked.Token))
            {
                IReadOnlyList<AlarmView> alarms = await reader.GetAlarmsAsync(before: null, limit: 100, linked.Token);
                AlarmView? found = alarms.FirstOrDefault(alarm => alarm.Number == LeakAlarm && isIt(alarm)
                    && alarm.Entries.Count > 0 && alarm.Entries.All(entry => entry.State == OutboxState.Confirmed));
                if (found is not null)
                {
                    return found;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Told below.
        }
        throw new CommandException($"The leak was not {what} on the chain within {s_alarmLimit.TotalSeconds:0} s. See the logs in {city.Options.State.Logs}.");
    }

    private TransactionSender NewSender(EthECKey key) =>
        new(city.Api, key, city.City.Deployed.ChainId, new() { Errors = ContractArtifact.CityAbi }, time);

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CommandException($"The path does not hold: {otherwise}.");
        }
    }
}
