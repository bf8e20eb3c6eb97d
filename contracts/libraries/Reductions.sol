// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Reductions: less is charged for a month with an outage (ПП 354, прил. 1)
/// @dev The vectors are tests/vectors/reductions.json.
library Reductions {
    /// @dev Rates are in 10^-5.
    uint256 private constant WHOLE = 100_000;

    /// @notice Charge × hours × rate, half a kopeck rounded up; never more than the charge.
    /// @param charge what the service costs in the period, kopecks.
    /// @param hours_ hours beyond what is permitted, or degree-hours.
    /// @param rate reduction an hour, 10^-5 of the charge (0.15 % = 150).
    function reductionOf(uint64 charge, uint64 hours_, uint16 rate) internal pure returns (uint64) {
        unchecked {
            // 64 + 64 + 16 bits.
            uint256 exact = uint256(charge) * hours_ * rate;
            if (exact >= uint256(charge) * WHOLE) return charge;
            return uint64((exact + WHOLE / 2) / WHOLE);
        }
    }
}
