// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title IncidentLog: alarms and incidents by hash of their evidence
/// @notice Restricted to DISPATCHER throughout. A stage is reached once and never left backwards.
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
    error IncidentLog_InvalidTime(uint40 time, uint256 bound);

    /// @notice Records that an alarm was raised. `incident` is chosen by the sender, so that a repeat is refused, not doubled.
    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time, bytes32 evidence) external;

    /// @notice Records that the alarm's condition has ended.
    function clear(bytes32 incident, uint40 time, bytes32 evidence) external;

    /// @notice Moves an incident forward to Acknowledged, Localised, Restored or Closed.
    function advance(bytes32 incident, Stage stage, uint40 time, bytes32 evidence) external;

    function incidentOf(bytes32 incident) external view returns (Incident memory);
}
