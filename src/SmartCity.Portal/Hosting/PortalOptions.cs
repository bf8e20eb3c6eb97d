namespace SmartCity.Portal;

/// <summary>How the portal is started.</summary>
/// <param name="Urls">Addresses to listen on, separated by semicolons.</param>
/// <param name="StateFolder">Folder with deployment.json, city.json, portal-users.json, the oracle's journal and the demo keys.</param>
/// <param name="Chain">JSON-RPC address of the chain.</param>
/// <param name="ContactsFile">Whose answers are taken (contacts.json); <c>null</c>: nobody's.</param>
internal sealed record PortalOptions(string Urls, string StateFolder, Uri Chain, string? ContactsFile = null)
{
    /// <summary>One line on each option, for <c>--help</c> and errors.</summary>
    public const string Usage = """
        Options of the portal:
          --urls ADDRESSES   where to listen (http://127.0.0.1:5080)
          --state FOLDER     state folder of 'smartcity up' (state)
          --chain URL        JSON-RPC address of the chain (http://127.0.0.1:8545)
          --contacts FILE    whose answers to notices are taken, the oracle's file (none)
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="PortalSetupException">An option is unknown, lacks its value or has a wrong one.</exception>
    public static PortalOptions Parse(IReadOnlyList<string> args)
    {
        PortalOptions options = new("http://127.0.0.1:5080", "state", new("http://127.0.0.1:8545"));
        for (int i = 0; i < args.Count; i += 2)
        {
            string value = i + 1 < args.Count
                ? args[i + 1]
                : throw new PortalSetupException($"'{args[i]}' lacks its value.\n{Usage}");
            options = args[i] switch
            {
                "--urls" => options with { Urls = value },
                "--state" => options with { StateFolder = value },
                "--chain" => options with { Chain = ParseChain(value) },
                "--contacts" => options with { ContactsFile = value },
                string unknown => throw new PortalSetupException($"'{unknown}' is not an option of the portal.\n{Usage}"),
            };
        }
        return options with { StateFolder = Path.GetFullPath(options.StateFolder) };
    }

    private static Uri ParseChain(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? chain) && chain.Scheme is "http" or "https"
            ? chain
            : throw new PortalSetupException($"'{value}' is not an address of a chain: write it as http://127.0.0.1:8545.");
}
