using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;

namespace SmartCity.Audit;

/// <summary>
/// The data of an audit as a file of JSON lines: a head, then a line for each log, each block and each answer. Readable, comparable and small
/// enough to send; binary values are hexadecimal.
/// </summary>
public static class AuditFile
{
    private const int FormatVersion = 2;
    private const int MaxLineLength = 4 * 1024 * 1024;

    /// <summary>Writes the data, whole or not at all.</summary>
    public static async Task SaveAsync(AuditData data, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        string temporary = path + ".new";
        await using (StreamWriter writer = new(temporary))
        {
            await WriteAsync(writer, new Line { Head = new(FormatVersion, data.ChainId, data.Directory.ToString(), data.LastBlock) });
            foreach (EthLog log in data.Logs)
            {
                await WriteAsync(writer, new Line { Log = LogLine.Of(log) });
            }
            foreach ((ulong number, ulong time) in data.BlockTimes)
            {
                await WriteAsync(writer, new Line { Block = new(number, time) });
            }
            foreach ((StateQuestion question, byte[] answer) in data.State)
            {
                await WriteAsync(
                    writer, new Line { State = new(question.Contract.ToString(), question.Call, Convert.ToHexStringLower(answer)) });
            }
            await writer.FlushAsync(cancellationToken);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> wrote.</summary>
    /// <exception cref="FormatException">A line is not what it should be; the message names it.</exception>
    public static async Task<AuditData> LoadAsync(string path, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(path);
        HeadLine? head = null;
        List<EthLog> logs = [];
        Dictionary<ulong, ulong> times = [];
        Dictionary<StateQuestion, byte[]> state = [];
        int number = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            number++;
            try
            {
                Line line = Parse(text);
                head = line.Head ?? head;
                if (line.Log is { } log)
                {
                    logs.Add(log.ToLog());
                }
                if (line.Block is { } block)
                {
                    times[block.Number] = block.Time;
                }
                if (line.State is { } answer)
                {
                    state[new(Address.Parse(answer.Contract), answer.Call)] = Convert.FromHexString(answer.Answer);
                }
            }
            catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException)
            {
                throw new FormatException($"{path}, line {number}: {exception.Message}", exception);
            }
        }
        return head is { Version: FormatVersion }
            ? new(head.ChainId, Address.Parse(head.Directory), head.LastBlock, logs, times, state)
            : throw new FormatException($"{path} does not begin with the head of audit data of version {FormatVersion}.");
    }

    private static Line Parse(string text) =>
        text.Length <= MaxLineLength
            ? JsonSerializer.Deserialize<Line>(text, JsonSerializerOptions.Web) ?? throw new FormatException("An empty line.")
            : throw new FormatException($"A line longer than {MaxLineLength} characters.");

    private static Task WriteAsync(StreamWriter writer, Line line) =>
        writer.WriteLineAsync(JsonSerializer.Serialize(line, s_compact));

    private static readonly JsonSerializerOptions s_compact = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Line
    {
        public HeadLine? Head { get; init; }

        public LogLine? Log { get; init; }

        public BlockLine? Block { get; init; }

        public StateLine? State { get; init; }
    }

    private sealed record HeadLine(int Version, ulong ChainId, string Directory, ulong LastBlock);

    private sealed record BlockLine(ulong Number, ulong Time);

    private sealed record StateLine(string Contract, string Call, string Answer);

    private sealed record LogLine(
        string Address, string[] Topics, string Data, ulong Block, string BlockHash, string Transaction, ulong TransactionIndex, ulong Index)
    {
        public static LogLine Of(EthLog log) => new(
            log.Address.ToString(), [.. log.Topics.Select(topic => topic.ToString())], Convert.ToHexStringLower(log.Data.Span),
            log.BlockNumber, log.BlockHash.ToString(), log.TransactionHash.ToString(), log.TransactionIndex, log.LogIndex);

        public EthLog ToLog() => new(
            Ethereum.Address.Parse(Address), [.. Topics.Select(Hash32.Parse)], Convert.FromHexString(Data), Block,
            Hash32.Parse(BlockHash), Hash32.Parse(Transaction), TransactionIndex, Index);
    }
}
