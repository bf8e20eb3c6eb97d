// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IVolumeBook} from "../interfaces/IVolumeBook.sol";

/// @title ChannelWords: what VolumeBook keeps of a channel's period in which hours did not count, in one storage word
/// @dev From the lowest bit: volume by zone 3 × 64 (peak first), method 4, gap hours 10, run 8, silent 1, version 24. A word counts just
/// if its version is that of the fixing of its period: so nothing needs to be erased when a period is fixed anew.
library ChannelWords {
    uint256 private constant ZONE_BITS = 64;
    uint256 private constant METHOD_SHIFT = 192;
    uint256 private constant GAP_SHIFT = 196;
    uint256 private constant RUN_SHIFT = 206;
    uint256 private constant SILENT_SHIFT = 214;
    uint256 private constant VERSION_SHIFT = 215;
    uint256 private constant MAX_RUN = type(uint8).max;

    /// @param run in a row; as many as the field holds if it is more.
    /// @param isSilent the hours that do not count have no substitute; so the volume is what was used.
    function pack(
        uint64[3] memory volume,
        IVolumeBook.Method method,
        uint256 gapHours,
        uint256 run,
        bool isSilent,
        uint24 version
    ) internal pure returns (uint256 word) {
        word = uint256(volume[0]) | (uint256(volume[1]) << ZONE_BITS) | (uint256(volume[2]) << (2 * ZONE_BITS));
        word |= (uint256(method) << METHOD_SHIFT) | (gapHours << GAP_SHIFT);
        word |= (run < MAX_RUN ? run : MAX_RUN) << RUN_SHIFT;
        if (isSilent) word |= 1 << SILENT_SHIFT;
        word |= uint256(version) << VERSION_SHIFT;
    }

    /// @notice A volume without hours that do not count, of no version.
    function packMeasured(
        uint256 peak,
        uint256 halfPeak,
        uint256 night,
        IVolumeBook.Method method
    ) internal pure returns (uint256) {
        return peak | (halfPeak << ZONE_BITS) | (night << (2 * ZONE_BITS)) | (uint256(method) << METHOD_SHIFT);
    }

    /// @notice The volume by zone.
    function zonesOf(uint256 word) internal pure returns (uint64[3] memory) {
        return [uint64(word), uint64(word >> ZONE_BITS), uint64(word >> (2 * ZONE_BITS))];
    }

    function methodOf(uint256 word) internal pure returns (IVolumeBook.Method) {
        return IVolumeBook.Method((word >> METHOD_SHIFT) & 0xf);
    }

    /// @notice Hours that did not count, whether there is a substitute for them or not.
    function gapOf(uint256 word) internal pure returns (uint256) {
        return (word >> GAP_SHIFT) & 0x3ff;
    }

    /// @notice Gap periods in a row, whether there are substitutes for them or not.
    function runOf(uint256 word) internal pure returns (uint256) {
        return (word >> RUN_SHIFT) & MAX_RUN;
    }

    function versionOf(uint256 word) internal pure returns (uint256) {
        return word >> VERSION_SHIFT;
    }

    /// @notice The volume as others see it.
    function unpack(uint256 word) internal pure returns (IVolumeBook.Volume memory volume) {
        volume.byZone = zonesOf(word);
        volume.method = methodOf(word);
        if ((word >> SILENT_SHIFT) & 1 == 0) {
            volume.gapHours = uint16(gapOf(word));
            volume.run = uint8(runOf(word));
        }
    }
}
