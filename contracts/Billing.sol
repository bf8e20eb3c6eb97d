// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBilling} from "./interfaces/IBilling.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {AreaShares} from "./libraries/AreaShares.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {CommonNeeds} from "./libraries/CommonNeeds.sol";
import {Money} from "./libraries/Money.sol";
import {FiveAmounts, PackedAmounts} from "./libraries/PackedAmounts.sol";
import {Services} from "./libraries/Services.sol";

/// @title Billing
/// @notice Implements IBilling; see there for rights, units, the rules of each line and every error.
contract Billing is IBilling, AccessManaged {
    using Services for ITariffBook.Tariff;

    /// @notice What the accounts of a group share in a period.
    struct Shared {
        uint64 day;
        uint64 night;
    }

    /// @notice How far a group's periods are fixed.
    struct GroupState {
        /// First period that is not fixed; 0 while none is.
        uint16 firstUnfixed;
        bool billed;
        CommonNeeds.Carry carry;
    }

    /// @dev What the bills of one house and period have in common. Kept from one account to the next.
    struct House {
        uint32 group;
        uint32 area;
        Shared shared;
    }

    /// @dev What the bills of one period have in common.
    struct Batch {
        uint16 period;
        uint16 dueOn;
        ITariffBook.Tariff tariff;
        House electricity;
        House heat;
    }

    uint256 private constant MAX_ACCOUNTS = 100;
    uint16 private constant MAX_PERIODS_TO_FIX = 12;
    uint256 private constant ELECTRICITY_LINES = 4;
    uint256 private constant HEAT_LINES = 1;

    IMeterRegistry private immutable _registry;
    IReadingLedger private immutable _ledger;
    ITariffBook private immutable _tariffs;

    ISettlement private _settlement;
    bool private _paused;
    mapping(uint32 group => GroupState state) private _groups;
    mapping(uint32 group => mapping(uint16 period => Shared shared)) private _shared;
    /// @dev The tag is the day the bill is due on; 0 is no bill.
    mapping(bytes32 account => mapping(uint16 period => FiveAmounts amounts)) private _bills;

    constructor(
        address manager,
        IMeterRegistry registry,
        IReadingLedger ledger,
        ITariffBook tariffs
    ) AccessManaged(manager) {
        _registry = registry;
        _ledger = ledger;
        _tariffs = tariffs;
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
        require(!_paused, Billing_Paused());
        require(address(_settlement) != address(0), Billing_NotConnected());
        require(accounts.length <= MAX_ACCOUNTS, Billing_TooManyAccounts(accounts.length, MAX_ACCOUNTS));

        Batch memory batch = _openBatch(period);
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (_bills[accounts[i]][period].tag() == 0) _issueOne(accounts[i], batch);
        }
        _settlement.applyCredit(accounts);
    }

    /// @inheritdoc IBilling
    function fixCommonNeeds(uint32 group, uint16 period) external {
        require(!_paused, Billing_Paused());
        _fixUpTo(group, period, false);
    }

    /// @inheritdoc IBilling
    function billOf(bytes32 account, uint16 period) external view returns (Bill memory bill) {
        FiveAmounts packed = _bills[account][period];
        bill.dueOn = packed.tag();
        bill.issued = bill.dueOn != 0;
        bill.amounts = packed.unpack();
        for (uint256 i = 0; i < bill.amounts.length; ++i) bill.total += bill.amounts[i];
    }

    /// @inheritdoc IBilling
    function linesOf(bytes32 account, uint16 period) external view returns (Line[] memory) {
        IMeterRegistry.Account memory details = _registry.accountOf(account);
        require(period >= details.firstPeriod, Billing_NotYetOpen(account, period, details.firstPeriod));
        _requirePeriodOver(account, details, period);

        Batch memory batch = _openBatch(period);
        if (details.electricityGroup != 0) _previewHouse(batch.electricity, details.electricityGroup, period);
        if (details.heatGroup != 0) _previewHouse(batch.heat, details.heatGroup, period);
        return _computeLines(account, details, batch);
    }

    /// @inheritdoc IBilling
    function nextPeriodOf(bytes32 account) external view returns (uint16) {
        return _nextPeriodOf(account, _registry.accountOf(account).firstPeriod);
    }

    /// @inheritdoc IBilling
    function isGroupBilled(uint32 group) external view returns (bool) {
        return _groups[group].billed;
    }

    function _openBatch(uint16 period) private view returns (Batch memory batch) {
        batch.period = period;
        batch.tariff = _tariffs.tariffOf(period);
        batch.dueOn = SafeCast.toUint16(Calendar.firstDayOf(period + 1) + batch.tariff.dueDay - 1);
    }

    function _issueOne(bytes32 account, Batch memory batch) private {
        // Checks.
        uint16 period = batch.period;
        IMeterRegistry.Account memory details = _registry.accountOf(account);
        require(period >= details.firstPeriod, Billing_NotYetOpen(account, period, details.firstPeriod));
        if (period > details.firstPeriod && _bills[account][period - 1].tag() == 0) {
            revert Billing_EarlierPeriodNotBilled(account, period, _nextPeriodOf(account, details.firstPeriod));
        }

        // Effects.
        if (details.electricityGroup != 0 && details.electricityGroup != batch.electricity.group) {
            _openHouse(batch.electricity, account, details.electricityGroup, period);
        }
        if (details.heatGroup != 0 && details.heatGroup != batch.heat.group) {
            _openHouse(batch.heat, account, details.heatGroup, period);
        }
        Line[] memory lines = _computeLines(account, details, batch);
        FiveAmounts amounts = PackedAmounts.tagged(batch.dueOn);
        uint64 total;
        for (uint256 i = 0; i < lines.length; ++i) {
            amounts = amounts.plus(uint256(lines[i].service), lines[i].amount);
            total += lines[i].amount;
        }
        _bills[account][period] = amounts;
        emit BillIssued(
            account,
            period,
            total,
            Money.vatContainedIn(total, batch.tariff.vatRate),
            batch.dueOn,
            details.electricityGroup == 0
                ? 0
                : _unmeasuredHoursOf(details.electricityGroup, details.electricityChannel, period),
            lines
        );
    }

    /// @dev Fixes a group's period if it is not, and marks the group as billed.
    function _openHouse(House memory house, bytes32 account, uint32 group, uint16 period) private {
        GroupState storage state = _groups[group];
        if (period >= state.firstUnfixed) {
            _requireGroupPeriodOver(account, group, period);
            _fixUpTo(group, period, true);
        }
        if (!state.billed) state.billed = true;
        house.group = group;
        house.area = _registry.areaOf(group);
        house.shared = _shared[group][period];
    }

    /// @dev The same as _openHouse, without writing.
    function _previewHouse(House memory house, uint32 group, uint16 period) private view {
        house.group = group;
        house.area = _registry.areaOf(group);
        (GroupState memory state, IMeterRegistry.Kind kind) = _loadGroup(group);
        if (period < state.firstUnfixed) {
            house.shared = _shared[group][period];
            return;
        }
        uint16 last = _lastToFix(state, period);
        require(last == period, Billing_TooManyPeriodsToFix(group, state.firstUnfixed, period));
        for (uint16 p = state.firstUnfixed; p <= last; ++p) house.shared = _advance(state, kind, group, p);
    }

    /// @dev Fixes periods of a group in order up to `period`, as many as a call may; if `all`, reverts where that is not enough.
    function _fixUpTo(uint32 group, uint16 period, bool all) private {
        (GroupState memory state, IMeterRegistry.Kind kind) = _loadGroup(group);
        if (period < state.firstUnfixed) return;
        uint16 last = _lastToFix(state, period);
        require(!all || last == period, Billing_TooManyPeriodsToFix(group, state.firstUnfixed, period));
        for (uint16 p = state.firstUnfixed; p <= last; ++p) {
            Shared memory shared = _advance(state, kind, group, p);
            _shared[group][p] = shared;
            emit CommonNeedsFixed(group, p, shared.day, shared.night, state.carry.day, state.carry.night);
        }
        state.firstUnfixed = last + 1;
        _groups[group] = state;
    }

    /// @dev The state of a group; of one that has no fixed period the first is that in which its segment begins.
    function _loadGroup(uint32 group) private view returns (GroupState memory state, IMeterRegistry.Kind kind) {
        state = _groups[group];
        IMeterRegistry.Group memory details = _registry.groupOf(group);
        kind = details.kind;
        if (state.firstUnfixed == 0) {
            (, uint32 firstHour, , ) = _registry.segmentOf(details.segment);
            (state.firstUnfixed, ) = _ledger.calendarOf(firstHour);
        }
    }

    /// @dev What the accounts of a group share in `period`, the next after those `state` knows; moves the carry on.
    function _advance(
        GroupState memory state,
        IMeterRegistry.Kind kind,
        uint32 group,
        uint16 period
    ) private view returns (Shared memory shared) {
        IReadingLedger.GroupPeriod memory sums = _ledger.groupPeriodOf(group, period);
        if (kind == IMeterRegistry.Kind.Heat) {
            shared.day = sums.parent[0];
        } else {
            (shared.day, shared.night) = CommonNeeds.charge(state.carry, sums.parent, sums.consumers);
        }
    }

    /// @dev The lines of an account's bill, in order of Service. The houses of `batch` are those of the account.
    function _computeLines(
        bytes32 account,
        IMeterRegistry.Account memory details,
        Batch memory batch
    ) private view returns (Line[] memory lines) {
        bool hasElectricity = details.electricityGroup != 0;
        bool hasHeat = details.heatGroup != 0;
        lines = new Line[]((hasElectricity ? ELECTRICITY_LINES : 0) + (hasHeat ? HEAT_LINES : 0));
        if (hasElectricity) {
            uint64[3] memory own = _ledger.consumptionOf(
                details.electricityGroup,
                details.electricityChannel,
                batch.period
            );
            House memory house = batch.electricity;
            uint32 areaBefore = details.areaBeforeInElectricityGroup;
            uint64 day = AreaShares.shareOf(house.shared.day, areaBefore, details.area, house.area);
            uint64 night = AreaShares.shareOf(house.shared.night, areaBefore, details.area, house.area);
            uint64 ownDay = own[Calendar.PEAK] + own[Calendar.HALF_PEAK];
            _fillLine(lines[0], account, batch.tariff, Service.ElectricityDay, ownDay);
            _fillLine(lines[1], account, batch.tariff, Service.ElectricityNight, own[Calendar.NIGHT]);
            _fillLine(lines[2], account, batch.tariff, Service.CommonNeedsDay, day);
            _fillLine(lines[3], account, batch.tariff, Service.CommonNeedsNight, night);
        }
        if (hasHeat) {
            House memory house = batch.heat;
            uint64 heat = AreaShares.shareOf(house.shared.day, details.areaBeforeInHeatGroup, details.area, house.area);
            _fillLine(lines[lines.length - 1], account, batch.tariff, Service.Heating, heat);
        }
    }

    function _unmeasuredHoursOf(uint32 group, uint16 channel, uint16 period) private view returns (uint16) {
        (uint16 missing, uint16 estimated) = _ledger.exceptionsOf(group, channel, period);
        return missing + estimated;
    }

    function _requirePeriodOver(bytes32 account, IMeterRegistry.Account memory details, uint16 period) private view {
        if (details.electricityGroup != 0) _requireGroupPeriodOver(account, details.electricityGroup, period);
        if (details.heatGroup != 0) _requireGroupPeriodOver(account, details.heatGroup, period);
    }

    function _requireGroupPeriodOver(bytes32 account, uint32 group, uint16 period) private view {
        uint32 segment = _registry.groupOf(group).segment;
        require(_ledger.isPeriodOver(segment, period), Billing_PeriodNotOver(account, period));
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

    function _lastToFix(GroupState memory state, uint16 period) private pure returns (uint16) {
        uint16 limit = state.firstUnfixed + MAX_PERIODS_TO_FIX - 1;
        return period < limit ? period : limit;
    }

    /// @dev Fills a line in place: an array of lines is made with its elements.
    function _fillLine(
        Line memory line,
        bytes32 account,
        ITariffBook.Tariff memory tariff,
        Service service,
        uint64 quantity
    ) private pure {
        uint64 price = tariff.priceOf(service);
        uint256 amount =
            service == Service.Heating
                ? Money.chargeForHeat(quantity, price)
                : Money.chargeForElectricity(quantity, price);
        require(amount <= PackedAmounts.MAX_AMOUNT, Billing_AmountTooLarge(account, amount));
        line.service = service;
        line.provider = tariff.providerOf(service);
        line.quantity = quantity;
        line.price = price;
        line.amount = uint64(amount);
    }
}
