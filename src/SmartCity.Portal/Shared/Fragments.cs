using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Razor;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewEngines;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace SmartCity.Portal;

/// <summary>Renders a part of a page to text, for a server-sent event: the same part that the page itself shows.</summary>
internal sealed class Fragments(IRazorViewEngine engine, ITempDataProvider tempData, IModelMetadataProvider metadata)
{
    /// <summary>Renders a view with its model, in the language of the request.</summary>
    /// <param name="context">The request it is rendered for.</param>
    /// <param name="view">Path of the view, from the project's folder.</param>
    /// <param name="model">Its model.</param>
    /// <exception cref="InvalidOperationException">There is no such view.</exception>
    public async Task<string> RenderAsync(HttpContext context, string view, object model)
    {
        ActionContext action = new(context, context.GetRouteData(), new ActionDescriptor());
        ViewEngineResult found = engine.GetView(executingFilePath: null, view, isMainPage: false);
        found.EnsureSuccessful(null);
        await using StringWriter writer = new();
        ViewDataDictionary data = new(metadata, action.ModelState) { Model = model };
        await found.View!.RenderAsync(new ViewContext(
            action, found.View, data, new TempDataDictionary(context, tempData), writer, new HtmlHelperOptions()));
        return writer.ToString();
    }
}
