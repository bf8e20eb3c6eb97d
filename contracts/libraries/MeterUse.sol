// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../interfaces/IMeterRegistry.sol";
import {Calendar} from "./Calendar.sol";

/// @title From which hour a meter does not count: its verification has run out, it is out of order, or there is none
library MeterUse {
    /// @dev What is asked, and what is known of the answer.
    struct Question {
        /// Hours start .. end - 1.
        uint32 start;
        uint32 end;
        int32 utcOffset;
        /// In order of hours; each ends with the next one, or with the meter.
        IMeterRegistry.FaultReport[] faults;
        /// The first hour that does not count so far, and why; 0 and None while all do.
        uint32 hour;
        IMeterRegistry.Fault fault;
    }

    /// @dev The first day on which one of several meters' verification has run out, and the meter looked at last: neighbours were mostly
    /// verified together.
    struct Expiry {
        uint32 first;
        uint32 verifiedOn;
        uint16 months;
    }

    /// @notice Looks at a meter that is in place in hours `from` .. `end` - 1.
    /// @param months the verification interval; 0 if there is no meter.
    function consider(
        Question memory question,
        uint32 from,
        uint32 end,
        uint256 verifiedOn,
        uint256 months
    ) internal pure {
        if (months == 0) {
            _note(question, from, end, IMeterRegistry.Fault.NoMeter);
            return;
        }
        IMeterRegistry.FaultReport[] memory faults = question.faults;
        for (uint256 i = 0; i < faults.length; ++i) {
            if (faults[i].fault == IMeterRegistry.Fault.None || faults[i].fromHour < from) continue;
            uint32 next = i + 1 < faults.length && faults[i + 1].fromHour < end ? faults[i + 1].fromHour : end;
            _note(question, faults[i].fromHour, next, faults[i].fault);
        }
        uint32 expiry = hourOf(expiryOf(verifiedOn, months), question.utcOffset);
        _note(question, expiry < from ? from : expiry, end, IMeterRegistry.Fault.VerificationExpired);
    }

    /// @notice Takes note of a meter that is in place.
    /// @param verifiedOn the day of its verification, days since 1970.
    /// @param months the verification interval.
    function note(Expiry memory expiry, uint32 verifiedOn, uint16 months) internal pure {
        if (verifiedOn == expiry.verifiedOn && months == expiry.months) return;
        (expiry.verifiedOn, expiry.months) = (verifiedOn, months);
        uint32 day = expiryOf(verifiedOn, months);
        if (expiry.first == 0 || day < expiry.first) expiry.first = day;
    }

    /// @notice The local day with which a verification runs out: months after it, the one that has its number (or is the last of
    /// its month).
    /// @param verifiedOn the day of the verification, days since 1970.
    function expiryOf(uint256 verifiedOn, uint256 months) internal pure returns (uint32) {
        uint256 period = Calendar.periodOfDay(verifiedOn);
        uint256 dayOfMonth = verifiedOn - Calendar.firstDayOf(period);
        uint256 first = Calendar.firstDayOf(period + months);
        uint256 days_ = Calendar.firstDayOf(period + months + 1) - first;
        return uint32(first + (dayOfMonth < days_ ? dayOfMonth : days_ - 1));
    }

    /// @notice The first hour of a local day after the first two of 1970.
    function hourOf(uint256 day, int32 utcOffset) internal pure returns (uint32) {
        return uint32(uint256(int256(day * 24) - utcOffset / 1 hours));
    }

    /// @dev Hours from .. end - 1 do not count: is it the first of those asked for? (Of the same hour the reason noted first.)
    function _note(Question memory question, uint32 from, uint32 end, IMeterRegistry.Fault fault) private pure {
        if (from < question.start) from = question.start;
        if (end > question.end) end = question.end;
        if (from >= end) return;
        if (question.fault == IMeterRegistry.Fault.None || from < question.hour) {
            (question.hour, question.fault) = (from, fault);
        }
    }
}
