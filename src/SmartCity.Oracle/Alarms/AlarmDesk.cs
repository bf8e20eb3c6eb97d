using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Rules;

namespace SmartCity.Oracle;

/// <summary>Runs the alarm rules on what was polled, carries out acknowledgements, and records both. All within the journal's transactions.</summary>
internal sealed partial class AlarmDesk(CityPlan plan, AlarmMode mode, AlarmStore store, SourceSession session, ILogger<AlarmDesk> logger)
{
    /// <summary>A source whose clock goes back further than this has begun anew: the rules do, too.</summary>
    private static readonly TimeSpan ClockSetBack = TimeSpan.FromMinutes(1);

    private readonly SubstationRules _rules = new(mode == AlarmMode.Strict ? AlarmOptions.Strict : AlarmOptions.Refined);
    private readonly Dictionary<uint, SubstationState> _states = store.ReadStates();

    /// <summary>Looks at every substation.</summary>
    /// <param name="transaction">The transaction that journals the samples.</param>
    /// <param name="polled">What was polled.</param>
    /// <param name="sourceTime">The source's clock.</param>
    public void Look(JournalTransaction transaction, IReadOnlyList<Sample> polled, DateTimeOffset sourceTime)
    {
        foreach (SubstationPlan substation in plan.Substations)
        {
            SubstationState state = _states.GetValueOrDefault(substation.Number, SubstationState.Initial);
            if (state.Time is { } lastLook && lastLook - sourceTime > ClockSetBack)
            {
                LogClockSetBack(substation.Name, lastLook, sourceTime);
                state = SubstationState.Initial;
            }
            Evaluation look = _rules.Evaluate(state, SubstationReading.Of(substation.SourceObject, polled), sourceTime);
            foreach (AlarmEvent found in look.Events)
            {
                Record(transaction, substation, found);
            }
            if (look.State != state)
            {
                AlarmStore.WriteState(transaction, substation.Number, mode, look.State);
            }
            _states[substation.Number] = look.State;
        }
    }

    /// <summary>Carries out the acknowledgements that were asked for.</summary>
    public void CarryOutRequests(JournalDatabase journal)
    {
        if (store.HasRequests())
        {
            journal.Write(transaction =>
            {
                foreach (AcknowledgementRequest request in AlarmStore.Requests(transaction))
                {
                    CarryOut(transaction, request);
                }
            });
        }
    }

    private void CarryOut(JournalTransaction transaction, AcknowledgementRequest request)
    {
        AlarmId alarm = AlarmId.Parse(request.Code);
        DateTimeOffset time = session.SourceTime is { } now && now > request.RaisedAt ? now : request.RaisedAt;
        if (request.IsAcknowledged)
        {
            AlarmStore.Refuse(transaction, request, "It is acknowledged already.");
            return;
        }
        SubstationState state = _states.GetValueOrDefault(request.Substation, SubstationState.Initial);
        switch (SubstationRules.Acknowledge(state, alarm, request.RaisedAt, time))
        {
            case AcknowledgeOutcome.Done done:
                _states[request.Substation] = done.State;
                AlarmStore.WriteState(transaction, request.Substation, mode, done.State);
                break;
            case AcknowledgeOutcome.Refused refused when !request.IsCleared:
                AlarmStore.Refuse(transaction, request, refused.Reason);
                LogRefused(alarm.Code, refused.Reason);
                return;
            default:
                break; // An earlier raising that is over: the rules know only the last one; the record is acknowledged all the same.
        }
        AlarmStore.Acknowledge(
            transaction, request, alarm.Number, time, AlarmEvidenceJson.Write(request.Incident, request.ByWhom, request.Note, time));
        LogAcknowledged(alarm.Code, request.Alarm);
    }

    private void Record(JournalTransaction transaction, SubstationPlan substation, AlarmEvent found)
    {
        switch (found)
        {
            case AlarmEvent.Raised raised:
                string detail = Describe(raised);
                string evidence = AlarmEvidenceJson.Write(substation.SourceObject, raised.Alarm, mode, raised.Time, raised.Evidence);
                End(transaction, substation, raised.Alarm, raised.Time, evidence); // Only after the clock was set back there is one.
                AlarmStore.Raise(transaction, substation, IncidentOf(substation, raised), raised, detail, evidence);
                LogRaised(substation.Name, raised.Alarm.Code, raised.Time, detail);
                break;
            case AlarmEvent.Cleared cleared:
                End(transaction, substation, cleared.Alarm, cleared.Time,
                    AlarmEvidenceJson.Write(substation.SourceObject, cleared.Alarm, mode, cleared.Time, cleared.Evidence));
                LogCleared(substation.Name, cleared.Alarm.Code, cleared.Time);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"Unmapped alarm event {found}.");
        }
    }

    private static void End(JournalTransaction transaction, SubstationPlan substation, AlarmId alarm, DateTimeOffset time, string evidence)
    {
        foreach ((long id, DateTimeOffset raisedAt) in AlarmStore.Standing(transaction, substation.Number, alarm.Code))
        {
            AlarmStore.Clear(transaction, id, alarm.Number, time > raisedAt ? time : raisedAt, evidence);
        }
    }

    /// <summary>The same raising has the same id after every restart, so that the incident log refuses a repeat instead of doubling it.</summary>
    private static Hash32 IncidentOf(SubstationPlan substation, AlarmEvent.Raised raised) => Keccak.Hash256(string.Create(
        CultureInfo.InvariantCulture, $"SmartCity incident {substation.Number} {raised.Alarm.Code} {raised.Time.ToUnixTimeMilliseconds()}"));

    private static string Describe(AlarmEvent.Raised raised)
    {
        SubstationSignals signals = raised.Evidence.Signals;
        return raised.Alarm.Kind switch
        {
            AlarmKind.BelowLimit => Invariant($"{raised.Alarm.Signal!.Value.Tag()} {Text(raised.Evidence.Value)} below {Text(raised.Evidence.Limit)}"),
            AlarmKind.AboveLimit => Invariant($"{raised.Alarm.Signal!.Value.Tag()} {Text(raised.Evidence.Value)} above {Text(raised.Evidence.Limit)}"),
            AlarmKind.Leak => "leak sensor wet",
            AlarmKind.PumpFault => "pump reports a fault",
            AlarmKind.SignalUnusable => $"{raised.Alarm.Signal!.Value.Tag()} has no good value",
            _ => Invariant($"pump {(signals.PumpRunning.Value == true ? "runs" : "stands")}, switch {(signals.PressureSwitch.Value == true ? "on" : "off")}, ")
                + Invariant($"p1 {Text(signals.SupplyPressure.Value)} bar, p2 {Text(signals.ReturnPressure.Value)} bar"),
        };

        static string Invariant(FormattableString text) => FormattableString.Invariant(text);
        static string Text(decimal? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
    }

    [LoggerMessage(EventId = 5300, Level = LogLevel.Warning, Message = "{Substation}: alarm {Code} raised at {Time:u}: {Detail}")]
    private partial void LogRaised(string substation, string code, DateTimeOffset time, string detail);

    [LoggerMessage(EventId = 5301, Level = LogLevel.Information, Message = "{Substation}: alarm {Code} cleared at {Time:u}")]
    private partial void LogCleared(string substation, string code, DateTimeOffset time);

    [LoggerMessage(EventId = 5302, Level = LogLevel.Information, Message = "Alarm {Code} (no. {Alarm}) acknowledged")]
    private partial void LogAcknowledged(string code, long alarm);

    [LoggerMessage(EventId = 5303, Level = LogLevel.Warning, Message = "Alarm {Code} cannot be acknowledged: {Reason}")]
    private partial void LogRefused(string code, string reason);

    [LoggerMessage(EventId = 5304, Level = LogLevel.Warning, Message = "{Substation}: the source's clock went back from {Before:u} to {Now:u}; the alarm rules begin anew")]
    private partial void LogClockSetBack(string substation, DateTimeOffset before, DateTimeOffset now);
}
