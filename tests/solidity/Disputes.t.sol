// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Refunds, and disputes of lines in every way they can go
/// @dev Alice owes 2,690 to POWER, 472 to HOUSE and 1,760 to HEAT: 4,922 kopecks; in February, which is longer, more.
contract DisputesTest is MoneyFixture {
    address private constant HOLDER = address(0x5001);
    IBilling.Service private constant HEATING = IBilling.Service.Heating;
    uint64 private constant TOTAL = 4_922;
    bytes32 private constant CLAIM = "claim";

    uint40 private _deadline;

    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
        recordJanuary();
        issueAll(JANUARY);
        setHolder(ALICE, HOLDER);
        _deadline = uint40(block.timestamp + 30 days);
    }

    function test_SetHolder_IsKeptAndTold() external {
        vm.expectEmit(address(accounts));
        emit IAccountBook.HolderChanged(BOB, HOLDER);
        setHolder(BOB, HOLDER);
        assertEq(accounts.holderOf(BOB), HOLDER, "holder");
        setHolder(BOB, address(0));
        assertEq(accounts.holderOf(BOB), address(0), "nobody");
    }

    function test_SetHolder_RevertWhen_UnknownAccount() external {
        bytes32 nobody = "nobody";
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, nobody));
        setHolder(nobody, HOLDER);
    }

    function test_Refund_GivesCreditBack() external {
        fundAndPay(ALICE, TOTAL + 500);
        vm.expectEmit(address(settlement));
        emit ISettlement.Refunded(ALICE, STRANGER, 300);
        vm.expectEmit(address(settlement));
        emit ISettlement.CreditChanged(ALICE, 200);
        vm.prank(HOLDER);
        settlement.refund(ALICE, 300, STRANGER);
        assertEq(rouble.balanceOf(STRANGER), 300, "roubles");
        assertEq(settlement.creditOf(ALICE), 200, "credit");
        assertEq(settlement.totalCredits(), 200, "all credits");
        assertConserved();
    }

    /// @dev Credit beside a debt is there where a payment met more bills than a call pays: it pays them before it is given back.
    function test_Refund_PaysBillsFirst() external {
        IBilling.Bill memory bill;
        (bill.issued, bill.dueOn, bill.total, bill.amounts[0]) = (true, DUE_MARCH, 10, 10);
        for (uint16 i = 1; i <= 30; ++i) {
            vm.mockCall(address(billing), abi.encodeCall(IBilling.billOf, (ALICE, JANUARY + i)), abi.encode(bill));
        }
        fundAndPay(ALICE, TOTAL + 305);
        assertEq(settlement.creditOf(ALICE), 75, "after 24 bills");
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.Settlement_InsufficientCredit.selector, ALICE, uint64(75), uint64(5))
        );
        vm.prank(HOLDER);
        settlement.refund(ALICE, 75, HOLDER);
        vm.prank(HOLDER);
        settlement.refund(ALICE, 5, HOLDER);
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertConserved();
    }

    function test_Refund_RevertWhen_NotHolder() external {
        fundAndPay(ALICE, TOTAL + 500);
        bytes memory refusal = abi.encodeWithSelector(ISettlement.Settlement_NotHolder.selector, ALICE, PAYER);
        vm.expectRevert(refusal);
        vm.prank(PAYER);
        settlement.refund(ALICE, 1, PAYER);
        // An account without a holder is nobody's, and not that of the zero address.
        fundAndPay(BOB, 100_000);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotHolder.selector, BOB, PAYER));
        vm.prank(PAYER);
        settlement.refund(BOB, 1, PAYER);
    }

    function test_Refund_RevertWhen_ZeroAmountOrNobody() external {
        fundAndPay(ALICE, TOTAL + 500);
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        vm.prank(HOLDER);
        settlement.refund(ALICE, 0, HOLDER);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(HOLDER);
        settlement.refund(ALICE, 1, address(0));
    }

    function test_Dispute_IsKeptAndTold() external {
        vm.expectEmit(address(settlement));
        emit ISettlement.DisputeOpened(ALICE, JANUARY, HEATING, 1_000, _deadline, CLAIM);
        _dispute(HEATING, 1_000);
        ISettlement.LineDispute memory found = settlement.disputeOf(ALICE, JANUARY, HEATING);
        assertTrue(found.state == ISettlement.DisputeState.Open, "state");
        assertEq(found.amount, 1_000, "amount");
        assertEq(found.escrow, 0, "escrow");
        assertEq(found.conceded, 0, "conceded");
        assertEq(found.deadline, _deadline, "deadline");
        assertEq(settlement.debtOf(ALICE), TOTAL, "the debt stands");
    }

    /// @dev 3,922 are not disputed and settle at once; what is over is held. Of heating 760 are not disputed.
    function test_Pay_UndisputedSettlesAtOnce_TheRestIsHeld() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL - 1_000);
        _assertBalances(2_690, 472, 760);
        assertEq(settlement.totalEscrow(), 0, "nothing is held yet");
        assertEq(settlement.debtOf(ALICE), 1_000, "the disputed part");

        fund(PAYER, 400);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentEscrowed(ALICE, JANUARY, [uint64(0), 0, 400, 0, 0, 0]);
        vm.prank(PAYER);
        settlement.pay(ALICE, 400);
        _assertBalances(2_690, 472, 760);
        assertEq(settlement.totalEscrow(), 400, "escrow");
        assertEq(settlement.disputeOf(ALICE, JANUARY, HEATING).escrow, 400, "escrow of the line");
        assertEq(settlement.paidOf(ALICE, JANUARY)[2], 1_160, "paid, escrow included");
        assertEq(settlement.debtOf(ALICE), 600, "debt");
        assertConserved();
    }

    /// @dev In part: of the undisputed 3,922 by largest remainder, as if the disputed 1,000 were not there.
    function test_Pay_InPart_LeavesTheDisputedOut() external {
        _dispute(HEATING, 1_760);
        fundAndPay(ALICE, 1_581);
        // 1,581 of 3,162: half of 2,690 and 472.
        assertAmounts(settlement.paidOf(ALICE, JANUARY), [uint64(1_345), 236, 0, 0, 0, 0], "paid");
    }

    /// @dev The next bill's undisputed lines come before the disputed part of the bill before.
    function test_Pay_NextBillBeforeTheDisputedPart() external {
        _dispute(HEATING, 1_760);
        _billFebruary();
        uint64 february = billing.billOf(ALICE, FEBRUARY).total;
        fundAndPay(ALICE, TOTAL - 1_760 + february);
        assertAmounts(settlement.paidOf(ALICE, FEBRUARY), billing.billOf(ALICE, FEBRUARY).amounts, "February");
        assertEq(settlement.totalEscrow(), 0, "nothing is held");
        fundAndPay(ALICE, 1_761);
        assertEq(settlement.totalEscrow(), 1_760, "then it is");
        assertEq(settlement.creditOf(ALICE), 1, "credit");
        assertConserved();
    }

    /// @dev Several disputed lines of a bill share what is over by largest remainder, too.
    function test_Pay_SeveralDisputedLines_ShareTheEscrow() external {
        _dispute(HEATING, 300);
        _dispute(IBilling.Service.Electricity, 100);
        fundAndPay(ALICE, TOTAL - 400 + 40);
        assertEq(settlement.disputeOf(ALICE, JANUARY, HEATING).escrow, 30, "heating");
        assertEq(settlement.disputeOf(ALICE, JANUARY, IBilling.Service.Electricity).escrow, 10, "electricity");
        assertConserved();
    }

    function test_Concede_InFull_EscrowBecomesCredit() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL);
        vm.expectEmit(address(settlement));
        emit ISettlement.DisputeConceded(ALICE, JANUARY, HEATING, 1_000, 1_000, ISettlement.DisputeState.Conceded);
        vm.expectEmit(address(settlement));
        emit ISettlement.CreditChanged(ALICE, 1_000);
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1_000);
        _assertEnded(ISettlement.DisputeState.Conceded, 1_000);
        assertEq(settlement.creditOf(ALICE), 1_000, "credit");
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertEq(settlement.paidOf(ALICE, JANUARY)[2], 760, "paid of the line");
        _assertBalances(2_690, 472, 760);
    }

    /// @dev Of 1,000 with 900 in escrow: after a concession of 300 the other 700 are disputed still and held.
    function test_Concede_InPart_TheRestStaysDisputed() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL - 100);
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 300);
        ISettlement.LineDispute memory found = settlement.disputeOf(ALICE, JANUARY, HEATING);
        assertTrue(found.state == ISettlement.DisputeState.Open, "still open");
        assertEq(found.amount, 700, "amount");
        assertEq(found.escrow, 700, "escrow");
        assertEq(found.conceded, 300, "conceded");
        assertEq(settlement.creditOf(ALICE), 200, "credit");
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertConserved();

        vm.prank(HEAT_PAYEE);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
        _assertEnded(ISettlement.DisputeState.Rejected, 300);
        _assertBalances(2_690, 472, 1_460);
        assertEq(settlement.creditOf(ALICE), 200, "credit stays");
    }

    /// @dev What a concession sets free pays the next bill at once.
    function test_Concede_ReleasedEscrowPaysTheNextBill() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL);
        _billFebruary();
        uint64 february = billing.billOf(ALICE, FEBRUARY).total;
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1_000);
        assertEq(settlement.creditOf(ALICE), 0, "credit");
        assertEq(settlement.debtOf(ALICE), february - 1_000, "debt");
        assertConserved();
    }

    function test_Concede_NothingPaid_ReducesTheLine() external {
        _dispute(HEATING, 1_000);
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1_000);
        assertEq(settlement.debtOf(ALICE), TOTAL - 1_000, "debt");
        fundAndPay(ALICE, TOTAL - 1_000);
        _assertBalances(2_690, 472, 760);
        assertEq(settlement.debtOf(ALICE), 0, "paid");
        _assertEnded(ISettlement.DisputeState.Conceded, 1_000);
    }

    function test_Reject_EscrowGoesToTheProvider() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL - 600);
        vm.expectEmit(address(settlement));
        emit ISettlement.DisputeClosed(ALICE, JANUARY, HEATING, 400, ISettlement.DisputeState.Rejected, "reasons");
        vm.prank(HEAT_PAYEE);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
        _assertEnded(ISettlement.DisputeState.Rejected, 0);
        _assertBalances(2_690, 472, 1_160);
        assertEq(settlement.debtOf(ALICE), 600, "the line stands");
        fundAndPay(ALICE, 600);
        _assertBalances(2_690, 472, 1_760);
        assertEq(settlement.debtOf(ALICE), 0, "paid");
    }

    function test_WithdrawDispute_EscrowGoesToTheProvider() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL);
        vm.expectEmit(address(settlement));
        emit ISettlement.DisputeClosed(ALICE, JANUARY, HEATING, 1_000, ISettlement.DisputeState.Withdrawn, 0);
        vm.prank(HOLDER);
        settlement.withdrawDispute(ALICE, JANUARY, HEATING);
        _assertEnded(ISettlement.DisputeState.Withdrawn, 0);
        _assertBalances(2_690, 472, 1_760);
    }

    function test_SettleDispute_ProviderSilent_DecidedForTheHolder() external {
        _dispute(HEATING, 1_000);
        fundAndPay(ALICE, TOTAL);
        vm.warp(uint256(_deadline) + 1);
        vm.expectEmit(address(settlement));
        emit ISettlement.DisputeConceded(ALICE, JANUARY, HEATING, 1_000, 1_000, ISettlement.DisputeState.Defaulted);
        vm.prank(STRANGER);
        settlement.settleDispute(ALICE, JANUARY, HEATING);
        _assertEnded(ISettlement.DisputeState.Defaulted, 1_000);
        assertEq(settlement.creditOf(ALICE), 1_000, "credit");
        assertEq(settlement.debtOf(ALICE), 0, "debt");
    }

    /// @dev Money never locks: from every state of a dispute a stranger alone brings all of it to an end, and out of the contract.
    /// Nothing paid, paid in part, paid in full, conceded in part; the provider silent for ever, its payee changed or not.
    function test_EveryState_EndsWithoutTheProvider() external {
        for (uint256 state = 0; state < 4; ++state) {
            bytes32 account = everybody()[state];
            setHolder(account, HOLDER);
            uint64 total = billing.billOf(account, JANUARY).total;
            IBilling.Service service = account == DAVE ? IBilling.Service.Electricity : HEATING;
            uint64 amount = billing.billOf(account, JANUARY).amounts[uint256(service)];
            vm.prank(HOLDER);
            settlement.dispute(account, JANUARY, service, amount, CLAIM);
            if (state == 1) fundAndPay(account, total - amount / 2);
            if (state >= 2) fundAndPay(account, total);
            if (state == 3) {
                vm.prank(POWER_PAYEE);
                settlement.concede(account, JANUARY, service, 1);
            }
        }
        vm.warp(uint256(_deadline) + 1);
        for (uint256 state = 0; state < 4; ++state) {
            bytes32 account = everybody()[state];
            IBilling.Service service = account == DAVE ? IBilling.Service.Electricity : HEATING;
            vm.prank(STRANGER);
            settlement.settleDispute(account, JANUARY, service);
            uint64 credit = settlement.creditOf(account);
            if (credit == 0) continue;
            vm.prank(HOLDER);
            settlement.refund(account, credit, HOLDER);
        }
        assertEq(settlement.totalEscrow(), 0, "escrow");
        assertEq(settlement.totalCredits(), 0, "credits");
        uint16[3] memory providers = [POWER, HOUSE, HEAT];
        for (uint256 i = 0; i < 3; ++i) {
            uint64 balance = settlement.balanceOf(providers[i]);
            if (balance == 0) continue;
            vm.prank(tariffs.payeeOf(providers[i]));
            settlement.withdraw(providers[i], balance);
        }
        assertEq(rouble.balanceOf(address(settlement)), 0, "nothing is left behind");
    }

    /// @dev A pause of bills and readings does not stop any way out.
    function test_Paused_NoExitIsStopped() external {
        _dispute(HEATING, 1_000);
        _dispute(IBilling.Service.Electricity, 100);
        vm.startPrank(GUARDIAN);
        billing.setPaused(true);
        ledger.setPaused(true);
        vm.stopPrank();
        fundAndPay(ALICE, TOTAL + 5);
        vm.prank(HOLDER);
        settlement.withdrawDispute(ALICE, JANUARY, IBilling.Service.Electricity);
        vm.warp(uint256(_deadline) + 1);
        settlement.settleDispute(ALICE, JANUARY, HEATING);
        vm.prank(HOLDER);
        settlement.refund(ALICE, 1_005, HOLDER);
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 760);
        assertConserved();
    }

    function test_Dispute_RevertWhen_NotHolder() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotHolder.selector, ALICE, STRANGER));
        vm.prank(STRANGER);
        settlement.dispute(ALICE, JANUARY, HEATING, 1, CLAIM);
        _dispute(HEATING, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotHolder.selector, ALICE, HEAT_PAYEE));
        vm.prank(HEAT_PAYEE);
        settlement.withdrawDispute(ALICE, JANUARY, HEATING);
    }

    function test_Dispute_RevertWhen_ZeroAmount() external {
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        settlement.dispute(ALICE, JANUARY, HEATING, 0, CLAIM);
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        settlement.concede(ALICE, JANUARY, HEATING, 0);
    }

    function test_Dispute_RevertWhen_NotIssued() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotIssued.selector, ALICE, FEBRUARY));
        vm.prank(HOLDER);
        settlement.dispute(ALICE, FEBRUARY, HEATING, 1, CLAIM);
    }

    /// @dev What is paid is no longer disputed here.
    function test_Dispute_RevertWhen_AboveOutstanding() external {
        vm.expectRevert(_tooLarge(1_761, 1_760));
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, HEATING, 1_761, CLAIM);
        fundAndPay(ALICE, TOTAL);
        vm.expectRevert(_tooLarge(1, 0));
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, HEATING, 1, CLAIM);
    }

    function test_Dispute_RevertWhen_DisputedBefore() external {
        _dispute(HEATING, 1_000);
        bytes4 selector = ISettlement.Settlement_AlreadyDisputed.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, ALICE, JANUARY, HEATING, ISettlement.DisputeState.Open));
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, HEATING, 1, CLAIM);
        vm.prank(HEAT_PAYEE);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
        vm.expectRevert(abi.encodeWithSelector(selector, ALICE, JANUARY, HEATING, ISettlement.DisputeState.Rejected));
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, HEATING, 1, CLAIM);
    }

    function test_Concede_RevertWhen_AboveWhatIsDisputed() external {
        _dispute(HEATING, 1_000);
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1);
        vm.expectRevert(_tooLarge(1_000, 999));
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1_000);
    }

    /// @dev Neither a stranger nor another provider's payee answers.
    function test_Answer_RevertWhen_NotPayee() external {
        _dispute(HEATING, 1_000);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotPayee.selector, HEAT, POWER_PAYEE));
        vm.prank(POWER_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotPayee.selector, HEAT, STRANGER));
        vm.prank(STRANGER);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
    }

    /// @dev The deadline's own second is the provider's.
    function test_Deadline_Boundary() external {
        _dispute(HEATING, 1_000);
        _dispute(IBilling.Service.Electricity, 100);
        vm.warp(_deadline);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_DeadlineNotOver.selector, _deadline));
        settlement.settleDispute(ALICE, JANUARY, HEATING);
        vm.prank(POWER_PAYEE);
        settlement.reject(ALICE, JANUARY, IBilling.Service.Electricity, "reasons");

        vm.warp(uint256(_deadline) + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_DeadlineOver.selector, _deadline));
        vm.prank(HEAT_PAYEE);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
        settlement.settleDispute(ALICE, JANUARY, HEATING);
    }

    function test_End_RevertWhen_NotOpen() external {
        _expectNotDisputed(ISettlement.DisputeState.None);
        _dispute(HEATING, 1_000);
        vm.prank(HOLDER);
        settlement.withdrawDispute(ALICE, JANUARY, HEATING);
        _expectNotDisputed(ISettlement.DisputeState.Withdrawn);
    }

    /// @dev Whatever is disputed, paid and conceded: the books hold, and the line ends paid or conceded, to the kopeck.
    function testFuzz_Dispute_AnyAmounts_LineEndsWhole(
        uint16 disputedSeed,
        uint16 paidSeed,
        uint16 concededSeed,
        uint8 end
    ) external {
        uint64 amount = uint64(bound(disputedSeed, 1, 1_760));
        _dispute(HEATING, amount);
        fundAndPay(ALICE, uint64(bound(paidSeed, 1, TOTAL + 100)));
        uint64 conceded = uint64(bound(concededSeed, 1, amount));
        vm.prank(HEAT_PAYEE);
        settlement.concede(ALICE, JANUARY, HEATING, conceded);
        assertConserved();
        if (conceded < amount) {
            if (end % 3 == 0) vm.warp(uint256(_deadline) + 1);
            vm.prank(end % 3 == 1 ? HEAT_PAYEE : HOLDER);
            if (end % 3 == 0) settlement.settleDispute(ALICE, JANUARY, HEATING);
            else if (end % 3 == 1) settlement.reject(ALICE, JANUARY, HEATING, "reasons");
            else settlement.withdrawDispute(ALICE, JANUARY, HEATING);
            assertConserved();
        }
        uint64 debt = settlement.debtOf(ALICE);
        if (debt != 0) fundAndPay(ALICE, debt);
        ISettlement.LineDispute memory found = settlement.disputeOf(ALICE, JANUARY, HEATING);
        assertEq(settlement.paidOf(ALICE, JANUARY)[2] + found.conceded, 1_760, "paid or conceded");
        assertEq(settlement.balanceOf(HEAT), 1_760 - found.conceded, "the provider's");
        assertEq(settlement.totalEscrow(), 0, "escrow");
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertConserved();
    }

    function _dispute(IBilling.Service service, uint64 amount) private {
        vm.prank(HOLDER);
        settlement.dispute(ALICE, JANUARY, service, amount, CLAIM);
    }

    function _expectNotDisputed(ISettlement.DisputeState state) private {
        bytes memory refusal = abi.encodeWithSelector(
            ISettlement.Settlement_NotDisputed.selector,
            ALICE,
            JANUARY,
            HEATING,
            state
        );
        vm.expectRevert(refusal);
        settlement.settleDispute(ALICE, JANUARY, HEATING);
        vm.expectRevert(refusal);
        settlement.withdrawDispute(ALICE, JANUARY, HEATING);
        vm.expectRevert(refusal);
        settlement.concede(ALICE, JANUARY, HEATING, 1);
        vm.expectRevert(refusal);
        settlement.reject(ALICE, JANUARY, HEATING, "reasons");
    }

    function _billFebruary() private {
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(300), 200, 400, 250, 180, 330], 120, 100));
        recordPeriod(heatSegment, FEBRUARY, heatHour(1_000));
        issueAll(FEBRUARY);
    }

    function _assertEnded(ISettlement.DisputeState state, uint64 conceded) private view {
        ISettlement.LineDispute memory found = settlement.disputeOf(ALICE, JANUARY, HEATING);
        assertTrue(found.state == state, "state");
        assertEq(found.amount, 0, "nothing is disputed");
        assertEq(found.escrow, 0, "nothing is held");
        assertEq(found.conceded, conceded, "conceded");
        assertEq(settlement.totalEscrow(), 0, "all escrow");
        assertConserved();
    }

    function _assertBalances(uint64 power, uint64 house, uint64 heat) private view {
        assertEq(settlement.balanceOf(POWER), power, "power");
        assertEq(settlement.balanceOf(HOUSE), house, "house");
        assertEq(settlement.balanceOf(HEAT), heat, "heat");
    }

    function _tooLarge(uint64 amount, uint64 limit) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ISettlement.Settlement_AmountTooLarge.selector,
                ALICE,
                JANUARY,
                HEATING,
                amount,
                limit
            );
    }
}
