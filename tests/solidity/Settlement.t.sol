// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {MoneyFixture} from "./MoneyFixture.sol";
import {ReentrantToken} from "./ReentrantToken.sol";

/// @title Payments, credit and withdrawals over the hand-worked bills of January
/// @dev Alice owes 2,690 to POWER, 472 to HOUSE and 1,760 to HEAT: 4,922 kopecks. From February on HEAT2 heats.
contract SettlementTest is MoneyFixture {
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant PAYER_KEY = 0xFEE;
    uint16 private constant HEAT2 = 14;
    address private constant HEAT2_PAYEE = address(0x2014);

    uint32 private houseThree;

    function setUp() public {
        deployCity();
        openHouses();
        houseThree = addGroup(openSegment(IMeterRegistry.Kind.Electricity, SHORT_START), 1);
        registerProviders();
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(HEAT2, HEAT2_PAYEE);
        publish(usualTariff(JANUARY));
        ITariffBook.Tariff memory second = usualTariff(FEBRUARY);
        second.heatProvider = HEAT2;
        publish(second);
        recordJanuary();
        issueAll(JANUARY);
    }

    function test_Pay_InFull_EachProviderGetsItsLines() external {
        fund(PAYER, 4_922);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(ALICE, PAYER, 4_922);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentAllocated(ALICE, JANUARY, [uint64(2_690), 472, 1_760, 0, 0, 0]);
        vm.prank(PAYER);
        settlement.pay(ALICE, 4_922);

        _assertBalances(2_690, 472, 1_760);
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertEq(settlement.creditOf(ALICE), 0, "credit");
        assertEq(settlement.totalProviderBalances(), 4_922, "all providers");
        assertEq(rouble.balanceOf(PAYER), 0, "payer");
        assertConserved();
    }

    /// @dev 1,000 of 4,922: 546.53, 95.90, 357.58; two are over, for 0.90 and 0.58. Then the rest.
    function test_Pay_InPart_ByLargestRemainder() external {
        fundAndPay(ALICE, 1_000);
        assertAmounts(settlement.paidOf(ALICE, JANUARY), [uint64(546), 96, 358, 0, 0, 0], "first part");
        assertEq(settlement.debtOf(ALICE), 3_922, "debt");
        assertConserved();

        // Of what is outstanding: 2,144, 376, 1,402. 1 kopeck goes to the largest of them.
        fundAndPay(ALICE, 1);
        assertAmounts(settlement.paidOf(ALICE, JANUARY), [uint64(547), 96, 358, 0, 0, 0], "one kopeck");
        fundAndPay(ALICE, 3_921);
        assertAmounts(settlement.paidOf(ALICE, JANUARY), billing.billOf(ALICE, JANUARY).amounts, "in full");
        _assertBalances(2_690, 472, 1_760);
        assertConserved();
    }

    function test_Pay_TooMuch_BecomesCredit() external {
        fund(PAYER, 6_000);
        vm.expectEmit(address(settlement));
        emit ISettlement.CreditChanged(ALICE, 1_078);
        vm.prank(PAYER);
        settlement.pay(ALICE, 6_000);
        assertEq(settlement.creditOf(ALICE), 1_078, "credit");
        assertEq(settlement.totalCredits(), 1_078, "all credits");
        assertConserved();

        fundAndPay(ALICE, 22);
        assertEq(settlement.creditOf(ALICE), 1_100, "more of it");
        assertConserved();
    }

    function test_Pay_OldestBillFirst_ThenTheNext_ThenCredit() external {
        _billFebruary();
        uint64 january = billing.billOf(ALICE, JANUARY).total;
        uint64 february = billing.billOf(ALICE, FEBRUARY).total;
        assertEq(settlement.debtOf(ALICE), january + february, "debt");

        fundAndPay(ALICE, january - 1);
        assertAmounts(settlement.paidOf(ALICE, FEBRUARY), [uint64(0), 0, 0, 0, 0, 0], "nothing of February yet");
        fundAndPay(ALICE, 2);
        assertAmounts(settlement.paidOf(ALICE, JANUARY), billing.billOf(ALICE, JANUARY).amounts, "January");
        assertEq(settlement.debtOf(ALICE), february - 1, "one kopeck of February");
        fundAndPay(ALICE, february);
        assertEq(settlement.debtOf(ALICE), 0, "all");
        assertEq(settlement.creditOf(ALICE), 1, "credit");
        assertConserved();
    }

    /// @dev A line belongs to the provider of its period's tariff, whenever it is paid.
    function test_Pay_ProviderIsThatOfTheBillsPeriod() external {
        _billFebruary();
        uint64 january = billing.billOf(EVE, JANUARY).total;
        uint64 february = billing.billOf(EVE, FEBRUARY).total;
        fundAndPay(EVE, january + february);
        assertEq(settlement.balanceOf(HEAT), january, "January's provider");
        assertEq(settlement.balanceOf(HEAT2), february, "February's provider");
        assertConserved();
    }

    function test_Issue_UsesCreditOfThoseWhoHaveSome() external {
        fundAndPay(ALICE, 5_000);
        _billFebruary();
        assertEq(settlement.creditOf(ALICE), 0, "credit of 78 is used");
        assertEq(settlement.debtOf(ALICE), billing.billOf(ALICE, FEBRUARY).total - 78, "debt");
        assertEq(settlement.debtOf(BOB), billing.billOf(BOB, FEBRUARY).total + _totalOfJanuary(BOB), "Bob");
        assertConserved();
    }

    function test_Pay_BeforeAnyBill_IsCredit() external {
        openAccount("frank", houseThree, 3, 0, 1_000);
        fundAndPay("frank", 700);
        assertEq(settlement.creditOf("frank"), 700, "credit");
        assertEq(settlement.debtOf("frank"), 0, "debt");
        assertConserved();
    }

    function test_Pay_BillOfZero_IsPassedOver() external {
        _pretendBill(ALICE, FEBRUARY, 0);
        _pretendBill(ALICE, FEBRUARY + 1, 50);
        fundAndPay(ALICE, 4_922 + 50);
        assertAmounts(settlement.paidOf(ALICE, FEBRUARY + 1), [uint64(50), 0, 0, 0, 0, 0], "the bill after it");
        assertEq(settlement.creditOf(ALICE), 0, "credit");
    }

    /// @dev 30 bills of 10 kopecks after January's: one call pays 24 bills, the rest waits as credit.
    function test_Pay_ManyBills_TwentyFourACall() external {
        for (uint16 i = 1; i <= 30; ++i) _pretendBill(ALICE, JANUARY + i, 10);
        fundAndPay(ALICE, 4_922 + 300);
        assertEq(settlement.creditOf(ALICE), 300 - 23 * 10, "credit");
        assertEq(settlement.debtOf(ALICE), 70, "debt");
        settlement.applyCredit(only(ALICE));
        assertEq(settlement.creditOf(ALICE), 0, "credit used");
        assertEq(settlement.debtOf(ALICE), 0, "debt paid");
        assertConserved();
    }

    /// @dev 96 bills a call are shared among the accounts: of 48 names two bills each.
    function test_ApplyCredit_ManyAccounts_ShareTheBills() external {
        for (uint16 i = 1; i <= 30; ++i) _pretendBill(ALICE, JANUARY + i, 10);
        fundAndPay(ALICE, 4_922 + 300);
        bytes32[] memory batch = new bytes32[](48);
        batch[47] = ALICE;
        settlement.applyCredit(batch);
        assertEq(settlement.creditOf(ALICE), 50, "two bills");
        batch = new bytes32[](100);
        batch[0] = ALICE;
        settlement.applyCredit(batch);
        assertEq(settlement.creditOf(ALICE), 40, "one bill at least");
        assertConserved();
    }

    function test_ApplyCredit_NothingToUse_ChangesNothing() external {
        fundAndPay(ALICE, 5_000);
        vm.recordLogs();
        bytes32[] memory batch = new bytes32[](3);
        (batch[0], batch[1], batch[2]) = (ALICE, BOB, "nobody");
        settlement.applyCredit(batch);
        settlement.applyCredit(new bytes32[](0));
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(settlement.creditOf(ALICE), 78, "credit");
    }

    function test_PayWithPermit_NoAllowanceNeeded() external {
        (address payer, uint8 v, bytes32 r, bytes32 s) = _permit(4_922, block.timestamp);
        vm.prank(payer);
        settlement.payWithPermit(ALICE, 4_922, block.timestamp, v, r, s);
        assertEq(settlement.debtOf(ALICE), 0, "debt");
        assertConserved();
    }

    /// @dev Someone sees the payment in the pool and sends its permit first.
    function test_PayWithPermit_PermitAlreadyUsed_Pays() external {
        (address payer, uint8 v, bytes32 r, bytes32 s) = _permit(4_922, block.timestamp);
        vm.prank(STRANGER);
        rouble.permit(payer, address(settlement), 4_922, block.timestamp, v, r, s);
        vm.prank(payer);
        settlement.payWithPermit(ALICE, 4_922, block.timestamp, v, r, s);
        assertEq(settlement.debtOf(ALICE), 0, "debt");
    }

    /// @dev A permit is no order to pay: who is not its owner cannot pay with it.
    function test_PayWithPermit_RevertWhen_PermitOfAnother() external {
        (, uint8 v, bytes32 r, bytes32 s) = _permit(4_922, block.timestamp);
        vm.expectRevert(_insufficientAllowance(4_922));
        vm.prank(STRANGER);
        settlement.payWithPermit(ALICE, 4_922, block.timestamp, v, r, s);
    }

    function test_PayWithPermit_RevertWhen_Expired() external {
        (address payer, uint8 v, bytes32 r, bytes32 s) = _permit(4_922, block.timestamp - 1);
        vm.expectRevert(_insufficientAllowance(4_922));
        vm.prank(payer);
        settlement.payWithPermit(ALICE, 4_922, block.timestamp - 1, v, r, s);
    }

    function test_Pay_RevertWhen_NoAllowance() external {
        vm.expectRevert(_insufficientAllowance(1));
        vm.prank(STRANGER);
        settlement.pay(ALICE, 1);
    }

    function test_Pay_RevertWhen_NotEnoughTokens() external {
        vm.startPrank(STRANGER);
        rouble.approve(address(settlement), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, STRANGER, 0, 1));
        settlement.pay(ALICE, 1);
    }

    function test_Pay_RevertWhen_ZeroAmount() external {
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        settlement.pay(ALICE, 0);
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        settlement.payWithPermit(ALICE, 0, 0, 0, 0, 0);
        vm.expectRevert(ISettlement.Settlement_ZeroAmount.selector);
        vm.prank(POWER_PAYEE);
        settlement.withdraw(POWER, 0);
    }

    function test_Pay_RevertWhen_UnknownAccount() external {
        fund(PAYER, 1);
        bytes memory expected = abi.encodeWithSelector(
            ISettlement.Settlement_UnknownAccount.selector,
            bytes32("nobody")
        );
        vm.expectRevert(expected);
        vm.prank(PAYER);
        settlement.pay("nobody", 1);
        vm.expectRevert(expected);
        settlement.debtOf("nobody");
    }

    function test_ApplyCredit_RevertWhen_TooManyAccounts() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_TooManyAccounts.selector, 101, 100));
        settlement.applyCredit(new bytes32[](101));
    }

    function test_Withdraw_InParts() external {
        fundAndPay(ALICE, 4_922);
        vm.expectEmit(address(settlement));
        emit ISettlement.Withdrawn(HEAT, HEAT_PAYEE, 1_000);
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 1_000);
        assertEq(rouble.balanceOf(HEAT_PAYEE), 1_000, "payee");
        _assertBalances(2_690, 472, 760);
        assertConserved();
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 760);
        assertConserved();
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_InsufficientBalance.selector, HEAT, 1, 0));
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 1);
    }

    /// @dev Neither credits nor another provider's balance can be drawn.
    function test_Withdraw_RevertWhen_AboveOwnBalance() external {
        fundAndPay(ALICE, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.Settlement_InsufficientBalance.selector, HEAT, 1_761, 1_760)
        );
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 1_761);
    }

    function test_Withdraw_PayeeChanged_OldOneIsRefused() external {
        fundAndPay(ALICE, 4_922);
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(HEAT, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotPayee.selector, HEAT, HEAT_PAYEE));
        vm.prank(HEAT_PAYEE);
        settlement.withdraw(HEAT, 1);
        vm.prank(STRANGER);
        settlement.withdraw(HEAT, 1_760);
        assertConserved();
    }

    function testFuzz_Withdraw_RevertWhen_CallerNotPayee(address caller) external {
        if (caller == POWER_PAYEE) return;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotPayee.selector, POWER, caller));
        vm.prank(caller);
        settlement.withdraw(POWER, 1);
    }

    function test_Withdraw_RevertWhen_UnknownProvider() external {
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_UnknownProvider.selector, 99));
        settlement.withdraw(99, 1);
    }

    /// @dev A token that calls back into the settlement finds the books closed: the second withdrawal is refused.
    function test_Withdraw_TokenCallsBack_DrawsOnce() external {
        ReentrantToken token = new ReentrantToken(HEAT);
        Settlement other = new Settlement(address(manager), ledger, billing, tariffs, accounts, token);
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(HEAT, address(token));
        other.pay(ALICE, 4_922);
        token.withdrawTwice(other, 1_760);
        assertEq(
            token.answer(),
            abi.encodeWithSelector(ISettlement.Settlement_InsufficientBalance.selector, HEAT, 1_760, 0),
            "the second withdrawal"
        );
        assertEq(token.balanceOf(address(other)), 4_922 - 1_760, "tokens held");
    }

    /// @dev Any way to pay a bill in parts ends with the same: each line paid exactly, never above its amount on the way.
    function testFuzz_Pay_InAnyParts_EndsInFull(uint16[6] calldata seeds) external {
        uint64[6] memory owed = billing.billOf(ALICE, JANUARY).amounts;
        uint64 left = 4_922;
        for (uint256 i = 0; i < seeds.length && left > 0; ++i) {
            uint64 amount = uint64(bound(seeds[i], 1, left));
            fundAndPay(ALICE, amount);
            left -= amount;
            uint64[6] memory paid = settlement.paidOf(ALICE, JANUARY);
            for (uint256 line = 0; line < 6; ++line) assertTrue(paid[line] <= owed[line], "above its amount");
        }
        if (left > 0) fundAndPay(ALICE, left);
        assertAmounts(settlement.paidOf(ALICE, JANUARY), owed, "in full");
        _assertBalances(2_690, 472, 1_760);
        assertConserved();
    }

    function _billFebruary() private {
        recordPeriod(electricitySegment, FEBRUARY, electricityHour([uint24(300), 200, 400, 250, 180, 330], 120, 100));
        recordPeriod(heatSegment, FEBRUARY, heatHour(1_000));
        issueAll(FEBRUARY);
    }

    /// @dev Lets Billing answer that a bill was issued: what would take years of recorded hours.
    function _pretendBill(bytes32 account, uint16 period, uint64 total) private {
        IBilling.Bill memory bill;
        (bill.issued, bill.dueOn, bill.total, bill.amounts[0]) = (true, DUE_MARCH, total, total);
        vm.mockCall(address(billing), abi.encodeCall(IBilling.billOf, (account, period)), abi.encode(bill));
    }

    function _totalOfJanuary(bytes32 account) private view returns (uint64) {
        return billing.billOf(account, JANUARY).total;
    }

    function _permit(uint256 amount, uint256 deadline) private returns (address payer, uint8 v, bytes32 r, bytes32 s) {
        payer = vm.addr(PAYER_KEY);
        vm.prank(BANK);
        rouble.mint(payer, amount, "permit");
        bytes32 structHash = keccak256(
            abi.encode(PERMIT_TYPEHASH, payer, address(settlement), amount, rouble.nonces(payer), deadline)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", rouble.DOMAIN_SEPARATOR(), structHash));
        (v, r, s) = vm.sign(PAYER_KEY, digest);
    }

    function _insufficientAllowance(uint256 needed) private view returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(settlement), 0, needed);
    }

    function _assertBalances(uint64 power, uint64 house, uint64 heat) private view {
        assertEq(settlement.balanceOf(POWER), power, "power");
        assertEq(settlement.balanceOf(HOUSE), house, "house");
        assertEq(settlement.balanceOf(HEAT), heat, "heat");
    }
}
