// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CommonNeeds: what a house consumes beyond its consumers (СОИ), and what is carried on when that is negative
/// @dev DOMAIN 4.2. Zones never offset each other, as they have prices of their own. The vectors are tests/vectors/commonNeeds.json;
/// src/SmartCity.Domain/Billing/HouseNeeds.cs computes the same.
library CommonNeeds {
    uint256 private constant ZONES = 3;

    /// @notice The common needs charged in a period by zone, Wh; `carry` becomes what is carried to the next one.
    /// @param carry negative differences of earlier periods that no later one has used up, Wh, never positive.
    /// @param parent consumption of the parent meter in the period.
    /// @param consumers consumption of the consumers behind it in the period, what was estimated included.
    function charge(
        int64[3] memory carry,
        uint64[3] memory parent,
        uint64[3] memory consumers
    ) internal pure returns (uint64[3] memory charged) {
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            int256 difference = int256(uint256(parent[zone])) - int256(uint256(consumers[zone])) + carry[zone];
            carry[zone] = difference < 0 ? SafeCast.toInt64(difference) : int64(0);
            if (difference > 0) charged[zone] = SafeCast.toUint64(uint256(difference));
        }
    }
}
