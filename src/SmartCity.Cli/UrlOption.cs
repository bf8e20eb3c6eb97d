using System.CommandLine;
using System.CommandLine.Parsing;

namespace SmartCity.Cli;

/// <summary>An option that takes the address of a server.</summary>
internal static class UrlOption
{
    /// <summary>An option with a default.</summary>
    public static Option<Uri> Create(string name, string description, string defaultUrl) => new(name)
    {
        Description = description,
        CustomParser = Parse!,
        DefaultValueFactory = _ => new(defaultUrl),
    };

    /// <summary>An option that may be left out.</summary>
    public static Option<Uri?> CreateOptional(string name, string description) => new(name) { Description = description, CustomParser = Parse };

    /// <summary>An option that may be given several times.</summary>
    public static Option<Uri[]> CreateMany(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => [.. result.Tokens.Select(token => Parse(result, token.Value)).OfType<Uri>()],
        Arity = ArgumentArity.OneOrMore,
    };

    private static Uri? Parse(ArgumentResult result) => Parse(result, result.Tokens[0].Value);

    private static Uri? Parse(ArgumentResult result, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }
        result.AddError($"'{text}' is not an address of a server: write it as http://127.0.0.1:8545.");
        return null;
    }
}
