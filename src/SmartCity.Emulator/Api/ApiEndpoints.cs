using System.Globalization;
using System.Text.Json;
using SmartCity.Emulator.Faults;
using SmartCity.Emulator.World;

namespace SmartCity.Emulator.Api;

/// <summary>What a request needs to know of the emulator.</summary>
/// <param name="City">The values.</param>
/// <param name="Book">The faults.</param>
/// <param name="Tokens">Who is logged in.</param>
internal sealed record ApiContext(City City, FaultBook Book, TokenStore Tokens);

/// <summary>The REST contract "alphalogic-compat v1". Each method answers one endpoint; <c>now</c> is the source's time of the request.</summary>
internal static class ApiEndpoints
{
    private const int MaxBatch = 1_000;
    private const int MaxEvents = 1_000;

    /// <summary>POST auth/login.</summary>
    public static ApiAnswer Login(ApiContext context, JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
        && Text(body, "login") is { } login && Text(body, "password") is { } password && context.Tokens.IsKnown(login, password)
            ? Tokens(context.Tokens.Issue())
            : ApiAnswer.Error(StatusCodes.Status401Unauthorized, "bad_credentials", "The login or password is wrong.");

    /// <summary>POST auth/refresh.</summary>
    public static ApiAnswer Refresh(ApiContext context, JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && Text(body, "refresh_token") is { } refresh && context.Tokens.Refresh(refresh) is { } issued
            ? Tokens(issued)
            : ApiAnswer.Error(StatusCodes.Status401Unauthorized, "bad_refresh_token", "The refresh token is unknown, used, expired or revoked.");

    /// <summary>GET objects: the node's descendants, or the whole tree with its root.</summary>
    public static ApiAnswer Objects(ApiContext context, IQueryCollection query, DateTimeOffset now)
    {
        ulong parent = 0;
        int depth = 16;
        bool understood = (!query.ContainsKey("parent") || ulong.TryParse(query["parent"], NumberStyles.None, CultureInfo.InvariantCulture, out parent))
            && (!query.ContainsKey("depth") || int.TryParse(query["depth"], NumberStyles.None, CultureInfo.InvariantCulture, out depth))
            && depth is >= 1 and <= 16;
        if (!understood)
        {
            return ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_query", "'parent' must be a number and 'depth' 1..16.");
        }
        if (parent != 0 && context.City.FindNode(parent) is null)
        {
            return UnknownObject(parent);
        }
        FaultSet faults = context.Book.Faults;
        return ApiAnswer.Json(writer =>
        {
            writer.WriteStartArray();
            foreach (EmulatedObject node in context.City.Nodes.Where(node => Distance(context.City, node, parent) is { } distance && distance <= depth))
            {
                writer.WriteNode(node, IsConnected(faults, node, now));
            }
            writer.WriteEndArray();
        }).WithETag();
    }

    /// <summary>GET objects/{id}/parameters. A signal that is absent just now by a fault is not listed.</summary>
    public static ApiAnswer Parameters(ApiContext context, ulong id, DateTimeOffset now)
    {
        if (context.City.FindNode(id) is not { } node)
        {
            return UnknownObject(id);
        }
        FaultSet faults = context.Book.Faults;
        return ApiAnswer.Json(writer =>
        {
            writer.WriteStartArray();
            foreach (EmulatedParameter parameter in node.Parameters.Where(parameter => context.City.ReadCurrent(parameter, now, faults) is not null))
            {
                writer.WriteParameter(parameter);
            }
            writer.WriteEndArray();
        }).WithETag();
    }

    /// <summary>GET parameters/{id}/value.</summary>
    public static ApiAnswer Value(ApiContext context, ulong id, DateTimeOffset now) =>
        context.City.Find(id) is { } parameter && context.City.ReadCurrent(parameter, now, context.Book.Faults) is { } reading
            ? ApiAnswer.Json(writer => writer.WriteReading(parameter, reading))
            : UnknownParameter(id);

    /// <summary>POST parameters/values: what is unknown or absent is left out.</summary>
    public static ApiAnswer Values(ApiContext context, JsonElement body, DateTimeOffset now)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("ids", out JsonElement ids) || ids.ValueKind != JsonValueKind.Array
            || ids.GetArrayLength() > MaxBatch || ids.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.Number || !id.TryGetUInt64(out _)))
        {
            return ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_ids", $"'ids' must be a list of at most {MaxBatch} numbers.");
        }
        FaultSet faults = context.Book.Faults;
        return ApiAnswer.Json(writer =>
        {
            writer.WriteStartArray();
            foreach (JsonElement id in ids.EnumerateArray())
            {
                if (context.City.Find(id.GetUInt64()) is { } parameter && context.City.ReadCurrent(parameter, now, faults) is { } reading)
                {
                    writer.WriteReading(parameter, reading);
                }
            }
            writer.WriteEndArray();
        });
    }

    /// <summary>PUT parameters/{id}/value: 409 while the device is not connected, else 403, as no signal of a meter can be written.</summary>
    public static ApiAnswer Put(ApiContext context, ulong id, JsonElement body, DateTimeOffset now)
    {
        if (context.City.Find(id) is not { } parameter)
        {
            return UnknownParameter(id);
        }
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("value", out _))
        {
            return ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_value", "The body must be {\"value\": …}.");
        }
        return IsConnected(context.Book.Faults, context.City.FindNode(parameter.ObjectName)!, now)
            ? ApiAnswer.Error(StatusCodes.Status403Forbidden, "read_only", $"{parameter.ObjectName}.{parameter.Name} is read only.")
            : ApiAnswer.Error(StatusCodes.Status409Conflict, "not_connected", $"{parameter.ObjectName} is not connected.");
    }

    /// <summary>GET parameters/{id}/history.</summary>
    public static ApiAnswer History(ApiContext context, ulong id, IQueryCollection query, DateTimeOffset now)
    {
        if (context.City.Find(id) is not { } parameter)
        {
            return UnknownParameter(id);
        }
        (HistoryQuery? question, string? objection) = HistoryQuery.Parse(query, parameter.Kind);
        return question is null
            ? ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_query", objection + ".")
            : question.Answer(context.City, parameter, now, context.Book.Faults);
    }

    /// <summary>GET events.</summary>
    public static ApiAnswer Events(ApiContext context, IQueryCollection query, DateTimeOffset now)
    {
        EventQuery? question = EventQuery.Parse(query);
        return question is null
            ? ApiAnswer.Error(StatusCodes.Status400BadRequest, "bad_query", "'from' must be an ISO 8601 instant, 'object' and 'cursor' numbers, "
                + "'minSeverity' one of trivial, minor, major, critical, blocker.")
            : question.Answer(context.City, context.Book.Faults, now, MaxEvents);
    }

    /// <summary>POST objects/{id}/commands/{name}: the one command there is needs rights that a reading account has not.</summary>
    public static ApiAnswer Command(ApiContext context, ulong id, string name) => context.City.FindNode(id) switch
    {
        null => UnknownObject(id),
        { Type: "heat_point" } when name == "reset_pump_fault" =>
            ApiAnswer.Error(StatusCodes.Status403Forbidden, "forbidden", "This account may read only."),
        _ => ApiAnswer.Error(StatusCodes.Status404NotFound, "unknown_command", "The object has no such command."),
    };

    private static ApiAnswer Tokens(IssuedTokens issued) => ApiAnswer.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("token", issued.Access);
        writer.WriteString("token_type", "Bearer");
        writer.WriteNumber("expires_in", issued.LifetimeSeconds);
        writer.WriteString("refresh_token", issued.Refresh);
        writer.WriteEndObject();
    });

    private static bool IsConnected(FaultSet faults, EmulatedObject node, DateTimeOffset now) =>
        !faults.On(node.Name).Any(fault => fault.Kind == FaultKinds.Disconnected && fault.Covers(now));

    /// <summary>Levels below a node; the root of everything is one level below 0. <c>null</c>: not below it.</summary>
    private static int? Distance(City city, EmulatedObject node, ulong ancestor)
    {
        EmulatedObject? current = node;
        for (int distance = 1; current is not null; distance++)
        {
            if ((current.Parent ?? 0) == ancestor)
            {
                return distance;
            }
            current = current.Parent is { } above ? city.FindNode(above) : null;
        }
        return null;
    }

    private static ApiAnswer UnknownObject(ulong id) =>
        ApiAnswer.Error(StatusCodes.Status404NotFound, "unknown_object", FormattableString.Invariant($"There is no object {id}."));

    private static ApiAnswer UnknownParameter(ulong id) =>
        ApiAnswer.Error(StatusCodes.Status404NotFound, "unknown_parameter", FormattableString.Invariant($"There is no parameter {id}."));

    private static string? Text(JsonElement body, string property) =>
        body.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
