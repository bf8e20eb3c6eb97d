// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IncidentFixture} from "./IncidentFixture.sol";

/// @title Outages: what is recorded, what it reduces, and each refusal
/// @dev tests/vectors/outages.json. The clock stands at 1 March 2026, so that January (672) and February are over.
contract OutageBookTest is IncidentFixture {
    uint16 private constant JANUARY = FIRST_PERIOD;
    IOutages.OutageKind private constant HEAT = IOutages.OutageKind.HeatInterruption;
    IOutages.OutageKind private constant COLD = IOutages.OutageKind.HeatCold;
    IOutages.OutageKind private constant ELECTRICITY = IOutages.OutageKind.ElectricityInterruption;

    function setUp() public {
        deployIncidents();
        raiseIncident(INCIDENT);
        vm.warp(MARCH_START);
    }

    /// @dev Each vector has a group of its own for heat and one for electricity, in a city of its own offset.
    function test_Outages_Vectors() external {
        string memory json = vm.readFile("tests/vectors/outages.json");
        uint256 index = 0;
        for (; vm.keyExistsJson(json, _path(index, "note")); ++index) {
            deployIncidentsAt(int32(uint32(vm.parseJsonUint(json, _path(index, "utcOffset")))));
            raiseIncident(INCIDENT);
            vm.warp(MARCH_START + 10 days);
            bool overlaps = vm.parseJsonUint(json, _path(index, "overlaps")) == 1;
            bool wasRefused = _recordVector(json, index);
            assertEq(wasRefused, overlaps, _path(index, "overlaps"));
            if (!overlaps) _checkVector(json, index);
        }
        assertTrue(index >= 42, "outages.json is read whole");
    }

    function test_RecordOutage_IsKeptAndTold() external {
        IOutages.Outage memory outage = IOutages.Outage(INCIDENT, HEAT, JANUARY_START, JANUARY_START + 20 hours, 16);
        vm.expectEmit(address(incidents));
        emit IOutages.OutageRecorded(INCIDENT, heatGroup, outage, EVIDENCE);
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 20 hours, 16);
        IOutages.Outage[] memory outages = incidents.outagesOf(heatGroup, JANUARY);
        assertEq(outages.length, 1, "outages");
        assertEq(abi.encode(outages[0]), abi.encode(outage), "outage");
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY).heatExcess, 4, "excess");
        assertEq(incidents.reductionHoursOf(electricityGroup, JANUARY).heatExcess, 0, "another group");
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY + 1).heatExcess, 0, "another period");
    }

    /// @dev Whole in each month that it touches; each counts its own part.
    function test_RecordOutage_OverMonths_StandsInEach() external {
        record(heatGroup, HEAT, FEBRUARY_START - 5 hours, MARCH_START, 0);
        assertEq(incidents.outagesOf(heatGroup, JANUARY).length, 1, "January");
        assertEq(incidents.outagesOf(heatGroup, JANUARY + 1).length, 1, "February");
        assertEq(incidents.outagesOf(heatGroup, JANUARY + 2).length, 0, "March begins where it ends");
        assertEq(incidents.outagesOf(heatGroup, JANUARY + 1)[0].from, FEBRUARY_START - 5 hours, "whole");
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY).heatExcess, 5, "January's hours");
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY + 1).heatExcess, 28 * 24, "February's hours");
    }

    function test_OutagesOf_AreInOrderOfTime() external {
        for (uint40 i = 5; i != 0; --i) {
            uint40 from = JANUARY_START + ((i * 7) % 5) * 1 days;
            record(heatGroup, HEAT, from, from + 1 hours, 16);
        }
        IOutages.Outage[] memory outages = incidents.outagesOf(heatGroup, JANUARY);
        assertEq(outages.length, 5, "outages");
        for (uint40 i = 0; i < 5; ++i) assertEq(outages[i].from, JANUARY_START + i * 1 days, "in order");
    }

    function test_RevertWhen_Overlapping() external {
        record(heatGroup, HEAT, JANUARY_START + 5 hours, JANUARY_START + 9 hours, 8);
        bytes memory expected = abi.encodeWithSelector(
            IOutages.IncidentLog_OverlappingOutage.selector,
            heatGroup,
            JANUARY_START + 5 hours,
            JANUARY_START + 9 hours
        );
        vm.expectRevert(expected);
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 5 hours + 1, 8);
        vm.expectRevert(expected);
        record(heatGroup, COLD, JANUARY_START + 9 hours - 1, JANUARY_START + 10 hours, 8);
        vm.expectRevert(expected);
        record(heatGroup, HEAT, JANUARY_START + 6 hours, JANUARY_START + 7 hours, 8);
        vm.expectRevert(expected);
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 10 hours, 8);
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 5 hours, 8);
        record(heatGroup, COLD, JANUARY_START + 9 hours, JANUARY_START + 10 hours, 8);
        record(otherHeatGroup, HEAT, JANUARY_START + 5 hours, JANUARY_START + 9 hours, 8);
    }

    /// @dev Refused in its second month, it is not left in its first.
    function test_RevertWhen_OverlappingInALaterMonth() external {
        record(heatGroup, HEAT, FEBRUARY_START + 1 hours, FEBRUARY_START + 2 hours, 8);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOutages.IncidentLog_OverlappingOutage.selector,
                heatGroup,
                FEBRUARY_START + 1 hours,
                FEBRUARY_START + 2 hours
            )
        );
        record(heatGroup, HEAT, FEBRUARY_START - 1 hours, FEBRUARY_START + 2 hours, 0);
        assertEq(incidents.outagesOf(heatGroup, JANUARY).length, 0, "January");
    }

    function test_RevertWhen_InvalidTimes() external {
        vm.expectRevert(_invalid("from"));
        record(heatGroup, HEAT, 1 days - 1, 1 days + 1, 16);
        record(heatGroup, HEAT, 1 days, 1 days + 1, 16);
        vm.expectRevert(_invalid("to"));
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START, 16);
        vm.expectRevert(_invalid("to"));
        record(heatGroup, HEAT, MARCH_START - 1, MARCH_START + 1, 16);
        record(heatGroup, HEAT, MARCH_START - 1, MARCH_START, 16);
    }

    /// @dev From a month's last second: three more months and not a second of the next.
    function test_RevertWhen_TooLong() external {
        vm.warp(MARCH_START + 300 days);
        uint40 end = MARCH_START + 61 days; // 1 May.
        vm.expectRevert(_invalid("longer than 3 months"));
        record(heatGroup, HEAT, FEBRUARY_START - 1, end + 1, 16);
        record(heatGroup, HEAT, FEBRUARY_START - 1, end, 16);
        assertEq(incidents.outagesOf(heatGroup, JANUARY + 3).length, 1, "April");
    }

    /// @dev Every value of the byte, for each kind.
    function test_RecordOutage_Measures() external {
        for (uint40 measure = 0; measure <= type(uint8).max; ++measure) {
            uint40 from = JANUARY_START + measure * 2 hours;
            bool isHeat = measure == 16 || measure == 8 || measure == 4 || measure == 0;
            _tryMeasure(heatGroup, HEAT, from, uint8(measure), isHeat);
            _tryMeasure(otherHeatGroup, COLD, from, uint8(measure), measure >= 1 && measure <= 50);
            _tryMeasure(electricityGroup, ELECTRICITY, from, uint8(measure), measure == 24 || measure == 2);
        }
    }

    function test_RevertWhen_NoEvidence() external {
        vm.expectRevert(_invalid("evidence"));
        vm.prank(DISPATCHER);
        incidents.recordOutage(INCIDENT, heatGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16, 0);
    }

    /// @dev What was a false alarm has no outage, and what has one is no false alarm.
    function test_RevertWhen_IncidentRejected() external {
        vm.prank(DISPATCHER);
        incidents.reject(INCIDENT, JANUARY_START, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(IOutages.IncidentLog_NotTrue.selector, INCIDENT));
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16);
        raise("another", OBJECT, LEAK, JANUARY_START);
        vm.startPrank(DISPATCHER);
        incidents.recordOutage("another", heatGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16, EVIDENCE);
        assertEq(incidents.incidentOf("another").hasOutage, true, "has outage");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotFalse.selector, bytes32("another")));
        incidents.reject("another", JANUARY_START, EVIDENCE);
    }

    /// @dev The budget is that of the month's first second, the hours at once those of the outage's.
    function test_RecordOutage_RulesOfItsTime() external {
        IDeadlines.DeadlineRules memory rules = incidents.deadlineRulesAt(0);
        rules.validFrom = MARCH_START + 10 days;
        rules.heatMonthHours = 6;
        rules.heatHours = [5, 4, 3, 2];
        rules.oneFeedHours = 10;
        vm.prank(TARIFF_AUTHORITY);
        incidents.setDeadlineRules(rules);
        vm.warp(MARCH_START + 90 days);
        record(heatGroup, HEAT, MARCH_START, MARCH_START + 10 hours, 16);
        vm.expectRevert(_invalid("measure"));
        record(heatGroup, HEAT, rules.validFrom - 1, rules.validFrom + 9 hours, 5);
        vm.expectRevert(_invalid("measure"));
        record(heatGroup, HEAT, rules.validFrom, rules.validFrom + 10 hours, 16);
        record(heatGroup, HEAT, rules.validFrom, rules.validFrom + 10 hours, 5);
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY + 2).heatExcess, 5, "March has 24 hours");
        uint40 april = MARCH_START + 31 days;
        record(heatGroup, HEAT, april, april + 5 hours, 5);
        record(heatGroup, HEAT, april + 1 days, april + 1 days + 4 hours, 5);
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY + 3).heatExcess, 3, "April has 6");
        vm.expectRevert(_invalid("measure"));
        record(electricityGroup, ELECTRICITY, april, april + 11 hours, 24);
        record(electricityGroup, ELECTRICITY, april, april + 11 hours, 10);
        assertEq(incidents.reductionHoursOf(electricityGroup, JANUARY + 3).electricityExcess, 1, "10 hours at once");
    }

    function test_RevertWhen_UnknownIncident() external {
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_Unknown.selector, bytes32("another")));
        vm.prank(DISPATCHER);
        incidents.recordOutage("another", heatGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16, EVIDENCE);
    }

    function test_RevertWhen_UnknownGroupOrWrongKind() external {
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99));
        record(99, HEAT, JANUARY_START, JANUARY_START + 1, 16);
        vm.expectRevert(_wrongKind(electricityGroup, IMeterRegistry.Kind.Heat));
        record(electricityGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16);
        vm.expectRevert(_wrongKind(electricityGroup, IMeterRegistry.Kind.Heat));
        record(electricityGroup, COLD, JANUARY_START, JANUARY_START + 1, 16);
        vm.expectRevert(_wrongKind(heatGroup, IMeterRegistry.Kind.Electricity));
        record(heatGroup, ELECTRICITY, JANUARY_START, JANUARY_START + 1, 24);
    }

    function test_RevertWhen_TooMany() external {
        for (uint40 i = 0; i < 64; ++i)
            record(heatGroup, COLD, JANUARY_START + i * 1 hours, JANUARY_START + (i + 1) * 1 hours, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOutages.IncidentLog_TooManyOutages.selector, heatGroup, JANUARY, uint256(64))
        );
        record(heatGroup, COLD, JANUARY_START + 64 hours, JANUARY_START + 65 hours, 1);
        record(heatGroup, COLD, FEBRUARY_START, FEBRUARY_START + 1 hours, 1);
        assertEq(incidents.reductionHoursOf(heatGroup, JANUARY).heatDegrees, 64, "degree hours");
    }

    function testFuzz_RevertWhen_CallerNotDispatcher(address caller) external {
        if (caller == DISPATCHER || caller == SECOND_DISPATCHER) return;
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        incidents.recordOutage(INCIDENT, heatGroup, HEAT, JANUARY_START, JANUARY_START + 1, 16, EVIDENCE);
    }

    /// @dev Whatever the outages and their order, hours are never reduced that were not out, and all are beyond the budget.
    function testFuzz_ReductionHours_AnyOrder(
        uint24[8] calldata gaps,
        uint24[8] calldata lengths,
        uint8 turn
    ) external {
        uint40[8] memory from;
        uint40 time = JANUARY_START;
        for (uint256 i = 0; i < 8; ++i) {
            from[i] = time + (gaps[i] % 2 days);
            time = from[i] + 1 + (lengths[i] % 4 days);
        }
        for (uint256 i = 0; i < 8; ++i) {
            uint256 place = (i * 3 + turn) % 8;
            uint40 start = from[place];
            record(heatGroup, HEAT, start, start + 1 + (lengths[place] % 4 days), 8);
            record(otherHeatGroup, HEAT, from[i], from[i] + 1 + (lengths[i] % 4 days), 8);
        }
        for (uint16 period = JANUARY; period <= JANUARY + 1; ++period) {
            assertEq(
                abi.encode(incidents.reductionHoursOf(heatGroup, period)),
                abi.encode(incidents.reductionHoursOf(otherHeatGroup, period)),
                "any order"
            );
        }
    }

    function _tryMeasure(uint32 group, IOutages.OutageKind kind, uint40 from, uint8 measure, bool isValid) private {
        if (!isValid) vm.expectRevert(_invalid("measure"));
        record(group, kind, from, from + 1 hours, measure);
    }

    function _recordVector(string memory json, uint256 index) private returns (bool wasRefused) {
        uint256 count = vm.parseJsonUint(json, _path(index, "count"));
        for (uint256 i = 0; i < count; ++i) {
            IOutages.Outage memory outage = _outageOf(json, index, vm.toString(i));
            uint32 group = outage.kind == ELECTRICITY ? electricityGroup : heatGroup;
            try this.record(group, outage.kind, outage.from, outage.to, outage.measure) {} catch (bytes memory reason) {
                assertTrue(bytes4(reason) == IOutages.IncidentLog_OverlappingOutage.selector, "the only refusal");
                wasRefused = true;
            }
        }
    }

    function _outageOf(
        string memory json,
        uint256 index,
        string memory place
    ) private pure returns (IOutages.Outage memory outage) {
        bytes32 kind = keccak256(bytes(vm.parseJsonString(json, _path(index, string.concat("kind", place)))));
        if (kind == keccak256("heat")) outage.kind = HEAT;
        else if (kind == keccak256("cold")) outage.kind = COLD;
        else if (kind == keccak256("electricity")) outage.kind = ELECTRICITY;
        else revert AssertionFailed("unknown kind of outage");
        outage.from = uint40(vm.parseJsonUint(json, _path(index, string.concat("from", place))));
        outage.to = uint40(vm.parseJsonUint(json, _path(index, string.concat("to", place))));
        outage.measure = uint8(vm.parseJsonUint(json, _path(index, string.concat("measure", place))));
    }

    function _checkVector(string memory json, uint256 index) private view {
        uint16 period = uint16(vm.parseJsonUint(json, _path(index, "period")));
        IOutages.ReductionHours memory heat = incidents.reductionHoursOf(heatGroup, period);
        IOutages.ReductionHours memory electricity = incidents.reductionHoursOf(electricityGroup, period);
        assertEq(heat.heatExcess, vm.parseJsonUint(json, _path(index, "heatExcess")), _path(index, "heatExcess"));
        assertEq(heat.heatDegrees, vm.parseJsonUint(json, _path(index, "heatDegrees")), _path(index, "heatDegrees"));
        string memory field = _path(index, "electricityExcess");
        assertEq(electricity.electricityExcess, vm.parseJsonUint(json, field), field);
        assertEq(heat.electricityExcess + electricity.heatExcess + electricity.heatDegrees, 0, "the other kind");
    }

    function _invalid(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOutages.IncidentLog_InvalidOutage.selector, field);
    }

    function _wrongKind(uint32 group, IMeterRegistry.Kind expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMeterRegistry.MeterRegistry_WrongKind.selector, group, expected);
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
