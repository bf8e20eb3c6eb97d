using SmartCity.Emulator.Faults;

namespace SmartCity.Emulator.World;

/// <summary>Something that measures: given the faults laid on it, what each of its signals is at an instant. Pure.</summary>
internal abstract class Device(EmulatedObject node)
{
    /// <summary>Its node in the tree.</summary>
    public EmulatedObject Node { get; } = node;

    /// <summary>The value of a signal of this device at an instant, as the device itself would say it.</summary>
    /// <param name="signal">Name of a parameter of <see cref="Node"/>.</param>
    /// <param name="at">Not before the start of history.</param>
    /// <param name="faults">Faults that name this device or one of its signals.</param>
    public abstract Datum Read(string signal, DateTimeOffset at, IReadOnlyList<Fault> faults);
}
