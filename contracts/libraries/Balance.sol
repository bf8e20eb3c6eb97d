// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Layouts} from "./Layouts.sol";
import {PackedRegisters} from "./PackedRegisters.sol";

/// @title Does what went into a house come out at its consumers? All three phases at once, exactly
/// @dev A phase balances if |parent - Σ consumers| <= tolerance, where the tolerance is class/10,000 of every value (classes in
/// hundredths of a percent) plus every meter's resolution. Both sides are multiplied by 10,000, so nothing is rounded.
///
/// Three numbers are kept in one word, that of phase f in bits 64f .. 64f+62; none can reach 2^63: with at most 298 meters of
/// 24-bit values, resolutions up to 10^6 and classes up to 1,000 a sum stays below 2^33 and its 10,000-fold below 2^47.
library Balance {
    struct Sums {
        uint256 parents;
        uint256 consumers;
        /// Of the tolerance, 10,000-fold.
        uint256 tolerances;
        /// Top bit (63) of each phase with a value that was not measured.
        uint256 undecided;
    }

    uint256 internal constant SCALE = 10_000;
    uint256 internal constant PHASE_BITS = 64;
    uint256 internal constant PHASE_MASK = type(uint64).max;
    uint256 private constant TOP_BITS = 0x800000000000000080000000000000008000000000000000;

    /// @notice The bit of `Sums.undecided` and of `unbalancedPhases` that stands for a phase.
    function bitOf(uint256 phase) internal pure returns (uint256) {
        return 1 << (PHASE_BITS * phase + 63);
    }

    /// @notice The number of one phase.
    function valueOf(uint256 packed, uint256 phase) internal pure returns (uint256) {
        return (packed >> (PHASE_BITS * phase)) & PHASE_MASK;
    }

    /// @notice The resolutions of a layout by phase, 10,000-fold.
    function resolutionsOf(uint256 header) internal pure returns (uint256) {
        unchecked {
            return
                SCALE *
                (Layouts.resolutionOf(header, 0) |
                    (Layouts.resolutionOf(header, 1) << PHASE_BITS) |
                    (Layouts.resolutionOf(header, 2) << (2 * PHASE_BITS)));
        }
    }

    /// @notice The parent's values by phase, from the first slot's intervals as PackedRegisters.spread moves them apart.
    function parentsOf(uint256 intervals, uint256 parentChannels) internal pure returns (uint256 parents) {
        parents = intervals >> 200;
        if (parentChannels == 3) {
            parents |=
                (((intervals >> 160) & PackedRegisters.INTERVAL_MASK) << PHASE_BITS) |
                (((intervals >> 120) & PackedRegisters.INTERVAL_MASK) << (2 * PHASE_BITS));
        }
    }

    /// @notice Adds the consumers of a slot to the sums.
    /// @param intervals the slot's intervals as PackedRegisters.spread moves them apart.
    /// @param lanes the slot's lanes as Layouts describes them; an unused lane must have the interval 0.
    function addConsumers(Sums memory sums, uint256 intervals, uint256 lanes) internal pure {
        uint256 consumers = sums.consumers;
        uint256 tolerances = sums.tolerances;
        assembly ("memory-safe") {
            // From the last lane up to the first consumer: the lanes of parents are 0.
            for {} lanes {
                lanes := shr(12, lanes)
                intervals := shr(40, intervals)
            } {
                let shift := shl(6, and(lanes, 3))
                let value := shl(shift, and(intervals, 0xffffff))
                consumers := add(consumers, value)
                tolerances := add(tolerances, mul(value, and(shr(2, lanes), 0x3ff)))
            }
        }
        sums.consumers = consumers;
        sums.tolerances = tolerances;
    }

    /// @notice The phases out of balance, as bits (`bitOf`).
    function unbalancedPhases(Sums memory sums) internal pure returns (uint256) {
        unchecked {
            // With its top bit set beforehand a phase never borrows from the next; the bit remains where minuend >= subtrahend.
            uint256 parents = sums.parents * SCALE;
            uint256 consumers = sums.consumers * SCALE;
            uint256 notAbove = (consumers + sums.tolerances + TOP_BITS) - parents;
            uint256 notBelow = (parents + sums.tolerances + TOP_BITS) - consumers;
            return ~((notAbove & notBelow) | sums.undecided) & TOP_BITS;
        }
    }
}
