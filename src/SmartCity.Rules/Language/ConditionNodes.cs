using System.Collections.Immutable;

namespace SmartCity.Rules;

/// <summary>A condition and its parts with the values they have at one instant: why an alarm is or is not.</summary>
/// <param name="Text">The condition as people read it.</param>
/// <param name="Holds">Does it hold? <c>null</c> when bad quality hides it.</param>
/// <param name="Left">The left number of a comparison, where known.</param>
/// <param name="Right">The right number of a comparison, where known.</param>
/// <param name="Parts">What it is made of.</param>
public sealed record Explanation(string Text, bool? Holds, decimal? Left, decimal? Right, ImmutableArray<Explanation> Parts);

/// <summary>A condition in three values: it holds, it does not, or bad quality hides it (<c>null</c>).</summary>
/// <param name="text">As people read it.</param>
internal abstract class ConditionNode(string text)
{
    public string Text { get; } = text;

    /// <summary>Signals that it depends on, a bit each.</summary>
    public virtual ulong Signals => 0;

    /// <summary>Can it change without a sample: by the passing of time or with an alarm's state?</summary>
    public virtual bool IsTimed => false;

    public abstract bool? Evaluate(in Look look);

    public virtual Explanation Explain(in Look look) => new(Text, Evaluate(look), null, null, []);
}

internal sealed class ConstantCondition(string text, bool value) : ConditionNode(text)
{
    public override bool? Evaluate(in Look look) => value;
}

internal sealed class FlagCondition(string tag, int signal) : ConditionNode(tag)
{
    public override ulong Signals => 1ul << signal;

    public override bool? Evaluate(in Look look) => look.State.IsGood(signal) ? look.State.Values[signal] != 0 : null;
}

/// <summary>AND, OR or at least so many of several. What is known decides as soon as it can.</summary>
internal sealed class CountCondition(string text, int atLeast, ConditionNode[] parts) : ConditionNode(text)
{
    public override ulong Signals => parts.Aggregate(0ul, (signals, part) => signals | part.Signals);

    public override bool IsTimed => parts.Any(part => part.IsTimed);

    public override bool? Evaluate(in Look look)
    {
        int holds = 0;
        int possible = parts.Length;
        // Every part is looked at, even when the first ones decide: those that wait for a time must be able to say so.
        foreach (ConditionNode part in parts)
        {
            switch (part.Evaluate(look))
            {
                case true:
                    holds++;
                    break;
                case false:
                    possible--;
                    break;
                default:
                    break;
            }
        }
        return holds >= atLeast ? true : possible < atLeast ? false : null;
    }

    public override Explanation Explain(in Look look)
    {
        ImmutableArray<Explanation>.Builder explained = ImmutableArray.CreateBuilder<Explanation>(parts.Length);
        foreach (ConditionNode part in parts)
        {
            explained.Add(part.Explain(look));
        }
        return new(Text, Evaluate(look), null, null, explained.MoveToImmutable());
    }
}

internal sealed class NotCondition(ConditionNode of) : ConditionNode("not")
{
    public override ulong Signals => of.Signals;

    public override bool IsTimed => of.IsTimed;

    public override bool? Evaluate(in Look look) => !of.Evaluate(look);

    public override Explanation Explain(in Look look) => new(Text, Evaluate(look), null, null, [of.Explain(look)]);
}

/// <summary>Holds when a condition is known to hold, and otherwise does not: never unknown.</summary>
internal sealed class SurelyCondition(ConditionNode of) : ConditionNode("surely")
{
    public override ulong Signals => of.Signals;

    public override bool IsTimed => of.IsTimed;

    public override bool? Evaluate(in Look look) => of.Evaluate(look) == true;

    public override Explanation Explain(in Look look) => new(Text, Evaluate(look), null, null, [of.Explain(look)]);
}

internal enum Comparison
{
    Above,
    Below,
    AtLeast,
    AtMost,
}

/// <summary>
/// Compares two numbers. While the rule's alarm stands, the bound is further back by the deadband. A bound that is not set is never
/// passed.
/// </summary>
internal sealed class CompareCondition(Comparison comparison, string text, NumberNode left, NumberNode right, long deadband)
    : ConditionNode(text)
{
    private readonly bool _isUnset = left.IsUnset || right.IsUnset;

    public override ulong Signals => left.Signals | right.Signals;

    public override bool IsTimed => left.IsTimed || right.IsTimed;

    public override bool? Evaluate(in Look look)
    {
        if (_isUnset)
        {
            return false;
        }
        if (!(left.TryGet(look, out long a) & right.TryGet(look, out long b)))
        {
            return null;
        }
        long slack = deadband != 0 && look.IsActive ? deadband : 0;
        return comparison switch
        {
            Comparison.Above => a > b - slack,
            Comparison.Below => a < b + slack,
            Comparison.AtLeast => a >= b - slack,
            _ => a <= b + slack,
        };
    }

    public override Explanation Explain(in Look look) => new(Text, Evaluate(look), Known(left, look), Known(right, look), []);

    private static decimal? Known(NumberNode node, in Look look) => node.TryGet(look, out long value) ? Micro.ToDecimal(value) : null;
}

/// <summary>The signal has no value of good quality.</summary>
internal sealed class UnusableCondition(string tag, int signal) : ConditionNode($"{tag} unusable")
{
    public override ulong Signals => 1ul << signal;

    public override bool? Evaluate(in Look look) => !look.State.IsGood(signal);
}

/// <summary>None of the signals had a good value for a time; it counts from the first instant at which the object was looked at.</summary>
internal sealed class NoDataCondition(string text, int[] signals, long? span) : ConditionNode(text)
{
    public override ulong Signals => signals.Aggregate(0ul, (mask, signal) => mask | 1ul << signal);

    public override bool IsTimed => span is not null;

    public override bool? Evaluate(in Look look)
    {
        if (span is not { } limit)
        {
            return false;
        }
        long last = look.State.StartedAt;
        foreach (int signal in signals)
        {
            last = Math.Max(last, look.State.GoodAt[signal]);
        }
        look.WakeAt(last + limit);
        return look.Time - last >= limit;
    }
}

/// <summary>Another rule's alarm stood before this instant, or was on its way.</summary>
internal sealed class AlarmCondition(string code, int rule, bool orRising) : ConditionNode($"{code} {(orRising ? "rising" : "active")}")
{
    public override bool IsTimed => true;

    public override bool? Evaluate(in Look look)
    {
        ConditionState condition = look.State.Conditions[rule];
        return condition.IsActive || (orRising && condition.ChangingSince != 0);
    }
}
