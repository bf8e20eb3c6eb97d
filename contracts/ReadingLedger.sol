// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {Balance} from "./libraries/Balance.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Layouts} from "./libraries/Layouts.sol";
import {PackedRegisters} from "./libraries/PackedRegisters.sol";

/// @title ReadingLedger
/// @notice Implements IReadingLedger; see there for rights, units, the payload's format and every error.
/// @dev An hour costs one SLOAD and one SSTORE a slot. Two things are written only when they happen: the copy of a word at the
/// first hour of a new period that touches it, and the counters of unmeasured and unbalanced hours.
contract ReadingLedger is IReadingLedger, AccessManaged, EIP712 {
    struct Head {
        bytes32 lastBatch;
        /// 0 while the segment has no hour.
        uint32 nextHour;
    }

    /// @dev What is known of the hour that is being recorded. Bases are storage places of the words of slot 0.
    struct HourContext {
        uint32 segment;
        uint32 hour;
        uint16 period;
        uint8 zone;
        uint256 registers;
        /// Payload's place in calldata.
        uint256 payload;
    }

    /// @dev What is known of the groups of one run. See Layouts and Balance for the packing.
    struct RunContext {
        uint256 header;
        /// Place of the header in memory; continuation words follow it.
        uint256 words;
        uint256 slots;
        /// Bits of the group's last slot that must be zero.
        uint256 unusedOfLastSlot;
        uint256 resolutions;
        bool isBalanced;
    }

    uint256 private constant MAX_SLOTS = 256;
    uint256 private constant ZONES = 3;
    uint256 private constant MAX_ORACLES = 31;
    uint256 private constant SIGNATURE_BYTES = 65;
    uint256 private constant SLOT_BYTES = 20;
    uint256 private constant QUALITY_MASK = 0xffff;
    uint256 private constant UNUSED_QUALITY_BITS = 0xf;
    uint256 private constant MISSING = 3;
    /// @dev Exceptions of a period: hours unmeasured of lane i in bits 16i.., hours unbalanced of phase f in bits 96+16f...
    uint256 private constant COUNTER_BITS = 16;
    uint256 private constant COUNTER_MASK = type(uint16).max;
    uint256 private constant IMBALANCE_COUNTERS = 6;

    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
    );

    IMeterRegistry private immutable REGISTRY;
    int32 private immutable UTC_OFFSET;

    mapping(uint32 segment => Head) private _heads;
    mapping(uint32 segment => uint256[MAX_SLOTS][ZONES]) private _registers;
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS][ZONES])) private _snapshots;
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS])) private _exceptions;

    bytes32 private _oracleConfig;
    uint8 private _threshold;
    bool private _paused;
    address[] private _members;
    mapping(address account => bool) private _isOracle;

    /// @param offset of local time from UTC in seconds, a whole number of hours from -12 to 14.
    /// @dev Reverts with Calendar_InvalidOffset.
    constructor(
        address manager,
        IMeterRegistry registry,
        int32 offset
    ) AccessManaged(manager) EIP712("SmartCity ReadingLedger", "1") {
        Calendar.checkOffset(offset);
        REGISTRY = registry;
        UTC_OFFSET = offset;
    }

    /// @inheritdoc IReadingLedger
    function setOracles(address[] calldata members, uint8 threshold) external restricted {
        require(members.length != 0, ReadingLedger_InvalidOracles("no members"));
        require(members.length <= MAX_ORACLES, ReadingLedger_InvalidOracles("more than 31 members"));
        require(
            threshold != 0 && threshold <= members.length,
            ReadingLedger_InvalidOracles("threshold not in 1..members")
        );
        for (uint256 i = 0; i < _members.length; ++i) delete _isOracle[_members[i]];
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            require(members[i] > previous, ReadingLedger_InvalidOracles("members not strictly ascending"));
            previous = members[i];
            _isOracle[previous] = true;
        }
        _members = members;
        _threshold = threshold;
        _oracleConfig = keccak256(abi.encode(block.chainid, address(this), members, threshold));
        emit OraclesChanged(_oracleConfig, members, threshold);
    }

    /// @inheritdoc IReadingLedger
    function setPaused(bool isPaused) external restricted {
        _paused = isPaused;
        emit PauseChanged(isPaused);
    }

    /// @inheritdoc IReadingLedger
    function record(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes calldata payload,
        bytes calldata signatures
    ) external {
        require(!_paused, ReadingLedger_Paused());
        (HourContext memory context, bytes memory plan) = _open(segment, hour, previousBatch, payload);
        bytes32 config = _oracleConfig;
        bytes32 batch = _batchId(segment, hour, previousBatch, keccak256(payload), config);
        _checkSignatures(_hashTypedDataV4(batch), signatures);

        _heads[segment] = Head({lastBatch: batch, nextHour: hour + 1});
        _recordRuns(context, plan);
        emit HourRecorded(segment, hour, batch, previousBatch, config, payload, signatures);
    }

    /// @inheritdoc IReadingLedger
    function oracleConfig() external view returns (bytes32) {
        return _oracleConfig;
    }

    /// @inheritdoc IReadingLedger
    function oracles() external view returns (address[] memory members, uint8 threshold) {
        return (_members, _threshold);
    }

    /// @inheritdoc IReadingLedger
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IReadingLedger
    function batchDigest(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes32 payloadHash
    ) external view returns (bytes32) {
        return _hashTypedDataV4(_batchId(segment, hour, previousBatch, payloadHash, _oracleConfig));
    }

    /// @inheritdoc IReadingLedger
    function headOf(uint32 segment) external view returns (uint32 nextHour, bytes32 lastBatch) {
        return (_nextHourOf(segment), _heads[segment].lastBatch);
    }

    /// @inheritdoc IReadingLedger
    function registersOf(uint32 group, uint16 channel) external view returns (uint64[3] memory byZone) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            byZone[zone] = PackedRegisters.registerAt(_registers[segment][zone][slot], lane);
        }
    }

    /// @inheritdoc IReadingLedger
    function registersAt(uint32 group, uint16 channel, uint16 period) external view returns (uint64[3] memory byZone) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        _requireOver(segment, period);
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            byZone[zone] = PackedRegisters.registerAt(_wordAt(segment, zone, slot, period), lane);
        }
    }

    /// @inheritdoc IReadingLedger
    function consumptionOf(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint64[3] memory byZone) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        _requireOver(segment, period);
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            (uint256 start, uint256 end) = _wordsOf(segment, zone, slot, period);
            byZone[zone] = PackedRegisters.registerAt(end, lane) - PackedRegisters.registerAt(start, lane);
        }
    }

    /// @inheritdoc IReadingLedger
    function groupConsumptionOf(
        uint32 group,
        uint16 period
    ) external view returns (uint64[3] memory parent, uint64[3] memory consumers) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        _requireOver(details.segment, period);
        uint256 zones = details.kind == IMeterRegistry.Kind.Heat ? 1 : ZONES;
        uint256 channels = uint256(details.parentChannels) + details.consumers;
        for (uint256 zone = 0; zone < zones; ++zone) {
            uint256 start;
            uint256 end;
            for (uint256 channel = 0; channel < channels; ++channel) {
                uint256 lane = channel % PackedRegisters.LANES;
                if (lane == 0) {
                    uint256 slot = details.firstSlot + channel / PackedRegisters.LANES;
                    (start, end) = _wordsOf(details.segment, zone, slot, period);
                }
                uint64 consumed = PackedRegisters.registerAt(end, lane) - PackedRegisters.registerAt(start, lane);
                if (channel < details.parentChannels) parent[zone] += consumed;
                else consumers[zone] += consumed;
            }
        }
    }

    /// @inheritdoc IReadingLedger
    function driftOf(uint32 group) external view returns (int64[3] memory byPhase) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        uint256 channels = uint256(details.parentChannels) + details.consumers;
        for (uint256 channel = 0; channel < channels; ++channel) {
            uint256 slot = details.firstSlot + channel / PackedRegisters.LANES;
            uint256 lane = channel % PackedRegisters.LANES;
            int64 total = 0;
            for (uint256 zone = 0; zone < ZONES; ++zone) {
                total += int64(PackedRegisters.registerAt(_registers[details.segment][zone][slot], lane));
            }
            uint8 phase = REGISTRY.phaseOf(group, uint16(channel));
            byPhase[phase] += channel < details.parentChannels ? total : -total;
        }
    }

    /// @inheritdoc IReadingLedger
    function imbalancedHoursOf(uint32 group, uint8 phase) external view returns (uint32 hours_) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        require(phase < details.parentChannels, ReadingLedger_InvalidPhase(group, phase));
        uint32 nextHour = _heads[details.segment].nextHour;
        if (nextHour == 0) return 0;
        (, uint32 firstHour, , ) = REGISTRY.segmentOf(details.segment);
        (uint16 period, ) = Calendar.periodAndZone(firstHour, UTC_OFFSET);
        (uint16 last, ) = Calendar.periodAndZone(nextHour - 1, UTC_OFFSET);
        for (; period <= last; ++period) {
            uint256 word = _exceptions[details.segment][period][details.firstSlot];
            hours_ += uint16(word >> (COUNTER_BITS * (IMBALANCE_COUNTERS + phase)));
        }
    }

    /// @inheritdoc IReadingLedger
    function unmeasuredHoursOf(uint32 group, uint16 channel, uint16 period) external view returns (uint16) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        return uint16(_exceptions[segment][period][slot] >> (COUNTER_BITS * lane));
    }

    /// @inheritdoc IReadingLedger
    function utcOffset() external view returns (int32) {
        return UTC_OFFSET;
    }

    /// @inheritdoc IReadingLedger
    function calendarOf(uint32 hour) external view returns (uint16 period, uint8 zone) {
        return Calendar.periodAndZone(hour, UTC_OFFSET);
    }

    /// @inheritdoc IReadingLedger
    function firstHourOf(uint16 period) external view returns (uint32 hour) {
        return Calendar.firstHourOf(period, UTC_OFFSET);
    }

    /// @inheritdoc IReadingLedger
    function isPeriodOver(uint32 segment, uint16 period) external view returns (bool) {
        return _isPeriodOver(segment, period);
    }

    /// @dev Checks that the hour is the one the segment waits for, and that the payload has its length.
    function _open(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes calldata payload
    ) private view returns (HourContext memory context, bytes memory plan) {
        IMeterRegistry.Kind kind;
        uint32 firstHour;
        uint16 slots;
        (kind, firstHour, slots, plan) = REGISTRY.planOf(segment);
        require(slots != 0, ReadingLedger_EmptySegment(segment));
        _checkHead(segment, hour, previousBatch, firstHour);
        require(payload.length == slots * SLOT_BYTES, ReadingLedger_PayloadLength(payload.length, slots * SLOT_BYTES));

        (context.segment, context.hour) = (segment, hour);
        (context.period, context.zone) = Calendar.periodAndZone(hour, UTC_OFFSET);
        if (kind == IMeterRegistry.Kind.Heat) context.zone = 0;
        uint256[MAX_SLOTS] storage words = _registers[segment][context.zone];
        uint256 place;
        assembly ("memory-safe") {
            place := words.slot
        }
        context.registers = place;
        assembly ("memory-safe") {
            place := payload.offset
        }
        context.payload = place;
    }

    function _checkHead(uint32 segment, uint32 hour, bytes32 previousBatch, uint32 firstHour) private view {
        Head storage head = _heads[segment];
        uint32 expected = head.nextHour == 0 ? firstHour : head.nextHour;
        require(hour == expected, ReadingLedger_UnexpectedHour(segment, hour, expected));
        uint256 endsAt = (uint256(hour) + 1) * 1 hours;
        require(endsAt <= block.timestamp, ReadingLedger_HourNotOver(hour, endsAt, block.timestamp));
        bytes32 lastBatch = head.lastBatch;
        require(previousBatch == lastBatch, ReadingLedger_UnexpectedPreviousBatch(segment, previousBatch, lastBatch));
    }

    function _checkSignatures(bytes32 digest, bytes calldata signatures) private view {
        uint256 count = signatures.length / SIGNATURE_BYTES;
        require(
            signatures.length % SIGNATURE_BYTES == 0 && count <= MAX_ORACLES,
            ReadingLedger_MalformedSignatures(signatures.length)
        );
        uint256 threshold = _threshold;
        // Before the first setOracles the threshold is 0: then nothing is enough.
        require(count >= threshold && threshold != 0, ReadingLedger_TooFewSignatures(count, threshold));
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata signature = signatures[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            address signer = ECDSA.recoverCalldata(digest, signature);
            require(signer > previous, ReadingLedger_SignersNotAscending(previous, signer));
            require(_isOracle[signer], ReadingLedger_NotAnOracle(signer));
            previous = signer;
        }
    }

    function _recordRuns(HourContext memory context, bytes memory plan) private {
        uint256 position;
        uint256 end;
        assembly ("memory-safe") {
            position := add(plan, 0x20)
            end := add(position, mload(plan))
        }
        uint256 slot = 0;
        uint256 group = 0;
        RunContext memory run;
        while (position != end) {
            uint256 wordCount = _openRun(run, position);
            unchecked {
                for (uint256 last = group + Layouts.runOf(run.header); group != last; ++group) {
                    _recordGroup(context, run, slot, group);
                    slot += run.slots;
                }
                position += 32 * wordCount;
            }
        }
    }

    function _openRun(RunContext memory run, uint256 position) private pure returns (uint256 wordCount) {
        uint256 header;
        assembly ("memory-safe") {
            header := mload(position)
        }
        uint256 channels = Layouts.channelsOf(header);
        uint256 slots = Layouts.slotsFor(channels);
        run.header = header;
        run.words = position;
        run.slots = slots;
        run.resolutions = Balance.resolutionsOf(header);
        run.isBalanced = channels > Layouts.parentChannelsOf(header);
        unchecked {
            uint256 unusedLanes = slots * PackedRegisters.LANES - channels;
            run.unusedOfLastSlot = (((1 << (24 * unusedLanes)) - 1) << 16) | ((1 << (2 * unusedLanes + 4)) - 1);
        }
        return Layouts.wordsFor(channels);
    }

    /// @dev Adds the intervals of a group to its registers and compares its phases.
    /// @param slot the group's first slot in the segment.
    /// @param group its place among the groups of the segment.
    function _recordGroup(HourContext memory context, RunContext memory run, uint256 slot, uint256 group) private {
        unchecked {
            uint256 header = run.header;
            uint256 lastSlot = slot + run.slots - 1;
            Balance.Sums memory sums;
            uint256 lanes = header & Layouts.SLOT_MASK;
            for (uint256 i = slot; ; ++i) {
                uint256 slotData = _slotData(context, i);
                uint256 unused = i == lastSlot ? run.unusedOfLastSlot : UNUSED_QUALITY_BITS;
                if (slotData & unused != 0) _revertUnused(i, slotData & unused);
                uint256 intervals = PackedRegisters.spread(slotData);
                _addToRegisters(context, i, intervals);
                if (i == slot) sums.parents = Balance.parentsOf(intervals, Layouts.parentChannelsOf(header));
                if (slotData & QUALITY_MASK != 0) {
                    sums.undecided |= _countUnmeasured(context, run, i, slotData, i == slot, lanes);
                }
                Balance.addConsumers(sums, intervals, lanes);
                if (i == lastSlot) break;
                lanes = _lanesOf(run, i + 1 - slot);
            }
            if (!run.isBalanced) return;
            sums.tolerances += run.resolutions + sums.parents * Layouts.parentClassOf(header);
            uint256 unbalanced = Balance.unbalancedPhases(sums);
            if (unbalanced != 0) _countUnbalanced(context, sums, unbalanced, slot, group);
        }
    }

    /// @dev Adds to the word of a slot and zone; the first time in a period the word is copied first.
    function _addToRegisters(HourContext memory context, uint256 slot, uint256 intervals) private {
        unchecked {
            uint256 place = context.registers + slot;
            uint256 word;
            assembly ("memory-safe") {
                word := sload(place)
            }
            if (word & PackedRegisters.PERIOD_MASK != context.period) word = _beginPeriod(context, slot, word);
            (uint256 sum, uint256 overflow) = PackedRegisters.add(word, intervals);
            if (overflow != 0) _revertOverflow(context.segment, slot, overflow);
            assembly ("memory-safe") {
                sstore(place, sum)
            }
        }
    }

    /// @dev Keeps a word as it stood at the end of the period that touched it last. A word of zeros needs no copy.
    /// @return the same registers with the present period.
    function _beginPeriod(HourContext memory context, uint256 slot, uint256 word) private returns (uint256) {
        uint256 registers = word & ~PackedRegisters.PERIOD_MASK;
        if (registers != 0) {
            _snapshots[context.segment][PackedRegisters.periodOf(word)][context.zone][slot] = word;
        }
        return registers | context.period;
    }

    /// @dev Counts the hour of every lane that was not measured.
    /// @return undecided the phases that cannot be compared, as bits.
    function _countUnmeasured(
        HourContext memory context,
        RunContext memory run,
        uint256 slot,
        uint256 slotData,
        bool isFirst,
        uint256 lanes
    ) private returns (uint256 undecided) {
        unchecked {
            uint256 increments = 0;
            uint256 parentChannels = isFirst ? Layouts.parentChannelsOf(run.header) : 0;
            for (uint256 lane = 0; lane < PackedRegisters.LANES; ++lane) {
                uint256 quality = (slotData >> (14 - 2 * lane)) & 3;
                if (quality == 0) continue;
                uint256 interval = (slotData >> (136 - 24 * lane)) & PackedRegisters.INTERVAL_MASK;
                require(quality != MISSING || interval == 0, ReadingLedger_InvalidLane(slot, lane));
                uint256 phase = lane < parentChannels ? lane : (lanes >> (12 * (5 - lane))) & 3;
                undecided |= Balance.bitOf(phase);
                increments |= 1 << (COUNTER_BITS * lane);
            }
            _exceptions[context.segment][context.period][slot] += increments;
        }
    }

    /// @dev Counts and reports the phases of a group that do not balance.
    function _countUnbalanced(
        HourContext memory context,
        Balance.Sums memory sums,
        uint256 unbalanced,
        uint256 slot,
        uint256 index
    ) private {
        unchecked {
            uint32 group = REGISTRY.groupAt(context.segment, index);
            uint256 increments = 0;
            for (uint256 phase = 0; phase < ZONES; ++phase) {
                if (unbalanced & Balance.bitOf(phase) == 0) continue;
                increments |= 1 << (COUNTER_BITS * (IMBALANCE_COUNTERS + phase));
                emit PhaseImbalance(
                    group,
                    context.hour,
                    uint8(phase),
                    int64(uint64(Balance.valueOf(sums.parents, phase))) -
                        int64(uint64(Balance.valueOf(sums.consumers, phase))),
                    uint64(Balance.valueOf(sums.tolerances, phase) / Balance.SCALE)
                );
            }
            _exceptions[context.segment][context.period][slot] += increments;
        }
    }

    function _batchId(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes32 payloadHash,
        bytes32 config
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPEHASH, segment, hour, previousBatch, payloadHash, config));
    }

    function _slotData(HourContext memory context, uint256 slot) private pure returns (uint256 slotData) {
        unchecked {
            uint256 place = context.payload + SLOT_BYTES * slot;
            assembly ("memory-safe") {
                slotData := shr(96, calldataload(place))
            }
        }
    }

    /// @dev The lanes of a group's slot after its first one.
    function _lanesOf(RunContext memory run, uint256 slot) private pure returns (uint256) {
        unchecked {
            (uint256 word, uint256 shift) = Layouts.placeOf(slot);
            uint256 place = run.words + 32 * word;
            uint256 content;
            assembly ("memory-safe") {
                content := mload(place)
            }
            return (content >> shift) & Layouts.SLOT_MASK;
        }
    }

    /// @dev Where a channel stands. Reverts for a group or a channel that the registry does not know.
    function _placeOf(uint32 group, uint16 channel) private view returns (uint32 segment, uint256 slot, uint256 lane) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        require(
            channel < uint256(details.parentChannels) + details.consumers,
            IMeterRegistry.MeterRegistry_UnknownChannel(group, channel)
        );
        return (details.segment, details.firstSlot + channel / PackedRegisters.LANES, channel % PackedRegisters.LANES);
    }

    /// @dev The words of a slot at the start and at the end of a period that is over.
    function _wordsOf(
        uint32 segment,
        uint256 zone,
        uint256 slot,
        uint16 period
    ) private view returns (uint256 start, uint256 end) {
        end = _wordAt(segment, zone, slot, period);
        start = period == 0 ? 0 : _wordAt(segment, zone, slot, period - 1);
    }

    /// @dev The word of a slot at the end of a period that is over. Every hour writes every word of its zone, and every month but
    /// a segment's first has hours of every zone: if a later period wrote the word, then there is a copy of this period, or
    /// the word was not written before.
    function _wordAt(uint32 segment, uint256 zone, uint256 slot, uint16 period) private view returns (uint256) {
        uint256 word = _registers[segment][zone][slot];
        return PackedRegisters.periodOf(word) <= period ? word : _snapshots[segment][period][zone][slot];
    }

    function _nextHourOf(uint32 segment) private view returns (uint32 nextHour) {
        nextHour = _heads[segment].nextHour;
        if (nextHour == 0) (, nextHour, , ) = REGISTRY.segmentOf(segment);
    }

    function _isPeriodOver(uint32 segment, uint16 period) private view returns (bool) {
        return _nextHourOf(segment) >= Calendar.firstHourOf(uint256(period) + 1, UTC_OFFSET);
    }

    function _requireOver(uint32 segment, uint16 period) private view {
        require(_isPeriodOver(segment, period), ReadingLedger_PeriodNotOver(segment, period));
    }

    /// @param bits those that should be zero and are not.
    function _revertUnused(uint256 slot, uint256 bits) private pure {
        for (uint256 lane = 0; lane < PackedRegisters.LANES; ++lane) {
            uint256 laneBits = (PackedRegisters.INTERVAL_MASK << (136 - 24 * lane)) | (3 << (14 - 2 * lane));
            require(bits & laneBits == 0, ReadingLedger_InvalidLane(slot, lane));
        }
        revert ReadingLedger_InvalidLane(slot, PackedRegisters.LANES);
    }

    /// @param overflow the highest bit of each register that overflowed.
    function _revertOverflow(uint32 segment, uint256 slot, uint256 overflow) private pure {
        uint256 lane = 0;
        while (overflow >> (255 - 40 * lane) == 0) ++lane;
        revert ReadingLedger_RegisterOverflow(segment, slot, lane);
    }
}
