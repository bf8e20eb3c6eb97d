// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "../interfaces/IAccountBook.sol";

/// @title AccountWords: an account and its terms in a period, packed into a word
/// @dev From the lowest bit: electricity group 32, heat group 32, electricity channel 16, heat channel 16, area 24, area before it in the
/// electricity group 32, in the heat group 32, first period 16, last period 16, terms 24 (residents 16, zones 2, heating 2, and 4 of
/// zero), number of changes of terms 8, and 8 for whether there was an account before on the premises. It is the word in which
/// AccountBook keeps an account, with the terms of the period.
library AccountWords {
    uint256 internal constant TERMS_SHIFT = 216;

    uint256 private constant HEAT_GROUP_SHIFT = 32;
    uint256 private constant ELECTRICITY_CHANNEL_SHIFT = 64;
    uint256 private constant HEAT_CHANNEL_SHIFT = 80;
    uint256 private constant AREA_SHIFT = 96;
    uint256 private constant AREA_BEFORE_SHIFT = 120;
    uint256 private constant AREA_BEFORE_IN_HEAT_SHIFT = 152;
    uint256 private constant FIRST_PERIOD_SHIFT = 184;
    uint256 private constant LAST_PERIOD_SHIFT = 200;
    uint256 private constant ZONES_SHIFT = TERMS_SHIFT + 16;
    uint256 private constant HEATING_SHIFT = TERMS_SHIFT + 18;
    uint256 private constant SUCCESSOR_SHIFT = 248;

    /// @notice An electricity group (0: none), and the channel of the premises' own meter in it.
    function electricityOf(uint256 word) internal pure returns (uint32 group, uint16 channel) {
        return (uint32(word), uint16(word >> ELECTRICITY_CHANNEL_SHIFT));
    }

    /// @notice A heat group (0: none), and the channel of the premises' own heat meter in it (0: none).
    function heatOf(uint256 word) internal pure returns (uint32 group, uint16 channel) {
        return (uint32(word >> HEAT_GROUP_SHIFT), uint16(word >> HEAT_CHANNEL_SHIFT));
    }

    /// @notice Floor area, dm².
    function areaOf(uint256 word) internal pure returns (uint32) {
        return uint24(word >> AREA_SHIFT);
    }

    /// @notice Areas of the premises registered before in the electricity group and in the heat group, dm².
    function areasBeforeOf(uint256 word) internal pure returns (uint32 inElectricity, uint32 inHeat) {
        return (uint32(word >> AREA_BEFORE_SHIFT), uint32(word >> AREA_BEFORE_IN_HEAT_SHIFT));
    }

    /// @notice First period and last one (0: open).
    function periodsOf(uint256 word) internal pure returns (uint16 first, uint16 last) {
        return (uint16(word >> FIRST_PERIOD_SHIFT), uint16(word >> LAST_PERIOD_SHIFT));
    }

    /// @notice Zones of the day by which electricity is priced, and how heating is counted.
    function termsOf(uint256 word) internal pure returns (uint256 zones, IAccountBook.Heating heating) {
        return ((word >> ZONES_SHIFT) & 3, IAccountBook.Heating((word >> HEATING_SHIFT) & 3));
    }

    /// @notice Did the account begin by a handover?
    function isSuccessor(uint256 word) internal pure returns (bool) {
        return word >> SUCCESSOR_SHIFT != 0;
    }
}
