using System.Text;
using System.Text.Json;

namespace SmartCity.Rules;

/// <summary>A field of an object and where its name stands.</summary>
internal readonly record struct JsonField(string Name, int Line, int Column, JsonText Value);

/// <summary>JSON that remembers where each value stands, so that a mistake can be shown where it was made.</summary>
internal sealed record JsonText(JsonValueKind Kind, int Line, int Column)
{
    /// <summary>Text of a string.</summary>
    public string String { get; private init; } = "";

    /// <summary>Value of a number.</summary>
    public decimal Number { get; private init; }

    /// <summary>Values of a list, in order.</summary>
    public IReadOnlyList<JsonText> Items { get; private init; } = [];

    /// <summary>Fields of an object, in order.</summary>
    public IReadOnlyList<JsonField> Fields { get; private init; } = [];

    /// <summary>The value of a field, or <c>null</c> when there is none.</summary>
    public JsonText? Find(string name)
    {
        foreach (JsonField field in Fields)
        {
            if (field.Name == name)
            {
                return field.Value;
            }
        }
        return null;
    }

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="RuleBookException">It is not JSON, has a field twice or a number beyond a decimal's range.</exception>
    public static JsonText Parse(ReadOnlySpan<byte> utf8, string file)
    {
        ReadOnlySpan<byte> text = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        Places places = new(text);
        Utf8JsonReader reader = new(text);
        try
        {
            reader.Read();
            JsonText root = Value(ref reader, places, file);
            reader.Read();
            return root;
        }
        catch (InvalidOperationException)
        {
            (int line, int column) = places.Of((int)reader.TokenStartIndex);
            throw new RuleBookException([new(file, line, column, "this text is not valid UTF-8 or has half of a surrogate pair.")]);
        }
        catch (JsonException exception)
        {
            // The serializer counts lines from 0 and bytes; people count from 1 and characters.
            (int line, int column) = places.Of((int)(exception.LineNumber ?? 0), (int)(exception.BytePositionInLine ?? 0));
            string reason = exception.Message.Split(" LineNumber:")[0];
            throw new RuleBookException([new(file, line, column, $"this is not valid JSON: {reason}")]);
        }
    }

    private static JsonText Value(ref Utf8JsonReader reader, Places places, string file)
    {
        (int line, int column) = places.Of((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return new(JsonValueKind.Object, line, column) { Fields = ObjectFields(ref reader, places, file) };
            case JsonTokenType.StartArray:
                List<JsonText> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader, places, file));
                }
                return new(JsonValueKind.Array, line, column) { Items = items };
            case JsonTokenType.String:
                return new(JsonValueKind.String, line, column) { String = reader.GetString()! };
            case JsonTokenType.Number:
                return reader.TryGetDecimal(out decimal number)
                    ? new(JsonValueKind.Number, line, column) { Number = number }
                    : throw new RuleBookException([new(file, line, column, "this number is too long.")]);
            case JsonTokenType.True:
                return new(JsonValueKind.True, line, column);
            case JsonTokenType.False:
                return new(JsonValueKind.False, line, column);
            default:
                return new(JsonValueKind.Null, line, column);
        }
    }

    private static List<JsonField> ObjectFields(ref Utf8JsonReader reader, Places places, string file)
    {
        List<JsonField> fields = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            (int line, int column) = places.Of((int)reader.TokenStartIndex);
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new RuleBookException([new(file, line, column, $"the field \"{name}\" stands here a second time.")]);
            }
            reader.Read();
            fields.Add(new(name, line, column, Value(ref reader, places, file)));
        }
        return fields;
    }

    /// <summary>Lines and columns of positions in a text.</summary>
    private sealed class Places
    {
        private readonly byte[] _text;
        private readonly List<int> _lineStarts = [0];

        public Places(ReadOnlySpan<byte> text)
        {
            _text = text.ToArray();
            for (int i = 0; i < _text.Length; i++)
            {
                if (_text[i] == '\n')
                {
                    _lineStarts.Add(i + 1);
                }
            }
        }

        public (int Line, int Column) Of(int position)
        {
            int found = _lineStarts.BinarySearch(position);
            int line = found >= 0 ? found : ~found - 1;
            return Of(line, position - _lineStarts[line]);
        }

        public (int Line, int Column) Of(int line, int bytesInLine)
        {
            int start = _lineStarts[Math.Min(line, _lineStarts.Count - 1)];
            int length = Math.Min(bytesInLine, _text.Length - start);
            return (line + 1, Encoding.UTF8.GetCharCount(_text, start, length) + 1);
        }
    }
}
