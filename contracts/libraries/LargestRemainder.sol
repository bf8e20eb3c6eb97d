// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SERVICES} from "./PackedAmounts.sol";

/// @title LargestRemainder: the division of a payment among the lines of a bill
/// @dev The vectors are tests/vectors/allocation.json.
library LargestRemainder {
    /// @notice Splits `amount` in proportion to `weights`: each part is rounded down, and what is left goes by one unit each to
    /// the largest remainders, of equal ones to the lower index first. The parts add up to `amount`.
    /// @dev Needs amount <= Σ weights, or it reverts (Panic 0x01): then no part is above its weight, since a part is
    /// rounded up only where its exact value is not whole.
    function split(
        uint256 amount,
        uint64[SERVICES] memory weights
    ) internal pure returns (uint64[SERVICES] memory parts) {
        uint256 total;
        for (uint256 i = 0; i < SERVICES; ++i) total += weights[i];
        assert(amount <= total);
        if (amount == 0) return parts;

        uint256[SERVICES] memory remainders;
        uint256 left = amount;
        for (uint256 i = 0; i < SERVICES; ++i) {
            if (weights[i] == 0) continue;
            uint256 product = amount * weights[i];
            parts[i] = uint64(product / total);
            remainders[i] = product % total;
            left -= parts[i];
        }
        for (; left > 0; --left) {
            uint256 largest = _indexOfLargest(remainders);
            ++parts[largest];
            remainders[largest] = 0;
        }
    }

    function _indexOfLargest(uint256[SERVICES] memory values) private pure returns (uint256 index) {
        for (uint256 i = 1; i < SERVICES; ++i) {
            if (values[i] > values[index]) index = i;
        }
    }
}
