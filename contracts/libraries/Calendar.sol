// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The city's calendar: hours of UTC to local months, days and tariff zones
/// @dev An hour is `unixSeconds / 3600`; a period is a local calendar month counted from January 1970 (= 0); a day is a local
/// calendar day counted from 1 January 1970 (= 0). Local time is UTC plus a constant whole number of hours (Russia has no
/// daylight saving time). The same vectors (tests/vectors/calendar.json) are read by the C# and the Solidity tests.
library Calendar {
    /// @notice Zones of the finest tariff calendar, by local hour of day: peak 07-10 and 17-21, half-peak 10-17 and 21-23,
    /// night 23-07. The day zone of a two-zone tariff is peak and half-peak together.
    uint8 internal constant PEAK = 0;
    uint8 internal constant HALF_PEAK = 1;
    uint8 internal constant NIGHT = 2;

    /// @dev 2 January 1970: the first hours that are in 1970 at every offset. And an hour of the year 3099.
    uint32 internal constant MIN_HOUR = 24;
    uint32 internal constant MAX_HOUR = 9_900_000;
    /// @dev January 3100, the end of the last period in which hours can be.
    uint16 internal constant MAX_PERIOD = 13_560;

    int32 internal constant MIN_OFFSET = -12 hours;
    int32 internal constant MAX_OFFSET = 14 hours;

    /// @dev Zone of local hour h in bits 2h and 2h+1.
    uint256 private constant ZONE_OF_HOUR = 0x940155502aaa;

    uint256 private constant DAYS_FROM_MARCH_0000_TO_1970 = 719_468;
    uint256 private constant DAYS_PER_ERA = 146_097;
    uint256 private constant YEARS_PER_ERA = 400;

    error Calendar_InvalidOffset(int32 utcOffset);
    error Calendar_HourOutOfRange(uint256 hour, uint256 earliest, uint256 latest);
    error Calendar_PeriodOutOfRange(uint256 period, uint256 latest);

    /// @notice Refuses an offset that is not a whole number of hours from -12 to 14.
    function checkOffset(int32 utcOffset) internal pure {
        require(
            utcOffset >= MIN_OFFSET && utcOffset <= MAX_OFFSET && utcOffset % 1 hours == 0,
            Calendar_InvalidOffset(utcOffset)
        );
    }

    /// @notice The local month and the tariff zone in which an hour lies.
    /// @dev Reverts with Calendar_HourOutOfRange outside MIN_HOUR..MAX_HOUR.
    function periodAndZone(uint32 hour, int32 utcOffset) internal pure returns (uint16 period, uint8 zone) {
        uint256 local = _localHour(hour, utcOffset);
        period = periodOfDay(local / 24);
        zone = _zoneOfLocal(local);
    }

    /// @notice The tariff zone in which an hour lies.
    /// @dev Reverts with Calendar_HourOutOfRange outside MIN_HOUR..MAX_HOUR.
    function zoneOf(uint32 hour, int32 utcOffset) internal pure returns (uint8) {
        return _zoneOfLocal(_localHour(hour, utcOffset));
    }

    /// @notice The month of a calendar day, both counted from January 1970.
    /// @dev Days to civil date as in H. Hinnant, "chrono-compatible low-level date algorithms": years begin in March, so
    /// that the leap day is the last one, and eras have 400 years.
    function periodOfDay(uint256 day) internal pure returns (uint16) {
        unchecked {
            uint256 shifted = day + DAYS_FROM_MARCH_0000_TO_1970;
            uint256 dayOfEra = shifted % DAYS_PER_ERA;
            uint256 yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            uint256 monthFromMarch = (5 * dayOfYear + 2) / 153;
            uint256 monthsFromMarch0000 = ((shifted / DAYS_PER_ERA) * YEARS_PER_ERA + yearOfEra) * 12 + monthFromMarch;
            // January 1970 is 1969 years and 10 months after March 0000.
            return uint16(monthsFromMarch0000 - (1969 * 12 + 10));
        }
    }

    /// @notice The first day of a period.
    /// @dev Reverts with Calendar_PeriodOutOfRange above MAX_PERIOD.
    function firstDayOf(uint256 period) internal pure returns (uint32) {
        require(period <= MAX_PERIOD, Calendar_PeriodOutOfRange(period, MAX_PERIOD));
        unchecked {
            uint256 monthsFromMarch0000 = period + 1969 * 12 + 10;
            uint256 year = monthsFromMarch0000 / 12;
            uint256 dayOfYear = (153 * (monthsFromMarch0000 % 12) + 2) / 5;
            uint256 leapDays = year / 4 - year / 100 + year / YEARS_PER_ERA;
            return uint32(365 * year + leapDays + dayOfYear - DAYS_FROM_MARCH_0000_TO_1970);
        }
    }

    /// @notice The hour of UTC with which a period begins in local time; 0 where that was before 1970.
    /// @dev Reverts with Calendar_PeriodOutOfRange above MAX_PERIOD.
    function firstHourOf(uint256 period, int32 utcOffset) internal pure returns (uint32) {
        int256 hour = int256(uint256(firstDayOf(period))) * 24 - utcOffset / 1 hours;
        return hour < 0 ? 0 : uint32(uint256(hour));
    }

    function _zoneOfLocal(uint256 localHour) private pure returns (uint8) {
        unchecked {
            return uint8((ZONE_OF_HOUR >> (2 * (localHour % 24))) & 3);
        }
    }

    function _localHour(uint32 hour, int32 utcOffset) private pure returns (uint256) {
        require(hour >= MIN_HOUR && hour <= MAX_HOUR, Calendar_HourOutOfRange(hour, MIN_HOUR, MAX_HOUR));
        return uint256(int256(uint256(hour)) + utcOffset / 1 hours);
    }
}
