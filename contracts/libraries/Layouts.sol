// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The composition of a group in a few words: all that the check of an hour must know of its meters
/// @dev Groups with the same channels, accuracy classes, resolutions and phases share one layout, and neighbours that share one
/// form a *run*, so that the plan of a segment of like houses is a few words however many they are.
///
/// A layout is a header word and, for groups of more than six channels, continuation words of three slots each. Header:
///
/// | bits     | content                                                                            |
/// |----------|------------------------------------------------------------------------------------|
/// | 240..255 | number of groups in the run (0 in a stored layout)                                 |
/// | 224..239 | number of channels                                                                 |
/// | 216..223 | number of parent channels, 3 or 1                                                  |
/// | 200..215 | accuracy class of the parent meter                                                 |
/// | 104..199 | Σ of the resolutions of parent and consumers on phase 0, 1 and 2, 32 bits each     |
/// | 72..103  | 0                                                                                  |
/// | 0..71    | lanes of the first slot                                                            |
///
/// Lanes of a slot are six times 12 bits, lane 0 on top: accuracy class of the consumer in bits 2..11, its phase in bits 0..1;
/// 0 for a lane that holds no consumer, or one without a meter. Slot k ≥ 1 stands in word 1 + (k-1)/3, at bit 144 - 72 * ((k-1) % 3).
library Layouts {
    uint256 internal constant LANES = 6;
    uint256 internal constant LANE_BITS = 12;
    uint256 internal constant LANE_MASK = (1 << LANE_BITS) - 1;
    uint256 internal constant SLOT_BITS = 72;
    uint256 internal constant SLOT_MASK = (1 << SLOT_BITS) - 1;
    uint256 internal constant SLOTS_PER_WORD = 3;

    uint256 private constant RUN_SHIFT = 240;
    uint256 private constant CHANNELS_SHIFT = 224;
    uint256 private constant PARENT_CHANNELS_SHIFT = 216;
    uint256 private constant PARENT_CLASS_SHIFT = 200;
    uint256 private constant RESOLUTION_SHIFT = 168;

    /// @notice An empty layout for a number of channels.
    function create(
        uint256 channels,
        uint256 parentChannels,
        uint256 parentClass,
        uint256 parentResolution
    ) internal pure returns (uint256[] memory words) {
        words = new uint256[](wordsFor(channels));
        words[0] =
            (channels << CHANNELS_SHIFT) |
            (parentChannels << PARENT_CHANNELS_SHIFT) |
            (parentClass << PARENT_CLASS_SHIFT);
        for (uint256 phase = 0; phase < parentChannels; ++phase) {
            words[0] += parentResolution << (RESOLUTION_SHIFT - 32 * phase);
        }
    }

    /// @notice Writes a consumer into a layout. Each channel is to be written once.
    function setConsumer(
        uint256[] memory words,
        uint256 channel,
        uint256 phase,
        uint256 accuracyClass,
        uint256 resolution
    ) internal pure {
        (uint256 word, uint256 shift) = placeOf(channel / LANES);
        uint256 lane = (accuracyClass << 2) | phase;
        words[word] |= lane << (shift + LANE_BITS * (LANES - 1 - (channel % LANES)));
        words[0] += resolution << (RESOLUTION_SHIFT - 32 * phase);
    }

    /// @notice Number of words of a layout.
    function wordsFor(uint256 channels) internal pure returns (uint256) {
        uint256 slots = slotsFor(channels);
        return 1 + (slots + 1) / SLOTS_PER_WORD;
    }

    /// @notice Number of payload slots of a group.
    function slotsFor(uint256 channels) internal pure returns (uint256) {
        return (channels + LANES - 1) / LANES;
    }

    /// @notice Word of a layout, and shift in it, at which the lanes of a slot stand.
    function placeOf(uint256 slot) internal pure returns (uint256 word, uint256 shift) {
        if (slot == 0) return (0, 0);
        unchecked {
            return (1 + (slot - 1) / SLOTS_PER_WORD, SLOT_BITS * (2 - ((slot - 1) % SLOTS_PER_WORD)));
        }
    }

    /// @notice The consumer of a lane, as above, from the lanes of its slot.
    function laneAt(uint256 lanes, uint256 lane) internal pure returns (uint256) {
        unchecked {
            return (lanes >> (LANE_BITS * (LANES - 1 - lane))) & LANE_MASK;
        }
    }

    /// @notice A header that says how many groups of the layout follow one another.
    function withRun(uint256 header, uint256 groups) internal pure returns (uint256) {
        return header | (groups << RUN_SHIFT);
    }

    function runOf(uint256 header) internal pure returns (uint256) {
        return header >> RUN_SHIFT;
    }

    function channelsOf(uint256 header) internal pure returns (uint256) {
        return (header >> CHANNELS_SHIFT) & 0xffff;
    }

    function parentChannelsOf(uint256 header) internal pure returns (uint256) {
        return (header >> PARENT_CHANNELS_SHIFT) & 0xff;
    }

    function parentClassOf(uint256 header) internal pure returns (uint256) {
        return (header >> PARENT_CLASS_SHIFT) & 0xffff;
    }

    /// @notice Σ of the resolutions of the parent and the consumers on a phase, in Wh or kcal.
    function resolutionOf(uint256 header, uint256 phase) internal pure returns (uint256) {
        return (header >> (RESOLUTION_SHIFT - 32 * phase)) & type(uint32).max;
    }
}
