namespace SmartCity.Portal;

internal sealed class ChainFollower
{
    public ChainLink Link { get; } = new(null, null, null);
}
