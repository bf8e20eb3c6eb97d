namespace SmartCity.Rules;

/// <summary>An expression that has a number, or none when a signal it needs is not usable.</summary>
/// <param name="text">As people read it.</param>
/// <param name="unit">Its unit; <c>null</c> for a bare number, which goes with any.</param>
internal abstract class NumberNode(string text, string? unit)
{
    public string Text { get; } = text;

    public string? Unit { get; } = unit;

    /// <summary>Signals that it depends on, a bit each.</summary>
    public virtual ulong Signals => 0;

    /// <summary>Does it change by the mere passing of time?</summary>
    public virtual bool IsTimed => false;

    /// <summary>Is it a parameter that is not set, or made of one? Then what compares it is silent.</summary>
    public virtual bool IsUnset => false;

    public abstract bool TryGet(in Look look, out long value);
}

internal sealed class ConstantNumber(string text, string? unit, long? value) : NumberNode(text, unit)
{
    public long? Value { get; } = value;

    public override bool IsUnset => Value is null;

    public override bool TryGet(in Look look, out long value)
    {
        value = Value.GetValueOrDefault();
        return Value is not null;
    }
}

internal sealed class SignalNumber(string tag, string? unit, int signal) : NumberNode(tag, unit)
{
    public override ulong Signals => 1ul << signal;

    public override bool TryGet(in Look look, out long value)
    {
        value = look.State.Values[signal];
        return look.State.IsGood(signal);
    }
}

internal enum Arithmetic
{
    Add,
    Subtract,
    Minimum,
    Maximum,
    Multiply,
    Deviation,
}

/// <summary>Two numbers made one. Unknown when either is; <see cref="IsUnset"/> when either is.</summary>
internal sealed class BinaryNumber(Arithmetic operation, string text, string? unit, NumberNode left, NumberNode right)
    : NumberNode(text, unit)
{
    public override ulong Signals => left.Signals | right.Signals;

    public override bool IsTimed => left.IsTimed || right.IsTimed;

    public override bool IsUnset => left.IsUnset || right.IsUnset;

    public override bool TryGet(in Look look, out long value)
    {
        value = 0;
        return left.TryGet(look, out long a) & right.TryGet(look, out long b) && Compute(a, b, out value);
    }

    private bool Compute(long a, long b, out long value)
    {
        switch (operation)
        {
            case Arithmetic.Add:
                value = a + b;
                return true;
            case Arithmetic.Subtract:
                value = a - b;
                return true;
            case Arithmetic.Minimum:
                value = Math.Min(a, b);
                return true;
            case Arithmetic.Maximum:
                value = Math.Max(a, b);
                return true;
            case Arithmetic.Multiply:
                return Micro.TryNarrow((Int128)a * b / Micro.One, out value);
            default: // In percent of the right one, which must be above 0 to be one hundred percent of anything.
                value = 0;
                return b > 0 && Micro.TryNarrow((Int128)(a - b) * 100 * Micro.One / b, out value);
        }
    }
}

internal sealed class AbsoluteNumber(NumberNode of) : NumberNode($"|{of.Text}|", of.Unit)
{
    public override ulong Signals => of.Signals;

    public override bool IsTimed => of.IsTimed;

    public override bool IsUnset => of.IsUnset;

    public override bool TryGet(in Look look, out long value)
    {
        bool isKnown = of.TryGet(look, out value);
        value = Math.Abs(value);
        return isKnown;
    }
}

internal sealed class RateNumber(string text, string? unit, RateMemory memory) : NumberNode(text, unit)
{
    public override ulong Signals => memory.Signals;

    public override bool TryGet(in Look look, out long value) => memory.TryGet(look.State, out value);
}

internal sealed class StartsNumber(string text, StartsMemory memory) : NumberNode(text, null)
{
    public override ulong Signals => memory.Signals;

    public override bool IsTimed => true;

    public override bool TryGet(in Look look, out long value)
    {
        value = memory.Count(look) * Micro.One;
        return true;
    }
}

internal sealed class ChartNumber(string text, TemperatureChart chart, bool isSupply, NumberNode outdoor) : NumberNode(text, "°C")
{
    public override ulong Signals => outdoor.Signals;

    public override bool IsTimed => outdoor.IsTimed;

    public override bool IsUnset => outdoor.IsUnset;

    public override bool TryGet(in Look look, out long value)
    {
        value = 0;
        if (!outdoor.TryGet(look, out long degrees))
        {
            return false;
        }
        decimal at = Micro.ToDecimal(degrees);
        value = Micro.Of(isSupply ? chart.SupplyAt(at) : chart.ReturnAt(at)).GetValueOrDefault();
        return true;
    }
}
