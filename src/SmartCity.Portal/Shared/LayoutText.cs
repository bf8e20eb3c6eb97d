namespace SmartCity.Portal;

/// <summary>Texts of the frame around every page.</summary>
internal static class LayoutText
{
    public static readonly Phrase ToContent = new("Перейти к содержанию", "Skip to content");
    public static readonly Phrase Rooms = new("Разделы", "Sections");
    public static readonly Phrase Language = new("Язык", "Language");
    public static readonly Phrase SignOut = new("Выйти", "Sign out");
    public static readonly Phrase Foot = new(
        "Учёт тепла и электроэнергии: показания, счета и платежи проверяемы по подписанным записям.",
        "Heat and electricity accounting: readings, bills and payments can be checked against signed records.");

    public static readonly Phrase Consumption = new("Потребление", "Consumption");
    public static readonly Phrase Bills = new("Счета", "Bills");
    public static readonly Phrase Hours = new("Часы и балансы", "Hours and balances");
    public static readonly Phrase Share = new("Расчёты", "Settlement");
    public static readonly Phrase Audit = new("Проверка", "Audit");
    public static readonly Phrase Dispatch = new("Диспетчерская", "Dispatch room");

    public static readonly Phrase Back = new("Назад", "Back");

    /// <summary>What a role is called.</summary>
    public static Phrase NameOf(PortalRole role) => role switch
    {
        PortalRole.Resident => new("житель", "resident"),
        PortalRole.Utility => new("организация", "utility"),
        PortalRole.Auditor => new("аудитор", "auditor"),
        PortalRole.Dispatcher => new("диспетчер", "dispatcher"),
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Every role has a name."),
    };

    /// <summary>The rooms of a role: address and name, in order.</summary>
    public static IReadOnlyList<(string Href, Phrase Name)> RoomsOf(PortalRole role) => role switch
    {
        PortalRole.Resident => [("/consumption", Consumption), ("/bills", Bills)],
        PortalRole.Utility => [("/hours", Hours), ("/share", Share)],
        PortalRole.Auditor => [("/audit", Audit)],
        PortalRole.Dispatcher => [("/dispatch", Dispatch)],
        _ => [],
    };
}
