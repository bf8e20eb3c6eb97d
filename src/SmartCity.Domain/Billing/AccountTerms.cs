namespace SmartCity.Domain;

/// <summary>The terms on which an account is billed; they change with a period.</summary>
/// <param name="Zones">Zones of the day by which its electricity is priced.</param>
/// <param name="Residents">Registered residents, for the norm; at most <see cref="MaxResidents"/>.</param>
/// <param name="Heating">How its heat is counted.</param>
public readonly record struct AccountTerms(AccountZones Zones, ushort Residents, HeatingTerms Heating)
{
    /// <summary>Most residents of an account.</summary>
    public const ushort MaxResidents = 1_000;
}
