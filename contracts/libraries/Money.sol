// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Money: what a quantity costs, in kopecks
/// @dev All rounding of charges is here. Half a kopeck rounds up (ADR 0004); the vectors are tests/vectors/charges.json.
/// Arguments of 64 bits cannot overflow 256, so nothing is checked here; that a charge fits its place is for the caller to check.
library Money {
    /// @dev 1 kWh = 1,000 Wh and 1 kopeck = 10,000 micro-roubles.
    uint256 private constant WATT_HOUR_MICRO_ROUBLES_PER_KOPECK = 1_000 * 10_000;
    /// @dev 1 Gcal = 1,000,000 kcal and 1 kopeck = 10,000 micro-roubles.
    uint256 private constant KILOCALORIE_MICRO_ROUBLES_PER_KOPECK = 1_000_000 * 10_000;
    /// @dev Rates are in hundredths of a percent.
    uint256 private constant WHOLE = 10_000;

    /// @notice Charge for electricity, in kopecks, rounded half up.
    /// @param energy Wh.
    /// @param price micro-roubles per kWh, VAT included.
    function chargeForElectricity(uint64 energy, uint64 price) internal pure returns (uint256) {
        return _multiplyDivideHalfUp(energy, price, WATT_HOUR_MICRO_ROUBLES_PER_KOPECK);
    }

    /// @notice Charge for heat, in kopecks, rounded half up.
    /// @param energy kcal.
    /// @param price micro-roubles per Gcal, VAT included.
    function chargeForHeat(uint64 energy, uint64 price) internal pure returns (uint256) {
        return _multiplyDivideHalfUp(energy, price, KILOCALORIE_MICRO_ROUBLES_PER_KOPECK);
    }

    /// @notice VAT contained in an amount, in kopecks, rounded half up.
    /// @param amount kopecks, VAT included.
    /// @param rate hundredths of a percent (22 % = 2200).
    function vatContainedIn(uint64 amount, uint16 rate) internal pure returns (uint64) {
        // Rounded, it is not above the amount: rate / (WHOLE + rate) is below 1.
        return uint64(_multiplyDivideHalfUp(amount, rate, WHOLE + rate));
    }

    /// @dev floor(x / d + 1/2) as floor((2x + d) / 2d), so that an odd divisor rounds half up as well.
    function _multiplyDivideHalfUp(uint64 factor, uint64 other, uint256 divisor) private pure returns (uint256) {
        unchecked {
            return (2 * uint256(factor) * other + divisor) / (2 * divisor);
        }
    }
}
