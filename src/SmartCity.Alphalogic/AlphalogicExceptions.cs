namespace SmartCity.Alphalogic;

/// <summary>A call to the Alphalogic server failed. The message names the endpoint and never holds a password or token.</summary>
public abstract class AlphalogicException : Exception
{
    private protected AlphalogicException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>The server refuses the login or password. Trying again without new credentials is useless and may lock the account.</summary>
public sealed class AlphalogicAuthenticationException : AlphalogicException
{
    /// <summary>Says who was refused.</summary>
    public AlphalogicAuthenticationException(string message)
        : base(message, null)
    {
    }
}

/// <summary>The server could not be reached, did not answer in time, or went on answering 429 or 5xx after all retries. Trying later may help.</summary>
public sealed class AlphalogicUnavailableException : AlphalogicException
{
    /// <summary>Says what could not be reached, and why.</summary>
    public AlphalogicUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The server answered something that cannot be understood: malformed JSON, a missing field, an oversized answer.</summary>
public sealed class AlphalogicAnswerException : AlphalogicException
{
    /// <summary>Says what was asked and what is wrong with the answer.</summary>
    public AlphalogicAnswerException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The server refuses the request itself, such as an unknown parameter.</summary>
public sealed class AlphalogicRequestException : AlphalogicException
{
    /// <summary>Says what was refused, with the server's status and code.</summary>
    public AlphalogicRequestException(string message, int statusCode, string code)
        : base(message, null)
    {
        StatusCode = statusCode;
        Code = code;
    }

    /// <summary>HTTP status, 4xx.</summary>
    public int StatusCode { get; }

    /// <summary>The server's machine-readable code; empty when it gave none.</summary>
    public string Code { get; }
}
