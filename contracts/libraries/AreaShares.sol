// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title AreaShares: the division of a house's volume among its accounts by floor area
/// @dev The accounts stand in a row, in order of opening, and each takes what lies between the floors of two running totals
/// (ADR 0005). So the parts add up to the volume exactly, each is within one unit of its exact share, and an account's part is
/// known without a look at the others. The vectors are tests/vectors/shares.json.
library AreaShares {
    /// @notice The part of `volume` that falls on an account.
    /// @param volume Wh or kcal.
    /// @param areaBefore area of the accounts opened before this one, dm².
    /// @param area area of this account, dm².
    /// @param areaTotal area of all accounts, dm²; not 0, at least `areaBefore + area`.
    function shareOf(uint64 volume, uint32 areaBefore, uint32 area, uint32 areaTotal) internal pure returns (uint64) {
        unchecked {
            // At most 97 bits; and a share is not above the volume.
            uint256 upTo = (uint256(volume) * (uint256(areaBefore) + area)) / areaTotal;
            return uint64(upTo - (uint256(volume) * areaBefore) / areaTotal);
        }
    }
}
