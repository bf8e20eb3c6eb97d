using System.Globalization;
using System.Numerics;
using SmartCity.Audit;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Audit;

/// <summary>
/// A house told by hand: a list of events, as an auditor reads them. Its electricity group 1 has two flats, each using 100 Wh an hour on
/// channels 3 and 4, and a parent that counts 220 Wh on their phase; its heat group 2 a parent alone, 1,000 kcal an hour. Local time
/// is UTC+3. Account 1 has 30 m² and one zone, account 2 has 60 m² and three.
/// </summary>
internal sealed class ToldCity
{
    public const uint Power = 1;
    public const uint Heat = 2;
    public const ushort Flat1 = 3;
    public const ushort Flat2 = 4;
    public const ulong FlatWattHours = 100;
    public const ulong HouseWattHours = 220;
    public const ulong HouseKilocalories = 1_000;

    /// <summary>June 2026: 720 hours, of which 210 in the peak zone, 270 in the half-peak, 240 at night.</summary>
    public static readonly Period June = Period.Of(2026, 6);

    public static readonly CityCalendar Calendar = new(TimeSpan.FromHours(3));

    public static readonly Hash32 Account1 = Keccak.Hash256("account 1");
    public static readonly Hash32 Account2 = Keccak.Hash256("account 2");

    private const ulong ChainId = 31_337;

    private readonly List<Entry<ContractEvent>> _entries = [];
    private ulong _time = SecondsOf(Calendar.FirstHourOf(June));

    public ToldCity()
    {
        Tell(new MeterRegistryEvent.SegmentOpened(1, MeterRegistryContract.Kind.Electricity, Calendar.FirstHourOf(June).Value));
        Tell(new MeterRegistryEvent.SegmentOpened(2, MeterRegistryContract.Kind.Heat, Calendar.FirstHourOf(June).Value));
        Tell(new MeterRegistryEvent.GroupAdded(
            Power, 1, Meter(1), [new(Meter(2), 0), new(Meter(3), 0)], Calendar.FirstHourOf(June).Value));
        Tell(new MeterRegistryEvent.GroupAdded(Heat, 2, Meter(4), [], Calendar.FirstHourOf(June).Value));
        foreach (ushort provider in new ushort[] { 1, 2, 3 })
        {
            Tell(new TariffBookEvent.ProviderRegistered(provider, AddressOf($"payee {provider}")));
        }
        Tell(new TariffBookEvent.TariffPublished(1, Tariff(June)));
        Tell(new IncidentLogEvent.DeadlineRulesSet(
            0, new(0, 1_800, 1_800, 1_800, 7_200, 259_200, 3_600, 24, 24, 2, [12, 10, 8], [16, 8, 4, 0])));
        Tell(Opened(Account1, Flat1, 3_000, 0, Terms(1)));
        Tell(Opened(Account2, Flat2, 6_000, 3_000, Terms(3)));
    }

    public static CityAddresses Contracts { get; } = new(
        AddressOf("manager"), new(AddressOf("registry")), new(AddressOf("accounts")), new(AddressOf("ledger")), new(AddressOf("tariffs")),
        new(AddressOf("volumes")), new(AddressOf("billing")), new(AddressOf("settlement")), new(AddressOf("rouble")),
        new(AddressOf("incidents")));

    public static MeterRegistryContract.Meter Meter(ulong serialNumber) =>
        new(serialNumber, Keccak.Hash256("model"), 100, 1, 0, DayOf(new(2026, 1, 1)), 120);

    public static AccountBookContract.Terms Terms(
        byte zones, ushort residents = 2, AccountBookContract.Heating heating = AccountBookContract.Heating.House) => new(zones, residents, heating);

    /// <summary>Whole day 5 roubles; day 6, night 3; peak 8, half-peak 6, night 3; nothing by bands. Heat 2,000 roubles a Gcal.</summary>
    public static TariffBookContract.Tariff Tariff(Period from, ushort penaltyRate = 950) => new(
        from.Value,
        [.. new ulong[] { 5, 6, 3, 8, 6, 3 }.SelectMany(price => Enumerable.Repeat(price * 1_000_000, 3))],
        ulong.MaxValue, ulong.MaxValue, 2_000_000_000, 2_200, 10, 1, 2, 3, penaltyRate, 150, 90_000, 20_000, 15_000);

    public static AccountBookEvent.AccountOpened Opened(
        Hash32 account, ushort channel, uint area, uint areaBefore, AccountBookContract.Terms terms) => new(
        account, new(new(Power, channel, Heat, 0, area), areaBefore, areaBefore, June.Value, 0, Hash32.Zero, Hash32.Zero), terms);

    public static uint DayOf(DateOnly day) => (uint)(day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    /// <summary>Local midnight of a day, Unix seconds.</summary>
    public static ulong SecondsOf(DateOnly day) => (ulong)new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.FromHours(3)).ToUnixTimeSeconds();

    public static Address AddressOf(string name) => new(Keccak.Hash256(name).ToBytes().AsSpan(12));

    /// <summary>What is told from now on stands in blocks of this time or later.</summary>
    public ToldCity At(ulong seconds)
    {
        _time = Math.Max(_time, seconds);
        return this;
    }

    public ToldCity Tell(ContractEvent told, string transaction = "")
    {
        ulong number = (ulong)_entries.Count;
        Hash32 hash = Keccak.Hash256(transaction.Length == 0 ? number.ToString(CultureInfo.InvariantCulture) : transaction);
        _entries.Add(new(told, new(Contracts.Billing.Address, [], Array.Empty<byte>(), number, Hash32.Zero, hash, 0, 0), _time));
        return this;
    }

    /// <summary>Tells all hours of a month, electricity and heat.</summary>
    /// <param name="period">The month.</param>
    /// <param name="isMissing">Has flat 1 no value in the hour of the month, counted from 0?</param>
    public ToldCity TellHours(Period period, Func<int, bool>? isMissing = null)
    {
        int number = 0;
        for (Hour hour = Calendar.FirstHourOf(period); hour < Calendar.FirstHourOf(period.Next); hour = hour.Next, number++)
        {
            At(SecondsOf(hour.Next));
            bool isGap = isMissing?.Invoke(number) ?? false;
            TellHour(1, hour, [Measured(HouseWattHours), Measured(0), Measured(0), isGap ? Reading.Missing : Measured(FlatWattHours), Measured(FlatWattHours)]);
            TellHour(2, hour, [Measured(HouseKilocalories)]);
        }
        return this;
    }

    /// <summary>Findings of a rule after all that was told.</summary>
    public IReadOnlyList<string> Findings(string rule) => Replay().Log[rule].Kept;

    public Replay Replay() => new(ChainId, new(Contracts, _entries), Calendar.UtcOffset, checksSignatures: false);

    /// <summary>A line of a bill as its event holds it (contracts/libraries/Lines.sol).</summary>
    public static BigInteger Line(
        BilledService service, LineKind kind, TariffZone zone, int band, VolumeMethod method, Period period, ushort provider, ulong quantity,
        ulong price, long amount)
    {
        BigInteger word = (int)service;
        foreach ((int bits, BigInteger field) in new (int, BigInteger)[]
        {
            (4, (int)kind), (4, (int)zone), (4, band), (4, (int)method), (16, period.Value), (16, provider), (64, quantity), (64, price),
            (64, unchecked((ulong)amount)),
        })
        {
            word = (word << bits) | field;
        }
        return word;
    }

    /// <summary>
    /// The bill of account 1 for a June in which all was measured: 72.000 kWh at 5 roubles, a third of 14.400 kWh of common needs, a third of
    /// 0.720 Gcal at 2,000 roubles.
    /// </summary>
    public static BillingEvent.BillIssued BillOfJune() => new(
        Account1, June.Value, 86_400, 15_580, DayOf(new(2026, 7, 10)),
        [
            Line(BilledService.Electricity, LineKind.Charge, TariffZone.Whole, 1, VolumeMethod.Measured, June, 1, 72_000, 5_000_000, 36_000),
            Line(BilledService.CommonNeeds, LineKind.Charge, TariffZone.Whole, 1, VolumeMethod.Measured, June, 2, 4_800, 5_000_000, 2_400),
            Line(BilledService.Heating, LineKind.Charge, TariffZone.Whole, 0, VolumeMethod.Measured, June, 3, 240_000, 2_000_000_000, 48_000),
        ]);

    /// <summary>The volumes of a June in which all was measured.</summary>
    public ToldCity TellVolumesOfJune() =>
        Tell(Fixed(Power, June, [4_200, 5_400, 4_800])).Tell(Fixed(Heat, June, [720_000, 0, 0]));

    public static VolumeBookEvent.VolumesFixed Fixed(
        uint group, Period period, IReadOnlyList<ulong> shared, VolumeBookContract.Method method = VolumeBookContract.Method.Measured,
        bool hasGaps = false, uint revision = 0, IReadOnlyList<long>? carry = null) =>
        new(group, period.Value, new(shared, method, hasGaps, 0, 0, 0, revision), carry ?? [0, 0, 0]);

    private static Reading Measured(ulong interval) => new(new(interval), Quality.Measured);

    private static ulong SecondsOf(Hour hour) => (ulong)hour.Start.ToUnixTimeSeconds();

    private void TellHour(uint segment, Hour hour, Reading[] readings) => Tell(new ReadingLedgerEvent.HourRecorded(
        segment, hour.Value, Hash32.Zero, Hash32.Zero, Hash32.Zero, HourPayload.Encode([readings]), Array.Empty<byte>()));
}
