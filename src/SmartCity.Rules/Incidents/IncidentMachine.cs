using SmartCity.Domain;

namespace SmartCity.Rules;

/// <summary>
/// What may be done with an incident at which stage. Pure; the same that the contract IncidentLog allows, so that what is done here is
/// not refused there.
/// </summary>
public sealed class IncidentMachine(IncidentClocks clocks)
{
    private const int EvidenceDigits = 64;

    /// <summary>Does something with an incident.</summary>
    /// <param name="incident">The incident so far; it is not changed.</param>
    /// <param name="command">What is done.</param>
    public IncidentOutcome Do(Incident incident, IncidentCommand command)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(command);
        if (!IsEvidence(command.Evidence))
        {
            return Refused($"Evidence is needed: its hash, {EvidenceDigits} hexadecimal digits.");
        }
        if (string.IsNullOrWhiteSpace(command.By))
        {
            return Refused("Say who does it.");
        }
        return command switch
        {
            IncidentCommand.Advance advance => Advance(incident, advance),
            IncidentCommand.Clear => incident.ClearedAt is { } cleared
                ? Refused($"The alarm ended already, at {cleared:u}.")
                : NotBefore(incident.RaisedAt, command) ?? Done(incident with { ClearedAt = command.Time }),
            IncidentCommand.Escalate => incident.IsCritical
                ? Refused("It is critical already.")
                : Open(incident) ?? NotBefore(incident.RaisedAt, command) ?? Done(incident with { IsCritical = true }),
            IncidentCommand.Visit => incident.Reached(Deadline.Visit) is { } visited
                ? Refused($"Someone was there already, at {visited:u}.")
                : Between(incident, IncidentStage.Registered, IncidentStage.Verified) ?? NotBefore(incident.RegisteredAt, command)
                    ?? Reach(incident, Deadline.Visit, command.Time),
            IncidentCommand.Suspend suspend => Suspend(incident, suspend),
            IncidentCommand.Resume => Resume(incident, command),
            IncidentCommand.Reject => Reject(incident, command),
            IncidentCommand.Reopen => Reopen(incident, command),
            IncidentCommand.Interrupt interrupt => Interrupt(incident, interrupt),
            IncidentCommand.ReportCondition report => Report(incident, report),
            IncidentCommand.RecordOutage => incident.Stage == IncidentStage.Rejected
                ? Refused("It was a false alarm.")
                : Done(incident with { HasOutage = true }),
            _ => throw new System.Diagnostics.UnreachableException($"Unmapped command {command}."),
        };
    }

    /// <summary>
    /// Ends an incident that is part of another. The other's clocks began no later, it takes over an interruption that is to end sooner
    /// than its own, and is critical if this one is: so nobody gains time.
    /// </summary>
    /// <param name="incident">The part.</param>
    /// <param name="parent">The other one.</param>
    /// <param name="time">When.</param>
    /// <returns>Both after it and the part's breaches; or why not.</returns>
    public (Incident Part, Incident Parent, IReadOnlyList<Deadline> Breaches, string? Refusal) Merge(
        Incident incident, Incident parent, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(incident);
        ArgumentNullException.ThrowIfNull(parent);
        bool isWithoutSupply = incident.Interruption is not null && incident.Stage < IncidentStage.Restored;
        string? refusal = !incident.IsOpen || !parent.IsOpen ? "Only open incidents are merged."
            : (parent.ObjectNumber, parent.Number) == (incident.ObjectNumber, incident.Number) ? "An incident is no part of itself."
            : parent.RaisedAt > incident.RaisedAt ? "The other's alarm began later."
            : parent.RegisteredAt > incident.RegisteredAt ? "The other's clocks began later."
            : time < incident.StageAt ? $"It cannot be before {incident.StageAt:u}."
            : isWithoutSupply && parent.Stage >= IncidentStage.Restored ? "The other's supply is restored, this one's is not."
            : null;
        if (refusal is not null)
        {
            return (incident, parent, [], refusal);
        }
        bool isSooner = isWithoutSupply && (parent.Interruption is null || incident.Interruption!.Due < parent.Interruption.Due);
        (Incident part, IReadOnlyList<Deadline> breaches) = End(incident, IncidentStage.Merged, time);
        return (
            part with { Parent = new(parent.ObjectNumber, parent.Number) },
            parent with
            {
                IsCritical = parent.IsCritical || incident.IsCritical,
                Interruption = isSooner ? incident.Interruption : parent.Interruption,
            },
            breaches,
            null);
    }

    /// <summary>The earliest instant at which it may be closed; <c>null</c> while the alarm's condition holds.</summary>
    public DateTimeOffset? ClosableFrom(Incident incident)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return incident.ClearedAt is { } cleared && incident.RegisteredAt is { } registered ? cleared + clocks.RulesOf(registered).Quiet : null;
    }

    /// <summary>The last instant at which an ended incident is reopened by a new alarm; later it is a new one.</summary>
    internal DateTimeOffset ReopenableUntil(Incident incident) => incident.StageAt + clocks.RulesOf(incident.StageAt).Quiet;

    private IncidentOutcome Advance(Incident incident, IncidentCommand.Advance command)
    {
        if (command.Stage > IncidentStage.Closed || (int)command.Stage != (int)incident.Stage + 1)
        {
            return Refused($"After {incident.Stage} does not come {command.Stage}.");
        }
        if (NotBefore(incident.StageAt, command) is { } tooEarly)
        {
            return tooEarly;
        }
        Incident next = incident with { Stage = command.Stage, StageAt = command.Time };
        switch (command.Stage)
        {
            case IncidentStage.Acknowledged:
                return Reach(next with { Owner = incident.Owner ?? command.By }, Deadline.Acknowledge, command.Time);
            case IncidentStage.Dispatched:
                return Reach(next, Deadline.Plan, command.Time);
            case IncidentStage.Localised:
                return Reach(next, Deadline.Localise, command.Time);
            case IncidentStage.Restored:
                return Reach(next, Deadline.Restore, command.Time);
            case IncidentStage.Eliminated:
                return incident.Suspension is not null
                    ? Refused("It is suspended: let its clock run again first.")
                    : Reach(next with { EliminatedBy = command.By }, Deadline.Eliminate, command.Time);
            case IncidentStage.Verified:
                return SamePerson(incident, command) ?? Done(next);
            case IncidentStage.Closed:
                return Close(incident, command);
            default: // Registered.
                return Done(next with { RegisteredAt = command.Time });
        }
    }

    private IncidentOutcome Close(Incident incident, IncidentCommand.Advance command)
    {
        if (SamePerson(incident, command) is { } same)
        {
            return same;
        }
        if (ClosableFrom(incident) is not { } earliest)
        {
            return Refused("The alarm's condition still holds.");
        }
        if (command.Time < earliest)
        {
            return Refused($"The signal must stay normal until {earliest:u}.");
        }
        (Incident closed, IReadOnlyList<Deadline> breaches) = End(incident, IncidentStage.Closed, command.Time);
        return new IncidentOutcome.Done(closed, breaches);
    }

    private static IncidentOutcome? SamePerson(Incident incident, IncidentCommand command) =>
        incident.IsCritical && string.Equals(incident.EliminatedBy, command.By, StringComparison.OrdinalIgnoreCase)
            ? Refused($"{command.By} eliminated it: a critical incident is verified and closed by another person.")
            : null;

    private static IncidentOutcome Suspend(Incident incident, IncidentCommand.Suspend command)
    {
        if (Between(incident, IncidentStage.Registered, IncidentStage.Restored) is { } wrong)
        {
            return wrong;
        }
        if (incident.Suspension is not null)
        {
            return Refused("It is suspended already.");
        }
        return NotBefore(Later(incident.RegisteredAt, incident.SuspensionAt), command)
            ?? Done(incident with { Suspension = command.Reason, SuspensionAt = command.Time });
    }

    private static IncidentOutcome Resume(Incident incident, IncidentCommand command)
    {
        if (Between(incident, IncidentStage.Registered, IncidentStage.Restored) is { } wrong)
        {
            return wrong;
        }
        if (incident is not { Suspension: not null, SuspensionAt: { } since })
        {
            return Refused("It is not suspended.");
        }
        return NotBefore(since, command) ?? Done(incident with
        {
            Suspension = null,
            SuspensionAt = command.Time,
            SuspendedFor = incident.SuspendedFor + (command.Time - since),
        });
    }

    private IncidentOutcome Reject(Incident incident, IncidentCommand command)
    {
        if (Between(incident, IncidentStage.Detected, IncidentStage.Dispatched) is { } wrong)
        {
            return wrong;
        }
        if (incident.HasOutage || incident.Interruption is not null)
        {
            return Refused("What reduces bills, or leaves people without supply, is no false alarm.");
        }
        if (NotBefore(incident.StageAt, command) is { } tooEarly)
        {
            return tooEarly;
        }
        (Incident rejected, IReadOnlyList<Deadline> breaches) = End(incident, IncidentStage.Rejected, command.Time);
        return new IncidentOutcome.Done(rejected, breaches);
    }

    private IncidentOutcome Reopen(Incident incident, IncidentCommand command)
    {
        if (incident.Stage == IncidentStage.Merged)
        {
            return Refused("It is part of another: reopen that one.");
        }
        if (incident.Stage < IncidentStage.Restored)
        {
            return incident.ClearedAt is { } cleared
                ? NotBefore(cleared, command) ?? Done(incident with { ClearedAt = null, Reopenings = incident.Reopenings + 1 })
                : Refused("Its alarm stands: there is nothing to reopen.");
        }
        if (NotBefore(Later(incident.StageAt, incident.ClearedAt), command) is { } tooEarly)
        {
            return tooEarly;
        }
        if (!incident.IsOpen && command.Time > ReopenableUntil(incident))
        {
            return Refused($"It could be reopened until {ReopenableUntil(incident):u}: this is a new incident.");
        }
        if (incident.Stage == IncidentStage.Rejected)
        {
            return Done(incident with
            {
                Stage = StageBefore(incident),
                StageAt = command.Time,
                ClearedAt = null,
                Reopenings = incident.Reopenings + 1,
            });
        }
        return BeginAnew(incident, command.Time);
    }

    /// <summary>What was restored was not, or not for long: back to work. The clock of elimination has never stopped.</summary>
    private IncidentOutcome.Done BeginAnew(Incident incident, DateTimeOffset time)
    {
        IReadOnlyList<Deadline> breaches = Overdue(incident, time);
        DateTimeOffset?[] reached = new DateTimeOffset?[6];
        reached[(int)Deadline.Acknowledge] = incident.Reached(Deadline.Acknowledge);
        int[] told = new int[6];
        told[(int)Deadline.Acknowledge] = incident.Told[(int)Deadline.Acknowledge];
        told[(int)Deadline.Eliminate] = incident.Told[(int)Deadline.Eliminate];
        return new(
            incident with
            {
                Stage = IncidentStage.Acknowledged,
                StageAt = time,
                RegisteredAt = time,
                ClearedAt = null,
                Reopenings = incident.Reopenings + 1,
                ReachedAt = [.. reached],
                Told = [.. told],
                EliminatedBy = null,
                Interruption = null,
            },
            breaches);
    }

    /// <summary>A rejected incident's stage before: the last of those it can be rejected at that it has reached.</summary>
    private static IncidentStage StageBefore(Incident incident) =>
        incident.Reached(Deadline.Plan) is not null ? IncidentStage.Dispatched
        : incident.Reached(Deadline.Acknowledge) is not null ? IncidentStage.Acknowledged
        : incident.RegisteredAt is not null ? IncidentStage.Registered : IncidentStage.Detected;

    private IncidentOutcome Interrupt(Incident incident, IncidentCommand.Interrupt command)
    {
        if (Between(incident, IncidentStage.Detected, IncidentStage.Localised) is { } wrong)
        {
            return wrong;
        }
        if (incident.Interruption is { } known)
        {
            return Refused($"The interruption of group {known.Group} is on record.");
        }
        if (!IsCondition(command.Kind, command.Condition) || command.UsedBefore < TimeSpan.Zero)
        {
            return Refused("The condition is 1 or 2 feeds of electricity, or −100..100 °C of heat.");
        }
        DateTimeOffset due = clocks.RestoreDue(command.Kind, command.Time, command.Condition, command.UsedBefore);
        return Done(incident with { Interruption = new(command.Group, command.Kind, command.Time, due, command.UsedBefore) });
    }

    private IncidentOutcome Report(Incident incident, IncidentCommand.ReportCondition command)
    {
        if (Between(incident, IncidentStage.Detected, IncidentStage.Localised) is { } wrong)
        {
            return wrong;
        }
        if (incident.Interruption is not { } known)
        {
            return Refused("No interruption is on record.");
        }
        if (!IsCondition(known.Kind, command.Condition))
        {
            return Refused("The condition is 1 or 2 feeds of electricity, or −100..100 °C of heat.");
        }
        if (NotBefore(known.From, command) is { } tooEarly)
        {
            return tooEarly;
        }
        // Warmer again, or a second feed fewer: what was due sooner stays so.
        DateTimeOffset due = clocks.RestoreDue(known.Kind, known.From, command.Condition, known.UsedBefore);
        return Done(due < known.Due ? incident with { Interruption = known with { Due = due } } : incident);
    }

    private static bool IsCondition(EnergyKind kind, int condition) =>
        kind == EnergyKind.Electricity ? condition is 1 or 2 : condition is >= -100 and <= 100;

    private IncidentOutcome Reach(Incident incident, Deadline deadline, DateTimeOffset time)
    {
        Incident reached = incident with { ReachedAt = incident.ReachedAt.SetItem((int)deadline, time) };
        return clocks.DueOf(incident, deadline, time) is { } due && time > due
            ? new IncidentOutcome.Done(reached, [deadline])
            : Done(reached);
    }

    private (Incident Incident, IReadOnlyList<Deadline> Breaches) End(Incident incident, IncidentStage stage, DateTimeOffset time) =>
        (incident with { Stage = stage, StageAt = time }, Overdue(incident, time));

    /// <summary>What is over and not reached by now never will be in this opening.</summary>
    private List<Deadline> Overdue(Incident incident, DateTimeOffset time) => [.. Enum.GetValues<Deadline>().Where(
        deadline => incident.Reached(deadline) is null && clocks.DueOf(incident, deadline, time) is { } due && time > due)];

    private static IncidentOutcome? Open(Incident incident) => Between(incident, IncidentStage.Detected, IncidentStage.Verified);

    private static IncidentOutcome? Between(Incident incident, IncidentStage first, IncidentStage last) =>
        incident.Stage < first || incident.Stage > last ? Refused($"It cannot be done at the stage {incident.Stage}.") : null;

    private static IncidentOutcome? NotBefore(DateTimeOffset? earliest, IncidentCommand command) =>
        command.Time < earliest ? Refused($"It cannot be before {earliest:u}.") : null;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one > other ? one : other;

    private static bool IsEvidence(string evidence) =>
        evidence is { Length: EvidenceDigits } && evidence.All(char.IsAsciiHexDigit) && evidence.Any(digit => digit != '0');

    private static IncidentOutcome Refused(string reason) => new IncidentOutcome.Refused(reason);

    private static IncidentOutcome Done(Incident incident) => new IncidentOutcome.Done(incident, []);
}
