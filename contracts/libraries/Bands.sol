// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Bands: electricity divided among zones of the day and consumption bands (диапазоны потребления)
/// @dev A band is filled by all zones in proportion to what is left of each, so that both the bands of a zone and the zones of a band
/// add up. The act is silent on how bands divide zones; in proportion is this project's choice. Within a band the volume is divided by
/// running totals (ADR 0005), and the last band takes what is left. The vectors are tests/vectors/bands.json.
library Bands {
    /// @notice Divides a month's volume.
    /// @param zones volume of each zone, Wh; zones that the account has not are 0.
    /// @param firstLimit where the first band ends, Wh.
    /// @param secondLimit where the second ends, not below the first.
    /// @return parts by band and zone.
    function split(
        uint64[3] memory zones,
        uint64 firstLimit,
        uint64 secondLimit
    ) internal pure returns (uint64[3][3] memory parts) {
        unchecked {
            // Three volumes of 64 bits.
            uint256 total = uint256(zones[0]) + zones[1] + zones[2];
            uint256 left = total < firstLimit ? 0 : total - firstLimit;
            parts[0] = [zones[0], zones[1], zones[2]];
            if (left == 0) return parts;

            _fill(parts[0], parts[1], total, left);
            uint256 second = uint256(secondLimit) - firstLimit;
            if (left > second) _fill(parts[1], parts[2], left, left - second);
        }
    }

    /// @dev Leaves in `band` its part of what the zones had, `total` in all, and moves `over` on to the next band. No part is above
    /// what a zone had: it is less than 1 from its exact share.
    function _fill(uint64[3] memory band, uint64[3] memory next, uint256 total, uint256 over) private pure {
        unchecked {
            uint256 before = 0;
            uint256 given = 0;
            for (uint256 i = 0; i < 3; ++i) {
                before += band[i];
                uint256 upTo = ((total - over) * before) / total;
                uint64 part = uint64(upTo - given);
                next[i] = band[i] - part;
                band[i] = part;
                given = upTo;
            }
        }
    }
}
