// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IncidentFixture} from "./IncidentFixture.sol";
import {IncidentHandler} from "./IncidentHandler.sol";

/// @title Incidents agree with books kept beside them, whatever becomes of them in whatever order
/// @dev INV-I1 to INV-I5 of docs/invariants.md. INV-I3 is checked by the handler, with each report of a condition.
contract IncidentInvariantsTest is IncidentFixture {
    IncidentHandler private _handler;

    function setUp() external {
        deployIncidents();
        vm.warp(JANUARY_START + 20 days);
        uint32[] memory groups = new uint32[](2);
        (groups[0], groups[1]) = (heatGroup, otherHeatGroup);
        uint40[3] memory starts = [JANUARY_START, FEBRUARY_START, MARCH_START];
        _handler = new IncidentHandler(incidents, groups, FIRST_PERIOD, starts);
        targetContract(address(_handler));
    }

    /// @dev One function, so that the entries are made once for all of them; each message names its invariant.
    function invariant_IncidentsAgreeWithGhosts() external view {
        for (uint256 i = 0; i < _handler.ghostCount(); ++i) {
            bytes32 incident = _handler.ghostIncidents(i);
            IncidentHandler.Ghost memory ghost = _handler.ghostOf(incident);
            _checkOpen(incident, ghost);
            _checkStage(incidents.incidentOf(incident), ghost);
            _checkClocks(incident, ghost);
        }
        _checkReductions(heatGroup);
        _checkReductions(otherHeatGroup);
    }

    function _checkOpen(bytes32 incident, IncidentHandler.Ghost memory ghost) private view {
        bytes32 open = incidents.openIncidentOf(ghost.object, ghost.alarm);
        bool isOpen = ghost.stage < uint8(IIncidentLog.Stage.Closed);
        assertEq(open == incident, isOpen, "INV-I1 one open incident of an object and an alarm");
    }

    function _checkStage(IIncidentLog.Incident memory actual, IncidentHandler.Ghost memory ghost) private pure {
        assertEq(uint8(actual.stage), ghost.stage, "INV-I2 stage");
        assertEq(actual.stageAt, ghost.stageAt, "INV-I2 stage at");
        assertEq(actual.registeredAt, ghost.registeredAt, "INV-I2 registered at");
        assertEq(actual.clearedAt, ghost.clearedAt, "INV-I2 cleared at");
        assertEq(actual.isSuspended, ghost.suspendedAt != 0, "INV-I2 suspended");
        assertEq(actual.hasOutage, ghost.hasOutage, "INV-I2 outage");
        assertEq(actual.breaches, ghost.late, "INV-I5 breaches are told");
    }

    /// @dev INV-I3: t0 and the law make each deadline; nothing moves it but a suspension, and elimination's alone.
    function _checkClocks(bytes32 incident, IncidentHandler.Ghost memory ghost) private view {
        uint40 time = uint40(block.timestamp);
        IIncidentLog.DeadlineState[6] memory states = incidents.deadlinesOf(incident, time);
        uint40 t0 = ghost.registeredAt;
        uint40 suspended = ghost.suspendedFor;
        bool hasEnded = ghost.stage >= uint8(IIncidentLog.Stage.Closed);
        uint40 stop = hasEnded ? ghost.stageAt : time;
        if (ghost.suspendedAt != 0) suspended += stop - ghost.suspendedAt;
        uint40[6] memory due = [
            t0 + 5 minutes,
            t0 + 30 minutes,
            t0 + 30 minutes,
            t0 + 2 hours,
            ghost.restoreDue,
            ghost.raisedAt + 72 hours + suspended
        ];
        for (uint256 i = 0; i < 6; ++i) {
            bool isThere = i == 4 ? ghost.interruptedFrom != 0 : t0 != 0;
            uint40 end = ghost.reachedAt[i] != 0 ? ghost.reachedAt[i] : stop;
            if (!isThere || (hasEnded && ghost.reachedAt[i] == 0 && end <= due[i])) {
                assertEq(uint8(states[i].status), 0, "INV-I3 no deadline");
                continue;
            }
            assertEq(states[i].due, due[i], "INV-I3 due");
            assertEq(states[i].reachedAt, ghost.reachedAt[i], "INV-I3 reached at");
            assertEq(states[i].lateBy, end > due[i] ? end - due[i] : 0, "INV-I3 late by");
        }
    }

    function _checkReductions(uint32 group) private view {
        for (uint16 period = FIRST_PERIOD; period < FIRST_PERIOD + 2; ++period) {
            IOutages.ReductionHours memory actual = incidents.reductionHoursOf(group, period);
            assertEq(actual.heatExcess, _handler.ghostHeatExcess(group, period), "INV-I4 hours beyond the permitted");
            assertEq(actual.heatDegrees, _handler.ghostDegrees(group, period), "INV-I4 hours by degrees");
            assertEq(actual.electricityExcess, 0, "INV-I4 electricity");
        }
    }
}
