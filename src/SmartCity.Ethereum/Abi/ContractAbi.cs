using System.Buffers.Binary;
using System.Text.Json;

namespace SmartCity.Ethereum.Abi;

/// <summary>What a contract offers, from the JSON that compilers write. Immutable.</summary>
public sealed class ContractAbi
{
    private readonly Dictionary<uint, ErrorAbi> _errors;

    private ContractAbi(
        IReadOnlyList<FunctionAbi> functions, IReadOnlyList<EventAbi> events, IReadOnlyList<ErrorAbi> errors, FunctionAbi? constructor)
    {
        (Functions, Events, Errors, Constructor) = (functions, events, errors, constructor);
        _errors = [];
        foreach (ErrorAbi error in errors.Append(ErrorAbi.Error).Append(ErrorAbi.Panic))
        {
            _errors.TryAdd(error.Selector, error);
        }
    }

    /// <summary>Knows only <c>Error(string)</c> and <c>Panic(uint256)</c>.</summary>
    public static ContractAbi Empty { get; } = new([], [], [], null);

    /// <summary>All functions, overloads each by itself.</summary>
    public IReadOnlyList<FunctionAbi> Functions { get; }

    /// <summary>All events.</summary>
    public IReadOnlyList<EventAbi> Events { get; }

    /// <summary>All custom errors.</summary>
    public IReadOnlyList<ErrorAbi> Errors { get; }

    /// <summary>The constructor; null when the contract has none of its own.</summary>
    public FunctionAbi? Constructor { get; }

    /// <summary>Reads an ABI: the array itself, or an object with the array in "abi" (an artifact of Hardhat or
    /// Foundry).</summary>
    /// <exception cref="AbiException">Not JSON, or not an ABI.</exception>
    public static ContractAbi Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return Parse(root.ValueKind == JsonValueKind.Object && root.TryGetProperty("abi", out JsonElement abi) ? abi : root);
        }
        catch (JsonException exception)
        {
            throw new AbiException($"The ABI is not JSON: {exception.Message}");
        }
    }

    /// <summary>The ABI of several contracts together, e.g. to decode the errors of contracts that call each other.</summary>
    public static ContractAbi Merge(params IEnumerable<ContractAbi> abis)
    {
        ContractAbi[] all = abis.ToArray();
        return new(
            all.SelectMany(abi => abi.Functions).DistinctBy(function => function.Signature).ToArray(),
            all.SelectMany(abi => abi.Events).DistinctBy(found => found.Signature).ToArray(),
            all.SelectMany(abi => abi.Errors).DistinctBy(error => error.Signature).ToArray(),
            null);
    }

    /// <summary>The function of this name, or of this signature where a name is overloaded.</summary>
    /// <exception cref="AbiException">None, or several of the name.</exception>
    public FunctionAbi GetFunction(string nameOrSignature) => Single(Functions, nameOrSignature, "function");

    /// <summary>The event of this name or signature.</summary>
    /// <exception cref="AbiException">None, or several of the name.</exception>
    public EventAbi GetEvent(string nameOrSignature) => Single(Events, nameOrSignature, "event");

    /// <summary>The error of this name or signature.</summary>
    /// <exception cref="AbiException">None, or several of the name.</exception>
    public ErrorAbi GetError(string nameOrSignature) => Single(Errors, nameOrSignature, "error");

    /// <summary>The error with this selector, also <c>Error(string)</c> and <c>Panic(uint256)</c>; null when there is
    /// none.</summary>
    public ErrorAbi? FindError(uint selector) => _errors.GetValueOrDefault(selector);

    /// <summary>Decodes revert data; null when it is of no error known here or malformed.</summary>
    public DecodedError? TryDecodeError(ReadOnlyMemory<byte> revertData)
    {
        if (revertData.Length < AbiMember.SelectorSize
            || FindError(BinaryPrimitives.ReadUInt32BigEndian(revertData.Span)) is not { } error)
        {
            return null;
        }
        try
        {
            return error.Decode(revertData);
        }
        catch (AbiException)
        {
            return null;
        }
    }

    /// <summary>The data that creates the contract: its creation code and the constructor's arguments.</summary>
    /// <exception cref="AbiException">The arguments do not fit the constructor.</exception>
    public byte[] EncodeDeployment(ReadOnlySpan<byte> bytecode, params IReadOnlyList<object?> arguments) =>
        AbiEncoder.Encode(Constructor?.Inputs.Select(input => input.Type).ToArray() ?? [], arguments, bytecode);

    internal static string? TextOf(JsonElement json, string property) =>
        json.ValueKind != JsonValueKind.Object
            ? throw new AbiException("An entry of the ABI is not an object.")
            : json.TryGetProperty(property, out JsonElement value) ? JsonText.TryGet(value) : null;

    private static ContractAbi Parse(JsonElement abi)
    {
        if (abi.ValueKind != JsonValueKind.Array)
        {
            throw new AbiException("An ABI is an array of functions, events and errors.");
        }
        List<FunctionAbi> functions = [];
        List<EventAbi> events = [];
        List<ErrorAbi> errors = [];
        FunctionAbi? constructor = null;
        foreach (JsonElement entry in abi.EnumerateArray())
        {
            string name = TextOf(entry, "name") ?? "";
            IReadOnlyList<AbiParameter> inputs = AbiParameter.ParseList(entry, "inputs");
            string mutability = TextOf(entry, "stateMutability") ?? "nonpayable";
            switch (TextOf(entry, "type") ?? "function")
            {
                case "function":
                    functions.Add(new(name, inputs, AbiParameter.ParseList(entry, "outputs"), mutability));
                    break;
                case "constructor":
                    constructor = new(name, inputs, [], mutability);
                    break;
                case "event":
                    bool isAnonymous =
                        entry.TryGetProperty("anonymous", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
                    events.Add(new(name, inputs, isAnonymous));
                    break;
                case "error":
                    errors.Add(new(name, inputs));
                    break;
            }
        }
        return new(functions, events, errors, constructor);
    }

    private static T Single<T>(IReadOnlyList<T> members, string nameOrSignature, string kind)
        where T : AbiMember
    {
        T[] found =
            members.Where(member => member.Name == nameOrSignature || member.Signature == nameOrSignature).Take(2).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw new AbiException($"The ABI has no {kind} '{nameOrSignature}'."),
            _ => throw new AbiException($"The ABI has several {kind}s '{nameOrSignature}': name the parameters too."),
        };
    }
}
