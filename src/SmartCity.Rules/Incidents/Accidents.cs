using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>Kind of an accident of heat supply that is reported (ПП 1014). The number is that of the report.</summary>
public enum AccidentClass
{
    /// <summary>1.1: heat stopped for more than a day.</summary>
    LongStop = 11,

    /// <summary>1.2: equipment out of order for three days or longer.</summary>
    EquipmentOut = 12,

    /// <summary>1.3: a structure collapsed and heat stopped.</summary>
    Collapse = 13,

    /// <summary>1.4: heat interrupted for more than six hours.</summary>
    Interruption = 14,

    /// <summary>1.5: the supply was colder than the chart by 30 percent or more.</summary>
    ColdSupply = 15,
}

/// <summary>What an accident is judged by.</summary>
/// <param name="WithoutHeat">How long heat was interrupted; zero when it was not.</param>
/// <param name="EquipmentOut">How long equipment was out of order; zero when it was not.</param>
/// <param name="HasCollapse">Did a structure collapse?</param>
/// <param name="Shortfall">Most by which the supply was colder than the chart, percent of the chart; 0 when it was not.</param>
public readonly record struct AccidentFacts(TimeSpan WithoutHeat, TimeSpan EquipmentOut, bool HasCollapse, decimal Shortfall);

/// <summary>Classes of accidents.</summary>
public static class Accidents
{
    /// <summary>The classes that the facts make, the gravest first; empty when it is no accident.</summary>
    public static ImmutableArray<AccidentClass> Of(AccidentFacts facts, AccidentRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        (AccidentClass Class, bool IsSo)[] classes =
        [
            (AccidentClass.LongStop, facts.WithoutHeat > rules.Stop),
            (AccidentClass.EquipmentOut, facts.EquipmentOut >= rules.Equipment),
            (AccidentClass.Collapse, facts.HasCollapse && facts.WithoutHeat > TimeSpan.Zero),
            (AccidentClass.Interruption, facts.WithoutHeat > rules.Interruption),
            (AccidentClass.ColdSupply, facts.Shortfall >= rules.Shortfall),
        ];
        return [.. classes.Where(pair => pair.IsSo).Select(pair => pair.Class)];
    }

    /// <summary>What is known of an incident's heat and equipment at an instant; collapse and shortfall a person or the signals tell.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="time">Until when, if it is not over.</param>
    /// <param name="hasCollapse">Did a structure collapse?</param>
    /// <param name="shortfall">See <see cref="AccidentFacts.Shortfall"/>.</param>
    public static AccidentFacts FactsOf(Incident incident, DateTimeOffset time, bool hasCollapse = false, decimal shortfall = 0)
    {
        ArgumentNullException.ThrowIfNull(incident);
        DateTimeOffset restored = incident.Reached(Deadline.Restore) ?? time;
        DateTimeOffset eliminated = incident.Reached(Deadline.Eliminate) ?? time;
        bool isHeat = incident.Interruption is { Kind: Domain.EnergyKind.Heat };
        return new(
            isHeat ? restored - incident.Interruption!.From : TimeSpan.Zero,
            incident.Alarm == 2 ? eliminated - incident.RaisedAt : TimeSpan.Zero,
            hasCollapse,
            shortfall);
    }
}
