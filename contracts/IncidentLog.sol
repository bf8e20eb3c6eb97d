// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {OutageBook} from "./OutageBook.sol";
import {IIncidentLog} from "./interfaces/IIncidentLog.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";

/// @title IncidentLog
/// @notice Implements IIncidentLog; see there for rights, units and every error.
contract IncidentLog is OutageBook {
    /// @dev Three storage words an incident, a fourth for an interruption; all else is in the events.
    struct Record {
        Incident incident;
        /// By deadline: source time of its stage; 0 while not reached.
        uint40[6] reachedAt;
        address eliminatedBy;
        /// When the present suspension began, or the last one ended.
        uint40 suspensionAt;
        /// Seconds of the suspensions that are over.
        uint40 suspendedFor;
        Interruption interruption;
    }

    /// @dev `from` is 0 if there is none.
    struct Interruption {
        uint32 group;
        uint40 from;
        uint40 due;
    }

    uint8 private constant PRESSURE_DROP = 1;
    uint8 private constant LEAK = 4;

    mapping(bytes32 incident => Record record) private _records;
    mapping(uint32 object => mapping(uint8 alarm => bytes32 incident)) private _open;

    /// @param ledger the ReadingLedger whose calendar says when a month ends.
    constructor(
        address manager,
        IMeterRegistry registry,
        IReadingLedger ledger
    ) AccessManaged(manager) OutageBook(registry, ledger) {}

    /// @inheritdoc IIncidentLog
    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time, bytes32 evidence) external restricted {
        Incident storage record = _records[incident].incident;
        require(record.stage == Stage.None, IncidentLog_AlreadyRaised(incident));
        require(alarm >= PRESSURE_DROP && alarm <= LEAK, IncidentLog_InvalidAlarm(alarm));
        _checkEntry(incident, time, 1, evidence);
        record.stage = Stage.Detected;
        record.object = object;
        record.alarm = alarm;
        record.raisedAt = time;
        record.stageAt = time;
        record.isCritical = alarm == PRESSURE_DROP || alarm == LEAK;
        _claim(incident, record);
        emit IncidentRaised(incident, object, alarm, time, evidence);
    }

    /// @inheritdoc IIncidentLog
    function clear(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Incident storage record = _known(incident).incident;
        require(record.clearedAt == 0, IncidentLog_AlreadyCleared(incident));
        _checkEntry(incident, time, record.raisedAt, evidence);
        record.clearedAt = time;
        emit IncidentCleared(incident, time, evidence);
    }

    /// @inheritdoc IIncidentLog
    function advance(bytes32 incident, Stage stage, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _known(incident);
        Stage from = record.incident.stage;
        bool isNext = stage <= Stage.Closed && uint8(stage) == uint8(from) + 1;
        require(isNext, IncidentLog_NotNext(incident, from, stage));
        _checkEntry(incident, time, record.incident.stageAt, evidence);
        if (stage >= Stage.Eliminated) _checkEnd(incident, record, stage, time);
        record.incident.stage = stage;
        record.incident.stageAt = time;
        emit IncidentAdvanced(incident, stage, time, evidence, msg.sender);

        if (stage == Stage.Registered) record.incident.registeredAt = time;
        else if (stage == Stage.Acknowledged) _reach(incident, record, Deadline.Acknowledge, time);
        else if (stage == Stage.Dispatched) _reach(incident, record, Deadline.Plan, time);
        else if (stage == Stage.Localised) _reach(incident, record, Deadline.Localise, time);
        else if (stage == Stage.Restored) _reach(incident, record, Deadline.Restore, time);
        else if (stage == Stage.Eliminated) {
            record.eliminatedBy = msg.sender;
            _reach(incident, record, Deadline.Eliminate, time);
        } else if (stage == Stage.Closed) _end(incident, record, stage, time);
    }

    /// @inheritdoc IIncidentLog
    function escalate(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Incident storage record = _between(incident, Stage.Detected, Stage.Verified).incident;
        require(!record.isCritical, IncidentLog_AlreadyCritical(incident));
        _checkEntry(incident, time, record.raisedAt, evidence);
        record.isCritical = true;
        emit IncidentEscalated(incident, time, evidence, msg.sender);
    }

    /// @inheritdoc IIncidentLog
    function visit(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _between(incident, Stage.Registered, Stage.Verified);
        require(record.reachedAt[uint8(Deadline.Visit)] == 0, IncidentLog_AlreadyVisited(incident));
        _checkEntry(incident, time, record.incident.registeredAt, evidence);
        emit IncidentVisited(incident, time, evidence, msg.sender);
        _reach(incident, record, Deadline.Visit, time);
    }

    /// @inheritdoc IIncidentLog
    function suspend(bytes32 incident, SuspensionReason reason, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _between(incident, Stage.Registered, Stage.Restored);
        require(!record.incident.isSuspended, IncidentLog_AlreadySuspended(incident));
        _checkEntry(incident, time, _later(record.incident.registeredAt, record.suspensionAt), evidence);
        record.incident.isSuspended = true;
        record.suspensionAt = time;
        emit IncidentSuspended(incident, reason, time, evidence, msg.sender);
    }

    /// @inheritdoc IIncidentLog
    function resume(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _between(incident, Stage.Registered, Stage.Restored);
        require(record.incident.isSuspended, IncidentLog_NotSuspended(incident));
        _checkEntry(incident, time, record.suspensionAt, evidence);
        record.incident.isSuspended = false;
        record.suspendedFor += time - record.suspensionAt;
        record.suspensionAt = time;
        emit IncidentResumed(incident, time, evidence, msg.sender);
    }

    /// @inheritdoc IIncidentLog
    function reject(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _between(incident, Stage.Detected, Stage.Dispatched);
        bool isFalse = !record.incident.hasOutage && record.interruption.from == 0;
        require(isFalse, IncidentLog_NotFalse(incident));
        _checkEntry(incident, time, record.incident.stageAt, evidence);
        emit IncidentRejected(incident, time, evidence, msg.sender);
        _end(incident, record, Stage.Rejected, time);
    }

    /// @inheritdoc IIncidentLog
    function merge(bytes32 incident, bytes32 parent, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _between(incident, Stage.Detected, Stage.Verified);
        Record storage other = _known(parent);
        _checkParent(incident, parent);
        _checkEntry(incident, time, record.incident.stageAt, evidence);
        bool isWithoutSupply = record.interruption.from != 0 && record.incident.stage < Stage.Restored;
        if (isWithoutSupply) {
            bool canTakeOver = other.incident.stage < Stage.Restored;
            require(canTakeOver, IncidentLog_InvalidParent(incident, parent, "supply"));
            bool isSooner = other.interruption.from == 0 || record.interruption.due < other.interruption.due;
            if (isSooner) other.interruption = record.interruption;
        }
        if (record.incident.isCritical) other.incident.isCritical = true;
        emit IncidentMerged(incident, parent, time, evidence, msg.sender);
        _end(incident, record, Stage.Merged, time);
    }

    /// @inheritdoc IIncidentLog
    function reopen(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Record storage record = _known(incident);
        Incident storage state = record.incident;
        require(state.stage != Stage.Merged, IncidentLog_WrongStage(incident, state.stage));
        Stage from = state.stage;
        if (from < Stage.Restored) {
            require(state.clearedAt != 0, IncidentLog_NothingToReopen(incident));
            _checkEntry(incident, time, state.clearedAt, evidence);
        } else {
            _checkEntry(incident, time, _later(state.stageAt, state.clearedAt), evidence);
        }
        if (from >= Stage.Closed) {
            uint256 latest = uint256(state.stageAt) + _rulesAt(state.stageAt).quiet;
            require(time <= latest, IncidentLog_ReopenedTooLate(incident, time, latest));
            _claim(incident, state);
        }
        Stage to = from < Stage.Restored ? from : _stageToReturnTo(record);
        emit IncidentReopened(incident, to, time, evidence, msg.sender);
        state.clearedAt = 0;
        if (state.reopenings != type(uint8).max) ++state.reopenings;
        if (from < Stage.Restored) return;
        if (from != Stage.Rejected) _beginAnew(incident, record, time);
        state.stage = to;
        state.stageAt = time;
    }

    /// @inheritdoc IIncidentLog
    function interrupt(
        bytes32 incident,
        uint32 group,
        uint40 from,
        int8 condition,
        bytes32 evidence
    ) external restricted {
        Interruption storage stored = _between(incident, Stage.Detected, Stage.Localised).interruption;
        require(stored.from == 0, IncidentLog_AlreadyInterrupted(incident, stored.group));
        _checkEntry(incident, from, 1 days, evidence);
        stored.group = group;
        stored.from = from;
        stored.due = _restoreDue(group, from, condition);
        emit SupplyInterrupted(incident, group, from, condition, stored.due, evidence);
    }

    /// @inheritdoc IIncidentLog
    function reportCondition(bytes32 incident, int8 condition, uint40 time, bytes32 evidence) external restricted {
        Interruption storage stored = _between(incident, Stage.Detected, Stage.Localised).interruption;
        require(stored.from != 0, IncidentLog_NotInterrupted(incident));
        _checkEntry(incident, time, stored.from, evidence);
        // Warmer again, or a second feed: what was due sooner stays so.
        uint40 due = _restoreDue(stored.group, stored.from, condition);
        if (due < stored.due) stored.due = due;
        emit SupplyConditionReported(incident, condition, time, stored.due, evidence);
    }

    /// @inheritdoc IIncidentLog
    function reportBreach(bytes32 incident, Deadline deadline) external {
        Record storage record = _known(incident);
        require(!_isBreachKnown(record.incident, deadline), IncidentLog_BreachKnown(incident, deadline));
        DeadlineState memory state = _stateOf(record, deadline, uint40(block.timestamp));
        bool isBreached = state.status == DeadlineStatus.Breached;
        require(isBreached, IncidentLog_NotBreached(incident, deadline, state.due));
        _tell(incident, record.incident, deadline, state.due, state.due + state.lateBy, false);
    }

    /// @inheritdoc IIncidentLog
    function incidentOf(bytes32 incident) external view returns (Incident memory) {
        return _records[incident].incident;
    }

    /// @inheritdoc IIncidentLog
    function openIncidentOf(uint32 object, uint8 alarm) external view returns (bytes32) {
        return _open[object][alarm];
    }

    /// @inheritdoc IIncidentLog
    function deadlinesOf(bytes32 incident, uint40 time) external view returns (DeadlineState[6] memory states) {
        Record storage record = _records[incident];
        for (uint8 i = 0; i < states.length; ++i) states[i] = _stateOf(record, Deadline(i), time);
    }

    function _onOutage(bytes32 incident) internal override {
        Incident storage record = _known(incident).incident;
        require(record.stage != Stage.Rejected, IncidentLog_NotTrue(incident));
        if (!record.hasOutage) record.hasOutage = true;
    }

    /// @dev Writes down when a deadline's stage was reached, and tells if that was late.
    function _reach(bytes32 incident, Record storage record, Deadline deadline, uint40 time) private {
        record.reachedAt[uint8(deadline)] = time;
        uint40 due = _dueOf(record, deadline, time);
        if (due != 0 && time > due) _tell(incident, record.incident, deadline, due, time, true);
    }

    /// @dev What is over and not reached by now never will be in this opening; told once.
    function _tellOverdue(bytes32 incident, Record storage record, uint40 time) private {
        for (uint8 i = 0; i < record.reachedAt.length; ++i) {
            Deadline deadline = Deadline(i);
            if (record.reachedAt[i] != 0 || _isBreachKnown(record.incident, deadline)) continue;
            uint40 due = _dueOf(record, deadline, time);
            if (due != 0 && time > due) _tell(incident, record.incident, deadline, due, time, false);
        }
    }

    function _tell(
        bytes32 incident,
        Incident storage record,
        Deadline deadline,
        uint40 due,
        uint40 time,
        bool isReached
    ) private {
        record.breaches |= uint8(1 << uint8(deadline));
        emit DeadlineBreached(incident, deadline, due, time, isReached);
    }

    /// @dev Reverts with IncidentLog_AlreadyOpen.
    function _claim(bytes32 incident, Incident storage record) private {
        bytes32 open = _open[record.object][record.alarm];
        require(open == 0, IncidentLog_AlreadyOpen(record.object, record.alarm, open));
        _open[record.object][record.alarm] = incident;
    }

    function _end(bytes32 incident, Record storage record, Stage stage, uint40 time) private {
        _tellOverdue(incident, record, time);
        record.incident.stage = stage;
        record.incident.stageAt = time;
        delete _open[record.incident.object][record.incident.alarm];
    }

    /// @dev What was restored was not, or not for long: back to work. The clock of elimination has never stopped.
    function _beginAnew(bytes32 incident, Record storage record, uint40 time) private {
        _tellOverdue(incident, record, time);
        record.incident.registeredAt = time;
        record.incident.breaches &= uint8(1 << uint8(Deadline.Acknowledge));
        uint40 acknowledgedAt = record.reachedAt[uint8(Deadline.Acknowledge)];
        delete record.reachedAt;
        record.reachedAt[uint8(Deadline.Acknowledge)] = acknowledgedAt;
        delete record.eliminatedBy;
        delete record.interruption;
    }

    /// @dev Reverts with IncidentLog_AlreadySuspended; IncidentLog_SamePerson; IncidentLog_NotQuiet.
    function _checkEnd(bytes32 incident, Record storage record, Stage stage, uint40 time) private view {
        Incident storage state = record.incident;
        if (stage == Stage.Eliminated) {
            require(!state.isSuspended, IncidentLog_AlreadySuspended(incident));
            return;
        }
        bool isOther = !state.isCritical || msg.sender != record.eliminatedBy;
        require(isOther, IncidentLog_SamePerson(incident, msg.sender));
        if (stage != Stage.Closed) return;
        require(state.clearedAt != 0, IncidentLog_NotQuiet(incident, 0));
        uint256 earliest = uint256(state.clearedAt) + _rulesAt(state.registeredAt).quiet;
        require(time >= earliest, IncidentLog_NotQuiet(incident, earliest));
    }

    /// @dev Reverts with IncidentLog_InvalidParent.
    function _checkParent(bytes32 incident, bytes32 parent) private view {
        Incident storage child = _records[incident].incident;
        Incident storage other = _records[parent].incident;
        require(parent != incident, IncidentLog_InvalidParent(incident, parent, "itself"));
        require(other.stage < Stage.Closed, IncidentLog_InvalidParent(incident, parent, "ended"));
        require(other.raisedAt <= child.raisedAt, IncidentLog_InvalidParent(incident, parent, "alarm"));
        bool isNoLater =
            child.registeredAt == 0 || (other.registeredAt != 0 && other.registeredAt <= child.registeredAt);
        require(isNoLater, IncidentLog_InvalidParent(incident, parent, "clocks"));
    }

    function _known(bytes32 incident) private view returns (Record storage record) {
        record = _records[incident];
        require(record.incident.stage != Stage.None, IncidentLog_Unknown(incident));
    }

    function _between(bytes32 incident, Stage first, Stage last) private view returns (Record storage record) {
        record = _known(incident);
        Stage stage = record.incident.stage;
        require(stage >= first && stage <= last, IncidentLog_WrongStage(incident, stage));
    }

    function _checkEntry(bytes32 incident, uint40 time, uint40 earliest, bytes32 evidence) private view {
        require(evidence != 0, IncidentLog_NoEvidence(incident));
        require(time >= earliest, IncidentLog_InvalidTime(time, earliest));
        uint256 latest = block.timestamp + CLOCK_SLACK;
        require(time <= latest, IncidentLog_InvalidTime(time, latest));
    }

    function _stateOf(
        Record storage record,
        Deadline deadline,
        uint40 time
    ) private view returns (DeadlineState memory state) {
        Incident storage incident = record.incident;
        if (time < (deadline == Deadline.Restore ? record.interruption.from : incident.registeredAt)) return state;
        // The clocks of an incident that has ended stand still.
        bool hasEnded = incident.stage >= Stage.Closed && time >= incident.stageAt;
        uint40 reachedAt = record.reachedAt[uint8(deadline)];
        if (reachedAt > time) reachedAt = 0;
        uint40 stop = hasEnded ? incident.stageAt : time;
        if (reachedAt != 0) stop = reachedAt;
        uint40 due = _dueOf(record, deadline, stop);
        if (due == 0) return state;
        if (stop > due) state.status = DeadlineStatus.Breached;
        else if (reachedAt != 0) state.status = DeadlineStatus.Met;
        else if (hasEnded) return state;
        else state.status = DeadlineStatus.Running;
        state.due = due;
        state.reachedAt = reachedAt;
        if (stop > due) state.lateBy = stop - due;
    }

    /// @dev The last second in time, as known at a time; 0 if there is no such deadline.
    function _dueOf(Record storage record, Deadline deadline, uint40 time) private view returns (uint40) {
        if (deadline == Deadline.Restore) return record.interruption.due;
        uint40 registeredAt = record.incident.registeredAt;
        if (registeredAt == 0) return 0;
        DeadlineRules storage rules = _rulesAt(registeredAt);
        if (deadline == Deadline.Acknowledge) return registeredAt + rules.acknowledge;
        if (deadline == Deadline.Plan) return registeredAt + rules.plan;
        if (deadline == Deadline.Localise) return registeredAt + rules.localise;
        if (deadline == Deadline.Visit) return registeredAt + rules.visit;
        uint40 suspended = record.suspendedFor;
        if (record.incident.isSuspended && time > record.suspensionAt) suspended += time - record.suspensionAt;
        return record.incident.raisedAt + rules.eliminate + suspended;
    }

    function _isBreachKnown(Incident storage record, Deadline deadline) private view returns (bool) {
        return record.breaches & (1 << uint8(deadline)) != 0;
    }

    /// @dev A rejected incident is again what it was: at the last of the stages it can be rejected at that it has reached. Others
    /// return to those who answer for them.
    function _stageToReturnTo(Record storage record) private view returns (Stage) {
        if (record.incident.stage != Stage.Rejected) return Stage.Acknowledged;
        if (record.reachedAt[uint8(Deadline.Plan)] != 0) return Stage.Dispatched;
        if (record.reachedAt[uint8(Deadline.Acknowledge)] != 0) return Stage.Acknowledged;
        return record.incident.registeredAt != 0 ? Stage.Registered : Stage.Detected;
    }

    function _later(uint40 one, uint40 other) private pure returns (uint40) {
        return one > other ? one : other;
    }
}
