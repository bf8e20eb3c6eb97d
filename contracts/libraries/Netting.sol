// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title Netting: what each provider owes or is owed, all obligations of a round set off (многосторонний зачёт)
/// @dev The vectors are tests/vectors/netting.json.
library Netting {
    /// @notice The net position of each provider: what is owed to it less what it owes, kopecks.
    /// @return providers in the order in which they are first named.
    /// @return nets of the providers; they add up to 0.
    function positionsOf(
        ISettlement.Obligation[] memory obligations
    ) internal pure returns (uint16[] memory providers, int256[] memory nets) {
        uint256 limit = 2 * obligations.length;
        providers = new uint16[](limit);
        nets = new int256[](limit);
        uint256 count = 0;
        for (uint256 i = 0; i < obligations.length; ++i) {
            int256 amount = int256(uint256(obligations[i].amount));
            count = _add(providers, nets, count, obligations[i].debtor, -amount);
            count = _add(providers, nets, count, obligations[i].creditor, amount);
        }
        assembly ("memory-safe") {
            // The arrays were made for the worst case: the rest of them is given up.
            mstore(providers, count)
            mstore(nets, count)
        }
    }

    /// @return number of providers named so far.
    function _add(
        uint16[] memory providers,
        int256[] memory nets,
        uint256 count,
        uint16 provider,
        int256 amount
    ) private pure returns (uint256) {
        uint256 place = 0;
        while (place < count && providers[place] != provider) ++place;
        providers[place] = provider;
        nets[place] += amount;
        return place == count ? count + 1 : count;
    }
}
