namespace SmartCity.Emulator.Profiles;

/// <summary>Numbers that look random and are the same for the same arguments for ever: no state, no order of calls.</summary>
internal static class Deterministic
{
    /// <summary>A number 0..bound-1 from the seed and up to three keys (SplitMix64 finaliser over each key in turn).</summary>
    public static int Pick(int bound, long seed, long key1, long key2 = 0, long key3 = 0)
    {
        ulong mixed = Mix(Mix(Mix(Mix((ulong)0x5DEECE66D, seed), key1), key2), key3);
        return (int)(mixed % (ulong)bound);
    }

    private static ulong Mix(ulong state, long key)
    {
        unchecked
        {
            ulong z = state + (ulong)key + 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
