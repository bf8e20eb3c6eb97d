// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReadingLedger} from "../../contracts/ReadingLedger.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title A city with an incident log, two groups of heat and one of electricity, and no bills
/// @dev Two people are dispatchers. What the helpers do is done by DISPATCHER.
abstract contract IncidentFixture is CityFixture {
    bytes32 internal constant INCIDENT = "incident 1";
    bytes32 internal constant EVIDENCE = keccak256("signals");
    uint32 internal constant OBJECT = 1;
    uint8 internal constant PRESSURE_DROP = 1;
    uint8 internal constant PUMP_FAULT = 2;
    uint8 internal constant LEAK = 4;
    address internal constant SECOND_DISPATCHER = address(0x1016);
    uint40 internal constant JANUARY_START = uint40(FIRST_HOUR) * 1 hours;
    uint40 internal constant FEBRUARY_START = JANUARY_START + 31 days;
    uint40 internal constant MARCH_START = FEBRUARY_START + 28 days;

    uint32 internal heatGroup;
    uint32 internal otherHeatGroup;
    uint32 internal electricityGroup;

    /// @notice The clock stands at 1 January 2026 in Moscow afterwards.
    function deployIncidents() internal {
        deployIncidentsAt(MOSCOW);
    }

    function deployIncidentsAt(int32 utcOffset) internal {
        deployLedger();
        if (utcOffset != MOSCOW) ledger = new ReadingLedger(address(manager), registry, utcOffset);
        deployIncidentLog();
        manager.grantRole(Roles.DISPATCHER, SECOND_DISPATCHER, 0);

        uint32 heatSegment = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        heatGroup = addGroup(heatSegment, 0);
        otherHeatGroup = addGroup(heatSegment, 0);
        electricityGroup = addGroup(openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR), 3);
    }

    /// @notice Raises a leak now.
    function raiseIncident(bytes32 incident) internal {
        raise(incident, OBJECT, LEAK, uint40(block.timestamp));
    }

    function raise(bytes32 incident, uint32 object, uint8 alarm, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.raise(incident, object, alarm, time, EVIDENCE);
    }

    function clear(bytes32 incident, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.clear(incident, time, EVIDENCE);
    }

    function advance(bytes32 incident, IIncidentLog.Stage stage, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.advance(incident, stage, time, EVIDENCE);
    }

    /// @notice Through all stages up to `last`, from the second on each at `time`; verified and closed by the second dispatcher.
    function advanceTo(bytes32 incident, IIncidentLog.Stage last, uint40 time) internal {
        uint8 next = uint8(incidents.incidentOf(incident).stage) + 1;
        for (; next <= uint8(last); ++next) {
            vm.prank(next > uint8(IIncidentLog.Stage.Eliminated) ? SECOND_DISPATCHER : DISPATCHER);
            incidents.advance(incident, IIncidentLog.Stage(next), time, EVIDENCE);
        }
    }

    function reopen(bytes32 incident, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.reopen(incident, time, EVIDENCE);
    }

    function merge(bytes32 incident, bytes32 parent, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.merge(incident, parent, time, EVIDENCE);
    }

    function interrupt(bytes32 incident, uint32 group, uint40 from, int8 condition) internal {
        vm.prank(DISPATCHER);
        incidents.interrupt(incident, group, from, condition, EVIDENCE);
    }

    function reportCondition(bytes32 incident, int8 condition, uint40 time) internal {
        vm.prank(DISPATCHER);
        incidents.reportCondition(incident, condition, time, EVIDENCE);
    }

    /// @notice Records an outage in the course of INCIDENT.
    function record(uint32 group, IOutages.OutageKind kind, uint40 from, uint40 to, uint8 measure) public {
        vm.prank(DISPATCHER);
        incidents.recordOutage(INCIDENT, group, kind, from, to, measure, EVIDENCE);
    }

    function deadline(
        bytes32 incident,
        IIncidentLog.Deadline which,
        uint40 time
    ) internal view returns (IIncidentLog.DeadlineState memory) {
        return incidents.deadlinesOf(incident, time)[uint8(which)];
    }

    function checkDeadline(
        IIncidentLog.DeadlineState memory actual,
        IIncidentLog.DeadlineStatus status,
        uint40 due,
        uint40 reachedAt,
        uint40 lateBy,
        string memory what
    ) internal pure {
        assertEq(uint8(actual.status), uint8(status), string.concat(what, ": status"));
        assertEq(actual.due, due, string.concat(what, ": due"));
        assertEq(actual.reachedAt, reachedAt, string.concat(what, ": reached at"));
        assertEq(actual.lateBy, lateBy, string.concat(what, ": late by"));
    }
}
