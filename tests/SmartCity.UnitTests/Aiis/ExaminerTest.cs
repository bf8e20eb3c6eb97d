using System.Text;
using SmartCity.Aiis;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Aiis;

public sealed class ExaminerTest
{
    /// <summary>Half-hours of 1 to 48 kWh: the hour h has 2h + 1 and 2h + 2.</summary>
    [Test]
    public void Examine_HalfHoursInWindows1251_AddsPairsFromMoscowMidnight()
    {
        Examination found = Messages.Examine(Messages.Ordinary);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(found.Findings.Listed, Is.Empty);
        Assert.That(found.Findings.Acceptance, Is.EqualTo(AcceptanceCode.Accepted));
        Assert.That(found.Values, Is.EqualTo(Enumerable.Range(0, 24).Select(hour => new ImportedValue(
            new(Messages.FirstHour.Value + (uint)hour), 1, 3, new WattHours((ulong)(4 * hour + 3) * 1_000), 0))));
        Assert.That(found.Message!.SenderName, Is.EqualTo("АО \"Городские электросети\""));
        Assert.That(found.Message.Areas[0].Points[0].Name, Is.EqualTo("кв. 1"));
        Assert.That((found.Message.Number, found.Message.Day, found.Message.MadeAt),
            Is.EqualTo((1056, new DateOnly(2026, 9, 1), new DateTime(2026, 9, 2, 4, 9, 22))));
    }

    [Test]
    public void Examine_HoursInUtf8WithCommas_TakesWattHours()
    {
        Examination found = Messages.Examine(Messages.Utf8Hours);

        Assert.That(found.Values.Select(value => value.Interval!.Value.Value), Is.EqualTo(Enumerable.Repeat(333ul, 24)));
        Assert.That(found.Findings.Listed.Select(finding => (finding.Code, finding.Line)), Is.EqualTo([(FindingCode.Fraction, 16)]));
        Assert.That(found.Findings.Acceptance, Is.EqualTo(AcceptanceCode.Accepted));
    }

    /// <summary>Status 16 from 02:00 and 18 from 23:30 spoil the hours 2 and 23; status 0 that is written out spoils none.</summary>
    [Test]
    public void Examine_Statuses_WithholdsTheirHoursAlone()
    {
        Examination found = Messages.Examine(Messages.Statuses);

        Assert.That(found.Findings.Acceptance, Is.EqualTo(AcceptanceCode.AcceptedPartly));
        Assert.That(found.Values.Select(value => (value.Interval?.Value, value.Status)), Is.EqualTo(
            Enumerable.Range(0, 24).Select(hour => hour switch
            {
                2 => ((ulong?)null, 16),
                23 => (null, 18),
                _ => (4_000ul, 0),
            })));
    }

    /// <summary>A third of a kWh each hour is 333 Wh, and 334 Wh whenever three of them would fall behind the day's 7,999 Wh (8 kWh less
    /// what ten digits lack).</summary>
    [Test]
    public void Examine_FinerThanAWattHour_CarriesByRunningTotal()
    {
        ulong[] hours = [.. Messages.Examine(Messages.Thirds).Values.Select(value => value.Interval!.Value.Value)];

        Assert.That(hours.Aggregate(0ul, (sum, hour) => sum + hour), Is.EqualTo(7_999));
        Assert.That(hours[..4], Is.EqualTo(new ulong[] { 333, 333, 333, 334 }));
    }

    [Test]
    public void Examine_SumsThatHold_IsAccepted() =>
        Assert.That(Messages.Examine(Messages.Sums).Findings.Listed, Is.Empty);

    [TestCase("bad_channel_sum.xml", AcceptanceCode.FormatErrors, FindingCode.WrongSum, 16, Description = "the channel's own sum")]
    [TestCase("bad_wrong_sums.xml", AcceptanceCode.FormatErrors, FindingCode.WrongSum, 15, Description = "the area's total and the delivery point")]
    [TestCase("bad_duplicate_channel.xml", AcceptanceCode.FormatErrors, FindingCode.DuplicateChannel, 118)]
    [TestCase("bad_gap.xml", AcceptanceCode.FormatErrors, FindingCode.PeriodGap, 28)]
    [TestCase("bad_overlap.xml", AcceptanceCode.FormatErrors, FindingCode.PeriodOverlap, 27)]
    [TestCase("bad_class.xml", AcceptanceCode.FormatErrors, FindingCode.UnknownClass, 2)]
    [TestCase("bad_version.xml", AcceptanceCode.FormatErrors, FindingCode.UnknownVersion, 2)]
    [TestCase("bad_inn.xml", AcceptanceCode.FormatErrors, FindingCode.BadInn, 8)]
    [TestCase("bad_value.xml", AcceptanceCode.FormatErrors, FindingCode.BadValue, 27)]
    [TestCase("bad_unknown_channel.xml", AcceptanceCode.UnknownChannels, FindingCode.UnknownChannel, 118)]
    [TestCase("bad_time_zone.xml", AcceptanceCode.FormatErrors, FindingCode.UnknownTimeZone, 12)]
    [TestCase("bad_not_well_formed.xml", AcceptanceCode.NotWellFormed, FindingCode.NotWellFormed, 11)]
    [TestCase("bad_document_type.xml", AcceptanceCode.NotWellFormed, FindingCode.NotWellFormed, 0)]
    [TestCase("bad_truncated.xml", AcceptanceCode.NotWellFormed, FindingCode.NotWellFormed, 61)]
    [TestCase("bad_bytes_of_windows_1251_as_utf_8.xml", AcceptanceCode.NotWellFormed, FindingCode.NotWellFormed, 0)]
    [TestCase("bad_encoding.xml", AcceptanceCode.FormatErrors, FindingCode.Encoding, 1)]
    [TestCase("80020_5257072937_20260902_1056.xml", AcceptanceCode.FormatErrors, FindingCode.FileName, 0)]
    public void Examine_BadFile_NamesTheReasonAndItsLineAndTakesNothing(string name, AcceptanceCode acceptance, FindingCode code, int line)
    {
        Examination found = Messages.Examine(name);

        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(found.Findings.Acceptance, Is.EqualTo(acceptance));
        Assert.That(found.Values, Is.Empty);
        Assert.That(
            found.Findings.Listed.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => (finding.Code, finding.Line)).FirstOrDefault(),
            Is.EqualTo((code, line)), string.Join('\n', found.Findings.Listed));
    }

    [Test]
    public void Examine_WrongSums_NamesEachOnce() =>
        Assert.That(Messages.Examine("bad_wrong_sums.xml").Findings.CountOf(FindingCode.WrongSum), Is.EqualTo(2));

    [Test]
    public void Examine_BadValues_NamesEach() =>
        Assert.That(Messages.Examine("bad_value.xml").Findings.CountOf(FindingCode.BadValue), Is.EqualTo(4));

    /// <summary>47 kWh from 23:00 on are more than a meter of 46 kW can count; the other hours stand.</summary>
    [Test]
    public void Examine_MoreThanTheMeterCounts_WithholdsThatHour()
    {
        Examination found = Messages.Examiner(maxPerHour: 91_000).Examine(Messages.Ordinary, Messages.Bytes(Messages.Ordinary));

        Assert.That(found.Findings.Listed.Select(finding => finding.Code), Is.EqualTo([FindingCode.Implausible]));
        Assert.That(found.Values.Count(value => value.Interval is null), Is.EqualTo(1));
        Assert.That(found.Values[23].Interval, Is.Null);
    }

    [Test]
    public void Examine_AreaWithoutZone_HasTheCitys() =>
        Assert.That(
            Messages.Examiner().Examine("a.xml", Changed(" timezone=\"1\"", "")).Values[0].Hour.Value,
            Is.EqualTo(Messages.FirstHour.Value - 2), "the examiner's city is at +5, two hours before Moscow");

    [Test]
    public void Examine_DaylightSaving_ChangesNothing() =>
        Assert.That(
            Messages.Examiner().Examine("a.xml", Changed("<daylightsavingtime>0", "<daylightsavingtime>1")).Values,
            Is.EqualTo(Messages.Examine(Messages.Ordinary).Values));

    [Test]
    public void Examine_UnknownSender_IsRefused() =>
        Assert.That(
            Messages.Examiner().Examine("a.xml", Changed("5257072937", "7707083893")).Findings.CountOf(FindingCode.UnknownSender), Is.EqualTo(1));

    [TestCase("<area ", "<remark>seen</remark><area ", FindingCode.UnknownElement, AcceptanceCode.Accepted)]
    [TestCase("<day>20260901", "<day>20260931", FindingCode.BadField, AcceptanceCode.FormatErrors)]
    [TestCase("<timestamp>20260902040922", "<timestamp>20260831040922", FindingCode.MadeTooEarly, AcceptanceCode.Accepted)]
    [TestCase("number=\"1056\"", "number=\"0\"", FindingCode.BadField, AcceptanceCode.FormatErrors)]
    [TestCase("start=\"0500\"", "start=\"0515\"", FindingCode.BadPeriod, AcceptanceCode.FormatErrors)]
    [TestCase("end=\"0000\"", "end=\"2400\"", FindingCode.BadPeriod, AcceptanceCode.FormatErrors)]
    [TestCase("<value>7</value>", "<value status=\"x\">7</value>", FindingCode.BadField, AcceptanceCode.FormatErrors)]
    [TestCase("<value>7</value>", "<value>7</value><value>7</value>", FindingCode.BadValue, AcceptanceCode.FormatErrors)]
    [TestCase("<value>7</value>", "<value>7<x/></value>", FindingCode.UnexpectedContent, AcceptanceCode.FormatErrors)]
    [TestCase("<value>7</value>", "7<value>7</value>", FindingCode.UnexpectedContent, AcceptanceCode.FormatErrors)]
    [TestCase("</sender>", "</sender><sender><inn>5257072937</inn></sender>", FindingCode.UnexpectedContent, AcceptanceCode.FormatErrors)]
    [TestCase("</message>", "</message><message/>", FindingCode.NotWellFormed, AcceptanceCode.NotWellFormed)]
    [TestCase("<value>7</value>", "<value>&a;</value>", FindingCode.NotWellFormed, AcceptanceCode.NotWellFormed)]
    public void Examine_OneChange_IsFound(string from, string to, FindingCode code, AcceptanceCode acceptance)
    {
        Examination found = Messages.Examiner().Examine(Messages.Ordinary, Changed(from, to));

        Assert.That(found.Findings.CountOf(code), Is.EqualTo(1), string.Join('\n', found.Findings.Listed));
        Assert.That(found.Findings.Acceptance, Is.EqualTo(acceptance));
    }

    [Test]
    public void Examine_ElementsWithoutEnd_IsBoundedInDepth() =>
        Assert.That(
            Messages.Examiner().Examine("a.xml", Changed("<area ", string.Concat(Enumerable.Repeat("<x>", 100_000)) + "<area ")).Findings.CountOf(FindingCode.TooLarge),
            Is.EqualTo(1));

    [Test]
    public void Examine_FileAboveTheLimit_IsNotRead()
    {
        Examiner examiner = new(Messages.Map, TimeSpan.Zero, (_, _) => new(1), new(MaxBytes: 1_000));

        Assert.That(examiner.Examine("a.xml", Messages.Bytes(Messages.Ordinary)).Findings.Listed.Single().Code, Is.EqualTo(FindingCode.TooLarge));
    }

    [Test]
    public void Examine_MoreChannelsThanTheLimit_IsRefused()
    {
        Examiner examiner = new(Messages.Map, TimeSpan.Zero, (_, _) => new(1), new(MaxChannels: 1));

        Assert.That(examiner.Examine("a.xml", Messages.Bytes(Messages.Ordinary)).Findings.Listed.Single().Code, Is.EqualTo(FindingCode.TooLarge));
    }

    /// <summary>A message of 4,000 points is listed by its first 50 faults and a count of the rest.</summary>
    [Test]
    public void Examine_EndlessFaults_AreListedInPart()
    {
        string point = "<measuringpoint code=\"p\" name=\"\"><measuringchannel code=\"01\"/></measuringpoint>";
        Examination found = Messages.Examiner().Examine("a.xml", Changed("</area>", string.Concat(Enumerable.Repeat(point, 4_000)) + "</area>"));

        Assert.That(found.Findings.CountOf(FindingCode.DuplicateChannel), Is.EqualTo(3_999));
        Assert.That(found.Findings.Listed, Has.Count.LessThan(200));
        Assert.That(found.Findings.Listed[^1].Text, Does.Contain("are not listed"));
    }

    private static byte[] Changed(string from, string to)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
        string text = encoding.GetString(Messages.Bytes(Messages.Ordinary));
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.That(at, Is.Not.Negative, from);
        return encoding.GetBytes(text.Remove(at, from.Length).Insert(at, to));
    }
}
