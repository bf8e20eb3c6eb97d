// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Penalties as Settlement accrues them
/// @dev A bill of 10,000.00 for heating of January, due on 15 February 2026 (day 20,499); 9.5 % a year.
contract SettlementPenaltiesTest is MoneyFixture {
    address private constant HOLDER = address(0x5001);
    uint64 private constant DEBT = 1_000_000;

    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
        setHolder(ALICE, HOLDER);
        IBilling.Bill memory bill;
        (bill.issued, bill.dueOn, bill.total, bill.amounts[2]) = (true, DUE_FEBRUARY, DEBT, DEBT);
        vm.mockCall(address(billing), abi.encodeCall(IBilling.billOf, (ALICE, JANUARY)), abi.encode(bill));
    }

    /// @dev The days after the due day of the worked example: nothing on day 30, then 3.17, 190.00, 197.31, 460.38.
    function test_AccruePenalties_WorkedExample() external {
        uint16[5] memory days_ = [uint16(30), 31, 90, 91, 127];
        uint64[5] memory expected = [uint64(0), 317, 19_000, 19_731, 46_038];
        for (uint256 i = 0; i < 5; ++i) {
            _goTo(days_[i]);
            settlement.accruePenalties(only(ALICE));
            assertEq(_pending(), expected[i], vm.toString(days_[i]));
        }
    }

    function test_AccruePenalties_TellsWholeKopecks() external {
        _goTo(31);
        vm.expectEmit(address(settlement));
        emit ISettlement.PenaltyAccrued(ALICE, JANUARY, DUE_FEBRUARY + 31, [uint64(0), 0, 317]);
        settlement.accruePenalties(only(ALICE));
        vm.recordLogs();
        settlement.accruePenalties(only(ALICE));
        assertEq(vm.getRecordedLogs().length, 0, "once a day");
    }

    /// @dev The local day: Moscow's begins three hours before that of UTC.
    function test_AccruePenalties_LocalDay() external {
        vm.warp((uint256(DUE_FEBRUARY) + 31) * 1 days - 3 hours - 1);
        settlement.accruePenalties(only(ALICE));
        assertEq(_pending(), 0, "the last second of day 30");
        vm.warp((uint256(DUE_FEBRUARY) + 31) * 1 days - 3 hours);
        settlement.accruePenalties(only(ALICE));
        assertEq(_pending(), 317, "the first of day 31");
    }

    /// @dev penalties.json: 4,000.00 paid on day 60, 5,000.00 on day 120, the rest on day 130.
    function test_Pay_Late_AccruesOnWhatWasOutstanding() external {
        uint16[3] memory days_ = [uint16(60), 120, 130];
        uint64[3] memory paid = [uint64(400_000), 500_000, 100_000];
        uint64[3] memory expected = [uint64(9_500), 28_354, 29_085];
        for (uint256 i = 0; i < 3; ++i) {
            _goTo(days_[i]);
            fundAndPay(ALICE, paid[i]);
            assertEq(_pending(), expected[i], vm.toString(days_[i]));
        }
        _goTo(400);
        settlement.accruePenalties(only(ALICE));
        assertEq(_pending(), 29_085, "nothing on what is paid");
        assertConserved();
    }

    /// @dev A payment in time touches no penalty word: as many storage slots are written as ever.
    function test_Pay_InTime_WritesNothingOfPenalties() external {
        _goTo(30);
        vm.recordLogs();
        fundAndPay(ALICE, DEBT);
        _goTo(200);
        settlement.accruePenalties(only(ALICE));
        assertEq(_pending(), 0, "nothing");
    }

    /// @dev A rate that changes on 1 April 2026 (day 45): days 31..44 at 9.5 %, days 45..60 at 4.75 %.
    function test_AccruePenalties_EachDayAtItsRate() external {
        uint16 march = JANUARY + 2;
        vm.mockCall(
            address(tariffs),
            abi.encodeCall(ITariffBook.penaltyRateOf, (march)),
            abi.encode(uint16(950), march)
        );
        vm.mockCall(
            address(tariffs),
            abi.encodeCall(ITariffBook.penaltyRateOf, (march + 1)),
            abi.encode(uint16(475), type(uint16).max)
        );
        _goTo(60);
        settlement.accruePenalties(only(ALICE));
        // 1,000,000 × 9.5 % × (14 + 16 / 2) / 300 = 6,966.67.
        assertEq(_pending(), 6_967, "two rates");
    }

    /// @dev What is disputed costs nothing while it is; rejected on day 61, it costs again from the day after.
    function test_Dispute_StopsTheClockOfWhatIsDisputed() external {
        _goTo(50);
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, IBilling.Service.Heating, 600_000, "claim");
        assertEq(_pending(), 6_333, "20 days of 10,000.00");
        _goTo(61);
        vm.prank(HEAT_PAYEE);
        settlement.reject(ALICE, JANUARY, IBilling.Service.Heating, "reasons");
        // 6,333.33 + 11 days of 4,000.00 at 9.5 % / 300 = 1,393.33.
        assertEq(_pending(), 7_727, "11 days of 4,000.00");
        _goTo(62);
        settlement.accruePenalties(only(ALICE));
        // + 316.67.
        assertEq(_pending(), 8_043, "a day of 10,000.00");
    }

    function test_TakePenalties_BillingAlone_Once() external {
        _goTo(91);
        settlement.accruePenalties(only(ALICE));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotBilling.selector, STRANGER));
        vm.prank(STRANGER);
        settlement.takePenalties(only(ALICE));
        vm.expectEmit(address(settlement));
        emit ISettlement.PenaltiesTaken(ALICE, [uint64(0), 0, 19_731]);
        vm.prank(address(billing));
        assertEq(settlement.takePenalties(only(ALICE))[0], 19_731 << 128, "taken");
        assertEq(_pending(), 0, "nothing is left");
        vm.recordLogs();
        vm.prank(address(billing));
        assertEq(settlement.takePenalties(only(ALICE))[0], 0, "nothing to take");
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        _goTo(127);
        settlement.accruePenalties(only(ALICE));
        assertEq(_pending(), 46_038 - 19_731, "what came since");
    }

    function test_AccruePenalties_RevertWhen_TooManyOrUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_TooManyAccounts.selector, 101, 100));
        settlement.accruePenalties(new bytes32[](101));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_UnknownAccount.selector, bytes32("nobody")));
        settlement.accruePenalties(only("nobody"));
    }

    function _goTo(uint256 daysLate) private {
        vm.warp((uint256(DUE_FEBRUARY) + daysLate) * 1 days + 9 hours);
    }

    function _pending() private view returns (uint64) {
        return settlement.pendingPenaltyOf(ALICE)[2];
    }
}
