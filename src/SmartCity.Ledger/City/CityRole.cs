using SmartCity.Ethereum;
using SmartCity.Ethereum.Abi;
using SmartCity.Ledger.Contracts;

namespace SmartCity.Ledger;

/// <summary>Who may do what, as the AccessManager knows it. The numbers are those of contracts/types/Roles.sol.</summary>
public enum CityRole
{
    /// <summary>Grants roles, connects contracts and registers them.</summary>
    Admin = 0,

    /// <summary>Registers meters and accounts.</summary>
    Registrar = 1,

    /// <summary>Registers providers and publishes tariffs.</summary>
    TariffAuthority = 2,

    /// <summary>Says which oracles sign.</summary>
    OracleAdmin = 3,

    /// <summary>Mints and burns settlement roubles against deposits.</summary>
    Bank = 4,

    /// <summary>A utility; may nothing yet beyond what its payee's address may.</summary>
    Utility = 5,

    /// <summary>Writes incidents.</summary>
    Dispatcher = 6,

    /// <summary>Stops and resumes new batches, bills and netting rounds; never a way out for money.</summary>
    Guardian = 7,
}

/// <summary>Who holds the roles of a city. Each list may be empty; a role may have several holders.</summary>
/// <param name="Admins">At least one.</param>
/// <param name="Registrars">See <see cref="CityRole.Registrar"/>.</param>
/// <param name="TariffAuthorities">See <see cref="CityRole.TariffAuthority"/>.</param>
/// <param name="OracleAdmins">See <see cref="CityRole.OracleAdmin"/>.</param>
/// <param name="Banks">See <see cref="CityRole.Bank"/>.</param>
/// <param name="Utilities">See <see cref="CityRole.Utility"/>.</param>
/// <param name="Dispatchers">See <see cref="CityRole.Dispatcher"/>.</param>
/// <param name="Guardians">See <see cref="CityRole.Guardian"/>.</param>
public sealed record CityRoleHolders(
    IReadOnlyList<Address> Admins,
    IReadOnlyList<Address> Registrars,
    IReadOnlyList<Address> TariffAuthorities,
    IReadOnlyList<Address> OracleAdmins,
    IReadOnlyList<Address> Banks,
    IReadOnlyList<Address> Utilities,
    IReadOnlyList<Address> Dispatchers,
    IReadOnlyList<Address> Guardians)
{
    /// <summary>The holders of a role.</summary>
    public IReadOnlyList<Address> Of(CityRole role) => role switch
    {
        CityRole.Admin => Admins,
        CityRole.Registrar => Registrars,
        CityRole.TariffAuthority => TariffAuthorities,
        CityRole.OracleAdmin => OracleAdmins,
        CityRole.Bank => Banks,
        CityRole.Utility => Utilities,
        CityRole.Dispatcher => Dispatchers,
        CityRole.Guardian => Guardians,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };
}

/// <summary>Which role each restricted function of a contract asks for.</summary>
internal static class FunctionRoles
{
    /// <summary>The role of a restricted function.</summary>
    /// <exception cref="ArgumentException">No role was chosen for it: a new restricted function needs its line here.</exception>
    public static CityRole Of(string contract, FunctionAbi function) => (contract, function.Name) switch
    {
        (DirectoryContract.ContractName, "register") => CityRole.Admin,
        (MeterRegistryContract.ContractName or AccountBookContract.ContractName or BillingContract.ContractName, "connect") =>
            CityRole.Admin,
        (MeterRegistryContract.ContractName, "openSegment" or "addGroup" or "replaceMeter" or "decommissionMeter" or "reportFault") =>
            CityRole.Registrar,
        (AccountBookContract.ContractName, "openAccount" or "setTerms" or "moveOut" or "setHolder") => CityRole.Registrar,
        (TariffBookContract.ContractName, "registerProvider" or "publish") => CityRole.TariffAuthority,
        (ReadingLedgerContract.ContractName, "setOracles") => CityRole.OracleAdmin,
        (SettlementRoubleContract.ContractName, "mint" or "burn") => CityRole.Bank,
        (IncidentLogContract.ContractName, "setDeadlineRules") => CityRole.TariffAuthority,
        (IncidentLogContract.ContractName, "raise" or "clear" or "advance" or "escalate" or "visit" or "suspend" or "resume" or "reject"
            or "merge" or "reopen" or "interrupt" or "reportCondition" or "recordOutage") => CityRole.Dispatcher,
        (ReadingLedgerContract.ContractName or BillingContract.ContractName, "setPaused") => CityRole.Guardian,
        (SettlementContract.ContractName, "setNettingPaused") => CityRole.Guardian,
        _ => throw new ArgumentException($"No role was chosen for {contract}.{function}.", nameof(function)),
    };

    /// <summary>All restricted functions of a city's contracts.</summary>
    public static IReadOnlyList<(string Contract, IReadOnlyList<FunctionAbi> Functions)> Restricted { get; } =
    [
        (AccessManagerContract.ContractName, AccessManagerContract.RestrictedFunctions),
        (DirectoryContract.ContractName, DirectoryContract.RestrictedFunctions),
        (MeterRegistryContract.ContractName, MeterRegistryContract.RestrictedFunctions),
        (ReadingLedgerContract.ContractName, ReadingLedgerContract.RestrictedFunctions),
        (TariffBookContract.ContractName, TariffBookContract.RestrictedFunctions),
        (AccountBookContract.ContractName, AccountBookContract.RestrictedFunctions),
        (VolumeBookContract.ContractName, VolumeBookContract.RestrictedFunctions),
        (IncidentLogContract.ContractName, IncidentLogContract.RestrictedFunctions),
        (ChargesContract.ContractName, ChargesContract.RestrictedFunctions),
        (BillingContract.ContractName, BillingContract.RestrictedFunctions),
        (SettlementRoubleContract.ContractName, SettlementRoubleContract.RestrictedFunctions),
        (SettlementContract.ContractName, SettlementContract.RestrictedFunctions),
    ];
}
