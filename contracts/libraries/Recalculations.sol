// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {PRINCIPALS} from "./PackedAmounts.sol";

/// @title Recalculations (перерасчёты) that wait for an account's next bill, a storage word each
/// @dev From the lowest bit: three amounts of 64 bits (two's complement) by principal service, the period in 16. The vectors are
/// tests/vectors/recalculation.json.
library Recalculations {
    /// @notice What a period costs more (above 0) or less than was charged for it, kopecks by principal service.
    struct Entry {
        uint16 period;
        int64[PRINCIPALS] amounts;
    }

    uint256 private constant WIDTH = 64;

    function pack(Entry memory entry) internal pure returns (uint256 word) {
        word = entry.period;
        for (uint256 i = PRINCIPALS; i != 0; --i) word = (word << WIDTH) | uint64(entry.amounts[i - 1]);
    }

    function unpack(uint256 word) internal pure returns (Entry memory entry) {
        for (uint256 i = 0; i < PRINCIPALS; ++i) entry.amounts[i] = int64(uint64(word >> (WIDTH * i)));
        entry.period = uint16(word >> (WIDTH * PRINCIPALS));
    }

    /// @notice What the bill of a service takes of the entries in order: all that is above 0, then what is below 0, the oldest first,
    /// until the service costs nothing in this bill. The entries keep the rest: amounts below 0 alone.
    /// @param charge what the service costs in the bill, reductions included, kopecks.
    /// @return taken by entry.
    /// @return amount what the service costs then, never below 0.
    function take(
        Entry[] memory entries,
        uint256 service,
        uint64 charge
    ) internal pure returns (int64[] memory taken, uint256 amount) {
        taken = new int64[](entries.length);
        int256 available = int256(uint256(charge));
        for (uint256 i = 0; i < entries.length; ++i) {
            int64 waiting = entries[i].amounts[service];
            if (waiting > 0) available += waiting;
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            int64 waiting = entries[i].amounts[service];
            // What is available fits 64 bits where it bounds what is taken.
            int64 part = waiting < 0 && -int256(waiting) > available ? int64(-available) : waiting;
            if (part < 0) available += part;
            taken[i] = part;
            entries[i].amounts[service] = waiting - part;
        }
        amount = uint256(available);
    }
}
