using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.WebEncoders;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ledger;
using SmartCity.Notices;
using SmartCity.Oracle;
using SmartCity.Rules;

namespace SmartCity.Portal;

/// <summary>Puts the portal together: services, pages, endpoints.</summary>
internal static class PortalServer
{
    /// <summary>Russian first: it is what a browser without the portal's language cookie gets.</summary>
    public static IReadOnlyList<CultureInfo> Cultures { get; } = [CultureInfo.GetCultureInfo("ru-RU"), CultureInfo.GetCultureInfo("en-GB")];

    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <exception cref="PortalSetupException">Something in the state folder is missing or wrong.</exception>
    public static async Task<WebApplication> BuildAsync(PortalOptions options, CancellationToken cancellationToken)
    {
        // The pages live in this assembly whichever program started it, and no settings file is read.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(PortalServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseUrls(options.Urls.Split(';'));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        City city = City.Load(options.StateFolder);
        AddPortal(builder.Services, options, city);
        AddChain(builder.Services, options, await LoadDeploymentAsync(options.StateFolder, cancellationToken));
        if (options.ContactsFile is { } contacts)
        {
            builder.Services.AddAnswers(options.StateFolder, await LoadContactsAsync(contacts, city.Plan, cancellationToken));
        }
        WebApplication portal = builder.Build();
        Map(portal);
        if (options.ContactsFile is not null)
        {
            portal.MapAnswers();
        }
        return portal;
    }

    private static void AddPortal(IServiceCollection services, PortalOptions options, City city)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Assets.Load());
        services.AddSingleton(city);
        services.AddSingleton(PortalUsers.Load(options.StateFolder));
        services.AddSingleton<SignInThrottle>();
        services.AddPortalSignIn(options.StateFolder);
        services.AddSingleton(provider => new OracleReader(options.StateFolder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new OracleCommands(options.StateFolder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DispatchFeed>().AddHostedService(provider => provider.GetRequiredService<DispatchFeed>());
        services.AddSingleton<DeskAnswer>();
        services.AddSingleton<ReplayJob>();
        services.AddSingleton<SystemStatus>();
        services.AddSingleton<Fragments>();
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.Name = "smartcity-form");
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddRazorPages(pages =>
        {
            pages.RootDirectory = "/";
            pages.Conventions.AddPortalAuthorization();
            pages.Conventions.AddPageRoute("/Account/SignIn", "/");
        });
        services.Configure<RequestLocalizationOptions>(localization =>
        {
            localization.DefaultRequestCulture = new(Cultures[0]);
            localization.SupportedCultures = [.. Cultures];
            localization.SupportedUICultures = [.. Cultures];
            localization.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = LanguageEndpoint.CookieName }];
        });
    }

    private static void AddChain(IServiceCollection services, PortalOptions options, DeployedCity deployed)
    {
        services.AddSingleton(deployed);
        services.AddSingleton(provider => new EthApi(new RpcClient(
            new HttpClient { BaseAddress = options.Chain, Timeout = Timeout.InfiniteTimeSpan },
            new RpcClientOptions(),
            provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<ChainFollower>().AddHostedService(provider => provider.GetRequiredService<ChainFollower>());
        services.AddSingleton<KeyRing>();
        services.AddSingleton<TestBank>();
        services.AddSingleton<PayoutDesk>();
        services.AddSingleton<PremisesRegister>();
        services.AddSingleton<AuditJob>();
    }

    private static async Task<DeployedCity> LoadDeploymentAsync(string stateFolder, CancellationToken cancellationToken)
    {
        try
        {
            return await DeployedCity.LoadAsync(Path.Combine(stateFolder, "deployment.json"), cancellationToken);
        }
        catch (LedgerException exception)
        {
            throw new PortalSetupException(exception.Message, exception);
        }
    }

    private static async Task<ContactPlan> LoadContactsAsync(string path, CityPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await ContactPlan.LoadAsync(path, plan, cancellationToken);
        }
        catch (RuleBookException exception)
        {
            throw new PortalSetupException(exception.Message, exception);
        }
    }

    private static void Map(WebApplication portal)
    {
        portal.UseSecurityHeaders();
        portal.UseRequestLocalization();
        portal.UseExceptionHandler("/error/500");
        portal.UseStatusCodePagesWithReExecute("/error/{0}");
        portal.UseRouting();
        portal.UseAuthentication();
        portal.UseAuthorization();
        portal.UseAntiforgery();
        portal.MapRazorPages();
        portal.MapGet("/assets/{file}", (string file, Assets assets, HttpContext context) => assets.Get(file, context)).AllowAnonymous();
        portal.MapLanguage();
        portal.MapLive();
        portal.MapDataSet();
        portal.MapHealth();
    }
}
