// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title TariffBook: prices, norms and rates by period, never changed once in force
interface ITariffBook {
    struct Tariff {
        /// First period in which the tariff is in force, 0..13,559.
        uint16 fromPeriod;
        /// Micro-roubles per kWh, VAT included, 1..10^12 each. The price of band b of zone z for an account of n zones stands at
        /// 3 × (n(n − 1)/2 + z) + b, b and z counted from 0. One zone: the whole day. Two: day (07-23 local), night (23-07).
        /// Three: peak (07-10, 17-21), half-peak (10-17, 21-23), night.
        uint64[18] electricityPrices;
        /// Where the first and the second consumption band (диапазон потребления) of a month end, Wh. Not descending; the highest
        /// number of the type for no bands.
        uint64 firstBandLimit;
        uint64 secondBandLimit;
        /// Micro-roubles per Gcal, VAT included, 1..10^12.
        uint64 heatPrice;
        /// VAT rate contained in the prices, in hundredths of a percent (22 % = 2200). 0..5000.
        uint16 vatRate;
        /// Day of the following month by which a bill is due. 1..28.
        uint8 dueDay;
        /// Providers of the services, registered before.
        uint16 electricityProvider;
        uint16 commonNeedsProvider;
        uint16 heatProvider;
        /// Rate of the penalty (пени, ЖК РФ ст. 155 ч. 14), hundredths of a percent a year (9.5 % = 950): no more than the key rate of
        /// 27 February 2022 (ПП РФ 329 of 18.03.2025). 0..10,000.
        uint16 penaltyRate;
        /// Reduction for an hour of outage beyond what is permitted, 10^-5 of the period's charge (0.15 % = 150; ПП 354, прил. 1). 0..10,000.
        uint16 reductionRate;
        /// Norm (норматив) of electricity, Wh per resident and month.
        uint32 electricityNorm;
        /// Norm of heat, kcal per m² and month.
        uint32 heatNorm;
        /// Raising coefficient of a norm (повышающий коэффициент; ПП 354, п. 60), 10^-4 (1.5 = 15,000). 10,000..50,000.
        uint16 normCoefficient;
    }

    event ProviderRegistered(uint16 indexed provider, address payee);
    event TariffPublished(uint256 indexed version, Tariff tariff);

    error TariffBook_UnknownProvider(uint16 provider);
    error TariffBook_InvalidProvider(uint16 provider, address payee);
    error TariffBook_InvalidTariff(string field);
    error TariffBook_NotAscending(uint16 fromPeriod, uint16 lastFromPeriod);
    error TariffBook_AlreadyInForce(uint16 fromPeriod, uint16 currentPeriod);
    error TariffBook_NoTariff(uint16 period);
    error TariffBook_UnknownVersion(uint256 version);

    /// @notice Registers a provider (РСО, УК) or changes where its share is paid. Restricted to TARIFF_AUTHORITY. Ids 1..65535.
    /// @dev Reverts with AccessManagedUnauthorized, TariffBook_InvalidProvider (id 0 or payee 0).
    function registerProvider(uint16 provider, address payee) external;

    /// @notice Publishes the tariff of the periods from `fromPeriod` on. Restricted to TARIFF_AUTHORITY. Every version but the
    /// first must begin after the version before it, and after the current period too once the ledger has oracles: until then no
    /// hour can be recorded and nothing be billed, and a city that begins with past months tells their tariffs. The current
    /// period is that of the block's time by the ledger's calendar.
    /// @return version versions are numbered from 1.
    /// @dev Reverts with AccessManagedUnauthorized, TariffBook_InvalidTariff (naming the field that is out of range),
    /// TariffBook_UnknownProvider, TariffBook_NotAscending, TariffBook_AlreadyInForce.
    function publish(Tariff calldata tariff) external returns (uint256 version);

    /// @notice The tariff in force in a period.
    /// @dev Reverts with TariffBook_NoTariff before the first one.
    function tariffOf(uint16 period) external view returns (Tariff memory);

    /// @notice The providers of the tariff in force in a period, by principal service: electricity, common needs, heating. All of a tariff
    /// that a payment needs.
    /// @dev Reverts with TariffBook_NoTariff before the first one.
    function providersOf(uint16 period) external view returns (uint16[3] memory);

    /// @notice The rate of the penalty on the days of a period, hundredths of a percent a year.
    /// @return rate that of the tariff in force in the period.
    /// @return until the last period in which that tariff is in force, as far as it is known.
    /// @dev Reverts with TariffBook_NoTariff before the first one.
    function penaltyRateOf(uint16 period) external view returns (uint16 rate, uint16 until);

    /// @notice Number of versions published, and the highest of them.
    function tariffCount() external view returns (uint256);

    /// @notice A version by its number, counted from 1.
    /// @dev Reverts with TariffBook_UnknownVersion.
    function tariffAt(uint256 version) external view returns (Tariff memory);

    /// @notice Where a provider's share is paid.
    /// @dev Reverts with TariffBook_UnknownProvider.
    function payeeOf(uint16 provider) external view returns (address);
}
