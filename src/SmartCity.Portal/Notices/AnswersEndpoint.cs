using System.Diagnostics;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using SmartCity.Notices;

namespace SmartCity.Portal;

/// <summary>Where organisations answer notices; docs/organisations.md tells them how.</summary>
internal static partial class AnswersEndpoint
{
    /// <summary>Calls of one organisation from one address, or of strangers from one address, within <see cref="Window"/>.</summary>
    public const int MostCalls = 30;

    private const string Policy = "answers";

    /// <summary>Over which calls are counted.</summary>
    public static TimeSpan Window => TimeSpan.FromMinutes(1);

    /// <summary>Adds what answers need.</summary>
    public static void AddAnswers(this IServiceCollection services, string stateFolder, ContactPlan contacts)
    {
        services.AddSingleton(_ => Open(stateFolder));
        services.AddSingleton(provider => new AnswerDesk(
            contacts, provider.GetRequiredService<NoticeDatabase>(), stateFolder, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AnswerDesk>>()));
        services.AddHostedService<AnswerCarrier>();
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = (rejected, cancellationToken) => new(RejectAsync(rejected.HttpContext));
            // By known code and address: who calls under an organisation's code from elsewhere takes nothing from it.
            limits.AddPolicy(Policy, context => RateLimitPartition.GetFixedWindowLimiter(
                (contacts.Find(context.Request.RouteValues["organisation"] as string ?? "")?.Code, context.Connection.RemoteIpAddress),
                _ => new() { PermitLimit = MostCalls, Window = Window, QueueLimit = 0 }));
        });
    }

    /// <summary>Maps <c>POST /api/v1/answers/{organisation}</c>: 202 when the answer is on record, else a problem (RFC 9457).</summary>
    public static void MapAnswers(this WebApplication portal)
    {
        portal.UseRateLimiter();
        portal.MapPost("/api/v1/answers/{organisation}", ReceiveAsync).AllowAnonymous().RequireRateLimiting(Policy);
    }

    private static async Task<Results<JsonHttpResult<Receipt>, ProblemHttpResult>> ReceiveAsync(
        string organisation, HttpContext context, AnswerDesk desk, ILogger<AnswerDesk> logger, CancellationToken cancellationToken)
    {
        byte[] body = new byte[AnswerDesk.MostBodyBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        AnswerReply reply;
        try
        {
            reply = desk.Receive(
                organisation, Header(WebhookSignature.IdHeader), Header(WebhookSignature.TimestampHeader), Header(WebhookSignature.SignatureHeader),
                body.AsSpan(0, length));
        }
        catch (SqliteException exception)
        {
            LogNotKept(logger, exception);
            reply = new AnswerReply.Problem(StatusCodes.Status503ServiceUnavailable, "Not now", "The answer cannot be kept now. Repeat it later.");
        }
        switch (reply)
        {
            case AnswerReply.Taken:
                return TypedResults.Json(new Receipt(Header(WebhookSignature.IdHeader)!, "recorded"), statusCode: StatusCodes.Status202Accepted);
            case AnswerReply.Problem problem:
                if (problem.Status == StatusCodes.Status503ServiceUnavailable)
                {
                    RetryAfterWindow(context);
                }
                return TypedResults.Problem(problem.Detail, statusCode: problem.Status, title: problem.Title);
            default:
                throw new UnreachableException($"Unmapped reply {reply}.");
        }

        string? Header(string name) => context.Request.Headers[name].FirstOrDefault();
    }

    private static Task RejectAsync(HttpContext context)
    {
        RetryAfterWindow(context);
        return TypedResults.Problem(
            $"At most {MostCalls} calls a minute are answered. Repeat it later.", statusCode: StatusCodes.Status429TooManyRequests, title: "Too many calls")
            .ExecuteAsync(context);
    }

    private static void RetryAfterWindow(HttpContext context) =>
        context.Response.Headers.RetryAfter = Window.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private static NoticeDatabase Open(string stateFolder)
    {
        try
        {
            return NoticeDatabase.Open(stateFolder);
        }
        catch (Exception exception) when (exception is SqliteException or InvalidDataException)
        {
            throw new PortalSetupException($"The file of notices and answers cannot be used: {exception.Message}", exception);
        }
    }

    [LoggerMessage(EventId = 7100, Level = LogLevel.Error, Message = "An answer of an organisation cannot be kept")]
    private static partial void LogNotKept(ILogger logger, Exception exception);

    private sealed record Receipt(string Id, string Status);
}
