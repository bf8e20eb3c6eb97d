// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IncidentFixture} from "./IncidentFixture.sol";

/// @title Which entry is let in at which stage: the whole table, and random sequences
/// @dev Incidents are pump faults: not critical, so that who writes plays no part. Closed ones are cleared, others are not.
contract IncidentStagesTest is IncidentFixture {
    uint8 private constant STAGES = 11;
    uint8 private constant CLOSED = uint8(IIncidentLog.Stage.Closed);
    uint8 private constant REJECTED = uint8(IIncidentLog.Stage.Rejected);
    uint8 private constant MERGED = uint8(IIncidentLog.Stage.Merged);
    bytes32 private constant PARENT = "parent";

    /// @dev One letter a stage, Detected to Merged: + let in, W WrongStage, C AlreadyCleared, S NotSuspended, R NothingToReopen,
    /// I NotInterrupted, F NotTrue.
    struct Row {
        string name;
        string letters;
        bytes data;
    }

    Row[] private _rows;
    uint40 private _time;
    uint256 private _last;

    function setUp() public {
        deployIncidents();
        _time = uint40(block.timestamp);
        vm.warp(_time + 1 days);
        raise(PARENT, 0, PUMP_FAULT, _time);
        advanceTo(PARENT, IIncidentLog.Stage.Registered, _time);
        IIncidentLog.SuspensionReason reason = IIncidentLog.SuspensionReason.Other;
        //                       Detected ... Closed, Rejected, Merged
        _row("clear", "++++++++C++", abi.encodeCall(IIncidentLog.clear, (0, _time, EVIDENCE)));
        _row("escalate", "++++++++WWW", abi.encodeCall(IIncidentLog.escalate, (0, _time, EVIDENCE)));
        _row("visit", "W+++++++WWW", abi.encodeCall(IIncidentLog.visit, (0, _time, EVIDENCE)));
        _row("suspend", "W+++++WWWWW", abi.encodeCall(IIncidentLog.suspend, (0, reason, _time, EVIDENCE)));
        _row("resume", "WSSSSSWWWWW", abi.encodeCall(IIncidentLog.resume, (0, _time, EVIDENCE)));
        _row("reject", "++++WWWWWWW", abi.encodeCall(IIncidentLog.reject, (0, _time, EVIDENCE)));
        _row("merge", "++++++++WWW", abi.encodeCall(IIncidentLog.merge, (0, PARENT, _time, EVIDENCE)));
        _row("reopen", "RRRRR+++++W", abi.encodeCall(IIncidentLog.reopen, (0, _time + 1 hours, EVIDENCE)));
        bytes memory data = abi.encodeCall(IIncidentLog.interrupt, (0, heatGroup, _time, 18, EVIDENCE));
        _row("interrupt", "+++++WWWWWW", data);
        data = abi.encodeCall(IIncidentLog.reportCondition, (0, 18, _time, EVIDENCE));
        _row("reportCondition", "IIIIIWWWWWW", data);
        IOutages.OutageKind kind = IOutages.OutageKind.HeatInterruption;
        data = abi.encodeCall(IOutages.recordOutage, (0, heatGroup, kind, _time, _time + 1, 16, EVIDENCE));
        _row("recordOutage", "+++++++++F+", data);
    }

    /// @dev Each row begins with the same city: what one entry leaves behind must not help the next.
    function test_EveryEntry_AtEveryStage() external {
        for (uint256 i = 0; i < _rows.length; ++i) {
            bytes memory letters = bytes(_rows[i].letters);
            assertEq(letters.length, STAGES, _rows[i].name);
            for (uint8 stage = 1; stage <= STAGES; ++stage) {
                bytes32 incident = _incidentAt(stage);
                bytes memory data = _rows[i].data;
                if (keccak256(bytes(_rows[i].name)) == keccak256("recordOutage")) data = _outageOf(stage);
                bytes memory answer = _send(incident, data);
                string memory what = string.concat(_rows[i].name, " at ", vm.toString(stage));
                assertEq(answer, _expected(letters[stage - 1], incident, stage), what);
            }
        }
    }

    /// @dev From each stage the next one, and no other.
    function test_Advance_FromEveryStageToEvery() external {
        for (uint8 from = 1; from <= STAGES; ++from) {
            for (uint8 to = 0; to <= STAGES; ++to) {
                bytes32 incident = _incidentAt(from);
                if (from == uint8(IIncidentLog.Stage.Verified)) clear(incident, _time);
                bytes memory answer = _send(incident, _advanceTo(to));
                bool isNext = from < CLOSED && to == from + 1;
                bytes memory refusal = abi.encodeWithSelector(
                    IIncidentLog.IncidentLog_NotNext.selector,
                    incident,
                    from,
                    to
                );
                assertEq(answer, isNext ? bytes("") : refusal, string.concat(vm.toString(from), vm.toString(to)));
                assertEq(uint8(incidents.incidentOf(incident).stage), isNext ? to : from, "stage");
            }
        }
    }

    /// @dev Whatever is tried in whatever order: a stage changes by one forward, to an end from where that is allowed, or back by
    /// reopening; and the incident is the open one of its object exactly while it has not ended.
    function testFuzz_AnySequence_NeverSkipsNorReturns(uint8[48] calldata seeds) external {
        bytes32 incident = _incidentAt(1);
        uint32 object = incidents.incidentOf(incident).object;
        uint40 time = _time + 1 hours;
        for (uint256 i = 0; i < seeds.length; ++i) {
            uint8 before = uint8(incidents.incidentOf(incident).stage);
            time += 10 minutes;
            uint256 what = seeds[i] % 24;
            _send(incident, _entryOf(what, before, time));
            uint8 stage = uint8(incidents.incidentOf(incident).stage);
            _checkStep(before, stage, what);
            bool isOpen = stage < CLOSED;
            assertEq(incidents.openIncidentOf(object, PUMP_FAULT), isOpen ? incident : bytes32(0), "open");
        }
    }

    /// @dev The ends and the way back, to the next stage oftener than to any other.
    function _entryOf(uint256 what, uint8 stage, uint40 time) private pure returns (bytes memory) {
        if (what == 0) return abi.encodeCall(IIncidentLog.clear, (0, time, EVIDENCE));
        if (what == 1) return abi.encodeCall(IIncidentLog.reject, (0, time, EVIDENCE));
        if (what == 2) return abi.encodeCall(IIncidentLog.reopen, (0, time, EVIDENCE));
        if (what == 3) return abi.encodeCall(IIncidentLog.merge, (0, PARENT, time, EVIDENCE));
        if (what < 12) return abi.encodeCall(IIncidentLog.advance, (0, _next(stage), time, EVIDENCE));
        return abi.encodeCall(IIncidentLog.advance, (0, IIncidentLog.Stage(what - 12), time, EVIDENCE));
    }

    function _checkStep(uint8 before, uint8 stage, uint256 what) private pure {
        if (stage == before) return;
        if (stage == REJECTED) assertTrue(what == 1 && before <= uint8(IIncidentLog.Stage.Dispatched), "rejected");
        else if (stage == MERGED) assertTrue(what == 3 && before < CLOSED, "merged");
        else if (before == REJECTED)
            assertTrue(what == 2 && stage <= uint8(IIncidentLog.Stage.Dispatched), "no more rejected");
        else if (stage < before)
            assertTrue(
                what == 2 &&
                    stage == uint8(IIncidentLog.Stage.Acknowledged) &&
                    before >= uint8(IIncidentLog.Stage.Restored),
                "reopened"
            );
        else assertEq(stage, before + 1, "skipped");
    }

    function _next(uint8 stage) private pure returns (IIncidentLog.Stage) {
        return stage < CLOSED ? IIncidentLog.Stage(stage + 1) : IIncidentLog.Stage.Closed;
    }

    function _row(string memory name, string memory letters, bytes memory data) private {
        _rows.push(Row({name: name, letters: letters, data: data}));
    }

    /// @dev A new incident of an object of its own, brought to a stage.
    function _incidentAt(uint8 stage) private returns (bytes32 incident) {
        incident = bytes32(++_last);
        raise(incident, uint32(_last), PUMP_FAULT, _time);
        if (stage == CLOSED) clear(incident, _time);
        if (stage < CLOSED) advanceTo(incident, IIncidentLog.Stage(stage), _time);
        else if (stage == CLOSED) advanceTo(incident, IIncidentLog.Stage.Closed, _time + 1 hours);
        else if (stage == MERGED) merge(incident, PARENT, _time);
        else {
            advanceTo(incident, IIncidentLog.Stage.Registered, _time + 1 hours);
            vm.prank(DISPATCHER);
            incidents.reject(incident, _time + 1 hours, EVIDENCE);
        }
        assertEq(uint8(incidents.incidentOf(incident).stage), stage, "brought to its stage");
    }

    function _advanceTo(uint8 stage) private view returns (bytes memory) {
        return abi.encodeCall(IIncidentLog.advance, (0, IIncidentLog.Stage(stage), _time + 2 hours, EVIDENCE));
    }

    /// @dev An hour of its own for each stage: outages do not overlap.
    function _outageOf(uint8 stage) private view returns (bytes memory) {
        uint40 from = _time + uint40(stage) * 1 hours;
        IOutages.OutageKind kind = IOutages.OutageKind.HeatInterruption;
        return abi.encodeCall(IOutages.recordOutage, (0, heatGroup, kind, from, from + 1, 16, EVIDENCE));
    }

    /// @dev Sends an entry whose first argument is the incident. What is refused answers with its error.
    function _send(bytes32 incident, bytes memory data) private returns (bytes memory answer) {
        assembly ("memory-safe") {
            mstore(add(data, 36), incident)
        }
        vm.prank(DISPATCHER);
        // solhint-disable-next-line avoid-low-level-calls
        (, answer) = address(incidents).call(data);
    }

    function _expected(bytes1 letter, bytes32 incident, uint8 stage) private pure returns (bytes memory) {
        if (letter == "+") return "";
        if (letter == "W") return abi.encodeWithSelector(IIncidentLog.IncidentLog_WrongStage.selector, incident, stage);
        bytes4 selector;
        if (letter == "C") selector = IIncidentLog.IncidentLog_AlreadyCleared.selector;
        else if (letter == "S") selector = IIncidentLog.IncidentLog_NotSuspended.selector;
        else if (letter == "R") selector = IIncidentLog.IncidentLog_NothingToReopen.selector;
        else if (letter == "I") selector = IIncidentLog.IncidentLog_NotInterrupted.selector;
        else if (letter == "F") selector = IOutages.IncidentLog_NotTrue.selector;
        else revert AssertionFailed("unknown letter");
        return abi.encodeWithSelector(selector, incident);
    }
}
