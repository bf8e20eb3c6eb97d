namespace SmartCity.Domain;

/// <summary>A tariff in a file of its own, written as a city plan writes one.</summary>
public static class TariffFile
{
    /// <summary>Reads a tariff from a file of UTF-8 JSON: the field names of <see cref="Tariff"/> in camelCase.</summary>
    /// <exception cref="CityPlanException">The file cannot be read, or breaks a rule; every problem is named with its path.</exception>
    public static async Task<Tariff> LoadAsync(string path, CancellationToken cancellationToken) =>
        CityPlanJson.ReadTariff(await CityPlan.ReadFileAsync(path, "The tariff", cancellationToken), $"The tariff {path}");
}
