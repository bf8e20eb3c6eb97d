namespace SmartCity.Portal;

/// <summary>The city this portal serves: its plan and its calendar.</summary>
/// <param name="Plan">The city plan, from <c>city.json</c> of the state folder.</param>
internal sealed record City(CityPlan Plan)
{
    /// <summary>Name of the plan's file in the state folder.</summary>
    public const string FileName = "city.json";

    /// <summary>Local months, zones and times of day.</summary>
    public CityCalendar Calendar { get; } = new(TimeSpan.FromHours(Plan.UtcOffsetHours));

    /// <summary>Name of a provider in the language of the request; its number when the plan does not know it.</summary>
    public string ProviderName(ushort number) => Plan.Providers.FirstOrDefault(provider => provider.Number == number) is { } known
        ? new Phrase(known.Name, known.NameEnglish)
        : number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A heat substation, or nothing for a number that the plan does not know.</summary>
    public SubstationPlan? FindSubstation(uint number) => Plan.Substations.FirstOrDefault(known => known.Number == number);

    /// <summary>Name of a balance group; its number when the plan does not know it.</summary>
    public string GroupName(uint number) =>
        Plan.Segments.SelectMany(segment => segment.Groups).FirstOrDefault(group => group.Number == number)?.Name
            ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads the plan of a state folder.</summary>
    /// <exception cref="PortalSetupException">It is missing or wrong; the message says what to do.</exception>
    public static City Load(string stateFolder)
    {
        string path = Path.Combine(stateFolder, FileName);
        try
        {
            return new(CityPlan.Parse(File.ReadAllText(path)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PortalSetupException($"The city's plan cannot be read: {exception.Message} Run 'smartcity up' once: it makes it.", exception);
        }
        catch (CityPlanException exception)
        {
            throw new PortalSetupException($"'{path}': {exception.Message}", exception);
        }
    }
}
