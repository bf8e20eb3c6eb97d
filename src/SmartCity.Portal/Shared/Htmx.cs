namespace SmartCity.Portal;

/// <summary>What htmx tells of its requests.</summary>
internal static class Htmx
{
    /// <summary>Does a script of the page ask, which puts the answer into a part of it? Without scripts the whole page is asked for.</summary>
    public static bool IsForAPart(this HttpRequest request) => request.Headers.ContainsKey("HX-Request");
}
