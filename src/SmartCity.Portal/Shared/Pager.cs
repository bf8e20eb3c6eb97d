namespace SmartCity.Portal;

/// <summary>The way through a long list, page by page.</summary>
/// <param name="Path">Address of the list, with its query but without the page's number.</param>
/// <param name="Number">Number of the page, from 1.</param>
/// <param name="Pages">How many pages there are, at least 1.</param>
/// <param name="Size">Rows a page.</param>
internal sealed record Pager(string Path, int Number, int Pages, int Size)
{
    public static readonly Phrase Label = new("Страницы", "Pages");
    public static readonly Phrase Previous = new("← Назад", "← Previous");
    public static readonly Phrase Next = new("Вперёд →", "Next →");
    public static readonly Phrase Position = new("Страница {0} из {1}", "Page {0} of {1}");

    /// <summary>Rows before the page.</summary>
    public int Skip => (Number - 1) * Size;

    /// <summary>The pager of a list; a number beyond its ends is moved to the nearest page.</summary>
    public static Pager Of(string path, int rows, int size, int number)
    {
        int pages = Math.Max(1, (rows + size - 1) / size);
        return new(path, Math.Clamp(number, 1, pages), pages, size);
    }

    /// <summary>Address of a page.</summary>
    public string Href(int number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Path}{(Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}number={number}");
}
