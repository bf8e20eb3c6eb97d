// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAccountBook} from "./interfaces/IAccountBook.sol";
import {IBilling} from "./interfaces/IBilling.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {LargestRemainder} from "./libraries/LargestRemainder.sol";
import {Netting} from "./libraries/Netting.sol";
import {SixAmounts, PRINCIPALS, SERVICES} from "./libraries/PackedAmounts.sol";
import {Penalties} from "./libraries/Penalties.sol";

/// @title Settlement
/// @notice Implements ISettlement; see there for rights, units and every error.
/// @dev Tokens move last in every function, after all is written: a token that called back would find the books closed, and
/// no reentrancy guard is needed. The supply of the settlement rouble fits 64 bits, so no sum of money here can overflow.
contract Settlement is ISettlement, AccessManaged, EIP712 {
    using SafeERC20 for IERC20;

    struct AccountState {
        uint64 credit;
        /// First period whose bill is not fully paid, as far as it is known; later ones may be paid, earlier ones are.
        uint16 firstUnpaid;
        uint16 openDisputes;
        /// Is `firstUnpaid` set? Before the first payment it is the account's first period.
        bool started;
    }

    struct Totals {
        uint64 providerBalances;
        uint64 credits;
        uint64 escrow;
    }

    /// @dev A line's dispute in one storage word: amounts of a line fit 40 bits.
    struct DisputeRecord {
        uint48 amount;
        uint48 escrow;
        uint48 conceded;
        uint40 deadline;
        DisputeState state;
    }

    /// @dev Which line of which bill a dispute is about.
    struct LineId {
        bytes32 account;
        uint16 period;
        IBilling.Service service;
    }

    /// @dev What is outstanding of a bill, by line: what nobody disputes, and what is disputed and not in escrow.
    struct Outstanding {
        uint64[SERVICES] undisputed;
        uint64[SERVICES] disputed;
        uint64 undisputedTotal;
        uint64 disputedTotal;
    }

    /// @dev What has been paid into the providers' balances and into escrow in one call, and the providers last asked for, of principal
    /// services.
    struct Allocation {
        uint64 total;
        uint64 escrowed;
        uint16 period;
        uint16[PRINCIPALS] providers;
    }

    uint256 private constant MAX_BILLS_PER_PAYMENT = 24;
    uint256 private constant MAX_ACCOUNTS = 100;
    uint256 private constant MAX_BILLS_PER_CREDIT_CALL = 96;
    uint256 private constant TIME_TO_ANSWER = 30 days;
    uint256 private constant MAX_OBLIGATIONS = 64;
    uint256 private constant SIGNATURE_LENGTH = 65;
    bytes32 private constant OBLIGATION_TYPEHASH = keccak256(
        "Obligation(uint16 debtor,uint16 creditor,uint64 amount,bytes32 document,uint32 validUntil)"
    );
    /// @dev A bill's penalty word: the day it is accrued to, then what is kept of each principal service.
    uint256 private constant DAY_BITS = 16;
    uint256 private constant KEPT_BITS = 32;

    IBilling private immutable _billing;
    ITariffBook private immutable _tariffs;
    IAccountBook private immutable _accountBook;
    IERC20 private immutable _token;
    int32 private immutable _utcOffset;

    Totals private _totals;
    mapping(bytes32 account => AccountState state) private _accounts;
    /// @dev The tag has bit i set if line i was ever disputed: a payment of a bill without disputes reads no dispute.
    mapping(bytes32 account => mapping(uint16 period => SixAmounts paid)) private _paid;
    mapping(bytes32 account => mapping(uint16 period => DisputeRecord[SERVICES])) private _disputes;
    mapping(uint16 provider => uint64 balance) private _balances;
    mapping(bytes32 account => mapping(uint16 period => uint256 word)) private _penaltyWords;
    /// @dev 64 bits a principal service.
    mapping(bytes32 account => uint256 word) private _pendingPenalties;
    mapping(bytes32 obligation => bool netted) private _isNetted;
    uint64 private _lastRound;
    bool private _isNettingPaused;

    /// @param ledger the ReadingLedger whose calendar says which day it is.
    constructor(
        address manager,
        IReadingLedger ledger,
        IBilling billing,
        ITariffBook tariffs,
        IAccountBook accounts,
        IERC20 token
    ) AccessManaged(manager) EIP712("SmartCity Settlement", "1") {
        _utcOffset = ledger.utcOffset();
        _billing = billing;
        _tariffs = tariffs;
        _accountBook = accounts;
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
        Allocation memory allocation;
        for (uint256 i = 0; i < accounts.length; ++i) {
            AccountState memory state = _accounts[accounts[i]];
            if (state.credit == 0) continue;
            _allocate(accounts[i], state, _billsPerAccount(accounts.length), allocation);
            _closeAccount(accounts[i], state);
        }
        _totals.providerBalances += allocation.total;
        _totals.escrow += allocation.escrowed;
        _totals.credits -= allocation.total + allocation.escrowed;
    }

    /// @inheritdoc ISettlement
    function refund(bytes32 account, uint64 amount, address to) external {
        // Checks.
        require(amount != 0, Settlement_ZeroAmount());
        _requireHolder(account);
        // Effects.
        AccountState memory state = _load(account);
        uint64 creditBefore = state.credit;
        _useCredit(account, state, creditBefore);
        require(amount <= state.credit, Settlement_InsufficientCredit(account, amount, state.credit));
        state.credit -= amount;
        _totals.credits -= amount;
        emit Refunded(account, to, amount);
        _closeAccount(account, state);
        // Interaction.
        _token.safeTransfer(to, amount);
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
    function dispute(
        bytes32 account,
        uint16 period,
        IBilling.Service service,
        uint64 amount,
        bytes32 evidence
    ) external {
        require(amount != 0, Settlement_ZeroAmount());
        _requireHolder(account);
        IBilling.Bill memory bill = _billing.billOf(account, period);
        require(bill.issued, Settlement_NotIssued(account, period));
        uint256 line = uint256(service);
        DisputeRecord storage record = _disputes[account][period][line];
        require(record.state == DisputeState.None, Settlement_AlreadyDisputed(account, period, service, record.state));
        SixAmounts paid = _paid[account][period];
        Outstanding memory open = _outstandingOf(account, period, bill, paid);
        uint64 outstanding = open.undisputed[line];
        require(amount <= outstanding, Settlement_AmountTooLarge(account, period, service, amount, outstanding));

        AccountState memory state = _load(account);
        _accrue(account, period, bill.dueOn, open);
        ++state.openDisputes;
        _accounts[account] = state;
        _paid[account][period] = paid.withTag(uint16(paid.tag() | (1 << line)));
        record.state = DisputeState.Open;
        record.amount = uint48(amount); // At most a line's amount.
        record.deadline = uint40(block.timestamp + TIME_TO_ANSWER);
        emit DisputeOpened(account, period, service, amount, record.deadline, evidence);
    }

    /// @inheritdoc ISettlement
    function concede(bytes32 account, uint16 period, IBilling.Service service, uint64 amount) external {
        require(amount != 0, Settlement_ZeroAmount());
        LineId memory line = LineId(account, period, service);
        DisputeRecord storage record = _openDispute(line);
        _requirePayeeOf(line);
        require(amount <= record.amount, Settlement_AmountTooLarge(account, period, service, amount, record.amount));
        _reduce(line, record, amount, DisputeState.Conceded);
    }

    /// @inheritdoc ISettlement
    function reject(bytes32 account, uint16 period, IBilling.Service service, bytes32 evidence) external {
        LineId memory line = LineId(account, period, service);
        DisputeRecord storage record = _openDispute(line);
        _requirePayeeOf(line);
        require(block.timestamp <= record.deadline, Settlement_DeadlineOver(record.deadline));
        _release(line, record, DisputeState.Rejected, evidence);
    }

    /// @inheritdoc ISettlement
    function withdrawDispute(bytes32 account, uint16 period, IBilling.Service service) external {
        LineId memory line = LineId(account, period, service);
        DisputeRecord storage record = _openDispute(line);
        _requireHolder(account);
        _release(line, record, DisputeState.Withdrawn, 0);
    }

    /// @inheritdoc ISettlement
    function settleDispute(bytes32 account, uint16 period, IBilling.Service service) external {
        LineId memory line = LineId(account, period, service);
        DisputeRecord storage record = _openDispute(line);
        require(block.timestamp > record.deadline, Settlement_DeadlineNotOver(record.deadline));
        _reduce(line, record, record.amount, DisputeState.Defaulted);
    }

    /// @inheritdoc ISettlement
    function accruePenalties(bytes32[] calldata accounts) external {
        require(accounts.length <= MAX_ACCOUNTS, Settlement_TooManyAccounts(accounts.length, MAX_ACCOUNTS));
        for (uint256 i = 0; i < accounts.length; ++i) {
            bytes32 account = accounts[i];
            uint16 period = _load(account).firstUnpaid;
            for (uint256 left = _billsPerAccount(accounts.length); left != 0; --left) {
                IBilling.Bill memory bill = _billing.billOf(account, period);
                if (!bill.issued) break;
                SixAmounts paid = _paid[account][period];
                _accrue(account, period, bill.dueOn, _outstandingOf(account, period, bill, paid));
                ++period;
            }
        }
    }

    /// @inheritdoc ISettlement
    function takePenalties(bytes32[] calldata accounts) external returns (uint256[] memory words) {
        require(msg.sender == address(_billing), Settlement_NotBilling(msg.sender));
        words = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 word = _pendingPenalties[accounts[i]];
            if (word == 0) continue;
            words[i] = word;
            delete _pendingPenalties[accounts[i]];
            emit PenaltiesTaken(accounts[i], _penaltiesIn(word));
        }
    }

    /// @inheritdoc ISettlement
    function netObligations(uint64 round, Obligation[] calldata obligations, bytes calldata signatures) external {
        // Checks.
        require(!_isNettingPaused, Settlement_NettingPaused());
        require(round == _lastRound + 1, Settlement_UnexpectedRound(round, _lastRound + 1));
        uint256 count = obligations.length;
        require(count != 0 && count <= MAX_OBLIGATIONS, Settlement_WrongObligationCount(count, MAX_OBLIGATIONS));
        uint256 length = 2 * SIGNATURE_LENGTH * count;
        require(signatures.length == length, Settlement_WrongSignatureCount(signatures.length, length));
        // Effects.
        _lastRound = round;
        for (uint256 i = 0; i < count; ++i) {
            uint256 place = 2 * SIGNATURE_LENGTH * i;
            _useObligation(round, i, obligations[i], signatures[place:place + 2 * SIGNATURE_LENGTH]);
        }
        (uint16[] memory providers, int256[] memory nets) = Netting.positionsOf(obligations);
        uint64[] memory missing = _moveNets(providers, nets);
        emit RoundNetted(round, providers, nets);
        // Interactions: what debtors have not on their balances here.
        for (uint256 i = 0; i < providers.length; ++i) {
            if (missing[i] != 0) _collect(providers[i], missing[i]);
        }
    }

    /// @inheritdoc ISettlement
    function setNettingPaused(bool paused) external restricted {
        _isNettingPaused = paused;
        emit NettingPauseChanged(paused);
    }

    /// @inheritdoc ISettlement
    function pendingPenaltyOf(bytes32 account) external view returns (uint64[PRINCIPALS] memory) {
        return _penaltiesIn(_pendingPenalties[account]);
    }

    /// @inheritdoc ISettlement
    function lastRound() external view returns (uint64) {
        return _lastRound;
    }

    /// @inheritdoc ISettlement
    function isNettingPaused() external view returns (bool) {
        return _isNettingPaused;
    }

    /// @inheritdoc ISettlement
    function obligationDigest(Obligation calldata obligation) external view returns (bytes32) {
        return _digestOf(obligation);
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
            Outstanding memory outstanding = _outstandingOf(account, period, bill, _paid[account][period]);
            debt += outstanding.undisputedTotal + outstanding.disputedTotal;
            bill = _billing.billOf(account, ++period);
        }
    }

    /// @inheritdoc ISettlement
    function paidOf(bytes32 account, uint16 period) external view returns (uint64[SERVICES] memory) {
        return _paid[account][period].unpack();
    }

    /// @inheritdoc ISettlement
    function disputeOf(
        bytes32 account,
        uint16 period,
        IBilling.Service service
    ) external view returns (LineDispute memory) {
        DisputeRecord memory record = _disputes[account][period][uint256(service)];
        return
            LineDispute({
                state: record.state,
                amount: record.amount,
                escrow: record.escrow,
                conceded: record.conceded,
                deadline: record.deadline
            });
    }

    /// @inheritdoc ISettlement
    function totalProviderBalances() external view returns (uint64) {
        return _totals.providerBalances;
    }

    /// @inheritdoc ISettlement
    function totalCredits() external view returns (uint64) {
        return _totals.credits;
    }

    /// @inheritdoc ISettlement
    function totalEscrow() external view returns (uint64) {
        return _totals.escrow;
    }

    function _pay(bytes32 account, uint64 amount) private {
        // Checks.
        require(amount != 0, Settlement_ZeroAmount());
        AccountState memory state = _load(account);
        // Effects.
        emit PaymentReceived(account, msg.sender, amount);
        uint64 creditBefore = state.credit;
        state.credit += amount;
        _useCredit(account, state, creditBefore);
        _closeAccount(account, state);
        // Interaction.
        _token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev Pays bills from `state.credit` and writes the totals; the account is for the caller to write.
    /// @param creditBefore the credit that the totals know of.
    function _useCredit(bytes32 account, AccountState memory state, uint64 creditBefore) private {
        Allocation memory allocation;
        _allocate(account, state, MAX_BILLS_PER_PAYMENT, allocation);
        Totals memory totals = _totals;
        totals.providerBalances += allocation.total;
        totals.escrow += allocation.escrowed;
        totals.credits = totals.credits - creditBefore + state.credit;
        _totals = totals;
    }

    /// @dev Pays the account's bills from `state.credit`, at most `maxBills` of them: what nobody disputes first, the oldest bill
    /// before the next, then what is disputed in the same order. Writes what is paid, the providers' balances and the escrow, and
    /// leaves `state` and the totals to the caller.
    function _allocate(
        bytes32 account,
        AccountState memory state,
        uint256 maxBills,
        Allocation memory allocation
    ) private {
        uint16 period = state.firstUnpaid;
        for (uint256 i = 0; i < maxBills && state.credit != 0; ++i) {
            IBilling.Bill memory bill = _billing.billOf(account, period);
            if (!bill.issued) {
                if (state.openDisputes != 0) _allocateToDisputed(account, state, period, allocation);
                return;
            }
            if (_payUndisputed(account, period, bill, state, allocation) && state.firstUnpaid == period) {
                ++state.firstUnpaid;
            }
            ++period;
        }
    }

    /// @dev Pays what is disputed, from the first unpaid bill on up to `end`.
    function _allocateToDisputed(
        bytes32 account,
        AccountState memory state,
        uint16 end,
        Allocation memory allocation
    ) private {
        for (uint16 period = state.firstUnpaid; period < end && state.credit != 0; ++period) {
            IBilling.Bill memory bill = _billing.billOf(account, period);
            SixAmounts paid = _paid[account][period];
            Outstanding memory outstanding = _outstandingOf(account, period, bill, paid);
            uint64 amount = _smaller(state.credit, outstanding.disputedTotal);
            if (amount == 0) continue;
            uint64[SERVICES] memory parts = _divide(amount, outstanding.disputed);
            for (uint256 i = 0; i < SERVICES; ++i) {
                if (parts[i] == 0) continue;
                paid = paid.plus(i, parts[i]);
                _disputes[account][period][i].escrow += uint48(parts[i]);
            }
            _paid[account][period] = paid;
            allocation.escrowed += amount;
            state.credit -= amount;
            emit PaymentEscrowed(account, period, parts);
        }
    }

    /// @dev Pays what nobody disputes of a bill, as far as the credit goes.
    /// @return isSettled is nothing outstanding on the bill then?
    function _payUndisputed(
        bytes32 account,
        uint16 period,
        IBilling.Bill memory bill,
        AccountState memory state,
        Allocation memory allocation
    ) private returns (bool isSettled) {
        SixAmounts paid = _paid[account][period];
        Outstanding memory outstanding = _outstandingOf(account, period, bill, paid);
        uint64 amount = _smaller(state.credit, outstanding.undisputedTotal);
        isSettled = amount == outstanding.undisputedTotal && outstanding.disputedTotal == 0;
        if (amount == 0) return isSettled;
        _accrue(account, period, bill.dueOn, outstanding);
        uint64[SERVICES] memory parts = _divide(amount, outstanding.undisputed);
        _paid[account][period] = _book(paid, period, parts, allocation);
        allocation.total += amount;
        state.credit -= amount;
        emit PaymentAllocated(account, period, parts);
    }

    /// @dev Adds the parts of a payment to what is paid of the bill and to the balances of its lines' providers.
    /// @return what is paid then.
    function _book(
        SixAmounts paid,
        uint16 period,
        uint64[SERVICES] memory parts,
        Allocation memory allocation
    ) private returns (SixAmounts) {
        if (allocation.period != period || allocation.providers[0] == 0) {
            allocation.providers = _tariffs.providersOf(period);
            allocation.period = period;
        }
        for (uint256 i = 0; i < SERVICES; ++i) {
            if (parts[i] == 0) continue;
            paid = paid.plus(i, parts[i]);
            _balances[allocation.providers[i % PRINCIPALS]] += parts[i];
        }
        return paid;
    }

    /// @dev Reduces a disputed line. Escrow beyond what remains disputed goes to the account's credit, which pays other bills.
    /// @param state of the dispute if nothing remains.
    function _reduce(LineId memory line, DisputeRecord storage record, uint64 amount, DisputeState state) private {
        AccountState memory account = _load(line.account);
        uint48 remaining = record.amount - uint48(amount);
        uint48 released = record.escrow > remaining ? record.escrow - remaining : 0;
        record.amount = remaining;
        record.escrow -= released;
        record.conceded += uint48(amount);
        if (remaining == 0) {
            record.state = state;
            --account.openDisputes;
        }
        SixAmounts paid = _paid[line.account][line.period];
        _paid[line.account][line.period] = paid.minus(uint256(line.service), released);
        _totals.escrow -= released;
        emit DisputeConceded(line.account, line.period, line.service, amount, released, record.state);

        uint64 creditBefore = account.credit;
        account.credit += released;
        _useCredit(line.account, account, creditBefore);
        _closeAccount(line.account, account);
    }

    /// @dev Ends a dispute for the provider.
    function _release(LineId memory line, DisputeRecord storage record, DisputeState state, bytes32 evidence) private {
        IBilling.Bill memory bill = _billing.billOf(line.account, line.period);
        SixAmounts paid = _paid[line.account][line.period];
        _accrue(line.account, line.period, bill.dueOn, _outstandingOf(line.account, line.period, bill, paid));
        --_accounts[line.account].openDisputes;
        uint64 escrow = record.escrow;
        record.state = state;
        record.amount = 0;
        record.escrow = 0;
        _totals.escrow -= escrow;
        _totals.providerBalances += escrow;
        _balances[_providerOf(line)] += escrow;
        emit DisputeClosed(line.account, line.period, line.service, escrow, state, evidence);
    }

    /// @dev Accrues penalties on the undisputed principal of a bill, up to today. In the free days it does nothing at all.
    function _accrue(bytes32 account, uint16 period, uint256 dueOn, Outstanding memory outstanding) private {
        uint256 today = _today();
        if (today <= dueOn + Penalties.FREE_DAYS) return;
        uint256 word = _penaltyWords[account][period];
        uint256 from = uint16(word);
        if (from == 0) from = dueOn + Penalties.FREE_DAYS;
        if (from >= today) return;

        uint256 weight = _weightOf(dueOn, from, today);
        uint256 next = today;
        uint64[PRINCIPALS] memory amounts;
        uint256 total = 0;
        for (uint256 i = 0; i < PRINCIPALS; ++i) {
            uint256 shift = DAY_BITS + KEPT_BITS * i;
            uint256 kept = word == 0 ? Penalties.DENOMINATOR / 2 : uint32(word >> shift);
            uint256 due;
            (due, kept) = Penalties.settled(kept, outstanding.undisputed[i] * weight);
            next |= kept << shift;
            amounts[i] = uint64(due); // 40 bits of debt by less than 2^35 of weight, over 2^25.
            total += due;
        }
        _penaltyWords[account][period] = next;
        if (total == 0) return;
        uint64[PRINCIPALS] memory pending = _penaltiesIn(_pendingPenalties[account]);
        uint256 pendingWord = 0;
        for (uint256 i = PRINCIPALS; i != 0; --i) pendingWord = (pendingWord << 64) | (pending[i - 1] + amounts[i - 1]);
        _pendingPenalties[account] = pendingWord;
        emit PenaltyAccrued(account, period, uint32(today), amounts);
    }

    /// @dev Marks an obligation as netted, if it may be.
    function _useObligation(
        uint64 round,
        uint256 index,
        Obligation calldata obligation,
        bytes calldata signatures
    ) private {
        require(
            obligation.amount != 0 && obligation.debtor != obligation.creditor,
            Settlement_InvalidObligation(index)
        );
        require(block.timestamp <= obligation.validUntil, Settlement_ObligationExpired(index, obligation.validUntil));
        bytes32 digest = _digestOf(obligation);
        require(!_isNetted[digest], Settlement_ObligationUsed(index, digest));
        _requireSigned(index, obligation.debtor, digest, signatures[:SIGNATURE_LENGTH]);
        _requireSigned(index, obligation.creditor, digest, signatures[SIGNATURE_LENGTH:]);
        _isNetted[digest] = true;
        emit ObligationNetted(
            round,
            digest,
            obligation.debtor,
            obligation.creditor,
            obligation.amount,
            obligation.document
        );
    }

    /// @dev Moves net positions between the providers' balances.
    /// @return missing what each debtor has to bring in, because its balance does not cover its position.
    function _moveNets(uint16[] memory providers, int256[] memory nets) private returns (uint64[] memory missing) {
        missing = new uint64[](providers.length);
        int256 sum = 0;
        uint64 collected = 0;
        for (uint256 i = 0; i < providers.length; ++i) {
            sum += nets[i];
            uint64 balance = _balances[providers[i]];
            if (nets[i] >= 0) {
                _balances[providers[i]] = SafeCast.toUint64(balance + uint256(nets[i]));
            } else {
                uint64 owed = SafeCast.toUint64(uint256(-nets[i]));
                uint64 covered = _smaller(balance, owed);
                _balances[providers[i]] = balance - covered;
                missing[i] = owed - covered;
                collected += missing[i];
            }
        }
        assert(sum == 0);
        _totals.providerBalances += collected;
    }

    /// @dev Takes roubles from a provider's payee; says what is missing where they are not there or not allowed.
    function _collect(uint16 provider, uint256 amount) private {
        address payee = _tariffs.payeeOf(provider);
        uint256 available = _token.balanceOf(payee);
        uint256 allowance = _token.allowance(payee, address(this));
        if (allowance < available) available = allowance;
        if (available < amount) revert Settlement_NotFunded(provider, amount - available);
        _token.safeTransferFrom(payee, address(this), amount);
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
        // Asked once in an account's life. The book refuses an id it does not know and nothing else.
        try _accountBook.accountOf(account) returns (IAccountBook.Account memory details) {
            state.firstUnpaid = details.firstPeriod;
            state.started = true;
        } catch {
            revert Settlement_UnknownAccount(account);
        }
    }

    /// @dev The weight of the days after `from` up to `to`, each at its own rate.
    function _weightOf(uint256 dueOn, uint256 from, uint256 to) private view returns (uint256 weight) {
        while (from < to) {
            (uint16 rate, uint16 until) = _tariffs.penaltyRateOf(Calendar.periodOfDay(from + 1));
            uint256 end = until < Calendar.MAX_PERIOD ? Calendar.firstDayOf(uint256(until) + 1) - 1 : to;
            if (end > to) end = to;
            weight += Penalties.weighed(rate, from - dueOn, end - dueOn);
            from = end;
        }
    }

    /// @dev The local calendar day of the block.
    function _today() private view returns (uint256) {
        return uint256(int256(block.timestamp) + _utcOffset) / 1 days;
    }

    function _requireSigned(uint256 index, uint16 provider, bytes32 digest, bytes calldata signature) private view {
        address payee = _tariffs.payeeOf(provider);
        (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(digest, signature);
        require(
            problem == ECDSA.RecoverError.NoError && signer == payee,
            Settlement_WrongSignature(index, provider, payee)
        );
    }

    function _digestOf(Obligation calldata obligation) private view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        OBLIGATION_TYPEHASH,
                        obligation.debtor,
                        obligation.creditor,
                        obligation.amount,
                        obligation.document,
                        obligation.validUntil
                    )
                )
            );
    }

    function _requireHolder(bytes32 account) private view {
        require(msg.sender == _accountBook.holderOf(account), Settlement_NotHolder(account, msg.sender));
    }

    function _requirePayeeOf(LineId memory line) private view {
        uint16 provider = _providerOf(line);
        require(msg.sender == _tariffs.payeeOf(provider), Settlement_NotPayee(provider, msg.sender));
    }

    function _providerOf(LineId memory line) private view returns (uint16) {
        return _tariffs.providersOf(line.period)[uint256(line.service) % PRINCIPALS];
    }

    function _openDispute(LineId memory line) private view returns (DisputeRecord storage record) {
        record = _disputes[line.account][line.period][uint256(line.service)];
        require(
            record.state == DisputeState.Open,
            Settlement_NotDisputed(line.account, line.period, line.service, record.state)
        );
    }

    /// @dev What is outstanding on each line of a bill, and in all.
    function _outstandingOf(
        bytes32 account,
        uint16 period,
        IBilling.Bill memory bill,
        SixAmounts paid
    ) private view returns (Outstanding memory outstanding) {
        uint64[SERVICES] memory paidLines = paid.unpack();
        uint256 disputedLines = paid.tag();
        for (uint256 i = 0; i < SERVICES; ++i) {
            uint64 due = bill.amounts[i] - paidLines[i];
            if (disputedLines & (1 << i) != 0) {
                DisputeRecord memory record = _disputes[account][period][i];
                uint64 disputed = record.amount - record.escrow;
                outstanding.disputed[i] = disputed;
                outstanding.disputedTotal += disputed;
                due -= record.conceded + disputed;
            }
            outstanding.undisputed[i] = due;
            outstanding.undisputedTotal += due;
        }
    }

    /// @dev Divides a payment among the lines of a bill: the principal first, then the penalties.
    function _divide(
        uint64 amount,
        uint64[SERVICES] memory lines
    ) private pure returns (uint64[SERVICES] memory parts) {
        uint64[SERVICES] memory principal;
        uint64[SERVICES] memory penalties;
        uint64 total;
        for (uint256 i = 0; i < SERVICES; ++i) {
            if (i < PRINCIPALS) total += principal[i] = lines[i];
            else penalties[i] = lines[i];
        }
        if (amount <= total) return LargestRemainder.split(amount, principal);
        parts = LargestRemainder.split(amount - total, penalties);
        for (uint256 i = 0; i < PRINCIPALS; ++i) parts[i] = principal[i];
    }

    function _penaltiesIn(uint256 word) private pure returns (uint64[PRINCIPALS] memory) {
        return [uint64(word), uint64(word >> 64), uint64(word >> 128)];
    }

    /// @dev How many bills of each account a call looks at that names `accounts` of them.
    function _billsPerAccount(uint256 accounts) private pure returns (uint256) {
        uint256 bills = MAX_BILLS_PER_CREDIT_CALL / accounts;
        return bills == 0 ? 1 : bills;
    }

    function _smaller(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }
}
