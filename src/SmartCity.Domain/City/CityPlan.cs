namespace SmartCity.Domain;

/// <summary>What a segment's registers count.</summary>
public enum EnergyKind
{
    /// <summary>Electricity, in watt-hours.</summary>
    Electricity,

    /// <summary>Heat, in kilocalories.</summary>
    Heat,
}

/// <summary>What follows from the kind of energy.</summary>
public static class EnergyKindExtensions
{
    /// <summary>Channels of a parent meter, and phases of its group: three of electricity, one of heat.</summary>
    public static int ParentChannels(this EnergyKind kind) => kind switch
    {
        EnergyKind.Electricity => 3,
        EnergyKind.Heat => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of energy."),
    };
}

/// <summary>
/// The city as its operator describes it: meters and where their signals come from, premises, providers, prices. The off-chain half
/// of the registry: names and addresses live here and never on the chain.
/// </summary>
/// <param name="Name">Name of the city, as people read it.</param>
/// <param name="UtcOffsetHours">Local time minus UTC, whole hours.</param>
/// <param name="FirstPeriod">First billing period; its first hour is that of every segment.</param>
/// <param name="Segments">Segments by number, from 1.</param>
/// <param name="Substations">Heat substations (ИТП) whose signals are watched by the alarm rules.</param>
/// <param name="Providers">Utilities (РСО) and the managing company (УК).</param>
/// <param name="Tariffs">Tariffs in order of their first period.</param>
/// <param name="Houses">Houses and their flats.</param>
/// <param name="Delays">How long changes wait before they take effect.</param>
public sealed record CityPlan(
    string Name,
    int UtcOffsetHours,
    Period FirstPeriod,
    IReadOnlyList<SegmentPlan> Segments,
    IReadOnlyList<SubstationPlan> Substations,
    IReadOnlyList<ProviderPlan> Providers,
    IReadOnlyList<Tariff> Tariffs,
    IReadOnlyList<HousePlan> Houses,
    DelayPlan Delays)
{
    /// <summary>Greatest length of a city plan's file, bytes: some 200,000 meters with their flats.</summary>
    public const int MaxFileBytes = 128 * 1024 * 1024;

    /// <summary>Reads a plan from JSON: the field names of these records in camelCase, all of them and no others.</summary>
    /// <exception cref="CityPlanException">The text is not JSON or breaks a rule; every problem is named with its path.</exception>
    public static CityPlan Parse(string json) => CityPlanJson.Read(json, "The city plan");

    /// <summary>Reads a plan from a file of UTF-8 JSON; see <see cref="Parse"/>.</summary>
    /// <exception cref="CityPlanException">The file cannot be read, is too long, or breaks a rule.</exception>
    public static async Task<CityPlan> LoadAsync(string path, CancellationToken cancellationToken) =>
        CityPlanJson.Read(await ReadFileAsync(path, "The city plan", cancellationToken), $"The city plan {path}");

    /// <summary>The text of a file that is part of a plan.</summary>
    /// <exception cref="CityPlanException">It cannot be read or is too long.</exception>
    internal static async Task<string> ReadFileAsync(string path, string what, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string source = $"{what} {path}";
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaxFileBytes)
            {
                throw new CityPlanException(source, [$"it has {file.Length} bytes; at most {MaxFileBytes} are read."]);
            }
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CityPlanException(
                source, [$"it cannot be read ({exception.Message}). Name an existing file that this user may read."], exception);
        }
    }

    /// <summary>The plan as indented JSON that <see cref="Parse"/> reads back.</summary>
    public string ToJson() => CityPlanJson.Write(this);

    /// <summary>
    /// The same city begun in another period: every tariff moves by as many months as the first period does, so that a
    /// demonstration shows the same sequence of prices whenever it is run. The prices' real dates are not kept: an operator's own
    /// plan is used as it is written.
    /// </summary>
    /// <exception cref="OverflowException">A tariff would begin before January 1970.</exception>
    public CityPlan StartingAt(Period firstPeriod)
    {
        int months = firstPeriod.Value - FirstPeriod.Value;
        return this with
        {
            FirstPeriod = firstPeriod,
            Tariffs = [.. Tariffs.Select(tariff => tariff with { FromPeriod = new((ushort)(tariff.FromPeriod.Value + months)) })],
        };
    }
}

/// <summary>Groups of one kind that are written together, one batch an hour.</summary>
/// <param name="Number">Number on chain, from 1.</param>
/// <param name="Kind">What its registers count.</param>
/// <param name="Groups">Groups in payload order.</param>
public sealed record SegmentPlan(uint Number, EnergyKind Kind, IReadOnlyList<GroupPlan> Groups);

/// <summary>One balance: a parent meter and the consumer meters behind it.</summary>
/// <param name="Number">Number on chain, from 1 over all segments in order.</param>
/// <param name="Name">Name people read, e.g. the house.</param>
/// <param name="Parent">Three-phase meter, or heat meter of a house.</param>
/// <param name="Consumers">Consumer meters in channel order.</param>
public sealed record GroupPlan(uint Number, string Name, MeterPlan Parent, IReadOnlyList<ConsumerPlan> Consumers);

/// <summary>A consumer meter and its phase.</summary>
/// <param name="Meter">The meter.</param>
/// <param name="Phase">0, 1, 2 for A0, A1, A2; 0 in a heat group.</param>
public sealed record ConsumerPlan(MeterPlan Meter, int Phase);

/// <summary>A meter's passport and where its signals come from.</summary>
/// <param name="SerialNumber">Factory number, not 0; one of a kind within a model.</param>
/// <param name="Model">Model in Latin letters, at most 32 printable ASCII characters (a chain keeps 32 bytes).</param>
/// <param name="AccuracyClass">Class in percent: 1.0, 0.5; 0.01..10.00 in steps of 0.01.</param>
/// <param name="Resolution">Smallest step of the register, Wh or kcal, 1..1,000,000.</param>
/// <param name="RegisterAtInstallation">Register at installation, Wh or kcal, all phases together.</param>
/// <param name="VerifiedOn">Date of the last verification (дата поверки).</param>
/// <param name="VerificationIntervalMonths">Verification interval (МПИ), 1..240 months.</param>
/// <param name="SourceObject">Name of the Alphalogic object: <c>m3_1</c> has a0, a1, a2; <c>m1_1</c> has a; <c>itp_1</c> has flow, t1, t2, p1, p2.</param>
public sealed record MeterPlan(
    ulong SerialNumber,
    string Model,
    decimal AccuracyClass,
    uint Resolution,
    ulong RegisterAtInstallation,
    DateOnly VerifiedOn,
    int VerificationIntervalMonths,
    string SourceObject);

/// <summary>A heat substation (ИТП).</summary>
/// <param name="Number">Number in the incident log, from 1.</param>
/// <param name="SourceObject">Name of the Alphalogic object.</param>
/// <param name="Name">Name people read.</param>
/// <param name="Groups">Numbers of the balance groups that it supplies, or whose supply it can cut. Its houses are those with a flat in one of them.</param>
/// <param name="Providers">Numbers of the providers whom its incidents concern: who supplies the heat, who keeps the house.</param>
public sealed record SubstationPlan(uint Number, string SourceObject, string Name, IReadOnlyList<uint> Groups, IReadOnlyList<ushort> Providers);

/// <summary>A utility or managing company that receives a share of payments.</summary>
/// <param name="Number">Number in the tariff book, from 1.</param>
/// <param name="Name">Name people read, Russian.</param>
/// <param name="NameEnglish">Name people read, English.</param>
public sealed record ProviderPlan(ushort Number, string Name, string NameEnglish);

/// <summary>How long a change waits between its announcement on the chain and the moment it may be made.</summary>
/// <param name="TariffHours">Tariffs and providers, 0 to <see cref="MaxHours"/>.</param>
/// <param name="OracleHours">The set of oracles, 0 to <see cref="MaxHours"/>.</param>
public sealed record DelayPlan(uint TariffHours, uint OracleHours)
{
    /// <summary>Longest delay: a year.</summary>
    public const uint MaxHours = 8_760;
}

/// <summary>A house.</summary>
/// <param name="Name">Address people read.</param>
/// <param name="Flats">Its flats.</param>
public sealed record HousePlan(string Name, IReadOnlyList<FlatPlan> Flats);

/// <summary>A flat (помещение) and its account (лицевой счёт).</summary>
/// <param name="Number">Number on the door.</param>
/// <param name="Area">Floor area in dm² (0.01 m²).</param>
/// <param name="ElectricityGroup">Electricity group, 0 for none.</param>
/// <param name="ElectricityChannel">Channel of the flat's own meter in the group: 3 is the first consumer.</param>
/// <param name="HeatGroup">Heat group, 0 for none.</param>
/// <param name="HeatChannel">Channel of the flat's own heat meter in the group, 0 for none: 1 is the first consumer.</param>
/// <param name="Terms">The terms of its account from the first period on.</param>
public sealed record FlatPlan(
    string Number,
    uint Area,
    uint ElectricityGroup,
    ushort ElectricityChannel,
    uint HeatGroup,
    ushort HeatChannel,
    AccountTerms Terms);
