using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace SmartCity.Portal;

/// <summary>
/// The stylesheet, scripts and pictures of the portal. They are embedded in this assembly and bear a hash of their contents in their
/// address, so that a browser may keep them for ever and a new version is a new address.
/// </summary>
internal sealed class Assets
{
    private const string ResourcePrefix = "assets/";
    private const int HashDigits = 12;
    private readonly FrozenDictionary<string, Asset> _byAddress;
    private readonly FrozenDictionary<string, string> _addresses;

    private Assets(IReadOnlyDictionary<string, Asset> byAddress, IReadOnlyDictionary<string, string> addresses)
    {
        _byAddress = byAddress.ToFrozenDictionary(StringComparer.Ordinal);
        _addresses = addresses.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Reads all embedded files and compresses them once.</summary>
    public static Assets Load()
    {
        Assembly assembly = typeof(Assets).Assembly;
        Dictionary<string, Asset> byAddress = [];
        Dictionary<string, string> addresses = [];
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            string name = resource[ResourcePrefix.Length..];
            string hash = Convert.ToHexStringLower(SHA256.HashData(content))[..HashDigits];
            string file = $"{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}";
            byAddress.Add(file, new(content, Compress(content), ContentType(name)));
            addresses.Add(name, "/assets/" + file);
        }
        return new(byAddress, addresses);
    }

    /// <summary>Address of a file by its plain name, e.g. <c>site.css</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such file: a misspelt name in a page.</exception>
    public string Href(string name) => _addresses[name];

    /// <summary>Answers <c>/assets/{file}</c>.</summary>
    public IResult Get(string file, HttpContext context)
    {
        if (!_byAddress.TryGetValue(file, out Asset? asset))
        {
            return TypedResults.NotFound();
        }
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        bool takesBrotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (takesBrotli)
        {
            headers.ContentEncoding = "br";
        }
        return TypedResults.Bytes(takesBrotli ? asset.Brotli : asset.Content, asset.ContentType);
    }

    private static byte[] Compress(byte[] content)
    {
        using MemoryStream compressed = new();
        using (BrotliStream brotli = new(compressed, CompressionLevel.Optimal))
        {
            brotli.Write(content);
        }
        return compressed.ToArray();
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new InvalidOperationException($"Assets of type '{other}' have no content type yet: name it here."),
    };

    private sealed record Asset(byte[] Content, byte[] Brotli, string ContentType);
}
