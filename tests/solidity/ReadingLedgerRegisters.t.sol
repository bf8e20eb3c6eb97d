// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title What the ledger makes of the hours it takes: registers, periods, balances, counters, drift
/// @dev Electricity: `house` fills slot 0, its consumers on phases 0, 1, 2; `tower` has five on 0, 1, 2, 0, 1 in slots 1 and 2.
/// Parents have class 1.0 and 1 Wh, consumers class 1.0 and 10 Wh, so a phase of house tolerates (P + C) / 100 + 11 Wh.
/// Heat: `boiler` has two consumers and tolerates (P + C) / 50 + 3,000 kcal; `cellar` has none.
contract ReadingLedgerRegistersTest is CityFixture {
    uint64 private constant MAX_REGISTER = 2 ** 38 - 1;
    uint16 private constant JANUARY = FIRST_PERIOD;
    /// @dev Last hour of January 2026, 23-24 local: night.
    uint32 private constant LAST_OF_JANUARY = FIRST_HOUR + 31 * 24 - 1;

    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private tower;
    uint32 private boiler;
    uint32 private cellar;

    function setUp() external {
        deployLedger();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        heat = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        house = addGroup(electricity, 3);
        tower = addGroup(electricity, 5);
        boiler = addGroup(heat, 2);
        cellar = addGroup(heat, 0);
    }

    /// @dev The local hour h has 2^h Wh: a register's bits are the hours of its zone.
    function test_Registers_OneLocalDay_EveryHourInItsZone() external {
        for (uint256 h = 0; h < 24; ++h) {
            recordNext(electricity, _hour([uint24(1 << h), 0, 0, 0, 0, uint24(1 << (23 - h))]));
        }
        uint64 peak = _bits(7, 10) | _bits(17, 21);
        uint64 halfPeak = _bits(10, 17) | _bits(21, 23);
        uint64 night = _bits(23, 24) | _bits(0, 7);
        assertEq(ledger.registersOf(house, 0), [peak, halfPeak, night], "lane 0");
        assertEq(ledger.registersOf(house, 1), [uint64(0), 0, 0], "lane 1");
        assertEq(
            ledger.registersOf(house, 5),
            [_bits(14, 17) | _bits(3, 7), _bits(7, 14) | _bits(1, 3), _bits(0, 1) | _bits(17, 24)],
            "lane 5, mirrored"
        );
    }

    function test_Registers_EveryLane_GreatestInterval() external {
        uint24 most = type(uint24).max;
        bytes memory full = slotOf([most, most, most, most, most, most]);
        bytes memory last = slotOf([most, most, 0, 0, 0, 0]);
        for (uint256 i = 0; i < 3; ++i) recordNext(electricity, abi.encodePacked(full, full, last));
        for (uint16 channel = 0; channel < 6; ++channel) {
            assertEq(ledger.registersOf(house, channel), [uint64(0), 0, 3 * uint64(most)], "house");
        }
        for (uint16 channel = 0; channel < 8; ++channel) {
            assertEq(ledger.registersOf(tower, channel), [uint64(0), 0, 3 * uint64(most)], "tower");
        }
    }

    function test_Registers_Heat_AllInZoneZero() external {
        for (uint256 h = 0; h < 24; ++h) {
            recordNext(
                heat,
                abi.encodePacked(slotOf([uint24(1 << h), 0, 0, 0, 0, 0]), slotOf([uint24(1), 0, 0, 0, 0, 0]))
            );
        }
        assertEq(ledger.registersOf(boiler, 0), [uint64(2 ** 24 - 1), 0, 0], "boiler");
        assertEq(ledger.registersOf(cellar, 0), [uint64(24), 0, 0], "cellar");
    }

    function test_Registers_SegmentsAreApart() external {
        recordNext(electricity, _hour([uint24(5), 0, 0, 5, 0, 0]));
        assertEq(ledger.registersOf(boiler, 0), [uint64(0), 0, 0], "heat");
        (uint32 next, bytes32 last) = ledger.headOf(heat);
        assertEq(next, FIRST_HOUR, "heat's head");
        assertEq(last, bytes32(0), "heat's batch");
    }

    /// @dev The last night hour of January (1 Wh), February (10 Wh an hour), March (100), then a night hour of April (1,000): peak
    /// and half-peak are not touched in January and April, and house's last lane is zero until March.
    function test_RegistersAt_ThreePeriods_NeverChangeAgain() external {
        uint32 late = openSegment(IMeterRegistry.Kind.Electricity, LAST_OF_JANUARY);
        uint32 group = addGroup(late, 3);
        recordNext(late, slotOf([uint24(1), 0, 0, 1, 0, 0]));
        _checkJanuary(late, group);
        _recordUntil(late, ledger.firstHourOf(JANUARY + 2), slotOf([uint24(10), 0, 0, 10, 0, 0]));
        _checkJanuary(late, group);
        _checkFebruary(group);
        _recordUntil(late, ledger.firstHourOf(JANUARY + 3), slotOf([uint24(100), 0, 0, 100, 0, 7]));
        _checkJanuary(late, group);
        _checkFebruary(group);
        _checkMarch(group);
        recordNext(late, slotOf([uint24(1_000), 0, 0, 1_000, 0, 1_000]));
        _checkJanuary(late, group);
        _checkFebruary(group);
        _checkMarch(group);

        bytes4 notOver = IReadingLedger.ReadingLedger_PeriodNotOver.selector;
        vm.expectRevert(abi.encodeWithSelector(notOver, late, JANUARY + 3));
        ledger.registersAt(group, 0, JANUARY + 3);
        assertEq(ledger.registersAt(group, 0, JANUARY - 1), [uint64(0), 0, 0], "before the first hour");
        assertEq(ledger.registersOf(group, 0)[2], 1 + 28 * 80 + 31 * 800 + 1_000, "now");
    }

    /// @dev A period is over with its last hour, not one before.
    function test_IsPeriodOver_WithTheLastHour() external {
        uint32 late = openSegment(IMeterRegistry.Kind.Heat, LAST_OF_JANUARY - 1);
        addGroup(late, 0);
        bytes memory payload = slotOf([uint24(1), 0, 0, 0, 0, 0]);
        assertTrue(ledger.isPeriodOver(late, JANUARY - 1), "nothing to wait for");
        assertTrue(!ledger.isPeriodOver(late, JANUARY), "no hour yet");
        recordNext(late, payload);
        assertTrue(!ledger.isPeriodOver(late, JANUARY), "one is missing");
        recordNext(late, payload);
        assertTrue(ledger.isPeriodOver(late, JANUARY), "over");
        assertTrue(!ledger.isPeriodOver(late, JANUARY + 1), "the next");
    }

    /// @dev P = 4,500 and C = 4,400 tolerate exactly 45 + 44 + 11 = 100 Wh.
    function test_Balance_AtTolerance_AndOneBeyond() external {
        for (uint8 phase = 0; phase < 3; ++phase) {
            _expectBalanced(phase, 4_500, 4_400);
            _expectBalanced(phase, 4_400, 4_500);
            _expectImbalance(phase, 4_501, 4_400, 100);
            _expectImbalance(phase, 4_400, 4_501, 100);
            // 100 Wh where 99.98 are permitted, and where 100.02 are: nothing is rounded on the way.
            _expectImbalance(phase, 4_499, 4_399, 99);
            _expectBalanced(phase, 4_501, 4_401);
            _expectBalanced(phase, 0, 11);
            _expectImbalance(phase, 0, 12, 11);
        }
    }

    /// @dev Tower's phase 0 has two consumers, in different slots: 40 + 19 + 20 + 1 + 2 * 10 = 100 Wh.
    function test_Balance_ConsumersOfAllSlotsCount() external {
        recordNext(electricity, _towerHour([uint24(4_000), 0, 0, 1_900, 0, 0], [uint24(2_000), 0]));
        assertEq(ledger.imbalancedHoursOf(tower, 0), 0, "at the tolerance");
        _expectPhase(tower, 0, 101, 100);
        recordNext(electricity, _towerHour([uint24(4_001), 0, 0, 1_900, 0, 0], [uint24(2_000), 0]));
        assertEq(ledger.imbalancedHoursOf(tower, 0), 1, "beyond");
        _expectPhase(tower, 1, -5_000, 171);
        recordNext(electricity, _towerHour([uint24(0), 5_000, 0, 0, 5_000, 0], [uint24(0), 5_000]));
        assertEq(ledger.imbalancedHoursOf(tower, 1), 1, "phase 1");
        assertEq(ledger.imbalancedHoursOf(tower, 0), 1, "phase 0 is as before");
        assertEq(ledger.imbalancedHoursOf(tower, 2), 0, "phase 2");
        assertEq(ledger.imbalancedHoursOf(house, 0), 0, "another group");
    }

    function test_Balance_AllPhasesInOneHour() external {
        _expectPhase(house, 0, 1_000, 21);
        _expectPhase(house, 1, -2_000, 31);
        _expectPhase(house, 2, 3_000, 41);
        recordNext(electricity, _hour([uint24(1_000), 0, 3_000, 0, 2_000, 0]));
        for (uint8 phase = 0; phase < 3; ++phase) assertEq(ledger.imbalancedHoursOf(house, phase), 1, "counted");
    }

    /// @dev 52,500 and 47,500 kcal tolerate exactly 1,050 + 950 + 3,000 = 5,000.
    function test_Balance_Heat() external {
        recordNext(heat, _heatHour(52_500, 40_000, 7_500, 9_999));
        recordNext(heat, _heatHour(47_500, 40_000, 12_500, 9_999));
        assertEq(ledger.imbalancedHoursOf(boiler, 0), 0, "at the tolerance");
        _expectPhase(boiler, 0, 5_001, 5_000);
        recordNext(heat, _heatHour(52_501, 40_000, 7_500, 9_999));
        _expectPhase(boiler, 0, -5_001, 5_000);
        recordNext(heat, _heatHour(47_500, 40_001, 12_500, 9_999));
        assertEq(ledger.imbalancedHoursOf(boiler, 0), 2, "beyond");
        assertEq(ledger.imbalancedHoursOf(cellar, 0), 0, "a group without consumers is never compared");
        assertEq(ledger.driftOf(cellar)[0], int256(4 * 9_999), "but counted");
        assertEq(ledger.driftOf(boiler)[0], int256(0), "as much above as below");
    }

    /// @dev Each quality at the parent and at the consumer: the phase is undecided, the channel counted; phase 1 stays decided.
    function test_Balance_NotMeasured_PhaseUndecided() external {
        for (uint8 quality = 1; quality < 4; ++quality) {
            for (uint16 channel = 0; channel < 6; channel += 3) {
                uint8[6] memory qualities;
                qualities[channel] = quality;
                uint24[6] memory intervals = [uint24(90_000), 90_000, 0, 1, 1, 0];
                if (quality == 3) intervals[channel] = 0;
                uint16 before = _unmeasured(house, channel, JANUARY);
                uint32 imbalanced = ledger.imbalancedHoursOf(house, 1);
                recordNext(electricity, abi.encodePacked(slotOf(intervals, qualities), new bytes(40)));
                assertEq(ledger.imbalancedHoursOf(house, 0), 0, "undecided");
                assertEq(ledger.imbalancedHoursOf(house, 1), imbalanced + 1, "the other phase");
                assertEq(_unmeasured(house, channel, JANUARY), before + 1, "counted");
            }
        }
        assertEq(_unmeasured(house, 1, JANUARY), 0, "measured");
        assertEq(_unmeasured(house, 0, JANUARY + 1), 0, "another period");
        assertEq(_unmeasured(tower, 0, JANUARY), 0, "another group");
    }

    /// @dev Tower's last consumer, in its second slot, stands on phase 1.
    function test_Balance_NotMeasuredInSecondSlot_PhaseUndecided() external {
        uint8[6] memory qualities;
        qualities[1] = 1;
        bytes memory first = slotOf([uint24(90_000), 90_000, 0, 0, 0, 0]);
        recordNext(electricity, abi.encodePacked(new bytes(20), first, slotOf([uint24(0), 3, 0, 0, 0, 0], qualities)));
        assertEq(ledger.imbalancedHoursOf(tower, 0), 1, "phase 0 is decided");
        assertEq(ledger.imbalancedHoursOf(tower, 1), 0, "phase 1 is not");
        assertEq(_unmeasured(tower, 7, JANUARY), 1, "the last channel");
        assertEq(_unmeasured(tower, 1, JANUARY), 0, "lane 1 of the first slot");
        assertEq(ledger.registersOf(tower, 7)[2], 3, "its value counts");
    }

    /// @dev Interpolated and averaged values go into registers and drift like measured ones.
    function test_Drift_AllHoursSigned() external {
        uint8[6] memory interpolated = [1, 1, 1, 2, 2, 2];
        recordNext(electricity, _hour([uint24(100), 20, 3, 90, 25, 3]));
        recordNext(electricity, abi.encodePacked(slotOf([uint24(7), 0, 0, 0, 9, 1], interpolated), new bytes(40)));
        int64[3] memory drift = ledger.driftOf(house);
        assertEq(drift[0], int256(17), "phase 0");
        assertEq(drift[1], int256(-14), "phase 1");
        assertEq(drift[2], int256(-1), "phase 2");
    }

    function test_Counters_AreByPeriod_ImbalancesSummed() external {
        uint32 late = openSegment(IMeterRegistry.Kind.Electricity, LAST_OF_JANUARY);
        uint32 group = addGroup(late, 3);
        uint8[6] memory qualities = [0, 0, 0, 0, 1, 0];
        for (uint256 i = 0; i < 3; ++i) recordNext(late, slotOf([uint24(900), 0, 0, 0, 0, 0], qualities));
        assertEq(_unmeasured(group, 4, JANUARY), 1, "January");
        assertEq(_unmeasured(group, 4, JANUARY + 1), 2, "February");
        assertEq(ledger.imbalancedHoursOf(group, 0), 3, "both");
    }

    /// @dev 16,384 hours of the greatest interval fill a register; here it is filled in the ledger's own storage.
    function test_RevertWhen_RegisterOverflows() external {
        uint24[6] memory intervals;
        for (uint16 left = 6; left != 0; --left) {
            uint16 channel = left - 1;
            uint24 mark = 0xABC0DE + channel;
            intervals[channel] = mark;
            vm.record();
            recordNext(electricity, _hour(intervals));
            _raiseRegister(channel, mark);
            intervals[channel] = 0;
            (uint32 hour, bytes32 last) = ledger.headOf(electricity);
            vm.warp((uint256(hour) + 1) * 1 hours);

            intervals[channel] = 1;
            bytes memory payload = _hour(intervals);
            bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
            vm.expectRevert(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_RegisterOverflow.selector, electricity, 0, channel)
            );
            ledger.record(electricity, hour, last, payload, signatures);
            intervals[channel] = 0;
        }
        // At its end a register stands; a value of 0 is no overflow.
        recordNext(electricity, _hour(intervals));
        assertEq(ledger.registersOf(house, 3)[2], MAX_REGISTER, "full");
    }

    /// @dev Finds the 38 bits that hold `mark` among what the last hour wrote, and fills them with ones.
    function _raiseRegister(uint16 channel, uint24 mark) private {
        (, bytes32[] memory writes) = vm.accesses(address(ledger));
        for (uint256 i = 0; i < writes.length; ++i) {
            uint256 word = uint256(vm.load(address(ledger), writes[i]));
            for (uint256 shift = 0; shift <= 190; shift += 38) {
                if ((word >> shift) & MAX_REGISTER != mark) continue;
                vm.store(address(ledger), writes[i], bytes32(word | (uint256(MAX_REGISTER) << shift)));
                if (ledger.registersOf(house, channel)[2] == MAX_REGISTER) return;
                vm.store(address(ledger), writes[i], bytes32(word));
            }
        }
        revert AssertionFailed("the register's storage was not found");
    }

    function _unmeasured(uint32 group, uint16 channel, uint16 period) private view returns (uint16) {
        (uint16 missing, uint16 estimated) = ledger.exceptionsOf(group, channel, period);
        return missing + estimated;
    }

    function _checkJanuary(uint32 segment, uint32 group) private view {
        assertTrue(ledger.isPeriodOver(segment, JANUARY), "January is over");
        assertEq(ledger.registersAt(group, 0, JANUARY), [uint64(0), 0, 1], "January");
        assertEq(ledger.consumptionOf(group, 3, JANUARY), [uint64(0), 0, 1], "of January");
        assertEq(ledger.registersAt(group, 5, JANUARY), [uint64(0), 0, 0], "nothing yet");
    }

    /// @dev 28 days of 7 peak, 9 half-peak and 8 night hours.
    function _checkFebruary(uint32 group) private view {
        assertEq(ledger.registersAt(group, 0, JANUARY + 1), [uint64(28 * 70), 28 * 90, 1 + 28 * 80], "February");
        assertEq(ledger.consumptionOf(group, 3, JANUARY + 1), [uint64(28 * 70), 28 * 90, 28 * 80], "of February");
        assertEq(ledger.registersAt(group, 5, JANUARY + 1), [uint64(0), 0, 0], "nothing yet");
        IReadingLedger.GroupPeriod memory sums = ledger.groupPeriodOf(group, JANUARY + 1);
        assertEq(sums.parent, [uint64(28 * 70), 28 * 90, 28 * 80], "the house");
        assertEq(sums.consumers, sums.parent, "its consumers");
    }

    function _checkMarch(uint32 group) private view {
        uint64[3] memory used = [uint64(31 * 700), 31 * 900, 31 * 800];
        assertEq(
            ledger.registersAt(group, 0, JANUARY + 2),
            [28 * 70 + used[0], 28 * 90 + used[1], 1 + 28 * 80 + used[2]],
            "March"
        );
        assertEq(ledger.consumptionOf(group, 3, JANUARY + 2), used, "of March");
        assertEq(ledger.registersAt(group, 5, JANUARY + 2), [uint64(31 * 49), 31 * 63, 31 * 56], "now something");
        IReadingLedger.GroupPeriod memory sums = ledger.groupPeriodOf(group, JANUARY + 2);
        assertEq(sums.parent, used, "the house");
        assertEq(sums.consumers, [uint64(31 * 749), 31 * 963, 31 * 856], "its consumers");
    }

    function _recordUntil(uint32 segment, uint32 end, bytes memory payload) private {
        (uint32 next, ) = ledger.headOf(segment);
        for (; next < end; ++next) recordNext(segment, payload);
    }

    function _expectBalanced(uint8 phase, uint24 parent, uint24 consumer) private {
        uint32 before = ledger.imbalancedHoursOf(house, phase);
        recordNext(electricity, _onPhase(phase, parent, consumer));
        assertEq(ledger.imbalancedHoursOf(house, phase), before, "balanced");
    }

    function _expectImbalance(uint8 phase, uint24 parent, uint24 consumer, uint64 tolerance) private {
        uint32 before = ledger.imbalancedHoursOf(house, phase);
        _expectPhase(house, phase, int64(uint64(parent)) - int64(uint64(consumer)), tolerance);
        recordNext(electricity, _onPhase(phase, parent, consumer));
        assertEq(ledger.imbalancedHoursOf(house, phase), before + 1, "counted");
    }

    /// @dev Expects the event of a group in its segment's next hour.
    function _expectPhase(uint32 group, uint8 phase, int64 difference, uint64 tolerance) private {
        (uint32 hour, ) = ledger.headOf(registry.groupOf(group).segment);
        vm.expectEmit(address(ledger));
        emit IReadingLedger.PhaseImbalance(group, hour, phase, difference, tolerance);
    }

    function _hour(uint24[6] memory ofHouse) private pure returns (bytes memory) {
        return abi.encodePacked(slotOf(ofHouse), new bytes(40));
    }

    function _towerHour(uint24[6] memory first, uint24[2] memory second) private pure returns (bytes memory) {
        return abi.encodePacked(new bytes(20), slotOf(first), slotOf([second[0], second[1], 0, 0, 0, 0]));
    }

    function _heatHour(uint24 parent, uint24 one, uint24 two, uint24 ofCellar) private pure returns (bytes memory) {
        return abi.encodePacked(slotOf([parent, one, two, 0, 0, 0]), slotOf([ofCellar, 0, 0, 0, 0, 0]));
    }

    /// @dev House's parent and consumer on one phase.
    function _onPhase(uint8 phase, uint24 parent, uint24 consumer) private pure returns (bytes memory) {
        uint24[6] memory intervals;
        intervals[phase] = parent;
        intervals[3 + phase] = consumer;
        return _hour(intervals);
    }

    /// @dev Ones in bits from..end-1.
    function _bits(uint256 from, uint256 end) private pure returns (uint64) {
        return uint64((1 << end) - (1 << from));
    }
}
