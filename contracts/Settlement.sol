// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IBilling} from "./interfaces/IBilling.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {LargestRemainder} from "./libraries/LargestRemainder.sol";
import {FiveAmounts, SERVICES} from "./libraries/PackedAmounts.sol";
import {Services} from "./libraries/Services.sol";

/// @title Settlement
/// @notice Implements ISettlement; see there for rights, units and every error.
/// @dev Tokens move last in every function, after all is written: a token that called back would find the books closed, and
/// no reentrancy guard is needed. The supply of the settlement rouble fits 64 bits, so no sum of money here can overflow.
contract Settlement is ISettlement {
    using SafeERC20 for IERC20;
    using Services for ITariffBook.Tariff;

    struct AccountState {
        uint64 credit;
        /// First period whose bill is not fully paid, as far as it is known; later ones may be paid, earlier ones are.
        uint16 firstUnpaid;
        /// Is `firstUnpaid` set? Before the first payment it is the account's first period.
        bool started;
    }

    struct Totals {
        uint64 providerBalances;
        uint64 credits;
    }

    /// @dev What has been paid into the providers' balances in one call, and the tariff last asked for.
    struct Allocation {
        uint64 total;
        uint16 tariffPeriod;
        ITariffBook.Tariff tariff;
    }

    uint256 private constant MAX_BILLS_PER_PAYMENT = 24;
    uint256 private constant MAX_ACCOUNTS = 100;
    uint256 private constant MAX_BILLS_PER_CREDIT_CALL = 96;

    IMeterRegistry private immutable _registry;
    IBilling private immutable _billing;
    ITariffBook private immutable _tariffs;
    IERC20 private immutable _token;

    Totals private _totals;
    mapping(bytes32 account => AccountState state) private _accounts;
    mapping(bytes32 account => mapping(uint16 period => FiveAmounts paid)) private _paid;
    mapping(uint16 provider => uint64 balance) private _balances;

    constructor(IMeterRegistry registry, IBilling billing, ITariffBook tariffs, IERC20 token) {
        _registry = registry;
        _billing = billing;
        _tariffs = tariffs;
        _token = token;
    }

    /// @inheritdoc ISettlement
    function pay(bytes32 account, uint64 amount) external {
        _pay(account, amount);
    }

    /// @inheritdoc ISettlement
    function payWithPermit(bytes32 account, uint64 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // Anyone can send a permit that is seen in the pool before this call is mined. Then it fails here, but the allowance is
        // there; where it is not, the transfer fails and says so.
        try IERC20Permit(address(_token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _pay(account, amount);
    }

    /// @inheritdoc ISettlement
    function applyCredit(bytes32[] calldata accounts) external {
        require(accounts.length <= MAX_ACCOUNTS, Settlement_TooManyAccounts(accounts.length, MAX_ACCOUNTS));
        if (accounts.length == 0) return;
        uint256 billsPerAccount = MAX_BILLS_PER_CREDIT_CALL / accounts.length;
        if (billsPerAccount == 0) billsPerAccount = 1;

        Allocation memory allocation;
        for (uint256 i = 0; i < accounts.length; ++i) {
            AccountState memory state = _accounts[accounts[i]];
            if (state.credit == 0) continue;
            _allocate(accounts[i], state, billsPerAccount, allocation);
            _closeAccount(accounts[i], state);
        }
        _totals.providerBalances += allocation.total;
        _totals.credits -= allocation.total;
    }

    /// @inheritdoc ISettlement
    function withdraw(uint16 provider, uint64 amount) external {
        // Checks.
        require(amount != 0, Settlement_ZeroAmount());
        address payee = _tariffs.payeeOf(provider);
        require(msg.sender == payee, Settlement_NotPayee(provider, msg.sender));
        uint64 balance = _balances[provider];
        require(amount <= balance, Settlement_InsufficientBalance(provider, amount, balance));
        // Effects.
        _balances[provider] = balance - amount;
        _totals.providerBalances -= amount;
        emit Withdrawn(provider, payee, amount);
        // Interaction.
        _token.safeTransfer(payee, amount);
    }

    /// @inheritdoc ISettlement
    function balanceOf(uint16 provider) external view returns (uint64) {
        return _balances[provider];
    }

    /// @inheritdoc ISettlement
    function creditOf(bytes32 account) external view returns (uint64) {
        return _accounts[account].credit;
    }

    /// @inheritdoc ISettlement
    /// @dev Bounded by the number of the account's unpaid bills.
    function debtOf(bytes32 account) external view returns (uint64 debt) {
        uint16 period = _load(account).firstUnpaid;
        IBilling.Bill memory bill = _billing.billOf(account, period);
        while (bill.issued) {
            (, uint64 outstanding) = _outstandingOf(bill, _paid[account][period]);
            debt += outstanding;
            bill = _billing.billOf(account, ++period);
        }
    }

    /// @inheritdoc ISettlement
    function paidOf(bytes32 account, uint16 period) external view returns (uint64[5] memory) {
        return _paid[account][period].unpack();
    }

    /// @inheritdoc ISettlement
    function totalProviderBalances() external view returns (uint64) {
        return _totals.providerBalances;
    }

    /// @inheritdoc ISettlement
    function totalCredits() external view returns (uint64) {
        return _totals.credits;
    }

    function _pay(bytes32 account, uint64 amount) private {
        // Checks.
        require(amount != 0, Settlement_ZeroAmount());
        AccountState memory state = _load(account);
        // Effects.
        emit PaymentReceived(account, msg.sender, amount);
        uint64 creditBefore = state.credit;
        state.credit += amount;
        Allocation memory allocation;
        _allocate(account, state, MAX_BILLS_PER_PAYMENT, allocation);
        _closeAccount(account, state);
        _totals.providerBalances += allocation.total;
        _totals.credits = _totals.credits - creditBefore + state.credit;
        // Interaction.
        _token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev Pays the account's bills from `state.credit`, the oldest first, at most `maxBills` of them; writes what is paid and
    /// the providers' balances, and leaves `state` and the totals to the caller.
    function _allocate(
        bytes32 account,
        AccountState memory state,
        uint256 maxBills,
        Allocation memory allocation
    ) private {
        for (uint256 i = 0; i < maxBills && state.credit != 0; ++i) {
            uint16 period = state.firstUnpaid;
            IBilling.Bill memory bill = _billing.billOf(account, period);
            if (!bill.issued) return;

            FiveAmounts paid = _paid[account][period];
            (uint64[SERVICES] memory lines, uint64 outstanding) = _outstandingOf(bill, paid);
            uint64 amount = state.credit < outstanding ? state.credit : outstanding;
            if (amount != 0) {
                uint64[SERVICES] memory parts = LargestRemainder.split(amount, lines);
                _paid[account][period] = _book(paid, period, parts, allocation);
                allocation.total += amount;
                state.credit -= amount;
                emit PaymentAllocated(account, period, parts);
            }
            if (amount == outstanding) ++state.firstUnpaid;
        }
    }

    /// @dev Adds the parts of a payment to what is paid of the bill and to the balances of its lines' providers.
    /// @return what is paid then.
    function _book(
        FiveAmounts paid,
        uint16 period,
        uint64[SERVICES] memory parts,
        Allocation memory allocation
    ) private returns (FiveAmounts) {
        if (allocation.tariffPeriod != period || allocation.tariff.dueDay == 0) {
            allocation.tariff = _tariffs.tariffOf(period);
            allocation.tariffPeriod = period;
        }
        for (uint256 i = 0; i < SERVICES; ++i) {
            if (parts[i] == 0) continue;
            paid = paid.plus(i, parts[i]);
            _balances[allocation.tariff.providerOf(IBilling.Service(i))] += parts[i];
        }
        return paid;
    }

    /// @dev Writes the state of an account; tells of its credit if that has changed.
    function _closeAccount(bytes32 account, AccountState memory state) private {
        uint64 creditBefore = _accounts[account].credit;
        _accounts[account] = state;
        if (state.credit != creditBefore) emit CreditChanged(account, state.credit);
    }

    /// @dev The state of an account; reverts with Settlement_UnknownAccount.
    function _load(bytes32 account) private view returns (AccountState memory state) {
        state = _accounts[account];
        if (state.started) return state;
        // Asked once in an account's life. The registry refuses an id it does not know and nothing else.
        try _registry.accountOf(account) returns (IMeterRegistry.Account memory details) {
            state.firstUnpaid = details.firstPeriod;
            state.started = true;
        } catch {
            revert Settlement_UnknownAccount(account);
        }
    }

    /// @dev What is outstanding on each line of a bill, and in all.
    function _outstandingOf(
        IBilling.Bill memory bill,
        FiveAmounts paid
    ) private pure returns (uint64[SERVICES] memory lines, uint64 total) {
        uint64[SERVICES] memory paidLines = paid.unpack();
        for (uint256 i = 0; i < lines.length; ++i) {
            lines[i] = bill.amounts[i] - paidLines[i];
            total += lines[i];
        }
    }
}
