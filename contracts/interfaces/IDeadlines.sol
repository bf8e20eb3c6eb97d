// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Deadlines: what the law allows for each step of an incident, by the day on which it is in force
/// @notice Part of the IncidentLog. Rows are dated and never changed once in force, so that an incident is for ever judged by the
/// law of its own time. The first row is published with the contract: ПП 416, п. 13 and ПП 354, прил. 1, as of 2026.
interface IDeadlines {
    struct DeadlineRules {
        /// Unix seconds, the first that the row is in force; it is until the next row is.
        uint40 validFrom;
        /// Seconds from registration to: an answer, the time of repair told, the damage localised, someone on the spot.
        uint32 acknowledge;
        uint32 plan;
        uint32 localise;
        uint32 visit;
        /// Seconds from the beginning of the alarm to its cause eliminated; they stop while the incident is suspended.
        uint32 eliminate;
        /// Seconds that a signal must have been normal before an incident is closed, and within which a closed one can be reopened.
        uint32 quiet;
        /// Hours a local month that heating may be interrupted in all.
        uint8 heatMonthHours;
        /// Hours at once that electricity may be interrupted, by the number of independent feeds.
        uint8 oneFeedHours;
        uint8 twoFeedHours;
        /// Hours at once that heating may be interrupted: `heatHours[i]` at `heatDegrees[i]` °C indoors and more, the last below all.
        int8[3] heatDegrees;
        uint8[4] heatHours;
    }

    event DeadlineRulesSet(uint40 indexed validFrom, DeadlineRules rules);

    error IncidentLog_InvalidDeadlineRules(string field);
    /// @param earliest first second from which rules can still be set: those in force stand.
    error IncidentLog_DeadlineRulesInForce(uint40 validFrom, uint256 earliest);
    error IncidentLog_TooManyDeadlineRules(uint256 limit);

    /// @notice Adds a row, or replaces the last one if that has the same `validFrom`. Restricted to TARIFF_AUTHORITY: like a tariff
    /// the rows are law with a date, they decide what residents pay for hours without heat, and a dispatcher, whose work is measured
    /// by them, must not set them.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_DeadlineRulesInForce unless `validFrom` is more than 300 seconds after
    /// the block's time (source times may be that far ahead) and not before the last row's; IncidentLog_InvalidDeadlineRules (naming
    /// the field: a duration or a month of no length, degrees that do not fall, hours that rise with the cold);
    /// IncidentLog_TooManyDeadlineRules (64 rows).
    function setDeadlineRules(DeadlineRules calldata rules) external;

    /// @notice The row in force at a time, Unix seconds.
    function deadlineRulesAt(uint40 time) external view returns (DeadlineRules memory);
}
