using System.Globalization;

namespace SmartCity.Portal;

/// <summary>A text people read, in every language of the portal; shown in the language of the request.</summary>
/// <param name="Russian">Russian text.</param>
/// <param name="English">English text.</param>
/// <remarks>Both languages stand side by side, so a phrase cannot be added in one of them alone.</remarks>
internal sealed record Phrase(string Russian, string English)
{
    /// <summary>Is the request to be answered in Russian?</summary>
    public static bool IsRussian => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ru";

    /// <summary>The text in the language of the request.</summary>
    public static implicit operator string(Phrase phrase) => phrase.ToString();

    /// <summary>The text with its placeholders {0}, {1}… filled, in the language and the formats of the request.</summary>
    public string With(params ReadOnlySpan<object?> arguments) => string.Format(CultureInfo.CurrentCulture, ToString(), arguments);

    /// <inheritdoc/>
    public override string ToString() => IsRussian ? Russian : English;
}

/// <summary>A counted noun: Russian has three forms (1 час, 2 часа, 5 часов), English two.</summary>
/// <param name="One">Form after 1, 21, 31…: "час", "hour".</param>
/// <param name="Few">Russian form after 2, 3, 4, 22…: "часа".</param>
/// <param name="Many">Form after the rest: "часов", "hours".</param>
internal sealed record Counted(Phrase One, string Few, Phrase Many)
{
    /// <summary>The number and the noun in its form, e.g. "1 240 часов".</summary>
    public string For(long count)
    {
        string number = count.ToString("N0", CultureInfo.CurrentCulture);
        if (!Phrase.IsRussian)
        {
            return $"{number} {(count == 1 ? One.English : Many.English)}";
        }
        long lastTwo = count % 100;
        long last = count % 10;
        bool isTeen = lastTwo is >= 11 and <= 14;
        return $"{number} {(isTeen ? Many.Russian : last switch { 1 => One.Russian, >= 2 and <= 4 => Few, _ => Many.Russian })}";
    }
}
