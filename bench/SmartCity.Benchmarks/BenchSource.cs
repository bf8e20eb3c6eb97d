using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SmartCity.Benchmarks;

/// <summary>
/// A source of any size that speaks the REST contract "alphalogic-compat v1". Registers grow evenly; its clock stands where
/// <c>PUT /bench/clock/{milliseconds}</c> puts it, so that a month passes as fast as the oracle takes it.
/// </summary>
internal sealed class BenchSource(int groups, long firstMs)
{
    private const int SignalsOfObject = 8;
    private const long MsPerHour = 3_600_000;
    private const int LeakyOf = 100;
    private const int WattHoursLost = 2;
    private const int WattHoursLeaked = 200;

    private static readonly string[] s_parentSignals = ["sn", "a0", "a1", "a2"];
    private static readonly string[] s_consumerSignals = ["sn", "a"];

    /// <summary>0 until it is put somewhere: then the city's first instant.</summary>
    private long _nowMs;

    /// <summary>Serves until the process is told to end (SIGTERM, SIGINT); prints its address.</summary>
    public async Task RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AllowSynchronousIO = false);
        builder.Services.AddRoutingCore();
        await using WebApplication app = builder.Build();
        app.MapPost("/api/v1/auth/login", http => JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("token", "bench");
            writer.WriteNumber("expires_in", 86_400);
            writer.WriteEndObject();
        }));
        app.MapGet("/api/v1/objects", ObjectsAsync);
        app.MapGet("/api/v1/objects/{id:int}/parameters", http => JsonAsync(http, writer => Parameters(writer, Id(http))));
        app.MapPost("/api/v1/parameters/values", ValuesAsync);
        app.MapGet("/api/v1/parameters/{id:int}/history", HistoryAsync);
        app.MapPut("/bench/clock/{ms:long}", http =>
        {
            Interlocked.Exchange(ref _nowMs, long.Parse((string)http.Request.RouteValues["ms"]!, CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        });
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await app.WaitForShutdownAsync();
    }

    private long Now => Interlocked.Read(ref _nowMs) is > 0 and long now ? now : firstMs;

    private static int Id(HttpContext http) => int.Parse((string)http.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);

    private Task ObjectsAsync(HttpContext http)
    {
        const string Tag = "\"bench\"";
        http.Response.Headers.ETag = Tag;
        if (http.Request.Headers.IfNoneMatch == Tag)
        {
            SetDate(http);
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        return JsonAsync(http, writer =>
        {
            writer.WriteStartArray();
            for (int index = 0; index < groups * BenchCity.MetersOfGroup; index++)
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", index);
                writer.WriteString("name", NameOf(index));
                writer.WriteBoolean("connected", true);
                writer.WriteBoolean("ready_to_work", true);
                writer.WriteBoolean("error", false);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private static void Parameters(Utf8JsonWriter writer, int index)
    {
        writer.WriteStartArray();
        foreach ((int place, string name) in SignalsOf(index).Index())
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", index * SignalsOfObject + place);
            writer.WriteString("name", name);
            writer.WriteString("valueType", place == 0 ? "long" : "double");
            writer.WriteString("unit", place == 0 ? "" : "kWh");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private async Task ValuesAsync(HttpContext http)
    {
        using JsonDocument asked = await JsonDocument.ParseAsync(http.Request.Body);
        long now = Now;
        await JsonAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (JsonElement element in asked.RootElement.GetProperty("ids").EnumerateArray())
            {
                int id = element.GetInt32();
                writer.WriteStartObject();
                writer.WriteNumber("id", id);
                WriteValue(writer, "value", id, now);
                writer.WriteNumber("ts", now);
                writer.WriteString("quality"u8, "good"u8);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    private Task HistoryAsync(HttpContext http)
    {
        int id = Id(http);
        long from = Ms(http, "from");
        long to = Math.Min(Ms(http, "to"), Now + 1);
        return JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            for (long at = (from + MsPerHour - 1) / MsPerHour * MsPerHour; at < to; at += MsPerHour)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(at);
                WriteValue(writer, null, id, at);
                writer.WriteStringValue("good"u8);
                writer.WriteEndArray();
            }
            writer.WriteEndArray();
            writer.WriteNull("next");
            writer.WriteEndObject();
        });
    }

    private static long Ms(HttpContext http, string name) => DateTimeOffset.Parse(http.Request.Query[name]!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private void WriteValue(Utf8JsonWriter writer, string? property, int id, long at)
    {
        (int index, int place) = Math.DivRem(id, SignalsOfObject);
        decimal value = place == 0 ? index + BenchCity.MetersOfGroup : Register(index, place - 1, at) / 1_000m;
        if (property is not null)
        {
            writer.WritePropertyName(property);
        }
        writer.WriteNumberValue(value);
    }

    /// <summary>Wh since the beginning; a whole number at each quarter of an hour.</summary>
    private decimal Register(int index, int phase, long at)
    {
        (int group, int meter) = Math.DivRem(index, BenchCity.MetersOfGroup);
        int perHour = meter == 0 ? RateOf(group, phase) + LossOf(group) : RateOf(group, meter - 1);
        return 100_000 + decimal.Floor((at - firstMs) * (decimal)perHour / MsPerHour);
    }

    /// <summary>What a flat uses, Wh an hour: a multiple of four.</summary>
    private static int RateOf(int group, int flat) => 200 + (((group * 31) + (flat * 17)) % 200 * 4);

    /// <summary>What a house's meter has in an hour beyond its flats' on each phase, Wh: as much as meters may differ, but in one house of a hundred.</summary>
    private static int LossOf(int group) => group % LeakyOf == LeakyOf - 1 ? WattHoursLeaked : WattHoursLost;

    private static string NameOf(int index)
    {
        (int group, int meter) = Math.DivRem(index, BenchCity.MetersOfGroup);
        return meter == 0 ? BenchCity.ParentOf(group + 1) : BenchCity.ConsumerOf(group + 1, meter - 1);
    }

    private static string[] SignalsOf(int index) => index % BenchCity.MetersOfGroup == 0 ? s_parentSignals : s_consumerSignals;

    private void SetDate(HttpContext http) => http.Response.Headers.Date =
        DateTimeOffset.FromUnixTimeMilliseconds(Now).ToString("R", CultureInfo.InvariantCulture);

    private async Task JsonAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        SetDate(http);
        http.Response.ContentType = "application/json";
        ArrayBufferWriter<byte> buffer = new(4_096);
        using (Utf8JsonWriter writer = new(buffer))
        {
            write(writer);
        }
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory);
    }
}
