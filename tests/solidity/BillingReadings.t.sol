// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Bills of months that are not yet, not fully or not nicely recorded
contract BillingReadingsTest is MoneyFixture {
    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
    }

    function test_Issue_NothingUsed_HasNoLine() external {
        recordPeriod(electricitySegment, JANUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 0, 0));
        issue(DAVE, JANUARY);
        assertEq(billing.linesOf(DAVE, JANUARY).length, 0, "lines of nothing are left out");
        assertTrue(billing.billOf(DAVE, JANUARY).issued, "a bill of zero is a bill");
        assertEq(billing.nextPeriodOf(DAVE), FEBRUARY, "next");
    }

    /// @dev An hour of Bob's is missing and, without a history, made up by the norm: 2 × 100,000 Wh / 24. Another is averaged.
    function test_Issue_LinesNameTheMethod() external {
        uint8[6] memory bobMissing = [uint8(0), 0, 0, 0, 3, 0];
        uint8[6] memory aliceAveraged = [uint8(0), 0, 0, 2, 0, 0];
        bytes memory two = slotOf([uint24(0), 0, 0, 0, 0, 0]);
        recordNext(electricitySegment, abi.encodePacked(slotOf([uint24(9), 9, 9, 9, 0, 9], bobMissing), two));
        recordNext(electricitySegment, abi.encodePacked(slotOf([uint24(9), 9, 9, 9, 9, 9], aliceAveraged), two));
        recordJanuary();
        issueAll(JANUARY);
        assertTrue(billing.linesOf(ALICE, JANUARY)[0].method == IVolumeBook.Method.Interpolated, "Alice");
        assertTrue(billing.linesOf(BOB, JANUARY)[0].method == IVolumeBook.Method.Norm, "Bob");
        assertTrue(billing.linesOf(CAROL, JANUARY)[0].method == IVolumeBook.Method.Measured, "Carol");
        // Midnight to two are night: 22 of 24 hours of 180 Wh, 9 Wh and the norm of an hour, 8,333.33.
        assertEq(quantityOf(BOB, JANUARY, IBilling.Service.Electricity), 22 * 180 + 9 + 8_333, "Bob's volume");
    }

    /// @dev DOMAIN 4.2, by hand: February 28 days of -10 Wh an hour, March 31 days of +10.
    function test_Issue_NegativeCommonNeeds_AreCarriedOn() external {
        recordJanuary();
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 100, 110));
        recordPeriod(electricitySegment, FEBRUARY + 1, electricityHour([uint24(0), 0, 0, 0, 0, 0], 120, 110));
        issue(DAVE, JANUARY);
        issue(DAVE, FEBRUARY);
        assertEq(quantityOf(DAVE, FEBRUARY, IBilling.Service.Electricity), 73_920, "February");
        assertEq(quantityOf(DAVE, FEBRUARY, IBilling.Service.CommonNeeds), 0, "nothing is charged");
        issue(DAVE, FEBRUARY + 1);
        assertEq(quantityOf(DAVE, FEBRUARY + 1, IBilling.Service.CommonNeeds), 480 + 240, "less what was carried on");
        assertEq(billing.billOf(DAVE, FEBRUARY).dueOn, DUE_MARCH, "due on 15 March 2026");
    }

    /// @dev Electricity's January is complete, heat's lacks its last hour.
    function test_Issue_RevertWhen_OneSegmentIsBehind() external {
        recordPeriod(electricitySegment, JANUARY, electricityHour([uint24(1), 1, 1, 1, 1, 1], 1, 1));
        for (uint256 hour = 0; hour < 23; ++hour) recordNext(heatSegment, heatHour(1));
        issue(DAVE, JANUARY);
        bytes memory expected = abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, ALICE, JANUARY);
        vm.expectRevert(expected);
        issue(ALICE, JANUARY);
        recordNext(heatSegment, heatHour(1));
        issue(ALICE, JANUARY);
    }
}
