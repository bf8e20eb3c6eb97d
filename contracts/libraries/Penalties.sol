// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Penalties: what late payment costs (пени, ЖК РФ ст. 155 ч. 14)
/// @dev Of a debt S at a rate k a year: nothing for the first 30 days after the due day, S·k/300 for each of the days 31 to 90,
/// S·k/130 for each day from the 91st on; the day of payment counts. All of it is kept as a whole number of parts of
/// 1/39,000,000 kopeck (10^4 for hundredths of a percent × 3,900, the least common multiple of 300 and 130), so that nothing is
/// rounded but the sum. The vectors are tests/vectors/penalties.json.
library Penalties {
    /// @notice Parts in a kopeck.
    uint256 internal constant DENOMINATOR = 39_000_000;
    /// @notice Days after the due day that cost nothing.
    uint256 internal constant FREE_DAYS = 30;

    uint256 private constant FIRST_TIER_DAYS = 90;
    /// @dev 3,900 / 300 and 3,900 / 130.
    uint256 private constant FIRST_TIER = 13;
    uint256 private constant SECOND_TIER = 30;

    /// @notice The penalty of a debt for the days after day `from` up to day `to`, in parts of a kopeck.
    /// @param debt kopecks.
    /// @param rate hundredths of a percent a year (9.5 % = 950).
    /// @param from days after the due day that are accounted for; at most `to`.
    /// @param to days after the due day.
    function accrued(uint64 debt, uint16 rate, uint256 from, uint256 to) internal pure returns (uint256) {
        return debt * weighed(rate, from, to);
    }

    /// @notice The same for a debt of one kopeck: of days with several rates these add up, and a debt is multiplied once.
    function weighed(uint16 rate, uint256 from, uint256 to) internal pure returns (uint256) {
        return rate * (_weightOf(to) - _weightOf(from));
    }

    /// @notice Whole kopecks in an account of parts, rounded half up, and what the account keeps of them.
    /// @dev `kept` begins as half a kopeck (`DENOMINATOR / 2`): then the kopecks given out come to the rounded sum of all parts,
    /// however often they are asked for.
    function settled(uint256 kept, uint256 parts) internal pure returns (uint256 kopecks, uint256 rest) {
        uint256 sum = kept + parts;
        return (sum / DENOMINATOR, sum % DENOMINATOR);
    }

    function _weightOf(uint256 day) private pure returns (uint256) {
        if (day <= FREE_DAYS) return 0;
        if (day <= FIRST_TIER_DAYS) return FIRST_TIER * (day - FREE_DAYS);
        return FIRST_TIER * (FIRST_TIER_DAYS - FREE_DAYS) + SECOND_TIER * (day - FIRST_TIER_DAYS);
    }
}
