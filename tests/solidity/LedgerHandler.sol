// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MeterRegistry} from "../../contracts/MeterRegistry.sol";
import {ReadingLedger} from "../../contracts/ReadingLedger.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {TestBase} from "./TestBase.sol";

/// @title Records random hours of random segments and keeps its own books ("ghosts")
/// @dev Every hour it sends is valid, so a revert is a bug. The books are kept channel by channel and without the packing of
/// the ledger; of the calendar it uses ReadingLedger.calendarOf, which has tests and vectors of its own.
contract LedgerHandler is TestBase {
    uint256 private constant MAX_HOURS_AT_ONCE = 12;
    uint256 private constant SCALE = 10_000;
    uint256 private constant MAX_GROUPS = 6;
    address private constant REGISTRAR = address(0x1001);

    struct Ghost {
        uint64[3] registers;
        mapping(uint16 period => uint64[3]) atEndOf;
        mapping(uint16 period => int64[3]) used;
        mapping(uint16 period => int64[3]) corrections;
        mapping(uint16 period => uint16) missing;
        mapping(uint16 period => uint16) estimated;
    }

    struct GroupGhost {
        int64[3] drift;
        uint32[3] imbalanced;
        uint256 channels;
        mapping(uint16 period => uint32) revisions;
        mapping(uint256 channel => Ghost) channel;
        mapping(uint256 channel => bool) hasNoMeter;
        uint256 meters;
    }

    /// @dev What became of one group's hour.
    struct Hour {
        uint256[3] parents;
        uint256[3] consumers;
        uint256[3] tolerances;
        bool[3] undecided;
    }

    // Not immutable: the test runner knows a contract to call by its code.
    uint256 private _oracleKey;
    MeterRegistry private _registry;
    ReadingLedger private _ledger;

    uint32[] private _segments;
    mapping(uint32 segment => uint32) public ghostHours;
    mapping(uint32 segment => bytes32) public ghostBatch;
    mapping(uint32 segment => uint16[]) private _closed;
    mapping(uint32 group => GroupGhost) private _groups;
    mapping(uint32 segment => uint32) public ghostCorrections;
    uint64 private _serials;

    constructor(MeterRegistry registry, ReadingLedger ledger, uint32[] memory segments, uint256 oracleKey) {
        (_registry, _ledger, _segments, _oracleKey) = (registry, ledger, segments, oracleKey);
        for (uint256 i = 0; i < segments.length; ++i) {
            uint32[] memory groups = registry.groupsOf(segments[i]);
            for (uint256 j = 0; j < groups.length; ++j) {
                IMeterRegistry.Group memory details = registry.groupOf(groups[j]);
                _groups[groups[j]].channels = uint256(details.parentChannels) + details.consumers;
                _groups[groups[j]].meters = details.consumers;
            }
        }
    }

    /// @notice Records one to twelve hours of a segment; the clock is put forward as far as that needs.
    function record(uint256 segmentSeed, uint256 countSeed, uint256 seed) external {
        uint32 segment = _segments[bound(segmentSeed, 0, _segments.length - 1)];
        for (uint256 left = bound(countSeed, 1, MAX_HOURS_AT_ONCE); left != 0; --left) {
            seed = uint256(keccak256(abi.encode(seed)));
            _recordHour(segment, seed);
        }
    }

    /// @notice Corrects a few hours of a channel in one period, up or down; never below zero.
    function correct(uint256 segmentSeed, uint256 seed) external {
        uint32 segment = _segments[bound(segmentSeed, 0, _segments.length - 1)];
        uint32 count = ghostHours[segment];
        if (count == 0) return;
        IReadingLedger.Correction memory correction;
        correction.segment = segment;
        (correction.number, correction.previousCorrection) = _ledger.correctionHeadOf(segment);
        ++correction.number;
        uint32[] memory groups = _registry.groupsOf(segment);
        correction.group = groups[(seed >> 8) % groups.length];
        correction.channel = uint16((seed >> 16) % _groups[correction.group].channels);
        (, uint32 first, , ) = _registry.segmentOf(segment);
        uint32 last = first + count;
        first = _registry.groupOf(correction.group).firstHour;
        if (first >= last) return;
        correction.firstHour = first + uint32((seed >> 32) % (last - first));
        (uint16 period, ) = _ledger.calendarOf(correction.firstHour);
        uint32 end = correction.firstHour + 1 + uint32((seed >> 64) % 9);
        uint32 periodEnd = _ledger.firstHourOf(period + 1);
        if (end > periodEnd) end = periodEnd;
        if (end > last) end = last;
        _sendCorrection(correction, period, end, seed);
    }

    /// @notice Adds a house to a segment, from the first hour that may be or a few later.
    function grow(uint256 segmentSeed, uint256 seed) external {
        uint32 segment = _segments[bound(segmentSeed, 0, _segments.length - 1)];
        uint32[] memory groups = _registry.groupsOf(segment);
        if (groups.length == MAX_GROUPS) return;
        uint32 fromHour = _firstFreeHour(segment, groups[groups.length - 1]) + uint32((seed >> 8) % 4);
        (IMeterRegistry.Kind kind, , , ) = _registry.segmentOf(segment);
        bool isHeat = kind == IMeterRegistry.Kind.Heat;
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](seed % 5);
        for (uint256 i = 0; i < consumers.length; ++i) {
            consumers[i].meter = _meter(seed, i);
            consumers[i].phase = isHeat ? 0 : uint8((seed >> i) % 3);
        }
        IMeterRegistry.Meter memory parent = _meter(seed, consumers.length);
        vm.prank(REGISTRAR);
        uint32 group = _registry.addGroup(segment, parent, consumers, fromHour);
        _groups[group].channels = (isHeat ? 1 : 3) + consumers.length;
        _groups[group].meters = consumers.length;
    }

    /// @notice Takes a consumer's meter away, if no hour that is over waits.
    function takeMeter(uint256 segmentSeed, uint256 seed) external {
        uint32 segment = _segments[bound(segmentSeed, 0, _segments.length - 1)];
        (uint32 next, ) = _ledger.headOf(segment);
        uint32[] memory groups = _registry.groupsOf(segment);
        uint32 group = groups[seed % groups.length];
        uint256 parents = _registry.groupOf(group).parentChannels;
        GroupGhost storage ghost = _groups[group];
        if (next < block.timestamp / 1 hours || ghost.channels == parents) return;
        uint16 channel = uint16(parents + ((seed >> 8) % (ghost.channels - parents)));
        if (ghost.hasNoMeter[channel]) return;
        vm.prank(REGISTRAR);
        _registry.decommissionMeter(group, channel);
        ghost.hasNoMeter[channel] = true;
        --ghost.meters;
    }

    /// @notice Up to forty days in which nothing is sent: the hours wait.
    function wait(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 0, 40 days));
    }

    /// @notice What the intervals and the corrections of a channel add up to.
    function ghostRegisters(uint32 group, uint16 channel) external view returns (uint64[3] memory registers) {
        Ghost storage ghost = _groups[group].channel[channel];
        registers = ghost.registers;
        uint16[2] memory around = _periodsOf(group);
        for (uint16 period = around[0]; period <= around[1]; ++period) {
            for (uint256 zone = 0; zone < 3; ++zone) {
                registers[zone] = uint64(int64(registers[zone]) + ghost.corrections[period][zone]);
            }
        }
    }

    function ghostConsumption(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint64[3] memory consumption) {
        Ghost storage ghost = _groups[group].channel[channel];
        for (uint256 zone = 0; zone < 3; ++zone) {
            consumption[zone] = uint64(ghost.used[period][zone] + ghost.corrections[period][zone]);
        }
    }

    function ghostRevision(uint32 group, uint16 period) external view returns (uint32) {
        return _groups[group].revisions[period];
    }

    function ghostRegistersAt(uint32 group, uint16 channel, uint16 period) external view returns (uint64[3] memory) {
        return _groups[group].channel[channel].atEndOf[period];
    }

    function ghostExceptions(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint16 missing, uint16 estimated) {
        Ghost storage ghost = _groups[group].channel[channel];
        return (ghost.missing[period], ghost.estimated[period]);
    }

    function ghostDrift(uint32 group) external view returns (int64[3] memory) {
        return _groups[group].drift;
    }

    function ghostImbalanced(uint32 group) external view returns (uint32[3] memory) {
        return _groups[group].imbalanced;
    }

    function channelsOf(uint32 group) external view returns (uint256) {
        return _groups[group].channels;
    }

    /// @notice The periods of a segment that are over, in order.
    function closedPeriods(uint32 segment) external view returns (uint16[] memory) {
        return _closed[segment];
    }

    function _recordHour(uint32 segment, uint256 seed) private {
        (IMeterRegistry.Kind kind, uint32 firstHour, , ) = _registry.segmentOf(segment);
        uint32 hour = firstHour + ghostHours[segment];
        uint256 end = (uint256(hour) + 1) * 1 hours;
        if (block.timestamp < end) vm.warp(end);
        (uint16 period, uint8 zone) = _ledger.calendarOf(hour);
        if (kind == IMeterRegistry.Kind.Heat) zone = 0;

        uint32[] memory groups = _registry.groupsOf(segment);
        bytes memory payload;
        for (uint256 i = 0; i < groups.length && _registry.groupOf(groups[i]).firstHour <= hour; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            payload = abi.encodePacked(payload, _inventHour(groups[i], seed, period, zone));
        }
        _send(segment, hour, payload);
        (uint16 next, ) = _ledger.calendarOf(hour + 1);
        if (next != period) _closePeriod(segment, groups, period);
    }

    function _send(uint32 segment, uint32 hour, bytes memory payload) private {
        bytes32 previous = ghostBatch[segment];
        _ledger.record(segment, hour, previous, payload, _sign(segment, hour, previous, payload));
        ++ghostHours[segment];
        ghostBatch[segment] = _batchId(segment, hour, previous, payload);
    }

    /// @dev Invents differences, books them, and signs and sends them.
    function _sendCorrection(
        IReadingLedger.Correction memory correction,
        uint16 period,
        uint32 end,
        uint256 seed
    ) private {
        Ghost storage ghost = _groups[correction.group].channel[correction.channel];
        bytes memory differences;
        for (uint32 hour = correction.firstHour; hour < end; ++hour) {
            seed = uint256(keccak256(abi.encode(seed, hour)));
            int64 difference = _inventDifference(correction, period, hour, seed);
            differences = abi.encodePacked(differences, int32(difference));
        }
        uint256 most =
            ghost.missing[period] < end - correction.firstHour ? ghost.missing[period] : end - correction.firstHour;
        correction.filledHours = uint16(seed % (most + 1));
        ghost.missing[period] -= correction.filledHours;
        ++_groups[correction.group].revisions[period];
        ++ghostCorrections[correction.segment];
        correction.differencesHash = keccak256(differences);
        correction.reason = IReadingLedger.CorrectionReason(seed % 5);
        correction.evidence = bytes32(seed);
        correction.oracleConfig = _ledger.oracleConfig();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_oracleKey, _ledger.correctionDigest(correction));
        _ledger.correct(correction, differences, abi.encodePacked(r, s, v));
    }

    /// @dev An hour's difference, booked: small or great, down only where there is as much.
    function _inventDifference(
        IReadingLedger.Correction memory correction,
        uint16 period,
        uint32 hour,
        uint256 seed
    ) private returns (int64 difference) {
        Ghost storage ghost = _groups[correction.group].channel[correction.channel];
        IMeterRegistry.Group memory details = _registry.groupOf(correction.group);
        (, uint8 zone) = _ledger.calendarOf(hour);
        if (details.kind == IMeterRegistry.Kind.Heat) zone = 0;
        difference = int64(uint64(seed % (seed % 5 == 0 ? 2 ** 24 : 1_200)));
        int64 present = ghost.used[period][zone] + ghost.corrections[period][zone];
        if ((seed >> 32) % 2 == 0 && present >= difference) difference = -difference;
        ghost.corrections[period][zone] += difference;
        uint8 phase = _registry.phaseOf(correction.group, correction.channel);
        _groups[correction.group].drift[phase] +=
            correction.channel < details.parentChannels ? difference : -difference;
    }

    /// @dev The periods of a group's first and last hour.
    function _periodsOf(uint32 group) private view returns (uint16[2] memory periods) {
        uint32 segment = _registry.groupOf(group).segment;
        (, uint32 first, , ) = _registry.segmentOf(segment);
        (periods[0], ) = _ledger.calendarOf(first);
        (periods[1], ) = _ledger.calendarOf(first + ghostHours[segment]);
    }

    /// @dev Invents a group's values and books them.
    /// @return payload the group's slots.
    function _inventHour(uint32 group, uint256 seed, uint16 period, uint8 zone) private returns (bytes memory payload) {
        GroupGhost storage ghost = _groups[group];
        uint256 parents = _registry.groupOf(group).parentChannels;
        Hour memory hour;
        uint16 qualities = 0;
        for (uint256 channel = 0; channel < ghost.channels; ++channel) {
            uint256 draw = uint256(keccak256(abi.encode(seed, channel)));
            uint8 quality = draw % 8 < 6 || seed % 2 == 0 ? 0 : uint8(1 + ((draw >> 8) % 3));
            uint24 value = quality == 3 ? 0 : _valueFrom(draw >> 16, channel < parents);
            if (ghost.hasNoMeter[channel]) (quality, value) = (0, 0);
            else _book(hour, group, channel, value, quality != 0);
            ghost.channel[channel].registers[zone] += value;
            ghost.channel[channel].used[period][zone] += int64(uint64(value));
            if (quality == 3) ++ghost.channel[channel].missing[period];
            else if (quality != 0) ++ghost.channel[channel].estimated[period];
            payload = abi.encodePacked(payload, value);
            qualities |= uint16(uint256(quality) << (14 - 2 * (channel % 6)));
            if (channel % 6 == 5) {
                payload = abi.encodePacked(payload, qualities);
                qualities = 0;
            }
        }
        uint256 used = ghost.channels % 6;
        if (used != 0) payload = abi.encodePacked(payload, new bytes(3 * (6 - used)), qualities);
        if (ghost.meters != 0) _compare(ghost, hour);
        for (uint256 phase = 0; phase < 3; ++phase) {
            ghost.drift[phase] += int64(uint64(hour.parents[phase])) - int64(uint64(hour.consumers[phase]));
        }
    }

    /// @dev Adds a value to its phase's sums: of the tolerance 10,000 times, class and resolution as the registry has them.
    function _book(Hour memory hour, uint32 group, uint256 channel, uint24 value, bool isUnmeasured) private view {
        IMeterRegistry.Meter memory meter = _registry.meterOf(group, uint16(channel));
        uint256 phase = _registry.phaseOf(group, uint16(channel));
        bool isParent = channel < _registry.groupOf(group).parentChannels;
        (isParent ? hour.parents : hour.consumers)[phase] += value;
        hour.tolerances[phase] += uint256(value) * meter.accuracyClass + SCALE * meter.resolution;
        if (isUnmeasured) hour.undecided[phase] = true;
    }

    function _compare(GroupGhost storage ghost, Hour memory hour) private {
        for (uint256 phase = 0; phase < 3; ++phase) {
            (uint256 parent, uint256 consumer) = (hour.parents[phase], hour.consumers[phase]);
            uint256 difference = parent > consumer ? parent - consumer : consumer - parent;
            if (!hour.undecided[phase] && difference * SCALE > hour.tolerances[phase]) ++ghost.imbalanced[phase];
        }
    }

    function _closePeriod(uint32 segment, uint32[] memory groups, uint16 period) private {
        _closed[segment].push(period);
        for (uint256 i = 0; i < groups.length; ++i) {
            GroupGhost storage ghost = _groups[groups[i]];
            for (uint256 channel = 0; channel < ghost.channels; ++channel) {
                ghost.channel[channel].atEndOf[period] = ghost.channel[channel].registers;
            }
        }
    }

    function _sign(
        uint32 segment,
        uint32 hour,
        bytes32 previous,
        bytes memory payload
    ) private view returns (bytes memory) {
        bytes32 digest = _ledger.batchDigest(segment, hour, previous, keccak256(payload));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_oracleKey, digest);
        return abi.encodePacked(r, s, v);
    }

    function _batchId(
        uint32 segment,
        uint32 hour,
        bytes32 previous,
        bytes memory payload
    ) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
        );
        return keccak256(abi.encode(typeHash, segment, hour, previous, keccak256(payload), _ledger.oracleConfig()));
    }

    /// @dev The first hour from which a group may follow `lastGroup`.
    function _firstFreeHour(uint32 segment, uint32 lastGroup) private view returns (uint32 fromHour) {
        bytes32 lastBatch;
        (fromHour, lastBatch) = _ledger.headOf(segment);
        uint32 present = uint32(block.timestamp / 1 hours);
        if (lastBatch != 0 && fromHour < present) fromHour = present;
        uint32 before = _registry.groupOf(lastGroup).firstHour;
        if (fromHour < before) fromHour = before;
    }

    function _meter(uint256 seed, uint256 index) private returns (IMeterRegistry.Meter memory) {
        return
            IMeterRegistry.Meter({
                serialNumber: ++_serials,
                model: "grown",
                accuracyClass: uint16(50 + ((seed >> index) % 4) * 50),
                resolution: uint32(1 + ((seed >> (index + 4)) % 20)),
                registerAtInstallation: 0,
                verifiedOn: 20_000,
                verificationInterval: 120
            });
    }

    /// @dev Often near a balance (so that both outcomes happen), sometimes zero, small, or the greatest.
    function _valueFrom(uint256 draw, bool isParent) private pure returns (uint24) {
        uint256 sort = draw % 16;
        if (sort == 0) return 0;
        if (sort == 1) return type(uint24).max;
        if (sort == 2) return uint24(draw >> 8);
        return uint24((isParent ? 1_000 : 990) + ((draw >> 8) % 60));
    }
}
