using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>
/// The independent verifier: takes the city's data from a chain and recomputes everything from them. It trusts no server and asks
/// nobody's permission; it shares no code with the oracle's writing side.
/// </summary>
public static class Auditor
{
    private const int QuestionsPerRequest = 200;

    /// <summary>Takes the data of a city from a node.</summary>
    /// <param name="api">The node.</param>
    /// <param name="directory">Address of the city's Directory.</param>
    /// <param name="progress">Told what is being read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="AuditException">The address is not that of a city's directory.</exception>
    public static async Task<AuditData> CollectAsync(
        EthApi api, Address directory, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ulong chainId = await api.GetChainIdAsync(cancellationToken);
        ulong lastBlock = await api.GetBlockNumberAsync(cancellationToken);
        progress?.Report($"reading the logs of {lastBlock} blocks");
        IReadOnlyList<EthLog> directoryLogs = await api.GetLogsAsync(new([directory], [], 0, lastBlock), cancellationToken);
        CityAddresses contracts = CityAddresses.From(directory, directoryLogs);
        IReadOnlyList<EthLog> logs = await api.GetLogsAsync(new([directory, .. contracts.All], [], 0, lastBlock), cancellationToken);

        ulong[] blocks = [.. logs.Where(log => log.Address != contracts.ReadingLedger.Address).Select(log => log.BlockNumber).Distinct()];
        progress?.Report($"asking for the times of {blocks.Length} blocks");
        Dictionary<ulong, ulong> times = await TimesAsync(api, blocks, cancellationToken);

        Dictionary<StateQuestion, byte[]> state = [];
        BlockParameter block = BlockParameter.Of(lastBlock);
        ContractQuery<int> offset = contracts.ReadingLedger.UtcOffset();
        state[StateQuestion.Of(offset.To, offset.Data)] =
            await api.CallAsync(new CallRequest(offset.To, offset.Data), block, null, cancellationToken);
        AuditData withoutState = new(chainId, directory, lastBlock, logs, times, state);
        StateQuestion[] questions = [.. ExpectationsOf(ReplayOf(withoutState, checksSignatures: false)).Select(expectation => expectation.Question)];
        progress?.Report($"asking the contracts {questions.Length} questions about their state");
        foreach (StateQuestion[] chunk in questions.Chunk(QuestionsPerRequest))
        {
            IReadOnlyList<RpcResult<byte[]?>> answers = await api.Client.SendBatchAsync<byte[]>(
                [.. chunk.Select(question => new RpcRequest("eth_call", CallOf(question), block))], cancellationToken);
            foreach ((StateQuestion question, RpcResult<byte[]?> answer) in chunk.Zip(answers))
            {
                // A refusal is kept as an empty answer: a finding of the audit, not a reason to stop it.
                state[question] = answer.Error is null ? answer.Result ?? [] : [];
            }
        }
        return withoutState with { State = state };
    }

    private static async Task<Dictionary<ulong, ulong>> TimesAsync(EthApi api, ulong[] blocks, CancellationToken cancellationToken)
    {
        Dictionary<ulong, ulong> times = [];
        foreach (ulong[] chunk in blocks.Chunk(QuestionsPerRequest))
        {
            IReadOnlyList<RpcResult<EthBlock?>> answers = await api.Client.SendBatchAsync<EthBlock>(
                [.. chunk.Select(number => new RpcRequest("eth_getBlockByNumber", BlockParameter.Of(number), false))], cancellationToken);
            foreach (RpcResult<EthBlock?> answer in answers)
            {
                // A block without an answer is missing from the data: what needs its time becomes a finding.
                if (answer.Result is { } block)
                {
                    times[block.Number] = block.Timestamp;
                }
            }
        }
        return times;
    }

    /// <summary>Recomputes everything and compares.</summary>
    /// <exception cref="AuditException">The data are not those of a city.</exception>
    public static AuditReport Audit(AuditData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Replay replay = ReplayOf(data, checksSignatures: true);
        foreach (Expectation expectation in ExpectationsOf(replay))
        {
            Findings findings = replay.Log[expectation.Rule];
            try
            {
                if (data.State.TryGetValue(expectation.Question, out byte[]? answer))
                {
                    expectation.Compare(findings, answer);
                    continue;
                }
                findings.That(false, () => $"{expectation.Where}: the data hold no answer of the contract");
            }
            catch (Exception exception) when (exception is AbiException or OverflowException or InvalidCastException)
            {
                findings.That(false, () => $"{expectation.Where}: the contract's answer cannot be read: {exception.Message}");
            }
        }
        return new(
            data.ChainId, data.LastBlock, replay.Readings.Hours, replay.Readings.Readings, replay.Bills.Bills.Count, replay.Log.Verdicts());
    }

    private static IReadOnlyList<Expectation> ExpectationsOf(Replay replay)
    {
        try
        {
            return [.. StateQuestions.Of(replay)];
        }
        catch (Exception exception) when (Replay.IsOfValues(exception))
        {
            replay.Log[AuditRule.State].That(false, () => $"the state that follows from the history cannot be: {exception.Message}");
            return [];
        }
    }

    private static Replay ReplayOf(AuditData data, bool checksSignatures)
    {
        CityHistory history = new(data);
        ContractQuery<int> offset = history.Contracts.ReadingLedger.UtcOffset();
        try
        {
            return data.State.TryGetValue(StateQuestion.Of(offset.To, offset.Data), out byte[]? answer)
                ? new(data.ChainId, history, TimeSpan.FromSeconds(offset.Decode(answer)), checksSignatures)
                : throw new AuditException("The data do not tell the city's offset from UTC.");
        }
        catch (Exception exception) when (exception is AbiException or ArgumentOutOfRangeException)
        {
            throw new AuditException($"The city's offset from UTC cannot be read: {exception.Message}");
        }
    }

    private static CallRequest CallOf(StateQuestion question) => new(question.Contract, Convert.FromHexString(question.Call));
}
