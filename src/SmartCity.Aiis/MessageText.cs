using System.Text;

namespace SmartCity.Aiis;

/// <summary>Decodes a file's bytes: windows-1251 or utf-8, as its declaration says; utf-8 without one. No byte is replaced by a guess.</summary>
internal static class MessageText
{
    private const int Windows1251CodePage = 1251;
    private const int DeclarationBytes = 256;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Encoding s_windows1251 = CodePagesEncodingProvider.Instance.GetEncoding(
        Windows1251CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>Opens the text, or tells why not.</summary>
    public static TextReader? Open(ReadOnlyMemory<byte> file, FindingList findings)
    {
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        bool isMarked = file.Span.StartsWith(mark);
        ReadOnlyMemory<byte> content = isMarked ? file[mark.Length..] : file;
        string name = DeclaredIn(content.Span) ?? "utf-8";
        Encoding? encoding = name.ToUpperInvariant() switch
        {
            "UTF-8" => s_utf8,
            "WINDOWS-1251" or "CP1251" when !isMarked => s_windows1251,
            _ => null,
        };
        if (encoding is null)
        {
            findings.Add(FindingCode.Encoding, 1, isMarked
                ? $"The file begins with the mark of utf-8 and declares '{name}'."
                : $"The encoding '{name}' is not read: windows-1251 and utf-8 are.");
            return null;
        }
        return new StreamReader(new ReadOnlyMemoryStream(content), encoding, detectEncodingFromByteOrderMarks: false);
    }

    private static string? DeclaredIn(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> head = content[..Math.Min(content.Length, DeclarationBytes)];
        int end = head.IndexOf("?>"u8);
        if (end < 0 || !head.StartsWith("<?xml"u8))
        {
            return null;
        }
        string declaration = Encoding.Latin1.GetString(head[..end]);
        int name = declaration.IndexOf("encoding", StringComparison.Ordinal);
        if (name < 0)
        {
            return null;
        }
        int open = declaration.AsSpan(name).IndexOfAny('"', '\'') + name;
        int close = open < name ? -1 : declaration.IndexOf(declaration[open], open + 1);
        return close < 0 ? null : declaration[(open + 1)..close]; // A declaration that is not well-formed is the parser's to refuse.
    }
}
