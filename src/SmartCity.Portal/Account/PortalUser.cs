using System.Text.Json.Serialization;

namespace SmartCity.Portal;

/// <summary>What a person may do in the portal.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PortalRole>))]
public enum PortalRole
{
    /// <summary>Sees one account's consumption and bills, and pays.</summary>
    Resident,

    /// <summary>A utility (РСО) or managing company (УК): sees the hours and its own share, and withdraws it.</summary>
    Utility,

    /// <summary>Recomputes everything from the chain.</summary>
    Auditor,

    /// <summary>Sees the heat substations and acknowledges alarms.</summary>
    Dispatcher,
}

/// <summary>A person who may sign in.</summary>
/// <param name="Login">Name to sign in with; compared without regard to case.</param>
/// <param name="PasswordHash">PBKDF2 hash as ASP.NET's PasswordHasher writes it.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="House">For a resident: number of the house in the city plan, from 1.</param>
/// <param name="Flat">For a resident: number on the door.</param>
/// <param name="Provider">For a utility: its number in the tariff book.</param>
public sealed record PortalUser(
    string Login, string PasswordHash, PortalRole Role, int? House = null, string? Flat = null, ushort? Provider = null);

/// <summary>A demonstration account with its password, for printing once; the password is stored nowhere else.</summary>
/// <param name="Login">Name to sign in with.</param>
/// <param name="Password">Random readable password.</param>
/// <param name="Role">What the account may do.</param>
/// <param name="Description">Whose account it is, English.</param>
public sealed record DemoAccount(string Login, string Password, PortalRole Role, string Description);
