// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAccountBook} from "./interfaces/IAccountBook.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {IVolumeBook} from "./interfaces/IVolumeBook.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {ChannelWords} from "./libraries/ChannelWords.sol";
import {CommonNeeds} from "./libraries/CommonNeeds.sol";
import {Exceptions} from "./libraries/Exceptions.sol";
import {Ladder} from "./libraries/Ladder.sol";
import {PackedRegisters} from "./libraries/PackedRegisters.sol";

/// @title VolumeBook
/// @notice Implements IVolumeBook; see there for units, rules and every error.
/// @dev Nearly all periods are measured throughout. Of these the house alone is kept, in one word, and a channel's volume is the
/// ledger's. In others each channel with hours that do not count has a word too, by which later periods go.
contract VolumeBook is IVolumeBook {
    using Ladder for Ladder.Part;
    using Ladder for Ladder.Past;

    /// @dev One storage word.
    struct HouseRecord {
        uint64 sharedPeak;
        uint64 sharedHalfPeak;
        uint64 sharedNight;
        uint24 revision;
        /// The parent's method in the lowest three bits, and the flags below.
        uint16 flags;
        /// How often the period was fixed with words of channels: those of other versions do not count.
        uint24 version;
    }

    struct HeatRecord {
        uint64 metered;
        uint32 meteredArea;
        uint32 unheatedArea;
    }

    /// @dev A period of which only the slots before `nextSlot` are done: it had too many gaps for one call.
    struct Progress {
        uint64[3] parent;
        uint64[3] consumers;
        uint24 revision;
        uint16 nextSlot;
        Method method;
        bool isParentUnknown;
        bool hasGaps;
        bool hasWords;
    }

    /// @dev What the periods of a call have in common.
    struct Group {
        uint32 number;
        bool isHeat;
        uint256 parents;
        uint256 channels;
        uint32 firstHour;
        uint16 firstPeriod;
        /// What was left when the call began.
        uint256 gasAtStart;
    }

    /// @dev A period on its way to be fixed.
    struct Fixing {
        uint16 period;
        uint32 start;
        uint256 hours_;
        uint24 revision;
        uint24 version;
        uint64[3] parent;
        uint64[3] consumers;
        Method method;
        /// An electricity parent has a channel for which there is no substitute.
        bool isParentUnknown;
        bool hasMissingHours;
        bool hasGaps;
        bool hasWords;
        IMeterRegistry.Unusable[] unusable;
        /// By channel, one more than its place in `unusable`; empty while that is.
        uint256[] faults;
        HouseRecord before;
        Earlier earlier;
        /// Of the tariff in force; a coefficient of 0 while it has not been asked for.
        uint256 electricityNorm;
        uint256 heatNorm;
        uint256 normCoefficient;
    }

    /// @dev The periods before one, as far as averages look at them; opened when the first is needed.
    struct Earlier {
        bool isOpen;
        uint16 first;
        /// By period from `first` on: its hours, the version of its words (0 if there are none), and did the house consume heat?
        uint256[] hours_;
        uint256[] versions;
        bool[] isHeated;
        /// The slot that is being looked at, in these periods; read when it is needed.
        bool isSlotRead;
        IReadingLedger.SlotPeriod[] slot;
    }

    /// @dev A channel with hours that do not count, on its way.
    struct Estimate {
        uint256 channel;
        bool isParent;
        Ladder.Part part;
        uint256 run;
        uint64[3] volume;
        Method method;
        /// There is no substitute: the volume is what was used.
        bool isSilent;
    }

    uint16 private constant MAX_PERIODS = 12;
    uint256 private constant ZONES = 3;
    uint256 private constant SQUARE_DECIMETRES_PER_SQUARE_METRE = 100;

    uint256 private constant METHOD_MASK = 7;
    uint256 private constant IS_FIXED = 1 << 3;
    uint256 private constant HAS_GAPS = 1 << 4;
    uint256 private constant HAS_WORDS = 1 << 5;
    uint256 private constant HAS_CARRY = 1 << 6;
    uint256 private constant HAS_HEAT = 1 << 7;

    /// @dev A call goes on to another period, or to another slot of one with gaps, while it has spent less gas than this. What is then
    /// begun ends below the gas that a transaction may use where EIP-7825 is in force: see the gas tests.
    uint256 private constant MAX_GAS_BEFORE_PERIOD = 9_000_000;
    uint256 private constant MAX_GAS_BEFORE_SLOT = 13_500_000;
    /// @dev The same before the areas of a heat group are added up, which are those of up to 500 premises.
    uint256 private constant MAX_GAS_BEFORE_AREAS = 8_500_000;

    IMeterRegistry private immutable REGISTRY;
    IReadingLedger private immutable LEDGER;
    IAccountBook private immutable ACCOUNTS;
    ITariffBook private immutable TARIFFS;
    int32 private immutable UTC_OFFSET;

    /// @dev The first period that is not fixed; 0 while none is.
    mapping(uint32 group => uint16 period) private _nextPeriods;
    mapping(uint32 group => mapping(uint256 period => HouseRecord)) private _houses;
    mapping(uint32 group => mapping(uint256 period => int64[3])) private _carries;
    mapping(uint32 group => mapping(uint256 period => HeatRecord)) private _heats;
    mapping(uint32 group => mapping(uint256 period => Progress)) private _progress;
    /// @dev See ChannelWords.
    mapping(uint32 group => mapping(uint256 period => mapping(uint256 channel => uint256))) private _words;

    constructor(IMeterRegistry registry, IReadingLedger ledger, IAccountBook accounts, ITariffBook tariffs) {
        REGISTRY = registry;
        LEDGER = ledger;
        ACCOUNTS = accounts;
        TARIFFS = tariffs;
        UTC_OFFSET = ledger.utcOffset();
    }

    /// @inheritdoc IVolumeBook
    function fix(uint32 group, uint16 period) external returns (uint16 next) {
        Group memory details = _open(group);
        uint16 first = _nextPeriodOf(details);
        if (period < first) return first;
        require(period - first < MAX_PERIODS, VolumeBook_TooManyPeriods(group, first, period));
        next = _fixPeriods(details, first, period + 1);
        _nextPeriods[group] = next;
    }

    /// @inheritdoc IVolumeBook
    function refix(uint32 group, uint16 period) external returns (uint16 next) {
        Group memory details = _open(group);
        uint16 end = _nextPeriodOf(details);
        require(period >= details.firstPeriod && period < end, VolumeBook_NotFixed(group, period));
        if (end - period > MAX_PERIODS) end = period + MAX_PERIODS;
        return _fixPeriods(details, period, end);
    }

    /// @inheritdoc IVolumeBook
    function nextPeriodOf(uint32 group) external view returns (uint16) {
        return _nextPeriodOf(_open(group));
    }

    /// @inheritdoc IVolumeBook
    function houseOf(uint32 group, uint16 period) external view returns (House memory house) {
        HouseRecord memory record = _houseRecord(group, period);
        house.shared = [record.sharedPeak, record.sharedHalfPeak, record.sharedNight];
        house.method = Method(record.flags & METHOD_MASK);
        house.hasGaps = record.flags & HAS_GAPS != 0;
        house.revision = record.revision;
        if (record.flags & HAS_HEAT == 0) return house;
        HeatRecord memory heat = _heats[group][period];
        (house.metered, house.meteredArea, house.unheatedArea) = (heat.metered, heat.meteredArea, heat.unheatedArea);
    }

    /// @inheritdoc IVolumeBook
    function carryOf(uint32 group, uint16 period) external view returns (int64[3] memory) {
        return _carryOf(group, period, _houseRecord(group, period));
    }

    /// @inheritdoc IVolumeBook
    function volumeOf(uint32 group, uint16 channel, uint16 period) external view returns (Volume memory) {
        uint16[] memory channels = new uint16[](1);
        channels[0] = channel;
        return ChannelWords.unpack(_volumesOf(group, channels, period)[0]);
    }

    /// @inheritdoc IVolumeBook
    function volumesOf(
        uint32 group,
        uint16[] calldata channels,
        uint16 period
    ) external view returns (uint256[] memory words) {
        return _volumesOf(group, channels, period);
    }

    /// @return next the first period that is not done; `end` if all are.
    function _fixPeriods(Group memory group, uint16 first, uint16 end) private returns (uint16 next) {
        next = first;
        while (next < end && _spent(group) < MAX_GAS_BEFORE_PERIOD && _fixPeriod(group, next)) ++next;
    }

    /// @return isDone false if there are too many gaps for one call: the rest is for the next.
    function _fixPeriod(Group memory group, uint16 period) private returns (bool isDone) {
        Fixing memory fixing;
        fixing.period = period;
        (fixing.start, fixing.hours_) = _hoursOf(group, period);
        if (period > group.firstPeriod) fixing.before = _houseRecord(group.number, period - 1);
        IReadingLedger.GroupPeriod memory sums = LEDGER.groupPeriodOf(group.number, period);
        (fixing.parent, fixing.consumers) = (sums.parent, sums.consumers);
        fixing.revision = SafeCast.toUint24(sums.revision);
        fixing.hasMissingHours = sums.hasExceptions;
        fixing.unusable = REGISTRY.unusableIn(group.number, period);
        fixing.version = _houses[group.number][period].version;
        bool hasExceptions = fixing.hasMissingHours || fixing.unusable.length != 0;
        if (hasExceptions && !_estimate(group, fixing)) return false;
        _keepHouse(group, fixing);
        return true;
    }

    /// @dev Puts substitutes for what was not measured into the parent's and the consumers' sums, slot by slot.
    /// @return isDone as _fixPeriod.
    function _estimate(Group memory group, Fixing memory fixing) private returns (bool isDone) {
        _indexFaults(group, fixing);
        Progress storage progress = _progress[group.number][fixing.period];
        uint256 slot = progress.nextSlot;
        // What was corrected in between is computed anew from the first slot on.
        if (slot != 0 && progress.revision != fixing.revision) slot = 0;
        if (slot == 0) ++fixing.version;
        else _resume(fixing, progress);

        uint256 slots = (group.channels + PackedRegisters.LANES - 1) / PackedRegisters.LANES;
        for (uint256 first = slot; ; ++slot) {
            uint256 limit = slot == slots && group.isHeat ? MAX_GAS_BEFORE_AREAS : MAX_GAS_BEFORE_SLOT;
            // Every call does a slot, or what comes after the last.
            if (slot != first && _spent(group) >= limit) {
                _interrupt(group, fixing, progress, slot);
                return false;
            }
            if (slot == slots) break;
            _estimateSlot(group, fixing, slot);
        }
        if (progress.nextSlot != 0) delete _progress[group.number][fixing.period];
        return true;
    }

    function _interrupt(Group memory group, Fixing memory fixing, Progress storage progress, uint256 slot) private {
        progress.parent = fixing.parent;
        progress.consumers = fixing.consumers;
        progress.revision = fixing.revision;
        progress.nextSlot = uint16(slot);
        progress.method = fixing.method;
        progress.isParentUnknown = fixing.isParentUnknown;
        progress.hasGaps = fixing.hasGaps;
        progress.hasWords = fixing.hasWords;
        HouseRecord storage record = _houses[group.number][fixing.period];
        // Neither what was fixed before nor what is half done is to be billed.
        (record.version, record.flags) = (fixing.version, 0);
        emit VolumesInterrupted(group.number, fixing.period, uint16(slot * PackedRegisters.LANES));
    }

    function _estimateSlot(Group memory group, Fixing memory fixing, uint256 slot) private {
        uint256 first = slot * PackedRegisters.LANES;
        uint256 end = first + PackedRegisters.LANES;
        if (end > group.channels) end = group.channels;
        if (!fixing.hasMissingHours && !_hasFault(fixing, first, end)) return;

        IReadingLedger.SlotPeriod memory now_ = LEDGER.slotPeriodsOf(group.number, uint16(slot), fixing.period, 1)[0];
        uint256 gaps = _gapsOf(group, fixing, now_, first, end);
        if (gaps == 0) return;
        _openEarlier(group, fixing);
        uint256 freeMemory = _freeMemory();
        for (uint256 channel = first; channel < end; ++channel) {
            if ((gaps >> (channel - first)) & 1 != 0) _estimateChannel(group, fixing, now_, channel);
        }
        // Nothing of a slot is needed for the next; with hundreds of gaps memory would cost more than all else.
        fixing.earlier.isSlotRead = false;
        _releaseMemory(freeMemory);
    }

    /// @dev A channel with hours that do not count: its word, and its volume in the place of what it counted.
    function _estimateChannel(
        Group memory group,
        Fixing memory fixing,
        IReadingLedger.SlotPeriod memory now_,
        uint256 channel
    ) private {
        Estimate memory estimate;
        (estimate.channel, estimate.isParent) = (channel, channel < group.parents);
        (uint256 missing, uint256 estimated) = Exceptions.hoursOf(now_.exceptions, 0, channel % PackedRegisters.LANES);
        estimate.part = _partOf(group, fixing, now_, channel, missing);
        estimate.run = estimate.part.runOf(_runBefore(group, fixing, channel));
        estimate.volume = estimate.part.usedOf();
        if (group.isHeat && !estimate.isParent && fixing.parent[0] == 0) {
            // Behind a house that consumed no heat there is nothing that a flat's meter could have missed.
            estimate.isSilent = true;
            if (estimated != 0) estimate.method = Method.Interpolated;
        } else {
            _addSubstitute(group, fixing, estimate);
        }
        _keepEstimate(group, fixing, estimate);
    }

    /// @dev An electricity parent has no norm: where no average is known either, it is its consumers' sum.
    function _addSubstitute(Group memory group, Fixing memory fixing, Estimate memory estimate) private view {
        uint64[3] memory substitute;
        Ladder.Past memory past;
        if (estimate.run <= Ladder.MAX_AVERAGE_RUN) past = _pastOf(group, fixing, estimate.channel, estimate.run);
        if (past.isAverageKnown()) {
            (substitute, estimate.method) = (past.average(estimate.part.gapOf()), Method.Average);
        } else if (estimate.isParent && !group.isHeat) {
            (estimate.method, estimate.isSilent, fixing.isParentUnknown) = (Method.Norm, true, true);
        } else {
            (substitute, estimate.method) = _norm(group, fixing, estimate);
        }
        for (uint256 zone = 0; zone < ZONES; ++zone) estimate.volume[zone] += substitute[zone];
    }

    function _keepEstimate(Group memory group, Fixing memory fixing, Estimate memory estimate) private {
        Ladder.Part memory part = estimate.part;
        _words[group.number][fixing.period][estimate.channel] = ChannelWords.pack(
            estimate.volume,
            estimate.method,
            part.gapOf(),
            estimate.run,
            estimate.isSilent,
            fixing.version
        );
        fixing.hasWords = true;
        uint64[3] memory sum = estimate.isParent ? fixing.parent : fixing.consumers;
        for (uint256 zone = 0; zone < ZONES; ++zone) sum[zone] = sum[zone] + estimate.volume[zone] - part.raw[zone];
        if (estimate.isParent) _raiseMethod(fixing, estimate.method);
        if (estimate.isSilent) return;
        if (!estimate.isParent) fixing.hasGaps = true;
        uint256 run = estimate.run < type(uint8).max ? estimate.run : type(uint8).max;
        emit VolumeEstimated(
            group.number,
            uint16(estimate.channel),
            fixing.period,
            Volume(estimate.volume, estimate.method, uint16(part.gapOf()), uint8(run))
        );
    }

    /// @dev The norm for the hours that do not count.
    function _norm(
        Group memory group,
        Fixing memory fixing,
        Estimate memory estimate
    ) private view returns (uint64[3] memory volume, Method method) {
        if (fixing.normCoefficient == 0) {
            ITariffBook.Tariff memory tariff = TARIFFS.tariffOf(fixing.period);
            (fixing.electricityNorm, fixing.heatNorm) = (tariff.electricityNorm, tariff.heatNorm);
            fixing.normCoefficient = tariff.normCoefficient;
        }
        Ladder.Part memory part = estimate.part;
        if (estimate.isParent) {
            // The raising coefficient is for flats' meters: the house's norm is plain, whatever ails its meter.
            part.fault = IMeterRegistry.Fault.None;
            uint256 ofHouse = uint256(ACCOUNTS.areaOf(group.number)) * fixing.heatNorm;
            return (part.norm(true, ofHouse, SQUARE_DECIMETRES_PER_SQUARE_METRE, 0), Method.Norm);
        }
        method = Ladder.normMethod(group.isHeat, part.fault);
        (uint256 residents, uint256 area) = ACCOUNTS.normBaseOf(group.number, uint16(estimate.channel), fixing.period);
        volume =
            group.isHeat
                ? part.norm(true, area * fixing.heatNorm, SQUARE_DECIMETRES_PER_SQUARE_METRE, fixing.normCoefficient)
                : part.norm(false, residents * fixing.electricityNorm, 1, fixing.normCoefficient);
    }

    /// @dev The periods before a gap that an average is taken of: of heat those alone in which the house consumed.
    function _pastOf(
        Group memory group,
        Fixing memory fixing,
        uint256 channel,
        uint256 run
    ) private view returns (Ladder.Past memory past) {
        uint256 end = fixing.period - (run == 0 ? 0 : run - 1);
        uint256 first = _before(group, end, Ladder.MAX_AVERAGED_PERIODS);
        if (first + Ladder.MIN_AVERAGED_PERIODS > end) return past;
        Earlier memory earlier = fixing.earlier;
        if (!earlier.isSlotRead) {
            _readEarlier(group, fixing, channel / PackedRegisters.LANES);
            earlier.isSlotRead = true;
        }
        uint256 lane = channel % PackedRegisters.LANES;
        for (uint256 i = first - earlier.first; i < end - earlier.first; ++i) {
            if (group.isHeat && !earlier.isHeated[i]) continue;
            IReadingLedger.SlotPeriod memory slot = earlier.slot[i];
            uint256 gap = _earlierGap(group, earlier, channel, i);
            // What was neither missing nor corrected needs no arithmetic.
            if (gap == 0 && slot.revision == 0)
                past.addWhole(PackedRegisters.lanesOf(slot.used, lane), earlier.hours_[i]);
            else past.add(_earlierPart(group, earlier, channel, i, gap));
        }
    }

    /// @dev Loads what is known of the periods that an average can be taken of, once.
    function _openEarlier(Group memory group, Fixing memory fixing) private view {
        Earlier memory earlier = fixing.earlier;
        if (earlier.isOpen) return;
        earlier.isOpen = true;
        // A gap that has gone on for three periods began two before this one.
        bool canGapGoOn = fixing.before.flags & HAS_WORDS != 0;
        uint256 most = Ladder.MAX_AVERAGED_PERIODS + (canGapGoOn ? Ladder.MAX_AVERAGE_RUN - 1 : 0);
        earlier.first = uint16(_before(group, fixing.period, most));
        uint256 count = fixing.period - earlier.first;
        earlier.hours_ = new uint256[](count);
        earlier.versions = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            (, earlier.hours_[i]) = _hoursOf(group, earlier.first + i);
            HouseRecord memory record = _houses[group.number][earlier.first + i];
            if (record.flags & HAS_WORDS != 0) earlier.versions[i] = record.version;
        }
        if (!group.isHeat) return;
        earlier.isHeated = new bool[](count);
        _readEarlier(group, fixing, 0);
        for (uint256 i = 0; i < count; ++i) {
            uint256 gap = _earlierGap(group, earlier, 0, i);
            earlier.isHeated[i] = _earlierPart(group, earlier, 0, i, gap).usedOf()[0] != 0;
        }
    }

    function _readEarlier(Group memory group, Fixing memory fixing, uint256 slot) private view {
        uint16 first = fixing.earlier.first;
        fixing.earlier.slot = LEDGER.slotPeriodsOf(group.number, uint16(slot), first, fixing.period - first);
    }

    /// @dev Hours of an earlier period that did not count.
    function _earlierGap(
        Group memory group,
        Earlier memory earlier,
        uint256 channel,
        uint256 index
    ) private view returns (uint256) {
        uint256 version = earlier.versions[index];
        if (version == 0) return 0;
        uint256 word = _words[group.number][earlier.first + index][channel];
        return ChannelWords.versionOf(word) == version ? ChannelWords.gapOf(word) : 0;
    }

    /// @dev A channel's part of an earlier period; its slot has been read.
    function _earlierPart(
        Group memory group,
        Earlier memory earlier,
        uint256 channel,
        uint256 index,
        uint256 gap
    ) private view returns (Ladder.Part memory part) {
        part.hours_ = earlier.hours_[index];
        part.usable = part.hours_ - gap;
        part.measured = part.hours_;
        if (part.usable == 0) return part;
        IReadingLedger.SlotPeriod memory slot = earlier.slot[index];
        if (gap != 0) {
            (uint256 missing, ) = Exceptions.hoursOf(slot.exceptions, 0, channel % PackedRegisters.LANES);
            part.measured -= missing;
        }
        part.raw = _rawOf(group.number, slot, channel, earlier.first + index);
    }

    function _keepHouse(Group memory group, Fixing memory fixing) private {
        if (fixing.isParentUnknown) (fixing.parent, fixing.method) = (fixing.consumers, Method.Norm);
        House memory house;
        (house.method, house.hasGaps, house.revision) = (fixing.method, fixing.hasGaps, fixing.revision);
        int64[3] memory carry;
        uint256 flags = uint256(fixing.method) | IS_FIXED;
        if (fixing.hasGaps) flags |= HAS_GAPS;
        if (fixing.hasWords) flags |= HAS_WORDS;
        if (group.isHeat) {
            house.shared[0] = fixing.parent[0];
            if (_keepHeat(group, fixing, house)) flags |= HAS_HEAT;
        } else {
            if (fixing.period > group.firstPeriod) {
                carry = _carryOf(group.number, fixing.period - 1, fixing.before);
            }
            house.shared = CommonNeeds.charge(carry, fixing.parent, fixing.consumers);
            if (carry[0] | carry[1] | carry[2] != 0) {
                flags |= HAS_CARRY;
                _carries[group.number][fixing.period] = carry;
            }
        }
        _houses[group.number][fixing.period] = HouseRecord({
            sharedPeak: house.shared[0],
            sharedHalfPeak: house.shared[1],
            sharedNight: house.shared[2],
            revision: fixing.revision,
            flags: uint16(flags),
            version: fixing.version
        });
        emit VolumesFixed(group.number, fixing.period, house, carry);
    }

    /// @dev Keeps what a heat group's premises have unlike.
    function _keepHeat(Group memory group, Fixing memory fixing, House memory house) private returns (bool isMixed) {
        uint16[] memory channels;
        (house.unheatedArea, house.meteredArea, channels) = ACCOUNTS.heatAreasOf(group.number, fixing.period);
        if (house.unheatedArea | house.meteredArea == 0) return false;
        if (channels.length == group.channels - group.parents) {
            house.metered = fixing.consumers[0];
        } else {
            for (uint256 i = 0; i < channels.length; ++i) house.metered += _heatOf(group, fixing, channels[i]);
        }
        _heats[group.number][fixing.period] = HeatRecord(house.metered, house.meteredArea, house.unheatedArea);
        return true;
    }

    function _heatOf(Group memory group, Fixing memory fixing, uint16 channel) private view returns (uint64) {
        if (fixing.hasWords) {
            uint256 word = _words[group.number][fixing.period][channel];
            if (ChannelWords.versionOf(word) == fixing.version) return ChannelWords.unpack(word).byZone[0];
        }
        return LEDGER.consumptionOf(group.number, channel, fixing.period)[0];
    }

    function _open(uint32 number) private view returns (Group memory group) {
        IMeterRegistry.Group memory details = REGISTRY.groupOf(number);
        group.gasAtStart = gasleft();
        group.number = number;
        group.isHeat = details.kind == IMeterRegistry.Kind.Heat;
        group.parents = details.parentChannels;
        group.channels = group.parents + details.consumers;
        group.firstHour = details.firstHour;
        (group.firstPeriod, ) = Calendar.periodAndZone(details.firstHour, UTC_OFFSET);
    }

    function _nextPeriodOf(Group memory group) private view returns (uint16 period) {
        period = _nextPeriods[group.number];
        if (period == 0) period = group.firstPeriod;
    }

    function _houseRecord(uint32 group, uint16 period) private view returns (HouseRecord memory record) {
        record = _houses[group][period];
        require(record.flags & IS_FIXED != 0, VolumeBook_NotFixed(group, period));
    }

    function _carryOf(
        uint32 group,
        uint16 period,
        HouseRecord memory record
    ) private view returns (int64[3] memory carry) {
        if (record.flags & HAS_CARRY != 0) carry = _carries[group][period];
    }

    function _spent(Group memory group) private view returns (uint256) {
        return group.gasAtStart - gasleft();
    }

    /// @dev The hours of a period in which a group is there.
    function _hoursOf(Group memory group, uint256 period) private view returns (uint32 start, uint256 hours_) {
        start = Calendar.firstHourOf(period, UTC_OFFSET);
        if (start < group.firstHour) start = group.firstHour;
        hours_ = Calendar.firstHourOf(period + 1, UTC_OFFSET) - start;
    }

    /// @dev What a channel counted in a period, and how many of its hours count.
    function _partOf(
        Group memory group,
        Fixing memory fixing,
        IReadingLedger.SlotPeriod memory slot,
        uint256 channel,
        uint256 missing
    ) private view returns (Ladder.Part memory part) {
        part.raw = _rawOf(group.number, slot, channel, fixing.period);
        part.hours_ = fixing.hours_;
        part.measured = fixing.hours_ - missing;
        part.usable = part.measured;
        uint256 place = _faultOf(fixing, channel);
        if (place == 0) return part;
        IMeterRegistry.Unusable memory unusable = fixing.unusable[place - 1];
        part.fault = unusable.fault;
        uint256 before = unusable.hour - fixing.start;
        if (before < part.usable) part.usable = before;
    }

    /// @dev What a channel's register rose by, corrections included.
    function _rawOf(
        uint32 group,
        IReadingLedger.SlotPeriod memory slot,
        uint256 channel,
        uint256 period
    ) private view returns (uint64[3] memory raw) {
        raw = PackedRegisters.lanesOf(slot.used, channel % PackedRegisters.LANES);
        if (slot.revision == 0) return raw;
        int64[3] memory corrections = LEDGER.correctionsOf(group, uint16(channel), uint16(period));
        // The ledger lets no zone of a period fall below zero.
        for (uint256 zone = 0; zone < ZONES; ++zone) raw[zone] = uint64(int64(raw[zone]) + corrections[zone]);
    }

    /// @dev Which channels have hours that do not count, by lane; takes note of a parent's estimated hours on the way.
    function _gapsOf(
        Group memory group,
        Fixing memory fixing,
        IReadingLedger.SlotPeriod memory now_,
        uint256 first,
        uint256 end
    ) private pure returns (uint256 gaps) {
        for (uint256 channel = first; channel < end; ++channel) {
            (uint256 missing, uint256 estimated) = Exceptions.hoursOf(now_.exceptions, 0, channel - first);
            if (missing != 0 || _faultOf(fixing, channel) != 0) gaps |= 1 << (channel - first);
            else if (estimated != 0 && channel < group.parents) _raiseMethod(fixing, Method.Interpolated);
        }
    }

    /// @dev The volume of a channel all of whose hours count.
    function _measuredWord(
        IReadingLedger.SlotPeriod memory slot,
        uint32 group,
        uint16 channel,
        uint16 period
    ) private view returns (uint256) {
        Method method;
        if (slot.exceptions != 0) {
            (, uint16 estimated) = Exceptions.hoursOf(slot.exceptions, 0, channel % PackedRegisters.LANES);
            if (estimated != 0) method = Method.Interpolated;
        }
        uint64[3] memory raw = _rawOf(group, slot, channel, period);
        return ChannelWords.packMeasured(raw[Calendar.PEAK], raw[Calendar.HALF_PEAK], raw[Calendar.NIGHT], method);
    }

    function _volumesOf(
        uint32 group,
        uint16[] memory channels,
        uint16 period
    ) private view returns (uint256[] memory words) {
        HouseRecord memory record = _houseRecord(group, period);
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        IReadingLedger.SlotPeriod memory read;
        // One more than the slot that was read last.
        uint256 slot = 0;
        words = new uint256[](channels.length);
        for (uint256 i = 0; i < channels.length; ++i) {
            uint16 channel = channels[i];
            _requireConsumer(details, group, channel);
            if (record.flags & HAS_WORDS != 0) {
                words[i] = _words[group][period][channel];
                if (ChannelWords.versionOf(words[i]) == record.version) continue;
            }
            uint256 own = channel / PackedRegisters.LANES;
            if (slot != own + 1) {
                read = LEDGER.slotPeriodsOf(group, uint16(own), period, 1)[0];
                slot = own + 1;
            }
            words[i] = _measuredWord(read, group, channel, period);
        }
    }

    function _runBefore(Group memory group, Fixing memory fixing, uint256 channel) private view returns (uint256) {
        if (fixing.before.flags & HAS_WORDS == 0) return 0;
        uint256 word = _words[group.number][fixing.period - 1][channel];
        return ChannelWords.versionOf(word) == fixing.before.version ? ChannelWords.runOf(word) : 0;
    }

    function _requireConsumer(IMeterRegistry.Group memory details, uint32 group, uint16 channel) private pure {
        require(
            channel >= details.parentChannels && channel < uint256(details.parentChannels) + details.consumers,
            IMeterRegistry.MeterRegistry_UnknownChannel(group, channel)
        );
    }

    function _resume(Fixing memory fixing, Progress memory progress) private pure {
        (fixing.parent, fixing.consumers) = (progress.parent, progress.consumers);
        (fixing.method, fixing.isParentUnknown) = (progress.method, progress.isParentUnknown);
        (fixing.hasGaps, fixing.hasWords) = (progress.hasGaps, progress.hasWords);
    }

    /// @dev The parent's meter is one, whatever its channels.
    function _indexFaults(Group memory group, Fixing memory fixing) private pure {
        if (fixing.unusable.length == 0) return;
        fixing.faults = new uint256[](group.channels);
        for (uint256 i = 0; i < fixing.unusable.length; ++i) {
            uint256 channel = fixing.unusable[i].channel;
            uint256 end = channel == 0 ? group.parents : channel + 1;
            for (; channel < end; ++channel) fixing.faults[channel] = i + 1;
        }
    }

    function _faultOf(Fixing memory fixing, uint256 channel) private pure returns (uint256) {
        return fixing.faults.length == 0 ? 0 : fixing.faults[channel];
    }

    function _hasFault(Fixing memory fixing, uint256 first, uint256 end) private pure returns (bool) {
        for (uint256 channel = first; channel < end; ++channel) {
            if (_faultOf(fixing, channel) != 0) return true;
        }
        return false;
    }

    function _raiseMethod(Fixing memory fixing, Method method) private pure {
        if (fixing.method < method) fixing.method = method;
    }

    /// @dev So many periods before one, or the group's first.
    function _before(Group memory group, uint256 period, uint256 count) private pure returns (uint256) {
        return period >= group.firstPeriod + count ? period - count : group.firstPeriod;
    }

    function _freeMemory() private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }

    /// @dev Gives up all that was made since `place` was free.
    function _releaseMemory(uint256 place) private pure {
        assembly ("memory-safe") {
            mstore(0x40, place)
        }
    }
}
