using SmartCity.Ethereum;

namespace SmartCity.Ledger;

/// <summary>The chain is not what the city's deployment says, or a transaction did not do what it should. The message says what was
/// wrong and what to do.</summary>
public class LedgerException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The node serves another chain than the one the city was deployed on: another chain id, or the same id begun anew.</summary>
public sealed class ChainMismatchException(string message) : LedgerException(message);

/// <summary>There is no code at the address of one of the city's contracts: the chain was reset, or the address is wrong.</summary>
public sealed class ContractMissingException(string contract, Address address, string message) : LedgerException(message)
{
    /// <summary>Name of the contract.</summary>
    public string Contract { get; } = contract;

    /// <summary>Where it should be.</summary>
    public Address Address { get; } = address;
}
