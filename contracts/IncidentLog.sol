// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IIncidentLog} from "./interfaces/IIncidentLog.sol";

/// @title IncidentLog
/// @notice Implements IIncidentLog; see there for rights, units and every error.
contract IncidentLog is IIncidentLog, AccessManaged {
    uint8 private constant MIN_ALARM = 1;
    uint8 private constant MAX_ALARM = 4;
    uint256 private constant CLOCK_SLACK = 300 seconds;

    /// @dev One storage word an incident.
    mapping(bytes32 incident => Incident record) private _incidents;

    constructor(address manager) AccessManaged(manager) {}

    /// @inheritdoc IIncidentLog
    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time, bytes32 evidence) external restricted {
        require(_incidents[incident].stage == Stage.None, IncidentLog_AlreadyRaised(incident));
        require(alarm >= MIN_ALARM && alarm <= MAX_ALARM, IncidentLog_InvalidAlarm(alarm));
        _checkTime(time, 1);
        _incidents[incident] = Incident({
            stage: Stage.Raised,
            object: object,
            alarm: alarm,
            raisedAt: time,
            clearedAt: 0,
            stageAt: time
        });
        emit IncidentRaised(incident, object, alarm, time, evidence);
    }

    /// @inheritdoc IIncidentLog
    function clear(bytes32 incident, uint40 time, bytes32 evidence) external restricted {
        Incident storage record = _known(incident);
        require(record.clearedAt == 0, IncidentLog_AlreadyCleared(incident));
        _checkTime(time, record.raisedAt);
        record.clearedAt = time;
        emit IncidentCleared(incident, time, evidence);
    }

    /// @inheritdoc IIncidentLog
    function advance(bytes32 incident, Stage stage, uint40 time, bytes32 evidence) external restricted {
        Incident storage record = _known(incident);
        require(stage > record.stage, IncidentLog_NotForward(incident, record.stage, stage));
        _checkTime(time, record.raisedAt);
        record.stage = stage;
        record.stageAt = time;
        emit IncidentAdvanced(incident, stage, time, evidence, msg.sender);
    }

    /// @inheritdoc IIncidentLog
    function incidentOf(bytes32 incident) external view returns (Incident memory) {
        return _incidents[incident];
    }

    function _known(bytes32 incident) private view returns (Incident storage record) {
        record = _incidents[incident];
        require(record.stage != Stage.None, IncidentLog_Unknown(incident));
    }

    function _checkTime(uint40 time, uint40 earliest) private view {
        require(time >= earliest, IncidentLog_InvalidTime(time, earliest));
        uint256 latest = block.timestamp + CLOCK_SLACK;
        require(time <= latest, IncidentLog_InvalidTime(time, latest));
    }
}
