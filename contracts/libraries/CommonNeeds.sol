// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Calendar} from "./Calendar.sol";

/// @title CommonNeeds: what a house consumes beyond its consumers (СОИ), and what is carried on when that is negative
/// @dev DOMAIN 4.2. Day (peak and half-peak) and night are two amounts that never offset each other, as they have two prices.
library CommonNeeds {
    /// @notice Negative differences of earlier periods that no later one has used up, in Wh, never positive.
    struct Carry {
        int64 day;
        int64 night;
    }

    /// @notice The common needs charged in a period, in Wh; `carry` becomes what is carried to the next one.
    /// @param parent consumption of the parent meter in the period, by zone.
    /// @param consumers consumption of the consumers behind it in the period, by zone.
    function charge(
        Carry memory carry,
        uint64[3] memory parent,
        uint64[3] memory consumers
    ) internal pure returns (uint64 day, uint64 night) {
        (day, carry.day) = _chargeOrCarry(
            carry.day,
            uint256(parent[Calendar.PEAK]) + parent[Calendar.HALF_PEAK],
            uint256(consumers[Calendar.PEAK]) + consumers[Calendar.HALF_PEAK]
        );
        (night, carry.night) = _chargeOrCarry(carry.night, parent[Calendar.NIGHT], consumers[Calendar.NIGHT]);
    }

    function _chargeOrCarry(
        int64 carried,
        uint256 parent,
        uint256 consumers
    ) private pure returns (uint64 charged, int64 carriedOn) {
        int256 difference = int256(parent) - int256(consumers) + carried;
        if (difference < 0) return (0, SafeCast.toInt64(difference));
        return (SafeCast.toUint64(uint256(difference)), 0);
    }
}
