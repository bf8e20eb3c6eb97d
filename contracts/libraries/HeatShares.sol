// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {AreaShares} from "./AreaShares.sol";

/// @title HeatShares: what the accounts of a house with a heat meter share (ПП 354, прил. 2, п. 3(1), 3(3), 3(6), 3(7))
/// @dev Each account's heat is an exact fraction that is rounded once, half a kilocalorie up. Areas are dm², heat kcal. The vectors
/// are tests/vectors/heat.json; src/SmartCity.Domain/Heat/HeatShares.cs computes the same.
library HeatShares {
    struct HouseHeat {
        /// V_д: the house's heat meter, or its substitute.
        uint64 house;
        /// Area of all premises of the house, and of those that heat themselves with a boiler of their own.
        uint32 wholeArea;
        uint32 unheatedArea;
        /// V_м and S_м: the heat meters of flats, or their substitutes, and the area of these flats; 0 where none has one.
        uint64 metered;
        uint32 meteredArea;
    }

    uint256 private constant SQUARE_DECIMETRES_PER_SQUARE_METRE = 100;

    /// @notice The heat of a flat where no flat has a meter: its share by area. Where the house heats all premises the shares are taken by
    /// running total, so that they add up to the volume (ADR 0005); else each is rounded.
    /// @param areaBefore area of the premises registered before it, heated or not.
    /// @param area of the flat.
    function shareOf(HouseHeat memory heat, uint32 areaBefore, uint32 area) internal pure returns (uint64) {
        if (heat.unheatedArea == 0) return AreaShares.shareOf(heat.house, areaBefore, area, heat.wholeArea);
        return SafeCast.toUint64(_divideHalfUp(uint256(heat.house) * area, _heatedArea(heat)));
    }

    /// @notice The heat of a flat with a meter: V_i + S_i × (V_д − ΣV) / S_об; 0 where that is negative.
    /// @param own V_i: its meter, or the substitute.
    function ofMetered(HouseHeat memory heat, uint64 own, uint32 area) internal pure returns (uint64) {
        return _round(heat, uint256(own) * heat.meteredArea * _heatedArea(heat), area);
    }

    /// @notice The heat of a flat without a meter where another has one: V_i is S_i × V_м / S_м, and the rest as for these.
    function ofUnmetered(HouseHeat memory heat, uint32 area) internal pure returns (uint64) {
        return _round(heat, uint256(area) * heat.metered * _heatedArea(heat), area);
    }

    /// @notice The heat of an account by the norm (прил. 2, ф. 2).
    /// @param norm kcal per m² and month.
    function byNorm(uint32 area, uint32 norm) internal pure returns (uint64) {
        return uint64(_divideHalfUp(uint256(area) * norm, SQUARE_DECIMETRES_PER_SQUARE_METRE));
    }

    /// @dev V_i + S_i × (V_д − ΣV) / S_об as a fraction over S_м × S_об, where ΣV = V_м × S_об / S_м.
    /// @param own V_i × S_м × S_об.
    function _round(HouseHeat memory heat, uint256 own, uint32 area) private pure returns (uint64) {
        uint256 heated = _heatedArea(heat);
        int256 rest = int256(uint256(heat.house) * heat.meteredArea) - int256(heat.metered * heated);
        int256 numerator = int256(own) + int256(uint256(area)) * rest;
        if (numerator <= 0) return 0;
        return SafeCast.toUint64(_divideHalfUp(uint256(numerator), heat.meteredArea * heated));
    }

    /// @dev S_об: area of the premises that the house heats.
    function _heatedArea(HouseHeat memory heat) private pure returns (uint256) {
        return heat.wholeArea - heat.unheatedArea;
    }

    function _divideHalfUp(uint256 numerator, uint256 denominator) private pure returns (uint256) {
        return (2 * numerator + denominator) / (2 * denominator);
    }
}
