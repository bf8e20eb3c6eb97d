// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IncidentFixture} from "./IncidentFixture.sol";

/// @title Incidents: every entry as it is kept and told, and each refusal by name
/// @dev Which entry is allowed at which stage is in IncidentStages.t.sol, the clocks in IncidentDeadlines.t.sol.
contract IncidentLogTest is IncidentFixture {
    IIncidentLog.Stage private constant REGISTERED = IIncidentLog.Stage.Registered;
    IIncidentLog.Stage private constant ACKNOWLEDGED = IIncidentLog.Stage.Acknowledged;
    IIncidentLog.Stage private constant DISPATCHED = IIncidentLog.Stage.Dispatched;
    IIncidentLog.Stage private constant LOCALISED = IIncidentLog.Stage.Localised;
    IIncidentLog.Stage private constant RESTORED = IIncidentLog.Stage.Restored;
    IIncidentLog.Stage private constant ELIMINATED = IIncidentLog.Stage.Eliminated;
    IIncidentLog.Stage private constant VERIFIED = IIncidentLog.Stage.Verified;
    IIncidentLog.Stage private constant CLOSED = IIncidentLog.Stage.Closed;
    bytes32 private constant OTHER = "incident 2";

    uint40 private _raisedAt;

    function setUp() public {
        deployIncidents();
        _raisedAt = uint40(block.timestamp);
        vm.warp(_raisedAt + 1 days);
    }

    function test_Raise_IsKeptAndTold() external {
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentRaised(INCIDENT, OBJECT, LEAK, _raisedAt, EVIDENCE);
        _raise();
        IIncidentLog.Incident memory expected;
        expected.stage = IIncidentLog.Stage.Detected;
        expected.object = OBJECT;
        expected.alarm = LEAK;
        expected.raisedAt = _raisedAt;
        expected.stageAt = _raisedAt;
        expected.isCritical = true;
        _checkIncident(expected, "incident");
        assertEq(incidents.openIncidentOf(OBJECT, LEAK), INCIDENT, "open");
        assertEq(incidents.openIncidentOf(OBJECT, PRESSURE_DROP), 0, "another alarm");
        assertEq(incidents.openIncidentOf(OBJECT + 1, LEAK), 0, "another object");
    }

    /// @dev Pressure drop and leak are critical, the others become so when told.
    function test_Raise_SeverityByAlarm() external {
        for (uint8 alarm = 1; alarm <= 4; ++alarm) {
            bytes32 incident = bytes32(uint256(alarm));
            raise(incident, OBJECT, alarm, _raisedAt);
            assertEq(incidents.incidentOf(incident).isCritical, alarm == PRESSURE_DROP || alarm == LEAK, "critical");
        }
    }

    function test_Clear_OnceAtAnyStage() external {
        _raise();
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentCleared(INCIDENT, _raisedAt + 60, EVIDENCE);
        clear(INCIDENT, _raisedAt + 60);
        assertEq(incidents.incidentOf(INCIDENT).clearedAt, _raisedAt + 60, "cleared at");
        assertEq(uint8(incidents.incidentOf(INCIDENT).stage), uint8(IIncidentLog.Stage.Detected), "stage");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyCleared.selector, INCIDENT));
        clear(INCIDENT, _raisedAt + 61);
    }

    function test_Advance_StageByStage() external {
        _raise();
        clear(INCIDENT, _raisedAt + 1);
        for (uint8 i = uint8(REGISTERED); i <= uint8(CLOSED); ++i) {
            uint40 time = _raisedAt + uint40(i) * 10 minutes;
            address by = i > uint8(ELIMINATED) ? SECOND_DISPATCHER : DISPATCHER;
            vm.expectEmit(address(incidents));
            emit IIncidentLog.IncidentAdvanced(INCIDENT, IIncidentLog.Stage(i), time, EVIDENCE, by);
            vm.prank(by);
            incidents.advance(INCIDENT, IIncidentLog.Stage(i), time, EVIDENCE);
            IIncidentLog.Incident memory incident = incidents.incidentOf(INCIDENT);
            assertEq(uint8(incident.stage), i, "stage");
            assertEq(incident.stageAt, time, "stage at");
            assertEq(incident.raisedAt, _raisedAt, "raised at");
            assertEq(incident.registeredAt, _raisedAt + uint40(uint8(REGISTERED)) * 10 minutes, "registered at");
            assertEq(incidents.openIncidentOf(OBJECT, LEAK), i == uint8(CLOSED) ? bytes32(0) : INCIDENT, "open");
        }
    }

    /// @dev Whoever eliminated a critical incident neither verifies nor closes it; another is free to do both.
    function test_RevertWhen_SamePersonOfACriticalIncident() external {
        _raise();
        clear(INCIDENT, _raisedAt);
        advanceTo(INCIDENT, ELIMINATED, _raisedAt);
        bytes memory expected = abi.encodeWithSelector(
            IIncidentLog.IncidentLog_SamePerson.selector,
            INCIDENT,
            DISPATCHER
        );
        vm.expectRevert(expected);
        advance(INCIDENT, VERIFIED, _raisedAt + 1 hours);
        vm.prank(SECOND_DISPATCHER);
        incidents.advance(INCIDENT, VERIFIED, _raisedAt + 1 hours, EVIDENCE);
        vm.expectRevert(expected);
        advance(INCIDENT, CLOSED, _raisedAt + 1 hours);
        vm.prank(SECOND_DISPATCHER);
        incidents.advance(INCIDENT, CLOSED, _raisedAt + 1 hours, EVIDENCE);
    }

    function test_Escalate_AsksForASecondPerson() external {
        raise(INCIDENT, OBJECT, PUMP_FAULT, _raisedAt);
        raise(OTHER, OBJECT + 1, PUMP_FAULT, _raisedAt);
        advanceTo(INCIDENT, ELIMINATED, _raisedAt);
        advanceTo(OTHER, ELIMINATED, _raisedAt);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentEscalated(INCIDENT, _raisedAt, EVIDENCE, DISPATCHER);
        _escalate();
        assertEq(incidents.incidentOf(INCIDENT).isCritical, true, "critical");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyCritical.selector, INCIDENT));
        _escalate();
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_SamePerson.selector, INCIDENT, DISPATCHER));
        advance(INCIDENT, VERIFIED, _raisedAt);
        advance(OTHER, VERIFIED, _raisedAt);
    }

    /// @dev 15 minutes of quiet, to the second; none at all while the alarm stands.
    function test_RevertWhen_ClosedTooSoon() external {
        _raise();
        advanceTo(INCIDENT, VERIFIED, _raisedAt);
        vm.startPrank(SECOND_DISPATCHER);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotQuiet.selector, INCIDENT, 0));
        incidents.advance(INCIDENT, CLOSED, _raisedAt + 2 hours, EVIDENCE);
        incidents.clear(INCIDENT, _raisedAt + 1 hours, EVIDENCE);
        uint256 earliest = _raisedAt + 1 hours + 15 minutes;
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotQuiet.selector, INCIDENT, earliest));
        incidents.advance(INCIDENT, CLOSED, uint40(earliest) - 1, EVIDENCE);
        incidents.advance(INCIDENT, CLOSED, uint40(earliest), EVIDENCE);
    }

    function test_Visit_Once() external {
        _raise();
        advanceTo(INCIDENT, REGISTERED, _raisedAt);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentVisited(INCIDENT, _raisedAt + 2 hours, EVIDENCE, DISPATCHER);
        vm.startPrank(DISPATCHER);
        incidents.visit(INCIDENT, _raisedAt + 2 hours, EVIDENCE);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyVisited.selector, INCIDENT));
        incidents.visit(INCIDENT, _raisedAt + 3 hours, EVIDENCE);
    }

    function test_SuspendAndResume_AreToldAndRefused() external {
        _raise();
        advanceTo(INCIDENT, LOCALISED, _raisedAt);
        vm.startPrank(DISPATCHER);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotSuspended.selector, INCIDENT));
        incidents.resume(INCIDENT, _raisedAt, EVIDENCE);
        IIncidentLog.SuspensionReason reason = IIncidentLog.SuspensionReason.AwaitingParts;
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentSuspended(INCIDENT, reason, _raisedAt + 5, EVIDENCE, DISPATCHER);
        incidents.suspend(INCIDENT, reason, _raisedAt + 5, EVIDENCE);
        assertEq(incidents.incidentOf(INCIDENT).isSuspended, true, "suspended");
        bytes memory expected = abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadySuspended.selector, INCIDENT);
        vm.expectRevert(expected);
        incidents.suspend(INCIDENT, reason, _raisedAt + 6, EVIDENCE);
        incidents.advance(INCIDENT, RESTORED, _raisedAt + 7, EVIDENCE);
        vm.expectRevert(expected);
        incidents.advance(INCIDENT, ELIMINATED, _raisedAt + 8, EVIDENCE);
        vm.expectRevert(_invalidTime(_raisedAt + 4, _raisedAt + 5));
        incidents.resume(INCIDENT, _raisedAt + 4, EVIDENCE);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentResumed(INCIDENT, _raisedAt + 9, EVIDENCE, DISPATCHER);
        incidents.resume(INCIDENT, _raisedAt + 9, EVIDENCE);
        assertEq(incidents.incidentOf(INCIDENT).isSuspended, false, "resumed");
        vm.expectRevert(_invalidTime(_raisedAt + 8, _raisedAt + 9));
        incidents.suspend(INCIDENT, reason, _raisedAt + 8, EVIDENCE);
        incidents.advance(INCIDENT, ELIMINATED, _raisedAt + 8, EVIDENCE);
    }

    function test_Reject_EndsAndFreesTheAlarm() external {
        _raise();
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentRejected(INCIDENT, _raisedAt + 9, EVIDENCE, DISPATCHER);
        _reject(_raisedAt + 9);
        assertEq(uint8(incidents.incidentOf(INCIDENT).stage), uint8(IIncidentLog.Stage.Rejected), "stage");
        assertEq(incidents.incidentOf(INCIDENT).stageAt, _raisedAt + 9, "stage at");
        assertEq(incidents.openIncidentOf(OBJECT, LEAK), 0, "none is open");
        raise(OTHER, OBJECT, LEAK, _raisedAt);
    }

    function test_RevertWhen_RejectedWithoutSupply() external {
        _raise();
        interrupt(INCIDENT, heatGroup, _raisedAt, 18);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotFalse.selector, INCIDENT));
        _reject(_raisedAt);
    }

    /// @dev From any stage that it can be rejected at, an incident is again what it was; its clocks have gone on.
    function test_Reopen_Rejected_IsWhatItWas() external {
        for (uint8 stage = uint8(IIncidentLog.Stage.Detected); stage <= uint8(DISPATCHED); ++stage) {
            bytes32 incident = bytes32(uint256(stage));
            raise(incident, OBJECT, LEAK, _raisedAt);
            advanceTo(incident, IIncidentLog.Stage(stage), _raisedAt + 10);
            IIncidentLog.Incident memory expected = incidents.incidentOf(incident);
            vm.prank(DISPATCHER);
            incidents.reject(incident, _raisedAt + 20, EVIDENCE);
            vm.expectEmit(address(incidents));
            uint40 time = _raisedAt + 20 + 15 minutes;
            emit IIncidentLog.IncidentReopened(incident, IIncidentLog.Stage(stage), time, EVIDENCE, DISPATCHER);
            reopen(incident, time);
            expected.stageAt = time;
            expected.reopenings = 1;
            assertEq(abi.encode(incidents.incidentOf(incident)), abi.encode(expected), "as it was");
            assertEq(incidents.openIncidentOf(OBJECT, LEAK), incident, "open");
            vm.prank(DISPATCHER);
            incidents.reject(incident, time, EVIDENCE);
        }
    }

    /// @dev The alarm is back before anything was restored: the work goes on, but there is no quiet.
    function test_Reopen_ClearedBeforeRestored_KeepsItsStage() external {
        _raise();
        advanceTo(INCIDENT, LOCALISED, _raisedAt + 20);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NothingToReopen.selector, INCIDENT));
        reopen(INCIDENT, _raisedAt + 30);
        clear(INCIDENT, _raisedAt + 10);
        vm.expectRevert(_invalidTime(_raisedAt + 9, _raisedAt + 10));
        reopen(INCIDENT, _raisedAt + 9);
        IIncidentLog.Incident memory expected = incidents.incidentOf(INCIDENT);
        reopen(INCIDENT, _raisedAt + 11);
        expected.clearedAt = 0;
        expected.reopenings = 1;
        _checkIncident(expected, "localised still");
        clear(INCIDENT, _raisedAt + 12);
    }

    function test_Reopen_FromRestoredOn_IsWorkAnew() external {
        for (uint8 stage = uint8(RESTORED); stage <= uint8(CLOSED); ++stage) {
            bytes32 incident = bytes32(uint256(stage));
            raise(incident, OBJECT + stage, LEAK, _raisedAt);
            clear(incident, _raisedAt);
            uint40 time = _raisedAt + 20 minutes;
            advanceTo(incident, IIncidentLog.Stage(stage), time);
            vm.expectRevert(_invalidTime(time - 1, time));
            reopen(incident, time - 1);
            reopen(incident, time + 5 minutes);
            IIncidentLog.Incident memory actual = incidents.incidentOf(incident);
            assertEq(uint8(actual.stage), uint8(ACKNOWLEDGED), "stage");
            assertEq(actual.registeredAt, time + 5 minutes, "the clocks begin anew");
            assertEq(actual.stageAt, time + 5 minutes, "stage at");
            assertEq(actual.clearedAt, 0, "not cleared");
            assertEq(actual.reopenings, 1, "reopenings");
            assertEq(incidents.openIncidentOf(OBJECT + stage, LEAK), incident, "open");
            clear(incident, time + 6 minutes);
            advanceTo(incident, CLOSED, time + 21 minutes);
        }
    }

    /// @dev Within 15 minutes of the end, to the second; then it is a new incident.
    function test_RevertWhen_ReopenedTooLate() external {
        _raise();
        clear(INCIDENT, _raisedAt);
        uint40 closedAt = _raisedAt + 1 hours;
        advanceTo(INCIDENT, CLOSED, closedAt);
        uint40 latest = closedAt + 15 minutes;
        vm.expectRevert(
            abi.encodeWithSelector(
                IIncidentLog.IncidentLog_ReopenedTooLate.selector,
                INCIDENT,
                latest + 1,
                uint256(latest)
            )
        );
        reopen(INCIDENT, latest + 1);
        reopen(INCIDENT, latest);
    }

    /// @dev A new incident has begun in the meantime: there are never two.
    function test_RevertWhen_ReopenedBesideAnother() external {
        _raise();
        _reject(_raisedAt);
        raise(OTHER, OBJECT, LEAK, _raisedAt + 1);
        bytes memory expected = _alreadyOpen(OTHER);
        vm.expectRevert(expected);
        reopen(INCIDENT, _raisedAt + 2);
    }

    function test_Merge_IsToldAndFreesTheAlarm() external {
        _raise();
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt + 1);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.IncidentMerged(OTHER, INCIDENT, _raisedAt + 2, EVIDENCE, DISPATCHER);
        merge(OTHER, INCIDENT, _raisedAt + 2);
        assertEq(uint8(incidents.incidentOf(OTHER).stage), uint8(IIncidentLog.Stage.Merged), "stage");
        assertEq(incidents.openIncidentOf(OBJECT, PUMP_FAULT), 0, "none is open");
        assertEq(incidents.openIncidentOf(OBJECT, LEAK), INCIDENT, "the parent is");
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentLog.IncidentLog_WrongStage.selector, OTHER, IIncidentLog.Stage.Merged)
        );
        reopen(OTHER, _raisedAt + 3);
    }

    /// @dev A pump's fault that turns out to be part of it makes nothing less critical than the leak.
    function test_Merge_CriticalMakesTheParentCritical() external {
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt);
        _raise();
        merge(INCIDENT, OTHER, _raisedAt);
        assertEq(incidents.incidentOf(OTHER).isCritical, true, "critical");
    }

    function test_RevertWhen_InvalidParent() external {
        _raise();
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_Unknown.selector, OTHER));
        merge(INCIDENT, OTHER, _raisedAt);
        vm.expectRevert(_invalidParent("itself"));
        merge(INCIDENT, INCIDENT, _raisedAt);
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt + 1);
        vm.expectRevert(_invalidParent("alarm"));
        merge(INCIDENT, OTHER, _raisedAt + 1);
    }

    function test_RevertWhen_ParentsClocksBeganLater() external {
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt);
        _raise();
        advanceTo(INCIDENT, REGISTERED, _raisedAt + 10);
        vm.expectRevert(_invalidParent("clocks"));
        merge(INCIDENT, OTHER, _raisedAt + 20);
        advanceTo(OTHER, REGISTERED, _raisedAt + 11);
        vm.expectRevert(_invalidParent("clocks"));
        merge(INCIDENT, OTHER, _raisedAt + 20);
    }

    function test_RevertWhen_ParentHasEnded() external {
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt);
        _raise();
        vm.prank(DISPATCHER);
        incidents.reject(OTHER, _raisedAt, EVIDENCE);
        vm.expectRevert(_invalidParent("ended"));
        merge(INCIDENT, OTHER, _raisedAt);
    }

    function test_RevertWhen_ParentIsRestored() external {
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt);
        advanceTo(OTHER, RESTORED, _raisedAt);
        _raise();
        interrupt(INCIDENT, heatGroup, _raisedAt, 18);
        vm.expectRevert(_invalidParent("supply"));
        merge(INCIDENT, OTHER, _raisedAt);
        advanceTo(INCIDENT, RESTORED, _raisedAt);
        merge(INCIDENT, OTHER, _raisedAt);
    }

    function test_Interrupt_IsToldAndRefused() external {
        _raise();
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_NotInterrupted.selector, INCIDENT));
        reportCondition(INCIDENT, 18, _raisedAt);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.SupplyInterrupted(INCIDENT, heatGroup, _raisedAt, 18, _raisedAt + 16 hours, EVIDENCE);
        interrupt(INCIDENT, heatGroup, _raisedAt, 18);
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyInterrupted.selector, INCIDENT, heatGroup)
        );
        interrupt(INCIDENT, otherHeatGroup, _raisedAt, 18);
        vm.expectEmit(address(incidents));
        uint40 time = _raisedAt + 1 hours;
        emit IIncidentLog.SupplyConditionReported(INCIDENT, 11, time, _raisedAt + 8 hours, EVIDENCE);
        reportCondition(INCIDENT, 11, time);
        vm.expectRevert(_invalidTime(_raisedAt - 1, _raisedAt));
        reportCondition(INCIDENT, 11, _raisedAt - 1);
    }

    function test_RevertWhen_InvalidFeeds() external {
        _raise();
        int8[4] memory feeds = [int8(0), 3, -1, 127];
        for (uint256 i = 0; i < feeds.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOutages.IncidentLog_InvalidFeeds.selector, feeds[i]));
            interrupt(INCIDENT, electricityGroup, _raisedAt, feeds[i]);
        }
        interrupt(INCIDENT, electricityGroup, _raisedAt, 1);
        vm.expectRevert(abi.encodeWithSelector(IOutages.IncidentLog_InvalidFeeds.selector, int8(3)));
        reportCondition(INCIDENT, 3, _raisedAt);
    }

    function test_Raise_RevertWhen_AlreadyRaisedOrOpen() external {
        _raise();
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyRaised.selector, INCIDENT));
        _raise();
        bytes memory expected = _alreadyOpen(INCIDENT);
        vm.expectRevert(expected);
        raise(OTHER, OBJECT, LEAK, _raisedAt);
        raise(OTHER, OBJECT, PRESSURE_DROP, _raisedAt);
        raise("incident 3", OBJECT + 1, LEAK, _raisedAt);
    }

    function test_Raise_RevertWhen_InvalidAlarm() external {
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidAlarm.selector, 0));
        raise(INCIDENT, OBJECT, 0, _raisedAt);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidAlarm.selector, 5));
        raise(INCIDENT, OBJECT, 5, _raisedAt);
    }

    /// @dev Of each entry: an incident that nobody knows, no evidence, a time that is too early or in the future. 300 seconds of
    /// slack for clocks that are a little fast, and no more.
    function test_RevertWhen_EntryIsInvalid() external {
        _raise();
        raise(OTHER, OBJECT, PUMP_FAULT, _raisedAt);
        advanceTo(OTHER, LOCALISED, _raisedAt);
        advanceTo(INCIDENT, REGISTERED, _raisedAt);
        uint40 latest = uint40(block.timestamp) + 300;
        _checkEntries(latest + 1, EVIDENCE, _invalidTime(latest + 1, latest));
        _checkEntries(_raisedAt - 1, EVIDENCE, _invalidTime(_raisedAt - 1, _raisedAt));
        bytes memory expected = abi.encodeWithSelector(IIncidentLog.IncidentLog_NoEvidence.selector, INCIDENT);
        _checkEntries(_raisedAt, 0, expected);
        vm.startPrank(DISPATCHER);
        vm.expectRevert(_invalidTime(0, 1));
        incidents.raise("incident 3", OBJECT, 3, 0, EVIDENCE);
        vm.expectRevert(_invalidTime(latest + 1, latest));
        incidents.raise("incident 3", OBJECT, 3, latest + 1, EVIDENCE);
        incidents.raise("incident 3", OBJECT, 3, latest, EVIDENCE);
        vm.expectRevert(_invalidTime(1 days - 1, 1 days));
        incidents.interrupt(INCIDENT, heatGroup, 1 days - 1, 18, EVIDENCE);
        vm.expectRevert(_invalidTime(latest + 1, latest));
        incidents.interrupt(INCIDENT, heatGroup, latest + 1, 18, EVIDENCE);
        vm.expectRevert(expected);
        incidents.interrupt(INCIDENT, heatGroup, _raisedAt, 18, 0);
    }

    function test_RevertWhen_Unknown() external {
        bytes memory expected = abi.encodeWithSelector(IIncidentLog.IncidentLog_Unknown.selector, INCIDENT);
        _checkEntries(_raisedAt, EVIDENCE, expected);
        vm.expectRevert(expected);
        interrupt(INCIDENT, heatGroup, _raisedAt, 18);
        vm.expectRevert(expected);
        reportCondition(INCIDENT, 18, _raisedAt);
        vm.expectRevert(expected);
        reopen(INCIDENT, _raisedAt);
        vm.expectRevert(expected);
        incidents.reportBreach(INCIDENT, IIncidentLog.Deadline.Visit);
    }

    function testFuzz_RevertWhen_CallerNotDispatcher(address caller) external {
        if (caller == DISPATCHER || caller == SECOND_DISPATCHER) return;
        bytes4[13] memory selectors = dispatchersFunctions();
        for (uint256 i = 0; i < selectors.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
            vm.prank(caller);
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, ) = address(incidents).call(bytes.concat(selectors[i], new bytes(7 * 32)));
            assertEq(success, true, "expectRevert turns a refusal into success");
        }
    }

    /// @dev The entries whose time and evidence are checked alike, of an incident that is registered.
    function _checkEntries(uint40 time, bytes32 evidence, bytes memory expected) private {
        vm.startPrank(DISPATCHER);
        vm.expectRevert(expected);
        incidents.clear(INCIDENT, time, evidence);
        vm.expectRevert(expected);
        incidents.advance(INCIDENT, ACKNOWLEDGED, time, evidence);
        vm.expectRevert(expected);
        incidents.visit(INCIDENT, time, evidence);
        vm.expectRevert(expected);
        incidents.suspend(INCIDENT, IIncidentLog.SuspensionReason.Weather, time, evidence);
        vm.expectRevert(expected);
        incidents.reject(INCIDENT, time, evidence);
        vm.expectRevert(expected);
        incidents.merge(INCIDENT, OTHER, time, evidence);
        vm.stopPrank();
    }

    function _raise() private {
        raise(INCIDENT, OBJECT, LEAK, _raisedAt);
    }

    function _escalate() private {
        vm.prank(DISPATCHER);
        incidents.escalate(INCIDENT, _raisedAt, EVIDENCE);
    }

    function _reject(uint40 time) private {
        vm.prank(DISPATCHER);
        incidents.reject(INCIDENT, time, EVIDENCE);
    }

    function _checkIncident(IIncidentLog.Incident memory expected, string memory what) private view {
        assertEq(abi.encode(incidents.incidentOf(INCIDENT)), abi.encode(expected), what);
    }

    function _alreadyOpen(bytes32 open) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IIncidentLog.IncidentLog_AlreadyOpen.selector, OBJECT, LEAK, open);
    }

    function _invalidParent(string memory field) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IIncidentLog.IncidentLog_InvalidParent.selector,
                INCIDENT,
                keccak256(bytes(field)) == keccak256("itself") ? INCIDENT : OTHER,
                field
            );
    }

    function _invalidTime(uint40 time, uint256 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IIncidentLog.IncidentLog_InvalidTime.selector, time, limit);
    }
}
