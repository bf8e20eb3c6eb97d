// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Premises that pass to a successor: the final bill and the first
/// @dev In February Alice has 250 Wh an hour up to the 15th, Anna 100 Wh after it; the house has 140 Wh of common needs throughout, and
/// 1,000 kcal.
contract BillingHandoverTest is MoneyFixture {
    uint16 private constant MARCH = FEBRUARY + 1;
    bytes32 private constant ANNA = keccak256("anna");
    uint256 private constant HALF = 336;
    IBilling.Service private constant ELECTRICITY = IBilling.Service.Electricity;
    IBilling.Service private constant COMMON_NEEDS = IBilling.Service.CommonNeeds;
    IBilling.Service private constant HEATING = IBilling.Service.Heating;

    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
        recordJanuary();
        issueAll(JANUARY);
    }

    /// @dev Own: as the registers were. Of peak 24,500, half-peak 31,500, night 28,000 before, 9,800, 12,600, 11,200 after.
    /// Shared: Alice's 8,610 + 11,070 + 9,840 Wh and 197,172 kcal of the month, half of the hours each.
    function test_MoveOut_InMidMonth_RegistersAndHours() external {
        _recordHalf(250, 900);
        _moveOut(ALICE, ANNA);
        _recordHalf(100, 750);
        _issueBoth(FEBRUARY);

        assertEq(quantityOf(ALICE, FEBRUARY, ELECTRICITY), 84_000, "Alice's own");
        assertEq(quantityOf(ANNA, FEBRUARY, ELECTRICITY), 33_600, "Anna's own");
        assertEq(quantityOf(ALICE, FEBRUARY, COMMON_NEEDS), 4_305 + 5_535 + 4_920, "Alice's share");
        assertEq(quantityOf(ANNA, FEBRUARY, COMMON_NEEDS), 4_305 + 5_535 + 4_920, "Anna's share");
        assertEq(quantityOf(ALICE, FEBRUARY, HEATING), 98_586, "Alice's heat");
        assertEq(quantityOf(ANNA, FEBRUARY, HEATING), 98_586, "Anna's heat");
        assertEq(billing.nextPeriodOf(ANNA), MARCH, "Anna goes on");
    }

    /// @dev The first of a month: all of February is Alice's, all of March Anna's.
    function test_MoveOut_OnTheFirst_WholeMonths() external {
        _recordHalf(250, 900);
        _recordHalf(100, 750);
        _moveOut(ALICE, ANNA);
        _recordMonth(MARCH, 10);
        issue(ALICE, FEBRUARY);
        issue(ANNA, MARCH);
        assertEq(quantityOf(ALICE, FEBRUARY, ELECTRICITY), 84_000 + 33_600, "Alice's own");
        assertEq(quantityOf(ALICE, FEBRUARY, HEATING), 197_172, "Alice's heat");
        assertEq(quantityOf(ANNA, MARCH, ELECTRICITY), 7_440, "Anna's own");
    }

    /// @dev Three accounts in one month: their parts add up to the month.
    function test_MoveOut_TwiceInAMonth_PartsAddUp() external {
        bytes32 anton = keccak256("anton");
        _record(100, 250, 900);
        _moveOut(ALICE, ANNA);
        _record(101, 77, 727);
        _moveOut(ANNA, anton);
        _record(471, 13, 663);
        _issueBoth(FEBRUARY);
        issue(anton, FEBRUARY);
        uint64 own = 100 * 250 + 101 * 77 + 471 * 13;
        assertEq(_sumOf(anton, ELECTRICITY), own, "own");
        // By running totals as in an undivided month.
        assertEq(_sumOf(anton, COMMON_NEEDS), 8_610 + 11_070 + 9_840, "common needs");
        assertEq(_sumOf(anton, HEATING), 197_172, "heat");
    }

    /// @dev A register that stood: what a correction adds is divided by hours, half a watt-hour up.
    function test_MoveOut_RegisterStood_ByHours() external {
        _recordHalf(0, 650);
        _moveOut(ALICE, ANNA);
        _recordHalf(0, 650);
        bytes memory differences = differencesOf(101, 1);
        IReadingLedger.Correction memory correction = correctionOf(
            houseOne,
            3,
            ledger.firstHourOf(FEBRUARY),
            differences
        );
        recordCorrection(correction, differences);
        _issueBoth(FEBRUARY);
        assertEq(quantityOf(ALICE, FEBRUARY, ELECTRICITY), 51, "Alice");
        assertEq(quantityOf(ANNA, FEBRUARY, ELECTRICITY), 50, "Anna");
    }

    /// @dev A correction after both bills goes to both, as the registers were.
    function test_Recalculate_AfterAHandover_BothAccounts() external {
        _recordHalf(250, 900);
        _moveOut(ALICE, ANNA);
        _recordHalf(100, 750);
        _issueBoth(FEBRUARY);
        bytes memory differences = differencesOf(1_000, 1);
        recordCorrection(correctionOf(houseOne, 3, ledger.firstHourOf(FEBRUARY), differences), differences);
        volumes.refix(houseOne, FEBRUARY);
        bytes32[] memory both = new bytes32[](2);
        (both[0], both[1]) = (ALICE, ANNA);
        billing.recalculate(both, FEBRUARY);
        // Midnight is night: of 39,200 + 1,000 Wh 28,000 / 39,200.
        assertEq(quantityOf(ALICE, FEBRUARY, ELECTRICITY), 56_000 + 28_714, "Alice");
        assertEq(quantityOf(ANNA, FEBRUARY, ELECTRICITY), 22_400 + 11_486, "Anna");
        assertTrue(billing.waitingOf(ALICE)[0].amount > 0, "Alice's waits, though she has no next bill");
        assertTrue(billing.waitingOf(ANNA)[0].amount > 0, "Anna's waits");
    }

    function test_Issue_RevertWhen_Closed() external {
        _recordHalf(250, 900);
        _moveOut(ALICE, ANNA);
        _recordHalf(100, 750);
        _recordMonth(MARCH, 10);
        _issueBoth(FEBRUARY);
        bytes memory refusal = abi.encodeWithSelector(IBilling.Billing_Closed.selector, ALICE, MARCH, FEBRUARY);
        vm.expectRevert(refusal);
        issue(ALICE, MARCH);
        vm.expectRevert(refusal);
        billing.linesOf(ALICE, MARCH);
        issue(ANNA, MARCH);
        refusal = abi.encodeWithSelector(IBilling.Billing_NotYetOpen.selector, ANNA, JANUARY, FEBRUARY);
        vm.expectRevert(refusal);
        issue(ANNA, JANUARY);
    }

    function _issueBoth(uint16 period) private {
        issue(ALICE, period);
        issue(ANNA, period);
    }

    function _moveOut(bytes32 account, bytes32 successor) private {
        vm.prank(REGISTRAR);
        accounts.moveOut(account, successor);
    }

    function _recordHalf(uint24 own, uint24 parent) private {
        _record(HALF, own, parent);
    }

    function _recordMonth(uint16 period, uint24 own) private {
        (uint32 next, ) = ledger.headOf(electricitySegment);
        _record(ledger.firstHourOf(period + 1) - next, own, own + 650);
    }

    /// @dev Bob and Carol have 180 and 330 Wh an hour; the parent's phases are put on the first.
    function _record(uint256 hours_, uint24 own, uint24 parent) private {
        bytes memory payload = electricityHour([parent, 0, 0, own, 180, 330], 0, 0);
        for (uint256 i = 0; i < hours_; ++i) {
            recordNext(electricitySegment, payload);
            recordNext(heatSegment, heatHour(1_000));
        }
    }

    /// @dev What Alice, Anna and a third one have of a service in February.
    function _sumOf(bytes32 third, IBilling.Service service) private view returns (uint64) {
        return
            quantityOf(ALICE, FEBRUARY, service) +
            quantityOf(ANNA, FEBRUARY, service) +
            quantityOf(third, FEBRUARY, service);
    }
}
