using System.Reflection;

namespace SmartCity.Cli.Processes;

/// <summary>This program, to be started again as one of the city's processes.</summary>
internal static class OwnProgram
{
    /// <summary>Program and first arguments that start it.</summary>
    public static (string FileName, IReadOnlyList<string> Arguments) Command
    {
        get
        {
            string host = Environment.ProcessPath ?? "dotnet";
            bool isHostOfDll = Path.GetFileNameWithoutExtension(host) == "dotnet";
            return isHostOfDll ? (host, [Assembly.GetExecutingAssembly().Location]) : (host, []);
        }
    }

    /// <summary>Starts a command of this program as a process of its own.</summary>
    public static Task<ChildProcess> StartAsync(
        ProcessKeeper keeper,
        string command,
        string logFile,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        (string fileName, IReadOnlyList<string> first) = Command;
        return ChildProcess.StartAsync(keeper, command, logFile, fileName, [.. first, command, .. arguments], environment);
    }
}
