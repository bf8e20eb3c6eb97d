using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>The first page: what the system is, and the way in.</summary>
internal sealed partial class SignInModel(
    PortalUsers users, SignInThrottle throttle, ILogger<SignInModel> logger) : PageModel
{
    /// <summary>Longest login and password that are looked at, characters.</summary>
    public const int MaxLength = 100;

    /// <summary>Why the last attempt failed.</summary>
    public string? Problem { get; private set; }

    /// <summary>The login as typed.</summary>
    [BindProperty]
    public string? Login { get; set; }

    /// <summary>Where to go after signing in: a path of this server.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Shows the form, or one's own page to those signed in already.</summary>
    public IActionResult OnGet() =>
        User.Identity?.Name is { } login && users.Find(login) is { } user ? Redirect(SignInServices.HomeOf(user.Role)) : Page();

    /// <summary>Signs in.</summary>
    public async Task<IActionResult> OnPostAsync(string? password)
    {
        if (string.IsNullOrWhiteSpace(Login) || string.IsNullOrEmpty(password) || Login.Length > MaxLength || password.Length > MaxLength)
        {
            return Refuse(SignInText.Empty, StatusCodes.Status400BadRequest);
        }
        string address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
        string login = Login.Trim();
        TimeSpan wait = throttle.WaitFor(address, login);
        if (wait > TimeSpan.Zero)
        {
            LogThrottled(address);
            Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            string minutes = SignInText.Minutes.For((long)Math.Ceiling(wait.TotalMinutes));
            return Refuse(SignInText.TooMany.With(minutes), StatusCodes.Status429TooManyRequests);
        }
        if (users.SignIn(login, password) is not { } user)
        {
            throttle.Failed(address, login);
            LogFailed(address);
            return Refuse(SignInText.Wrong, StatusCodes.Status401Unauthorized);
        }
        await HttpContext.SignInAsync(SignInServices.PrincipalOf(user));
        string wanted = LocalUrl.OrHome(ReturnUrl);
        return LocalRedirect(wanted == "/" ? SignInServices.HomeOf(user.Role) : wanted);
    }

    private PageResult Refuse(string problem, int status)
    {
        Problem = problem;
        Response.StatusCode = status;
        return Page();
    }

    // The login is not logged: people type their password into that field.
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "A sign-in from {Address} failed.")]
    private partial void LogFailed(string address);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "Sign-ins from {Address} are refused for a while: too many failed.")]
    private partial void LogThrottled(string address);
}
