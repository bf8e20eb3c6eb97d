using System.Text;
using SmartCity.Emulator.Api;
using SmartCity.Emulator.Profiles;

namespace SmartCity.Emulator.Control;

/// <summary>The control page: three fixed files that call the control API. They ask for the password like the API, so the browser has it once.</summary>
internal static class ControlPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the page and its files.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiGate gate)
    {
        routes.MapGet("/", File(gate, "control.html", "text/html; charset=utf-8"));
        routes.MapGet("/control", File(gate, "control.html", "text/html; charset=utf-8"));
        routes.MapGet("/control/control.css", File(gate, "control.css", "text/css; charset=utf-8"));
        routes.MapGet("/control/control.js", File(gate, "control.js", "text/javascript; charset=utf-8"));
    }

    private static RequestDelegate File(ApiGate gate, string resource, string contentType)
    {
        ApiAnswer answer = new ApiAnswer(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(ProfileTable.ReadText(resource)))
        {
            ContentType = contentType,
        }.WithETag();
        return gate.Control((http, _, _) =>
        {
            http.Response.Headers.ContentSecurityPolicy = Policy;
            return answer;
        });
    }
}
