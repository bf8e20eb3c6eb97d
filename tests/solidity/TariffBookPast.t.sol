// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReadingLedger} from "../../contracts/ReadingLedger.sol";
import {TariffBook} from "../../contracts/TariffBook.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {CityFixture} from "./CityFixture.sol";

/// @notice A city that begins with past months tells their tariffs before its first oracles are named, and never after.
contract TariffBookPastTest is CityFixture {
    ReadingLedger private _young;
    TariffBook private _book;
    uint16 private _current;

    function setUp() external {
        deployLedger();
        _young = new ReadingLedger(address(manager), registry, MOSCOW);
        _book = new TariffBook(address(manager), _young);
        grant(address(_young), ledger.setOracles.selector, Roles.ORACLE_ADMIN, ORACLE_ADMIN);
        grant(address(_book), TariffBook.registerProvider.selector, Roles.TARIFF_AUTHORITY, TARIFF_AUTHORITY);
        grant(address(_book), TariffBook.publish.selector, Roles.TARIFF_AUTHORITY, TARIFF_AUTHORITY);
        (_current, ) = _young.calendarOf(uint32(block.timestamp / 1 hours));
        vm.prank(TARIFF_AUTHORITY);
        _book.registerProvider(1, address(0xA));
    }

    function test_Publish_PastPeriodsBeforeOracles_AreTold() external {
        _publish(_current - 2);
        _publish(_current - 1);
        _publish(_current);
        assertEq(_book.tariffCount(), 3, "versions");
        assertEq(_book.tariffOf(_current - 1).fromPeriod, _current - 1, "the one between");
    }

    function test_RevertWhen_PastPeriodAfterOracles() external {
        _publish(_current - 2);
        address[] memory members = new address[](1);
        members[0] = vm.addr(ORACLE_KEY);
        vm.prank(ORACLE_ADMIN);
        _young.setOracles(members, 1);

        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_AlreadyInForce.selector, _current, _current));
        _publish(_current);
        _publish(_current + 1);
        assertEq(_book.tariffCount(), 2, "versions");
    }

    function _publish(uint16 fromPeriod) private {
        ITariffBook.Tariff memory tariff;
        for (uint256 i = 0; i < 18; ++i) tariff.electricityPrices[i] = 5_470_000;
        (tariff.fromPeriod, tariff.heatPrice, tariff.dueDay) = (fromPeriod, 2_890_450_000, 15);
        (tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider) = (1, 1, 1);
        tariff.normCoefficient = 10_000;
        vm.prank(TARIFF_AUTHORITY);
        _book.publish(tariff);
    }
}
