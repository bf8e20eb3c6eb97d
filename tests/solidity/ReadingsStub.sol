// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";

/// @title What VolumeBook asks of MeterRegistry and of ReadingLedger, for one group, each answer kept by channel and settable
/// @dev One contract stands for both. It packs what the ledger packs by its documentation alone.
contract ReadingsStub {
    struct Month {
        uint64[3] signed;
        int64[3] corrections;
        uint16 missing;
        uint16 estimated;
        /// Where the meter stops to count, in hours of the period; as many as it has, and None, where it does not.
        uint32 hoursBefore;
        IMeterRegistry.Fault fault;
    }

    uint32 public constant GROUP = 7;
    uint256 private constant LANE_BITS = 38;

    IMeterRegistry.Group private _group;
    mapping(uint256 channel => mapping(uint256 period => Month)) private _months;
    mapping(uint256 period => uint32) private _revisions;
    mapping(uint256 period => uint32) private _firstHours;

    function setGroup(IMeterRegistry.Kind kind, uint16 consumers, uint32 firstHour) external {
        _group = IMeterRegistry.Group({
            segment: 1,
            firstSlot: 3,
            parentChannels: kind == IMeterRegistry.Kind.Heat ? 1 : 3,
            consumers: consumers,
            kind: kind,
            firstHour: firstHour
        });
    }

    /// @param firstHour of the period as far as the group is there.
    function setMonth(uint256 channel, uint256 period, uint32 firstHour, Month calldata month) external {
        setMonths(channel, 1, period, firstHour, month);
    }

    /// @notice The same month for `count` channels.
    function setMonths(uint256 first, uint256 count, uint256 period, uint32 firstHour, Month calldata month) public {
        for (uint256 i = 0; i < count; ++i) _months[first + i][period] = month;
        _firstHours[period] = firstHour;
        ++_revisions[period];
    }

    function monthOf(uint256 channel, uint256 period) external view returns (Month memory) {
        return _months[channel][period];
    }

    function utcOffset() external pure returns (int32) {
        return 3 hours;
    }

    function groupOf(uint32 group) external view returns (IMeterRegistry.Group memory) {
        require(group == GROUP, IMeterRegistry.MeterRegistry_UnknownGroup(group));
        return _group;
    }

    function unusableIn(uint32, uint16 period) external view returns (IMeterRegistry.Unusable[] memory unusable) {
        uint256 channels = uint256(_group.parentChannels) + _group.consumers;
        unusable = new IMeterRegistry.Unusable[](channels);
        uint256 count = 0;
        // From the last channel on: the order is nobody's business.
        for (uint256 channel = channels; channel > 0; --channel) {
            if (channel != 1 && channel <= _group.parentChannels) continue;
            Month storage month = _months[channel - 1][period];
            if (month.fault == IMeterRegistry.Fault.None) continue;
            unusable[count++] = IMeterRegistry.Unusable(
                uint16(channel - 1),
                _firstHours[period] + month.hoursBefore,
                month.fault
            );
        }
        assembly ("memory-safe") {
            mstore(unusable, count)
        }
    }

    function groupPeriodOf(uint32, uint16 period) external view returns (IReadingLedger.GroupPeriod memory sums) {
        uint256 channels = uint256(_group.parentChannels) + _group.consumers;
        for (uint256 channel = 0; channel < channels; ++channel) {
            Month storage month = _months[channel][period];
            uint64[3] memory sum = channel < _group.parentChannels ? sums.parent : sums.consumers;
            for (uint256 zone = 0; zone < 3; ++zone) {
                sum[zone] += uint64(int64(month.signed[zone]) + month.corrections[zone]);
            }
            if (month.missing + month.estimated != 0) sums.hasExceptions = true;
        }
        sums.revision = _revisions[period];
    }

    function slotPeriodsOf(
        uint32,
        uint16 slot,
        uint16 first,
        uint16 count
    ) external view returns (IReadingLedger.SlotPeriod[] memory periods) {
        periods = new IReadingLedger.SlotPeriod[](count);
        for (uint256 i = 0; i < count; ++i) {
            periods[i].revision = _revisions[first + i];
            for (uint256 lane = 0; lane < 6; ++lane) {
                Month storage month = _months[uint256(slot) * 6 + lane][first + i];
                for (uint256 zone = 0; zone < 3; ++zone) {
                    periods[i].used[zone] |= uint256(month.signed[zone]) << (LANE_BITS * (5 - lane));
                }
                periods[i].exceptions |= ((uint256(month.missing) << 10) | month.estimated) << (20 * lane);
            }
        }
    }

    function consumptionOf(uint32, uint16 channel, uint16 period) external view returns (uint64[3] memory byZone) {
        Month storage month = _months[channel][period];
        for (uint256 zone = 0; zone < 3; ++zone) {
            byZone[zone] = uint64(int64(month.signed[zone]) + month.corrections[zone]);
        }
    }

    function correctionsOf(uint32, uint16 channel, uint16 period) external view returns (int64[3] memory) {
        return _months[channel][period].corrections;
    }

    function exceptionsOf(uint32, uint16 channel, uint16 period) external view returns (uint16, uint16) {
        return (_months[channel][period].missing, _months[channel][period].estimated);
    }
}
