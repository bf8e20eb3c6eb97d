// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMeterRegistry} from "../interfaces/IMeterRegistry.sol";
import {IVolumeBook} from "../interfaces/IVolumeBook.sol";
import {AreaShares} from "./AreaShares.sol";

/// @title Ladder: the substitute for what a meter did not measure (ПП 354, п. 59, 60; ADR 0011)
/// @dev The average of up to six periods before for at most three gap periods in a row, then the norm, raised where the law raises it.
/// The vectors are tests/vectors/ladder.json; src/SmartCity.Domain/Billing/VolumeLadder.cs computes the same.
library Ladder {
    /// @notice What a channel measured in a period.
    struct Part {
        /// What its register rose by, corrections included, by zone.
        uint64[3] raw;
        /// Hours of the period in which the channel was there, not 0, and those of them with a value.
        uint256 hours_;
        uint256 measured;
        /// Hours with a value that counts; not more than `measured`.
        uint256 usable;
        /// Why the meter stops counting; None if it does not.
        IMeterRegistry.Fault fault;
    }

    /// @notice The periods that an average is taken of.
    struct Past {
        uint256[3] used;
        uint256 hours_;
        uint256 periods;
    }

    /// @notice Periods of which an average is taken: so many before the gap, of which so many at least must have hours that count.
    uint256 internal constant MAX_AVERAGED_PERIODS = 6;
    uint256 internal constant MIN_AVERAGED_PERIODS = 3;
    /// @notice Gap periods in a row for which the average is used.
    uint256 internal constant MAX_AVERAGE_RUN = 3;

    uint256 private constant ZONES = 3;
    uint256 private constant WHOLE_COEFFICIENT = 10_000;
    /// @dev Hours a day of peak, half-peak and night.
    uint32 private constant PEAK_HOURS = 7;
    uint32 private constant HALF_PEAK_HOURS = 9;
    uint32 private constant DAY_HOURS = 24;

    /// @notice Hours for which a substitute is needed.
    function gapOf(Part memory part) internal pure returns (uint256) {
        return part.hours_ - part.usable;
    }

    /// @notice How many gap periods in a row this one is the last of; 0 if more than half of its hours do not count.
    function runOf(Part memory part, uint256 runBefore) internal pure returns (uint256) {
        return gapOf(part) > part.usable ? runBefore + 1 : 0;
    }

    /// @notice What counts of the register's rise: all of it, or the part of the hours that count, half up by zone.
    /// @return used the caller's own: to change it leaves the part as it is.
    function usedOf(Part memory part) internal pure returns (uint64[3] memory used) {
        bool countsWhole = part.usable == part.measured;
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            uint64 raw = part.raw[zone];
            used[zone] = countsWhole ? raw : _divideHalfUp(uint256(raw) * part.usable, part.measured);
        }
    }

    /// @notice Takes an earlier period into an average; one without hours that count has nothing to say.
    function add(Past memory past, Part memory part) internal pure {
        if (part.usable != 0) addWhole(past, usedOf(part), part.usable);
    }

    /// @notice The same, told what was used in the hours that count.
    function addWhole(Past memory past, uint64[3] memory used, uint256 hours_) internal pure {
        // A few numbers of 64 bits are far from 256.
        unchecked {
            past.used[0] += used[0];
            past.used[1] += used[1];
            past.used[2] += used[2];
            past.hours_ += hours_;
            ++past.periods;
        }
    }

    function isAverageKnown(Past memory past) internal pure returns (bool) {
        return past.periods >= MIN_AVERAGED_PERIODS;
    }

    /// @notice The average hour of the periods before, for the hours of a gap.
    function average(Past memory past, uint256 gap) internal pure returns (uint64[3] memory volume) {
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            volume[zone] = _divideHalfUp(past.used[zone] * gap, past.hours_);
        }
    }

    /// @notice Which norm is taken where no average is: raised for a resident who refused access, and of heat also for a meter that is broken,
    /// absent or expired; never of electricity for that, since a supplier has to see to the meters (522-ФЗ).
    function normMethod(bool isHeat, IMeterRegistry.Fault fault) internal pure returns (IVolumeBook.Method) {
        bool isRaised = fault == IMeterRegistry.Fault.AccessRefused || (isHeat && fault != IMeterRegistry.Fault.None);
        return isRaised ? IVolumeBook.Method.RaisedNorm : IVolumeBook.Method.Norm;
    }

    /// @notice The norm for the gap, rounded once; of electricity then divided among the zones as the day's hours are.
    /// @param numerator over `denominator`: what is used in a month by the norm, Wh or kcal.
    /// @param coefficient of a raised norm, 10^-4.
    function norm(
        Part memory part,
        bool isHeat,
        uint256 numerator,
        uint256 denominator,
        uint256 coefficient
    ) internal pure returns (uint64[3] memory volume) {
        if (normMethod(isHeat, part.fault) != IVolumeBook.Method.RaisedNorm) coefficient = WHOLE_COEFFICIENT;
        uint64 total = _divideHalfUp(
            numerator * coefficient * gapOf(part),
            denominator * WHOLE_COEFFICIENT * part.hours_
        );
        if (isHeat) return [total, 0, 0];
        volume[0] = AreaShares.shareOf(total, 0, PEAK_HOURS, DAY_HOURS);
        volume[1] = AreaShares.shareOf(total, PEAK_HOURS, HALF_PEAK_HOURS, DAY_HOURS);
        volume[2] = total - volume[0] - volume[1];
    }

    function _divideHalfUp(uint256 numerator, uint256 denominator) private pure returns (uint64) {
        return SafeCast.toUint64((2 * numerator + denominator) / (2 * denominator));
    }
}
