namespace SmartCity.Portal;

/// <summary>Entry point of the portal.</summary>
public static class PortalProgram
{
    /// <summary>Runs the server until it is asked to stop.</summary>
    /// <param name="args"><c>--urls ADDRESSES --state FOLDER --chain URL</c>.</param>
    /// <returns>0 after a stop that was asked for, 1 if the portal could not start; the reason is on standard error.</returns>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is ["--help"] or ["-h"])
        {
            await Console.Out.WriteLineAsync(PortalOptions.Usage);
            return 0;
        }
        try
        {
            await using WebApplication portal = await PortalServer.BuildAsync(PortalOptions.Parse(args), CancellationToken.None);
            await portal.RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is PortalSetupException or IOException)
        {
            // An IOException here is the web server's: mostly a port in use, and its message names the address.
            await Console.Error.WriteLineAsync($"portal: {exception.Message}");
            return 1;
        }
    }
}
