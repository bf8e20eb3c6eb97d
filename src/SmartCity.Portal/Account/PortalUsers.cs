using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace SmartCity.Portal;

/// <summary>The people who may sign in, as the file <c>portal-users.json</c> of the state folder lists them.</summary>
public sealed class PortalUsers
{
    /// <summary>Name of the file in the state folder.</summary>
    public const string FileName = "portal-users.json";

    /// <summary>Logins of the demonstration's dispatchers: two, as a critical incident is closed by another one than who eliminated it.</summary>
    public static IReadOnlyList<string> DemoDispatchers { get; } = ["dispatcher", "dispatcher2"];

    private const int FileVersion = 1;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512, as OWASP's password storage guide asks for.</summary>
    private const int HashIterations = 210_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly PasswordHasher<PortalUser> Hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = HashIterations }));

    private readonly FrozenDictionary<string, PortalUser> _byLogin;
    private readonly PortalUser _nobody;

    private PortalUsers(IReadOnlyList<PortalUser> users)
    {
        _byLogin = users.ToFrozenDictionary(user => user.Login, StringComparer.OrdinalIgnoreCase);
        _nobody = new("", Hash(RandomPassword()), PortalRole.Resident);
    }

    /// <summary>Reads the users of a state folder.</summary>
    /// <exception cref="PortalSetupException">The file is missing or not as it should be; the message says what to do.</exception>
    public static PortalUsers Load(string stateFolder)
    {
        string path = Path.Combine(stateFolder, FileName);
        try
        {
            UsersFile file = JsonSerializer.Deserialize<UsersFile>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("The file holds nothing.");
            if (file.Version != FileVersion)
            {
                throw new JsonException($"The file is of version {file.Version}; this portal reads version {FileVersion}.");
            }
            foreach (PortalUser user in file.Users)
            {
                Check(user);
            }
            return new(file.Users);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PortalSetupException(
                $"The portal's users cannot be read from '{path}': {exception.Message} Run 'smartcity up' once: it makes them.", exception);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new PortalSetupException(
                $"The portal's users in '{path}' are not as they should be: {exception.Message} Correct the file, or remove it and run 'smartcity up'.",
                exception);
        }
    }

    /// <summary>
    /// Writes the users file of a demonstration city: residents of both houses, each provider, an auditor and two dispatchers, with
    /// random passwords.
    /// </summary>
    /// <param name="stateFolder">State folder; it must exist. A file already there is replaced.</param>
    /// <param name="plan">The city.</param>
    /// <returns>The accounts with their passwords: the only time they are seen in plain.</returns>
    public static IReadOnlyList<DemoAccount> CreateDemo(string stateFolder, CityPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<(DemoAccount Account, PortalUser User)> people = [.. DemoResidents(plan), .. DemoProviders(plan)];
        people.Add(Demo(new("auditor", "", PortalRole.Auditor), "auditor"));
        people.AddRange(DemoDispatchers.Select(login => Demo(new(login, "", PortalRole.Dispatcher), "dispatcher of the heat substations")));
        Save(stateFolder, [.. people.Select(person => person.User)]);
        return [.. people.Select(person => person.Account)];
    }

    /// <summary>The user of a login and password, or nothing. Takes as long for an unknown login as for a wrong password.</summary>
    public PortalUser? SignIn(string login, string password)
    {
        ArgumentNullException.ThrowIfNull(login);
        ArgumentNullException.ThrowIfNull(password);
        PortalUser user = Find(login) ?? _nobody;
        PasswordVerificationResult result = Hasher.VerifyHashedPassword(user, user.PasswordHash, password);
        return user == _nobody || result == PasswordVerificationResult.Failed ? null : user;
    }

    /// <summary>The user of a login, or nothing.</summary>
    public PortalUser? Find(string login) => _byLogin.GetValueOrDefault(login);

    /// <summary>Changes when the password or the rights of a user change: a session begun before is then over.</summary>
    internal static string StampOf(PortalUser user) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(user, Json))))[..16];

    private static IEnumerable<(DemoAccount, PortalUser)> DemoResidents(CityPlan plan)
    {
        const int ShownInFirstHouse = 3;
        int resident = 0;
        for (int house = 0; house < plan.Houses.Count; house++)
        {
            foreach (FlatPlan flat in plan.Houses[house].Flats.Take(house == 0 ? ShownInFirstHouse : 1))
            {
                resident++;
                yield return Demo(
                    new($"resident{resident}", "", PortalRole.Resident, House: house + 1, Flat: flat.Number),
                    $"resident of house {house + 1}, flat {flat.Number}");
            }
        }
    }

    private static IEnumerable<(DemoAccount, PortalUser)> DemoProviders(CityPlan plan)
    {
        Tariff tariff = plan.Tariffs[^1];
        (string Login, ushort Provider)[] logins =
        [
            ("electricity", tariff.ElectricityProvider), ("heat", tariff.HeatProvider), ("company", tariff.CommonNeedsProvider),
        ];
        foreach ((string login, ushort provider) in logins.DistinctBy(entry => entry.Provider))
        {
            string name = plan.Providers.First(known => known.Number == provider).NameEnglish;
            yield return Demo(new(login, "", PortalRole.Utility, Provider: provider), name);
        }
    }

    private static (DemoAccount, PortalUser) Demo(PortalUser user, string description)
    {
        string password = RandomPassword();
        return (new(user.Login, password, user.Role, description), user with { PasswordHash = Hash(password) });
    }

    private static string Hash(string password) => Hasher.HashPassword(null!, password);

    /// <summary>Three pronounceable words and two digits, 64 bits: easy to read aloud and to type.</summary>
    private static string RandomPassword()
    {
        const string Consonants = "bdfgklmnprstvz";
        const string Vowels = "aeiou";
        const int SyllablesPerWord = 3;
        const int Words = 3;
        StringBuilder password = new();
        for (int syllable = 0; syllable < Words * SyllablesPerWord; syllable++)
        {
            password.Append(RandomNumberGenerator.GetItems<char>(Consonants, 1)).Append(RandomNumberGenerator.GetItems<char>(Vowels, 1));
            if (syllable % SyllablesPerWord == SyllablesPerWord - 1)
            {
                password.Append('-');
            }
        }
        return password.Append(RandomNumberGenerator.GetInt32(10, 100).ToString(CultureInfo.InvariantCulture)).ToString();
    }

    private static void Save(string stateFolder, IReadOnlyList<PortalUser> users)
    {
        string path = Path.Combine(stateFolder, FileName);
        string temporary = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (FileStream stream = new(temporary, options))
        {
            JsonSerializer.Serialize(stream, new UsersFile(FileVersion, users), Json);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void Check(PortalUser user)
    {
        bool isWhole = user.Role switch
        {
            PortalRole.Resident => user is { House: > 0, Flat: not null },
            PortalRole.Utility => user.Provider is not null,
            _ => true,
        };
        if (string.IsNullOrWhiteSpace(user.Login) || string.IsNullOrEmpty(user.PasswordHash) || !isWhole)
        {
            throw new JsonException(
                $"User '{user.Login}' of role {user.Role} lacks something: every user needs login and passwordHash, a resident house and flat, a utility its provider.");
        }
    }

    private sealed record UsersFile(int Version, IReadOnlyList<PortalUser> Users);
}
