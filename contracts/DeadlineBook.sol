// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IDeadlines} from "./interfaces/IDeadlines.sol";
import {IIncidentLog} from "./interfaces/IIncidentLog.sol";

/// @title DeadlineBook: the dated rows of the law's deadlines
/// @notice The part of IIncidentLog about rules (IDeadlines); see there for rights, units and every error.
abstract contract DeadlineBook is IIncidentLog, AccessManaged {
    /// @dev Source times may be this far ahead of the block's, so that a clock that is a little fast loses nothing.
    uint256 internal constant CLOCK_SLACK = 300 seconds;

    uint256 private constant MAX_ROWS = 64;

    /// @dev By `validFrom`, strictly ascending; the first row is in force from the beginning of time.
    DeadlineRules[] private _rows;

    constructor() {
        _push(
            DeadlineRules({
                validFrom: 0,
                acknowledge: 5 minutes,
                plan: 30 minutes,
                localise: 30 minutes,
                visit: 2 hours,
                eliminate: 72 hours,
                quiet: 15 minutes,
                heatMonthHours: 24,
                oneFeedHours: 24,
                twoFeedHours: 2,
                heatDegrees: [int8(12), 10, 8],
                heatHours: [16, 8, 4, 0]
            })
        );
    }

    /// @inheritdoc IDeadlines
    function setDeadlineRules(DeadlineRules calldata rules) external restricted {
        uint256 earliest = block.timestamp + CLOCK_SLACK + 1;
        uint256 last = _rows[_rows.length - 1].validFrom;
        if (last > earliest) earliest = last;
        require(rules.validFrom >= earliest, IncidentLog_DeadlineRulesInForce(rules.validFrom, earliest));
        _check(rules);
        if (rules.validFrom == last) _rows.pop();
        require(_rows.length < MAX_ROWS, IncidentLog_TooManyDeadlineRules(MAX_ROWS));
        _push(rules);
    }

    /// @inheritdoc IDeadlines
    function deadlineRulesAt(uint40 time) external view returns (DeadlineRules memory) {
        return _rulesAt(time);
    }

    function _rulesAt(uint256 time) internal view returns (DeadlineRules storage) {
        uint256 index = _rows.length - 1;
        while (_rows[index].validFrom > time) --index;
        return _rows[index];
    }

    function _push(DeadlineRules memory rules) private {
        _rows.push(rules);
        emit DeadlineRulesSet(rules.validFrom, rules);
    }

    function _check(DeadlineRules calldata rules) private pure {
        require(rules.acknowledge != 0, IncidentLog_InvalidDeadlineRules("acknowledge"));
        require(rules.plan != 0, IncidentLog_InvalidDeadlineRules("plan"));
        require(rules.localise != 0, IncidentLog_InvalidDeadlineRules("localise"));
        require(rules.visit != 0, IncidentLog_InvalidDeadlineRules("visit"));
        require(rules.eliminate != 0, IncidentLog_InvalidDeadlineRules("eliminate"));
        require(rules.heatMonthHours != 0, IncidentLog_InvalidDeadlineRules("heatMonthHours"));
        require(rules.twoFeedHours <= rules.oneFeedHours, IncidentLog_InvalidDeadlineRules("twoFeedHours"));
        for (uint256 i = 0; i < 3; ++i) {
            bool isFalling = i == 0 || rules.heatDegrees[i] < rules.heatDegrees[i - 1];
            require(isFalling, IncidentLog_InvalidDeadlineRules("heatDegrees"));
            require(rules.heatHours[i + 1] <= rules.heatHours[i], IncidentLog_InvalidDeadlineRules("heatHours"));
        }
    }
}
