using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace SmartCity.Domain;

/// <summary>
/// The JSON form of a city plan. The text is first compared with the records field by field, so that all problems are told at
/// once, each with its path, instead of the first one in a serializer's words.
/// </summary>
internal static class CityPlanJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new NumberConverter<MicroRoubles>(value => new(value), price => price.Value),
            new NumberConverter<Quantity>(value => new(value), quantity => quantity.Value),
        },
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static string Write(CityPlan plan) => JsonSerializer.Serialize(plan, Options);

    public static CityPlan Read(string json, string source)
    {
        CityPlan plan = ReadShape<CityPlan>(json, source);
        ThrowIfAny(CityPlanCheck.ProblemsOf(plan), source);
        return plan;
    }

    public static Tariff ReadTariff(string json, string source)
    {
        Tariff tariff = ReadShape<Tariff>(json, source);
        ThrowIfAny([.. TariffCheck.ProblemsOf(tariff, "$")], source);
        return tariff;
    }

    private static T ReadShape<T>(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = ParseDocument(json, source);
        List<string> problems = [];
        CheckShape(document.RootElement, Options.GetTypeInfo(typeof(T)), "$", problems);
        ThrowIfAny(problems, source);
        return document.RootElement.Deserialize<T>(Options)!;
    }

    private static JsonDocument ParseDocument(string json, string source)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw new CityPlanException(source, [$"$: it is not valid JSON: {exception.Message}"], exception);
        }
    }

    private static void ThrowIfAny(IReadOnlyList<string> problems, string source)
    {
        if (problems.Count > 0)
        {
            throw new CityPlanException(source, problems);
        }
    }

    private static void CheckShape(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        switch (type.Kind, element.ValueKind)
        {
            case (JsonTypeInfoKind.Object, JsonValueKind.Object):
                CheckFields(element, type, path, problems);
                break;
            case (JsonTypeInfoKind.Enumerable, JsonValueKind.Array):
                JsonTypeInfo itemType = Options.GetTypeInfo(type.ElementType!);
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    CheckShape(item, itemType, $"{path}[{index++}]", problems);
                }
                break;
            case (JsonTypeInfoKind.Object, _):
                problems.Add($"{path}: an object is needed, in braces.");
                break;
            case (JsonTypeInfoKind.Enumerable, _):
                problems.Add($"{path}: a list is needed, in brackets.");
                break;
            default:
                CheckValue(element, type, path, problems);
                break;
        }
    }

    private static void CheckFields(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        Dictionary<string, JsonPropertyInfo> known = type.Properties
            .Where(property => property.AssociatedParameter is not null || property.Set is not null)
            .ToDictionary(property => property.Name, StringComparer.Ordinal);
        foreach (JsonProperty field in element.EnumerateObject())
        {
            if (known.TryGetValue(field.Name, out JsonPropertyInfo? property))
            {
                CheckShape(field.Value, Options.GetTypeInfo(property.PropertyType), $"{path}.{field.Name}", problems);
            }
            else
            {
                problems.Add($"{path}.{field.Name}: unknown field; remove it or correct its name. Known here: {string.Join(", ", known.Keys)}.");
            }
        }
        foreach (string name in known.Keys.Where(name => !element.TryGetProperty(name, out _)))
        {
            problems.Add($"{path}.{name}: this field is missing; add it.");
        }
    }

    private static void CheckValue(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        try
        {
            if (element.ValueKind != JsonValueKind.Null && element.Deserialize(type) is not null)
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Told below, in the plan's own words.
        }
        problems.Add($"{path}: {element.GetRawText()} is written where {Expectation(type.Type)} is needed.");
    }

    private static string Expectation(Type type) => type switch
    {
        _ when type == typeof(string) => "text in quotes",
        _ when type == typeof(Period) => "a month as \"2026-09\", not before 1970,",
        _ when type == typeof(DateOnly) => "a date as \"2026-09-01\"",
        _ when type == typeof(decimal) => "a decimal number",
        _ when type == typeof(MicroRoubles) => "a whole number of micro-roubles",
        _ when type == typeof(Quantity) => "a whole number of Wh or kcal",
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type).Select(name => $"\"{JsonNamingPolicy.CamelCase.ConvertName(name)}\""))}",
        _ => $"a whole number that fits {type.Name}",
    };

    /// <summary>Writes a unit's value as a plain number.</summary>
    private sealed class NumberConverter<T>(Func<ulong, T> make, Func<T, ulong> valueOf) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out ulong value)
                ? make(value)
                : throw new JsonException("A whole number is needed.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(valueOf(value));
    }
}
