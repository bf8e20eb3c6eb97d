using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace SmartCity.Portal;

/// <summary>Switching the language: a form post, kept in a cookie for a year.</summary>
internal static class LanguageEndpoint
{
    /// <summary>Name of the cookie.</summary>
    public const string CookieName = "smartcity-language";

    /// <summary>Maps <c>POST /language</c>.</summary>
    public static void MapLanguage(this IEndpointRouteBuilder routes) => routes.MapPost("/language", Switch).AllowAnonymous();

    private static Results<RedirectHttpResult, BadRequest> Switch(
        [FromForm] string culture, [FromForm] string? returnUrl, HttpContext context, TimeProvider time)
    {
        CultureInfo? chosen = PortalServer.Cultures.FirstOrDefault(known => known.Name == culture);
        if (chosen is null)
        {
            return TypedResults.BadRequest();
        }
        context.Response.Cookies.Append(
            CookieName,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)),
            new CookieOptions
            {
                Expires = time.GetUtcNow().AddYears(1),
                HttpOnly = true,
                IsEssential = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
            });
        return TypedResults.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }
}
