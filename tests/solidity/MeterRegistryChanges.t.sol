// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title A city that changes while it runs: houses added, meters replaced, taken away, and out of order
/// @dev `house` has three consumers on phases 0, 1, 2; its segment has one hour of 100 Wh everywhere when a test begins.
contract MeterRegistryChangesTest is CityFixture {
    uint16 private constant JANUARY = FIRST_PERIOD;
    uint32 private constant NEXT = FIRST_HOUR + 1;

    uint32 private segment;
    uint32 private house;

    function setUp() external {
        deployLedger();
        segment = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        house = addGroup(segment, 3);
        recordNext(segment, _slot(100));
    }

    /// @dev A group of the layout of its neighbour, too, is not part of the hours before its own.
    function test_AddGroup_FromAnHourOn_OlderHoursGoOnWithoutIt() external {
        uint32 newcomer = _addFrom(FIRST_HOUR + 3, 3);
        uint32 other = _addFrom(FIRST_HOUR + 3, 5);
        assertEq(registry.groupOf(newcomer).firstHour, FIRST_HOUR + 3, "first hour");
        recordNext(segment, _slot(100));
        recordNext(segment, _slot(100));
        (, , uint16 slots, ) = registry.planOf(segment, FIRST_HOUR + 2);
        assertEq(slots, 1, "before");
        (, , slots, ) = registry.planOf(segment, FIRST_HOUR + 3);
        assertEq(slots, 4, "from then on");
        bytes memory hour = abi.encodePacked(_slot(100), _slot(7), _slot(9), slotOf([uint24(9), 9, 0, 0, 0, 0]));
        recordNext(segment, hour);
        assertEq(ledger.registersOf(house, 0)[2], 400, "house");
        assertEq(ledger.registersOf(newcomer, 0)[2], 7, "newcomer");
        assertEq(ledger.registersOf(other, 7)[2], 9, "the last channel");
        assertEq(ledger.imbalancedHoursOf(newcomer, 0), 0, "no hours before its own");

        uint32 february = ledger.firstHourOf(JANUARY + 1);
        for (uint32 next = FIRST_HOUR + 4; next < february + 1; ++next) recordNext(segment, hour);
        assertEq(ledger.groupPeriodOf(newcomer, JANUARY).parent[2], 3 * 7 * (31 * 8 - 3), "its hours of January");
        assertEq(ledger.registersAt(newcomer, 0, JANUARY - 1), [uint64(0), 0, 0], "nothing before");
    }

    function test_RevertWhen_GroupsHourInvalid() external {
        vm.warp((uint256(FIRST_HOUR) + 10) * 1 hours);
        _refuseGroup(FIRST_HOUR + 9, FIRST_HOUR + 10, 9_900_000);
        _addFrom(FIRST_HOUR + 20, 1);
        _refuseGroup(FIRST_HOUR + 19, FIRST_HOUR + 20, 9_900_000);
        _refuseGroup(9_900_001, FIRST_HOUR + 20, 9_900_000);
        _addFrom(FIRST_HOUR + 20, 1);

        // A segment without hours: its first group from its first hour, the others then or later.
        segment = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR + 30);
        _refuseGroup(FIRST_HOUR + 31, FIRST_HOUR + 30, FIRST_HOUR + 30);
        _refuseGroup(FIRST_HOUR + 29, FIRST_HOUR + 30, FIRST_HOUR + 30);
        _addFrom(FIRST_HOUR + 30, 1);
        _addFrom(FIRST_HOUR + 40, 1);
        _refuseGroup(FIRST_HOUR + 39, FIRST_HOUR + 40, 9_900_000);
    }

    /// @dev The hour waited for may lie ahead of the clock only by itself.
    function test_RevertWhen_GroupBeforeTheHourWaitedFor() external {
        vm.warp(uint256(FIRST_HOUR) * 1 hours + 1);
        _refuseGroup(FIRST_HOUR, NEXT, 9_900_000);
        _addFrom(NEXT, 1);
    }

    function test_Correct_BeforeTheGroupsFirstHour_Refused() external {
        uint32 newcomer = _addFrom(NEXT + 1, 3);
        recordNext(segment, _slot(1));
        recordNext(segment, abi.encodePacked(_slot(1), _slot(1)));
        bytes memory one = differencesOf(1, 1);
        IReadingLedger.Correction memory correction = correctionOf(newcomer, 3, NEXT, one);
        bytes memory signatures = signatureOf(ledger.correctionDigest(correction), ORACLE_KEY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_HoursNotRecorded.selector,
                NEXT,
                NEXT + 1,
                NEXT + 1,
                NEXT + 2
            )
        );
        ledger.correct(correction, one, signatures);
        recordCorrection(correctionOf(newcomer, 3, NEXT + 1, one), one);
    }

    /// @dev Channel 3 is taken away: its lane is zero and measured, phase 0 balances without it, the others as before.
    function test_DecommissionMeter_LaneIsZeroAndOutOfTheBalance() external {
        vm.expectEmit(address(registry));
        emit IMeterRegistry.MeterDecommissioned(house, 3, NEXT);
        _decommission(3);
        _refuseLane(slotOf([uint24(0), 0, 0, 1, 0, 0]), 3);
        _refuseLane(slotOf([uint24(0), 0, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0]), 3);
        _refuseLane(slotOf([uint24(0), 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]), 3);

        // Without the 10 Wh of its resolution phase 0 tolerates 1 Wh and a hundredth.
        recordNext(segment, slotOf([uint24(10), 100, 100, 0, 100, 100]));
        assertEq(ledger.imbalancedHoursOf(house, 0), 1, "phase 0");
        assertEq(ledger.imbalancedHoursOf(house, 1), 0, "phase 1");
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_NoMeter.selector, house, 3));
        registry.meterOf(house, 3);
        assertEq(registry.phaseOf(house, 3), 0, "its place is kept");
        assertEq(registry.phaseOf(house, 4), 1, "so are the others'");

        // A house all of whose consumers are gone has nothing to balance with.
        _decommission(4);
        _decommission(5);
        recordNext(segment, slotOf([uint24(90_000), 90_000, 0, 0, 0, 0]));
        assertEq(ledger.imbalancedHoursOf(house, 1), 0, "undecided");
        assertEq(ledger.driftOf(house)[1], int256(90_000), "counted");
    }

    function test_ReplaceMeter_WhereNoneIs_MeasuresAgain() external {
        IMeterRegistry.Meter memory old = registry.meterOf(house, 3);
        _decommission(3);
        recordNext(segment, slotOf([uint24(100), 100, 100, 0, 100, 100]));
        vm.prank(REGISTRAR);
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidFromHour.selector, FIRST_HOUR, NEXT, NEXT + 1)
        );
        registry.replaceMeter(house, 3, old, FIRST_HOUR);
        // Taken away, it may stand anywhere: here, at its old place.
        vm.prank(REGISTRAR);
        registry.replaceMeter(house, 3, old, NEXT + 1);
        recordNext(segment, _slot(100));
        assertEq(ledger.registersOf(house, 3)[2], 200, "the first hour and this one");

        IMeterRegistry.InstalledMeter[] memory history = registry.meterHistory(house, 3);
        assertEq(history.length, 3, "meter, none, meter");
        assertEq(abi.encode(history[0].meter), abi.encode(old), "the first");
        assertEq(history[0].fromHour, FIRST_HOUR, "from the beginning");
        assertEq(history[1].meter.serialNumber, 0, "none");
        assertEq(history[1].fromHour, NEXT, "since it was taken away");
        assertEq(history[2].fromHour, NEXT + 1, "again");
        assertEq(registry.meterHistory(house, 1).length, 1, "the parent's");
    }

    function test_RevertWhen_DecommissionImpossible() external {
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_ParentMeter.selector, house, 2));
        registry.decommissionMeter(house, 2);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        registry.decommissionMeter(house, 6);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99));
        registry.decommissionMeter(99, 3);
        vm.warp((uint256(NEXT) + 1) * 1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_HoursOutstanding.selector, segment, NEXT, NEXT + 1)
        );
        registry.decommissionMeter(house, 3);
        vm.warp((uint256(NEXT) + 1) * 1 hours - 1);
        registry.decommissionMeter(house, 3);
        bytes memory noMeter = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_NoMeter.selector, house, 3);
        vm.expectRevert(noMeter);
        registry.decommissionMeter(house, 3);
        vm.expectRevert(noMeter);
        registry.reportFault(house, 3, IMeterRegistry.Fault.Broken, FIRST_HOUR);
        vm.stopPrank();
    }

    function test_ReportFault_UntilInOrderAgain() external {
        vm.expectEmit(address(registry));
        emit IMeterRegistry.FaultReported(house, 3, IMeterRegistry.Fault.Broken, NEXT);
        _report(3, IMeterRegistry.Fault.Broken, NEXT);
        _expectUnusable(3, JANUARY, NEXT, IMeterRegistry.Fault.Broken);
        _expectUnusable(3, JANUARY + 1, ledger.firstHourOf(JANUARY + 1), IMeterRegistry.Fault.Broken);
        _expectUnusable(4, JANUARY, 0, IMeterRegistry.Fault.None);
        _expectUnusable(3, JANUARY - 1, 0, IMeterRegistry.Fault.None);

        recordNext(segment, _slot(1));
        _report(3, IMeterRegistry.Fault.None, NEXT + 1);
        _expectUnusable(3, JANUARY, NEXT, IMeterRegistry.Fault.Broken);
        _expectUnusable(3, JANUARY + 1, 0, IMeterRegistry.Fault.None);
        IMeterRegistry.FaultReport[] memory reports = registry.faultsOf(house, 3);
        assertEq(reports.length, 2, "reports");
        assertEq(reports[1].fromHour, NEXT + 1, "its end");
    }

    /// @dev A new meter ends the fault of the old one; one reported with its first hour is its own.
    function test_ReportFault_UntilReplaced() external {
        _report(3, IMeterRegistry.Fault.AccessRefused, FIRST_HOUR);
        recordNext(segment, _slot(1));
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 10);
        vm.prank(REGISTRAR);
        registry.replaceMeter(house, 3, meter, NEXT + 1);
        _expectUnusable(3, JANUARY, FIRST_HOUR, IMeterRegistry.Fault.AccessRefused);
        _expectUnusable(3, JANUARY + 1, 0, IMeterRegistry.Fault.None);
        _report(3, IMeterRegistry.Fault.Broken, NEXT + 1);
        _expectUnusable(3, JANUARY + 1, ledger.firstHourOf(JANUARY + 1), IMeterRegistry.Fault.Broken);
    }

    /// @dev The parent's meter is one, whichever of its channels is named.
    function test_ReportFault_OfTheParent() external {
        _report(1, IMeterRegistry.Fault.Broken, NEXT);
        _expectUnusable(0, JANUARY, NEXT, IMeterRegistry.Fault.Broken);
        _expectUnusable(2, JANUARY, NEXT, IMeterRegistry.Fault.Broken);
        _expectUnusable(3, JANUARY, 0, IMeterRegistry.Fault.None);
    }

    function test_UnusableFrom_NoMeter() external {
        _decommission(3);
        _expectUnusable(3, JANUARY, NEXT, IMeterRegistry.Fault.NoMeter);
        _expectUnusable(3, JANUARY + 1, ledger.firstHourOf(JANUARY + 1), IMeterRegistry.Fault.NoMeter);
    }

    /// @dev 31 October 2025 and four months: 28 February 2026, midnight in Moscow. 31 December and one month: 31 January.
    function test_UnusableFrom_VerificationExpired() external {
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 10);
        (meter.verifiedOn, meter.verificationInterval) = (20_392, 4);
        _replace(3, meter, NEXT);
        uint32 expiry = ledger.firstHourOf(JANUARY + 2) - 24;
        _expectUnusable(3, JANUARY, 0, IMeterRegistry.Fault.None);
        _expectUnusable(3, JANUARY + 1, expiry, IMeterRegistry.Fault.VerificationExpired);
        _expectUnusable(3, JANUARY + 2, ledger.firstHourOf(JANUARY + 2), IMeterRegistry.Fault.VerificationExpired);

        IMeterRegistry.Meter memory other = meterOf(MERCURY_201, 100, 10);
        (other.verifiedOn, other.verificationInterval) = (20_453, 1);
        _replace(4, other, NEXT);
        _expectUnusable(4, JANUARY, ledger.firstHourOf(JANUARY + 1) - 24, IMeterRegistry.Fault.VerificationExpired);
        // Reported earlier in the month, the fault comes first.
        _report(4, IMeterRegistry.Fault.Broken, NEXT);
        _expectUnusable(4, JANUARY, NEXT, IMeterRegistry.Fault.Broken);
    }

    /// @dev Meters that were never touched: two of three consumers expire on 15 February, the parent and the third do not.
    function test_UnusableIn_UntouchedMetersThatExpire_UntilReplaced() external {
        house = _addExpiring();
        uint32 expiry = ledger.firstHourOf(JANUARY + 1) + 14 * 24;
        assertEq(registry.unusableIn(house, JANUARY).length, 0, "January");
        _expectUnusable(3, JANUARY + 1, expiry, IMeterRegistry.Fault.VerificationExpired);
        _expectUnusable(4, JANUARY + 1, 0, IMeterRegistry.Fault.None);
        _expectUnusable(5, JANUARY + 1, expiry, IMeterRegistry.Fault.VerificationExpired);
        _expectUnusable(0, JANUARY + 1, 0, IMeterRegistry.Fault.None);
        assertEq(registry.unusableIn(house, JANUARY + 1).length, 2, "two of four");

        (uint32 next, ) = ledger.headOf(segment);
        _report(5, IMeterRegistry.Fault.Broken, next);
        _replace(3, meterOf(MERCURY_201, 100, 10), next);
        _expectUnusable(3, JANUARY + 1, 0, IMeterRegistry.Fault.None);
        _expectUnusable(5, JANUARY + 1, ledger.firstHourOf(JANUARY + 1), IMeterRegistry.Fault.Broken);
        assertEq(registry.unusableIn(house, JANUARY + 1).length, 1, "one is left");
        recordNext(segment, abi.encodePacked(_slot(1), _slot(1)));
        _replace(5, meterOf(MERCURY_201, 100, 10), next + 1);
        assertEq(registry.unusableIn(house, JANUARY + 1).length, 0, "none");
    }

    /// @dev To ask of a house of 55 flats none of whose meters was touched or has expired costs next to nothing.
    function test_UnusableIn_Gas() external {
        uint32 tower = _addFrom(NEXT, 55);
        uint256 before = gasleft();
        registry.unusableIn(tower, JANUARY);
        assertLe(before - gasleft(), 35_000, "gas");
    }

    function test_RevertWhen_FaultInvalid() external {
        _refuseFault(
            abi.encodeWithSelector(
                IMeterRegistry.MeterRegistry_InvalidFault.selector,
                IMeterRegistry.Fault.VerificationExpired
            ),
            IMeterRegistry.Fault.VerificationExpired,
            NEXT
        );
        bytes4 invalidHour = IMeterRegistry.MeterRegistry_InvalidFromHour.selector;
        IMeterRegistry.Fault broken = IMeterRegistry.Fault.Broken;
        _refuseFault(abi.encodeWithSelector(invalidHour, FIRST_HOUR - 1, FIRST_HOUR, NEXT), broken, FIRST_HOUR - 1);
        _refuseFault(abi.encodeWithSelector(invalidHour, NEXT + 1, FIRST_HOUR, NEXT), broken, NEXT + 1);
        _report(3, broken, FIRST_HOUR);
        _refuseFault(
            abi.encodeWithSelector(invalidHour, FIRST_HOUR, NEXT, NEXT),
            IMeterRegistry.Fault.None,
            FIRST_HOUR
        );
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        registry.faultsOf(house, 6);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        registry.meterHistory(house, 6);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        registry.unusableFrom(house, 6, JANUARY);
    }

    function test_RevertWhen_TooManyChanges() external {
        IMeterRegistry.Meter memory meter = registry.meterOf(house, 3);
        for (uint256 i = 0; i < 255; ++i) _replace(3, meter, NEXT);
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_TooManyChanges.selector, house, 3, 255));
        registry.replaceMeter(house, 3, meter, NEXT);
    }

    /// @dev A group of three consumers, of which the first and the last were verified on 15 February 2025 for a year.
    function _addExpiring() private returns (uint32) {
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](3);
        for (uint8 i = 0; i < 3; ++i) {
            consumers[i] = IMeterRegistry.Consumer({meter: meterOf(MERCURY_201, 100, 10), phase: i});
            if (i != 1) (consumers[i].meter.verifiedOn, consumers[i].meter.verificationInterval) = (20_134, 12);
        }
        IMeterRegistry.Meter memory parent = meterOf(MERCURY_230, 100, 1);
        (uint32 next, ) = ledger.headOf(segment);
        vm.prank(REGISTRAR);
        return registry.addGroup(segment, parent, consumers, next);
    }

    function _addFrom(uint32 fromHour, uint256 consumerCount) private returns (uint32) {
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](consumerCount);
        for (uint256 i = 0; i < consumerCount; ++i) {
            consumers[i] = IMeterRegistry.Consumer({meter: meterOf(MERCURY_201, 100, 10), phase: uint8(i % 3)});
        }
        IMeterRegistry.Meter memory parent = meterOf(MERCURY_230, 100, 1);
        vm.prank(REGISTRAR);
        return registry.addGroup(segment, parent, consumers, fromHour);
    }

    function _refuseGroup(uint32 fromHour, uint32 earliest, uint32 latest) private {
        IMeterRegistry.Meter memory parent = meterOf(MERCURY_230, 100, 1);
        vm.prank(REGISTRAR);
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidFromHour.selector, fromHour, earliest, latest)
        );
        registry.addGroup(segment, parent, new IMeterRegistry.Consumer[](0), fromHour);
    }

    function _decommission(uint16 channel) private {
        vm.prank(REGISTRAR);
        registry.decommissionMeter(house, channel);
    }

    function _replace(uint16 channel, IMeterRegistry.Meter memory meter, uint32 fromHour) private {
        vm.prank(REGISTRAR);
        registry.replaceMeter(house, channel, meter, fromHour);
    }

    function _report(uint16 channel, IMeterRegistry.Fault fault, uint32 fromHour) private {
        vm.prank(REGISTRAR);
        registry.reportFault(house, channel, fault, fromHour);
    }

    function _refuseFault(bytes memory refusal, IMeterRegistry.Fault fault, uint32 fromHour) private {
        vm.prank(REGISTRAR);
        vm.expectRevert(refusal);
        registry.reportFault(house, 3, fault, fromHour);
    }

    /// @dev The hour waited for with this payload.
    function _refuseLane(bytes memory payload, uint256 lane) private {
        (uint32 hour, bytes32 last) = ledger.headOf(segment);
        bytes memory signatures = signNext(segment, payload, ORACLE_KEY);
        uint256 before = block.timestamp;
        vm.warp((uint256(hour) + 1) * 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidLane.selector, 0, lane));
        ledger.record(segment, hour, last, payload, signatures);
        vm.warp(before);
    }

    function _expectUnusable(uint16 channel, uint16 period, uint32 hour, IMeterRegistry.Fault fault) private view {
        (uint32 from, IMeterRegistry.Fault why) = registry.unusableFrom(house, channel, period);
        assertEq(from, hour, "from");
        assertEq(uint256(why), uint256(fault), "why");
        _expectAmongUnusable(channel < 3 ? 0 : channel, period, hour, fault);
    }

    /// @dev What is said of a channel alone is said of it among all of the group.
    function _expectAmongUnusable(uint16 channel, uint16 period, uint32 hour, IMeterRegistry.Fault fault) private view {
        IMeterRegistry.Unusable[] memory unusable = registry.unusableIn(house, period);
        uint256 found = 0;
        for (uint256 i = 0; i < unusable.length; ++i) {
            if (unusable[i].channel != channel) continue;
            ++found;
            assertEq(unusable[i].hour, hour, "from, of the group");
            assertEq(uint256(unusable[i].fault), uint256(fault), "why, of the group");
        }
        assertEq(found, fault == IMeterRegistry.Fault.None ? 0 : 1, "named once, or not at all");
    }

    function _slot(uint24 value) private pure returns (bytes memory) {
        return slotOf([value, value, value, value, value, value]);
    }
}
