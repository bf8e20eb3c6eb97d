// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAccountBook} from "./interfaces/IAccountBook.sol";
import {IBilling} from "./interfaces/IBilling.sol";
import {ICharges} from "./interfaces/ICharges.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {IVolumeBook} from "./interfaces/IVolumeBook.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Lines} from "./libraries/Lines.sol";
import {Money} from "./libraries/Money.sol";
import {PackedAmounts, PRINCIPALS, SixAmounts} from "./libraries/PackedAmounts.sol";
import {Recalculations} from "./libraries/Recalculations.sol";
import {Services} from "./libraries/Services.sol";

/// @title Billing
/// @notice Implements IBilling; see there for rights, units, the rules of each line and every error.
contract Billing is IBilling, AccessManaged {
    using Services for ITariffBook.Tariff;

    /// @dev What the bills of one period have in common.
    struct Batch {
        uint16 period;
        uint16 dueOn;
        ITariffBook.Tariff tariff;
    }

    /// @dev A bill as it is put together.
    struct Draft {
        bytes32 account;
        /// What came to the charges.
        uint256[] lines;
        uint256 count;
        SixAmounts amounts;
        uint64 total;
        /// Was anything taken of what waited?
        bool hasRecalculations;
    }

    uint256 private constant MAX_ACCOUNTS = 100;
    /// @dev As many periods as corrections reach back (ADR 0010).
    uint256 private constant MAX_WAITING = 36;

    ITariffBook private immutable TARIFFS;
    IAccountBook private immutable ACCOUNTS;
    ICharges private immutable CHARGES;

    ISettlement private _settlement;
    bool private _paused;
    mapping(uint32 group => bool billed) private _isBilled;
    /// @dev The tag is the day the bill is due on; 0 is no bill.
    mapping(bytes32 account => mapping(uint16 period => SixAmounts amounts)) private _bills;
    /// @dev What was charged for a period so far, where that is not what its bill says: after a recalculation, or if the bill took one of
    /// another period. The tag is 1; 0 is for what the bill says.
    mapping(bytes32 account => mapping(uint16 period => SixAmounts amounts)) private _charged;
    /// @dev Packed as libraries/Recalculations.sol says.
    mapping(bytes32 account => uint256[] words) private _waiting;

    constructor(address manager, ITariffBook tariffs, IAccountBook accounts, ICharges charges) AccessManaged(manager) {
        TARIFFS = tariffs;
        ACCOUNTS = accounts;
        CHARGES = charges;
    }

    /// @inheritdoc IBilling
    function connect(address settlement) external restricted {
        require(address(_settlement) == address(0), Billing_AlreadyConnected(address(_settlement)));
        require(settlement.code.length != 0, Billing_NotAContract(settlement));
        _settlement = ISettlement(settlement);
        emit SettlementConnected(settlement);
    }

    /// @inheritdoc IBilling
    function setPaused(bool paused) external restricted {
        _paused = paused;
        emit PauseChanged(paused);
    }

    /// @inheritdoc IBilling
    function issue(bytes32[] calldata accounts, uint16 period) external {
        _requireOpen(accounts);
        require(address(_settlement) != address(0), Billing_NotConnected());

        bytes32[] memory due = _dueOf(accounts, period);
        if (due.length != 0) _issueAll(due, period);
        _settlement.applyCredit(accounts);
    }

    /// @inheritdoc IBilling
    function recalculate(bytes32[] calldata accounts, uint16 period) external {
        _requireOpen(accounts);
        for (uint256 i = 0; i < accounts.length; ++i) _requireIssued(accounts[i], period);
        uint256[][] memory lines = CHARGES.chargesOf(accounts, period);
        for (uint256 i = 0; i < accounts.length; ++i) _recalculateOne(accounts[i], period, _netOf(lines[i]));
    }

    /// @inheritdoc IBilling
    function billOf(bytes32 account, uint16 period) external view returns (Bill memory bill) {
        SixAmounts packed = _bills[account][period];
        bill.dueOn = packed.tag();
        bill.issued = bill.dueOn != 0;
        bill.amounts = packed.unpack();
        for (uint256 i = 0; i < bill.amounts.length; ++i) bill.total += bill.amounts[i];
    }

    /// @inheritdoc IBilling
    function linesOf(bytes32 account, uint16 period) external view returns (Line[] memory lines) {
        bytes32[] memory accounts = new bytes32[](1);
        accounts[0] = account;
        uint256[] memory words = CHARGES.chargesOf(accounts, period)[0];
        lines = new Line[](words.length);
        for (uint256 i = 0; i < words.length; ++i) lines[i] = Lines.unpack(words[i]);
    }

    /// @inheritdoc IBilling
    function chargedOf(bytes32 account, uint16 period) external view returns (uint64[3] memory) {
        _requireIssued(account, period);
        return _chargedOf(account, period);
    }

    /// @inheritdoc IBilling
    function waitingOf(bytes32 account) external view returns (Waiting[] memory waiting) {
        Recalculations.Entry[] memory entries = _entriesOf(account);
        waiting = new Waiting[](PRINCIPALS * entries.length);
        uint256 count = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            for (uint256 service = 0; service < PRINCIPALS; ++service) {
                int64 amount = entries[i].amounts[service];
                if (amount != 0) waiting[count++] = Waiting(entries[i].period, Service(service), amount);
            }
        }
        assembly ("memory-safe") {
            // Made for the worst case: the rest of the array is given up.
            mstore(waiting, count)
        }
    }

    /// @inheritdoc IBilling
    function nextPeriodOf(bytes32 account) external view returns (uint16) {
        return _nextPeriodOf(account, ACCOUNTS.accountOf(account).firstPeriod);
    }

    /// @inheritdoc IBilling
    function isGroupBilled(uint32 group) external view returns (bool) {
        return _isBilled[group];
    }

    function _issueAll(bytes32[] memory due, uint16 period) private {
        (uint256[][] memory lines, uint32[] memory groups) = CHARGES.fixAndCharge(due, period);
        for (uint256 i = 0; i < groups.length; ++i) {
            if (!_isBilled[groups[i]]) _isBilled[groups[i]] = true;
        }
        uint256[] memory penalties = _settlement.takePenalties(due);
        Batch memory batch;
        batch.period = period;
        batch.tariff = TARIFFS.tariffOf(period);
        batch.dueOn = SafeCast.toUint16(Calendar.firstDayOf(period + 1) + batch.tariff.dueDay - 1);
        for (uint256 i = 0; i < due.length; ++i) {
            // An account may be named twice.
            if (_bills[due[i]][period].tag() == 0) _issueOne(due[i], lines[i], penalties[i], batch);
        }
    }

    function _issueOne(bytes32 account, uint256[] memory lines, uint256 penalties, Batch memory batch) private {
        Draft memory draft;
        draft.account = account;
        draft.amounts = PackedAmounts.tagged(batch.dueOn);
        _addPrincipals(draft, lines, batch);
        uint64 vat = Money.vatContainedIn(draft.total, batch.tariff.vatRate);
        _addPenalties(draft, penalties, batch);
        if (draft.count != 0) lines = _joined(lines, draft);
        _bills[account][batch.period] = draft.amounts;
        emit BillIssued(account, batch.period, draft.total, vat, batch.dueOn, lines);
    }

    /// @dev Adds the principal services to a bill: the charges, and what it takes of the recalculations that wait. What was charged for the
    /// period can no longer be read from the bill then.
    function _addPrincipals(Draft memory draft, uint256[] memory lines, Batch memory batch) private {
        uint64[PRINCIPALS] memory net = _netOf(lines);
        Recalculations.Entry[] memory entries = _entriesOf(draft.account);
        if (entries.length == 0) {
            for (uint256 service = 0; service < PRINCIPALS; ++service) _addAmount(draft, service, net[service]);
            return;
        }
        draft.lines = new uint256[](PRINCIPALS * (entries.length + 1));
        for (uint256 service = 0; service < PRINCIPALS; ++service) {
            (int64[] memory taken, uint256 amount) = Recalculations.take(entries, service, net[service]);
            for (uint256 i = 0; i < entries.length; ++i) {
                if (taken[i] == 0) continue;
                draft.hasRecalculations = true;
                _addLine(draft, batch, service, LineKind.Recalculation, entries[i].period, taken[i]);
            }
            _addAmount(draft, service, amount);
        }
        if (!draft.hasRecalculations) return;
        _keepEntries(draft.account, entries);
        _setCharged(draft.account, batch.period, net);
    }

    /// @param penalties 64 bits a principal service.
    function _addPenalties(Draft memory draft, uint256 penalties, Batch memory batch) private pure {
        if (penalties == 0) return;
        if (draft.lines.length == 0) draft.lines = new uint256[](PRINCIPALS);
        for (uint256 service = PRINCIPALS; penalties != 0; ++service) {
            uint64 amount = uint64(penalties);
            penalties >>= 64;
            if (amount == 0) continue;
            _addAmount(draft, service, amount);
            _addLine(draft, batch, service, LineKind.Penalty, batch.period, int64(amount));
        }
    }

    /// @dev Writes what is left of the recalculations that wait, in order.
    function _keepEntries(bytes32 account, Recalculations.Entry[] memory entries) private {
        uint256[] storage words = _waiting[account];
        uint256 kept = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            int64[PRINCIPALS] memory amounts = entries[i].amounts;
            if (amounts[0] == 0 && amounts[1] == 0 && amounts[2] == 0) continue;
            words[kept++] = Recalculations.pack(entries[i]);
        }
        for (uint256 i = kept; i < entries.length; ++i) words.pop();
    }

    function _recalculateOne(bytes32 account, uint16 period, uint64[PRINCIPALS] memory known) private {
        uint64[PRINCIPALS] memory charged = _chargedOf(account, period);
        Recalculations.Entry memory entry;
        entry.period = period;
        bool differs = false;
        for (uint256 i = 0; i < PRINCIPALS; ++i) {
            // Both are below 2^40.
            entry.amounts[i] = int64(known[i]) - int64(charged[i]);
            differs = differs || known[i] != charged[i];
        }
        if (!differs) return;
        uint256[] storage words = _waiting[account];
        require(words.length < MAX_WAITING, Billing_TooManyWaiting(account, MAX_WAITING));
        words.push(Recalculations.pack(entry));
        _setCharged(account, period, known);
        emit Recalculated(account, period, entry.amounts);
    }

    function _setCharged(bytes32 account, uint16 period, uint64[PRINCIPALS] memory charged) private {
        SixAmounts amounts = PackedAmounts.tagged(1);
        for (uint256 i = 0; i < PRINCIPALS; ++i) amounts = amounts.plus(i, charged[i]);
        _charged[account][period] = amounts;
    }

    /// @dev The accounts that have no bill for `period` yet. Each must be billed up to the period before.
    function _dueOf(bytes32[] calldata accounts, uint16 period) private view returns (bytes32[] memory due) {
        due = new bytes32[](accounts.length);
        uint256 count = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            bytes32 account = accounts[i];
            if (_bills[account][period].tag() != 0) continue;
            if (period == 0 || _bills[account][period - 1].tag() == 0) {
                uint16 first = ACCOUNTS.accountOf(account).firstPeriod;
                if (period > first) {
                    revert Billing_EarlierPeriodNotBilled(account, period, _nextPeriodOf(account, first));
                }
            }
            due[count++] = account;
        }
        assembly ("memory-safe") {
            // Made for the worst case: the rest of the array is given up.
            mstore(due, count)
        }
    }

    function _requireOpen(bytes32[] calldata accounts) private view {
        require(!_paused, Billing_Paused());
        require(accounts.length <= MAX_ACCOUNTS, Billing_TooManyAccounts(accounts.length, MAX_ACCOUNTS));
    }

    function _requireIssued(bytes32 account, uint16 period) private view {
        require(_bills[account][period].tag() != 0, Billing_NotIssued(account, period));
    }

    /// @dev What was charged for an issued period so far. A bill without recalculations says it itself.
    function _chargedOf(bytes32 account, uint16 period) private view returns (uint64[PRINCIPALS] memory charged) {
        SixAmounts packed = _charged[account][period];
        if (packed.tag() == 0) packed = _bills[account][period];
        for (uint256 i = 0; i < PRINCIPALS; ++i) charged[i] = packed.amountAt(i);
    }

    function _entriesOf(bytes32 account) private view returns (Recalculations.Entry[] memory entries) {
        uint256[] memory words = _waiting[account];
        if (words.length == 0) return entries;
        entries = new Recalculations.Entry[](words.length);
        for (uint256 i = 0; i < words.length; ++i) entries[i] = Recalculations.unpack(words[i]);
    }

    /// @dev Bills are issued in order, so they end where a binary search finds the first that is missing.
    function _nextPeriodOf(bytes32 account, uint16 firstPeriod) private view returns (uint16) {
        uint256 low = firstPeriod;
        uint256 high = type(uint16).max;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_bills[account][uint16(middle)].tag() != 0) low = middle + 1;
            else high = middle;
        }
        return uint16(low);
    }

    /// @dev What charges and reductions come to by service; Charges sees to it that each is from 0 up to 2^40.
    function _netOf(uint256[] memory lines) private pure returns (uint64[PRINCIPALS] memory net) {
        unchecked {
            for (uint256 i = 0; i < lines.length; ++i) {
                net[Lines.serviceOf(lines[i])] += uint64(Lines.amountOf(lines[i]));
            }
        }
    }

    function _addAmount(Draft memory draft, uint256 service, uint256 amount) private pure {
        require(amount <= PackedAmounts.MAX_AMOUNT, Billing_AmountTooLarge(draft.account, amount));
        draft.amounts = draft.amounts.plus(service, uint64(amount));
        draft.total += uint64(amount);
    }

    /// @dev Adds a line without quantity and price.
    function _addLine(
        Draft memory draft,
        Batch memory batch,
        uint256 service,
        LineKind kind,
        uint16 period,
        int64 amount
    ) private pure {
        uint16 provider = batch.tariff.providerOf(Service(service));
        uint256 head = Lines.headOf(Service(service), kind, IVolumeBook.Method.Measured, period, provider);
        draft.lines[draft.count++] = Lines.complete(head, Zone.Whole, 0, 0, 0, amount);
    }

    /// @dev The charges of a bill and what came to them.
    function _joined(uint256[] memory charges, Draft memory draft) private pure returns (uint256[] memory lines) {
        lines = new uint256[](charges.length + draft.count);
        for (uint256 i = 0; i < charges.length; ++i) lines[i] = charges[i];
        for (uint256 i = 0; i < draft.count; ++i) lines[charges.length + i] = draft.lines[i];
    }
}
