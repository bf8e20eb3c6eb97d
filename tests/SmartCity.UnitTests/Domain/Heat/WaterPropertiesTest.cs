using SmartCity.Domain;

namespace SmartCity.UnitTests.Domain.Heat;

public sealed class WaterPropertiesTest
{
    private const double KelvinOffset = 273.15;

    /// <summary>Verification values of IAPWS-IF97, table 5; nine digits are printed there.</summary>
    [TestCase(300, 3, 0.100215168e-2, 115.331273)]
    [TestCase(300, 80, 0.971180894e-3, 184.142828)]
    [TestCase(500, 3, 0.120241800e-2, 975.542239)]
    public void DensityAndEnthalpy_VerificationTable_AgreeToItsLastDigit(double kelvin, double pressure, double volume, double enthalpy)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(1 / WaterProperties.Density(kelvin - KelvinOffset, pressure), Is.EqualTo(volume).Within(1e-8 * volume));
        Assert.That(WaterProperties.Enthalpy(kelvin - KelvinOffset, pressure), Is.EqualTo(enthalpy).Within(1e-8 * enthalpy));
    }

    /// <summary>Working points of a heating network; four decimals are known.</summary>
    [TestCase(40, 0.4, 992.3549, 167.8890)]
    [TestCase(60, 0.6, 983.4279, 251.6415)]
    [TestCase(65, 0.4, 980.6965, 272.3899)]
    [TestCase(70, 0.5, 977.9547, 293.4013)]
    [TestCase(95, 0.6, 962.1255, 398.4115)]
    [TestCase(95, 0.7, 962.1717, 398.4878)]
    [TestCase(130, 0.9, 935.1589, 546.8139)]
    [TestCase(150, 1.0, 917.3042, 632.5749)]
    public void DensityAndEnthalpy_WorkingPoint_AgreesToFourDecimals(double celsius, double pressure, double density, double enthalpy)
    {
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(WaterProperties.Density(celsius, pressure), Is.EqualTo(density).Within(0.00005));
        Assert.That(WaterProperties.Enthalpy(celsius, pressure), Is.EqualTo(enthalpy).Within(0.00005));
    }

    [TestCase(-0.01, 0.5)]
    [TestCase(350.01, 0.5)]
    [TestCase(double.NaN, 0.5)]
    [TestCase(50, 0)]
    [TestCase(50, 100.1)]
    [TestCase(50, double.NaN)]
    public void Density_OutsideTheFormula_Throws(double celsius, double pressure) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WaterProperties.Density(celsius, pressure));
}
