// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {CityFixture} from "./CityFixture.sol";

contract ReadingLedgerTest is CityFixture {
    uint32 internal electricity;
    uint32 internal house;

    function setUp() external {
        deployLedger();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        house = addGroup(electricity, 3);
    }

    function test_Record_FirstHour_AddsToNightRegisters() external {
        recordNext(electricity, slotOf([uint24(1), 2, 3, 1, 2, 3]));
        assertEq(ledger.registersOf(house, 0), [uint64(0), 0, 1], "channel 0");
        assertEq(ledger.registersOf(house, 5), [uint64(0), 0, 3], "channel 5");
        assertEq(ledger.imbalancedHoursOf(house, 0), 0, "balanced");
    }

    function test_Record_ParentTooHigh_CountsImbalance() external {
        recordNext(electricity, slotOf([uint24(1_000), 2, 3, 900, 2, 3]));
        assertEq(ledger.imbalancedHoursOf(house, 0), 1, "phase 0");
        assertEq(ledger.imbalancedHoursOf(house, 1), 0, "phase 1");
    }
}
