// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementRouble} from "../../contracts/SettlementRouble.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {MoneyHandler} from "./MoneyHandler.sol";
import {TestBase} from "./TestBase.sol";

/// @title What must always hold of bills and money, over all contracts together (docs/invariants.md)
/// @dev One test checks all of it: each hour recorded is dear, so the histories are few and rich rather than many.
contract MoneyInvariantsTest is TestBase {
    uint16 private constant JANUARY = 672;
    uint256 private constant STEPS = 100;

    MoneyHandler private _handler;
    IBilling private _billing;
    Settlement private _settlement;
    SettlementRouble private _rouble;
    ITariffBook private _tariffs;
    IAccountBook private _book;
    IVolumeBook private _volumes;

    function setUp() public {
        _handler = new MoneyHandler();
        address settlement;
        address rouble;
        (_billing, settlement, rouble, _tariffs, _book, _volumes) = _handler.contracts();
        (_settlement, _rouble) = (Settlement(settlement), SettlementRouble(rouble));
    }

    /// @dev A random history of all contracts together, checked after every step. Driven from here, so that a history is a seed.
    /// hardhat-config: fuzz.runs = 4
    function testFuzz_BillsAndMoney_RandomHistory(uint256 seed) external {
        for (uint256 i = 0; i < STEPS; ++i) {
            _step(uint256(keccak256(abi.encode(seed, i))));
            this.check();
        }
    }

    function _step(uint256 random) private {
        uint256 act = random % 28;
        uint256 choice = random >> 8;
        uint64 amount = uint64(random >> 72);
        if (act == 0) _handler.record(choice, random >> 17);
        else if (act <= 2) _handler.bill(choice);
        else if (act == 3) _handler.fix(choice);
        else if (act == 4) _handler.pay(choice, amount);
        else if (act == 5) _handler.payWithPermit(choice, amount, choice % 2 == 0);
        else if (act == 6) _handler.applyCredit(choice);
        else if (act == 7) _handler.withdraw(choice, amount);
        else if (act == 8) _handler.burnAndDonate(uint16(choice) % 100, uint16(choice >> 32));
        else if (act == 9) _handler.publishTariff(choice);
        else if (act == 10) _handler.govern(uint16(choice) % 100, uint8(choice >> 16), choice % 5 == 0);
        else if (act == 11) _handler.tryRestricted(choice);
        else if (act == 12) _handler.refund(choice, amount);
        else if (act == 13) _handler.dispute(choice, amount);
        else if (act == 14) _handler.endDispute(choice, amount);
        else if (act == 15) _handler.netProviders(choice);
        else if (act == 16) _handler.accrue(choice);
        else if (act == 17) _handler.correct(choice);
        else if (act == 18) _handler.recalculate(choice);
        else if (act == 19) _handler.changeTerms(choice);
        else if (act == 20) _handler.openFrank(uint32(choice >> 8));
        else if (act <= 23) _handler.outage(choice);
        else if (act <= 25) _handler.recalculate(choice);
        else _handler.bill(choice);
    }

    /// @dev From outside, so that the memory of one check is given back before the next: a history of rich steps would need more than a call may have.
    function check() external view {
        bytes32[] memory accounts = _handler.everyAccount();
        _checkTokens(accounts);
        for (uint256 i = 0; i < accounts.length; ++i) _checkAccount(accounts[i]);
        _checkProviders(accounts);
        _checkHouses(accounts);
        assertEq(bytes(_handler.trespass()), "", "INV-M9 only roles do what only they may");
    }

    /// @dev INV-M1, INV-M2.
    function _checkTokens(bytes32[] memory accounts) private view {
        uint256 balances = 0;
        for (uint16 provider = 1; provider <= _handler.PROVIDERS(); ++provider) {
            balances += _settlement.balanceOf(provider);
        }
        uint256 credits = 0;
        uint256 escrow = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            credits += _settlement.creditOf(accounts[i]);
            escrow += _escrowOf(accounts[i]);
        }
        assertEq(_settlement.totalProviderBalances(), balances, "INV-M1 sum of balances");
        assertEq(_settlement.totalCredits(), credits, "INV-M1 sum of credits");
        assertEq(_settlement.totalEscrow(), escrow, "INV-M1 sum of escrow");
        uint256 held = _rouble.balanceOf(address(_settlement)) - _handler.ghostDonated();
        assertEq(held, balances + credits + escrow, "INV-M1 tokens held");
        assertEq(_rouble.totalSupply(), _handler.ghostSupply(), "INV-M2 supply");
    }

    /// @dev INV-M3 to INV-M6.
    function _checkAccount(bytes32 account) private view {
        uint16 next = JANUARY + _handler.ghostBills(account);
        assertEq(_billing.nextPeriodOf(account), next, "INV-M4 bills are issued once and in order");
        uint256 paid = 0;
        uint256 debt = 0;
        bool isPaidSoFar = true;
        for (uint16 period = JANUARY; period < next; ++period) {
            IBilling.Bill memory bill = _billing.billOf(account, period);
            _checkBill(account, period, bill);
            (uint256 paidOfBill, uint256 conceded, bool wasDisputed) = _checkLines(account, period, bill);
            assertTrue(isPaidSoFar || paidOfBill == 0, "INV-M6 the oldest bill first");
            // While part of it was disputed, later bills were paid before that.
            isPaidSoFar = isPaidSoFar && (wasDisputed || paidOfBill == bill.total);
            paid += paidOfBill;
            debt += bill.total - paidOfBill - conceded;
        }
        _checkCharged(account, next);
        uint256 credit = _settlement.creditOf(account);
        uint256 kept = _handler.ghostPaid(account) - _handler.ghostRefunded(account);
        assertEq(paid + credit, kept, "INV-M5 what came in is paid, credit or refunded");
        assertEq(_settlement.debtOf(account), debt, "INV-M5 debt");
        assertTrue(credit == 0 || debt == 0, "INV-M6 credit beside a debt");
        assertTrue(!_billing.billOf(account, next).issued, "INV-M4 no bill after the last");
    }

    /// @dev INV-M5, INV-M10.
    /// @return paid escrow included.
    /// @return conceded by how much the lines were reduced.
    /// @return wasDisputed was one of the lines ever disputed?
    function _checkLines(
        bytes32 account,
        uint16 period,
        IBilling.Bill memory bill
    ) private view returns (uint256 paid, uint256 conceded, bool wasDisputed) {
        uint64[6] memory lines = _settlement.paidOf(account, period);
        uint64[6] memory expected = _handler.ghostConceded(account, period);
        for (uint256 i = 0; i < 6; ++i) {
            ISettlement.LineDispute memory found = _settlement.disputeOf(account, period, IBilling.Service(i));
            bool isOpen = found.state == ISettlement.DisputeState.Open;
            assertTrue(isOpen == (found.amount != 0), "INV-M10 only an open dispute holds a line");
            assertTrue(found.escrow <= found.amount, "INV-M10 escrow above what is disputed");
            assertEq(found.conceded, expected[i], "INV-M10 conceded");
            uint256 settled = uint256(lines[i]) - found.escrow + found.amount + found.conceded;
            assertTrue(settled <= bill.amounts[i], "INV-M5 paid, disputed and conceded above a line's amount");
            paid += lines[i];
            conceded += found.conceded;
            wasDisputed = wasDisputed || found.state != ISettlement.DisputeState.None;
        }
    }

    function _escrowOf(bytes32 account) private view returns (uint256 escrow) {
        uint16 end = JANUARY + _handler.ghostBills(account);
        for (uint16 period = JANUARY; period < end; ++period) {
            for (uint256 i = 0; i < 6; ++i) {
                escrow += _settlement.disputeOf(account, period, IBilling.Service(i)).escrow;
            }
        }
    }

    /// @dev INV-M3, INV-M4: a bill is, now and ever after, what it was when it was issued: what the handler's own books made it.
    function _checkBill(bytes32 account, uint16 period, IBilling.Bill memory bill) private view {
        uint64[6] memory expected = _handler.ghostBill(account, period);
        uint256 total = 0;
        for (uint256 i = 0; i < 6; ++i) {
            assertEq(bill.amounts[i], expected[i], "INV-M4 amount");
            total += expected[i];
        }
        assertEq(bill.total, total, "INV-M3 sum of the amounts");
        assertEq(_billing.chargedOf(account, period), _handler.ghostCharged(account, period), "INV-M12 charged");
    }

    /// @dev INV-M12: what was charged for an account's periods is what its bills say and what waits for the next.
    function _checkCharged(bytes32 account, uint16 next) private view {
        int256[3] memory waiting;
        IBilling.Waiting[] memory entries = _billing.waitingOf(account);
        for (uint256 i = 0; i < entries.length; ++i) waiting[uint256(entries[i].service)] += entries[i].amount;
        int256[3] memory expected = _handler.ghostWaiting(account);
        for (uint256 service = 0; service < 3; ++service) {
            assertEq(waiting[service], expected[service], "INV-M12 waiting");
            int256 billed = 0;
            for (uint16 period = JANUARY; period < next; ++period) {
                billed += int256(uint256(_billing.billOf(account, period).amounts[service]));
                billed -= int256(uint256(_billing.chargedOf(account, period)[service]));
            }
            assertEq(billed, -waiting[service], "INV-M12 conserved");
        }
    }

    /// @dev INV-M7: each provider has, or has drawn, what was paid on its lines and is not in escrow.
    function _checkProviders(bytes32[] memory accounts) private view {
        uint256[5] memory earned;
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint16 end = JANUARY + _handler.ghostBills(accounts[i]);
            for (uint16 period = JANUARY; period < end; ++period) {
                uint64[6] memory paid = _settlement.paidOf(accounts[i], period);
                for (uint256 line = 0; line < 6; ++line) {
                    paid[line] -= _settlement.disputeOf(accounts[i], period, IBilling.Service(line)).escrow;
                }
                ITariffBook.Tariff memory tariff = _tariffs.tariffOf(period);
                earned[tariff.electricityProvider] += uint256(paid[0]) + paid[3];
                earned[tariff.commonNeedsProvider] += uint256(paid[1]) + paid[4];
                earned[tariff.heatProvider] += uint256(paid[2]) + paid[5];
            }
        }
        for (uint16 provider = 1; provider <= _handler.PROVIDERS(); ++provider) {
            uint256 had = uint256(_settlement.balanceOf(provider)) + _handler.ghostWithdrawn(provider);
            int256 due = int256(earned[provider]) + _handler.ghostNetted(provider);
            assertEq(int256(had), due, "INV-M7 a provider's share");
        }
    }

    /// @dev INV-M8: the shares of all accounts of a house add up to its volume, of every period that is fixed.
    function _checkHouses(bytes32[] memory accounts) private view {
        for (uint16 period = JANUARY; period <= _handler.LAST_PERIOD(); ++period) {
            for (uint32 group = 1; group <= 2; ++group) {
                uint64[3] memory volume = _handler.commonNeeds(group, period);
                uint256 expected = uint256(volume[0]) + volume[1] + volume[2];
                _checkHouse(accounts, group, IBilling.Service.CommonNeeds, period, expected);
            }
            (uint64 heat, bool isMixed) = _handler.houseHeat(period);
            if (!isMixed) _checkHouse(accounts, 3, IBilling.Service.Heating, period, heat);
        }
    }

    function _checkHouse(
        bytes32[] memory accounts,
        uint32 group,
        IBilling.Service service,
        uint16 period,
        uint256 expected
    ) private view {
        for (uint32 i = 1; i <= 3; ++i) if (_volumes.nextPeriodOf(i) <= period) return;
        uint256 shares = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            IAccountBook.Premises memory premises = _book.accountOf(accounts[i]).premises;
            if ((service == IBilling.Service.Heating ? premises.heatGroup : premises.electricityGroup) != group)
                continue;
            IBilling.Line[] memory lines = _billing.linesOf(accounts[i], period);
            for (uint256 line = 0; line < lines.length; ++line) {
                bool isCharge = lines[line].kind == IBilling.LineKind.Charge;
                if (isCharge && lines[line].service == service) shares += lines[line].quantity;
            }
        }
        assertEq(shares, expected, "INV-M8 shares of a house");
    }
}
