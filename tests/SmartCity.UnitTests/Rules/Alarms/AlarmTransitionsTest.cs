using SmartCity.Rules;

namespace SmartCity.UnitTests.Rules.Alarms;

/// <summary>The transition table of an alarm: each cell, and every sequence of inputs to a depth against another description of it.</summary>
public sealed class AlarmTransitionsTest
{
    private const int Depth = 8;

    /// <summary>A row a phase, a column an input, in the order of the enumerations; "." changes nothing.</summary>
    private static readonly string[] Table =
    [
        //                          Act  Ret  Ack  Res  She  Uns  Sup  Unp  Out  Put
        "Normal                     Una  .    .    .    She  .    Sup  .    Out  .",
        "Unacknowledged             .    Rtn  Ack  .    She  .    Sup  .    Out  .",
        "Acknowledged               .    Nor  .    .    She  .    Sup  .    Out  .",
        "ReturnedUnacknowledged     Una  .    Nor  .    She  .    .    .    Out  .",
        "LatchedUnacknowledged      Una  .    LaA  .    She  .    .    .    Out  .",
        "LatchedAcknowledged        Una  .    .    Nor  She  .    .    .    Out  .",
        "Shelved                    .    .    .    .    .    Res  .    .    Out  .",
        "SuppressedByDesign         .    .    .    .    She  .    .    Res  Out  .",
        "OutOfService               .    .    .    .    .    .    .    .    .    Res",
    ];

    private static readonly Dictionary<string, AlarmPhase> Short = new()
    {
        ["Nor"] = AlarmPhase.Normal,
        ["Una"] = AlarmPhase.Unacknowledged,
        ["Ack"] = AlarmPhase.Acknowledged,
        ["Rtn"] = AlarmPhase.ReturnedUnacknowledged,
        ["LaA"] = AlarmPhase.LatchedAcknowledged,
        ["She"] = AlarmPhase.Shelved,
        ["Sup"] = AlarmPhase.SuppressedByDesign,
        ["Out"] = AlarmPhase.OutOfService,
    };

    [Test]
    public void Next_EveryCell_IsThatOfTheTable()
    {
        AlarmPhase[] phases = Enum.GetValues<AlarmPhase>();
        AlarmInput[] inputs = Enum.GetValues<AlarmInput>();
        Assert.That(Table, Has.Length.EqualTo(phases.Length));
        foreach (AlarmPhase phase in phases)
        {
            string[] row = Table[(int)phase].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(row, Has.Length.EqualTo(inputs.Length + 1));
            Assert.That(row[0], Is.EqualTo(phase.ToString()));
            foreach (AlarmInput input in inputs)
            {
                foreach (bool isActive in new[] { false, true })
                {
                    AlarmSituation situation = new(isActive, IsSuppressed: false, IsLatched: false, NeedsAcknowledgement: true);
                    AlarmPhase? expected = row[(int)input + 1] switch
                    {
                        "." => null,
                        "Res" => isActive ? AlarmPhase.Unacknowledged : AlarmPhase.Normal,
                        string name => Short[name],
                    };
                    Assert.That(AlarmTransitions.Next(phase, input, situation), Is.EqualTo(expected), $"{phase} {input} {isActive}");
                }
            }
        }
    }

    [TestCase(AlarmPhase.Unacknowledged, false, true, ExpectedResult = AlarmPhase.LatchedUnacknowledged)]
    [TestCase(AlarmPhase.Acknowledged, false, true, ExpectedResult = AlarmPhase.LatchedAcknowledged)]
    [TestCase(AlarmPhase.Unacknowledged, false, false, ExpectedResult = AlarmPhase.Normal, Description = "a diagnostic asks nobody")]
    public AlarmPhase? Next_Return_DependsOnTheRule(AlarmPhase phase, bool needsAcknowledgement, bool isLatched) =>
        AlarmTransitions.Next(phase, AlarmInput.Return, new(false, false, isLatched, needsAcknowledgement));

    [TestCase(AlarmPhase.Normal, AlarmInput.Activate)]
    [TestCase(AlarmPhase.ReturnedUnacknowledged, AlarmInput.Activate)]
    [TestCase(AlarmPhase.ReturnedUnacknowledged, AlarmInput.Acknowledge)]
    [TestCase(AlarmPhase.LatchedAcknowledged, AlarmInput.Reset)]
    [TestCase(AlarmPhase.Shelved, AlarmInput.Unshelve)]
    [TestCase(AlarmPhase.OutOfService, AlarmInput.PutBack)]
    public void Next_WhileItsCauseStands_IsSuppressed(AlarmPhase phase, AlarmInput input) => Assert.That(
        AlarmTransitions.Next(phase, input, new(true, IsSuppressed: true, false, true)), Is.EqualTo(AlarmPhase.SuppressedByDesign));

    /// <summary>
    /// Every sequence of eight inputs, for each kind of rule, beside a description by independent facts: is it out of service, shelved,
    /// a consequence; does the condition hold; is this raising known; is there a raising that somebody has yet to see. Sequences that
    /// lead to the same facts and phase are followed once.
    /// </summary>
    [Test]
    public void Next_EverySequenceOfEight_KeepsTheMeaningOfTheStates([Values] bool isLatched, [Values] bool needsAcknowledgement)
    {
        HashSet<(AlarmPhase, Facts, bool, bool)> reached = [(AlarmPhase.Normal, new Facts(), false, false)];
        for (int depth = 0; depth < Depth; depth++)
        {
            HashSet<(AlarmPhase, Facts, bool, bool)> next = [];
            foreach ((AlarmPhase phase, Facts facts, bool isActive, bool isSuppressed) in reached)
            {
                foreach (AlarmInput input in Enum.GetValues<AlarmInput>())
                {
                    if ((input == AlarmInput.Activate && isActive) || (input == AlarmInput.Return && !isActive)
                        || (input == AlarmInput.Suppress && isSuppressed) || (input == AlarmInput.Unsuppress && !isSuppressed))
                    {
                        continue; // The engine never says so: nothing begins twice.
                    }
                    bool nowActive = input == AlarmInput.Activate || (isActive && input != AlarmInput.Return);
                    bool nowSuppressed = input == AlarmInput.Suppress || (isSuppressed && input != AlarmInput.Unsuppress);
                    AlarmPhase after = AlarmTransitions.Next(phase, input, new(nowActive, nowSuppressed, isLatched, needsAcknowledgement)) ?? phase;
                    Facts then = facts.After(input, nowActive, nowSuppressed, isLatched, needsAcknowledgement);
                    Assert.That(after, Is.EqualTo(then.Phase), $"{phase} {facts} {input} active {nowActive} suppressed {nowSuppressed}");
                    Assert.That(after != AlarmPhase.Acknowledged || nowActive, "an acknowledgement outlives no alarm");
                    Assert.That(!after.IsRaised() || nowActive, "what has ended calls for nobody");
                    next.Add((after, then, nowActive, nowSuppressed));
                }
            }
            reached = next;
        }
        Assert.That(reached.Select(state => state.Item1).Distinct().Count(), Is.GreaterThanOrEqualTo(6));
    }

    /// <summary>What is true of an alarm, fact by fact.</summary>
    private sealed record Facts(
        bool IsOut = false, bool IsShelved = false, bool IsMuted = false, bool IsOpen = false, bool IsKnown = false, bool IsStanding = false)
    {
        public AlarmPhase Phase => this switch
        {
            { IsOut: true } => AlarmPhase.OutOfService,
            { IsShelved: true } => AlarmPhase.Shelved,
            { IsMuted: true } => AlarmPhase.SuppressedByDesign,
            { IsOpen: false } => AlarmPhase.Normal,
            { IsStanding: true } => IsKnown ? AlarmPhase.Acknowledged : AlarmPhase.Unacknowledged,
            { IsLatch: true } => IsKnown ? AlarmPhase.LatchedAcknowledged : AlarmPhase.LatchedUnacknowledged,
            _ => AlarmPhase.ReturnedUnacknowledged,
        };

        private bool IsLatch { get; init; }

        private bool IsMute => IsOut || IsShelved || IsMuted;

        public Facts After(AlarmInput input, bool isActive, bool isSuppressed, bool isLatched, bool needsAcknowledgement) => input switch
        {
            AlarmInput.Activate when !IsMute => Fresh(isActive, isSuppressed),
            AlarmInput.Return when !IsMute => isLatched || (needsAcknowledgement && !IsKnown)
                ? this with { IsStanding = false, IsLatch = isLatched }
                : new(),
            AlarmInput.Acknowledge when !IsMute && IsOpen && !IsKnown => IsStanding || IsLatch ? this with { IsKnown = true } : Fresh(false, isSuppressed),
            AlarmInput.Reset when !IsMute && IsOpen && IsKnown && IsLatch && !IsStanding => Fresh(false, isSuppressed),
            AlarmInput.Shelve when !IsOut && !IsShelved => new(IsShelved: true),
            AlarmInput.Unshelve when IsShelved && !IsOut => Fresh(isActive, isSuppressed),
            AlarmInput.Suppress when !IsMute && (IsStanding || !IsOpen) => new(IsMuted: true),
            AlarmInput.Unsuppress when IsMuted && !IsShelved && !IsOut => Fresh(isActive, false),
            AlarmInput.TakeOut when !IsOut => new(IsOut: true),
            AlarmInput.PutBack when IsOut => Fresh(isActive, isSuppressed),
            _ => this,
        };

        private static Facts Fresh(bool isActive, bool isSuppressed) =>
            isSuppressed ? new(IsMuted: true) : isActive ? new(IsOpen: true, IsStanding: true) : new();
    }
}
