// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {OracleSet} from "./OracleSet.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Corrections} from "./libraries/Corrections.sol";
import {Exceptions} from "./libraries/Exceptions.sol";
import {HourRun} from "./libraries/HourRun.sol";
import {Layouts} from "./libraries/Layouts.sol";
import {PackedRegisters} from "./libraries/PackedRegisters.sol";

/// @title ReadingLedger
/// @notice Implements IReadingLedger; see there for rights, units, the payload's format and every error.
/// @dev An hour costs one SLOAD and one SSTORE a slot. Registers have a word for each slot, billing period and zone: the first hour
/// of a zone in a period carries the words of the zone's last period over, and these stay as they are for ever: the registers at
/// the end of that period. Only hours that were not measured cost another write, one for two slots.
contract ReadingLedger is OracleSet {
    using HourRun for HourRun.Run;

    struct Head {
        bytes32 lastBatch;
        /// 0 while the segment has no hour.
        uint32 nextHour;
        /// The last period with an hour of zone z in bits 16z..; 0 while there is none. (No segment reaches back into period 0
        /// from a later one, so the words of period 0 are then zeros.)
        uint48 lastPeriods;
    }

    struct CorrectionHead {
        bytes32 last;
        uint32 number;
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
    uint256 private constant PERIOD_BITS = 16;
    /// @dev Three years, the general limitation period (ГК РФ ст. 196).
    uint256 private constant BACK_BILLING_PERIODS = 36;

    IMeterRegistry private immutable REGISTRY;
    int32 private immutable UTC_OFFSET;

    mapping(uint32 segment => Head) private _heads;
    /// @dev See PackedRegisters.
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS][ZONES])) private _registers;
    /// @dev See Exceptions: two slots a word.
    mapping(uint32 segment => mapping(uint256 period => uint256[MAX_SLOTS / 2])) private _exceptions;

    mapping(uint32 segment => CorrectionHead) private _correctionHeads;
    /// @dev Sums by zone, of one period and of all.
    mapping(uint32 group => mapping(uint16 channel => mapping(uint256 period => int64[3]))) private _corrections;
    mapping(uint32 group => mapping(uint16 channel => int64[3])) private _correctionTotals;
    mapping(uint32 group => mapping(uint256 period => uint32)) private _revisions;

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
    function record(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes calldata payload,
        bytes calldata signatures
    ) external whenNotPaused {
        (HourContext memory context, bytes memory plan) = _open(segment, hour, previousBatch, payload);
        bytes32 config = oracleConfig();
        bytes32 batch = _batchIdOf(Batch(segment, hour, previousBatch, keccak256(payload), config));
        _checkSignatures(batch, signatures);

        _moveHead(context, batch);
        _recordRuns(context, plan, payload);
        emit HourRecorded(segment, hour, batch, previousBatch, config, payload, signatures);
    }

    /// @inheritdoc IReadingLedger
    function correct(
        Correction calldata correction,
        bytes calldata differences,
        bytes calldata signatures
    ) external whenNotPaused {
        (uint32 segment, uint256 slot, uint256 lane) = _placeOf(correction.group, correction.channel);
        require(
            correction.segment == segment,
            ReadingLedger_WrongSegment(correction.group, correction.segment, segment)
        );
        _checkCorrectionHead(correction);
        bytes32 id = Corrections.idOf(correction);
        _checkSignatures(id, signatures);
        bytes32 hash = keccak256(differences);
        require(
            hash == correction.differencesHash,
            ReadingLedger_UnexpectedDifferences(hash, correction.differencesHash)
        );
        uint16 period = _checkCorrectedHours(correction, Corrections.hoursOf(differences));

        _correctionHeads[segment] = CorrectionHead({last: id, number: correction.number});
        ++_revisions[correction.group][period];
        _fillHours(correction, differences.length / Corrections.DIFFERENCE_BYTES, period, slot, lane);
        _addCorrection(correction, differences, period, slot, lane);
        emit CorrectionRecorded(segment, correction.group, id, period, correction, differences, signatures);
    }

    /// @inheritdoc IReadingLedger
    function headOf(uint32 segment) external view returns (uint32 nextHour, bytes32 lastBatch) {
        return (_nextHourOf(segment), _heads[segment].lastBatch);
    }

    /// @inheritdoc IReadingLedger
    function correctionHeadOf(uint32 segment) external view returns (uint32 number, bytes32 last) {
        REGISTRY.segmentOf(segment);
        return (_correctionHeads[segment].number, _correctionHeads[segment].last);
    }

    /// @inheritdoc IReadingLedger
    function correctionDigest(Correction calldata correction) external view returns (bytes32) {
        return _hashTypedDataV4(Corrections.idOf(correction));
    }

    /// @inheritdoc IReadingLedger
    function registersOf(uint32 group, uint16 channel) public view returns (uint64[3] memory byZone) {
        byZone = signedRegistersOf(group, channel);
        _addTo(byZone, _correctionTotals[group][channel]);
    }

    /// @inheritdoc IReadingLedger
    function signedRegistersOf(uint32 group, uint16 channel) public view returns (uint64[3] memory byZone) {
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
            byZone[zone] = PackedRegisters.registerAt(_wordAt(segment, period, zone, slot), lane);
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
            byZone[zone] = PackedRegisters.registerAt(_usedWord(segment, zone, slot, period), lane);
        }
        if (_revisions[group][period] != 0) _addTo(byZone, _corrections[group][channel][period]);
    }

    /// @inheritdoc IReadingLedger
    function correctionsOf(uint32 group, uint16 channel, uint16 period) external view returns (int64[3] memory byZone) {
        _placeOf(group, channel);
        return _corrections[group][channel][period];
    }

    /// @inheritdoc IReadingLedger
    function revisionOf(uint32 group, uint16 period) external view returns (uint32) {
        REGISTRY.groupOf(group);
        return _revisions[group][period];
    }

    /// @inheritdoc IReadingLedger
    function slotPeriodsOf(
        uint32 group,
        uint16 slot,
        uint16 first,
        uint16 count
    ) external view returns (SlotPeriod[] memory periods) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        uint256 place = uint256(details.firstSlot) + slot;
        periods = new SlotPeriod[](count);
        for (uint256 i = 0; i < count; ++i) {
            SlotPeriod memory period = periods[i];
            for (uint256 zone = 0; zone < ZONES; ++zone) {
                period.used[zone] = _usedWord(details.segment, zone, place, first + i);
            }
            period.exceptions = Exceptions.slotOf(_exceptions[details.segment][first + i][place / 2], place);
            period.revision = _revisions[group][first + i];
        }
    }

    /// @inheritdoc IReadingLedger
    function groupPeriodOf(uint32 group, uint16 period) external view returns (GroupPeriod memory sums) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        _requireOver(details.segment, period);
        uint256 zones = details.kind == IMeterRegistry.Kind.Heat ? 1 : ZONES;
        uint256 channels = uint256(details.parentChannels) + details.consumers;
        uint256 parentLanes = PackedRegisters.lanesBetween(0, details.parentChannels);
        uint256 slots = (channels + PackedRegisters.LANES - 1) / PackedRegisters.LANES;
        for (uint256 i = 0; i < slots; ++i) {
            uint256 slot = details.firstSlot + i;
            for (uint256 zone = 0; zone < zones; ++zone) {
                // An hour has less than 2^24 a lane: the six lanes of a month have less than 2^37 together.
                uint256 used = _usedWord(details.segment, zone, slot, period);
                sums.parent[zone] += PackedRegisters.sumOf(used, parentLanes);
                sums.consumers[zone] += PackedRegisters.sumOf(used, PackedRegisters.REGISTERS_MASK ^ parentLanes);
            }
            parentLanes = 0;
            if (Exceptions.slotOf(_exceptions[details.segment][period][slot / 2], slot) != 0) sums.hasExceptions = true;
        }
        sums.revision = _revisions[group][period];
        if (sums.revision == 0) return sums;
        for (uint256 channel = 0; channel < channels; ++channel) {
            _addTo(
                channel < details.parentChannels ? sums.parent : sums.consumers,
                _corrections[group][uint16(channel)][period]
            );
        }
    }

    /// @inheritdoc IReadingLedger
    function driftOf(uint32 group) external view returns (int64[3] memory byPhase) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        uint256 channels = uint256(details.parentChannels) + details.consumers;
        for (uint256 channel = 0; channel < channels; ++channel) {
            uint64[3] memory byZone = registersOf(group, uint16(channel));
            int64 total = int64(byZone[0] + byZone[1] + byZone[2]);
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
        (uint16 period, ) = Calendar.periodAndZone(details.firstHour, UTC_OFFSET);
        (uint16 last, ) = Calendar.periodAndZone(nextHour - 1, UTC_OFFSET);
        for (; period <= last; ++period) {
            for (uint256 zone = 0; zone < ZONES; ++zone) {
                uint256 word = _wordAt(details.segment, period, zone, details.firstSlot);
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
        (kind, firstHour, slots, plan) = REGISTRY.planOf(segment, hour);
        _checkHead(segment, hour, previousBatch, firstHour);
        require(slots != 0, ReadingLedger_EmptySegment(segment));
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

    /// @dev Storage place of the word of slot 0.
    function _wordsPlace(uint32 segment, uint256 period, uint256 zone) private view returns (uint256 place) {
        uint256[MAX_SLOTS] storage words = _registers[segment][period][zone];
        assembly ("memory-safe") {
            place := words.slot
        }
    }

    function _wordAt(uint32 segment, uint256 period, uint256 zone, uint256 slot) private view returns (uint256 word) {
        uint256 place = _wordsPlace(segment, period, zone) + slot;
        assembly ("memory-safe") {
            word := sload(place)
        }
    }

    /// @dev The slot whose word stands at a storage place.
    function _slotOf(HourContext memory context, uint256 place) private view returns (uint256) {
        return place - _wordsPlace(context.segment, context.period, context.zone);
    }

    function _checkCorrectionHead(Correction calldata correction) private view {
        CorrectionHead storage head = _correctionHeads[correction.segment];
        require(
            correction.number == head.number + 1,
            ReadingLedger_UnexpectedCorrection(correction.segment, correction.number, head.number + 1)
        );
        require(
            correction.previousCorrection == head.last,
            ReadingLedger_UnexpectedPreviousCorrection(correction.segment, correction.previousCorrection, head.last)
        );
        bytes32 config = oracleConfig();
        require(
            correction.oracleConfig == config,
            ReadingLedger_UnexpectedOracleConfig(correction.oracleConfig, config)
        );
    }

    /// @dev Are the hours recorded, in one period, and not too long ago?
    function _checkCorrectedHours(Correction calldata correction, uint256 hours_) private view returns (uint16 period) {
        uint256 end = uint256(correction.firstHour) + hours_;
        uint32 earliest = REGISTRY.groupOf(correction.group).firstHour;
        uint32 nextHour = _heads[correction.segment].nextHour;
        require(
            correction.firstHour >= earliest && end <= nextHour,
            ReadingLedger_HoursNotRecorded(correction.firstHour, end, earliest, nextHour)
        );
        (period, ) = Calendar.periodAndZone(correction.firstHour, UTC_OFFSET);
        (uint16 last, ) = Calendar.periodAndZone(uint32(end - 1), UTC_OFFSET);
        require(period == last, ReadingLedger_SeveralPeriods(period, last));
        (uint16 present, ) = Calendar.periodAndZone(nextHour - 1, UTC_OFFSET);
        require(
            period + BACK_BILLING_PERIODS >= present,
            ReadingLedger_CorrectionTooLate(period, present - BACK_BILLING_PERIODS)
        );
    }

    /// @dev Hours that stood as missing and now have a value are not missing any more.
    function _fillHours(
        Correction calldata correction,
        uint256 hours_,
        uint16 period,
        uint256 slot,
        uint256 lane
    ) private {
        uint256 word = _exceptions[correction.segment][period][slot / 2];
        (uint256 missing, ) = Exceptions.hoursOf(word, slot, lane);
        uint256 most = missing < hours_ ? missing : hours_;
        require(correction.filledHours <= most, ReadingLedger_TooManyFilledHours(correction.filledHours, most));
        _exceptions[correction.segment][period][slot / 2] =
            word - Exceptions.missingHours(slot, lane, correction.filledHours);
    }

    /// @dev No zone of the period may fall below zero, so that no register ever does: it is the sum of its periods.
    function _addCorrection(
        Correction calldata correction,
        bytes calldata differences,
        uint16 period,
        uint256 slot,
        uint256 lane
    ) private {
        bool isZoned = REGISTRY.groupOf(correction.group).kind == IMeterRegistry.Kind.Electricity;
        int64[3] memory sums = Corrections.sumByZone(differences, correction.firstHour, UTC_OFFSET, isZoned);
        int64[3] storage ofPeriod = _corrections[correction.group][correction.channel][period];
        int64[3] storage total = _correctionTotals[correction.group][correction.channel];
        for (uint8 zone = 0; zone < ZONES; ++zone) {
            if (sums[zone] == 0) continue;
            int64 corrected = ofPeriod[zone] + sums[zone];
            int64 used = int64(PackedRegisters.registerAt(_usedWord(correction.segment, zone, slot, period), lane));
            require(
                used + corrected >= 0,
                ReadingLedger_NegativeConsumption(correction.group, correction.channel, period, zone, used + corrected)
            );
            ofPeriod[zone] = corrected;
            total[zone] += sums[zone];
        }
    }

    /// @dev Adds corrections to what was signed; the sums are not negative, see _addCorrection.
    function _addTo(uint64[3] memory byZone, int64[3] memory corrections) private pure {
        for (uint256 zone = 0; zone < ZONES; ++zone) {
            byZone[zone] = uint64(int64(byZone[zone]) + corrections[zone]);
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

    /// @dev What each lane of a slot used in hours of a zone in a period, as signed; up to now if the period is not over.
    function _usedWord(uint32 segment, uint256 zone, uint256 slot, uint256 period) private view returns (uint256) {
        uint256 end = _wordAt(segment, period, zone, slot) & PackedRegisters.REGISTERS_MASK;
        // Nothing was used before period 0, and nothing in a period that has no hour of the zone. Registers only grow, so that no
        // lane borrows from another.
        if (end == 0 || period == 0) return end;
        unchecked {
            return end - (_wordAt(segment, period - 1, zone, slot) & PackedRegisters.REGISTERS_MASK);
        }
    }

    /// @dev The word of a slot as it is now.
    function _lastWord(uint32 segment, uint256 zone, uint256 slot) private view returns (uint256) {
        return _wordAt(segment, uint16(_heads[segment].lastPeriods >> (PERIOD_BITS * zone)), zone, slot);
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
        uint256 word = _wordAt(context.segment, context.period, context.zone, slot);
        uint256 lane = 0;
        while (
            PackedRegisters.registerAt(word, lane) + HourRun.intervalAt(slotData, lane) <= PackedRegisters.REGISTER_MASK
        ) ++lane;
        revert ReadingLedger_RegisterOverflow(context.segment, slot, lane);
    }
}
