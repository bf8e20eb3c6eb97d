// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IncidentLog} from "../../contracts/IncidentLog.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {TestBase} from "./TestBase.sol";

/// @title Runs random incidents of few objects and keeps its own books ("ghosts")
/// @dev Every entry it sends is valid, so a revert is a bug. What it knows of the rules it knows from the law, not from the contract:
/// minutes and hours are written out here.
contract IncidentHandler is TestBase {
    address private constant DISPATCHER = address(0x1006);
    address private constant SECOND_DISPATCHER = address(0x1016);
    bytes32 private constant EVIDENCE = keccak256("signals");
    uint256 private constant OBJECTS = 3;
    uint256 private constant ALARMS = 2;
    uint256 private constant MAX_OUTAGES = 40;
    uint40 private constant STEP = 30 minutes;
    uint8 private constant CLOSED = uint8(IIncidentLog.Stage.Closed);
    uint8 private constant REJECTED = uint8(IIncidentLog.Stage.Rejected);

    struct Ghost {
        uint32 object;
        uint8 alarm;
        uint8 stage;
        uint40 raisedAt;
        uint40 registeredAt;
        uint40 clearedAt;
        uint40 stageAt;
        uint40 suspendedAt;
        uint40 suspendedFor;
        /// Earliest deadline of restoring that was ever told of the present interruption; 0 if there is none.
        uint40 restoreDue;
        uint32 interruptedGroup;
        uint40 interruptedFrom;
        bool hasOutage;
        /// By deadline: when it was reached; a bit for each that was late.
        uint40[6] reachedAt;
        uint8 late;
    }

    // Not immutable: the test runner knows a contract to call by its code.
    IncidentLog private _incidents;
    uint32[] private _heatGroups;
    uint16 private _firstPeriod;
    uint40[3] private _monthStarts;

    bytes32[] public ghostIncidents;
    mapping(bytes32 incident => Ghost) private _ghosts;
    mapping(uint32 group => IOutages.Outage[]) private _outages;
    mapping(uint32 group => mapping(uint16 period => uint256)) public ghostHeatExcess;
    mapping(uint32 group => mapping(uint16 period => uint256)) public ghostDegrees;

    /// @param monthStarts of the first period and the two after it, Unix seconds.
    constructor(IncidentLog incidents, uint32[] memory heatGroups, uint16 firstPeriod, uint40[3] memory monthStarts) {
        (_incidents, _heatGroups, _firstPeriod, _monthStarts) = (incidents, heatGroups, firstPeriod, monthStarts);
    }

    function ghostOf(bytes32 incident) external view returns (Ghost memory) {
        return _ghosts[incident];
    }

    function ghostCount() external view returns (uint256) {
        return ghostIncidents.length;
    }

    /// @notice Raises an alarm where none is open; where one is, nothing.
    function raise(uint256 objectSeed, uint256 alarmSeed) external {
        uint32 object = uint32(bound(objectSeed, 1, OBJECTS));
        uint8 alarm = uint8(bound(alarmSeed, 1, ALARMS));
        for (uint256 i = 0; i < ghostIncidents.length; ++i) {
            Ghost storage other = _ghosts[ghostIncidents[i]];
            if (other.object == object && other.alarm == alarm && other.stage < CLOSED) return;
        }
        bytes32 incident = bytes32(ghostIncidents.length + 1);
        uint40 time = _pass(1);
        vm.prank(DISPATCHER);
        _incidents.raise(incident, object, alarm, time, EVIDENCE);
        ghostIncidents.push(incident);
        Ghost storage ghost = _ghosts[incident];
        (ghost.object, ghost.alarm, ghost.stage, ghost.raisedAt, ghost.stageAt) = (object, alarm, 1, time, time);
    }

    /// @notice Moves an incident to its next stage.
    function advance(uint256 seed, uint256 waitSeed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.stage >= CLOSED) return;
        uint8 next = ghost.stage + 1;
        if (next == uint8(IIncidentLog.Stage.Eliminated) && ghost.suspendedAt != 0) return;
        uint40 time = _pass(waitSeed);
        if (next == CLOSED && (ghost.clearedAt == 0 || time < ghost.clearedAt + 15 minutes)) return;
        vm.prank(next > uint8(IIncidentLog.Stage.Eliminated) ? SECOND_DISPATCHER : DISPATCHER);
        _incidents.advance(incident, IIncidentLog.Stage(next), time, EVIDENCE);
        if (next == uint8(IIncidentLog.Stage.Registered)) ghost.registeredAt = time;
        _reach(ghost, next, time);
        if (next == CLOSED) _markOverdue(ghost, time);
        (ghost.stage, ghost.stageAt) = (next, time);
    }

    function clear(uint256 seed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.clearedAt != 0) return;
        uint40 time = _pass(1);
        vm.prank(DISPATCHER);
        _incidents.clear(incident, time, EVIDENCE);
        ghost.clearedAt = time;
    }

    function visit(uint256 seed, uint256 waitSeed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.registeredAt == 0 || ghost.stage >= CLOSED || ghost.reachedAt[3] != 0) return;
        uint40 time = _pass(waitSeed);
        vm.prank(DISPATCHER);
        _incidents.visit(incident, time, EVIDENCE);
        ghost.reachedAt[3] = time;
        if (time > ghost.registeredAt + 2 hours) ghost.late |= 8;
    }

    /// @notice Suspends an incident, or lets it go on.
    function suspendOrResume(uint256 seed, uint256 waitSeed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.registeredAt == 0 || ghost.stage > uint8(IIncidentLog.Stage.Restored)) return;
        uint40 time = _pass(waitSeed);
        vm.prank(DISPATCHER);
        if (ghost.suspendedAt == 0) {
            _incidents.suspend(incident, IIncidentLog.SuspensionReason.Weather, time, EVIDENCE);
            ghost.suspendedAt = time;
        } else {
            _incidents.resume(incident, time, EVIDENCE);
            ghost.suspendedFor += time - ghost.suspendedAt;
            ghost.suspendedAt = 0;
        }
    }

    function reject(uint256 seed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.stage > uint8(IIncidentLog.Stage.Dispatched)) return;
        if (ghost.hasOutage || ghost.interruptedFrom != 0) return;
        uint40 time = _pass(1);
        vm.prank(DISPATCHER);
        _incidents.reject(incident, time, EVIDENCE);
        _markOverdue(ghost, time);
        (ghost.stage, ghost.stageAt) = (REJECTED, time);
    }

    /// @notice Merges an incident into one that began before it.
    function merge(uint256 seed, uint256 parentSeed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        (bytes32 parent, Ghost storage other) = _pick(parentSeed);
        if (incident == parent || ghost.stage >= CLOSED || other.stage >= CLOSED) return;
        if (other.raisedAt > ghost.raisedAt) return;
        if (ghost.registeredAt != 0 && (other.registeredAt == 0 || other.registeredAt > ghost.registeredAt)) return;
        bool isOut = ghost.interruptedFrom != 0 && ghost.reachedAt[4] == 0;
        if (isOut && other.stage >= uint8(IIncidentLog.Stage.Restored)) return;
        uint40 time = _pass(1);
        vm.prank(DISPATCHER);
        _incidents.merge(incident, parent, time, EVIDENCE);
        if (isOut && (other.interruptedFrom == 0 || ghost.restoreDue < other.restoreDue)) {
            other.interruptedFrom = ghost.interruptedFrom;
            other.interruptedGroup = ghost.interruptedGroup;
            other.restoreDue = ghost.restoreDue;
        }
        _markOverdue(ghost, time);
        (ghost.stage, ghost.stageAt) = (uint8(IIncidentLog.Stage.Merged), time);
    }

    /// @notice Reopens what can be reopened.
    function reopen(uint256 seed) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.stage == uint8(IIncidentLog.Stage.Merged)) return;
        uint40 time = _pass(1);
        if (ghost.stage < uint8(IIncidentLog.Stage.Restored)) {
            if (ghost.clearedAt == 0) return;
        } else if (ghost.stage >= CLOSED) {
            bool isFree = _incidents.openIncidentOf(ghost.object, ghost.alarm) == 0;
            if (!isFree || time > ghost.stageAt + 15 minutes) return;
        }
        vm.prank(DISPATCHER);
        _incidents.reopen(incident, time, EVIDENCE);
        ghost.clearedAt = 0;
        if (ghost.stage == REJECTED) {
            ghost.stage =
                ghost.reachedAt[1] != 0
                    ? 4
                    : ghost.reachedAt[0] != 0
                        ? 3
                        : ghost.registeredAt != 0
                            ? 2
                            : 1;
            ghost.stageAt = time;
        } else if (ghost.stage >= uint8(IIncidentLog.Stage.Restored)) {
            (ghost.stage, ghost.stageAt, ghost.registeredAt) = (3, time, time);
            uint40 acknowledgedAt = ghost.reachedAt[0];
            delete ghost.reachedAt;
            ghost.reachedAt[0] = acknowledgedAt;
            ghost.late &= 1;
            (ghost.interruptedFrom, ghost.interruptedGroup, ghost.restoreDue) = (0, 0, 0);
        }
    }

    /// @notice Takes a group's heat away, or tells how cold it is by now. The deadline may only move back.
    function interruptOrReport(uint256 seed, uint256 groupSeed, uint8 degrees) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        if (incident == 0 || ghost.stage > uint8(IIncidentLog.Stage.Localised)) return;
        int8 condition = int8(uint8(degrees % 24));
        uint40 permitted =
            condition >= 12
                ? 16
                : condition >= 10
                    ? 8
                    : condition >= 8
                        ? 4
                        : 0;
        uint40 time = _pass(1);
        vm.prank(DISPATCHER);
        if (ghost.interruptedFrom == 0) {
            uint32 group = _heatGroups[bound(groupSeed, 0, _heatGroups.length - 1)];
            _incidents.interrupt(incident, group, time, condition, EVIDENCE);
            (ghost.interruptedFrom, ghost.interruptedGroup) = (time, group);
            ghost.restoreDue = type(uint40).max;
        } else {
            _incidents.reportCondition(incident, condition, time, EVIDENCE);
        }
        uint40 due = _incidents.deadlinesOf(incident, time)[4].due;
        assertLe(due, ghost.restoreDue, "INV-I3 the deadline of restoring was lengthened");
        assertLe(due, ghost.interruptedFrom + permitted * 1 hours, "INV-I3 longer than the temperature permits");
        ghost.restoreDue = due;
    }

    /// @notice Records an outage of whole half hours, where nothing is in its way; then counts the group's months anew.
    function recordOutage(uint256 seed, uint256 groupSeed, uint256 startSeed, uint256 stepsSeed, uint8 what) external {
        (bytes32 incident, Ghost storage ghost) = _pick(seed);
        uint32 group = _heatGroups[bound(groupSeed, 0, _heatGroups.length - 1)];
        if (incident == 0 || ghost.stage == REJECTED || _outages[group].length == MAX_OUTAGES) return;
        uint40 from = _monthStarts[0] + uint40(bound(startSeed, 0, 2_800)) * STEP;
        IOutages.Outage memory outage = IOutages.Outage({
            incident: incident,
            kind: what % 3 == 0 ? IOutages.OutageKind.HeatCold : IOutages.OutageKind.HeatInterruption,
            from: from,
            to: from + uint40(bound(stepsSeed, 1, 90)) * STEP,
            measure: what % 3 == 0 ? (what % 50) + 1 : [16, 8, 4, 0][what % 4]
        });
        if (outage.to > block.timestamp) return;
        IOutages.Outage[] storage outages = _outages[group];
        for (uint256 i = 0; i < outages.length; ++i)
            if (outages[i].from < outage.to && outage.from < outages[i].to) return;
        vm.prank(DISPATCHER);
        _incidents.recordOutage(incident, group, outage.kind, from, outage.to, outage.measure, EVIDENCE);
        ghost.hasOutage = true;
        outages.push(outage);
        _count(group, _firstPeriod, _monthStarts[0], _monthStarts[1]);
        _count(group, _firstPeriod + 1, _monthStarts[1], _monthStarts[2]);
    }

    /// @notice Lets time go by.
    function wait(uint256 seed) external {
        _pass(bound(seed, 1, 20 hours));
    }

    /// @dev Half hour by half hour: which of them are beyond what is permitted? The first that began is taken first.
    function _count(uint32 group, uint16 period, uint40 start, uint40 end) private {
        IOutages.Outage[] memory outages = _outages[group];
        uint256 interrupted = 0;
        uint256 excess = 0;
        uint256 degrees = 0;
        for (uint256 done = 0; done < outages.length; ++done) {
            uint256 first = 0;
            for (uint256 i = 1; i < outages.length; ++i) if (outages[i].from < outages[first].from) first = i;
            uint256 steps = 0;
            for (uint40 time = outages[first].from; time < outages[first].to; time += STEP) {
                if (time < start || time >= end) continue;
                if (outages[first].kind == IOutages.OutageKind.HeatCold) {
                    degrees += outages[first].measure;
                    continue;
                }
                ++steps;
                ++interrupted;
                if (steps > 2 * uint256(outages[first].measure) || interrupted > 48) ++excess;
            }
            outages[first].from = type(uint40).max;
        }
        ghostHeatExcess[group][period] = excess / 2;
        ghostDegrees[group][period] = degrees / 2;
    }

    function _reach(Ghost storage ghost, uint8 stage, uint40 time) private {
        if (stage == uint8(IIncidentLog.Stage.Acknowledged)) _reach(ghost, 0, time, ghost.registeredAt + 5 minutes);
        else if (stage == uint8(IIncidentLog.Stage.Dispatched)) _reach(ghost, 1, time, ghost.registeredAt + 30 minutes);
        else if (stage == uint8(IIncidentLog.Stage.Localised)) _reach(ghost, 2, time, ghost.registeredAt + 30 minutes);
        else if (stage == uint8(IIncidentLog.Stage.Restored))
            _reach(ghost, 4, time, ghost.interruptedFrom == 0 ? type(uint40).max : ghost.restoreDue);
        else if (stage == uint8(IIncidentLog.Stage.Eliminated))
            _reach(ghost, 5, time, ghost.raisedAt + 72 hours + ghost.suspendedFor);
    }

    function _reach(Ghost storage ghost, uint256 deadline, uint40 time, uint40 due) private {
        ghost.reachedAt[deadline] = time;
        if (time > due) ghost.late |= uint8(1 << deadline);
    }

    /// @dev At an incident's end what was not reached and is over is a breach.
    function _markOverdue(Ghost storage ghost, uint40 time) private {
        uint40 t0 = ghost.registeredAt;
        if (ghost.interruptedFrom != 0 && ghost.reachedAt[4] == 0 && time > ghost.restoreDue) ghost.late |= 16;
        if (t0 == 0) return;
        if (ghost.reachedAt[0] == 0 && time > t0 + 5 minutes) ghost.late |= 1;
        if (ghost.reachedAt[1] == 0 && time > t0 + 30 minutes) ghost.late |= 2;
        if (ghost.reachedAt[2] == 0 && time > t0 + 30 minutes) ghost.late |= 4;
        if (ghost.reachedAt[3] == 0 && time > t0 + 2 hours) ghost.late |= 8;
        uint40 suspended = ghost.suspendedFor + (ghost.suspendedAt == 0 ? 0 : time - ghost.suspendedAt);
        if (ghost.reachedAt[5] == 0 && time > ghost.raisedAt + 72 hours + suspended) ghost.late |= 32;
    }

    /// @dev Later ones are likelier: they are open.
    function _pick(uint256 seed) private view returns (bytes32 incident, Ghost storage ghost) {
        uint256 count = ghostIncidents.length;
        if (count != 0) incident = ghostIncidents[count - 1 - bound(seed, 0, count < 6 ? count - 1 : 5)];
        ghost = _ghosts[incident];
    }

    /// @dev Mostly minutes, sometimes hours.
    function _pass(uint256 seed) private returns (uint40 time) {
        uint256 seconds_ = seed % 4 == 0 ? bound(seed, 1, 80 hours) : bound(seed, 1, 20 minutes);
        time = uint40(block.timestamp + seconds_);
        vm.warp(time);
    }
}
