// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Exceptions} from "./libraries/Exceptions.sol";
import {HourRun} from "./libraries/HourRun.sol";
import {Layouts} from "./libraries/Layouts.sol";
import {PackedRegisters} from "./libraries/PackedRegisters.sol";

/// @title ReadingLedger
/// @notice Implements IReadingLedger; see there for rights, units, the payload's format and every error.
/// @dev An hour costs one SLOAD and one SSTORE a slot. Registers have a word for each slot, billing period and zone: the first hour
/// of a zone in a period carries the words of the zone's last period over, and these stay as they are for ever: the registers at
/// the end of that period. Only hours that were not measured cost another write, one for two slots.
contract ReadingLedger is IReadingLedger, AccessManaged, EIP712 {
    using HourRun for HourRun.Run;

    struct Head {
        bytes32 lastBatch;
        /// 0 while the segment has no hour.
        uint32 nextHour;
        /// The last period with an hour of zone z in bits 16z..; 0 while there is none. (No segment reaches back into period 0
        /// from a later one, so the words of period 0 are then zeros.)
        uint48 lastPeriods;
    }

    /// @dev What is known of the hour that is being recorded.
    struct HourContext {
        uint32 segment;
        uint32 hour;
        uint16 period;
        uint8 zone;
        uint256 slots;
    }

    uint256 private constant MAX_SLOTS = 256;
    uint256 private constant ZONES = 3;
    uint256 private constant MAX_ORACLES = 31;
    uint256 private constant SIGNATURE_BYTES = 65;
    uint256 private constant PERIOD_BITS = 16;

    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
    );

    IMeterRegistry private immutable REGISTRY;
    int32 private immutable UTC_OFFSET;

    mapping(uint32 segment => Head) private _heads;
    /// @dev See PackedRegisters.
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS][ZONES])) private _registers;
    /// @dev See Exceptions: two slots a word.
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS / 2])) private _exceptions;

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

        _moveHead(context, batch);
        _recordRuns(context, plan, payload);
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
            byZone[zone] = PackedRegisters.registerAt(_lastWord(segment, zone, slot), lane);
        }
    }

    /// @inheritdoc IReadingLedger
    function registersAt(uint32 group, uint16 channel, uint16 period) external view returns (uint64[3] memory byZone) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        _requireOver(segment, period);
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            byZone[zone] = PackedRegisters.registerAt(_registers[segment][period][zone][slot], lane);
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
        uint256 parentLanes = PackedRegisters.lanesBetween(0, details.parentChannels);
        unchecked {
            for (uint256 zone = 0; zone < zones; ++zone) {
                uint256[MAX_SLOTS] storage ends = _registers[details.segment][period][zone];
                uint256[MAX_SLOTS] storage starts = _registers[details.segment][uint256(period) - 1][zone];
                for (uint256 slot = 0; slot * PackedRegisters.LANES < channels; ++slot) {
                    // Registers only grow, so no lane borrows from another; and an hour has less than 2^24, so the six of a month
                    // have less than 2^37 together. (Of period 0 the subtrahend is that of a period nobody reaches: zero.)
                    uint256 used =
                        (ends[details.firstSlot + slot] & PackedRegisters.REGISTERS_MASK) -
                            (starts[details.firstSlot + slot] & PackedRegisters.REGISTERS_MASK);
                    uint256 parents = slot == 0 ? parentLanes : 0;
                    parent[zone] += PackedRegisters.sumOf(used, parents);
                    consumers[zone] += PackedRegisters.sumOf(used, PackedRegisters.REGISTERS_MASK ^ parents);
                }
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
                total += int64(PackedRegisters.registerAt(_lastWord(details.segment, zone, slot), lane));
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
            for (uint256 zone = 0; zone < ZONES; ++zone) {
                uint256 word = _registers[details.segment][period][zone][details.firstSlot];
                hours_ += PackedRegisters.imbalancesOf(word, details.parentChannels, phase);
            }
        }
    }

    /// @inheritdoc IReadingLedger
    function exceptionsOf(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint16 missing, uint16 estimated) {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(group, channel);
        return Exceptions.hoursOf(_exceptions[segment][period][slot / 2], slot, lane);
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
        uint256 length = slots * HourRun.SLOT_BYTES;
        require(payload.length == length, ReadingLedger_PayloadLength(payload.length, length));

        (context.segment, context.hour, context.slots) = (segment, hour, slots);
        (context.period, context.zone) = Calendar.periodAndZone(hour, UTC_OFFSET);
        if (kind == IMeterRegistry.Kind.Heat) context.zone = 0;
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

    /// @dev Makes the hour the segment's last, and carries the registers over if it is the first of its zone in a period.
    function _moveHead(HourContext memory context, bytes32 batch) private {
        Head storage head = _heads[context.segment];
        uint256 shift = PERIOD_BITS * context.zone;
        uint48 lastPeriods = head.lastPeriods;
        uint256 last = uint16(lastPeriods >> shift);
        if (last != context.period) {
            lastPeriods ^= uint48((last ^ context.period) << shift);
            _carryRegisters(context, last);
        }
        (head.lastBatch, head.nextHour, head.lastPeriods) = (batch, context.hour + 1, lastPeriods);
    }

    /// @dev The words of the zone's last period become the first of the present one, without their counters.
    function _carryRegisters(HourContext memory context, uint256 last) private {
        uint256 from = _wordsPlace(context.segment, last, context.zone);
        uint256 to = _wordsPlace(context.segment, context.period, context.zone);
        uint256 end = to + context.slots;
        uint256 registersMask = PackedRegisters.REGISTERS_MASK;
        assembly ("memory-safe") {
            for {} xor(to, end) {
                from := add(from, 1)
                to := add(to, 1)
            } {
                let word := and(sload(from), registersMask)
                // Of a segment that begins there is nothing to carry.
                if word {
                    sstore(to, word)
                }
            }
        }
    }

    function _recordRuns(HourContext memory context, bytes memory plan, bytes calldata payload) private {
        uint256 position;
        uint256 end;
        uint256 firstSlot;
        assembly ("memory-safe") {
            position := add(plan, 0x20)
            end := add(position, mload(plan))
            firstSlot := payload.offset
        }
        HourRun.Run memory run = HourRun.create(_wordsPlace(context.segment, context.period, context.zone), firstSlot);
        while (position != end) {
            uint256 freeMemory;
            assembly ("memory-safe") {
                freeMemory := mload(0x40)
            }
            position = run.open(position);
            for (uint256 reason = run.advance(); reason != HourRun.END_OF_RUN; reason = run.advance()) {
                if (reason == HourRun.EXTRAORDINARY) _countExceptions(context, run);
                else if (reason == HourRun.GROUP_UNBALANCED) _countUnbalanced(context, run);
                else _revertOverflow(context, run);
            }
            // The records of a run and what its events took are not needed any more.
            assembly ("memory-safe") {
                mstore(0x40, freeMemory)
            }
        }
    }

    /// @dev Counts the hour of every lane of the slot that comes next that was not measured.
    function _countExceptions(HourContext memory context, HourRun.Run memory run) private {
        uint256 slot = _slotOf(context, run.place);
        uint256 slotData = run.nextSlot();
        (uint256 lanes, uint256 parents) = run.nextLanes();
        uint256 phases = 0;
        uint256 increments = 0;
        for (uint256 lane = 0; lane < PackedRegisters.LANES; ++lane) {
            uint256 quality = HourRun.qualityAt(slotData, lane);
            uint256 interval = HourRun.intervalAt(slotData, lane);
            if (interval | quality == 0) continue;
            uint256 consumer = Layouts.laneAt(lanes, lane);
            // Zero where no meter stands, and where the value is missing.
            bool isValid = (lane < parents || consumer != 0) && (quality != HourRun.MISSING || interval == 0);
            require(isValid, ReadingLedger_InvalidLane(slot, lane));
            if (quality == 0) continue;
            phases |= 1 << (lane < parents ? lane : consumer & 3);
            increments |= Exceptions.hourOf(slot, lane, quality == HourRun.MISSING);
        }
        require(HourRun.areSpareBitsZero(slotData), ReadingLedger_InvalidLane(slot, PackedRegisters.LANES));
        // No counter runs over: a period has at most 744 hours.
        unchecked {
            _exceptions[context.segment][context.period][slot / 2] += increments;
        }
        run.pass(phases);
    }

    /// @dev Counts and reports the phases of a group that do not balance.
    function _countUnbalanced(HourContext memory context, HourRun.Run memory run) private {
        uint32 group = REGISTRY.groupAt(context.segment, run.groupIndex());
        uint256 increments = 0;
        for (uint256 phase = 0; phase < ZONES; ++phase) {
            (bool isUnbalanced, int64 difference, uint64 tolerance) = run.imbalanceOf(phase);
            if (!isUnbalanced) continue;
            increments |= PackedRegisters.imbalanceOn(phase);
            emit PhaseImbalance(group, context.hour, uint8(phase), difference, tolerance);
        }
        // The group's first word, written a moment ago; no counter runs over: a month has at most 279 hours of a zone.
        uint256 place = run.place - run.slots;
        assembly ("memory-safe") {
            sstore(place, add(sload(place), increments))
        }
        run.beginGroup();
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

    /// @dev Storage place of the word of slot 0.
    function _wordsPlace(uint32 segment, uint256 period, uint256 zone) private view returns (uint256 place) {
        uint256[MAX_SLOTS] storage words = _registers[segment][period][zone];
        assembly ("memory-safe") {
            place := words.slot
        }
    }

    /// @dev The slot whose word stands at a storage place.
    function _slotOf(HourContext memory context, uint256 place) private view returns (uint256) {
        return place - _wordsPlace(context.segment, context.period, context.zone);
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
        end = _registers[segment][period][zone][slot];
        start = period == 0 ? 0 : _registers[segment][period - 1][zone][slot];
    }

    /// @dev The word of a slot as it is now.
    function _lastWord(uint32 segment, uint256 zone, uint256 slot) private view returns (uint256) {
        uint256 period = uint16(_heads[segment].lastPeriods >> (PERIOD_BITS * zone));
        return _registers[segment][period][zone][slot];
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

    /// @dev Names the first lane whose register cannot take its interval; the loop only knows that there is one.
    function _revertOverflow(HourContext memory context, HourRun.Run memory run) private view {
        uint256 slot = _slotOf(context, run.place);
        uint256 slotData = run.nextSlot();
        uint256 word = _registers[context.segment][context.period][context.zone][slot];
        uint256 lane = 0;
        while (
            PackedRegisters.registerAt(word, lane) + HourRun.intervalAt(slotData, lane) <= PackedRegisters.REGISTER_MASK
        ) ++lane;
        revert ReadingLedger_RegisterOverflow(context.segment, slot, lane);
    }
}
