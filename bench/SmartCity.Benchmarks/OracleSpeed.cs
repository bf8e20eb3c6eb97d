using System.Diagnostics;
using System.Globalization;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.Sending;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Oracle;

namespace SmartCity.Benchmarks;

/// <summary>How fast the oracle is, from the source's REST to the chain.</summary>
internal static class OracleSpeed
{
    private const int QuartersOfHour = 4;
    private const int MonthGroups = 20;

    /// <summary>Readings a second from the source's history to confirmed on the chain, the whole oracle running.</summary>
    public static async Task<Dictionary<string, double>> PathAsync(Uri source, Uri chain, CityPlan template, int groups, int hours)
    {
        CityPlan plan = BenchCity.Plan(template, groups, LastMonth(template), withFlats: false);
        (BenchOracle oracle, EthApi api, DeployedCity city, EthECKey key) = await BenchOracle.DeployAsync(source, chain, plan);
        using EthECKey administrator = key;
        using BenchOracle running = oracle;
        Hour end = new(oracle.Layout.FirstHour.Value + (uint)hours);
        await oracle.SetClockAsync(end.Start);
        using CancellationTokenSource stop = new();
        long started = Stopwatch.GetTimestamp();
        Task work = oracle.Engine.RunAsync(stop.Token);
        await oracle.WaitUntilConfirmedAsync(end, work);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync();
        await work.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await RequireOnChainAsync(api, city, plan, end);
        return new() { ["readingsPerSecond"] = Math.Round(groups * BenchCity.ChannelsOfGroup * hours / seconds), ["seconds"] = Math.Round(seconds, 2) };
    }

    /// <summary>80 meters polled every quarter of an hour of a month, every hour closed when it is over, signed, confirmed, and the month billed.</summary>
    public static async Task<Dictionary<string, double>> MonthAsync(Uri source, Uri chain, CityPlan template)
    {
        Period month = LastMonth(template);
        CityPlan plan = BenchCity.Plan(template, MonthGroups, month, withFlats: true);
        (BenchOracle oracle, EthApi api, DeployedCity city, EthECKey key) = await BenchOracle.DeployAsync(source, chain, plan);
        using EthECKey administrator = key;
        using BenchOracle running = oracle;
        Hour end = oracle.Layout.Calendar.FirstHourOf(month.Next);
        int hours = (int)(end.Value - oracle.Layout.FirstHour.Value);
        using CancellationTokenSource stop = new();

        long started = Stopwatch.GetTimestamp();
        await oracle.Engine.Submitter.StepAsync(stop.Token);
        Task work = Task.Run(() => oracle.Engine.Submitter.RunAsync(stop.Token));
        for (int quarter = 1; quarter <= hours * QuartersOfHour; quarter++)
        {
            await oracle.SetClockAsync(oracle.Layout.FirstHour.Start.AddMinutes(15 * quarter));
            await oracle.Engine.Poller.PollAsync(withMeters: true, stop.Token);
            if (quarter % QuartersOfHour == 0)
            {
                await oracle.Engine.Closing.CloseDueAsync(stop.Token);
            }
        }
        await oracle.WaitUntilConfirmedAsync(end, work);
        using TransactionSender sender = BenchOracle.SenderOf(api, administrator, city.ChainId);
        BillRunResult bills = await new BillRun(api, city, oracle.Layout.Calendar).RunAsync(new(api, sender), month.Next, stop.Token);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        await stop.CancelAsync();
        await work.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await RequireOnChainAsync(api, city, plan, end);
        int flats = MonthGroups * (BenchCity.MetersOfGroup - 1);
        return bills.Issued == flats
            ? new()
            {
                ["monthReplaySeconds"] = Math.Round(seconds, 1),
                ["monthReadings"] = hours * QuartersOfHour * MonthGroups * BenchCity.MetersOfGroup,
                ["monthBills"] = bills.Issued,
            }
            : throw new InvalidOperationException($"{bills.Issued} bills were issued, {flats} are due.");
    }

    /// <summary>
    /// What an hour of a city costs: one poll of all its meters by REST into the journal, and the hour closed, written and signed. The journal
    /// was begun by <see cref="BeginAsync"/> in another process, so that memory is that of an oracle that was started and goes on.
    /// </summary>
    public static async Task<Dictionary<string, double>> HourAsync(Uri source, CityPlan template, int meters, string folder)
    {
        CityPlan plan = BenchCity.Plan(template, meters / BenchCity.MetersOfGroup, LastMonth(template), withFlats: false);
        using BenchOracle oracle = BenchOracle.WithoutChain(source, plan, folder);
        HourStore hours = new(oracle.Journal, new(oracle.Journal), TimeProvider.System);
        BatchStore batches = new(oracle.Journal, TimeProvider.System);
        using EthECKey key = EthECKey.Generate();
        HourBatchSigner signer = new(key, new(1, key.Address));
        List<double> seconds = [];
        const int Rounds = 3;
        for (uint round = 1; round <= Rounds; round++)
        {
            Hour next = new(oracle.Layout.FirstHour.Value + round);
            await oracle.SetClockAsync(next.End);
            long started = Stopwatch.GetTimestamp();
            await oracle.Engine.Poller.PollAsync(withMeters: true, CancellationToken.None);
            await oracle.Engine.Closing.CloseDueAsync(CancellationToken.None);
            Sign(oracle, batches, signer);
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            Hour closed = hours.NextHour(1);
            _ = closed == next.Next ? true : throw new InvalidOperationException($"Hours before {closed} are closed, {next} is due.");
        }
        seconds.Sort();
        return new() { ["secondsPerHour"] = Math.Round(seconds[Rounds / 2], 3), ["megabytes"] = Math.Round(PeakBytes() / 1e6) };
    }

    /// <summary>Signs what is closed and makes it durable, as it is done before it is sent.</summary>
    private static void Sign(BenchOracle oracle, BatchStore batches, HourBatchSigner signer)
    {
        List<OutboxBatch> signed = [];
        foreach (uint segment in oracle.Layout.Segments.Select(segment => segment.Number))
        {
            (Hour hour, byte[] payload) = batches.Unsigned(Hash32.Zero, segment, oracle.Layout.FirstHour, 1).Single();
            Hash32 previous = batches.IdOf(Hash32.Zero, segment, new(hour.Value - 1)) ?? Hash32.Zero;
            HourBatch batch = new(segment, hour, previous, payload, Hash32.Zero);
            signed.Add(new(batch, signer.Sign(batch).ToBytes()));
        }
        batches.Add(signed);
    }

    /// <summary>Begins the journal of a city in a folder: its first hour is behind it, and its registers are known as of its end.</summary>
    public static async Task BeginAsync(Uri source, CityPlan template, int meters, string folder)
    {
        CityPlan plan = BenchCity.Plan(template, meters / BenchCity.MetersOfGroup, LastMonth(template), withFlats: false);
        using BenchOracle oracle = BenchOracle.WithoutChain(source, plan, folder);
        Hour first = oracle.Layout.FirstHour;
        await oracle.SetClockAsync(first.Start);
        await oracle.Engine.Poller.PollAsync(withMeters: true, CancellationToken.None);
        SampleStore samples = new(oracle.Journal);
        samples.Register([]); // Learns what is there.
        Dictionary<SignalKey, HourInput> registers = samples.AsOf(first.Start, TimeSpan.FromMinutes(1), new HashSet<SignalKey>(oracle.Layout.Boundaries));
        HourCloser closer = new(oracle.Layout, []);
        foreach (SegmentLayout segment in oracle.Layout.Segments)
        {
            closer.Begin(segment, registers);
        }
        oracle.Journal.Write(transaction =>
        {
            HourStore.WriteStates(transaction, closer.States);
            foreach (SegmentLayout segment in oracle.Layout.Segments)
            {
                HourStore.Adopt(transaction, segment.Number, first.Next);
            }
        });
    }

    private static Period LastMonth(CityPlan template)
    {
        CityCalendar calendar = new(TimeSpan.FromHours(template.UtcOffsetHours));
        return new((ushort)(calendar.PeriodOf(Hour.Containing(TimeProvider.System.GetUtcNow())).Value - 1));
    }

    /// <summary>The instant that all cities of a benchmark begin at: the first of the month before.</summary>
    public static async Task<long> FirstMsAsync(string planFile)
    {
        CityPlan template = await CityPlan.LoadAsync(planFile, CancellationToken.None);
        CityCalendar calendar = new(TimeSpan.FromHours(template.UtcOffsetHours));
        return calendar.FirstHourOf(LastMonth(template)).Start.ToUnixTimeMilliseconds();
    }

    /// <summary>A figure counts only when the chain holds what was measured.</summary>
    private static async Task RequireOnChainAsync(EthApi api, DeployedCity city, CityPlan plan, Hour end)
    {
        foreach (SegmentHead head in await new CityReader(api, city).GetHeadsAsync([.. plan.Segments.Select(segment => segment.Number)], CancellationToken.None))
        {
            _ = head.NextHour >= end ? true : throw new InvalidOperationException($"Segment {head.Segment} stands at {head.NextHour}, not at {end}.");
        }
    }

    /// <summary>The most memory that the process ever held.</summary>
    private static double PeakBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
