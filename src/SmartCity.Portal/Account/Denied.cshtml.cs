using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>Tells a signed-in person that a room belongs to another role.</summary>
internal sealed class DeniedModel(PortalUsers users) : PageModel
{
    /// <summary>Who is signed in, if anybody.</summary>
    public PortalUser? Person { get; private set; }

    /// <summary>Shows the page with the status that it means.</summary>
    public void OnGet()
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Person = User.Identity?.Name is { } login ? users.Find(login) : null;
    }
}
