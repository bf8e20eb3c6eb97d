using System.Text.Json;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>Reads members of a key file. Names are found in any case: ethers writes "Crypto", geth "crypto".</summary>
internal static class KeyFileJson
{
    public static JsonElement Member(JsonElement json, string name)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return property.Value;
                }
            }
        }
        throw new KeyStoreException($"The key file has no '{name}'.");
    }

    public static string Text(JsonElement json, string name) =>
        JsonText.TryGet(Member(json, name)) ?? throw new KeyStoreException($"The key file's '{name}' is not text.");

    public static int Number(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number)
            ? number
            : throw new KeyStoreException($"The key file's '{name}' is not a number of 32 bits.");

    public static byte[] Bytes(JsonElement json, string name) =>
        Hex.TryDecode(Text(json, name), out byte[]? bytes)
            ? bytes
            : throw new KeyStoreException($"The key file's '{name}' is not hexadecimal.");
}
