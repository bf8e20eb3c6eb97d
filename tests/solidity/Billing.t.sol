// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Billing} from "../../contracts/Billing.sol";
import {Charges} from "../../contracts/Charges.sol";
import {TariffBook} from "../../contracts/TariffBook.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Lines} from "../../contracts/libraries/Lines.sol";
import {MoneyFixture} from "./MoneyFixture.sol";
import {Vm} from "./Vm.sol";

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
        lines[0] = chargeLine(IBilling.Service.Electricity, IBilling.Zone.Day, 4_000, 5_380_000, 2_152);
        lines[1] = chargeLine(IBilling.Service.Electricity, IBilling.Zone.Night, 2_000, 2_690_000, 538);
        // Peak 980 Wh and half-peak 1,260 × 4,520 / 14,405: 307.50 and 395.36; 0.702 × 5.38 = 3.77676.
        lines[2] = chargeLine(IBilling.Service.CommonNeeds, IBilling.Zone.Day, 702, 5_380_000, 378);
        // 1,120 Wh × 4,520 / 14,405 = 351.43; 0.351 × 2.69 = 0.94419.
        lines[3] = chargeLine(IBilling.Service.CommonNeeds, IBilling.Zone.Night, 351, 2_690_000, 94);
        // 24,000 kcal × 4,520 / 15,405 = 7,041.87; 0.007041 × 2,500 = 17.6025.
        lines[4] = chargeLine(IBilling.Service.Heating, IBilling.Zone.Whole, 7_041, 2_500_000_000, 1_760);
        uint256[] memory words = new uint256[](5);
        for (uint256 i = 0; i < 5; ++i) words[i] = Lines.pack(lines[i]);

        vm.expectEmit(address(volumes));
        emit IVolumeBook.VolumesFixed(houseOne, JANUARY, _house(980, 1_260, 1_120), [int64(0), 0, 0]);
        vm.expectEmit(address(volumes));
        emit IVolumeBook.VolumesFixed(heatOfHouseOne, JANUARY, _house(24_000, 0, 0), [int64(0), 0, 0]);
        vm.expectEmit(address(billing));
        // VAT: 4,922 × 2,200 / 12,200 = 887.57.
        emit IBilling.BillIssued(ALICE, JANUARY, 4_922, 888, DUE_FEBRUARY, words);
        issue(ALICE, JANUARY);

        IBilling.Bill memory bill = billing.billOf(ALICE, JANUARY);
        assertTrue(bill.issued, "issued");
        assertEq(bill.dueOn, DUE_FEBRUARY, "due on 15 February 2026");
        assertEq(bill.total, 4_922, "total");
        assertAmounts(bill.amounts, [uint64(2_690), 472, 1_760, 0, 0, 0], "amounts");
        assertLines(ALICE, JANUARY, lines);
        assertEq(billing.chargedOf(ALICE, JANUARY), [uint64(2_690), 472, 1_760], "charged");
    }

    /// @dev Each zone of the finest calendar is divided by itself: Bob's day is 413 + 531, and Carol's 260 + 334.
    function test_Issue_SharesAreByRunningTotalOfAreas() external {
        issueAll(JANUARY);
        _assertQuantities(BOB, 4_320, 944 + 472, 9_465);
        _assertQuantities(CAROL, 7_920, 594 + 297, 5_936);
        _assertQuantities(DAVE, 2_400, 480, 0);
        // 0.001558 Gcal × 2,500 = 3.895 RUB: exactly half a kopeck rounds up.
        _assertQuantities(EVE, 0, 0, 1_558);
        assertEq(billing.linesOf(EVE, JANUARY)[0].amount, int256(390), "half up");
    }

    function test_Issue_AccountWithoutHeat_HasFourLines() external {
        issue(DAVE, JANUARY);
        assertAmounts(billing.billOf(DAVE, JANUARY).amounts, [uint64(1_076), 215, 0, 0, 0, 0], "amounts");
        assertEq(billing.linesOf(DAVE, JANUARY).length, 4, "lines");
    }

    function test_Issue_AccountWithoutElectricity_HasOneLine() external {
        issue(EVE, JANUARY);
        assertAmounts(billing.billOf(EVE, JANUARY).amounts, [uint64(0), 0, 390, 0, 0, 0], "amounts");
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
        bytes32[] memory all = everybody();
        volumes.fix(houseOne, JANUARY);
        volumes.fix(houseTwo, JANUARY);
        volumes.fix(heatOfHouseOne, JANUARY);
        uint64[6][] memory expected = new uint64[6][](5);
        for (uint256 i = 0; i < 5; ++i) expected[i] = amountsOf(billing.linesOf(all[i], JANUARY));

        bytes32[] memory first = new bytes32[](firstBatch % 6);
        bytes32[] memory second = new bytes32[](5 - first.length);
        bytes32[] memory order = _shuffled(all, seed);
        for (uint256 i = 0; i < 5; ++i) {
            if (i < first.length) first[i] = order[i];
            else second[i - first.length] = order[i];
        }
        billing.issue(first, JANUARY);
        billing.issue(second, JANUARY);
        for (uint256 i = 0; i < 5; ++i) {
            assertAmounts(billing.billOf(all[i], JANUARY).amounts, expected[i], "amounts");
            assertAmounts(amountsOf(billing.linesOf(all[i], JANUARY)), expected[i], "lines afterwards");
        }
    }

    /// @dev An account that begins before its house has bills of nothing until then, and takes part in the division from the start.
    function test_Issue_PeriodBeforeTheHouse_IsABillOfZero() external {
        bytes32 frank = _openFrank(JANUARY - 1);
        issue(frank, JANUARY - 1);
        assertEq(billing.billOf(frank, JANUARY - 1).total, 0, "total");
        assertTrue(billing.billOf(frank, JANUARY - 1).issued, "a bill of zero is a bill");
        assertEq(billing.linesOf(frank, JANUARY - 1).length, 0, "no line");
        issue(frank, JANUARY);
        // 24,000 kcal - floor(24,000 × 15,405 / 25,405).
        assertEq(billing.linesOf(frank, JANUARY)[0].quantity, 9_447, "his share");
    }

    /// @dev No reading says that such a period is over: the clock does. Frank's house begins in March, it is 1 February.
    function test_Issue_RevertWhen_PeriodBeforeTheHouse_NotOverByTheClock() external {
        uint32 segment = openSegment(IMeterRegistry.Kind.Heat, ledger.firstHourOf(FEBRUARY + 1));
        uint32 house = addGroup(segment, 0);
        openAccount(
            "frank",
            IAccountBook.Premises(0, 0, house, 0, 1_000),
            FEBRUARY,
            termsOf(1, IAccountBook.Heating.House)
        );
        vm.warp(uint256(ledger.firstHourOf(FEBRUARY + 1)) * 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, bytes32("frank"), FEBRUARY));
        issue("frank", FEBRUARY);
        vm.warp(block.timestamp + 1);
        issue("frank", FEBRUARY);
        assertEq(billing.billOf("frank", FEBRUARY).total, 0, "nothing");
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
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_AreaInUse.selector, heatOfHouseOne));
        vm.prank(REGISTRAR);
        accounts.openAccount(
            "frank",
            IAccountBook.Premises(0, 0, heatOfHouseOne, 0, 10_000),
            JANUARY,
            termsOf(1, IAccountBook.Heating.House)
        );
    }

    function test_Issue_SecondAccountOfAGroup_FixesNothingAgain() external {
        issue(ALICE, JANUARY);
        vm.recordLogs();
        issue(BOB, JANUARY);
        assertEq(vm.getRecordedLogs().length, 1, "BillIssued alone");
    }

    function test_Fix_FixesVolumesAndNotAreas() external {
        volumes.fix(houseOne, JANUARY);
        assertTrue(!billing.isGroupBilled(houseOne), "areas are free");
        issue(ALICE, JANUARY);
        _assertQuantities(ALICE, 6_000, 702 + 351, 7_041);
    }

    function test_Issue_RevertWhen_ThirteenPeriodsBehind() external {
        bytes32 frank = _openFrank(JANUARY + 12);
        _pretendAllPeriodsAreOver();
        vm.expectRevert(
            abi.encodeWithSelector(
                IVolumeBook.VolumeBook_TooManyPeriods.selector,
                heatOfHouseOne,
                JANUARY,
                JANUARY + 12
            )
        );
        issue(frank, JANUARY + 12);
        volumes.fix(heatOfHouseOne, JANUARY + 11);
        issue(frank, JANUARY + 12);
        assertTrue(billing.billOf(frank, JANUARY + 12).issued, "issued");
    }

    function test_Issue_TwelvePeriodsBehind_CatchesUp() external {
        bytes32 frank = _openFrank(JANUARY + 11);
        _pretendAllPeriodsAreOver();
        issue(frank, JANUARY + 11);
        assertTrue(billing.billOf(frank, JANUARY + 11).issued, "issued");
    }

    /// @dev A house with so many gaps that one call of `fix` is not enough.
    function test_Issue_RevertWhen_FixIsNotDone() external {
        vm.mockCall(address(volumes), abi.encodeCall(IVolumeBook.fix, (houseTwo, JANUARY)), abi.encode(JANUARY));
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, houseTwo, JANUARY));
        issue(DAVE, JANUARY);
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
        billing.recalculate(only(ALICE), JANUARY);
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
        bytes32[] memory hundred = new bytes32[](100);
        for (uint256 i = 0; i < 100; ++i) hundred[i] = ALICE;
        billing.issue(hundred, JANUARY);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_TooManyAccounts.selector, 101, 100));
        billing.issue(new bytes32[](101), JANUARY);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_TooManyAccounts.selector, 101, 100));
        billing.recalculate(new bytes32[](101), JANUARY);
    }

    function test_Issue_RevertWhen_UnknownAccount() external {
        bytes memory expected = abi.encodeWithSelector(
            IAccountBook.AccountBook_UnknownAccount.selector,
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

    /// @dev One period is as much too early as seven are.
    function test_Issue_RevertWhen_OneEarlierPeriodNotBilled() external {
        issue(ALICE, JANUARY);
        vm.expectRevert(
            abi.encodeWithSelector(IBilling.Billing_EarlierPeriodNotBilled.selector, ALICE, FEBRUARY + 1, FEBRUARY)
        );
        issue(ALICE, FEBRUARY + 1);
    }

    function test_Issue_RevertWhen_PeriodNotOver() external {
        issue(DAVE, JANUARY);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, DAVE, FEBRUARY));
        issue(DAVE, FEBRUARY);
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, houseTwo, FEBRUARY));
        billing.linesOf(DAVE, FEBRUARY);
    }

    function test_Issue_RevertWhen_NoTariff() external {
        TariffBook empty = new TariffBook(address(manager), ledger);
        Charges computing = new Charges(registry, ledger, empty, accounts, volumes, incidents);
        Billing fresh = new Billing(address(manager), empty, accounts, computing);
        fresh.connect(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY));
        fresh.issue(only(ALICE), JANUARY);
    }

    function test_Issue_RevertWhen_AmountTooLarge() external {
        ITariffBook.Tariff memory absurd = usualTariff(JANUARY);
        // 4,000 Wh at 2^40 × 2,500 micro-roubles per kWh is 2^40 kopecks; a hair less is one kopeck less. The night is free.
        absurd.electricityPrices[3] = (1 << 40) * 2_500;
        absurd.electricityPrices[6] = 0;
        _pretendTariff(absurd);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_AmountTooLarge.selector, ALICE, uint256(1 << 40)));
        issue(ALICE, JANUARY);
        absurd.electricityPrices[3] -= 1_251;
        _pretendTariff(absurd);
        issue(ALICE, JANUARY);
        assertEq(billing.billOf(ALICE, JANUARY).amounts[0], (1 << 40) - 1, "the largest amount");
    }

    /// @dev A penalty that would not fit is refused by name.
    function test_Issue_RevertWhen_PenaltyTooLarge() external {
        uint256[] memory words = new uint256[](1);
        words[0] = 1 << 40;
        vm.mockCall(address(settlement), abi.encodeWithSelector(ISettlement.takePenalties.selector), abi.encode(words));
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_AmountTooLarge.selector, ALICE, uint256(1 << 40)));
        issue(ALICE, JANUARY);
    }

    /// @dev VAT is contained in the 4,922 kopecks of the charges (887.57), not in a penalty.
    function test_Issue_PenaltyBearsNoVat() external {
        uint256[] memory words = new uint256[](1);
        words[0] = 10_000;
        vm.mockCall(address(settlement), abi.encodeWithSelector(ISettlement.takePenalties.selector), abi.encode(words));
        vm.recordLogs();
        issue(ALICE, JANUARY);
        (uint64 total, uint64 vat, ) = _lastIssued();
        assertEq(total, 4_922 + 10_000, "total");
        assertEq(vat, 888, "VAT");
    }

    /// @dev Penalties that have come due are lines of the next bill, owed to whom the principal was.
    function test_Issue_TakesPenalties() external {
        issue(ALICE, JANUARY);
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(0), 0, 0, 0, 0, 0], 0, 0));
        recordPeriod(heatSegment, FEBRUARY, heatHour(0));
        // 31 days late: a day of 26.90, 4.72 and 17.60 at 9.5 % / 300 is 0.0085, 0.0015 and 0.0056 roubles.
        vm.warp((uint256(DUE_FEBRUARY) + 31) * 1 days);
        settlement.accruePenalties(only(ALICE));
        vm.recordLogs();
        issue(ALICE, FEBRUARY);
        (, , uint256[] memory words) = _lastIssued();
        assertEq(words.length, 2, "lines");
        _assertPenalty(words[0], IBilling.Service.ElectricityPenalty, POWER, 1);
        _assertPenalty(words[1], IBilling.Service.HeatingPenalty, HEAT, 1);
        assertAmounts(billing.billOf(ALICE, FEBRUARY).amounts, [uint64(0), 0, 0, 1, 0, 1], "amounts");
        assertEq(billing.chargedOf(ALICE, FEBRUARY), [uint64(0), 0, 0], "a penalty is not a charge");
        assertEq(settlement.pendingPenaltyOf(ALICE), [uint64(0), 0, 0], "taken");
        fundAndPay(ALICE, 4_924);
        assertEq(settlement.balanceOf(POWER), 2_691, "the penalty is the provider's");
        assertConserved();
    }

    function _openFrank(uint16 firstPeriod) private returns (bytes32) {
        IAccountBook.Premises memory premises = IAccountBook.Premises(0, 0, heatOfHouseOne, 0, 10_000);
        openAccount("frank", premises, firstPeriod, termsOf(1, IAccountBook.Heating.House));
        return "frank";
    }

    function _freshBilling() private returns (Billing) {
        return new Billing(address(manager), tariffs, accounts, charges);
    }

    function _lastIssued() private returns (uint64 total, uint64 vat, uint256[] memory lines) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBilling.BillIssued.selector) continue;
            (total, vat, , lines) = abi.decode(logs[i].data, (uint64, uint64, uint32, uint256[]));
        }
    }

    function _assertPenalty(uint256 word, IBilling.Service service, uint16 provider, int64 amount) private pure {
        IBilling.Line memory expected;
        (expected.service, expected.kind, expected.period) = (service, IBilling.LineKind.Penalty, FEBRUARY);
        (expected.provider, expected.amount) = (provider, amount);
        assertEq(abi.encode(Lines.unpack(word)), abi.encode(expected), "penalty");
    }

    function _house(uint64 peak, uint64 halfPeak, uint64 night) private pure returns (IVolumeBook.House memory house) {
        house.shared = [peak, halfPeak, night];
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

    function _assertQuantities(bytes32 account, uint64 own, uint64 common, uint64 heat) private view {
        assertEq(quantityOf(account, JANUARY, IBilling.Service.Electricity), own, "electricity");
        assertEq(quantityOf(account, JANUARY, IBilling.Service.CommonNeeds), common, "common needs");
        assertEq(quantityOf(account, JANUARY, IBilling.Service.Heating), heat, "heating");
    }

    function _shuffled(bytes32[] memory all, uint256 seed) private pure returns (bytes32[] memory order) {
        order = new bytes32[](all.length);
        for (uint256 i = 0; i < order.length; ++i) order[i] = all[i];
        for (uint256 i = order.length - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
