using System.Text.Json;

namespace SmartCity.Ethereum;

/// <summary>Text in JSON that others wrote.</summary>
internal static class JsonText
{
    /// <summary>The text; null when the value is no string, or when it has half a surrogate pair, which no text has.</summary>
    public static string? TryGet(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
