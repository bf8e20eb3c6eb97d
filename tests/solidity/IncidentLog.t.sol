// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Incidents: raised once, forward only, never from the future
contract IncidentLogTest is MoneyFixture {
    bytes32 private constant INCIDENT = "incident 1";
    bytes32 private constant EVIDENCE = keccak256("signals");
    uint32 private constant OBJECT = 1;
    uint8 private constant LEAK = 4;

    uint40 private _raisedAt;

    function setUp() public {
        deployCity();
        _raisedAt = uint40(block.timestamp);
    }

    function test_Raise_IsKeptAndTold() external {
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentRaised(INCIDENT, OBJECT, LEAK, _raisedAt, EVIDENCE);
        _raise();
        IIncidentLog.Incident memory incident = incidents.incidentOf(INCIDENT);
        assertEq(uint256(incident.stage), uint256(IIncidentLog.Stage.Raised), "stage");
        assertEq(incident.object, OBJECT, "object");
        assertEq(incident.alarm, LEAK, "alarm");
        assertEq(incident.raisedAt, _raisedAt, "raised at");
        assertEq(incident.stageAt, _raisedAt, "stage at");
        assertEq(incident.clearedAt, 0, "not cleared");
    }

    function test_Clear_OnceAtAnyStage() external {
        _raise();
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentCleared(INCIDENT, _raisedAt + 60, EVIDENCE);
        _clear(_raisedAt + 60);
        assertEq(incidents.incidentOf(INCIDENT).clearedAt, _raisedAt + 60, "cleared at");
        assertEq(uint256(incidents.incidentOf(INCIDENT).stage), uint256(IIncidentLog.Stage.Raised), "stage");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyCleared.selector, INCIDENT));
        _clear(_raisedAt + 61);
    }

    function test_Advance_StageByStage() external {
        _raise();
        for (uint256 i = uint256(IIncidentLog.Stage.Acknowledged); i <= uint256(IIncidentLog.Stage.Closed); ++i) {
            IIncidentLog.Stage stage = IIncidentLog.Stage(i);
            uint40 time = _raisedAt + uint40(i);
            vm.expectEmit(address(incidents));
            emit IIncidentLog.IncidentAdvanced(INCIDENT, stage, time, EVIDENCE, DISPATCHER);
            _advance(stage, time);
            IIncidentLog.Incident memory incident = incidents.incidentOf(INCIDENT);
            assertEq(uint256(incident.stage), i, "stage");
            assertEq(incident.stageAt, time, "stage at");
            assertEq(incident.raisedAt, _raisedAt, "raised at");
        }
    }

    /// @dev From every stage to every stage: forward is accepted, the same and backwards are refused.
    function testFuzz_Advance_ForwardOnly(uint8 fromSeed, uint8 toSeed) external {
        IIncidentLog.Stage from = IIncidentLog.Stage(bound(fromSeed, 1, 5));
        IIncidentLog.Stage to = IIncidentLog.Stage(bound(toSeed, 0, 5));
        _raise();
        if (from != IIncidentLog.Stage.Raised) _advance(from, _raisedAt);
        if (to <= from) {
            vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotForward.selector, INCIDENT, from, to));
        }
        _advance(to, _raisedAt);
        assertEq(uint256(incidents.incidentOf(INCIDENT).stage), uint256(to > from ? to : from), "stage");
    }

    function test_Raise_RevertWhen_AlreadyRaised() external {
        _raise();
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyRaised.selector, INCIDENT));
        _raise();
    }

    function test_Raise_RevertWhen_InvalidAlarm() external {
        vm.startPrank(DISPATCHER);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidAlarm.selector, 0));
        incidents.raise(INCIDENT, OBJECT, 0, _raisedAt, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidAlarm.selector, 5));
        incidents.raise(INCIDENT, OBJECT, 5, _raisedAt, EVIDENCE);
        incidents.raise(INCIDENT, OBJECT, 1, _raisedAt, EVIDENCE);
    }

    function test_ClearAndAdvance_RevertWhen_Unknown() external {
        bytes memory expected = abi.encodeWithSelector(IIncidentLog.IncidentLog_Unknown.selector, INCIDENT);
        vm.expectRevert(expected);
        _clear(_raisedAt);
        vm.expectRevert(expected);
        _advance(IIncidentLog.Stage.Acknowledged, _raisedAt);
    }

    /// @dev 300 seconds of slack for clocks that are a little fast, and no more.
    function test_RevertWhen_TimeInTheFuture() external {
        uint40 latest = uint40(block.timestamp) + 300;
        bytes memory expected = _invalidTime(latest + 1, latest);
        vm.expectRevert(expected);
        vm.prank(DISPATCHER);
        incidents.raise(INCIDENT, OBJECT, LEAK, latest + 1, EVIDENCE);
        _raise();
        vm.expectRevert(expected);
        _clear(latest + 1);
        vm.expectRevert(expected);
        _advance(IIncidentLog.Stage.Closed, latest + 1);
        _clear(latest);
        _advance(IIncidentLog.Stage.Closed, latest);
    }

    function test_RevertWhen_TimeTooEarly() external {
        vm.expectRevert(_invalidTime(0, 1));
        vm.prank(DISPATCHER);
        incidents.raise(INCIDENT, OBJECT, LEAK, 0, EVIDENCE);
        _raise();
        vm.expectRevert(_invalidTime(_raisedAt - 1, _raisedAt));
        _clear(_raisedAt - 1);
        vm.expectRevert(_invalidTime(_raisedAt - 1, _raisedAt));
        _advance(IIncidentLog.Stage.Localised, _raisedAt - 1);
    }

    function testFuzz_RevertWhen_CallerNotDispatcher(address caller) external {
        if (caller == DISPATCHER) return;
        bytes memory expected = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(expected);
        incidents.raise(INCIDENT, OBJECT, LEAK, _raisedAt, EVIDENCE);
        vm.expectRevert(expected);
        incidents.clear(INCIDENT, _raisedAt, EVIDENCE);
        vm.expectRevert(expected);
        incidents.advance(INCIDENT, IIncidentLog.Stage.Closed, _raisedAt, EVIDENCE);
    }

    function _raise() private {
        vm.prank(DISPATCHER);
        incidents.raise(INCIDENT, OBJECT, LEAK, _raisedAt, EVIDENCE);
    }

    function _clear(uint40 time) private {
        vm.prank(DISPATCHER);
        incidents.clear(INCIDENT, time, EVIDENCE);
    }

    function _advance(IIncidentLog.Stage stage, uint40 time) private {
        vm.prank(DISPATCHER);
        incidents.advance(INCIDENT, stage, time, EVIDENCE);
    }

    function _invalidTime(uint40 time, uint256 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidTime.selector, time, limit);
    }
}
