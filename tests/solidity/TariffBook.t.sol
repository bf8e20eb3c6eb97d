// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title Prices by period: what is refused, and which version is in force when
/// @dev The clock stands at 1 January 2026, the ledger has oracles. See TariffBookPast.t.sol for a city without them.
contract TariffBookTest is CityFixture {
    uint16 private constant JANUARY = FIRST_PERIOD;
    uint16 private constant POWER = 11;
    uint16 private constant HOUSE = 12;
    uint16 private constant HEAT = 13;

    function setUp() external {
        deployLedger();
        vm.startPrank(TARIFF_AUTHORITY);
        tariffs.registerProvider(POWER, address(0x11));
        tariffs.registerProvider(HOUSE, address(0x12));
        tariffs.registerProvider(HEAT, address(0x13));
        vm.stopPrank();
    }

    function test_RegisterProvider_AndChangePayee() external {
        assertEq(tariffs.payeeOf(POWER), address(0x11), "payee");
        vm.expectEmit(address(tariffs));
        emit ITariffBook.ProviderRegistered(POWER, address(0x21));
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(POWER, address(0x21));
        assertEq(tariffs.payeeOf(POWER), address(0x21), "the new one");
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(type(uint16).max, address(1));
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_UnknownProvider.selector, 14));
        tariffs.payeeOf(14);
    }

    function test_RevertWhen_ProviderInvalid() external {
        vm.startPrank(TARIFF_AUTHORITY);
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_InvalidProvider.selector, 0, STRANGER));
        tariffs.registerProvider(0, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_InvalidProvider.selector, POWER, address(0)));
        tariffs.registerProvider(POWER, address(0));
        vm.stopPrank();
    }

    function test_RevertWhen_CallerMayNot() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(refusal);
        tariffs.registerProvider(POWER, STRANGER);
        vm.expectRevert(refusal);
        tariffs.publish(_tariff(JANUARY));
        vm.stopPrank();
    }

    function test_Publish_KeepsEveryField() external {
        ITariffBook.Tariff memory greatest = _tariff(13_559);
        for (uint256 i = 0; i < 18; ++i) greatest.electricityPrices[i] = 10 ** 12;
        (greatest.firstBandLimit, greatest.secondBandLimit) = (type(uint64).max, type(uint64).max);
        (greatest.heatPrice, greatest.vatRate, greatest.dueDay) = (10 ** 12, 5_000, 28);
        (greatest.penaltyRate, greatest.reductionRate, greatest.normCoefficient) = (10_000, 10_000, 50_000);
        (greatest.electricityNorm, greatest.heatNorm) = (type(uint32).max, type(uint32).max);
        ITariffBook.Tariff memory least = _tariff(0);
        for (uint256 i = 0; i < 18; ++i) least.electricityPrices[i] = 1;
        (least.firstBandLimit, least.secondBandLimit) = (0, 0);
        (least.heatPrice, least.vatRate, least.dueDay) = (1, 0, 1);
        (least.penaltyRate, least.reductionRate, least.normCoefficient) = (0, 0, 10_000);
        (least.electricityNorm, least.heatNorm) = (0, 0);

        _publish(least);
        ITariffBook.Tariff memory every = _tariff(JANUARY + 1);
        _publish(every);
        vm.expectEmit(address(tariffs));
        emit ITariffBook.TariffPublished(3, greatest);
        assertEq(_publish(greatest), 3, "version");
        assertEq(abi.encode(tariffs.tariffAt(1)), abi.encode(least), "least");
        assertEq(abi.encode(tariffs.tariffAt(2)), abi.encode(every), "no two fields alike");
        assertEq(abi.encode(tariffs.tariffAt(3)), abi.encode(greatest), "greatest");
        assertEq(tariffs.tariffCount(), 3, "count");
    }

    function test_TariffOf_AtTheBoundaries() external {
        _publish(_tariff(JANUARY));
        _publish(_tariff(JANUARY + 1));
        _publish(_tariff(JANUARY + 6));
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY - 1));
        tariffs.tariffOf(JANUARY - 1);
        assertEq(tariffs.tariffOf(JANUARY).fromPeriod, JANUARY, "January");
        assertEq(tariffs.tariffOf(JANUARY + 1).fromPeriod, JANUARY + 1, "February");
        assertEq(tariffs.tariffOf(JANUARY + 5).fromPeriod, JANUARY + 1, "June");
        assertEq(tariffs.tariffOf(JANUARY + 6).fromPeriod, JANUARY + 6, "July");
        assertEq(tariffs.tariffOf(type(uint16).max).fromPeriod, JANUARY + 6, "for ever");
    }

    function test_PenaltyRateOf_UntilTheNextTariff() external {
        uint16[3] memory starts = [JANUARY, JANUARY + 1, JANUARY + 6];
        for (uint16 i = 0; i < 3; ++i) {
            ITariffBook.Tariff memory tariff = _tariff(starts[i]);
            tariff.penaltyRate = 900 + i;
            _publish(tariff);
        }
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY - 1));
        tariffs.penaltyRateOf(JANUARY - 1);
        _checkPenaltyRate(JANUARY, 900, JANUARY);
        _checkPenaltyRate(JANUARY + 1, 901, JANUARY + 5);
        _checkPenaltyRate(JANUARY + 5, 901, JANUARY + 5);
        _checkPenaltyRate(JANUARY + 6, 902, type(uint16).max);
        _checkPenaltyRate(type(uint16).max, 902, type(uint16).max);
    }

    function test_RevertWhen_NoTariffOrVersion() external {
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY));
        tariffs.tariffOf(JANUARY);
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_UnknownVersion.selector, 1));
        tariffs.tariffAt(1);
        _publish(_tariff(JANUARY));
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_UnknownVersion.selector, 0));
        tariffs.tariffAt(0);
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_UnknownVersion.selector, 2));
        tariffs.tariffAt(2);
    }

    function test_RevertWhen_FieldOutOfRange() external {
        string[8] memory names = [
            "heatPrice",
            "secondBandLimit",
            "vatRate",
            "dueDay",
            "fromPeriod",
            "penaltyRate",
            "reductionRate",
            "normCoefficient"
        ];
        for (uint256 field = 0; field < names.length; ++field) {
            bytes memory refusal = abi.encodeWithSelector(ITariffBook.TariffBook_InvalidTariff.selector, names[field]);
            _refuse(refusal, _wrongTariff(field, true));
            bool hasLeast = field == 0 || field == 3 || field == 7;
            if (hasLeast) _refuse(refusal, _wrongTariff(field, false));
        }
    }

    function test_RevertWhen_AnyElectricityPriceOutOfRange() external {
        bytes memory refusal = abi.encodeWithSelector(
            ITariffBook.TariffBook_InvalidTariff.selector,
            "electricityPrices"
        );
        for (uint256 i = 0; i < 18; ++i) {
            ITariffBook.Tariff memory tariff = _tariff(JANUARY);
            tariff.electricityPrices[i] = 0;
            _refuse(refusal, tariff);
            tariff.electricityPrices[i] = 10 ** 12 + 1;
            _refuse(refusal, tariff);
        }
    }

    function test_RevertWhen_ProviderUnknown() external {
        bytes4 unknown = ITariffBook.TariffBook_UnknownProvider.selector;
        ITariffBook.Tariff memory tariff = _tariff(JANUARY);
        tariff.electricityProvider = 21;
        _refuse(abi.encodeWithSelector(unknown, 21), tariff);
        tariff = _tariff(JANUARY);
        tariff.commonNeedsProvider = 22;
        _refuse(abi.encodeWithSelector(unknown, 22), tariff);
        tariff = _tariff(JANUARY);
        tariff.heatProvider = 0;
        _refuse(abi.encodeWithSelector(unknown, 0), tariff);
    }

    function test_RevertWhen_NotAfterTheLast() external {
        _publish(_tariff(JANUARY + 3));
        bytes4 notAscending = ITariffBook.TariffBook_NotAscending.selector;
        _refuse(abi.encodeWithSelector(notAscending, JANUARY + 3, JANUARY + 3), _tariff(JANUARY + 3));
        _refuse(abi.encodeWithSelector(notAscending, JANUARY + 2, JANUARY + 3), _tariff(JANUARY + 2));
    }

    /// @dev The first version may begin in the past; any other after the current month, by local time to the second.
    function test_RevertWhen_AlreadyInForce() external {
        _publish(_tariff(JANUARY - 5));
        bytes4 inForce = ITariffBook.TariffBook_AlreadyInForce.selector;
        _refuse(abi.encodeWithSelector(inForce, JANUARY - 1, JANUARY), _tariff(JANUARY - 1));
        _refuse(abi.encodeWithSelector(inForce, JANUARY, JANUARY), _tariff(JANUARY));
        uint256 february = uint256(ledger.firstHourOf(JANUARY + 1)) * 1 hours;
        vm.warp(february);
        _refuse(abi.encodeWithSelector(inForce, JANUARY + 1, JANUARY + 1), _tariff(JANUARY + 1));
        vm.warp(february - 1);
        _publish(_tariff(JANUARY + 1));
    }

    function _publish(ITariffBook.Tariff memory tariff) private returns (uint256) {
        vm.prank(TARIFF_AUTHORITY);
        return tariffs.publish(tariff);
    }

    function _refuse(bytes memory refusal, ITariffBook.Tariff memory tariff) private {
        uint256 count = tariffs.tariffCount();
        vm.prank(TARIFF_AUTHORITY);
        vm.expectRevert(refusal);
        tariffs.publish(tariff);
        assertEq(tariffs.tariffCount(), count, "nothing published");
    }

    function _checkPenaltyRate(uint16 period, uint16 rate, uint16 until) private view {
        (uint16 actual, uint16 last) = tariffs.penaltyRateOf(period);
        assertEq(actual, rate, "rate");
        assertEq(last, until, "until");
    }

    /// @dev No two fields alike.
    function _tariff(uint16 fromPeriod) private pure returns (ITariffBook.Tariff memory tariff) {
        for (uint64 i = 0; i < 18; ++i) tariff.electricityPrices[i] = 5_380_000 + i;
        tariff.fromPeriod = fromPeriod;
        (tariff.firstBandLimit, tariff.secondBandLimit) = (3_900_000, 6_000_000);
        (tariff.heatPrice, tariff.vatRate, tariff.dueDay) = (2_500_000_000, 2_200, 15);
        (tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider) = (POWER, HOUSE, HEAT);
        (tariff.penaltyRate, tariff.reductionRate, tariff.normCoefficient) = (950, 150, 15_000);
        (tariff.electricityNorm, tariff.heatNorm) = (120_000, 20_000);
    }

    /// @dev A tariff that is right but for one field: above its range, or below it.
    function _wrongTariff(uint256 field, bool isAbove) private pure returns (ITariffBook.Tariff memory tariff) {
        tariff = _tariff(JANUARY);
        if (field == 0) tariff.heatPrice = isAbove ? 10 ** 12 + 1 : 0;
        else if (field == 1) tariff.secondBandLimit = tariff.firstBandLimit - 1;
        else if (field == 2) tariff.vatRate = 5_001;
        else if (field == 3) tariff.dueDay = isAbove ? 29 : 0;
        else if (field == 4) tariff.fromPeriod = 13_560;
        else if (field == 5) tariff.penaltyRate = 10_001;
        else if (field == 6) tariff.reductionRate = 10_001;
        else tariff.normCoefficient = isAbove ? 50_001 : 9_999;
    }
}
