using System.Collections.Immutable;
using CsCheck;
using SmartCity.Domain;
using SmartCity.Notices;
using SmartCity.Rules;

namespace SmartCity.UnitTests.Notices;

/// <summary>Notices and plans for tests.</summary>
internal static class Samples
{
    /// <summary>Thursday, 15 January 2026, 11:14 in the city.</summary>
    public static readonly DateTimeOffset Now = new(2026, 1, 15, 8, 14, 0, TimeSpan.Zero);

    public static readonly CityCalendar Calendar = new(TimeSpan.FromHours(3));

    private static readonly NoticeText s_russian = new()
    {
        Title = "Протечка",
        Headline = "Протечка: ИТП 1, ул. Садовая, 12",
        Description = "Датчик протечки сработал.",
        Instruction = "Перекрыть ввод, направить бригаду.",
    };

    private static readonly NoticeText s_english = new()
    {
        Title = "Leak",
        Headline = "Leak: ITP 1, Sadovaya 12",
        Description = "The leak sensor is on.",
        Instruction = "Close the inlet, send a crew.",
    };

    private static readonly Gen<string> s_hostile = Gen.Frequency(
        (4, Gen.String),
        (1, Gen.Const("a]]>b<!-- & <script>\"'")),
        (1, Gen.Const("x\r\nBcc: thief@example.org\r\n\r\n")),
        (1, Gen.Const("a =?utf-8?B?DQpCY2M6IHRoaWVmQGV4YW1wbGUub3Jn?= b")),
        (1, Gen.Const("\0\u0001\u001b\u0085\u2028\ufffe\uffff\ud800\u202e")),
        (1, Gen.Int[1, 20_000].Select(length => new string('ш', length))),
        (1, Gen.Int[100, 200].Select(length => string.Concat(Enumerable.Repeat("🔥", length)))));

    /// <summary>A leak that concerns the heat provider (3) and the managing company (2).</summary>
    public static IncidentNotice Leak(int sequence = 1, IncidentStage stage = IncidentStage.Registered, long incident = 7) => new()
    {
        Incident = new(1, incident),
        Sequence = sequence,
        At = Now,
        ObjectName = "ИТП 1, ул. Садовая, 12",
        Alarm = 4,
        Severity = Severity.Critical,
        Stage = stage,
        RaisedAt = Now.AddMinutes(-1),
        RegisteredAt = Now,
        Deadlines = [new(Deadline.Localise, Now.AddMinutes(30), DeadlineStatus.Running), new(Deadline.Eliminate, Now.AddHours(72), DeadlineStatus.Running)],
        Russian = s_russian,
        English = s_english,
        Groups = [new(3, EnergyKind.Heat, "Тепло, ИТП 1, ул. Садовая, 12")],
        Houses = ["ул. Садовая, 12"],
        Providers = [2, 3],
    };

    public static IncidentNotice With(this IncidentNotice notice, EscalationLevel level) =>
        notice with { Warning = new(Deadline.Localise, 50, level, Now, Now.AddMinutes(30)) };

    /// <summary>A plan of one organisation, the heat provider, with these contacts; all alarms and stages where nothing else is said.</summary>
    public static ContactPlan Plan(params ImmutableArray<Contact> contacts) => new(
        "edds@demograd.example", "ЕДДС Демограда", CapStatus.Exercise,
        new("localhost", 25, MailSecurity.None, "edds@demograd.example", null, null), [new("teploset", "ПАО «Теплосеть»", 3, "key", contacts)]);

    public static Contact Contact(string name, string url = "http://127.0.0.1:1/") => new()
    {
        Name = name,
        Address = new ContactAddress.Webhook(new(url)),
        Alarms = [1, 2, 3, 4],
        Stages = [.. Enumerable.Range(1, 8).Select(stage => (IncidentStage)stage)],
        Levels = [.. Enum.GetValues<EscalationLevel>()],
    };

    /// <summary>Notices of every kind, with whatever text.</summary>
    public static Gen<IncidentNotice> AnyNotice()
    {
        Gen<DateTimeOffset> times = Gen.Long[-2_000_000_000, 4_000_000_000].Select(DateTimeOffset.FromUnixTimeSeconds);
        Gen<NoticeText> texts = Gen.Select(s_hostile, s_hostile, s_hostile, s_hostile, (title, headline, description, instruction) =>
            new NoticeText { Title = title, Headline = headline, Description = description, Instruction = instruction });
        Gen<NoticePlace?> places = Gen.Select(Gen.Bool, Gen.Bool, Gen.Decimal[-90, 90], Gen.Decimal[0, 50], (hasCode, hasCircle, degrees, radius) =>
            (NoticePlace?)new NoticePlace(
                hasCode ? "73701000" : null,
                hasCircle ? new NoticeCircle(decimal.Round(degrees, 6), decimal.Round(degrees * 2, 6), decimal.Round(radius, 3)) : null));
        Gen<NoticeDeadline> deadlines = Gen.Select(Gen.Enum<Deadline>(), times, Gen.Enum<DeadlineStatus>(), (deadline, due, status) => new NoticeDeadline(deadline, due, status));
        Gen<NoticeGroup> groups = Gen.Select(Gen.UInt, Gen.Enum<EnergyKind>(), s_hostile, (number, kind, name) => new NoticeGroup(number, kind, name));
        Gen<IncidentNotice> plain = Gen.Select(Gen.Int[1, 9], Gen.Byte[1, 4], Gen.Enum<Severity>(), Gen.Int[1, 11], times, s_hostile, texts, texts).Select(
            (sequence, alarm, severity, stage, at, name, russian, english) => new IncidentNotice
            {
                Incident = new(1, 7),
                Sequence = sequence,
                At = at,
                ObjectName = name,
                Alarm = alarm,
                Severity = severity,
                Stage = (IncidentStage)stage,
                RaisedAt = at.AddMinutes(-1),
                RegisteredAt = at,
                Russian = russian,
                English = english,
            });
        return Gen.Select(plain, places, deadlines.Array[0, 8], groups.Array[0, 3], s_hostile.Array[0, 300], s_hostile, Gen.Bool).Select(
            (notice, place, due, concerned, houses, crew, warns) => notice with
            {
                Place = place,
                Deadlines = [.. due],
                Groups = [.. concerned],
                Houses = [.. houses],
                Providers = [1, 2],
                Crew = crew,
                ClearedAt = warns ? notice.At : null,
                Warning = warns ? new DeadlineWarning(Deadline.Restore, 80, EscalationLevel.ShiftHead, notice.At, notice.At) : null,
            });
    }
}
