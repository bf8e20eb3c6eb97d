using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Ledger;

/// <summary>The generated bindings against the ABI they were generated from: nothing is missing, in the wrong order or of the wrong
/// type. Values are told apart by a counter, so that two that changed places are seen.</summary>
public sealed class BindingsTest
{
    private static readonly Assembly Bindings = typeof(ContractArtifact).Assembly;

    private static IEnumerable<string> Names => ContractArtifact.Names;

    [Test]
    public void Names_AllContracts_AreTheCitys() => Assert.That(Names, Is.EqualTo(
    [
        "AccessManager", "AccountBook", "Billing", "Charges", "Directory", "IncidentLog", "MeterRegistry", "ReadingLedger", "Settlement",
        "SettlementRouble", "TariffBook", "VolumeBook",
    ]));

    [TestCase("SettlementRouble", "transfer(address,uint256)", 0xa9059cbbu)]
    [TestCase("SettlementRouble", "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", 0xd505accfu)]
    [TestCase("AccessManager", "multicall(bytes[])", 0xac9650d8u)]
    public void GetFunction_WellKnown_HasItsSelector(string contract, string signature, uint selector) =>
        Assert.That(ContractArtifact.Of(contract).Abi.GetFunction(signature).Selector, Is.EqualTo(selector));

    [TestCaseSource(nameof(Names))]
    public void Functions_EachOfTheAbi_EncodesItsArgumentsInOrder(string contract)
    {
        object binding = Activator.CreateInstance(TypeOf($"{contract}Contract"), Address.Parse("0x" + new string('1', 40)))!;
        IReadOnlyList<FunctionAbi> functions = ContractArtifact.Of(contract).Abi.Functions;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(functions, Is.Not.Empty);
        foreach (FunctionAbi function in functions)
        {
            MethodInfo method = binding.GetType().GetMethod(Pascal(function.Name), BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                ?? throw new MissingMethodException(contract, function.Signature);
            Samples samples = new();
            object[] arguments = ArgumentsOf(method, function, samples);
            dynamic call = method.Invoke(binding, arguments)!;
            object[] decoded = function.DecodeInput((ReadOnlyMemory<byte>)call.Data);
            Assert.That(Flatten(decoded), Is.EqualTo(arguments.SelectMany(argument => Flatten(argument))), function.Signature);
            Assert.That((Address)call.To, Is.EqualTo(((dynamic)binding).Address));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Functions_EachView_DecodesItsResultsInOrder(string contract)
    {
        object binding = Activator.CreateInstance(TypeOf($"{contract}Contract"), default(Address))!;
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (FunctionAbi function in ContractArtifact.Of(contract).Abi.Functions.Where(one => one.StateMutability is "view" or "pure"))
        {
            MethodInfo method = binding.GetType().GetMethod(Pascal(function.Name))!;
            object query = method.Invoke(binding, ArgumentsOf(method, function, new()))!;
            Type result = query.GetType().GetGenericArguments()[0];
            Samples samples = new();
            object[] values = function.Outputs.Select(output => samples.Of(output.Type)).ToArray();
            byte[] answer = AbiCodec.Encode(function.Outputs.Select(output => output.Type).ToArray(), values);
            object typed = query.GetType().GetMethod("Decode")!.Invoke(query, [new ReadOnlyMemory<byte>(answer)])!;
            Assert.That(Flatten(typed), Is.EqualTo(Flatten(values)), $"{function.Signature} as {result}");
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Events_EachOfTheAbi_IsDecodedInOrder(string contract)
    {
        Type events = TypeOf($"{contract}Event");
        MethodInfo tryDecode = events.GetMethod("TryDecode", BindingFlags.Public | BindingFlags.Static)!;
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (EventAbi abi in ContractArtifact.Of(contract).Abi.Events)
        {
            Samples samples = new();
            object[] values = abi.Inputs.Select(input => samples.Of(input.Type)).ToArray();
            object? typed = tryDecode.Invoke(null, [LogOf(abi, values)]);
            Assert.That(typed?.GetType(), Is.EqualTo(events.GetNestedType(Pascal(abi.Name))), abi.Signature);
            Assert.That(Flatten(typed!), Is.EqualTo(Flatten(values)), abi.Signature);
        }
    }

    [Test]
    public void TryDecode_LogOfAnotherEvent_IsNull()
    {
        EthLog log = LogOf(ContractArtifact.Of("Directory").Abi.GetEvent("ContractRegistered"), [new byte[32], default(Address), BigInteger.One]);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(ReadingLedgerEvent.TryDecode(log), Is.Null);
        Assert.That(ReadingLedgerEvent.PauseChanged.TryDecode(log), Is.Null);
    }

    [TestCaseSource(nameof(Names))]
    public void Errors_EachOfTheAbi_IsDecodedInOrder(string contract)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        foreach (ErrorAbi abi in ContractArtifact.Of(contract).Abi.Errors)
        {
            Samples samples = new();
            object[] values = abi.Inputs.Select(input => samples.Of(input.Type)).ToArray();
            DecodedError decoded = ContractArtifact.CityAbi.TryDecodeError(abi.Encode(values))!;
            ContractError? typed = ContractError.Of(decoded);
            Assert.That(typed?.GetType().Name, Is.EqualTo(Pascal(abi.Name)));
            Assert.That(Flatten(typed!), Is.EqualTo(Flatten(values)), abi.Signature);
        }
    }

    [Test]
    public void CreationCode_OfEveryContract_IsWithinEip3860()
    {
        const int MaxInitCode = 49_152;
        Assert.That(Names.Select(name => ContractArtifact.Of(name).BytecodeLength), Has.All.GreaterThan(100).And.All.LessThan(MaxInitCode));
    }

    private static object[] ArgumentsOf(MethodInfo method, FunctionAbi function, Samples samples) =>
        method.GetParameters().Zip(function.Inputs, (parameter, input) => samples.Of(parameter.ParameterType, input.Type)).ToArray();

    private static Type TypeOf(string name) =>
        Bindings.GetType($"SmartCity.Ledger.Contracts.{name}") ?? throw new TypeLoadException($"There is no binding {name}.");

    private static string Pascal(string name) => string.Concat(
        (name.All(character => !char.IsLower(character)) ? name.ToLowerInvariant() : name).Split('_', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static EthLog LogOf(EventAbi abi, object[] values)
    {
        AbiParameter[] inputs = abi.Inputs.ToArray();
        List<Hash32> topics = [abi.Topic0];
        List<AbiType> types = [];
        List<object?> data = [];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].IsIndexed)
            {
                topics.Add(new(AbiCodec.Encode([inputs[i].Type], [values[i]])));
            }
            else
            {
                types.Add(inputs[i].Type);
                data.Add(values[i]);
            }
        }
        return new(default, topics, AbiCodec.Encode(types, data), 1, default, default, 0, 0);
    }

    /// <summary>A value's leaves as text, whatever it is made of: records, tuples, lists, bytes.</summary>
    private static IEnumerable<string> Flatten(object value) => value switch
    {
        byte[] bytes when value.GetType() == typeof(byte[]) => [Hex.Encode(bytes)], // To the runtime an sbyte[] is one too.
        ReadOnlyMemory<byte> memory => [Hex.Encode(memory.Span)],
        string or bool or Address or Hash32 => [Convert.ToString(value, CultureInfo.InvariantCulture)!],
        Enum number => [number.ToString("D")],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(index => Flatten(tuple[index]!)),
        IEnumerable items => items.Cast<object>().SelectMany(Flatten),
        IFormattable number => [number.ToString(null, CultureInfo.InvariantCulture)],
        _ => value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property => FlattenProperty(property, value)),
    };

    /// <summary>A list of numbers that are bytes (uint8[4]) is a list and not bytes, whatever it is kept in.</summary>
    private static IEnumerable<string> FlattenProperty(PropertyInfo property, object value) =>
        property.PropertyType == typeof(IReadOnlyList<byte>)
            ? ((IEnumerable)property.GetValue(value)!).Cast<object>().SelectMany(Flatten)
            : Flatten(property.GetValue(value)!);

    /// <summary>Values that are all different.</summary>
    private sealed class Samples
    {
        private byte _next;

        public object Of(Type type, AbiType abi)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            {
                Type element = type.GetGenericArguments()[0];
                Array list = Array.CreateInstance(element, abi.Kind == AbiKind.FixedArray ? abi.Size : 2);
                for (int i = 0; i < list.Length; i++)
                {
                    list.SetValue(Of(element, abi.Element!), i);
                }
                return list;
            }
            _next++;
            return type switch
            {
                _ when type == typeof(bool) => _next % 2 == 1,
                _ when type == typeof(string) => $"text {_next}",
                _ when type == typeof(Address) => new Address(Enumerable.Repeat(_next, Address.Size).ToArray()),
                _ when type == typeof(Hash32) => new Hash32(Enumerable.Repeat(_next, Hash32.Size).ToArray()),
                _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>([_next, 0, 0, 1]),
                _ when type == typeof(BigInteger) => new BigInteger(_next),
                _ when type.IsEnum => Enum.ToObject(type, _next % Enum.GetValues(type).Length),
                _ when type.IsPrimitive => Convert.ChangeType(_next, type, CultureInfo.InvariantCulture),
                _ => Activator.CreateInstance(
                    type,
                    type.GetConstructors()[0].GetParameters().Zip(abi.Components, (parameter, part) => Of(parameter.ParameterType, part)).ToArray())!,
            };
        }

        public object Of(AbiType type)
        {
            if (type.Kind is AbiKind.Array or AbiKind.FixedArray)
            {
                return Enumerable.Range(0, type.Kind == AbiKind.Array ? 2 : type.Size).Select(_ => Of(type.Element!)).ToArray();
            }
            if (type.Kind == AbiKind.Tuple)
            {
                return type.Components.Select(Of).ToArray();
            }
            _next++;
            return type.Kind switch
            {
                AbiKind.UnsignedNumber => new BigInteger(_next),
                AbiKind.SignedNumber => new BigInteger(-_next),
                AbiKind.Bool => _next % 2 == 1,
                AbiKind.Address => new Address(Enumerable.Repeat(_next, Address.Size).ToArray()),
                AbiKind.FixedBytes => Enumerable.Repeat(_next, type.Size).ToArray(),
                AbiKind.Bytes => new byte[] { _next, 1 },
                _ => $"text {_next}",
            };
        }
    }
}
