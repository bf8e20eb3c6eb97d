// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Six registers of 40 bits and the period of their last change in one storage word
/// @dev Word: register of lane i in bits 216-40i .. 255-40i (lane 0 on top), period in the lowest 16 bits. Intervals come as a
/// payload slot of 160 bits: interval of lane i in bits 136-24i .. 159-24i, quality in the lowest 16 bits. All six lanes are
/// added at once, which is what makes an hour cheap.
library PackedRegisters {
    uint256 internal constant LANES = 6;
    uint256 internal constant PERIOD_MASK = type(uint16).max;
    uint256 internal constant REGISTER_MASK = type(uint40).max;
    uint256 internal constant INTERVAL_MASK = type(uint24).max;

    /// @dev The highest bit of each register.
    uint256 private constant TOP_BITS = 0x8000000000800000000080000000008000000000800000000080000000000000;

    /// @notice Moves the six intervals of a payload slot apart: lane i in bits 200-40i .. 223-40i.
    function spread(uint256 slotData) internal pure returns (uint256 intervals) {
        assembly ("memory-safe") {
            // Three lanes up by 48 bits; then in each half the upper lane by 32 and the middle one by 16.
            let x := shr(16, slotData)
            x := or(shl(48, and(x, 0xffffffffffffffffff000000000000000000)), and(x, 0xffffffffffffffffff))
            intervals := or(
                or(
                    shl(32, and(x, 0xffffff000000000000000000000000ffffff000000000000)),
                    shl(16, and(x, 0xffffff000000000000000000000000ffffff000000))
                ),
                and(x, 0xffffff000000000000000000000000ffffff)
            )
        }
    }

    /// @notice Adds intervals moved apart by `spread` to the registers of a word; the period is left as it is.
    /// @return sum the new word; only meaningful if `overflow` is 0.
    /// @return overflow the highest bit of each register that overflowed.
    function add(uint256 word, uint256 intervals) internal pure returns (uint256 sum, uint256 overflow) {
        unchecked {
            // An interval has 24 bits, so a register overflowed just if its highest bit fell from 1 to 0. (The carry then
            // spoils the lane above, whose own highest bit could only rise by it.)
            sum = word + (intervals << 16);
            overflow = word & ~sum & TOP_BITS;
        }
    }

    /// @notice The register of a lane.
    function registerAt(uint256 word, uint256 lane) internal pure returns (uint64) {
        unchecked {
            return uint64((word >> (216 - 40 * lane)) & REGISTER_MASK);
        }
    }

    /// @notice The period of the last change of a word.
    function periodOf(uint256 word) internal pure returns (uint16) {
        return uint16(word);
    }
}
