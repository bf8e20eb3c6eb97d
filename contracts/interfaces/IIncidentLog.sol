// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title IncidentLog: alarms and incidents by hash of their evidence
/// @notice Restricted to DISPATCHER throughout. A stage is reached once and never left backwards.
/// @dev All times are source times in Unix seconds: when it happened, not when it was recorded (that is the block's). None may
/// lie more than 300 seconds after the block's time, so that a clock that is a little fast does not lose an alarm.
interface IIncidentLog {
    /// @dev Stages in their only order; one may be passed over, none may be repeated.
    enum Stage {
        None,
        Raised,
        Acknowledged,
        Localised,
        Restored,
        Closed
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
        uint40 stageAt;
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

    error IncidentLog_AlreadyRaised(bytes32 incident);
    error IncidentLog_Unknown(bytes32 incident);
    error IncidentLog_AlreadyCleared(bytes32 incident);
    error IncidentLog_NotForward(bytes32 incident, Stage from, Stage to);
    error IncidentLog_InvalidAlarm(uint8 alarm);
    /// @param bound the earliest or the latest time allowed, whichever `time` has passed.
    error IncidentLog_InvalidTime(uint40 time, uint256 bound);

    /// @notice Records that an alarm was raised. `incident` is chosen by the sender, so that a repeat is refused, not doubled.
    /// @param time when it was raised; not 0 and not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_AlreadyRaised; IncidentLog_InvalidAlarm unless 1..4;
    /// IncidentLog_InvalidTime.
    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time, bytes32 evidence) external;

    /// @notice Records that the alarm's condition has ended: once, at any stage.
    /// @param time when it ended; not before it was raised, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_AlreadyCleared;
    /// IncidentLog_InvalidTime.
    function clear(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Moves an incident forward to Acknowledged, Localised, Restored or Closed.
    /// @param time when the stage was reached; not before the alarm was raised, not in the future.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_NotForward;
    /// IncidentLog_InvalidTime.
    function advance(bytes32 incident, Stage stage, uint40 time, bytes32 evidence) external;

    /// @notice An incident; all zero, stage None, when it is unknown.
    function incidentOf(bytes32 incident) external view returns (Incident memory);
}
