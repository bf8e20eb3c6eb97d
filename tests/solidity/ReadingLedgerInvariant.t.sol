// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {Exceptions} from "../../contracts/libraries/Exceptions.sol";
import {PackedRegisters} from "../../contracts/libraries/PackedRegisters.sol";
import {CityFixture} from "./CityFixture.sol";
import {LedgerHandler} from "./LedgerHandler.sol";

/// @title The ledger's books agree with books kept beside it, whatever is recorded in whatever order
/// @dev Invariants INV-REGISTER to INV-CHAIN of docs/invariants.md. Segments begin a few hours before the end of a month, so that
/// nearly every run crosses one; the last begins in the last hour of February.
contract ReadingLedgerInvariantTest is CityFixture {
    LedgerHandler private _handler;
    uint32[] private _segments;

    function setUp() external {
        deployLedger();
        uint32 february = ledger.firstHourOf(FIRST_PERIOD + 1);
        uint32 march = ledger.firstHourOf(FIRST_PERIOD + 2);
        _open(IMeterRegistry.Kind.Electricity, february - 20, [uint256(3), 5, 0]);
        _open(IMeterRegistry.Kind.Heat, february - 4, [uint256(2), 0, 6]);
        _open(IMeterRegistry.Kind.Electricity, march - 1, [uint256(1), 1, 4]);
        _handler = new LedgerHandler(registry, ledger, _segments, ORACLE_KEY);
        targetContract(address(_handler));
    }

    /// @dev One function, so that the hours are recorded once for all of them; each message names its invariant.
    /// hardhat-config: invariant.runs = 32
    /// hardhat-config: invariant.depth = 24
    function invariant_LedgerAgreesWithGhosts() external view {
        for (uint256 i = 0; i < _segments.length; ++i) {
            uint32 segment = _segments[i];
            _checkHead(segment);
            uint32[] memory groups = registry.groupsOf(segment);
            uint16[] memory closed = _handler.closedPeriods(segment);
            (, uint32 firstHour, , ) = registry.segmentOf(segment);
            (uint16 first, ) = ledger.calendarOf(firstHour);
            assertEq(ledger.isPeriodOver(segment, first), closed.length != 0, "INV-PERIOD over");
            for (uint256 j = 0; j < groups.length; ++j) {
                _checkGroup(groups[j]);
                for (uint256 k = 0; k < closed.length; ++k) _checkGroupPeriod(groups[j], closed[k]);
                for (uint16 channel = 0; channel < _handler.channelsOf(groups[j]); ++channel) {
                    _checkChannel(groups[j], channel, first, closed);
                }
            }
        }
    }

    /// @dev INV-HOURS: every hour exactly once; INV-CHAIN: the last batch names all before it.
    function _checkHead(uint32 segment) private view {
        (, uint32 firstHour, , ) = registry.segmentOf(segment);
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        assertEq(next, firstHour + _handler.ghostHours(segment), "INV-HOURS");
        assertEq(last, _handler.ghostBatch(segment), "INV-CHAIN");
        (uint32 number, ) = ledger.correctionHeadOf(segment);
        assertEq(number, _handler.ghostCorrections(segment), "INV-CORRECTION number");
    }

    /// @dev INV-DRIFT and INV-BALANCE.
    function _checkGroup(uint32 group) private view {
        int64[3] memory drift = ledger.driftOf(group);
        int64[3] memory expected = _handler.ghostDrift(group);
        uint32[3] memory imbalanced = _handler.ghostImbalanced(group);
        uint8 phases = registry.groupOf(group).parentChannels;
        for (uint8 phase = 0; phase < 3; ++phase) {
            assertEq(int256(drift[phase]), int256(expected[phase]), "INV-DRIFT");
            if (phase < phases) assertEq(ledger.imbalancedHoursOf(group, phase), imbalanced[phase], "INV-BALANCE");
        }
    }

    /// @dev INV-CORRECTION: all views of a period say the same.
    function _checkGroupPeriod(uint32 group, uint16 period) private view {
        IReadingLedger.GroupPeriod memory sums = ledger.groupPeriodOf(group, period);
        uint256 parents = registry.groupOf(group).parentChannels;
        uint64[3] memory parent;
        uint64[3] memory consumers;
        bool hasExceptions = false;
        for (uint16 channel = 0; channel < _handler.channelsOf(group); ++channel) {
            uint64[3] memory expected = _handler.ghostConsumption(group, channel, period);
            (uint16 missing, uint16 estimated) = _handler.ghostExceptions(group, channel, period);
            IReadingLedger.SlotPeriod memory slot = ledger.slotPeriodsOf(group, channel / 6, period, 1)[0];
            int64[3] memory corrections = ledger.correctionsOf(group, channel, period);
            uint64[3] memory sum = channel < parents ? parent : consumers;
            for (uint256 zone = 0; zone < 3; ++zone) {
                int64 signed = int64(PackedRegisters.registerAt(slot.used[zone], channel % 6));
                assertEq(int256(signed + corrections[zone]), int64(expected[zone]), "INV-CORRECTION slot");
                sum[zone] += expected[zone];
            }
            (uint16 slotMissing, uint16 slotEstimated) = Exceptions.hoursOf(slot.exceptions, 0, channel % 6);
            assertEq(slotMissing, missing, "INV-CORRECTION missing");
            assertEq(slotEstimated, estimated, "INV-CORRECTION estimated");
            if (missing + estimated != 0) hasExceptions = true;
            assertEq(slot.revision, sums.revision, "INV-CORRECTION revision");
        }
        assertEq(sums.parent, parent, "INV-CORRECTION parent");
        assertEq(sums.consumers, consumers, "INV-CORRECTION consumers");
        assertEq(sums.hasExceptions, hasExceptions, "INV-CORRECTION exceptions");
        assertEq(sums.revision, _handler.ghostRevision(group, period), "INV-CORRECTION revision");
        assertEq(ledger.revisionOf(group, period), sums.revision, "INV-CORRECTION revision");
    }

    /// @dev INV-REGISTER, INV-CORRECTION, INV-PERIOD and INV-QUALITY.
    function _checkChannel(uint32 group, uint16 channel, uint16 first, uint16[] memory closed) private view {
        assertEq(ledger.registersOf(group, channel), _handler.ghostRegisters(group, channel), "INV-REGISTER");
        for (uint256 i = 0; i < closed.length; ++i) {
            assertEq(
                ledger.registersAt(group, channel, closed[i]),
                _handler.ghostRegistersAt(group, channel, closed[i]),
                "INV-PERIOD"
            );
            assertEq(
                ledger.consumptionOf(group, channel, closed[i]),
                _handler.ghostConsumption(group, channel, closed[i]),
                "INV-CORRECTION consumption"
            );
        }
        for (uint16 period = first; period <= first + closed.length; ++period) {
            (uint16 missing, uint16 estimated) = ledger.exceptionsOf(group, channel, period);
            (uint16 ghostMissing, uint16 ghostEstimated) = _handler.ghostExceptions(group, channel, period);
            assertEq(missing, ghostMissing, "INV-QUALITY missing");
            assertEq(estimated, ghostEstimated, "INV-QUALITY estimated");
        }
    }

    function _open(IMeterRegistry.Kind kind, uint32 firstHour, uint256[3] memory consumers) private {
        uint32 segment = openSegment(kind, firstHour);
        for (uint256 i = 0; i < consumers.length; ++i) addGroup(segment, consumers[i]);
        _segments.push(segment);
    }
}
