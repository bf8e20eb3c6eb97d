using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Rlp;
using SmartCity.Ethereum.Signing;
using SmartCity.Ethereum.Transactions;

namespace SmartCity.UnitTests.Ethereum;

/// <summary>Every vector of ethers' test cases that is about what this client does. Left out, because nothing here does it:
/// mnemonics and wallets derived from them (hdnode, wordlists), names of ENS (namehash, nameprep), packed hashes
/// (solidity-hashes), decimal amounts (units, bignumber), the bank form of an address in accounts (icapAddress).</summary>
public sealed class VectorsTest
{
    [Test]
    public void Keccak_AllVectors() =>
        EthersVectors.CheckAll("hashes", "Keccak-256", 516, vector =>
            Differ(vector.Text("keccak256"), Keccak.Hash256(Hex.Decode(vector.Text("data"))).ToString()));

    [Test]
    public void Rlp_AllVectors() =>
        EthersVectors.CheckAll("rlp-coder", "RLP", 61, vector =>
        {
            string encoded = vector.Text("encoded");
            return Differ(encoded, Hex.Encode(RlpCodec.Encode(ToItem(vector.GetProperty("decoded")))))
                ?? Differ(ToJson(ToItem(vector.GetProperty("decoded"))), ToJson(RlpCodec.Decode(Hex.Decode(encoded))));
        });

    [Test]
    public void Accounts_AllVectors() =>
        EthersVectors.CheckAll("accounts", "Accounts", 1_038, vector =>
        {
            Address address = Address.Parse(vector.Text("address"));
            string? fromKey = vector.TextOrNull("privateKey") is { } key ? AddressOfKey(key).ToString() : null;
            return Differ(vector.Text("checksumAddress"), address.ToString())
                ?? Differ(vector.Text("checksumAddress"), Address.Parse(vector.Text("checksumAddress")).ToString())
                ?? Differ(vector.Text("checksumAddress"), fromKey ?? address.ToString());
        });

    [Test]
    public void Abi_AllVectors() =>
        EthersVectors.CheckAll("contract-interface-abi2", "ABI v2", 1_880, CheckAbi);

    [Test]
    public void AbiVersion1_AllVectors() =>
        EthersVectors.CheckAll("contract-interface", "ABI v1", 2_045, vector =>
        {
            AbiType[] types = ParseTypes(vector);
            object[] values = JsonStrings(vector, "normalizedValues").Zip(types, ToValue).ToArray();
            byte[] result = Hex.Decode(vector.Text("result"));
            return Differ(Show(values), Show(AbiCodec.Decode(types, result)))
                ?? Differ(Show(values), Show(AbiCodec.Decode(types, AbiCodec.Encode(types, values))));
        });

    [Test]
    public void Selectors_AllVectors() =>
        EthersVectors.CheckAll("contract-signatures", "Selectors", 1_880, vector =>
        {
            FunctionAbi function = ContractAbi.Parse(vector.Text("abi")).GetFunction("testSig");
            return Differ(vector.Text("signature"), function.Signature)
                ?? Differ(vector.Text("sigHash"), $"0x{function.Selector:x8}");
        });

    [Test]
    public void Events_AllVectors() =>
        EthersVectors.CheckAll("contract-events", "Events", 2_016, CheckEvent);

    [Test]
    public void Eip712_AllVectors() =>
        EthersVectors.CheckAll("eip712", "EIP-712", 1_025, vector =>
        {
            TypedData data = TypedData.Parse($$"""
                {"types":{{vector.GetProperty("types").GetRawText()}},"primaryType":"{{vector.Text("primaryType")}}",
                "domain":{{vector.GetProperty("domain").GetRawText()}},"message":{{vector.GetProperty("data").GetRawText()}}}
                """);
            return Differ(vector.Text("encoded"), Hex.Encode(data.EncodeMessage()))
                ?? Differ(vector.Text("digest"), data.Digest().ToString())
                ?? (vector.TextOrNull("signature") is { } signature
                    ? Differ(signature, Hex.Encode(Sign(vector.Text("privateKey"), data.Digest())))
                    : null);
        });

    [Test]
    public void Transactions_AllVectors() =>
        EthersVectors.CheckAll("transactions", "Transactions", 1_067, vector =>
            CheckTransaction(vector, Legacy(vector, null), "unsignedTransaction", "signedTransaction")
                ?? CheckTransaction(vector, Legacy(vector, 5), "unsignedTransactionChainId5", "signedTransactionChainId5"));

    [Test]
    public void TypedTransactions_AllVectors() =>
        EthersVectors.CheckAll("typed-transactions", "Typed transactions", 1_792, vector =>
        {
            using EthECKey key = EthECKey.Parse(vector.Text("key"));
            EthTransaction transaction = Typed(vector.GetProperty("tx"));
            return Differ(vector.Text("unsigned"), Hex.Encode(transaction.EncodeUnsigned()))
                ?? CheckSigned(transaction.Sign(key), vector.Text("signed"), vector.Text("address"));
        });

    /// <summary>Of the nine wallets two are of the Ethereum presale of 2014 ("crowdsale"), another format.</summary>
    [Test]
    public void Wallets_AllVectors()
    {
        int presale = 0;
        EthersVectors.CheckAll("wallets", "Wallets (2 of them presale wallets, which must be refused)", 9, vector =>
        {
            byte[] passphrase = Encoding.UTF8.GetBytes(vector.Text("password"));
            if (vector.Text("type") == "crowdsale")
            {
                presale++;
                Assert.Throws<KeyStoreException>(() => KeyStoreV3.Decrypt(vector.Text("json"), passphrase));
                return null;
            }
            using EthECKey key = KeyStoreV3.Decrypt(vector.Text("json"), passphrase);
            return Differ(Address.Parse(vector.Text("address")).ToString(), key.Address.ToString())
                ?? Differ(vector.Text("privateKey"), Hex.Encode(key.GetPrivateKey()));
        });
        Assert.That(presale, Is.EqualTo(2));
    }

    private static string? Differ(string expected, string actual) =>
        string.Equals(expected, actual, StringComparison.Ordinal) ? null : $"expected {expected}, got {actual}";

    private static RlpItem ToItem(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? RlpItem.List(json.EnumerateArray().Select(ToItem).ToArray())
        : RlpItem.Bytes(Hex.Decode(json.GetString()!));

    private static string ToJson(RlpItem item) => item.IsList
        ? $"[{string.Join(',', item.AsList().Select(ToJson))}]"
        : $"\"{Hex.Encode(item.AsBytes().Span)}\"";

    private static Address AddressOfKey(string privateKey)
    {
        using EthECKey key = EthECKey.Parse(privateKey);
        return key.Address;
    }

    private static byte[] Sign(string privateKey, Hash32 digest)
    {
        using EthECKey key = EthECKey.Parse(privateKey);
        EthECDSASignature signature = key.Sign(digest);
        Assert.That(EthECKey.Recover(digest, signature), Is.EqualTo(key.Address));
        return signature.ToBytes();
    }

    private static AbiType[] ParseTypes(JsonElement vector) =>
        JsonStrings(vector, "types").Select(type => AbiType.Parse(type.GetString()!)).ToArray();

    private static JsonElement[] JsonStrings(JsonElement vector, string name)
    {
        JsonElement list = vector.GetProperty(name);
        using JsonDocument document = JsonDocument.Parse(list.ValueKind == JsonValueKind.String ? list.GetString()! : list.GetRawText());
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static string? CheckAbi(JsonElement vector)
    {
        AbiType[] types = ParseTypes(vector);
        object[] values = JsonStrings(vector, "values").Zip(types, ToValue).ToArray();
        string result = vector.Text("result");
        FunctionAbi function = ContractAbi.Parse(vector.Text("interface")).GetFunction("test");
        return Differ(result, Hex.Encode(AbiCodec.Encode(types, values)))
            ?? Differ(Show(values), Show(AbiCodec.Decode(types, Hex.Decode(result))))
            ?? Differ(Show(values), Show(function.DecodeOutput(Hex.Decode(result))));
    }

    private static string? CheckEvent(JsonElement vector)
    {
        EventAbi found = ContractAbi.Parse(vector.Text("interface")).GetEvent("testEvent");
        Hash32[] topics = JsonStrings(vector, "topics").Select(topic => Hash32.Parse(topic.GetString()!)).ToArray();
        object[] values = found.Decode(topics, Hex.Decode(vector.Text("data")));
        JsonElement[] expected = JsonStrings(vector, "normalizedValues");
        JsonElement[] hashed = JsonStrings(vector, "hashed");
        for (int i = 0; i < expected.Length; i++)
        {
            string wanted = hashed[i].ValueKind == JsonValueKind.True
                ? expected[i].GetString()!
                : Show(ToValue(expected[i], found.Inputs[i].Type));
            if (Differ(wanted, Show(values[i])) is { } difference)
            {
                return difference;
            }
        }
        return null;
    }

    private static object ToValue(JsonElement json, AbiType type)
    {
        JsonElement value = json.ValueKind == JsonValueKind.Object ? json.GetProperty("value") : json;
        return type.Kind switch
        {
            AbiKind.UnsignedNumber or AbiKind.SignedNumber => ToNumber(value.ToString()),
            AbiKind.Bool => value.ValueKind == JsonValueKind.String ? ToNumber(value.GetString()!) != 0 : value.GetBoolean(),
            AbiKind.Address => Address.Parse(value.GetString()!),
            AbiKind.Bytes or AbiKind.FixedBytes => Hex.Decode(value.GetString()!),
            AbiKind.Text => value.GetString()!,
            AbiKind.Tuple => value.EnumerateArray().Zip(type.Components, ToValue).ToArray(),
            _ => value.EnumerateArray().Select(item => ToValue(item, type.Element!)).ToArray(),
        };
    }

    private static BigInteger ToNumber(string text) => text switch
    {
        _ when text.StartsWith("-0x", StringComparison.Ordinal) => -Hex.DecodeBigQuantity(text[1..]),
        _ when text.StartsWith("0x", StringComparison.Ordinal) => Hex.DecodeBigQuantity(text),
        _ => BigInteger.Parse(text, CultureInfo.InvariantCulture),
    };

    private static string Show(object value) => value switch
    {
        byte[] bytes => Hex.Encode(bytes),
        object[] items => $"[{string.Join(',', items.Select(Show))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static ulong ToUInt64(string? text) => (ulong)ToBigInteger(text);

    private static BigInteger ToBigInteger(string? text) => text switch
    {
        null or "" or "0x" => BigInteger.Zero,
        _ => ToNumber(text),
    };

    private static Address? ToAddress(string? text) => string.IsNullOrEmpty(text) || text == "0x" ? null : Address.Parse(text);

    private static LegacyTransaction Legacy(JsonElement vector, ulong? chainId) => new()
    {
        ChainId = chainId,
        Nonce = ToUInt64(vector.TextOrNull("nonce")),
        GasPrice = ToBigInteger(vector.TextOrNull("gasPrice")),
        GasLimit = ToBigInteger(vector.TextOrNull("gasLimit")),
        To = ToAddress(vector.TextOrNull("to")),
        Value = ToBigInteger(vector.TextOrNull("value")),
        Data = Hex.Decode(vector.TextOrNull("data") ?? "0x"),
    };

    private static EthTransaction Typed(JsonElement tx)
    {
        AccessListEntry[] accessList = tx.TryGetProperty("accessList", out JsonElement list)
            ? list.EnumerateArray().Select(entry => new AccessListEntry(
                Address.Parse(entry.Text("address")),
                entry.GetProperty("storageKeys").EnumerateArray().Select(key => Hash32.Parse(key.GetString()!)).ToArray())).ToArray()
            : [];
        ulong chainId = ToUInt64(tx.TextOrNull("chainId"));
        ulong nonce = ToUInt64(tx.TextOrNull("nonce"));
        BigInteger gasLimit = ToBigInteger(tx.TextOrNull("gasLimit"));
        Address? to = ToAddress(tx.TextOrNull("to"));
        BigInteger value = ToBigInteger(tx.TextOrNull("value"));
        byte[] data = Hex.Decode(tx.TextOrNull("data") ?? "0x");
        return tx.GetProperty("type").GetInt32() switch
        {
            1 => new Eip2930Transaction
            {
                ChainId = chainId,
                Nonce = nonce,
                GasPrice = ToBigInteger(tx.TextOrNull("gasPrice")),
                GasLimit = gasLimit,
                To = to,
                Value = value,
                Data = data,
                AccessList = accessList,
            },
            2 => new Eip1559Transaction
            {
                ChainId = chainId,
                Nonce = nonce,
                MaxPriorityFeePerGas = ToBigInteger(tx.TextOrNull("maxPriorityFeePerGas")),
                MaxFeePerGas = ToBigInteger(tx.TextOrNull("maxFeePerGas")),
                GasLimit = gasLimit,
                To = to,
                Value = value,
                Data = data,
                AccessList = accessList,
            },
            var type => throw new InvalidOperationException($"type {type}"),
        };
    }

    private static string? CheckTransaction(JsonElement vector, LegacyTransaction transaction, string unsigned, string signed)
    {
        using EthECKey key = EthECKey.Parse(vector.Text("privateKey"));
        return Differ(vector.Text(unsigned), Hex.Encode(transaction.EncodeUnsigned()))
            ?? CheckSigned(transaction.Sign(key), vector.Text(signed), vector.Text("accountAddress"));
    }

    private static string? CheckSigned(SignedTransaction signed, string expected, string sender)
    {
        SignedTransaction decoded = SignedTransaction.Decode(Hex.Decode(expected));
        return Differ(expected, Hex.Encode(signed.Raw.Span))
            ?? Differ(expected, Hex.Encode(decoded.Raw.Span))
            ?? Differ(Address.Parse(sender).ToString(), decoded.RecoverSender().ToString());
    }
}
