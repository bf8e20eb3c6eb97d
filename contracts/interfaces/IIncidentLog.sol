// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDeadlines} from "./IDeadlines.sol";
import {IOutages} from "./IOutages.sol";

/// @title IncidentLog: alarms and incidents by hash of their evidence, their deadlines and what they reduce
/// @notice Whatever changes an incident is restricted to DISPATCHER; anyone may report a breach. Stages are reached one by one and never
/// left backwards, but by reopening. No more than one incident is open for an object and an alarm.
/// @dev All times are source times in Unix seconds: when it happened, not when it was recorded (that is the block's). None may
/// lie more than 300 seconds after the block's time, so that a clock that is a little fast does not lose an alarm. A deadline is judged
/// by source times, so that a chain that is away breaches none; whoever doubts them has the block's time of the same event. Evidence
/// is the hash of what is kept off chain, and never zero. ADR 0013.
interface IIncidentLog is IDeadlines, IOutages {
    /// @dev From Detected to Closed in this order. Rejected and Merged end an incident too.
    enum Stage {
        None,
        /// The alarm was raised.
        Detected,
        /// It became an incident: the clocks run from here.
        Registered,
        /// A dispatcher answers for it.
        Acknowledged,
        /// Someone is sent, and those without supply are told until when.
        Dispatched,
        /// It spreads no further.
        Localised,
        /// There is supply again, or there always was.
        Restored,
        /// Its cause is gone.
        Eliminated,
        /// Someone has seen so.
        Verified,
        Closed,
        /// A false alarm.
        Rejected,
        /// Part of another incident, whose clocks began no later.
        Merged
    }

    /// @notice What the law sets a time for. All but the last two are counted from registration.
    enum Deadline {
        Acknowledge,
        Plan,
        Localise,
        Visit,
        /// Counted from the interruption of supply; there is none without one. It only ever gets shorter.
        Restore,
        /// Counted from the beginning of the alarm; it stops while the incident is suspended.
        Eliminate
    }

    enum DeadlineStatus {
        /// There is no such deadline (yet), or the incident ended before it.
        None,
        Running,
        Met,
        Breached
    }

    enum SuspensionReason {
        AccessRefused,
        AwaitingParts,
        AwaitingPermit,
        Weather,
        Other
    }

    struct Incident {
        Stage stage;
        /// Number of the object (ИТП) in the city plan.
        uint32 object;
        /// Alarm of the brief: 1 pressure drop, 2 pump fault, 3 out of limits, 4 leak.
        uint8 alarm;
        /// Source times, Unix seconds; 0 while not reached.
        uint40 raisedAt;
        uint40 clearedAt;
        /// From which the clocks run: registration, or the last reopening.
        uint40 registeredAt;
        uint40 stageAt;
        /// Must someone else verify and close it than who eliminated it?
        bool isCritical;
        bool isSuspended;
        /// How often it was reopened, up to 255.
        uint8 reopenings;
        /// Bit i: deadline i was breached since it was last reopened, and an event says so.
        uint8 breaches;
        /// Does it reduce anyone's bill?
        bool hasOutage;
    }

    struct DeadlineState {
        DeadlineStatus status;
        /// Unix seconds, the last that is in time; 0 if there is none. Of a suspended incident's elimination it moves on.
        uint40 due;
        /// Source time; 0 while not reached.
        uint40 reachedAt;
        /// Seconds beyond `due`; it grows until the stage is reached or the incident ends.
        uint40 lateBy;
    }

    /// @param evidence hash of the signals that raised the alarm; they stay off chain.
    event IncidentRaised(
        bytes32 indexed incident,
        uint32 indexed object,
        uint8 indexed alarm,
        uint40 time,
        bytes32 evidence
    );
    event IncidentCleared(bytes32 indexed incident, uint40 time, bytes32 evidence);
    event IncidentAdvanced(bytes32 indexed incident, Stage indexed stage, uint40 time, bytes32 evidence, address by);
    event IncidentEscalated(bytes32 indexed incident, uint40 time, bytes32 evidence, address by);
    event IncidentVisited(bytes32 indexed incident, uint40 time, bytes32 evidence, address by);
    event IncidentSuspended(
        bytes32 indexed incident,
        SuspensionReason indexed reason,
        uint40 time,
        bytes32 evidence,
        address by
    );
    event IncidentResumed(bytes32 indexed incident, uint40 time, bytes32 evidence, address by);
    event IncidentRejected(bytes32 indexed incident, uint40 time, bytes32 evidence, address by);
    event IncidentMerged(bytes32 indexed incident, bytes32 indexed parent, uint40 time, bytes32 evidence, address by);
    /// @param stage to which it returned.
    event IncidentReopened(bytes32 indexed incident, Stage indexed stage, uint40 time, bytes32 evidence, address by);
    /// @param due of restoring, Unix seconds.
    event SupplyInterrupted(
        bytes32 indexed incident,
        uint32 indexed group,
        uint40 from,
        int8 condition,
        uint40 due,
        bytes32 evidence
    );
    event SupplyConditionReported(bytes32 indexed incident, int8 condition, uint40 time, uint40 due, bytes32 evidence);
    /// @notice A stage was reached late; or its deadline is over and someone reported it, or the incident ended or was reopened without.
    /// @param time when it was reached; when not `isReached`, the block's time, or when the incident ended or was reopened.
    event DeadlineBreached(
        bytes32 indexed incident,
        Deadline indexed deadline,
        uint40 due,
        uint40 time,
        bool isReached
    );

    error IncidentLog_AlreadyRaised(bytes32 incident);
    error IncidentLog_AlreadyOpen(uint32 object, uint8 alarm, bytes32 incident);
    error IncidentLog_Unknown(bytes32 incident);
    error IncidentLog_AlreadyCleared(bytes32 incident);
    error IncidentLog_InvalidAlarm(uint8 alarm);
    /// @param bound the earliest or the latest time allowed, whichever `time` has passed.
    error IncidentLog_InvalidTime(uint40 time, uint256 bound);
    error IncidentLog_NoEvidence(bytes32 incident);
    /// @notice An incident advances to the very next stage.
    error IncidentLog_NotNext(bytes32 incident, Stage from, Stage to);
    /// @notice What was asked cannot be done at the stage that the incident is at.
    error IncidentLog_WrongStage(bytes32 incident, Stage stage);
    error IncidentLog_AlreadyCritical(bytes32 incident);
    error IncidentLog_AlreadyVisited(bytes32 incident);
    error IncidentLog_AlreadySuspended(bytes32 incident);
    error IncidentLog_NotSuspended(bytes32 incident);
    /// @notice Whoever eliminated a critical incident neither verifies nor closes it.
    error IncidentLog_SamePerson(bytes32 incident, address person);
    /// @param earliest time of closing, Unix seconds; 0 while the alarm stands.
    error IncidentLog_NotQuiet(bytes32 incident, uint256 earliest);
    /// @param field "itself", "ended", "alarm" (it began later), "clocks" (registered later, or not at all) or "supply" (restored).
    error IncidentLog_InvalidParent(bytes32 incident, bytes32 parent, string field);
    /// @notice What reduces bills, or leaves people without supply, is no false alarm.
    error IncidentLog_NotFalse(bytes32 incident);
    error IncidentLog_ReopenedTooLate(bytes32 incident, uint40 time, uint256 latest);
    error IncidentLog_NothingToReopen(bytes32 incident);
    error IncidentLog_AlreadyInterrupted(bytes32 incident, uint32 group);
    error IncidentLog_NotInterrupted(bytes32 incident);
    error IncidentLog_BreachKnown(bytes32 incident, Deadline deadline);
    /// @param due the last second in time; 0 if there is no such deadline.
    error IncidentLog_NotBreached(bytes32 incident, Deadline deadline, uint256 due);

    /// @notice Records that an alarm was raised. `incident` is chosen by the sender, so that a repeat is refused, not doubled. An alarm
    /// of the same object and number is part of the incident that is open: see `reopen`. Pressure drop and leak are critical.
    /// @param time when it was raised; not 0 and not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_AlreadyRaised; IncidentLog_AlreadyOpen; IncidentLog_InvalidAlarm unless
    /// 1..4; IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time, bytes32 evidence) external;

    /// @notice Records that the alarm's condition has ended: once, at any stage, and once more after each reopening.
    /// @param time when it ended; not before it was raised, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_AlreadyCleared; IncidentLog_InvalidTime;
    /// IncidentLog_NoEvidence.
    function clear(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Moves an incident to its next stage, from Registered to Closed, and tells if that is late.
    /// @param time when the stage was reached; not before the stage before it, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_NotNext, if it has ended too;
    /// IncidentLog_InvalidTime; IncidentLog_NoEvidence; to Eliminated with IncidentLog_AlreadySuspended; to Verified and Closed with
    /// IncidentLog_SamePerson; to Closed with IncidentLog_NotQuiet.
    function advance(bytes32 incident, Stage stage, uint40 time, bytes32 evidence) external;

    /// @notice Makes an incident critical, for good, while it is open.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_AlreadyCritical;
    /// IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function escalate(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Records that someone was on the spot: once, while it is registered and not over.
    /// @param time not before registration (or the last reopening), not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_AlreadyVisited;
    /// IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function visit(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Stops the clock of elimination, and no other. From Registered to Restored.
    /// @param time not before registration or the end of the suspension before, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_AlreadySuspended;
    /// IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function suspend(bytes32 incident, SuspensionReason reason, uint40 time, bytes32 evidence) external;

    /// @notice Lets the clock of elimination run again.
    /// @param time not before it was stopped, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_NotSuspended;
    /// IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function resume(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Ends a false alarm. Up to Dispatched: what was localised was there.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_NotFalse if an
    /// interruption or an outage is on record; IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function reject(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Ends an incident that is part of another, of the same object or not. The other's clocks began no later, it takes over an
    /// interruption that is to end sooner than its own, and is critical if this one is: so nobody gains time.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown (either); IncidentLog_WrongStage if it has ended;
    /// IncidentLog_InvalidParent; IncidentLog_InvalidTime; IncidentLog_NoEvidence.
    function merge(bytes32 incident, bytes32 parent, uint40 time, bytes32 evidence) external;

    /// @notice The alarm is back, or what was done does not hold. Before Restored an incident that was cleared is not any more. From
    /// Restored on it returns to Acknowledged, the clocks of plan, localisation and visit begin anew, that of elimination goes on, and an
    /// interruption is a new one. A rejected one is again what it was. Closed and rejected ones are reopened within `quiet` seconds;
    /// later it is a new incident.
    /// @param time not before it was cleared, nor (from Restored on) before its stage; not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage if merged; IncidentLog_NothingToReopen
    /// before Restored if its alarm stands; IncidentLog_ReopenedTooLate; IncidentLog_AlreadyOpen; IncidentLog_InvalidTime;
    /// IncidentLog_NoEvidence.
    function reopen(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Records that a group is without supply, from when the clock of restoring runs. Once, before Restored.
    /// @param from source time; may be before the alarm. @param condition of heat the °C indoors, rounded down; of electricity the
    /// number of independent feeds, 1 or 2.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_AlreadyInterrupted;
    /// MeterRegistry_UnknownGroup; IncidentLog_InvalidTime; IncidentLog_InvalidFeeds; IncidentLog_NoEvidence.
    function interrupt(bytes32 incident, uint32 group, uint40 from, int8 condition, bytes32 evidence) external;

    /// @notice Records how it is indoors now (or how many feeds there are). The deadline of restoring is the earliest that any report
    /// and the hours left of the month have made it.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_WrongStage; IncidentLog_NotInterrupted;
    /// IncidentLog_InvalidTime; IncidentLog_InvalidFeeds; IncidentLog_NoEvidence.
    function reportCondition(bytes32 incident, int8 condition, uint40 time, bytes32 evidence) external;

    /// @notice Makes a breach known that nobody has told: the deadline is over and its stage not recorded. Anyone, once an opening. A
    /// stage that is recorded afterwards with a source time before the deadline is met nevertheless, and both stand in the log.
    /// @dev Reverts with IncidentLog_Unknown; IncidentLog_BreachKnown; IncidentLog_NotBreached.
    function reportBreach(bytes32 incident, Deadline deadline) external;

    /// @notice An incident; all zero, stage None, when it is unknown.
    function incidentOf(bytes32 incident) external view returns (Incident memory);

    /// @notice The open incident of an object and an alarm; 0 if there is none.
    function openIncidentOf(uint32 object, uint8 alarm) external view returns (bytes32);

    /// @notice How an incident stands with each deadline at a time, in the order of `Deadline`. What is recorded of later times counts
    /// as not reached; suspensions count as they are known now.
    function deadlinesOf(bytes32 incident, uint40 time) external view returns (DeadlineState[6] memory);
}
