// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DeadlineBook} from "./DeadlineBook.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IOutages} from "./interfaces/IOutages.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Outages} from "./libraries/Outages.sol";

/// @title OutageBook: which hours of a group are reduced
/// @notice The part of IIncidentLog about outages (IOutages); see there for rights, units and every error.
abstract contract OutageBook is DeadlineBook {
    uint256 private constant MAX_OUTAGES = 64;
    /// @dev The month in which an outage began and three more.
    uint256 private constant MAX_PERIODS = 4;
    uint8 private constant MAX_DEGREES = 50;

    IMeterRegistry private immutable _registry;
    int32 private immutable _utcOffset;

    /// @dev An outage stands in every month that it touches, whole.
    mapping(uint32 group => mapping(uint16 period => Outage[])) private _outages;
    /// @dev Computed when an outage is recorded, which is seldom; read for every bill, which is often.
    mapping(uint32 group => mapping(uint16 period => ReductionHours)) private _reductions;

    /// @param ledger whose calendar says when a month ends.
    constructor(IMeterRegistry registry, IReadingLedger ledger) {
        _registry = registry;
        _utcOffset = ledger.utcOffset();
    }

    /// @inheritdoc IOutages
    function recordOutage(
        bytes32 incident,
        uint32 group,
        OutageKind kind,
        uint40 from,
        uint40 to,
        uint8 measure,
        bytes32 evidence
    ) external restricted {
        _onOutage(incident);
        _checkKind(group, kind);
        Outage memory outage = Outage(incident, kind, from, to, measure);
        _checkOutage(outage, evidence);
        uint16 last = _periodOf(to - 1);
        for (uint16 period = _periodOf(from); period <= last; ++period) _add(group, period, outage);
        emit OutageRecorded(incident, group, outage, evidence);
    }

    /// @inheritdoc IOutages
    function reductionHoursOf(uint32 group, uint16 period) external view returns (ReductionHours memory) {
        return _reductions[group][period];
    }

    /// @inheritdoc IOutages
    function outagesOf(uint32 group, uint16 period) external view returns (Outage[] memory outages) {
        outages = _outages[group][period];
        Outages.sort(outages);
    }

    /// @dev Marks the incident. Reverts with IncidentLog_Unknown; IncidentLog_NotTrue.
    function _onOutage(bytes32 incident) internal virtual;

    /// @dev The last second in time of restoring a group's supply: what is permitted at once, and of heat no longer than what the
    /// outages on record have left of the month. Where that reaches into the next month, the next one's hours begin with it.
    /// Reverts with MeterRegistry_UnknownGroup; IncidentLog_InvalidFeeds.
    function _restoreDue(uint32 group, uint40 from, int8 condition) internal view returns (uint40) {
        DeadlineRules storage rules = _rulesAt(from);
        if (_registry.groupOf(group).kind == IMeterRegistry.Kind.Electricity) {
            require(condition == 1 || condition == 2, IncidentLog_InvalidFeeds(condition));
            return from + uint40(condition == 1 ? rules.oneFeedHours : rules.twoFeedHours) * 1 hours;
        }
        uint256 atOnce = uint256(from) + uint256(_heatHoursAt(rules, condition)) * 1 hours;
        uint16 period = _periodOf(from);
        uint256 start = _startOf(period);
        uint256 end = _startOf(uint256(period) + 1);
        uint256 used = Outages.heatInterrupted(_outages[group][period], start, from);
        uint256 budget = _budgetFrom(start);
        uint256 ofMonth = from + (budget > used ? budget - used : 0);
        if (ofMonth > end) ofMonth = end + _budgetFrom(end);
        return uint40(atOnce < ofMonth ? atOnce : ofMonth);
    }

    function _add(uint32 group, uint16 period, Outage memory outage) private {
        Outage[] storage stored = _outages[group][period];
        uint256 count = stored.length;
        require(count < MAX_OUTAGES, IncidentLog_TooManyOutages(group, period, MAX_OUTAGES));
        Outage[] memory outages = new Outage[](count + 1);
        for (uint256 i = 0; i < count; ++i) {
            outages[i] = stored[i];
            require(
                !Outages.areInConflict(outages[i], outage),
                IncidentLog_OverlappingOutage(group, outages[i].from, outages[i].to)
            );
        }
        outages[count] = outage;
        stored.push(outage);
        Outages.sort(outages);
        _reductions[group][period] = Outages.reductionOf(
            outages,
            _startOf(period),
            _startOf(uint256(period) + 1),
            _budgetFrom(_startOf(period))
        );
    }

    /// @dev Reverts with MeterRegistry_UnknownGroup; MeterRegistry_WrongKind.
    function _checkKind(uint32 group, OutageKind kind) private view {
        IMeterRegistry.Kind expected =
            Outages.isOfHeat(kind) ? IMeterRegistry.Kind.Heat : IMeterRegistry.Kind.Electricity;
        require(_registry.groupOf(group).kind == expected, IMeterRegistry.MeterRegistry_WrongKind(group, expected));
    }

    function _checkOutage(Outage memory outage, bytes32 evidence) private view {
        require(outage.from >= uint256(Calendar.MIN_HOUR) * 1 hours, IncidentLog_InvalidOutage("from"));
        require(outage.to > outage.from && outage.to <= block.timestamp, IncidentLog_InvalidOutage("to"));
        require(
            _periodOf(outage.to - 1) - _periodOf(outage.from) < MAX_PERIODS,
            IncidentLog_InvalidOutage("longer than 3 months")
        );
        require(_isMeasure(outage), IncidentLog_InvalidOutage("measure"));
        require(evidence != 0, IncidentLog_InvalidOutage("evidence"));
    }

    /// @dev Seconds that heating may be interrupted in the month that begins then.
    function _budgetFrom(uint256 start) private view returns (uint256) {
        return uint256(_rulesAt(start).heatMonthHours) * 1 hours;
    }

    function _isMeasure(Outage memory outage) private view returns (bool) {
        uint8 measure = outage.measure;
        DeadlineRules storage rules = _rulesAt(outage.from);
        if (outage.kind == OutageKind.HeatCold) return measure != 0 && measure <= MAX_DEGREES;
        if (outage.kind == OutageKind.ElectricityInterruption)
            return measure == rules.oneFeedHours || measure == rules.twoFeedHours;
        uint8[4] memory permitted = rules.heatHours;
        for (uint256 i = 0; i < permitted.length; ++i) if (measure == permitted[i]) return true;
        return false;
    }

    function _heatHoursAt(DeadlineRules storage rules, int8 degrees) private view returns (uint8) {
        int8[3] memory limits = rules.heatDegrees;
        for (uint256 i = 0; i < limits.length; ++i) if (degrees >= limits[i]) return rules.heatHours[i];
        return rules.heatHours[limits.length];
    }

    function _periodOf(uint40 time) private view returns (uint16 period) {
        (period, ) = Calendar.periodAndZone(uint32(time / 1 hours), _utcOffset);
    }

    function _startOf(uint256 period) private view returns (uint256) {
        return uint256(Calendar.firstHourOf(period, _utcOffset)) * 1 hours;
    }
}
