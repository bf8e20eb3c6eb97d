using SmartCity.Domain;
using SmartCity.Oracle;

namespace SmartCity.UnitTests.Oracle;

/// <summary>A small city: one house with a three-phase meter, three flats, and heat.</summary>
internal static class CityLayouts
{
    public static readonly CityPlan Plan = new(
        "Test",
        3,
        Period.Of(2026, 9),
        [
            new(1, EnergyKind.Electricity, [new(1, "House 1", Meter("m3_1", 1), [Consumer("m1_1", 2, 0), Consumer("m1_2", 3, 1), Consumer("m1_3", 4, 2)])]),
            new(2, EnergyKind.Heat, [new(2, "House 1", Meter("itp_1", 5), [])]),
        ],
        [new(1, "itp_1", "ИТП 1", [2], [3])],
        [new(3, "ПАО «Теплосеть»", "Teploset PJSC")],
        [],
        [new("ул. Садовая, 12", [new("1", 5_000, 1, 3, 2, 0, new(AccountZones.One, 1, HeatingTerms.House))]), new("ул. Садовая, 14", [])],
        new(0, 0));

    public static readonly CityLayout Layout = CityLayout.Of(Plan);

    public static Hour Hour(int index) => new(Layout.FirstHour.Value + (uint)index);

    public static SignalKey Key(string key) => new(key.Split('.')[0], key.Split('.')[1]);

    /// <summary>Options of an oracle with a state folder; its files and addresses are not there.</summary>
    public static OracleOptions Options(string folder) => new()
    {
        SourceUrl = new("http://alphalogic.test"),
        SourceLogin = "",
        SourcePasswordFile = "",
        ChainUrl = new("http://chain.test"),
        StateFolder = folder,
        KeystoreFile = "",
        PassphraseFile = "",
        PlanFile = "",
        DeploymentFile = "",
    };

    private static MeterPlan Meter(string sourceObject, ulong serial) =>
        new(serial, "Test", 1.0m, 10, 0, new DateOnly(2020, 1, 1), 120, sourceObject);

    private static ConsumerPlan Consumer(string sourceObject, ulong serial, int phase) => new(Meter(sourceObject, serial), phase);
}
