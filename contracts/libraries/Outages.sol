// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IOutages} from "../interfaces/IOutages.sol";

/// @title Outages: what the interruptions of one group in one period come to (ПП 354, прил. 1, п. 9, 14, 15)
/// @dev Pure, and the same as SmartCity.Domain's Outages; the vectors are tests/vectors/outages.json.
library Outages {
    /// @notice Sorts outages by the time they began.
    /// @dev By insertion: there are few of them, and they mostly come in order.
    function sort(IOutages.Outage[] memory outages) internal pure {
        for (uint256 i = 1; i < outages.length; ++i) {
            IOutages.Outage memory moved = outages[i];
            uint256 place = i;
            for (; place != 0 && outages[place - 1].from > moved.from; --place) outages[place] = outages[place - 1];
            outages[place] = moved;
        }
    }

    /// @notice Would an hour be reduced twice: do the two overlap, and are both of heat or both of electricity? Cold is of heat:
    /// п. 15 does not apply where п. 14 does.
    function areInConflict(IOutages.Outage memory one, IOutages.Outage memory other) internal pure returns (bool) {
        return one.from < other.to && other.from < one.to && isOfHeat(one.kind) == isOfHeat(other.kind);
    }

    /// @notice Is an outage of this kind one of heat?
    function isOfHeat(IOutages.OutageKind kind) internal pure returns (bool) {
        return kind != IOutages.OutageKind.ElectricityInterruption;
    }

    /// @notice The hours of reduction of a period [start, end), in Unix seconds. What of an outage lies outside is left out: it
    /// counts in its own period, as an outage of its own.
    /// @param inOrder the outages that touch the period, by the time they began; no two are in conflict.
    /// @param monthBudget seconds a period that heating may be interrupted in all.
    /// @dev Seconds are summed and then rounded down to hours.
    function reductionOf(
        IOutages.Outage[] memory inOrder,
        uint256 start,
        uint256 end,
        uint256 monthBudget
    ) internal pure returns (IOutages.ReductionHours memory) {
        uint256 heatExcess = 0;
        uint256 degreeSeconds = 0;
        uint256 electricityExcess = 0;
        for (uint256 i = 0; i < inOrder.length; ++i) {
            IOutages.Outage memory outage = inOrder[i];
            uint256 duration = _min(outage.to, end) - _max(outage.from, start);
            uint256 permitted = uint256(outage.measure) * 1 hours;
            if (outage.kind == IOutages.OutageKind.HeatCold) {
                degreeSeconds += duration * outage.measure;
            } else if (outage.kind == IOutages.OutageKind.HeatInterruption) {
                // A long interruption uses up the month's budget with all its hours, not only with those permitted at once.
                heatExcess += duration - _min(duration, _min(permitted, monthBudget));
                monthBudget -= _min(monthBudget, duration);
            } else {
                electricityExcess += duration - _min(duration, permitted);
            }
        }
        return
            IOutages.ReductionHours({
                heatExcess: uint32(heatExcess / 1 hours),
                heatDegrees: uint32(degreeSeconds / 1 hours),
                electricityExcess: uint32(electricityExcess / 1 hours)
            });
    }

    /// @notice Seconds of [start, end) without heating.
    /// @dev Of outages on record: they do not overlap.
    function heatInterrupted(
        IOutages.Outage[] memory outages,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < outages.length; ++i) {
            IOutages.Outage memory outage = outages[i];
            if (outage.kind != IOutages.OutageKind.HeatInterruption || outage.from >= end) continue;
            sum += _min(outage.to, end) - _max(outage.from, start);
        }
    }

    function _min(uint256 one, uint256 other) private pure returns (uint256) {
        return one < other ? one : other;
    }

    function _max(uint256 one, uint256 other) private pure returns (uint256) {
        return one > other ? one : other;
    }
}
