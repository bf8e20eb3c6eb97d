namespace SmartCity.Domain;

/// <summary>The rules a city plan must keep beyond its shape; those of the contracts first, so that no deployment fails half way.</summary>
internal sealed class CityPlanCheck
{
    private const int MaxModelLength = 32;
    private const uint MaxResolution = 1_000_000;
    private const int MaxVerificationIntervalMonths = 240;
    private const uint MaxArea = 10_000_000;
    private const int MaxConsumers = 273;
    private const int MaxPremises = 500;
    private const int MaxSlots = 256;
    private const int Phases = 3;

    private readonly List<string> _problems = [];
    private readonly Dictionary<uint, (EnergyKind Kind, int Consumers)> _groups = [];
    private readonly HashSet<(string Model, ulong Serial)> _meters = [];
    private readonly HashSet<string> _meterObjects = new(StringComparer.Ordinal);
    private readonly HashSet<(uint Group, ushort Channel)> _ownedChannels = [];
    private readonly Dictionary<uint, (ulong Area, int Premises)> _areas = [];

    private CityPlanCheck()
    {
    }

    public static IReadOnlyList<string> ProblemsOf(CityPlan plan)
    {
        CityPlanCheck check = new();
        check.CheckText(plan.Name, "$.name");
        check.Require(plan.UtcOffsetHours is >= -12 and <= 14, "$.utcOffsetHours", "write whole hours from -12 to 14.");
        check.CheckSegments(plan);
        check.CheckSubstations(plan);
        check.CheckProviders(plan.Providers);
        check.CheckTariffs(plan);
        check.CheckDelay(plan.Delays.TariffHours, "$.delays.tariffHours");
        check.CheckDelay(plan.Delays.OracleHours, "$.delays.oracleHours");
        for (int house = 0; house < plan.Houses.Count; house++)
        {
            check.CheckHouse(plan.Houses[house], $"$.houses[{house}]");
        }
        return check._problems;
    }

    private void CheckSegments(CityPlan plan)
    {
        Require(plan.Segments.Count > 0, "$.segments", "describe at least one segment.");
        uint nextGroup = 1;
        for (int s = 0; s < plan.Segments.Count; s++)
        {
            SegmentPlan segment = plan.Segments[s];
            string path = $"$.segments[{s}]";
            Require(segment.Number == s + 1, $"{path}.number", $"segments are numbered from 1 without gaps: write {s + 1}.");
            Require(segment.Groups.Count > 0, $"{path}.groups", "describe at least one group.");
            int slots = segment.Groups.Sum(group => HourPayload.SlotsFor(segment.Kind.ParentChannels() + group.Consumers.Count));
            Require(slots <= MaxSlots, $"{path}.groups",
                $"they need {slots} slots of six channels and a segment has {MaxSlots}: begin another segment.");
            for (int g = 0; g < segment.Groups.Count; g++)
            {
                CheckGroup(segment.Groups[g], segment.Kind, nextGroup++, $"{path}.groups[{g}]");
            }
        }
    }

    private void CheckGroup(GroupPlan group, EnergyKind kind, uint number, string path)
    {
        Require(group.Number == number, $"{path}.number",
            $"groups are numbered from 1 over all segments without gaps: write {number}.");
        _groups[number] = (kind, group.Consumers.Count);
        CheckText(group.Name, $"{path}.name");
        CheckMeter(group.Parent, $"{path}.parent");
        Require(group.Consumers.Count <= MaxConsumers, $"{path}.consumers",
            $"there are {group.Consumers.Count} and a group takes {MaxConsumers}: divide the house by its inputs.");
        for (int c = 0; c < group.Consumers.Count; c++)
        {
            string consumerPath = $"{path}.consumers[{c}]";
            CheckMeter(group.Consumers[c].Meter, $"{consumerPath}.meter");
            int phase = group.Consumers[c].Phase;
            Require(kind == EnergyKind.Electricity ? phase is >= 0 and < Phases : phase == 0, $"{consumerPath}.phase",
                kind == EnergyKind.Electricity ? "write 0, 1 or 2 for A0, A1, A2." : "a heat group has no phases: write 0.");
        }
    }

    private void CheckMeter(MeterPlan meter, string path)
    {
        Require(meter.SerialNumber > 0, $"{path}.serialNumber", "0 is no serial number: write the factory number.");
        Require(meter.Model.Length is > 0 and <= MaxModelLength && meter.Model.All(c => c is >= ' ' and <= '~'), $"{path}.model",
            $"write 1 to {MaxModelLength} Latin letters, digits and signs (the chain keeps {MaxModelLength} ASCII bytes).");
        Require(_meters.Add((meter.Model, meter.SerialNumber)), $"{path}.serialNumber",
            $"another meter {meter.Model} has the number {meter.SerialNumber}: correct one of them.");
        Require(meter.AccuracyClass is >= 0.01m and <= 10m && decimal.Round(meter.AccuracyClass, 2) == meter.AccuracyClass,
            $"{path}.accuracyClass", "write percent from 0.01 to 10, at most two decimals: 1.0, 0.5.");
        Require(meter.Resolution is > 0 and <= MaxResolution, $"{path}.resolution", $"write 1 to {MaxResolution} Wh or kcal.");
        Require(meter.VerifiedOn.Year >= 1970, $"{path}.verifiedOn", "write a date from 1970 on.");
        Require(meter.VerificationIntervalMonths is > 0 and <= MaxVerificationIntervalMonths, $"{path}.verificationIntervalMonths",
            $"write 1 to {MaxVerificationIntervalMonths} months.");
        CheckText(meter.SourceObject, $"{path}.sourceObject");
        Require(_meterObjects.Add(meter.SourceObject), $"{path}.sourceObject",
            $"another meter reads '{meter.SourceObject}': one object is one meter.");
    }

    private void CheckSubstations(CityPlan plan)
    {
        IReadOnlyList<SubstationPlan> substations = plan.Substations;
        HashSet<ushort> providers = [.. plan.Providers.Select(provider => provider.Number)];
        HashSet<string> objects = new(StringComparer.Ordinal);
        for (int i = 0; i < substations.Count; i++)
        {
            string path = $"$.substations[{i}]";
            Require(substations[i].Number == i + 1, $"{path}.number", $"substations are numbered from 1 without gaps: write {i + 1}.");
            CheckText(substations[i].Name, $"{path}.name");
            CheckText(substations[i].SourceObject, $"{path}.sourceObject");
            Require(objects.Add(substations[i].SourceObject), $"{path}.sourceObject",
                $"another substation reads '{substations[i].SourceObject}': one object is one substation.");
            CheckNumbers(substations[i].Groups, _groups.ContainsKey, $"{path}.groups", "group", "segments");
            CheckNumbers(substations[i].Providers, providers.Contains, $"{path}.providers", "provider", "providers");
        }
    }

    private void CheckNumbers<T>(IReadOnlyList<T> numbers, Func<T, bool> isKnown, string path, string what, string list)
    {
        HashSet<T> seen = [];
        for (int i = 0; i < numbers.Count; i++)
        {
            Require(isKnown(numbers[i]), $"{path}[{i}]", $"there is no {what} {numbers[i]} in $.{list}.");
            Require(seen.Add(numbers[i]), $"{path}[{i}]", $"{what} {numbers[i]} stands there already: write it once.");
        }
    }

    private void CheckProviders(IReadOnlyList<ProviderPlan> providers)
    {
        HashSet<ushort> numbers = [];
        for (int i = 0; i < providers.Count; i++)
        {
            string path = $"$.providers[{i}]";
            Require(providers[i].Number > 0, $"{path}.number", "providers are numbered from 1.");
            Require(numbers.Add(providers[i].Number), $"{path}.number", $"another provider has the number {providers[i].Number}.");
            CheckText(providers[i].Name, $"{path}.name");
            CheckText(providers[i].NameEnglish, $"{path}.nameEnglish");
        }
    }

    private void CheckTariffs(CityPlan plan)
    {
        bool startsInTime = plan.Tariffs.Count > 0 && plan.Tariffs[0].FromPeriod <= plan.FirstPeriod;
        Require(startsInTime, "$.tariffs", $"the first tariff must be in force in the first period, {plan.FirstPeriod}.");
        HashSet<ushort> providers = [.. plan.Providers.Select(provider => provider.Number)];
        for (int i = 0; i < plan.Tariffs.Count; i++)
        {
            Tariff tariff = plan.Tariffs[i];
            string path = $"$.tariffs[{i}]";
            Require(i == 0 || tariff.FromPeriod > plan.Tariffs[i - 1].FromPeriod, $"{path}.fromPeriod",
                "tariffs stand in order of their first period, each later than the one before.");
            _problems.AddRange(TariffCheck.ProblemsOf(tariff, path));
            CheckProvider(tariff.ElectricityProvider, providers, $"{path}.electricityProvider");
            CheckProvider(tariff.CommonNeedsProvider, providers, $"{path}.commonNeedsProvider");
            CheckProvider(tariff.HeatProvider, providers, $"{path}.heatProvider");
        }
    }

    private void CheckDelay(uint hours, string path) =>
        Require(hours <= DelayPlan.MaxHours, path, $"write whole hours, 0 to {DelayPlan.MaxHours}.");

    private void CheckProvider(ushort number, HashSet<ushort> known, string path) =>
        Require(known.Contains(number), path, $"there is no provider {number} in $.providers.");

    private void CheckHouse(HousePlan house, string path)
    {
        CheckText(house.Name, $"{path}.name");
        HashSet<string> numbers = new(StringComparer.Ordinal);
        for (int f = 0; f < house.Flats.Count; f++)
        {
            FlatPlan flat = house.Flats[f];
            string flatPath = $"{path}.flats[{f}]";
            CheckText(flat.Number, $"{flatPath}.number");
            Require(numbers.Add(flat.Number), $"{flatPath}.number", $"the house has another flat {flat.Number}.");
            Require(flat.Area is > 0 and <= MaxArea, $"{flatPath}.area", $"write the area in dm², 1 to {MaxArea}: 54.30 m² is 5430.");
            CheckElectricity(flat, flatPath);
            CheckHeat(flat, flatPath);
            CheckTerms(flat, $"{flatPath}.terms");
        }
    }

    private void CheckTerms(FlatPlan flat, string path)
    {
        Require(flat.Terms.Residents <= AccountTerms.MaxResidents, $"{path}.residents", $"write 0 to {AccountTerms.MaxResidents}.");
        Require(flat.HeatGroup != 0 || flat.Terms.Heating is HeatingTerms.None or HeatingTerms.Norm, $"{path}.heating",
            "there is no heat group: write \"none\", or \"norm\".");
        Require(flat.HeatChannel == 0 || flat.Terms.Heating == HeatingTerms.House, $"{path}.heating",
            "a flat with a heat meter of its own is heated by the house: write \"house\".");
    }

    private void CheckHeat(FlatPlan flat, string path)
    {
        Require(flat.ElectricityGroup != 0 || flat.HeatGroup != 0 || flat.Terms.Heating == HeatingTerms.Norm, path,
            "name an electricity group or a heat group, or write heating by \"norm\".");
        if (flat.HeatGroup == 0)
        {
            Require(flat.HeatChannel == 0, $"{path}.heatChannel", "there is no heat group: write 0.");
            return;
        }
        CheckKind(flat.HeatGroup, EnergyKind.Heat, $"{path}.heatGroup");
        if (flat.HeatChannel != 0)
        {
            CheckChannel(flat.HeatGroup, flat.HeatChannel, EnergyKind.Heat, $"{path}.heatChannel");
        }
        AddPremises(flat.HeatGroup, flat.Area, path);
    }

    private void CheckElectricity(FlatPlan flat, string path)
    {
        if (flat.ElectricityGroup == 0)
        {
            Require(flat.ElectricityChannel == 0, $"{path}.electricityChannel", "there is no electricity group: write 0.");
            return;
        }
        CheckKind(flat.ElectricityGroup, EnergyKind.Electricity, $"{path}.electricityGroup");
        CheckChannel(flat.ElectricityGroup, flat.ElectricityChannel, EnergyKind.Electricity, $"{path}.electricityChannel");
        AddPremises(flat.ElectricityGroup, flat.Area, path);
    }

    private void CheckChannel(uint number, ushort channel, EnergyKind kind, string path)
    {
        int first = kind.ParentChannels();
        int consumers = _groups.TryGetValue(number, out (EnergyKind, int Consumers) group) ? group.Consumers : 0;
        Require(channel >= first && channel < first + consumers, path, consumers == 0
            ? $"group {number} has no consumer meters."
            : $"write the channel of a consumer meter of group {number}: {first} to {first + consumers - 1}.");
        Require(_ownedChannels.Add((number, channel)), path, $"another flat has channel {channel} of group {number}.");
    }

    private void CheckKind(uint number, EnergyKind kind, string path) =>
        Require(_groups.TryGetValue(number, out (EnergyKind Kind, int) group) && group.Kind == kind, path,
            $"there is no {(kind == EnergyKind.Heat ? "heat" : "electricity")} group {number} in $.segments.");

    private void AddPremises(uint group, uint area, string path)
    {
        (ulong sum, int premises) = _areas.GetValueOrDefault(group);
        _areas[group] = (sum + area, premises + 1);
        Require(sum + area <= uint.MaxValue, $"{path}.area", $"the areas of group {group} add up to more than {uint.MaxValue} dm².");
        Require(premises < MaxPremises, path, $"group {group} has more than {MaxPremises} premises: divide the house by its inputs.");
    }

    private void CheckText(string text, string path) => Require(!string.IsNullOrWhiteSpace(text), path, "write a name; it is empty.");

    private void Require(bool holds, string path, string problem)
    {
        if (!holds)
        {
            _problems.Add($"{path}: {problem}");
        }
    }
}
