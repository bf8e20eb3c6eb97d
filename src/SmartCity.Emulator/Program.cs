namespace SmartCity.Emulator;

/// <summary>Entry point of the emulator, an Alphalogic server of its own.</summary>
public static class EmulatorProgram
{
    /// <summary>Runs the server until it is asked to stop.</summary>
    public static async Task<int> Main(string[] args)
    {
        await WebApplication.CreateBuilder(args).Build().RunAsync();
        return 0;
    }
}
