namespace SmartCity.Portal;

/// <summary>Entry point of the portal.</summary>
public static class PortalProgram
{
    /// <summary>Runs the server until it is asked to stop.</summary>
    public static async Task<int> Main(string[] args)
    {
        await WebApplication.CreateBuilder(args).Build().RunAsync();
        return 0;
    }
}
