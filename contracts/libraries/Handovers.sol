// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Handovers: a period's volume where premises pass from one account to the next within it
/// @dev Each function says what falls on the time before the handover; what the successor has is the rest, so the parts add up. The
/// vectors are tests/vectors/handover.json.
library Handovers {
    /// @notice Of the premises' own volume in a zone, as its register stood then: volume × before / whole, half up; by hours where
    /// the register did not move.
    /// @param volume what is billed of the period, Wh, estimates included.
    /// @param before what the register rose by before the handover, as signed.
    /// @param whole what it rose by in the period, not less.
    /// @param hoursBefore hours of the period before the handover.
    /// @param hours_ hours of the period, not less; not 0 where there is a volume.
    function ownBefore(
        uint64 volume,
        uint64 before,
        uint64 whole,
        uint32 hoursBefore,
        uint32 hours_
    ) internal pure returns (uint64) {
        if (volume == 0) return 0;
        return
            whole == 0
                ? _multiplyDivideHalfUp(volume, hoursBefore, hours_)
                : _multiplyDivideHalfUp(volume, before, whole);
    }

    /// @notice Of a volume that is shared by area: by hours, rounded down.
    /// @param hoursBefore hours of the local month before the handover.
    /// @param hours_ hours of the local month.
    function shareBefore(uint64 share, uint32 hoursBefore, uint32 hours_) internal pure returns (uint64) {
        return uint64((uint256(share) * hoursBefore) / hours_);
    }

    /// @dev The fraction is at most 1, so the result fits.
    function _multiplyDivideHalfUp(uint64 volume, uint64 numerator, uint64 denominator) private pure returns (uint64) {
        return uint64((2 * uint256(volume) * numerator + denominator) / (2 * uint256(denominator)));
    }
}
