using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace SmartCity.Portal;

/// <summary>Signing in by cookie, and which rooms which role may enter.</summary>
internal static class SignInServices
{
    private const string StampClaim = "stamp";
    private const string KeysFolder = "portal-keys";

    /// <summary>Adds cookie sign-in. Sessions survive a restart: the keys that protect them are kept in the state folder.</summary>
    public static void AddPortalSignIn(this IServiceCollection services, string stateFolder)
    {
        DirectoryInfo keys = new(Path.Combine(stateFolder, KeysFolder));
        keys.Create();
        if (!OperatingSystem.IsWindows())
        {
            keys.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }
        services.AddDataProtection().SetApplicationName("SmartCity.Portal").PersistKeysToFileSystem(keys);
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "smartcity-session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(8);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/sign-in";
            cookie.AccessDeniedPath = "/denied";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.Events.OnValidatePrincipal = EndStaleSessionAsync;
            cookie.Events.OnRedirectToLogin = RedirectAsync;
            cookie.Events.OnRedirectToAccessDenied = RedirectAsync;
        });
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(nameof(PortalRole.Resident), policy => policy.RequireRole(nameof(PortalRole.Resident)))
            .AddPolicy(nameof(PortalRole.Utility), policy => policy.RequireRole(nameof(PortalRole.Utility)))
            .AddPolicy(nameof(PortalRole.Auditor), policy => policy.RequireRole(nameof(PortalRole.Auditor)))
            .AddPolicy(nameof(PortalRole.Dispatcher), policy => policy.RequireRole(nameof(PortalRole.Dispatcher)));
    }

    /// <summary>Gives each feature's folder to its role; the rest needs any signed-in person, sign-in itself nobody.</summary>
    public static void AddPortalAuthorization(this PageConventionCollection pages)
    {
        pages.AuthorizeFolder("/Residents", nameof(PortalRole.Resident));
        pages.AuthorizeFolder("/Utilities", nameof(PortalRole.Utility));
        pages.AuthorizeFolder("/Audit", nameof(PortalRole.Auditor));
        pages.AuthorizeFolder("/Dispatch", nameof(PortalRole.Dispatcher));
        pages.AllowAnonymousToFolder("/Account");
    }

    /// <summary>The claims of a session.</summary>
    public static ClaimsPrincipal PrincipalOf(PortalUser user) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, user.Login),
            new(ClaimTypes.Role, user.Role.ToString()),
            new(StampClaim, PortalUsers.StampOf(user)),
        ],
        CookieAuthenticationDefaults.AuthenticationScheme));

    /// <summary>The signed-in person.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in: the page lacks its authorization.</exception>
    public static PortalUser Require(this PortalUsers users, ClaimsPrincipal principal) =>
        principal.Identity?.Name is { } login && users.Find(login) is { } user
            ? user
            : throw new InvalidOperationException("This page needs a signed-in person.");

    /// <summary>First page of a role.</summary>
    public static string HomeOf(PortalRole role) => role switch
    {
        PortalRole.Resident => "/consumption",
        PortalRole.Utility => "/hours",
        PortalRole.Auditor => "/audit",
        PortalRole.Dispatcher => "/dispatch",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Every role has a home."),
    };

    /// <summary>Sends the whole page to sign-in, also when htmx asked for a part of one.</summary>
    private static Task RedirectAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.IsForAPart())
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers["HX-Redirect"] = "/sign-in";
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }
        return Task.CompletedTask;
    }

    private static Task EndStaleSessionAsync(CookieValidatePrincipalContext context)
    {
        PortalUsers users = context.HttpContext.RequestServices.GetRequiredService<PortalUsers>();
        string? stamp = context.Principal?.FindFirst(StampClaim)?.Value;
        if (context.Principal?.Identity?.Name is not { } login
            || users.Find(login) is not { } user
            || stamp != PortalUsers.StampOf(user))
        {
            context.RejectPrincipal();
        }
        return Task.CompletedTask;
    }
}
