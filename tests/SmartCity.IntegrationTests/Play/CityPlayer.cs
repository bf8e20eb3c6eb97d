using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.IntegrationTests.Reference;

namespace SmartCity.IntegrationTests.Play;

/// <summary>A city on a node that does what it is told, at the times it is told.</summary>
internal sealed class CityPlayer
{
    private const ulong ChainId = 31_337;

    /// <summary>Hardhat's node takes four times as long for a block of a thousand as for ten of a hundred.</summary>
    private const int CommandsPerBlock = 100;

    private readonly PlayNode _node;
    private readonly List<Waiting> _waiting = [];
    private long _now;

    private CityPlayer(PlayNode node, CityCommands commands, long now) => (_node, Commands, _now) = (node, commands, now);

    public PlayNode Node => _node;

    public CityCommands Commands { get; }

    public PlayCity City => Commands.City;

    /// <summary>Deploys a city of its own.</summary>
    public static async Task<CityPlayer> DeployAsync(PlayNode node, int utcOffsetHours, CancellationToken cancellationToken)
    {
        (PlayCity city, IReadOnlyList<PlayCall> calls) = PlayCity.Deploy(node, PlayKeys.Admin, utcOffsetHours);
        long time = PlayNode.Genesis.ToUnixTimeSeconds() + 60;
        CityPlayer player = new(node, new(city, ChainId), time);
        await player.CarryOutAsync([.. calls.Select(call => new Step(call))], time, cancellationToken);
        return player;
    }

    /// <summary>Takes a command in. It is carried out with others of its time, at the latest by <see cref="FinishAsync"/>.</summary>
    /// <param name="command">What is to be done.</param>
    /// <param name="isRefused">Must the contracts refuse it?</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task ApplyAsync(Command command, bool isRefused, CancellationToken cancellationToken)
    {
        // Hours are recorded when the next thing happens: what time it is does not matter to them once they are over.
        bool canWait = _waiting.Count < CommandsPerBlock && _waiting.LastOrDefault() is null or { Command: RecordHour, IsRefused: false };
        if (command.At != _now && !canWait)
        {
            await FinishAsync(cancellationToken);
        }
        _now = command.At;
        IReadOnlyList<PlayCall> preparing = Commands.Preparing(command);
        Move move = Commands.Of(command);
        _waiting.Add(new(move with { Before = [.. preparing, .. move.Before ?? []] }, command, isRefused));
        if (!isRefused)
        {
            move.Accepted?.Invoke();
        }
    }

    /// <summary>Carries out what waits, in one block, and sees that what must be refused was, and nothing else.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        List<Step> steps = [];
        foreach ((Move move, Command command, bool isRefused) in _waiting)
        {
            steps.AddRange((move.Before ?? []).Select(call => new Step(call)));
            steps.Add(new(move.Call, command, isRefused));
            steps.AddRange((isRefused ? [] : move.After ?? []).Select(call => new Step(call)));
        }
        _waiting.Clear();
        await CarryOutAsync(steps, _now, cancellationToken);
    }

    private async Task CarryOutAsync(IReadOnlyList<Step> steps, long time, CancellationToken cancellationToken)
    {
        IReadOnlyList<Hash32> hashes = await _node.MineAsync([.. steps.Select(step => step.Call)], time, cancellationToken);
        int[] asked = Asked(steps);
        IReadOnlyList<bool> done = await _node.FindOutAsync([.. asked.Select(place => hashes[place])], cancellationToken);
        if (asked.Zip(done).All(one => one.Second != steps[one.First].IsRefused))
        {
            return;
        }
        IReadOnlyList<bool> all = await _node.FindOutAsync(hashes, cancellationToken);
        int wrong = Enumerable.Range(0, steps.Count).First(place => all[place] == steps[place].IsRefused);
        string what = $"{steps[wrong].Call.Name} at {time} {JsonSerializer.Serialize<object?>(steps[wrong].Command)}";
        throw new PlayException(all[wrong]
            ? $"The contracts carried out what the reference refuses: {what}"
            : $"The contracts refused what the reference does not: {what}: {await _node.ReasonAsync(steps[wrong].Call, cancellationToken)}");
    }

    /// <summary>
    /// Places whose outcome tells that of all: hours are chained, so the last one of each segment was not recorded without those before it.
    /// </summary>
    private static int[] Asked(IReadOnlyList<Step> steps)
    {
        ILookup<bool, int> places = Enumerable.Range(0, steps.Count)
            .ToLookup(place => steps[place] is { Command: RecordHour, IsRefused: false });
        return [.. places[false], .. places[true].GroupBy(place => ((RecordHour)steps[place].Command!).Segment).Select(hours => hours.Last())];
    }

    private sealed record Waiting(Move Move, Command Command, bool IsRefused);

    private sealed record Step(PlayCall Call, Command? Command = null, bool IsRefused = false);
}

/// <summary>The contracts did what the reference does not, or the other way about.</summary>
internal sealed class PlayException(string message) : Exception(message);
