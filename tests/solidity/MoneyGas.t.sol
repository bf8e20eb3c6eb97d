// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title What bills, payments and withdrawals cost, as transactions of their own in the second month
/// @dev All that is before is in setUp, so that the one call of each test finds storage cold. A house of 55 consumers behind a
/// three-phase meter, as lv_feeder_55; January and February recorded, January billed, March begun. The limits are a few percent
/// above what was measured: a dearer change shows.
contract MoneyGasTest is MoneyFixture {
    uint256 private constant CONSUMERS = 55;
    uint256 private constant BATCH = 50;
    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant MAX_TRANSACTION_GAS = 16_777_216;

    bytes32[] private _accounts;

    event Measured(string what, uint256 gas);

    function setUp() public {
        deployCity();
        electricitySegment = openSegment(IMeterRegistry.Kind.Electricity, SHORT_START);
        houseOne = addGroup(electricitySegment, CONSUMERS);
        for (uint16 i = 0; i < CONSUMERS; ++i) {
            bytes32 account = keccak256(abi.encode("account", i));
            openAccount(account, houseOne, 3 + i, 0, 3_000 + i);
            _accounts.push(account);
        }
        registerProviders();
        publish(usualTariff(JANUARY));
        bytes memory hour = _hour();
        recordPeriod(electricitySegment, JANUARY, hour);
        billing.issue(_accounts, JANUARY);
        recordPeriod(electricitySegment, FEBRUARY, hour);
        for (uint256 i = 0; i < 24; ++i) recordNext(electricitySegment, hour);
        fundAndPay(_accounts[0], 100);
        fund(PAYER, 10 ** 9);
        vm.prank(POWER_PAYEE);
        settlement.withdraw(POWER, 1);
    }

    function test_Gas_BillInABatchOfFifty() external {
        bytes memory data = abi.encodeCall(billing.issue, (_first(BATCH), FEBRUARY));
        uint256 gas = _measure(address(billing), data) / BATCH;
        _report("bill in a batch of 50, four lines", gas, 75_000);
        assertEq(billing.linesOf(_accounts[0], FEBRUARY).length, 4, "lines");
    }

    /// @dev The worst that one house can do: every account has credit, and it pays the bill.
    function test_Gas_AllPaidFromCredit() external {
        for (uint256 i = 0; i < CONSUMERS; ++i) fundAndPay(_accounts[i], 10 ** 6);
        bytes memory data = abi.encodeCall(billing.issue, (_accounts, FEBRUARY));
        // 100 accounts a call are allowed.
        _report(
            "issue for 100, paid from credit",
            (_measure(address(billing), data) * 100) / CONSUMERS,
            MAX_TRANSACTION_GAS
        );
    }

    /// @dev The same without fixing the house's volumes: what is left where someone has fixed them before.
    function test_Gas_BillOfAFixedHouse() external {
        volumes.fix(houseOne, FEBRUARY);
        bytes memory data = abi.encodeCall(billing.issue, (_first(BATCH), FEBRUARY));
        _report("bill in a batch of 50, volumes fixed", _measure(address(billing), data) / BATCH, 72_000);
    }

    function test_Gas_BillAlone() external {
        bytes memory data = abi.encodeCall(billing.issue, (_first(1), FEBRUARY));
        _report("bill alone, of a house of 55", _measure(address(billing), data), 650_000);
    }

    /// @dev After a correction, of an account that has something new to pay.
    function test_Gas_Recalculation() external {
        bytes memory differences = differencesOf(1_000, 1);
        recordCorrection(correctionOf(houseOne, 3, SHORT_START, differences), differences);
        bytes memory data = abi.encodeCall(billing.recalculate, (_first(1), JANUARY));
        _report("recalculation", _measure(address(billing), data), 240_000);
        assertTrue(billing.waitingOf(_accounts[0]).length != 0, "something waits");
    }

    /// @dev A bill of four lines for two providers, an account that has paid before.
    function test_Gas_Payment() external {
        bytes memory data = abi.encodeCall(settlement.pay, (_accounts[0], 100));
        vm.prank(PAYER);
        _report("payment", _measure(address(settlement), data), 120_000);
        assertEq(settlement.creditOf(_accounts[0]), 0, "all of it is paid");
    }

    function test_Gas_Withdrawal() external {
        bytes memory data = abi.encodeCall(settlement.withdraw, (POWER, 1));
        vm.prank(POWER_PAYEE);
        uint256 gas = _measure(address(settlement), data);
        _report("withdrawal", gas, 60_000);
    }

    function _first(uint256 count) private view returns (bytes32[] memory batch) {
        batch = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) batch[i] = _accounts[i];
    }

    function _report(string memory what, uint256 gas, uint256 limit) private {
        emit Measured(what, gas);
        assertLe(gas, limit, what);
    }

    /// @return gas of the call as a transaction: execution, the fixed part and calldata.
    function _measure(address target, bytes memory data) private returns (uint256 gas) {
        gas = gasleft();
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, ) = target.call(data);
        gas -= gasleft();
        assertTrue(ok, "call");
        gas += TRANSACTION_GAS;
        for (uint256 i = 0; i < data.length; ++i) gas += data[i] == 0 ? 4 : 16;
    }

    /// @dev 58 channels in ten slots, each of 100 Wh but the parent's phases.
    function _hour() private pure returns (bytes memory payload) {
        payload = slotOf([uint24(2_000), 1_900, 1_950, 100, 100, 100]);
        for (uint256 i = 0; i < 8; ++i)
            payload = abi.encodePacked(payload, slotOf([uint24(100), 100, 100, 100, 100, 100]));
        payload = abi.encodePacked(payload, slotOf([uint24(100), 100, 100, 100, 0, 0]));
    }
}
