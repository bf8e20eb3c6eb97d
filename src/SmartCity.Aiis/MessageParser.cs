using System.Collections.Immutable;

namespace SmartCity.Aiis;

/// <summary>Makes a message of its elements. Goes on after an error, so that one receipt tells all that is wrong.</summary>
internal sealed class MessageParser(XmlCursor xml, ReadLimits limits, FindingList findings)
{
    private const int MaxPeriods = 96;

    private static readonly TimeSpan MadeEarlyLimit = TimeSpan.FromHours(12);

    private readonly HashSet<(string Point, string Channel)> _channels = [];
    private int _channelCount;

    /// <summary>Parses a document. What it returns is a message only if no error was found.</summary>
    /// <exception cref="System.Xml.XmlException">Not well-formed.</exception>
    /// <exception cref="LimitException">More than is read.</exception>
    public Message80020? Parse()
    {
        xml.MoveToRoot();
        (int line, string? layout, string? version) = (xml.Line, xml.Attribute("class"), xml.Attribute("version"));
        if (xml.Name != "message" || layout != Reader80020.Class)
        {
            findings.Add(FindingCode.UnknownClass, line,
                $"<{XmlCursor.Clip(xml.Name)} class=\"{XmlCursor.Clip(layout ?? "")}\"> is not a <message> of class {Reader80020.Class}.");
            xml.ReadToEnd(); // Is it XML at all?
            return null;
        }
        if (version != Reader80020.Version)
        {
            findings.Add(FindingCode.UnknownVersion, line,
                $"Version '{XmlCursor.Clip(version ?? "")}' of layout {Reader80020.Class} is not known: {Reader80020.Version} is.");
            xml.ReadToEnd();
            return null;
        }
        int number = Required(Fields.Number(xml.Attribute("number")), line, "The message's number", xml.Attribute("number"));
        (DateTime MadeAt, DateOnly Day)? time = null;
        (string Inn, string Name)? sender = null;
        ImmutableArray<Area80020>.Builder areas = ImmutableArray.CreateBuilder<Area80020>();
        xml.ForEachChild(name => name switch
        {
            "datetime" => Once(ref time, ReadTime),
            "sender" => Once(ref sender, ReadSender),
            "area" => Add(areas, ReadArea(), limits.MaxAreas, "areas"),
            _ => false,
        });
        xml.ReadToEnd();
        Require(time is not null, line, "datetime");
        Require(sender is not null, line, "sender");
        Require(areas.Count > 0, line, "area");
        return new(number, time?.MadeAt ?? default, time?.Day ?? default, sender?.Inn ?? "", sender?.Name ?? "", areas.ToImmutable());
    }

    private (DateTime MadeAt, DateOnly Day) ReadTime()
    {
        int line = xml.Line;
        string? made = null;
        string? day = null;
        string? summer = null; // There is no daylight saving since 2014, and files show 0 or 1: nothing follows from it.
        xml.ForEachChild(name => name switch
        {
            "timestamp" => Once(ref made, xml.ReadText),
            "day" => Once(ref day, xml.ReadText),
            "daylightsavingtime" => Once(ref summer, xml.ReadText),
            _ => false,
        });
        DateTime madeAt = Required(Fields.Instant(made), line, "The time the message was made (yyyyMMddHHmmss)", made);
        DateOnly date = Required(Fields.Day(day), line, "The day (yyyyMMdd)", day);
        if (madeAt != default && date != default && madeAt < date.AddDays(1).ToDateTime(TimeOnly.MinValue) - MadeEarlyLimit)
        {
            findings.Add(FindingCode.MadeTooEarly, line, $"The message of {date:yyyy-MM-dd} says it was made at {madeAt:yyyy-MM-dd HH:mm:ss}.");
        }
        return (madeAt, date);
    }

    private (string Inn, string Name) ReadSender()
    {
        int line = xml.Line;
        string? inn = null;
        string? title = null;
        xml.ForEachChild(name => name switch
        {
            "inn" => Once(ref inn, xml.ReadText),
            "name" => Once(ref title, xml.ReadText),
            _ => false,
        });
        CheckInn(inn, line, "sender");
        return (inn ?? "", title ?? "");
    }

    private Area80020 ReadArea()
    {
        int line = xml.Line;
        string? zone = xml.Attribute("timezone");
        if (zone is not null && !Fields.IsCode(zone))
        {
            findings.Add(FindingCode.BadField, line, $"The area's timezone '{XmlCursor.Clip(zone)}' is no number of a zone.");
        }
        string? inn = null;
        string? title = null;
        ImmutableArray<Point80020>.Builder points = ImmutableArray.CreateBuilder<Point80020>();
        ImmutableArray<Channel80020>.Builder totals = ImmutableArray.CreateBuilder<Channel80020>();
        HashSet<string> totalCodes = [];
        xml.ForEachChild(name => name switch
        {
            "inn" => Once(ref inn, xml.ReadText),
            "name" => Once(ref title, xml.ReadText),
            "measuringpoint" => Add(points, ReadPoint(isDelivery: false), limits.MaxChannels, "points"),
            "deliverypoint" => Add(points, ReadPoint(isDelivery: true), limits.MaxChannels, "points"),
            "measuringchannel" => Add(totals, ReadChannel("the area's total", code => totalCodes.Add(code)), limits.MaxChannels, "channels"),
            _ => false,
        });
        CheckInn(inn, line, "area");
        Require(points.Count > 0, line, "measuringpoint");
        return new(inn ?? "", title ?? "", zone, points.ToImmutable(), totals.ToImmutable(), line);
    }

    private Point80020 ReadPoint(bool isDelivery)
    {
        int line = xml.Line;
        string code = Code("The point's code", line);
        (string? name, string? serial) = (xml.Attribute("name"), xml.Attribute("serial"));
        ImmutableArray<Channel80020>.Builder channels = ImmutableArray.CreateBuilder<Channel80020>();
        xml.ForEachChild(child => child switch
        {
            "measuringchannel" => Add(channels, ReadChannel($"point {code}", channel => _channels.Add((code, channel))), limits.MaxChannels, "channels"),
            _ => false,
        });
        Require(channels.Count > 0, line, "measuringchannel");
        return new(code, name ?? "", serial, isDelivery, channels.ToImmutable(), line);
    }

    private Channel80020 ReadChannel(string owner, Func<string, bool> isFirst)
    {
        int line = xml.Line;
        if (++_channelCount > limits.MaxChannels)
        {
            throw new LimitException(line, $"There are more than {limits.MaxChannels} channels.");
        }
        string code = Code($"The code of a channel of {owner}", line);
        string where = $"Channel {code} of {owner}";
        (string? description, string? sum) = (xml.Attribute("desc"), xml.Attribute("sum"));
        if (code.Length > 0 && !isFirst(code))
        {
            findings.Add(FindingCode.DuplicateChannel, line, $"{where} is there twice.");
        }
        List<(Period80020 Period, int Line)> periods = [];
        xml.ForEachChild(name => name == "period" && AddPeriod(periods, where));
        ImmutableArray<Period80020> ordered = DayCover.Check(periods, where, line, findings);
        CheckSum(sum, ordered, where, line);
        NoticeFractions(ordered, where, line);
        return new(code, description ?? "", ordered, line);
    }

    private bool AddPeriod(List<(Period80020 Period, int Line)> periods, string where)
    {
        int line = xml.Line;
        if (periods.Count == MaxPeriods)
        {
            throw new LimitException(line, $"{where} has more than {MaxPeriods} periods.");
        }
        (string? start, string? end) = (xml.Attribute("start"), xml.Attribute("end"));
        (decimal Value, int Status)? value = null;
        int found = 0;
        xml.ForEachChild(name =>
        {
            if (name != "value")
            {
                return false;
            }
            found++;
            value = ReadValue(where);
            return true;
        });
        if (found != 1)
        {
            findings.Add(FindingCode.BadValue, line, $"{where} has {found} values in the period from {XmlCursor.Clip(start ?? "")}; one is needed.");
        }
        if (Fields.Minute(start) is { } from && Fields.Minute(end) is { } to && ToEnd(to) - from is (30 or 60) and int minutes)
        {
            periods.Add((new(from, minutes, value?.Value ?? 0, value?.Status ?? 0), line));
        }
        else
        {
            findings.Add(FindingCode.BadPeriod, line,
                $"{where} has a period from '{XmlCursor.Clip(start ?? "")}' to '{XmlCursor.Clip(end ?? "")}'; periods are of 30 or 60 minutes on half-hours.");
        }
        return true;

        static int ToEnd(int minute) => minute == 0 ? DayCover.MinutesOfDay : minute; // "0000" ends the day.
    }

    private (decimal Value, int Status)? ReadValue(string where)
    {
        (int line, string? status) = (xml.Line, xml.Attribute("status"));
        string text = xml.ReadText();
        if (Fields.Status(status) is not { } known)
        {
            findings.Add(FindingCode.BadField, line, $"{where}: '{XmlCursor.Clip(status ?? "")}' is no status.");
            return null;
        }
        if (Fields.Value(text) is { } value)
        {
            return (value, known);
        }
        findings.Add(FindingCode.BadValue, line,
            $"{where}: '{XmlCursor.Clip(text)}' is no value; digits are needed, with at most one decimal comma or point, up to {Fields.MaxValue:F0}.");
        return null;
    }

    private void CheckSum(string? stated, ImmutableArray<Period80020> periods, string where, int line)
    {
        if (stated is null)
        {
            return;
        }
        decimal sum = periods.Sum(period => period.Value);
        if (Fields.Value(stated) is not { } total)
        {
            findings.Add(FindingCode.BadField, line, $"{where} states the sum '{XmlCursor.Clip(stated)}', which is no value.");
        }
        else if (total != sum && !periods.IsEmpty)
        {
            findings.Add(FindingCode.WrongSum, line, $"{where} states the sum {total}; its periods add up to {sum}.");
        }
    }

    private void NoticeFractions(ImmutableArray<Period80020> periods, string where, int line)
    {
        int fractions = periods.Count(period => !decimal.IsInteger(period.Value));
        if (fractions > 0)
        {
            findings.Add(FindingCode.Fraction, line, $"{where} has {fractions} values that are not whole; the layout wants whole ones. They are taken as they are.");
        }
    }

    private string Code(string what, int line)
    {
        string? code = xml.Attribute("code");
        if (Fields.IsCode(code))
        {
            return code!;
        }
        findings.Add(FindingCode.BadField, line, $"{what} '{XmlCursor.Clip(code ?? "")}' cannot be one: letters, digits, dots and dashes are needed.");
        return "";
    }

    private void CheckInn(string? inn, int line, string of)
    {
        if (!Inn.IsValid(inn))
        {
            findings.Add(FindingCode.BadInn, line, $"The {of}'s taxpayer's number '{XmlCursor.Clip(inn ?? "")}' is missing or its check digits are wrong.");
        }
    }

    private T Required<T>(T? value, int line, string what, string? text)
        where T : struct
    {
        if (value is not { } known)
        {
            findings.Add(FindingCode.BadField, line, $"{what} is missing or cannot be '{XmlCursor.Clip(text ?? "")}'.");
            return default;
        }
        return known;
    }

    private void Require(bool isThere, int line, string element)
    {
        if (!isThere)
        {
            findings.Add(FindingCode.MissingElement, line, $"There is no <{element}> where one is needed.");
        }
    }

    private bool Once<T>(ref T? place, Func<T> read)
        where T : class
    {
        (string name, int line) = (xml.Name, xml.Line);
        bool isSecond = place is not null;
        place = read();
        if (isSecond)
        {
            findings.Add(FindingCode.UnexpectedContent, line, $"<{name}> is there again.");
        }
        return true;
    }

    private bool Once<T>(ref T? place, Func<T> read)
        where T : struct
    {
        (string name, int line) = (xml.Name, xml.Line);
        bool isSecond = place is not null;
        place = read();
        if (isSecond)
        {
            findings.Add(FindingCode.UnexpectedContent, line, $"<{name}> is there again.");
        }
        return true;
    }

    private bool Add<T>(ImmutableArray<T>.Builder list, T item, int most, string what)
    {
        if (list.Count == most)
        {
            throw new LimitException(xml.Line, $"There are more than {most} {what}.");
        }
        list.Add(item);
        return true;
    }
}
