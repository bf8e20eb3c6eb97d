// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {MoneyFixture} from "./MoneyFixture.sol";
import {Vm} from "./Vm.sol";

/// @title Bills of months that are not yet, not fully or not nicely recorded
contract BillingReadingsTest is MoneyFixture {
    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
    }

    function test_Issue_NothingUsed_HasLinesOfZero() external {
        recordPeriod(electricitySegment, JANUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 0, 0));
        issue(DAVE, JANUARY);
        IBilling.Line[] memory lines = billing.linesOf(DAVE, JANUARY);
        assertEq(lines.length, 4, "lines of zero are lines");
        for (uint256 i = 0; i < 4; ++i) assertEq(lines[i].amount, 0, "amount");
        assertTrue(billing.billOf(DAVE, JANUARY).issued, "a bill of zero is a bill");
        assertEq(billing.nextPeriodOf(DAVE), FEBRUARY, "next");
    }

    function test_Issue_CountsHoursWithoutMeasuredValue() external {
        uint8[6] memory bobMissing = [uint8(0), 0, 0, 0, 3, 0];
        uint8[6] memory bobAveraged = [uint8(0), 0, 0, 0, 2, 0];
        bytes memory two = slotOf([uint24(0), 0, 0, 0, 0, 0]);
        recordNext(electricitySegment, abi.encodePacked(slotOf([uint24(9), 9, 9, 9, 0, 9], bobMissing), two));
        recordNext(electricitySegment, abi.encodePacked(slotOf([uint24(9), 9, 9, 9, 9, 9], bobAveraged), two));
        recordJanuary();
        assertEq(_unmeasuredHoursInEventOf(BOB), 2, "Bob");
        assertEq(_unmeasuredHoursInEventOf(ALICE), 0, "Alice");
        assertEq(_unmeasuredHoursInEventOf(EVE), 0, "Eve has no electricity");
    }

    /// @dev DOMAIN 4.2, by hand: February 28 days of -10 Wh an hour, March 31 days of +10.
    function test_Issue_NegativeCommonNeeds_AreCarriedOn() external {
        recordJanuary();
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 100, 110));
        recordPeriod(electricitySegment, FEBRUARY + 1, electricityHour([uint24(0), 0, 0, 0, 0, 0], 120, 110));
        issue(DAVE, JANUARY);

        vm.expectEmit(address(billing));
        emit IBilling.CommonNeedsFixed(houseTwo, FEBRUARY, 0, 0, -4_480, -2_240);
        issue(DAVE, FEBRUARY);
        assertQuantities(DAVE, FEBRUARY, [uint64(49_280), 24_640, 0, 0, 0]);

        uint64[5] memory foreseen = amountsOf(billing.linesOf(DAVE, FEBRUARY + 1));
        vm.expectEmit(address(billing));
        emit IBilling.CommonNeedsFixed(houseTwo, FEBRUARY + 1, 480, 240, 0, 0);
        issue(DAVE, FEBRUARY + 1);
        assertQuantities(DAVE, FEBRUARY + 1, [uint64(54_560), 27_280, 480, 240, 0]);
        assertAmounts(billing.billOf(DAVE, FEBRUARY + 1).amounts, foreseen, "as foreseen");
        assertEq(billing.billOf(DAVE, FEBRUARY).dueOn, DUE_MARCH, "due on 15 March 2026");
    }

    function test_LinesOf_BeforeAnyBill_LooksThroughTheCarry() external {
        recordJanuary();
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 100, 110));
        // January +320 / +160 Wh is January's; February is negative and charged as nothing.
        assertQuantities(DAVE, FEBRUARY, [uint64(49_280), 24_640, 0, 0, 0]);
        assertTrue(!billing.isGroupBilled(houseTwo), "a view fixes nothing");
    }

    /// @dev Electricity's January is complete, heat's lacks its last hour.
    function test_Issue_RevertWhen_OneSegmentIsBehind() external {
        recordPeriod(electricitySegment, JANUARY, electricityHour([uint24(1), 1, 1, 1, 1, 1], 1, 1));
        for (uint256 hour = 0; hour < 23; ++hour) recordNext(heatSegment, heatHour(1));
        issue(DAVE, JANUARY);
        bytes memory expected = abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, ALICE, JANUARY);
        vm.expectRevert(expected);
        issue(ALICE, JANUARY);
        vm.expectRevert(expected);
        billing.linesOf(ALICE, JANUARY);
        recordNext(heatSegment, heatHour(1));
        issue(ALICE, JANUARY);
    }

    function test_FixCommonNeeds_RevertWhen_PeriodNotOver() external {
        vm.expectRevert(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_PeriodNotOver.selector, electricitySegment, JANUARY)
        );
        billing.fixCommonNeeds(houseOne, JANUARY);
    }

    function _unmeasuredHoursInEventOf(bytes32 account) private returns (uint16 hours_) {
        vm.recordLogs();
        issue(account, JANUARY);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IBilling.BillIssued.selector, "the bill is the last event");
        (, , , hours_, ) = abi.decode(last.data, (uint64, uint64, uint32, uint16, IBilling.Line[]));
    }
}
