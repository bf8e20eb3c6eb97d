using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace SmartCity.Cli.Up;

/// <summary>Breaks and mends things at the emulator.</summary>
internal sealed class EmulatorControl : IDisposable
{
    private readonly HttpClient _http;

    public EmulatorControl(Uri emulator, string login, string password)
    {
        _http = new() { BaseAddress = emulator, Timeout = TimeSpan.FromSeconds(10) };
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}"));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
    }

    /// <summary>Lays a fault on a target from now on.</summary>
    public async Task BreakAsync(string kind, string target, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("control/faults", new { kind, target }, cancellationToken);
        await CheckAsync(answer, cancellationToken);
    }

    /// <summary>Ends all faults.</summary>
    public async Task MendAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.DeleteAsync("control/faults", cancellationToken);
        await CheckAsync(answer, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new CommandException(
                $"The emulator refused with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
