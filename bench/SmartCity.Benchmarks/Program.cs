using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Signing;

namespace SmartCity.Benchmarks;

/// <summary>
/// Speeds that scripts/bench prints: `signer` measures the signer beside the plain BouncyCastle way in one run, `audit FILE` the audit
/// of exported data, `alarms RULES PLAN` the alarm rules of a file and what a restart loses of alarms, `journal` what is written durably,
/// beside plain statements, `client NODE` encoding and asking a node, `source PLAN GROUPS` serves a city's meters for
/// `path SOURCE NODE PLAN GROUPS HOURS`, `month SOURCE NODE PLAN`, and `begin` and then
/// `hour SOURCE PLAN METERS FOLDER`. One line of JSON each.
/// </summary>
internal static class Program
{
    private const int Rounds = 5;
    private const int OperationsPerRound = 4_000;
    private const int PlainOperationsPerRound = 400;

    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["signer"]:
                Print(Signer());
                return 0;
            case ["audit", string file]:
                Print(Audit(await AuditFile.LoadAsync(file, CancellationToken.None)));
                return 0;
            case ["alarms", string ruleFile, string plan]:
                Print(new(AlarmSpeed.Measure(ruleFile, Rounds).Concat(await AlarmRestart.MeasureAsync(await LoadAsync(plan)))));
                return 0;
            case ["journal"]:
                Print(JournalSpeed.Measure());
                return 0;
            case ["client", string node]:
                Print(await ClientSpeed.MeasureAsync(new(node), Rounds));
                return 0;
            case ["source", string plan, string groups]:
                await new BenchSource(int.Parse(groups, Invariant), await OracleSpeed.FirstMsAsync(plan)).RunAsync();
                return 0;
            case ["path", string source, string node, string plan, string groups, string hours]:
                Print(await OracleSpeed.PathAsync(new(source), new(node), await LoadAsync(plan), int.Parse(groups, Invariant), int.Parse(hours, Invariant)));
                return 0;
            case ["month", string source, string node, string plan]:
                Print(await OracleSpeed.MonthAsync(new(source), new(node), await LoadAsync(plan)));
                return 0;
            case ["begin", string source, string plan, string meters, string folder]:
                await OracleSpeed.BeginAsync(new(source), await LoadAsync(plan), int.Parse(meters, Invariant), folder);
                Print([]);
                return 0;
            case ["hour", string source, string plan, string meters, string folder]:
                Print(await OracleSpeed.HourAsync(new(source), await LoadAsync(plan), int.Parse(meters, Invariant), folder));
                return 0;
            default:
                await Console.Error.WriteLineAsync(
                    "Usage: SmartCity.Benchmarks signer | audit FILE | alarms RULES | journal | client NODE | source PLAN GROUPS "
                    + "| path SOURCE NODE PLAN GROUPS HOURS | month SOURCE NODE PLAN | begin|hour SOURCE PLAN METERS FOLDER");
                return 2;
        }
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static Task<CityPlan> LoadAsync(string plan) => CityPlan.LoadAsync(plan, CancellationToken.None);

    private static Dictionary<string, double> Signer()
    {
        using EthECKey key = EthECKey.Generate();
        Hash32[] digests = [.. Enumerable.Range(0, OperationsPerRound).Select(i => Keccak.Hash256(BitConverter.GetBytes(i)))];
        EthECDSASignature[] signatures = [.. digests.Select(key.Sign)];
        // The rounds alternate, so that a busy machine slows both alike.
        List<double> signs = [];
        List<double> recovers = [];
        List<double> plain = [];
        for (int round = 0; round < Rounds; round++)
        {
            signs.Add(PerSecond(OperationsPerRound, i => _ = key.Sign(digests[i])));
            recovers.Add(PerSecond(OperationsPerRound, i => _ = EthECKey.Recover(digests[i], signatures[i])));
            plain.Add(PlainSigns(key, digests));
        }
        return new()
        {
            ["signsPerSecond"] = Median(signs),
            ["recoversPerSecond"] = Median(recovers),
            ["plainSignsPerSecond"] = Median(plain),
        };
    }

    /// <summary>As a program signs that takes the curve from SecNamedCurves, the default of the usual .NET client.</summary>
    private static double PlainSigns(EthECKey key, Hash32[] digests)
    {
        Org.BouncyCastle.Asn1.X9.X9ECParameters curve = SecNamedCurves.GetByName("secp256k1");
        ECDomainParameters domain = new(curve.Curve, curve.G, curve.N, curve.H);
        ECPrivateKeyParameters parameters = new(new BigInteger(1, key.GetPrivateKey()), domain);
        return PerSecond(PlainOperationsPerRound, i =>
        {
            ECDsaSigner signer = new(new HMacDsaKCalculator(new Sha256Digest()));
            signer.Init(forSigning: true, parameters);
            _ = signer.GenerateSignature(digests[i].ToBytes());
        });
    }

    private static Dictionary<string, double> Audit(AuditData data)
    {
        List<double> speeds = [];
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            AuditReport report = Auditor.Audit(data);
            speeds.Add(report.Readings / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return new() { ["auditReadingsPerSecond"] = Median(speeds) };
    }

    internal static double PerSecond(int count, Action<int> operation)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            operation(i);
        }
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    internal static double Median(List<double> values)
    {
        values.Sort();
        return Math.Round(values[values.Count / 2]);
    }

    private static void Print(Dictionary<string, double> figures) => Console.WriteLine(JsonSerializer.Serialize(figures));
}
