// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {HourRun} from "../../contracts/libraries/HourRun.sol";
import {Layouts} from "../../contracts/libraries/Layouts.sol";
import {HourRunHarness} from "./HourRunHarness.sol";
import {TestBase} from "./TestBase.sol";

/// @title The hour's assembly against a plain computation, lane by lane and phase by phase
/// @dev Three groups of one random layout: 1 to 20 consumers of up to four accuracy classes on three phases, some without a meter;
/// random values, some not measured.
contract HourRunTest is TestBase {
    uint256 private constant GROUPS = 3;
    uint256 private constant SCALE = 10_000;

    /// @dev One lane of a layout. A class of 0 is a lane without a meter.
    struct Lane {
        uint256 class;
        uint256 phase;
    }

    struct Case {
        uint256 parents;
        uint256 parentClass;
        uint256 slots;
        Lane[] lanes;
        uint256[] words;
        uint256[3] resolutions;
        uint24[] values;
        uint8[] qualities;
        uint256[] undecided;
        bytes payload;
    }

    function testFuzz_Advance_AgreesWithPlainComputation(uint256 seed) external {
        HourRunHarness harness = new HourRunHarness();
        Case memory c = _invent(seed);
        (HourRunHarness.Stop[] memory stops, uint256 count) = harness.run(c.words, GROUPS, c.payload, c.undecided);

        uint256 next = 0;
        for (uint256 group = 0; group < GROUPS; ++group) {
            for (uint256 slot = group * c.slots; slot < (group + 1) * c.slots; ++slot) {
                if (!_isOrdinary(c, slot)) {
                    assertEq(stops[next].reason, HourRun.EXTRAORDINARY, "not measured");
                    assertEq(stops[next++].position, slot, "slot not measured");
                }
                for (uint256 lane = 0; lane < 6; ++lane) {
                    assertEq(harness.registerOf(slot, lane), c.values[6 * slot + lane], "register");
                }
            }
            if (_compare(c, group, stops[next], next < count)) ++next;
        }
        assertEq(next, count, "nothing else");
    }

    /// @dev The lane below spoils the one above when it runs over; the loop stops before anything is written.
    function test_Advance_RegisterFull_StopsBeforeTheSlot() external {
        for (uint256 lane = 0; lane < 6; ++lane) {
            HourRunHarness harness = new HourRunHarness();
            harness.setWord(1, uint256(2 ** 38 - 1) << (38 * (5 - lane)));
            uint256[] memory words = Layouts.create(6, 1, 100, 1);
            for (uint256 channel = 1; channel < 6; ++channel) Layouts.setConsumer(words, channel, 0, 1000, 1_000_000);
            bytes memory payload = new bytes(40);
            payload[20 + 3 * lane + 2] = 0x01;
            (HourRunHarness.Stop[] memory stops, uint256 count) = harness.run(words, 2, payload, new uint256[](2));
            assertEq(count, 1, "stops");
            assertEq(stops[0].reason, HourRun.REGISTER_OVERFLOW, "reason");
            assertEq(stops[0].position, 1, "slot");
            assertEq(harness.registerOf(1, lane), 2 ** 38 - 1, "as before");
        }
    }

    /// @dev Is a group's end as it must be?
    /// @return stopped does it not balance?
    function _compare(
        Case memory c,
        uint256 group,
        HourRunHarness.Stop memory stop,
        bool hasStop
    ) private pure returns (bool stopped) {
        bool[3] memory unbalanced;
        int256[3] memory differences;
        uint256[3] memory tolerances;
        for (uint256 phase = 0; phase < 3; ++phase) {
            (differences[phase], tolerances[phase]) = _sum(c, group, phase);
            uint256 size = uint256(differences[phase] < 0 ? -differences[phase] : differences[phase]);
            bool isDecided = _hasConsumers(c);
            for (uint256 slot = group * c.slots; slot < (group + 1) * c.slots; ++slot) {
                if ((c.undecided[slot] >> phase) & 1 == 1) isDecided = false;
            }
            unbalanced[phase] = isDecided && size * SCALE > tolerances[phase];
            stopped = stopped || unbalanced[phase];
        }
        if (!stopped) return false;
        assertTrue(hasStop && stop.reason == HourRun.GROUP_UNBALANCED, "unbalanced");
        assertEq(stop.position, group, "group");
        for (uint256 phase = 0; phase < 3; ++phase) {
            assertEq(stop.unbalanced[phase], unbalanced[phase], "phase");
            if (!unbalanced[phase]) continue;
            assertEq(stop.differences[phase], differences[phase], "difference");
            assertEq(stop.tolerances[phase], tolerances[phase] / SCALE, "tolerance");
        }
    }

    function _sum(
        Case memory c,
        uint256 group,
        uint256 phase
    ) private pure returns (int256 difference, uint256 tolerance) {
        uint256 first = 6 * group * c.slots;
        if (phase < c.parents) {
            difference = int256(uint256(c.values[first + phase]));
            tolerance = uint256(c.values[first + phase]) * c.parentClass;
        }
        tolerance += SCALE * c.resolutions[phase];
        for (uint256 channel = c.parents; channel < c.lanes.length; ++channel) {
            Lane memory lane = c.lanes[channel];
            if (lane.class == 0 || lane.phase != phase) continue;
            difference -= int256(uint256(c.values[first + channel]));
            tolerance += c.values[first + channel] * lane.class;
        }
    }

    function _hasConsumers(Case memory c) private pure returns (bool) {
        for (uint256 channel = c.parents; channel < c.lanes.length; ++channel) {
            if (c.lanes[channel].class != 0) return true;
        }
        return false;
    }

    function _isOrdinary(Case memory c, uint256 slot) private pure returns (bool) {
        for (uint256 lane = 0; lane < 6; ++lane) {
            if (c.qualities[6 * slot + lane] != 0) return false;
        }
        return true;
    }

    function _invent(uint256 seed) private pure returns (Case memory c) {
        c.parents = seed % 3 == 0 ? 1 : 3;
        c.parentClass = 50 + (seed % 5) * 237;
        uint256 channels = c.parents + 1 + ((seed >> 8) % 20);
        c.slots = Layouts.slotsFor(channels);
        c.lanes = new Lane[](channels);
        c.words = Layouts.create(channels, c.parents, c.parentClass, 1 + ((seed >> 16) % 1000));
        for (uint256 phase = 0; phase < c.parents; ++phase) c.resolutions[phase] = 1 + ((seed >> 16) % 1000);
        for (uint256 channel = c.parents; channel < channels; ++channel) {
            uint256 draw = uint256(keccak256(abi.encode(seed, channel)));
            if (draw % 8 == 0) continue;
            Lane memory lane = c.lanes[channel];
            lane.class = [uint256(1), 100, 250, 1_000][(draw >> 8) % (1 + (seed % 4))];
            lane.phase = c.parents == 1 ? 0 : (draw >> 16) % 3;
            uint256 resolution = 1 + ((draw >> 24) % 1000);
            c.resolutions[lane.phase] += resolution;
            Layouts.setConsumer(c.words, channel, lane.phase, lane.class, resolution);
        }
        c.values = new uint24[](6 * c.slots * GROUPS);
        c.qualities = new uint8[](6 * c.slots * GROUPS);
        c.undecided = new uint256[](c.slots * GROUPS);
        for (uint256 i = 0; i < c.undecided.length; ++i) _inventSlot(c, i, uint256(keccak256(abi.encode(seed, i, 7))));
    }

    function _inventSlot(Case memory c, uint256 slot, uint256 seed) private pure {
        uint256 quality = 0;
        for (uint256 lane = 0; lane < 6; ++lane) {
            uint256 channel = 6 * (slot % c.slots) + lane;
            bool isParent = channel < c.parents;
            uint256 place = 6 * slot + lane;
            if (channel < c.lanes.length && (isParent || c.lanes[channel].class != 0)) {
                uint256 draw = uint256(keccak256(abi.encode(seed, lane)));
                c.values[place] =
                    draw % 8 == 0 ? type(uint24).max : uint24(isParent ? (draw >> 8) % 70_000 : (draw >> 8) % 9_000);
                if (seed % 3 == 0 && (draw >> 64) % 3 == 0) {
                    c.qualities[place] = uint8(1 + ((draw >> 72) % 2));
                    c.undecided[slot] |= 1 << (isParent ? channel : c.lanes[channel].phase);
                }
            }
            quality |= uint256(c.qualities[place]) << (14 - 2 * lane);
            c.payload = abi.encodePacked(c.payload, c.values[place]);
        }
        c.payload = abi.encodePacked(c.payload, uint16(quality));
    }
}
