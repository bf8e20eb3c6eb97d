using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.IntegrationTests.Oracle.Simulation;

/// <summary>What the meters count: a pure function of seed and time.</summary>
internal sealed class Truth
{
    /// <summary>Hours a schedule may last.</summary>
    private const int MaxHours = 400;
    private const int SecondsPerHour = 3_600;

    private readonly ulong _seed;
    private readonly Hour _first;
    private readonly Dictionary<SignalKey, (ulong[] Sums, ulong Modulus, ulong PerUnit)> _registers = [];

    public Truth(int seed, CityLayout layout)
    {
        const int HoursBefore = 4;
        _seed = (ulong)seed;
        _first = new(layout.FirstHour.Value - HoursBefore);
        int number = 0;
        foreach (ChannelLayout channel in layout.Channels)
        {
            number++;
            bool isHeat = channel.Kind == EnergyKind.Heat;
            ulong unit = isHeat ? CityLayout.MillilitresPerCubicMetre : 1_000;
            // Now and then the register turns over within the schedule.
            ulong[] sums = new ulong[MaxHours + 1];
            sums[0] = Hash(number, 0, 4) == 0 ? channel.Limits.Modulus - unit : 1_000_000 + Hash(number, 1, 5_000_000);
            for (int hour = 0; hour < MaxHours; hour++)
            {
                bool stands = Hash(number, 10 + hour, 5) == 0;
                sums[hour + 1] = sums[hour] + (stands ? 0 : Hash(number, 10_000 + hour, isHeat ? 2_000_000ul : 2_500ul));
            }
            _registers[channel.RegisterKey] = (sums, channel.Limits.Modulus, unit);
        }
    }

    /// <summary>What a signal shows at a time; registers in the source's unit.</summary>
    public decimal At(SignalKey key, DateTimeOffset time)
    {
        if (_registers.TryGetValue(key, out (ulong[] Sums, ulong Modulus, ulong PerUnit) register))
        {
            int hour = (int)(Hour.Containing(time).Value - _first.Value);
            ulong seconds = (ulong)((time - Hour.Containing(time).Start).Ticks / TimeSpan.TicksPerSecond);
            ulong sum = register.Sums[hour] + (register.Sums[hour + 1] - register.Sums[hour]) * seconds / SecondsPerHour;
            return sum % register.Modulus / (decimal)register.PerUnit;
        }
        long quarter = time.ToUnixTimeSeconds() / 900;
        return key.Signal switch
        {
            "t1" => 700 + Hash(901, (int)(quarter % 1_000_000), 200),
            "t2" => 450 + Hash(902, (int)(quarter % 1_000_000), 100),
            "p1" => 60 + Hash(903, (int)(quarter % 1_000_000), 5),
            _ => 40 + Hash(904, (int)(quarter % 1_000_000), 5),
        } / 10m;
    }

    /// <summary>A number below a bound.</summary>
    private ulong Hash(int what, int index, ulong below)
    {
        unchecked
        {
            ulong mixed = _seed * 0x9E37_79B9_7F4A_7C15 + (ulong)what * 0xBF58_476D_1CE4_E5B9 + (ulong)index * 0x94D0_49BB_1331_11EB;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            return (mixed ^ (mixed >> 31)) % below;
        }
    }
}
