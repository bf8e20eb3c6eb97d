namespace SmartCity.Aiis;

/// <summary>How a receiver answers a message; a greater number is worse, and the worst finding decides.</summary>
public enum AcceptanceCode
{
    /// <summary>All is accepted.</summary>
    Accepted = 0,

    /// <summary>Accepted; some values are not commercial and are not billed.</summary>
    AcceptedPartly = 1,

    /// <summary>Nothing is taken: the message has channels that the receiver does not know.</summary>
    UnknownChannels = 2,

    /// <summary>Nothing is taken: the message breaks the rules of the layout.</summary>
    FormatErrors = 3,

    /// <summary>Nothing is taken: the file is not well-formed XML.</summary>
    NotWellFormed = 4,
}

/// <summary>What a finding means for the message.</summary>
public enum FindingSeverity
{
    /// <summary>To be known; changes nothing.</summary>
    Notice,

    /// <summary>Values are kept, but are not billed.</summary>
    Warning,

    /// <summary>The whole message is refused.</summary>
    Error,
}

/// <summary>What was found in a message or its file.</summary>
public enum FindingCode
{
    /// <summary>Not well-formed XML, or XML with a document type, which is refused.</summary>
    NotWellFormed,

    /// <summary>The file, or the number of its parts, is above the limit.</summary>
    TooLarge,

    /// <summary>An encoding other than windows-1251 and utf-8.</summary>
    Encoding,

    /// <summary>Not a message of class 80020.</summary>
    UnknownClass,

    /// <summary>Not version 2 of the layout.</summary>
    UnknownVersion,

    /// <summary>An element that must be there is not.</summary>
    MissingElement,

    /// <summary>An element that may be there once is there again, or text or an element stands where none may.</summary>
    UnexpectedContent,

    /// <summary>A code, number or date that is missing or cannot be one.</summary>
    BadField,

    /// <summary>A taxpayer's number with wrong check digits.</summary>
    BadInn,

    /// <summary>A channel of a point is there twice.</summary>
    DuplicateChannel,

    /// <summary>A period's start or end that cannot be.</summary>
    BadPeriod,

    /// <summary>A part of the day has no period.</summary>
    PeriodGap,

    /// <summary>A part of the day has two periods.</summary>
    PeriodOverlap,

    /// <summary>A value that is missing, negative, or no number.</summary>
    BadValue,

    /// <summary>A stated sum is not the sum of its parts.</summary>
    WrongSum,

    /// <summary>The file's name says other things than its content.</summary>
    FileName,

    /// <summary>The sender is not one that is listened to.</summary>
    UnknownSender,

    /// <summary>A zone of time that the map does not name.</summary>
    UnknownTimeZone,

    /// <summary>A channel that the map neither takes nor leaves out.</summary>
    UnknownChannel,

    /// <summary>The number of a message was given before to other values of the same day.</summary>
    NumberReused,

    /// <summary>The file cannot be read, or reading it failed for a reason that is ours.</summary>
    Unreadable,

    /// <summary>A value with a status other than 0.</summary>
    NonCommercial,

    /// <summary>More than the meter can count in an hour.</summary>
    Implausible,

    /// <summary>A value that is not a whole number of kilowatt-hours.</summary>
    Fraction,

    /// <summary>An element that the layout does not know; it is passed over.</summary>
    UnknownElement,

    /// <summary>The message says it was made before its day was over.</summary>
    MadeTooEarly,

    /// <summary>The file's name is not that of a message of this layout.</summary>
    OtherFileName,

    /// <summary>The file was taken before; nothing changes.</summary>
    AlreadyImported,

    /// <summary>A newer message has these values; they are kept but not used.</summary>
    Superseded,

    /// <summary>Values of hours before the city's first.</summary>
    BeforeFirstHour,

    /// <summary>The hour was stated already with another value: it takes a correction.</summary>
    CorrectionCandidate,

    /// <summary>There were more findings than are listed.</summary>
    MoreFindings,
}

/// <summary>One thing that was found.</summary>
/// <param name="Code">What.</param>
/// <param name="Severity">What it means for the message.</param>
/// <param name="Line">Line of the file, from 1; 0 when it is of no line.</param>
/// <param name="Text">In words.</param>
public sealed record Finding(FindingCode Code, FindingSeverity Severity, int Line, string Text)
{
    /// <summary>Severity, code, line and words on one line.</summary>
    public override string ToString() => Line > 0 ? $"{Severity} {Code}, line {Line}: {Text}" : $"{Severity} {Code}: {Text}";
}

/// <summary>Collects findings; lists a bounded number and counts the rest, so that a bad file does not make an endless receipt.</summary>
public sealed class FindingList
{
    /// <summary>Most findings of one code that are listed.</summary>
    public const int MaxListed = 50;

    private const int MaxTextLength = 400;

    private readonly List<Finding> _listed = [];
    private readonly Dictionary<FindingCode, int> _counts = [];

    /// <summary>The listed findings in the order they were found; at the end how many more there were of which code.</summary>
    public IReadOnlyList<Finding> Listed =>
    [
        .. _listed,
        .. _counts.Where(count => count.Value > MaxListed).Select(count => new Finding(
            FindingCode.MoreFindings, FindingSeverity.Notice, 0, $"{count.Value - MaxListed} more of {count.Key} are not listed.")),
    ];

    /// <summary>Is any of them an error?</summary>
    public bool HasErrors => _counts.Keys.Any(code => SeverityOf(code) == FindingSeverity.Error);

    /// <summary>The answer that follows from the findings.</summary>
    public AcceptanceCode Acceptance => _counts.Keys.Select(AcceptanceOf).DefaultIfEmpty(AcceptanceCode.Accepted).Max();

    /// <summary>How many there are of a code, listed or not.</summary>
    public int CountOf(FindingCode code) => _counts.GetValueOrDefault(code);

    /// <summary>Adds one.</summary>
    /// <param name="code">What.</param>
    /// <param name="line">Line of the file; 0 when it is of no line.</param>
    /// <param name="text">In words; what is longer than a few lines is cut.</param>
    public void Add(FindingCode code, int line, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int count = _counts.GetValueOrDefault(code) + 1;
        _counts[code] = count;
        if (count <= MaxListed)
        {
            _listed.Add(new(code, SeverityOf(code), line, text.Length <= MaxTextLength ? text : $"{text[..MaxTextLength]}…"));
        }
    }

    /// <summary>What a code means for the message.</summary>
    public static FindingSeverity SeverityOf(FindingCode code) => code switch
    {
        < FindingCode.NonCommercial => FindingSeverity.Error,
        FindingCode.NonCommercial or FindingCode.Implausible => FindingSeverity.Warning,
        _ => FindingSeverity.Notice,
    };

    private static AcceptanceCode AcceptanceOf(FindingCode code) => SeverityOf(code) switch
    {
        FindingSeverity.Notice => AcceptanceCode.Accepted,
        FindingSeverity.Warning => AcceptanceCode.AcceptedPartly,
        _ => code switch
        {
            FindingCode.NotWellFormed => AcceptanceCode.NotWellFormed,
            FindingCode.UnknownChannel => AcceptanceCode.UnknownChannels,
            _ => AcceptanceCode.FormatErrors,
        },
    };
}
