// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Hours of a period without a measured value, counted by channel: two slots a storage word
/// @dev The slot with an even number has the lower 128 bits. In them lane i has bits 20i .. 20i+19: hours missing (quality 3) in
/// the upper ten, hours estimated (quality 1 or 2) in the lower ten. A period has at most 744 hours, so no counter runs over.
library Exceptions {
    uint256 private constant SLOT_BITS = 128;
    uint256 private constant LANE_BITS = 20;
    uint256 private constant COUNTER_BITS = 10;
    uint256 private constant COUNTER_MASK = (1 << COUNTER_BITS) - 1;

    /// @notice What is added to the word of a slot for one hour of a lane.
    function hourOf(uint256 slot, uint256 lane, bool isMissing) internal pure returns (uint256) {
        unchecked {
            return 1 << (_shiftOf(slot, lane) + (isMissing ? COUNTER_BITS : 0));
        }
    }

    /// @notice A number of missing hours of a lane, as it is added to and taken from the word of its slot.
    function missingHours(uint256 slot, uint256 lane, uint256 hours_) internal pure returns (uint256) {
        unchecked {
            return hours_ << (_shiftOf(slot, lane) + COUNTER_BITS);
        }
    }

    /// @notice The counters of all lanes of a slot; 0 if every hour was measured.
    function slotOf(uint256 word, uint256 slot) internal pure returns (uint256) {
        unchecked {
            return uint128(word >> (SLOT_BITS * (slot & 1)));
        }
    }

    /// @notice The counters of a lane.
    function hoursOf(
        uint256 word,
        uint256 slot,
        uint256 lane
    ) internal pure returns (uint16 missing, uint16 estimated) {
        unchecked {
            uint256 counters = word >> _shiftOf(slot, lane);
            return (uint16((counters >> COUNTER_BITS) & COUNTER_MASK), uint16(counters & COUNTER_MASK));
        }
    }

    function _shiftOf(uint256 slot, uint256 lane) private pure returns (uint256) {
        unchecked {
            return SLOT_BITS * (slot & 1) + LANE_BITS * lane;
        }
    }
}
