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
        (greatest.dayPrice, greatest.nightPrice, greatest.heatPrice) = (10 ** 12, 10 ** 12, 10 ** 12);
        (greatest.vatRate, greatest.dueDay) = (5_000, 28);
        ITariffBook.Tariff memory least = _tariff(0);
        (least.dayPrice, least.nightPrice, least.heatPrice) = (1, 1, 1);
        (least.vatRate, least.dueDay) = (0, 1);

        _publish(least);
        vm.expectEmit(address(tariffs));
        emit ITariffBook.TariffPublished(2, greatest);
        assertEq(_publish(greatest), 2, "version");
        assertEq(abi.encode(tariffs.tariffAt(1)), abi.encode(least), "least");
        assertEq(abi.encode(tariffs.tariffAt(2)), abi.encode(greatest), "greatest");
        assertEq(tariffs.tariffCount(), 2, "count");
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
        string[6] memory names = ["dayPrice", "nightPrice", "heatPrice", "vatRate", "dueDay", "fromPeriod"];
        for (uint256 field = 0; field < 6; ++field) {
            bytes memory refusal = abi.encodeWithSelector(ITariffBook.TariffBook_InvalidTariff.selector, names[field]);
            _refuse(refusal, _wrongTariff(field, true));
            if (field != 3 && field != 5) _refuse(refusal, _wrongTariff(field, false));
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

    function _tariff(uint16 fromPeriod) private pure returns (ITariffBook.Tariff memory) {
        return ITariffBook.Tariff(fromPeriod, 5_380_000, 2_690_000, 2_500_000_000, 2_200, 15, POWER, HOUSE, HEAT);
    }

    /// @dev A tariff that is right but for one field: above its range, or 0.
    function _wrongTariff(uint256 field, bool isAbove) private pure returns (ITariffBook.Tariff memory tariff) {
        tariff = _tariff(JANUARY);
        uint64 price = isAbove ? 10 ** 12 + 1 : 0;
        if (field == 0) tariff.dayPrice = price;
        else if (field == 1) tariff.nightPrice = price;
        else if (field == 2) tariff.heatPrice = price;
        else if (field == 3) tariff.vatRate = 5_001;
        else if (field == 4) tariff.dueDay = isAbove ? 29 : 0;
        else tariff.fromPeriod = 13_560;
    }
}
