// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Billing} from "../../contracts/Billing.sol";
import {TariffBook} from "../../contracts/TariffBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Bills of a short January (24 hours: 16 of day, 8 of night), worked by hand
/// @dev An hour of house 1: parent 300 + 200 + 400 Wh, Alice 250, Bob 180, Carol 330, so 140 Wh of common needs; of house 2:
/// parent 120, Dave 100. Heat 1,000 kcal an hour.
contract BillingTest is MoneyFixture {
    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY - 1));
        recordJanuary();
    }

    function test_Issue_HandWorkedBill() external {
        IBilling.Line[] memory lines = new IBilling.Line[](5);
        lines[0] = IBilling.Line(IBilling.Service.ElectricityDay, POWER, 4_000, 5_380_000, 2_152);
        lines[1] = IBilling.Line(IBilling.Service.ElectricityNight, POWER, 2_000, 2_690_000, 538);
        // 2,240 Wh × 4,520 / 14,405 = 702.86; 0.702 × 5.38 = 3.77676.
        lines[2] = IBilling.Line(IBilling.Service.CommonNeedsDay, HOUSE, 702, 5_380_000, 378);
        // 1,120 Wh × 4,520 / 14,405 = 351.43; 0.351 × 2.69 = 0.94419.
        lines[3] = IBilling.Line(IBilling.Service.CommonNeedsNight, HOUSE, 351, 2_690_000, 94);
        // 24,000 kcal × 4,520 / 15,405 = 7,041.87; 0.007041 × 2,500 = 17.6025.
        lines[4] = IBilling.Line(IBilling.Service.Heating, HEAT, 7_041, 2_500_000_000, 1_760);

        vm.expectEmit(address(billing));
        emit IBilling.CommonNeedsFixed(houseOne, JANUARY, 2_240, 1_120, 0, 0);
        vm.expectEmit(address(billing));
        emit IBilling.CommonNeedsFixed(heatOfHouseOne, JANUARY, 24_000, 0, 0, 0);
        vm.expectEmit(address(billing));
        // VAT: 4,922 × 2,200 / 12,200 = 887.57.
        emit IBilling.BillIssued(ALICE, JANUARY, 4_922, 888, DUE_FEBRUARY, 0, lines);
        issue(ALICE, JANUARY);

        IBilling.Bill memory bill = billing.billOf(ALICE, JANUARY);
        assertTrue(bill.issued, "issued");
        assertEq(bill.dueOn, DUE_FEBRUARY, "due on 15 February 2026");
        assertEq(bill.total, 4_922, "total");
        assertAmounts(bill.amounts, [uint64(2_152), 538, 378, 94, 1_760], "amounts");
    }

    function test_Issue_SharesAreByRunningTotalOfAreas() external view {
        _assertQuantities(BOB, [uint64(2_880), 1_440, 945, 472, 9_465]);
        _assertQuantities(CAROL, [uint64(5_280), 2_640, 593, 297, 5_936]);
        _assertQuantities(DAVE, [uint64(1_600), 800, 320, 160, 0]);
        // 0.001558 Gcal × 2,500 = 3.895 RUB: exactly half a kopeck rounds up.
        _assertQuantities(EVE, [uint64(0), 0, 0, 0, 1_558]);
        assertEq(billing.linesOf(EVE, JANUARY)[0].amount, 390, "half up");
    }

    function test_Issue_AccountWithoutHeat_HasFourLines() external {
        issue(DAVE, JANUARY);
        assertAmounts(billing.billOf(DAVE, JANUARY).amounts, [uint64(861), 215, 172, 43, 0], "amounts");
        assertEq(billing.linesOf(DAVE, JANUARY).length, 4, "lines");
    }

    function test_Issue_AccountWithoutElectricity_HasOneLine() external {
        issue(EVE, JANUARY);
        assertAmounts(billing.billOf(EVE, JANUARY).amounts, [uint64(0), 0, 0, 0, 390], "amounts");
        assertEq(billing.linesOf(EVE, JANUARY).length, 1, "lines");
    }

    function test_Issue_Twice_ChangesNothing() external {
        bytes32[] memory twice = new bytes32[](2);
        (twice[0], twice[1]) = (ALICE, ALICE);
        billing.issue(twice, JANUARY);
        uint64 total = billing.billOf(ALICE, JANUARY).total;
        vm.recordLogs();
        issue(ALICE, JANUARY);
        assertEq(vm.getRecordedLogs().length, 0, "no event of a second bill");
        assertEq(billing.billOf(ALICE, JANUARY).total, total, "total");
        assertEq(settlement.debtOf(ALICE), total, "owed once");
    }

    function test_Issue_Nobody_ChangesNothing() external {
        vm.recordLogs();
        billing.issue(new bytes32[](0), JANUARY);
        assertEq(vm.getRecordedLogs().length, 0, "no event");
    }

    /// @dev Bills depend on the chain's state alone: not on who is billed first, nor on how the accounts are batched.
    function testFuzz_Issue_AnyOrder_SameBills(uint256 seed, uint8 firstBatch) external {
        bytes32[] memory accounts = everybody();
        uint64[5][] memory expected = new uint64[5][](5);
        for (uint256 i = 0; i < 5; ++i) expected[i] = amountsOf(billing.linesOf(accounts[i], JANUARY));

        bytes32[] memory first = new bytes32[](firstBatch % 6);
        bytes32[] memory second = new bytes32[](5 - first.length);
        bytes32[] memory order = _shuffled(accounts, seed);
        for (uint256 i = 0; i < 5; ++i) {
            if (i < first.length) first[i] = order[i];
            else second[i - first.length] = order[i];
        }
        billing.issue(first, JANUARY);
        billing.issue(second, JANUARY);
        for (uint256 i = 0; i < 5; ++i) {
            assertAmounts(billing.billOf(accounts[i], JANUARY).amounts, expected[i], "amounts");
            assertAmounts(amountsOf(billing.linesOf(accounts[i], JANUARY)), expected[i], "lines afterwards");
        }
    }

    function test_Issue_PeriodBeforeTheFirstHour_IsABillOfZero() external {
        bytes32 frank = _openFrank(JANUARY - 1);
        issue(frank, JANUARY - 1);
        assertEq(billing.billOf(frank, JANUARY - 1).total, 0, "total");
        assertEq(billing.linesOf(frank, JANUARY - 1)[0].quantity, 0, "quantity");
        issue(frank, JANUARY);
        // He took part in the division: 24,000 kcal - floor(24,000 × 15,405 / 25,405).
        assertEq(billing.linesOf(frank, JANUARY)[0].quantity, 9_447, "his share");
    }

    function test_Issue_UsesCredit() external {
        fundAndPay(ALICE, 5_000);
        issue(ALICE, JANUARY);
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertEq(settlement.creditOf(ALICE), 78, "5,000 - 4,922");
        assertConserved();
    }

    function test_Issue_FixesAreas() external {
        assertTrue(!billing.isGroupBilled(houseOne), "not yet");
        issue(ALICE, JANUARY);
        assertTrue(billing.isGroupBilled(houseOne), "electricity");
        assertTrue(billing.isGroupBilled(heatOfHouseOne), "heat");
        assertTrue(!billing.isGroupBilled(houseTwo), "another house");
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_AreaInUse.selector, heatOfHouseOne));
        vm.prank(REGISTRAR);
        registry.openAccount("frank", 0, 0, heatOfHouseOne, 10_000, JANUARY);
    }

    function test_Issue_SecondAccountOfAGroup_FixesNothingAgain() external {
        issue(ALICE, JANUARY);
        vm.recordLogs();
        issue(BOB, JANUARY);
        assertEq(vm.getRecordedLogs().length, 1, "BillIssued alone");
    }

    function test_FixCommonNeeds_FixesVolumesAndNotAreas() external {
        vm.expectEmit(address(billing));
        emit IBilling.CommonNeedsFixed(houseOne, JANUARY, 2_240, 1_120, 0, 0);
        billing.fixCommonNeeds(houseOne, JANUARY);
        assertTrue(!billing.isGroupBilled(houseOne), "areas are free");

        vm.recordLogs();
        billing.fixCommonNeeds(houseOne, JANUARY);
        assertEq(vm.getRecordedLogs().length, 0, "a second time changes nothing");
        issue(ALICE, JANUARY);
        _assertQuantities(ALICE, [uint64(4_000), 2_000, 702, 351, 7_041]);
    }

    function test_FixCommonNeeds_LongWithoutBills_TwelvePeriodsACall() external {
        bytes32 frank = _openFrank(JANUARY + 13);
        _pretendAllPeriodsAreOver();
        vm.expectRevert(_tooManyPeriods(JANUARY + 13));
        issue(frank, JANUARY + 13);
        vm.expectRevert(_tooManyPeriods(JANUARY + 13));
        billing.linesOf(frank, JANUARY + 13);

        vm.recordLogs();
        billing.fixCommonNeeds(heatOfHouseOne, JANUARY + 13);
        assertEq(vm.getRecordedLogs().length, 12, "periods fixed in one call");
        vm.recordLogs();
        issue(frank, JANUARY + 13);
        assertEq(vm.getRecordedLogs().length, 3, "two more periods and the bill");
    }

    function test_Issue_TwelvePeriodsBehind_CatchesUp() external {
        bytes32 frank = _openFrank(JANUARY + 11);
        _pretendAllPeriodsAreOver();
        issue(frank, JANUARY + 11);
        assertTrue(billing.billOf(frank, JANUARY + 11).issued, "issued");
    }

    function test_NextPeriodOf_GoesOn() external {
        assertEq(billing.nextPeriodOf(ALICE), JANUARY, "first");
        issue(ALICE, JANUARY);
        assertEq(billing.nextPeriodOf(ALICE), FEBRUARY, "second");
        assertEq(billing.nextPeriodOf(BOB), JANUARY, "another account");
    }

    function test_SetPaused_StopsBillsAndNothingElse() external {
        issue(ALICE, JANUARY);
        vm.expectEmit(address(billing));
        emit IBilling.PauseChanged(true);
        vm.prank(GUARDIAN);
        billing.setPaused(true);

        vm.expectRevert(IBilling.Billing_Paused.selector);
        issue(BOB, JANUARY);
        vm.expectRevert(IBilling.Billing_Paused.selector);
        billing.fixCommonNeeds(houseTwo, JANUARY);
        fundAndPay(ALICE, 4_922);
        uint64 due = settlement.balanceOf(HEAT);
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, due);

        vm.prank(GUARDIAN);
        billing.setPaused(false);
        issue(BOB, JANUARY);
    }

    function testFuzz_SetPaused_RevertWhen_CallerNotGuardian(address caller) external {
        if (caller == GUARDIAN) return;
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        billing.setPaused(true);
    }

    function testFuzz_Connect_RevertWhen_CallerNotAdmin(address caller) external {
        if (caller == address(this)) return;
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        billing.connect(address(settlement));
    }

    function test_Connect_RevertWhen_AlreadyConnected() external {
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_AlreadyConnected.selector, address(settlement)));
        billing.connect(address(rouble));
    }

    function test_Connect_RevertWhen_NotAContract() external {
        Billing fresh = _freshBilling();
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_NotAContract.selector, STRANGER));
        fresh.connect(STRANGER);
    }

    function test_Issue_RevertWhen_NotConnected() external {
        Billing fresh = _freshBilling();
        vm.expectRevert(IBilling.Billing_NotConnected.selector);
        fresh.issue(only(ALICE), JANUARY);
    }

    function test_Issue_RevertWhen_TooManyAccounts() external {
        bytes32[] memory accounts = new bytes32[](100);
        for (uint256 i = 0; i < 100; ++i) accounts[i] = ALICE;
        billing.issue(accounts, JANUARY);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_TooManyAccounts.selector, 101, 100));
        billing.issue(new bytes32[](101), JANUARY);
    }

    function test_Issue_RevertWhen_UnknownAccount() external {
        bytes memory expected = abi.encodeWithSelector(
            IMeterRegistry.MeterRegistry_UnknownAccount.selector,
            bytes32("nobody")
        );
        vm.expectRevert(expected);
        issue("nobody", JANUARY);
        vm.expectRevert(expected);
        billing.linesOf("nobody", JANUARY);
        vm.expectRevert(expected);
        billing.nextPeriodOf("nobody");
        assertTrue(!billing.billOf("nobody", JANUARY).issued, "billOf");
    }

    function test_Issue_RevertWhen_NotYetOpen() external {
        bytes memory expected = abi.encodeWithSelector(
            IBilling.Billing_NotYetOpen.selector,
            ALICE,
            JANUARY - 1,
            JANUARY
        );
        vm.expectRevert(expected);
        issue(ALICE, JANUARY - 1);
        vm.expectRevert(expected);
        billing.linesOf(ALICE, JANUARY - 1);
    }

    function test_Issue_RevertWhen_EarlierPeriodNotBilled() external {
        vm.expectRevert(
            abi.encodeWithSelector(IBilling.Billing_EarlierPeriodNotBilled.selector, ALICE, JANUARY + 7, JANUARY)
        );
        issue(ALICE, JANUARY + 7);
    }

    function test_Issue_RevertWhen_PeriodNotOver() external {
        issue(DAVE, JANUARY);
        bytes memory expected = abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, DAVE, FEBRUARY);
        vm.expectRevert(expected);
        issue(DAVE, FEBRUARY);
        vm.expectRevert(expected);
        billing.linesOf(DAVE, FEBRUARY);
    }

    function test_FixCommonNeeds_RevertWhen_UnknownGroup() external {
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99));
        billing.fixCommonNeeds(99, JANUARY);
    }

    function test_Issue_RevertWhen_NoTariff() external {
        TariffBook empty = new TariffBook(address(manager), ledger);
        Billing fresh = new Billing(address(manager), registry, ledger, empty);
        fresh.connect(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY));
        fresh.issue(only(ALICE), JANUARY);
    }

    function test_Issue_RevertWhen_AmountTooLarge() external {
        ITariffBook.Tariff memory absurd = usualTariff(JANUARY);
        // 4,000 Wh at 2^48 × 2,500 micro-roubles per kWh is 2^48 kopecks; a hair less is one kopeck less.
        absurd.dayPrice = (1 << 48) * 2_500;
        _pretendTariff(absurd);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_AmountTooLarge.selector, ALICE, uint256(1 << 48)));
        issue(ALICE, JANUARY);
        absurd.dayPrice -= 1_251;
        _pretendTariff(absurd);
        issue(ALICE, JANUARY);
        assertEq(billing.billOf(ALICE, JANUARY).amounts[0], (1 << 48) - 1, "the largest amount");
    }

    function _openFrank(uint16 firstPeriod) private returns (bytes32) {
        vm.prank(REGISTRAR);
        registry.openAccount("frank", 0, 0, heatOfHouseOne, 10_000, firstPeriod);
        return "frank";
    }

    function _freshBilling() private returns (Billing) {
        return new Billing(address(manager), registry, ledger, tariffs);
    }

    function _pretendAllPeriodsAreOver() private {
        uint64[3] memory none;
        vm.mockCall(address(ledger), abi.encodeWithSelector(IReadingLedger.isPeriodOver.selector), abi.encode(true));
        vm.mockCall(
            address(ledger),
            abi.encodeWithSelector(IReadingLedger.groupPeriodOf.selector),
            abi.encode(IReadingLedger.GroupPeriod({parent: none, consumers: none, hasExceptions: false, revision: 0}))
        );
    }

    function _pretendTariff(ITariffBook.Tariff memory tariff) private {
        vm.mockCall(address(tariffs), abi.encodeWithSelector(ITariffBook.tariffOf.selector), abi.encode(tariff));
    }

    function _tooManyPeriods(uint16 period) private view returns (bytes memory) {
        return abi.encodeWithSelector(IBilling.Billing_TooManyPeriodsToFix.selector, heatOfHouseOne, JANUARY, period);
    }

    function _assertQuantities(bytes32 account, uint64[5] memory expected) private view {
        assertQuantities(account, JANUARY, expected);
    }

    function _shuffled(bytes32[] memory accounts, uint256 seed) private pure returns (bytes32[] memory order) {
        order = new bytes32[](accounts.length);
        for (uint256 i = 0; i < order.length; ++i) order[i] = accounts[i];
        for (uint256 i = order.length - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
