namespace SmartCity.Domain;

/// <summary>
/// Density and enthalpy of liquid water: IAPWS-IF97, region 1 (the 34 terms of its table 2). One of the two places of the core
/// where floating point is allowed (the other is <see cref="HeatEnergy"/>): the result is rounded to whole kilocalories at once.
/// </summary>
/// <remarks>Powers are multiplied out, never <c>Math.Pow</c>, so that every machine computes the same digits.</remarks>
public static class WaterProperties
{
    /// <summary>Lowest temperature of the formula, °C.</summary>
    public const double MinTemperature = 0;

    /// <summary>Highest temperature of the formula, °C.</summary>
    public const double MaxTemperature = 350;

    /// <summary>Highest pressure of the formula, MPa absolute.</summary>
    public const double MaxPressure = 100;

    private const double GasConstant = 0.461526; // kJ/(kg·K)
    private const double KelvinOffset = 273.15;
    private const double ReferencePressure = 16.53; // MPa
    private const double ReferenceTemperature = 1386; // K
    private const double PressureShift = 7.1;
    private const double TemperatureShift = 1.222;
    private const double KilopascalsPerMegapascal = 1_000;

    private static readonly (int I, int J, double N)[] Terms =
    [
        (0, -2, 0.14632971213167),
        (0, -1, -0.84548187169114),
        (0, 0, -3.756360367204),
        (0, 1, 3.3855169168385),
        (0, 2, -0.95791963387872),
        (0, 3, 0.15772038513228),
        (0, 4, -0.016616417199501),
        (0, 5, 0.00081214629983568),
        (1, -9, 0.00028319080123804),
        (1, -7, -0.00060706301565874),
        (1, -1, -0.018990068218419),
        (1, 0, -0.032529748770505),
        (1, 1, -0.021841717175414),
        (1, 3, -5.283835796993e-05),
        (2, -3, -0.00047184321073267),
        (2, 0, -0.00030001780793026),
        (2, 1, 4.7661393906987e-05),
        (2, 3, -4.4141845330846e-06),
        (2, 17, -7.2694996297594e-16),
        (3, -4, -3.1679644845054e-05),
        (3, 0, -2.8270797985312e-06),
        (3, 6, -8.5205128120103e-10),
        (4, -5, -2.2425281908e-06),
        (4, -2, -6.5171222895601e-07),
        (4, 10, -1.4341729937924e-13),
        (5, -8, -4.0516996860117e-07),
        (8, -11, -1.2734301741641e-09),
        (8, -6, -1.7424871230634e-10),
        (21, -29, -6.8762131295531e-19),
        (23, -31, 1.4478307828521e-20),
        (29, -38, 2.6335781662795e-23),
        (30, -39, -1.1947622640071e-23),
        (31, -40, 1.8228094581404e-24),
        (32, -41, -9.3537087292458e-26),
    ];

    /// <summary>Density in kg/m³.</summary>
    /// <param name="temperature">°C.</param>
    /// <param name="pressure">MPa absolute.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite or outside the formula's range.</exception>
    /// <remarks>Below the pressure of saturation the formula goes on smoothly; the water would boil there.</remarks>
    public static double Density(double temperature, double pressure)
    {
        (double pi, double tau) = Reduced(temperature, pressure);
        double gammaPi = 0;
        foreach ((int i, int j, double n) in Terms)
        {
            gammaPi -= i == 0 ? 0 : n * i * Power(PressureShift - pi, i - 1) * Power(tau - TemperatureShift, j);
        }
        double volume = pi * gammaPi * GasConstant * (temperature + KelvinOffset) / (pressure * KilopascalsPerMegapascal);
        return 1 / volume;
    }

    /// <summary>Specific enthalpy in kJ/kg.</summary>
    /// <param name="temperature">°C.</param>
    /// <param name="pressure">MPa absolute.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite or outside the formula's range.</exception>
    public static double Enthalpy(double temperature, double pressure)
    {
        (double pi, double tau) = Reduced(temperature, pressure);
        double gammaTau = 0;
        foreach ((int i, int j, double n) in Terms)
        {
            gammaTau += j == 0 ? 0 : n * Power(PressureShift - pi, i) * j * Power(tau - TemperatureShift, j - 1);
        }
        return tau * gammaTau * GasConstant * (temperature + KelvinOffset);
    }

    private static (double Pi, double Tau) Reduced(double temperature, double pressure)
    {
        if (!(temperature is >= MinTemperature and <= MaxTemperature))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"{MinTemperature} to {MaxTemperature} °C is needed.");
        }
        if (!(pressure is > 0 and <= MaxPressure))
        {
            throw new ArgumentOutOfRangeException(nameof(pressure), pressure, $"Above 0 to {MaxPressure} MPa absolute is needed.");
        }
        return (pressure / ReferencePressure, ReferenceTemperature / (temperature + KelvinOffset));
    }

    private static double Power(double value, int exponent)
    {
        double result = 1;
        for (int i = Math.Abs(exponent); i > 0; i--)
        {
            result *= value;
        }
        return exponent < 0 ? 1 / result : result;
    }
}
