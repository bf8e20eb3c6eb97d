// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {ICharges} from "../../contracts/interfaces/ICharges.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {Lines} from "../../contracts/libraries/Lines.sol";
import {MoneyFixture} from "./MoneyFixture.sol";
import {Vm} from "./Vm.sol";

/// @title What is learned after a bill: recalculated, waiting, and a line of the next bill
/// @dev Dave's January: 1,600 Wh by day and 800 by night, 861 + 215; common needs 320 and 160 Wh, 172 + 43.
contract BillingRecalculationTest is MoneyFixture {
    uint16 private constant MARCH = FEBRUARY + 1;

    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
        recordJanuary();
        issueAll(JANUARY);
    }

    /// @dev 1,000 Wh more by night: 1,800 × 2.69 = 484, 269 more. Of the house's 160 Wh of common needs nothing is left, 43 less.
    function test_Recalculate_Correction_WaitsAndJoinsTheNextBill() external {
        _correctDave(500, 2);
        volumes.refix(houseTwo, JANUARY);
        vm.expectEmit(address(billing));
        emit IBilling.Recalculated(DAVE, JANUARY, [int64(269), -43, 0]);
        billing.recalculate(only(DAVE), JANUARY);

        IBilling.Waiting[] memory waiting = billing.waitingOf(DAVE);
        assertEq(waiting.length, 2, "waiting");
        _assertWaiting(waiting[0], JANUARY, IBilling.Service.Electricity, 269);
        _assertWaiting(waiting[1], JANUARY, IBilling.Service.CommonNeeds, -43);
        assertEq(billing.chargedOf(DAVE, JANUARY), [uint64(1_345), 172, 0], "charged");
        assertAmounts(billing.billOf(DAVE, JANUARY).amounts, [uint64(1_076), 215, 0, 0, 0, 0], "the bill stands");

        _recordFebruary(120, 100);
        uint256[] memory words = _issueDave(FEBRUARY);
        // 44,800 Wh × 5.38 and 22,400 × 2.69; of common needs 8,960 Wh and 4,480 - 840.
        assertEq(words.length, 6, "lines");
        _assertRecalculation(words[4], IBilling.Service.Electricity, POWER, 269);
        _assertRecalculation(words[5], IBilling.Service.CommonNeeds, HOUSE, -43);
        uint64[3] memory net = [uint64(24_102 + 6_026), 4_820 + 979, 0];
        assertEq(billing.chargedOf(DAVE, FEBRUARY), net, "charged for February alone");
        assertAmounts(billing.billOf(DAVE, FEBRUARY).amounts, [net[0] + 269, net[1] - 43, 0, 0, 0, 0], "amounts");
        assertEq(billing.waitingOf(DAVE).length, 0, "nothing waits");
    }

    /// @dev A bill that took a recalculation of another period is not itself in need of one.
    function test_Recalculate_BillWithRecalculations_NothingDiffers() external {
        _correctDave(500, 2);
        volumes.refix(houseTwo, JANUARY);
        billing.recalculate(only(DAVE), JANUARY);
        _recordFebruary(120, 100);
        issue(DAVE, FEBRUARY);
        vm.recordLogs();
        billing.recalculate(only(DAVE), FEBRUARY);
        billing.recalculate(only(DAVE), JANUARY);
        assertEq(vm.getRecordedLogs().length, 0, "nothing");
        assertEq(billing.waitingOf(DAVE).length, 0, "nothing waits");
    }

    function test_Recalculate_NothingDiffers_ChangesNothing() external {
        vm.recordLogs();
        billing.recalculate(everybody(), JANUARY);
        billing.recalculate(new bytes32[](0), JANUARY);
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(billing.chargedOf(ALICE, JANUARY), [uint64(2_690), 472, 1_760], "charged");
    }

    /// @dev Named twice, recalculated once.
    function test_Recalculate_Twice_WaitsOnce() external {
        _correctDave(500, 2);
        volumes.refix(houseTwo, JANUARY);
        bytes32[] memory twice = new bytes32[](2);
        (twice[0], twice[1]) = (DAVE, DAVE);
        billing.recalculate(twice, JANUARY);
        billing.recalculate(only(DAVE), JANUARY);
        assertEq(billing.waitingOf(DAVE).length, 2, "once");
    }

    /// @dev 90 Wh an hour less: 216 instead of 2,160 + 240... the month costs 108 instead of 1,076, and common needs more. February costs
    /// nothing, so what is less waits for March, and what is more is taken at once.
    function test_Recalculate_Down_RestWaitsForTheNextBill() external {
        _correctDave(-90, 24);
        volumes.refix(houseTwo, JANUARY);
        billing.recalculate(only(DAVE), JANUARY);
        // 160 Wh × 5.38 + 80 × 2.69 = 86 + 22; common needs 1,760 and 880 Wh, 947 + 237.
        assertEq(billing.chargedOf(DAVE, JANUARY), [uint64(108), 1_184, 0], "charged");

        _recordFebruary(0, 0);
        uint256[] memory words = _issueDave(FEBRUARY);
        assertEq(words.length, 1, "lines");
        _assertRecalculation(words[0], IBilling.Service.CommonNeeds, HOUSE, 969);
        assertAmounts(billing.billOf(DAVE, FEBRUARY).amounts, [uint64(0), 969, 0, 0, 0, 0], "February");
        IBilling.Waiting[] memory waiting = billing.waitingOf(DAVE);
        assertEq(waiting.length, 1, "waiting");
        _assertWaiting(waiting[0], JANUARY, IBilling.Service.Electricity, -968);

        // 10 Wh an hour in March: 4,960 Wh × 5.38 + 2,480 × 2.69 = 2,668 + 667.
        recordPeriod(electricitySegment, MARCH, electricityHour([uint24(0), 0, 0, 0, 0, 0], 10, 10));
        words = _issueDave(MARCH);
        assertEq(words.length, 3, "lines of March");
        _assertRecalculation(words[2], IBilling.Service.Electricity, POWER, -968);
        assertEq(billing.billOf(DAVE, MARCH).total, 2_668 + 667 - 968, "March");
        assertEq(billing.waitingOf(DAVE).length, 0, "nothing waits");
    }

    /// @dev Taken in part: a month of 335 takes 335 of 968.
    function test_Issue_TakesPartOfARecalculation() external {
        _correctDave(-90, 24);
        volumes.refix(houseTwo, JANUARY);
        billing.recalculate(only(DAVE), JANUARY);
        // 1 Wh an hour in February: 448 Wh × 5.38 + 224 × 2.69 = 241 + 60.
        _recordFebruary(1, 1);
        issue(DAVE, FEBRUARY);
        assertEq(billing.billOf(DAVE, FEBRUARY).amounts[0], 0, "nothing of electricity");
        _assertWaiting(billing.waitingOf(DAVE)[0], JANUARY, IBilling.Service.Electricity, -968 + 301);
        assertEq(billing.chargedOf(DAVE, FEBRUARY)[0], 301, "charged for February");
    }

    /// @dev Other terms than were known: one zone, 2,400 Wh × 4.50 = 1,080 and 480 Wh × 4.50 = 216.
    function test_Recalculate_Terms() external {
        setTerms(DAVE, JANUARY, termsOf(1, IAccountBook.Heating.None));
        vm.expectEmit(address(billing));
        emit IBilling.Recalculated(DAVE, JANUARY, [int64(4), 1, 0]);
        billing.recalculate(only(DAVE), JANUARY);
    }

    /// @dev An outage learned of after the bill: a day less two hours, 22 × 0.15 % of 1,076 and of 215.
    function test_Recalculate_Outage() external {
        uint40 from = uint40(SHORT_START) * 1 hours;
        vm.startPrank(DISPATCHER);
        incidents.raise("incident", 1, 1, from, "evidence");
        incidents.recordOutage(
            "incident",
            houseTwo,
            IOutages.OutageKind.ElectricityInterruption,
            from,
            from + 24 hours,
            2,
            "evidence"
        );
        vm.stopPrank();
        vm.expectEmit(address(billing));
        emit IBilling.Recalculated(DAVE, JANUARY, [int64(-36), -7, 0]);
        billing.recalculate(only(DAVE), JANUARY);
    }

    /// @dev As many recalculations as corrections reach back may wait; the next bill takes them all.
    function test_Recalculate_RevertWhen_TooManyWait() external {
        _recordFebruary(120, 100);
        for (uint256 i = 0; i < 36; ++i) {
            _pretendCharge(int64(uint64(2_000 + i)));
            billing.recalculate(only(DAVE), JANUARY);
        }
        _pretendCharge(1);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_TooManyWaiting.selector, DAVE, 36));
        billing.recalculate(only(DAVE), JANUARY);
        // 36 of electricity, and the common needs that were given back at once.
        assertEq(billing.waitingOf(DAVE).length, 37, "waiting");
        assertEq(billing.chargedOf(DAVE, JANUARY)[0], 2_035, "charged");
        issue(DAVE, FEBRUARY);
        assertEq(billing.waitingOf(DAVE).length, 0, "all are taken");
        assertEq(billing.billOf(DAVE, FEBRUARY).amounts[0], 24_102 + 6_026 + 2_035 - 1_076, "February");
    }

    function test_Recalculate_RevertWhen_NotIssued() external {
        bytes memory refusal = abi.encodeWithSelector(IBilling.Billing_NotIssued.selector, DAVE, FEBRUARY);
        bytes32[] memory two = new bytes32[](2);
        (two[0], two[1]) = (DAVE, DAVE);
        vm.expectRevert(refusal);
        billing.recalculate(two, FEBRUARY);
        vm.expectRevert(refusal);
        billing.chargedOf(DAVE, FEBRUARY);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_NotIssued.selector, bytes32("nobody"), JANUARY));
        billing.recalculate(only("nobody"), JANUARY);
        assertEq(billing.waitingOf("nobody").length, 0, "nobody");
    }

    /// @dev A service that costs 2^40 kopecks with what waits is refused, and the bill stays to be issued.
    function test_Issue_RevertWhen_RecalculationTooLarge() external {
        _pretendCharge(int64(uint64((1 << 40) - 1)));
        billing.recalculate(only(DAVE), JANUARY);
        _recordFebruary(120, 100);
        uint256 amount = (1 << 40) - 1 - 1_076 + 24_102 + 6_026;
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_AmountTooLarge.selector, DAVE, amount));
        issue(DAVE, FEBRUARY);
    }

    /// @dev However often and in whatever steps a month is corrected: what was charged is what it costs as is known now, and what came
    /// to bills and what waits differ by nothing.
    function testFuzz_Recalculate_ChargedIsWhatIsKnown(int8[5] calldata steps, uint8 billedAfter) external {
        _recordFebruary(120, 100);
        int256 recalculated = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            // At least 100 Wh an hour stand there: 5 steps of 19 do not take more.
            if (steps[i] / 7 != 0) _correctDave(steps[i] / 7, 24);
            volumes.refix(houseTwo, JANUARY);
            uint64[3] memory before = billing.chargedOf(DAVE, JANUARY);
            billing.recalculate(only(DAVE), JANUARY);
            uint64[3] memory charged = billing.chargedOf(DAVE, JANUARY);
            for (uint256 service = 0; service < 3; ++service) {
                recalculated += int256(uint256(charged[service])) - int256(uint256(before[service]));
            }
            uint64[6] memory known = amountsOf(billing.linesOf(DAVE, JANUARY));
            assertEq(charged, [known[0], known[1], known[2]], "charged is known");
            if (i == billedAfter % 6) issue(DAVE, FEBRUARY);
        }
        if (billedAfter % 6 >= 5) issue(DAVE, FEBRUARY);
        int256 waiting = 0;
        IBilling.Waiting[] memory left = billing.waitingOf(DAVE);
        for (uint256 i = 0; i < left.length; ++i) waiting += left[i].amount;
        uint64[3] memory ofFebruary = billing.chargedOf(DAVE, FEBRUARY);
        int256 net = int256(uint256(ofFebruary[0]) + ofFebruary[1] + ofFebruary[2]);
        assertEq(int256(uint256(billing.billOf(DAVE, FEBRUARY).total)), net + recalculated - waiting, "conserved");
    }

    /// @dev A correction of the same difference for the first hours of Dave's January.
    function _correctDave(int32 difference, uint256 hours_) private {
        bytes memory differences = differencesOf(difference, hours_);
        IReadingLedger.Correction memory correction = correctionOf(houseTwo, 3, SHORT_START, differences);
        recordCorrection(correction, differences);
    }

    function _recordFebruary(uint24 parent, uint24 dave) private {
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], parent, dave));
    }

    /// @dev Lets Dave's January cost something else: one line of electricity.
    function _pretendCharge(int64 amount) private {
        uint256[][] memory lines = new uint256[][](1);
        lines[0] = new uint256[](1);
        IBilling.Line memory line = chargeLine(IBilling.Service.Electricity, IBilling.Zone.Whole, 1, 1, amount);
        lines[0][0] = Lines.pack(line);
        vm.mockCall(address(charges), abi.encodeCall(ICharges.chargesOf, (only(DAVE), JANUARY)), abi.encode(lines));
    }

    /// @return words the lines of the bill issued.
    function _issueDave(uint16 period) private returns (uint256[] memory words) {
        vm.recordLogs();
        issue(DAVE, period);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IBilling.BillIssued.selector, "the bill is the last event");
        uint64 total;
        (total, , , words) = abi.decode(last.data, (uint64, uint64, uint32, uint256[]));
        int256 sum = 0;
        for (uint256 i = 0; i < words.length; ++i) sum += Lines.amountOf(words[i]);
        assertEq(sum, int256(uint256(total)), "the lines add up");
    }

    function _assertRecalculation(uint256 word, IBilling.Service service, uint16 provider, int64 amount) private pure {
        IBilling.Line memory expected;
        (expected.service, expected.kind, expected.period) = (service, IBilling.LineKind.Recalculation, JANUARY);
        (expected.provider, expected.amount) = (provider, amount);
        assertEq(abi.encode(Lines.unpack(word)), abi.encode(expected), "recalculation");
    }

    function _assertWaiting(
        IBilling.Waiting memory waiting,
        uint16 period,
        IBilling.Service service,
        int64 amount
    ) private pure {
        assertEq(abi.encode(waiting), abi.encode(IBilling.Waiting(period, service, amount)), "waiting");
    }
}
