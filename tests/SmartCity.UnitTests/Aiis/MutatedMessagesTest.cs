using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SmartCity.Aiis;

namespace SmartCity.UnitTests.Aiis;

/// <summary>
/// 24,000 files with faults laid in. None stops the reader; each refusal names its reason; and what is accepted is what an
/// independent and credulous reading of the same bytes gives.
/// </summary>
public sealed class MutatedMessagesTest
{
    private const int Mutations = 4_000;

    private static readonly string[] s_tokens =
    [
        "", "0", "1", "-1", "48", "0000", "0030", "2330", "2400", "1e9", "1.5", "1,5", ",5", "0,0005", "999999999999", "NaN", "01", "02", "80020",
        "&amp;", "&#49;", "<value>5</value>", "</period>", "<!--x-->", "<![CDATA[7]]>", "<?p?>", "<x/>", "\" status=\"1", "131150001113002", "\0", "\uFEFF",
        " ", "<!DOCTYPE a>", "кв.", "٣",
    ];

    [TestCase(Messages.Ordinary)]
    [TestCase(Messages.Utf8Hours)]
    [TestCase(Messages.Statuses)]
    [TestCase(Messages.Thirds)]
    [TestCase(Messages.Sums)]
    [TestCase("bad_value.xml")]
    public void Examine_MutatedFile_IsRefusedWithAReasonOrReadRight(string name)
    {
        byte[] original = Messages.Bytes(name);
        Examiner examiner = Messages.Examiner();
        int accepted = 0;
        HashSet<FindingCode> reasons = [];
        for (int seed = 0; seed < Mutations; seed++)
        {
            byte[] mutated = Mutate(original, new Random(seed));
            Examination found = examiner.Examine(name, mutated);
            if (found.Findings.HasErrors)
            {
                Finding error = found.Findings.Listed.First(finding => finding.Severity == FindingSeverity.Error);
                Assert.That(found.Values.IsEmpty && error.Text.Length > 10 && found.Findings.Acceptance >= AcceptanceCode.UnknownChannels, $"seed {seed} of {name}: {error}");
                reasons.Add(error.Code);
                continue;
            }
            accepted++;
            Assert.That(
                found.Values.Where(value => value.Interval is not null).Select(value => (value.Channel, value.Hour.Value, (decimal)value.Interval!.Value.Value)),
                Is.EqualTo(CredulousReading(mutated)).Using<(int, uint, decimal), (int, uint, decimal)>(
                    (ours, theirs) => ours.Item1 == theirs.Item1 && ours.Item2 == theirs.Item2 && Math.Abs(ours.Item3 - theirs.Item3) < 1),
                $"seed {seed} of {name}");
        }
        Assert.That(accepted, name.StartsWith("bad", StringComparison.Ordinal) ? Is.LessThan(Mutations / 100) : Is.InRange(Mutations / 50, Mutations * 3 / 4));
        Assert.That(reasons, Has.Count.GreaterThan(8));
    }

    /// <summary>Watt-hours by channel and hour, as whoever believes every byte would read them. Shares no code with the reader.</summary>
    private static IEnumerable<(int Channel, uint Hour, decimal WattHours)> CredulousReading(byte[] file)
    {
        Encoding encoding = Encoding.Latin1.GetString(file, 0, Math.Min(file.Length, 100)).Contains("1251", StringComparison.Ordinal)
            ? CodePagesEncodingProvider.Instance.GetEncoding(1251)!
            : Encoding.UTF8;
        XDocument document = XDocument.Load(XmlReader.Create(new StringReader(encoding.GetString(file).TrimStart('\uFEFF'))));
        DateTime day = DateTime.ParseExact(document.Root!.Element("datetime")!.Element("day")!.Value.Trim(), "yyyyMMdd", CultureInfo.InvariantCulture);
        foreach (XElement area in document.Root.Elements("area"))
        {
            int offset = area.Attribute("timezone") is null ? 5 : 3;
            long first = new DateTimeOffset(day, TimeSpan.FromHours(offset)).ToUnixTimeSeconds() / 3_600;
            foreach (XElement channel in area.Elements().SelectMany(point => point.Elements("measuringchannel")))
            {
                int place = (string)channel.Parent!.Attribute("code")! switch { "131150001113001" => 3, "131150001113002" => 4, "131150001113003" => 5, _ => -1 };
                if (place < 0 || (string)channel.Attribute("code")! != "01")
                {
                    continue;
                }
                decimal total = 0;
                for (int hour = 0; hour < 24; hour++)
                {
                    string[] starts = [$"{hour:D2}00", $"{hour:D2}30"];
                    XElement[] values = [.. channel.Elements("period").Where(period => starts.Contains((string)period.Attribute("start")!)).Elements("value")];
                    decimal before = decimal.Floor(total);
                    total += values.Sum(value => decimal.Parse(value.Value.Replace(',', '.'), NumberStyles.Number, CultureInfo.InvariantCulture)) * 1_000;
                    bool isCommercial = values.All(value => value.Attribute("status") is null || int.Parse((string)value.Attribute("status")!, CultureInfo.InvariantCulture) == 0);
                    if (isCommercial && decimal.Floor(total) - before <= 1_000_000)
                    {
                        yield return (place, (uint)(first + hour), decimal.Floor(total) - before);
                    }
                }
            }
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] file = original;
        int count = random.Next(1, 4);
        for (int i = 0; i < count && file.Length > 2; i++)
        {
            file = random.Next(10) switch
            {
                0 => Replace(file, random.Next(file.Length), 1, [(byte)random.Next(256)]),
                1 => Replace(file, random.Next(file.Length), random.Next(1, 40), []),
                2 => file[..random.Next(1, file.Length)],
                3 => MoveLine(file, random, isCopy: true),
                4 => MoveLine(file, random, isCopy: false),
                5 or 6 => ReplaceText(file, random, '"', '"'),
                _ => ReplaceText(file, random, '>', '<'),
            };
        }
        return file;
    }

    private static byte[] Replace(byte[] file, int at, int length, byte[] with) =>
        [.. file.AsSpan(0, at), .. with, .. file.AsSpan(Math.Min(file.Length, at + length))];

    /// <summary>Puts a token in place of what stands between two signs, or a few digits.</summary>
    private static byte[] ReplaceText(byte[] file, Random random, char open, char close)
    {
        int from = Array.IndexOf(file, (byte)open, random.Next(file.Length)) + 1;
        int to = from == 0 ? -1 : Array.IndexOf(file, (byte)close, from);
        string token = random.Next(2) == 0 ? s_tokens[random.Next(s_tokens.Length)] : random.Next(100).ToString(CultureInfo.InvariantCulture);
        return to < 0 || to - from > 30 ? Replace(file, random.Next(file.Length), 0, Encoding.UTF8.GetBytes(token)) : Replace(file, from, to - from, Encoding.UTF8.GetBytes(token));
    }

    private static byte[] MoveLine(byte[] file, Random random, bool isCopy)
    {
        (int from, int to) = LineAt(file, random.Next(file.Length));
        byte[] line = file[from..to];
        byte[] rest = isCopy ? file : Replace(file, from, to - from, []);
        (int target, _) = LineAt(rest, random.Next(Math.Max(1, rest.Length)));
        return Replace(rest, target, 0, line);
    }

    private static (int From, int To) LineAt(byte[] file, int position)
    {
        int from = position == 0 ? 0 : Array.LastIndexOf(file, (byte)'\n', Math.Min(position, file.Length) - 1) + 1;
        int to = Array.IndexOf(file, (byte)'\n', Math.Min(position, file.Length - 1));
        return (from, to < 0 ? file.Length : Math.Max(from, to + 1));
    }
}
