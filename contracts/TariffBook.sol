// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {Calendar} from "./libraries/Calendar.sol";

/// @title TariffBook
/// @notice Implements ITariffBook; see there for rights, units and every error.
contract TariffBook is ITariffBook, AccessManaged {
    uint256 private constant MAX_PRICE = 10 ** 12;
    uint256 private constant MAX_VAT_RATE = 5_000;
    uint256 private constant MAX_DUE_DAY = 28;
    uint256 private constant MAX_PENALTY_RATE = 10_000;
    uint256 private constant MAX_REDUCTION_RATE = 10_000;
    uint256 private constant MIN_NORM_COEFFICIENT = 10_000;
    uint256 private constant MAX_NORM_COEFFICIENT = 50_000;

    IReadingLedger private immutable LEDGER;
    int32 private immutable UTC_OFFSET;

    Tariff[] private _tariffs;
    mapping(uint16 provider => address payee) private _payees;

    /// @param ledger the ReadingLedger whose calendar says which period it is, and whose oracles begin the city's accounts.
    constructor(address manager, IReadingLedger ledger) AccessManaged(manager) {
        LEDGER = ledger;
        UTC_OFFSET = ledger.utcOffset();
    }

    /// @inheritdoc ITariffBook
    function registerProvider(uint16 provider, address payee) external restricted {
        require(provider != 0 && payee != address(0), TariffBook_InvalidProvider(provider, payee));
        _payees[provider] = payee;
        emit ProviderRegistered(provider, payee);
    }

    /// @inheritdoc ITariffBook
    function publish(Tariff calldata tariff) external restricted returns (uint256 version) {
        _checkTariff(tariff);
        version = _tariffs.length;
        if (version != 0) {
            uint16 last = _tariffs[version - 1].fromPeriod;
            require(tariff.fromPeriod > last, TariffBook_NotAscending(tariff.fromPeriod, last));
            (uint16 current, ) = Calendar.periodAndZone(uint32(block.timestamp / 1 hours), UTC_OFFSET);
            // Without oracles no hour can have been recorded and nothing billed: the tariffs of the past may still be told.
            require(
                tariff.fromPeriod > current || LEDGER.oracleConfig() == 0,
                TariffBook_AlreadyInForce(tariff.fromPeriod, current)
            );
        }
        _tariffs.push(tariff);
        ++version;
        emit TariffPublished(version, tariff);
    }

    /// @inheritdoc ITariffBook
    function tariffOf(uint16 period) external view returns (Tariff memory) {
        return _tariffs[_versionOf(period) - 1];
    }

    /// @inheritdoc ITariffBook
    function providersOf(uint16 period) external view returns (uint16[3] memory) {
        Tariff storage tariff = _tariffs[_versionOf(period) - 1];
        return [tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider];
    }

    /// @inheritdoc ITariffBook
    function penaltyRateOf(uint16 period) external view returns (uint16 rate, uint16 until) {
        uint256 version = _versionOf(period);
        rate = _tariffs[version - 1].penaltyRate;
        until = version == _tariffs.length ? type(uint16).max : _tariffs[version].fromPeriod - 1;
    }

    /// @inheritdoc ITariffBook
    function tariffCount() external view returns (uint256) {
        return _tariffs.length;
    }

    /// @inheritdoc ITariffBook
    function tariffAt(uint256 version) external view returns (Tariff memory) {
        require(version != 0 && version <= _tariffs.length, TariffBook_UnknownVersion(version));
        return _tariffs[version - 1];
    }

    /// @inheritdoc ITariffBook
    function payeeOf(uint16 provider) external view returns (address) {
        _checkProvider(provider);
        return _payees[provider];
    }

    /// @dev The number of the version in force in a period, counted from 1.
    function _versionOf(uint16 period) private view returns (uint256 version) {
        version = _tariffs.length;
        while (version != 0 && _tariffs[version - 1].fromPeriod > period) --version;
        require(version != 0, TariffBook_NoTariff(period));
    }

    function _checkTariff(Tariff calldata tariff) private view {
        for (uint256 i = 0; i < tariff.electricityPrices.length; ++i) {
            _checkPrice(tariff.electricityPrices[i], "electricityPrices");
        }
        _checkPrice(tariff.heatPrice, "heatPrice");
        require(tariff.secondBandLimit >= tariff.firstBandLimit, TariffBook_InvalidTariff("secondBandLimit"));
        require(tariff.vatRate <= MAX_VAT_RATE, TariffBook_InvalidTariff("vatRate"));
        require(tariff.dueDay != 0 && tariff.dueDay <= MAX_DUE_DAY, TariffBook_InvalidTariff("dueDay"));
        require(tariff.fromPeriod < Calendar.MAX_PERIOD, TariffBook_InvalidTariff("fromPeriod"));
        require(tariff.penaltyRate <= MAX_PENALTY_RATE, TariffBook_InvalidTariff("penaltyRate"));
        require(tariff.reductionRate <= MAX_REDUCTION_RATE, TariffBook_InvalidTariff("reductionRate"));
        require(
            tariff.normCoefficient >= MIN_NORM_COEFFICIENT && tariff.normCoefficient <= MAX_NORM_COEFFICIENT,
            TariffBook_InvalidTariff("normCoefficient")
        );
        _checkProvider(tariff.electricityProvider);
        _checkProvider(tariff.commonNeedsProvider);
        _checkProvider(tariff.heatProvider);
    }

    function _checkProvider(uint16 provider) private view {
        require(_payees[provider] != address(0), TariffBook_UnknownProvider(provider));
    }

    function _checkPrice(uint64 price, string memory field) private pure {
        require(price != 0 && price <= MAX_PRICE, TariffBook_InvalidTariff(field));
    }
}
