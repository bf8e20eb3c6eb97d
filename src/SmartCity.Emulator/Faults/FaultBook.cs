using System.Globalization;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Faults;

/// <summary>What is asked for when a fault is laid: fields as text, not yet checked.</summary>
internal sealed record FaultRequest(
    string Kind, string Target, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyDictionary<string, string> Parameters);

/// <summary>What became of a request to the fault book.</summary>
internal abstract record FaultOutcome
{
    private FaultOutcome()
    {
    }

    /// <summary>Done; the fault as it is now.</summary>
    public sealed record Done(Fault Fault) : FaultOutcome;

    /// <summary>Refused, with a reason for people.</summary>
    public sealed record Refused(string Reason) : FaultOutcome;

    /// <summary>There is no such fault.</summary>
    public sealed record Unknown : FaultOutcome;
}

/// <summary>All faults, past and present, written to the state before they take effect. Safe for concurrent use.</summary>
internal sealed class FaultBook
{
    private const int MaxFaults = 1_000;

    private readonly Lock _gate = new();
    private readonly EmulatorStateFile _file;
    private readonly City _city;
    private readonly Dictionary<int, int> _requestsLeft = [];
    private EmulatorState _state;
    private volatile FaultSet _faults;
    private int _requests;

    public FaultBook(EmulatorState state, EmulatorStateFile file, City city)
    {
        _state = state;
        _file = file;
        _city = city;
        _faults = new(state.Faults);
    }

    /// <summary>The faults as they are now.</summary>
    public FaultSet Faults => _faults;

    /// <summary>Lays a fault.</summary>
    /// <exception cref="IOException">The state cannot be written; nothing has changed.</exception>
    public FaultOutcome Add(FaultRequest request, DateTimeOffset now)
    {
        if (FaultKinds.Find(request.Kind) is not { } kind)
        {
            return new FaultOutcome.Refused($"unknown kind '{request.Kind}'; kinds: {string.Join(", ", FaultKinds.All.Select(known => known.Name))}");
        }
        DateTimeOffset from = Milliseconds(request.From ?? now);
        DateTimeOffset? to = kind.IsMoment ? from : request.To is { } end ? Milliseconds(end) : from + kind.DefaultLength;
        Dictionary<string, string> parameters = kind.Fields.ToDictionary(
            field => field.Name, field => request.Parameters.GetValueOrDefault(field.Name) ?? DefaultOf(field, request.Target));
        string? objection = TargetObjection(kind, request.Target)
            ?? ParameterObjection(kind, request.Parameters.Keys, parameters)
            ?? TimeObjection(kind, from, to, request.To);
        if (objection is not null)
        {
            return new FaultOutcome.Refused(objection);
        }
        lock (_gate)
        {
            if (_state.Faults.Count >= MaxFaults)
            {
                return new FaultOutcome.Refused($"there are {MaxFaults} faults already; forget some first (DELETE …?forget=true)");
            }
            Fault fault = new(_state.NextFaultId, kind.Name, request.Target, from, to, parameters);
            Keep(_state with { NextFaultId = fault.Id + 1, Faults = [.. _state.Faults, fault] });
            return new FaultOutcome.Done(fault);
        }
    }

    /// <summary>Ends a fault now; one that has not begun, or that is to be forgotten, goes without a trace.</summary>
    /// <exception cref="IOException">The state cannot be written; nothing has changed.</exception>
    public FaultOutcome End(int id, DateTimeOffset now, bool forget)
    {
        lock (_gate)
        {
            if (_state.Faults.FirstOrDefault(fault => fault.Id == id) is not { } fault)
            {
                return new FaultOutcome.Unknown();
            }
            DateTimeOffset end = Milliseconds(now);
            Fault ended = fault.To <= end ? fault : fault with { To = end };
            bool leavesTrace = !forget && fault.From < end && FaultKinds.Find(fault.Kind)!.Scope != FaultScope.Api;
            Keep(_state with { Faults = [.. leavesTrace ? _state.Faults.Select(each => each.Id == id ? ended : each) : _state.Faults.Where(each => each.Id != id)] });
            return new FaultOutcome.Done(ended);
        }
    }

    /// <summary>Whether a fault of the interface strikes the present request. Faults with a share strike that share of requests, evenly and repeatably;
    /// faults with a count end after so many strikes.</summary>
    public Fault? Strike(string kind, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (Fault fault in _faults.On(FaultKinds.ApiTarget).Where(fault => fault.Kind == kind && fault.Covers(now)))
            {
                int left = _requestsLeft.GetValueOrDefault(fault.Id, (int)fault.Number("count"));
                bool limited = fault.Number("count") > 0;
                if ((limited && left <= 0) || Profiles.Deterministic.Pick(100, fault.Id, ++_requests) >= fault.Number("share"))
                {
                    continue;
                }
                _requestsLeft[fault.Id] = left - (limited ? 1 : 0);
                return fault;
            }
            return null;
        }
    }

    /// <summary>Whether a fault still acts, or will: its time is not over and its count is not used up.</summary>
    public bool IsOpen(Fault fault, DateTimeOffset now)
    {
        lock (_gate)
        {
            return (fault.To is not { } to || now < to) && !(_requestsLeft.TryGetValue(fault.Id, out int left) && left <= 0 && fault.Number("count") > 0);
        }
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    /// <summary>A replaced meter's serial number is the old node's number made eight digits, unless one is given.</summary>
    private string DefaultOf(FaultField field, string target) => field.Name != "serial"
        ? field.Default
        : (50_000_000 + (_city.FindNode(target)?.Id ?? 0)).ToString(CultureInfo.InvariantCulture);

    private string? TargetObjection(FaultKind kind, string target)
    {
        if (kind.Scope == FaultScope.Api)
        {
            return target == FaultKinds.ApiTarget ? null : $"the target of {kind.Name} is '{FaultKinds.ApiTarget}'";
        }
        if (target == FaultKinds.EverySubstation && kind.Scope == FaultScope.HeatPoint)
        {
            return null;
        }
        string[] parts = target.Split('.');
        EmulatedObject? node = _city.FindNode(parts[0]) is { Parameters.Count: > 0 } found ? found : null;
        bool signalKnown = parts.Length == 1
            || (parts.Length == 2 && kind.Scope == FaultScope.Signals && node?.Parameters.Any(each => each.Name == parts[1]) == true);
        bool fits = signalKnown && node is not null && kind.Scope switch
        {
            FaultScope.HeatPoint => node.Type == "heat_point",
            FaultScope.Meter => node.Type is "meter1" or "meter3",
            FaultScope.Consumer => node.Type == "meter1",
            _ => true,
        };
        return fits ? null : $"{kind.Name} cannot be laid on '{target}'; it wants {Wanted(kind.Scope)}";
    }

    private static string Wanted(FaultScope scope) => scope switch
    {
        FaultScope.HeatPoint => "a heat substation (itp_1), or all of them (itp_*)",
        FaultScope.Meter => "an electricity meter (m3_1, m1_1, h2_m1_01)",
        FaultScope.Consumer => "a single-phase meter (m1_1, h2_m1_01)",
        FaultScope.Signals => "a device or a signal (m1_1, itp_1.t1)",
        _ => "a device (itp_1, m3_1, m1_1)",
    };

    private static string? ParameterObjection(FaultKind kind, IEnumerable<string> given, Dictionary<string, string> parameters)
    {
        if (given.FirstOrDefault(name => kind.Fields.All(field => field.Name != name)) is { } unknown)
        {
            return $"{kind.Name} has no parameter '{unknown}'";
        }
        foreach (FaultField field in kind.Fields)
        {
            string text = parameters[field.Name];
            if (field.Words is { } words && !words.Contains(text))
            {
                return $"{field.Name} must be one of: {string.Join(", ", words)}";
            }
            bool inRange = field.Words is not null
                || (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number)
                    && number >= field.Min && number <= field.Max
                    && (field.Name is "value" or "init_kwh" || number == decimal.Truncate(number)));
            if (!inRange)
            {
                return FormattableString.Invariant($"{field.Name} must be a number {field.Min}..{field.Max}");
            }
        }
        return null;
    }

    private string? TimeObjection(FaultKind kind, DateTimeOffset from, DateTimeOffset? to, DateTimeOffset? givenEnd) =>
        from < _city.HistoryFrom ? FormattableString.Invariant($"'from' is before the start of history, {_city.HistoryFrom:O}")
        : kind.IsMoment && givenEnd is not null ? $"{kind.Name} happens at one instant and has no 'to'"
        : !kind.IsMoment && to <= from ? "'to' must be after 'from'"
        : null;

    private void Keep(EmulatorState state)
    {
        _file.Write(state);
        _state = state;
        _faults = new(state.Faults);
    }
}
