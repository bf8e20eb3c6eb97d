using System.Text.Json;
using SmartCity.Domain;
using SmartCity.Portal;

namespace SmartCity.Cli.Up;

/// <summary>The demonstration's people: made once with random passwords, kept in a file that only its owner can read.</summary>
internal static class DemoAccounts
{
    /// <summary>Login of the oracle at the emulator.</summary>
    public const string SourceLogin = "oracle";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The accounts of a state folder; made when there are none.</summary>
    public static async Task<IReadOnlyList<DemoAccount>> OpenOrCreateAsync(
        StateFolder state, CityPlan plan, CancellationToken cancellationToken)
    {
        if (File.Exists(state.DemoAccounts) && File.Exists(state.PortalUsers))
        {
            string kept = await File.ReadAllTextAsync(state.DemoAccounts, cancellationToken);
            return JsonSerializer.Deserialize<List<DemoAccount>>(kept, s_json) ?? [];
        }
        IReadOnlyList<DemoAccount> accounts = PortalUsers.CreateDemo(state.Path, plan);
        await StateFolder.WriteOwnerOnlyAsync(state.DemoAccounts, JsonSerializer.Serialize(accounts, s_json), cancellationToken);
        return accounts;
    }
}
