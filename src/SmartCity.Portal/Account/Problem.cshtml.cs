using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>Every answer that is an error, in words; the exception itself stays in the log.</summary>
[IgnoreAntiforgeryToken]
internal sealed class ProblemModel : PageModel
{
    /// <summary>What happened, in a few words.</summary>
    public Phrase Title { get; private set; } = SignInText.FailedTitle;

    /// <summary>What it means and what to do.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Shows the page.</summary>
    public void OnGet(int code) => Show(code);

    /// <summary>Shows the page in answer to a form that failed.</summary>
    public void OnPost(int code) => Show(code);

    private void Show(int code)
    {
        (Title, Text) = code switch
        {
            StatusCodes.Status404NotFound => (SignInText.NotFoundTitle, SignInText.NotFound.ToString()),
            StatusCodes.Status400BadRequest => (SignInText.FailedTitle, SignInText.BadForm.ToString()),
            _ => (SignInText.FailedTitle, SignInText.Failed.With(Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier)),
        };
    }
}
