using System.Text;
using System.Xml;

namespace SmartCity.Aiis;

/// <summary>Reads messages of layout 80020. Whatever the bytes are, the answer is a message or findings that say why there is none.</summary>
public static class Reader80020
{
    /// <summary>Class of the layout.</summary>
    public const string Class = "80020";

    /// <summary>Version of the layout.</summary>
    public const string Version = "2";

    // Characters that references to the five built-in entities and to code points may make; there can be no others without a document type.
    private const int MaxCharactersFromEntities = 1_000_000;

    /// <summary>Reads a message.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limits">How much is read at most.</param>
    /// <param name="findings">Receives what is wrong with it, and what is to be known.</param>
    /// <returns>The message; <c>null</c> when there is any error.</returns>
    public static Message80020? Read(ReadOnlyMemory<byte> file, ReadLimits limits, FindingList findings)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(findings);
        if (file.Length > limits.MaxBytes)
        {
            findings.Add(FindingCode.TooLarge, 0, $"The file has {file.Length} bytes; at most {limits.MaxBytes} are read.");
            return null;
        }
        using TextReader? text = MessageText.Open(file, findings);
        if (text is null)
        {
            return null;
        }
        Message80020? message = null;
        try
        {
            using XmlReader xml = XmlReader.Create(text, new()
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = limits.MaxBytes,
                MaxCharactersFromEntities = MaxCharactersFromEntities,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                IgnoreWhitespace = true,
            });
            message = new MessageParser(new(xml, findings), limits, findings).Parse();
        }
        catch (XmlException exception)
        {
            findings.Add(FindingCode.NotWellFormed, exception.LineNumber, exception.LineNumber == 0 && exception.Message.Contains("DTD", StringComparison.Ordinal)
                ? "The file has a document type (<!DOCTYPE>), which could make it read other files or grow without end: it is refused."
                : exception.Message);
        }
        catch (DecoderFallbackException exception)
        {
            findings.Add(FindingCode.NotWellFormed, 0, $"The bytes are not of the declared encoding: {exception.Message}");
        }
        catch (LimitException exception)
        {
            findings.Add(FindingCode.TooLarge, exception.Line, exception.Message);
        }
        return findings.HasErrors ? null : message;
    }
}
