// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Six registers of 38 bits and the counters of unbalanced hours in one storage word
/// @dev Word: register of lane i in bits 190-38i .. 227-38i (lane 0 on top), counters in the highest 28 bits. There is a word for
/// every slot, billing period and tariff zone, and all six lanes are added to at once, which is what makes an hour cheap. A
/// register goes on from one period's word to the next one's; counters begin anew. They stand in the first word of a group:
/// electricity has one of 9 bits for each phase (a zone has at most 279 hours a month), heat one of 28 bits (744 hours).
library PackedRegisters {
    uint256 internal constant LANES = 6;
    uint256 internal constant LANE_BITS = 38;
    /// @dev Also the modulus by which lanes are added up: 2^38 leaves 1, so the remainder of a word of lanes is their sum.
    uint256 internal constant REGISTER_MASK = (1 << LANE_BITS) - 1;
    uint256 internal constant INTERVAL_MASK = type(uint24).max;
    /// @dev All six registers, without the counters.
    uint256 internal constant REGISTERS_MASK = (1 << COUNTERS_SHIFT) - 1;

    uint256 private constant COUNTERS_SHIFT = 228;
    uint256 private constant PHASE_COUNTER_BITS = 9;
    uint256 private constant PHASE_COUNTER_MASK = (1 << PHASE_COUNTER_BITS) - 1;

    /// @notice The register of a lane.
    function registerAt(uint256 word, uint256 lane) internal pure returns (uint64) {
        unchecked {
            return uint64((word >> (LANE_BITS * (LANES - 1 - lane))) & REGISTER_MASK);
        }
    }

    /// @notice The registers of a lane of several words.
    function lanesOf(uint256[3] memory words, uint256 lane) internal pure returns (uint64[3] memory registers) {
        unchecked {
            uint256 shift = LANE_BITS * (LANES - 1 - lane);
            registers[0] = uint64((words[0] >> shift) & REGISTER_MASK);
            registers[1] = uint64((words[1] >> shift) & REGISTER_MASK);
            registers[2] = uint64((words[2] >> shift) & REGISTER_MASK);
        }
    }

    /// @notice What is added to the first word of a group for an hour in which a phase did not balance.
    function imbalanceOn(uint256 phase) internal pure returns (uint256) {
        unchecked {
            return 1 << (COUNTERS_SHIFT + PHASE_COUNTER_BITS * phase);
        }
    }

    /// @notice The hours in which a phase did not balance, from the first word of a group.
    /// @param phases the number of the group's phases: 3, or 1 of which the counter has all 28 bits.
    function imbalancesOf(uint256 word, uint256 phases, uint256 phase) internal pure returns (uint32) {
        unchecked {
            uint256 counters = word >> COUNTERS_SHIFT;
            return uint32(phases == 1 ? counters : (counters >> (PHASE_COUNTER_BITS * phase)) & PHASE_COUNTER_MASK);
        }
    }

    /// @notice The lanes from `from` to `end` - 1 as a mask of a word.
    function lanesBetween(uint256 from, uint256 end) internal pure returns (uint256) {
        unchecked {
            return (1 << (LANE_BITS * (LANES - from))) - (1 << (LANE_BITS * (LANES - end)));
        }
    }

    /// @notice The sum of the lanes of a word that a mask selects; exact while it is below 2^38 - 1.
    function sumOf(uint256 word, uint256 mask) internal pure returns (uint64) {
        return uint64((word & mask) % REGISTER_MASK);
    }
}
