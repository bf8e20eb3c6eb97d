using System.Numerics;
using SmartCity.Domain;

namespace SmartCity.UnitTests.Ledger;

/// <summary>Packs lines as contracts/libraries/Lines.sol does.</summary>
internal static class PackedLines
{
    public static BigInteger Pack(BilledLine line)
    {
        BigInteger word = (int)line.Service;
        foreach (int field in (int[])[(int)line.Kind, (int)line.Zone, line.Band, (int)line.Method])
        {
            word = word << 4 | field;
        }
        word = (word << 16 | line.Period.Value) << 16 | line.Provider;
        return ((word << 64 | line.Quantity) << 64 | line.Price) << 64 | unchecked((ulong)line.Amount.Value);
    }
}
