using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SmartCity.Portal;

/// <summary>The auditor's page: run the audit, see the verdict of each rule.</summary>
internal sealed class VerdictModel(AuditJob job, City city) : PageModel
{
    /// <summary>The city.</summary>
    public City City { get; } = city;

    /// <summary>Where the audit stands.</summary>
    public AuditState State => job.State;

    /// <summary>The state alone, for the page that waits.</summary>
    public PartialViewResult OnGetState() => Partial("/Audit/_State.cshtml", this);

    /// <summary>Starts an audit.</summary>
    public IActionResult OnPost()
    {
        job.Start();
        return Request.IsForAPart() ? Partial("/Audit/_State.cshtml", this) : Redirect("/audit");
    }
}
