using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Alphalogic;
using SmartCity.Domain;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Benchmarks;

/// <summary>Whether alarms get lost when the oracle is started anew: 10,000 of them stand, some acknowledged, in a real journal.</summary>
internal static class AlarmRestart
{
    private const int Substations = 2_500;

    /// <summary>What each substation says: a leak, a pressure drop, a pump's fault, too hot.</summary>
    private static readonly (string Tag, SignalData Data)[] s_signals =
    [
        ("p1", SignalData.Of(0m)), ("p2", SignalData.Of(0m)), ("t1", SignalData.Of(98m)), ("t2", SignalData.Of(50m)), ("ps", SignalData.Of(false)),
        ("t_low", SignalData.Of(false)), ("t_high", SignalData.Of(true)), ("p_low", SignalData.Of(true)), ("p_high", SignalData.Of(false)),
        ("flow", SignalData.Of(1_000m)), ("pump_run", SignalData.Of(true)), ("pump_fault", SignalData.Of(true)), ("leak", SignalData.Of(true)),
    ];

    private static readonly DateTimeOffset s_start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Raises the alarms, ends the desks, opens them again, looks once more, and counts.</summary>
    /// <param name="demo">A city whose first substation the others are like.</param>
    public static async Task<Dictionary<string, double>> MeasureAsync(CityPlan demo)
    {
        CityPlan plan = demo with
        {
            Substations = [.. Enumerable.Range(1, Substations).Select(number =>
                demo.Substations[0] with { Number = (uint)number, SourceObject = $"itp_{number}", Name = $"Substation {number}" })],
        };
        string folder = Directory.CreateTempSubdirectory("alarms-bench").FullName;
        try
        {
            OracleReader reader = new(folder, TimeProvider.System);
            Open(plan, folder, (journal, desk, samples) =>
            {
                Look(plan, journal, desk, samples, 0);
                Look(plan, journal, desk, samples, 1);
            });
            IReadOnlyList<AlarmView> some = await reader.GetOpenAlarmsAsync(new(), 0, OracleReader.MaxRows, CancellationToken.None);
            Open(plan, folder, (journal, desk, _) => journal.Write(transaction =>
            {
                foreach (AlarmView alarm in some)
                {
                    desk.Acknowledge(transaction, new DeskRequest.Acknowledge(alarm.Id), "bench", "", s_start.AddSeconds(2));
                }
            }));
            AlarmCounts before = await reader.CountOpenAlarmsAsync(new(), CancellationToken.None);
            HashSet<(uint, string, AlarmStatus)> standing = await StandingAsync(reader);
            Open(plan, folder, (journal, desk, samples) => Look(plan, journal, desk, samples, 3));
            HashSet<(uint, string, AlarmStatus)> after = await StandingAsync(reader);
            AlarmCounts counts = await reader.CountOpenAlarmsAsync(new(), CancellationToken.None);
            return new()
            {
                ["alarmsOnRestart"] = before.All,
                // One that is lost, one that is raised a second time, one whose acknowledgement is forgotten: each counts.
                ["alarmsLostOnRestart"] = standing.Except(after).Count() + after.Except(standing).Count() + (counts == before ? 0 : 1),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Open(CityPlan plan, string folder, Action<JournalDatabase, AlarmDesk, SampleStore> work)
    {
        using JournalDatabase journal = JournalDatabase.Open(folder);
        OracleOptions options = new()
        {
            SourceUrl = new("http://127.0.0.1:9"),
            SourceLogin = "bench",
            SourcePasswordFile = "",
            ChainUrl = new("http://127.0.0.1:9"),
            StateFolder = folder,
            KeystoreFile = Path.Combine(folder, "oracle.json"),
            PassphraseFile = "",
            PlanFile = "",
            DeploymentFile = "",
            AlarmMode = AlarmMode.Strict,
        };
        SampleStore samples = new(journal);
        samples.Register(plan.Substations.SelectMany(substation => s_signals.Select(signal => SourceOf(substation, signal.Tag))));
        work(journal, new(plan, options, journal, null, TimeProvider.System, NullLogger<AlarmDesk>.Instance), samples);
    }

    private static void Look(CityPlan plan, JournalDatabase journal, AlarmDesk desk, SampleStore samples, int second)
    {
        DateTimeOffset now = s_start.AddSeconds(second);
        Sample[] polled = [.. plan.Substations.SelectMany(substation => s_signals.Select(signal =>
            new Sample(SourceOf(substation, signal.Tag), new(IdOf(substation, signal.Tag), signal.Data, now, SignalQuality.Good, null), now)))];
        journal.Write(transaction =>
        {
            samples.Add(transaction, polled);
            desk.Look(transaction, polled, now);
        });
    }

    private static async Task<HashSet<(uint, string, AlarmStatus)>> StandingAsync(OracleReader reader) =>
        [.. (await reader.GetStandingAlarmsAsync(AlarmMode.Strict, CancellationToken.None)).Select(alarm => (alarm.Substation, alarm.Alarm.Code, alarm.Status))];

    private static SourceSignal SourceOf(SubstationPlan substation, string tag) =>
        new(new(substation.SourceObject, tag), IdOf(substation, tag), tag, "", false);

    private static ParameterId IdOf(SubstationPlan substation, string tag) =>
        new((substation.Number * 100) + (ulong)Array.FindIndex(s_signals, signal => signal.Tag == tag));
}
