// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Outages: the intervals of incidents that reduce the bills of a group
/// @notice Part of the IncidentLog. An outage belongs to an incident and to one balance group; its hours beyond what is permitted reduce
/// the charges of the group's accounts (ПП 354, прил. 1, п. 9, 14, 15).
/// @dev Times are Unix seconds, half-open [from, to). An outage that crosses the end of a local month counts in each month by itself.
interface IOutages {
    enum OutageKind {
        /// No heating (п. 14).
        HeatInterruption,
        /// Heating, but colder than due (п. 15).
        HeatCold,
        /// No electricity (п. 9).
        ElectricityInterruption
    }

    struct Outage {
        bytes32 incident;
        OutageKind kind;
        uint40 from;
        uint40 to;
        /// Of an interruption the hours permitted at once by the rules in force when it began (IDeadlines): 16, 8, 4 or 0 of heat by
        /// the temperature indoors, 24 or 2 of electricity by the number of feeds. Of cold the whole degrees below what is due, 1..50.
        uint8 measure;
    }

    /// @notice Hours of a period for which a group's charges are reduced.
    struct ReductionHours {
        /// Hours without heating beyond what is permitted: beyond `measure` at once, and beyond 24 in the month.
        uint32 heatExcess;
        /// Hours × whole degrees below the temperature due.
        uint32 heatDegrees;
        /// Hours without electricity beyond what is permitted.
        uint32 electricityExcess;
    }

    event OutageRecorded(bytes32 indexed incident, uint32 indexed group, Outage outage, bytes32 evidence);

    error IncidentLog_InvalidOutage(string field);
    error IncidentLog_InvalidFeeds(int8 feeds);
    /// @notice The incident was a false alarm.
    error IncidentLog_NotTrue(bytes32 incident);
    /// @notice An hour is reduced once: outages of one kind do not overlap, nor does cold an interruption of heat.
    error IncidentLog_OverlappingOutage(uint32 group, uint40 from, uint40 to);
    error IncidentLog_TooManyOutages(uint32 group, uint16 period, uint256 limit);

    /// @notice Records that a group was without supply, or with too cold a one, in the course of an incident. In any order of time.
    /// Restricted to DISPATCHER.
    /// @param evidence hash of the signals that measured it.
    /// @dev Reverts with AccessManagedUnauthorized; IncidentLog_Unknown; IncidentLog_NotTrue; MeterRegistry_UnknownGroup;
    /// MeterRegistry_WrongKind;
    /// IncidentLog_InvalidOutage (naming the field: `from` before 2 January 1970, `to` not after `from` or after the block's time,
    /// `measure` out of range, `evidence` zero; or "longer than 3 months": touching more months than the one in which it began and
    /// three more); IncidentLog_OverlappingOutage (naming the one on record); IncidentLog_TooManyOutages (64 a group and period).
    function recordOutage(
        bytes32 incident,
        uint32 group,
        OutageKind kind,
        uint40 from,
        uint40 to,
        uint8 measure,
        bytes32 evidence
    ) external;

    /// @notice The reduction of a group's period as is known now. Seconds are summed in order of time and then rounded down to hours.
    function reductionHoursOf(uint32 group, uint16 period) external view returns (ReductionHours memory);

    /// @notice The outages of a group that touch a period, in order of time.
    function outagesOf(uint32 group, uint16 period) external view returns (Outage[] memory);
}
