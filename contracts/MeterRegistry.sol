// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Layouts} from "./libraries/Layouts.sol";
import {MeterUse} from "./libraries/MeterUse.sol";

/// @title MeterRegistry
/// @notice Implements IMeterRegistry; see there for rights, units and every error.
contract MeterRegistry is IMeterRegistry, AccessManaged {
    using MeterUse for MeterUse.Question;
    using MeterUse for MeterUse.Expiry;

    struct Segment {
        Kind kind;
        uint32 firstHour;
        uint16 slots;
        uint32[] groups;
        /// Like groups in a row with one first hour: first hour in the upper 24 bits, layout in the next 28, number of groups in
        /// the lowest 12. In order of first hours.
        uint64[] runs;
    }

    struct GroupRecord {
        Group group;
        uint32 layoutId;
        /// Place among the groups of the segment, counted from 0.
        uint32 index;
        /// The first local day on which the verification of a meter that is in place now has run out.
        uint32 firstExpiry;
    }

    /// @dev One storage word a meter; one whose model is 0 stands for a channel without a meter.
    struct MeterRecord {
        uint64 serialNumber;
        uint64 registerAtInstallation;
        uint32 fromHour;
        uint24 resolution;
        uint24 verifiedOn;
        uint16 accuracyClass;
        uint16 model;
        uint8 verificationInterval;
        uint8 phase;
    }

    /// @dev Bound by the worst hour, in which every word is copied and written and every group is out of balance: see the gas
    /// tests of the ledger.
    uint256 private constant MAX_SLOTS = 256;
    uint256 private constant MAX_CONSUMERS = 273;
    uint256 private constant MAX_PHASES = 3;
    uint256 private constant MAX_LAYOUT_WORDS = 18;
    uint256 private constant MAX_ACCURACY_CLASS = 1_000;
    uint256 private constant MAX_RESOLUTION = 1_000_000;
    uint256 private constant MAX_VERIFICATION_INTERVAL = 240;
    uint256 private constant MAX_CHANGES = 255;
    uint256 private constant RUN_LAYOUT_SHIFT = 12;
    uint256 private constant RUN_HOUR_SHIFT = 40;
    uint256 private constant RUN_COUNT_MASK = (1 << RUN_LAYOUT_SHIFT) - 1;

    IReadingLedger private _readingLedger;

    Segment[] private _segments;
    GroupRecord[] private _groups;
    mapping(uint32 group => MeterRecord[MAX_CONSUMERS + MAX_PHASES]) private _meters;
    /// @dev The meters before the present one, and the faults reported, by place as in _meters; in order of hours.
    mapping(uint32 group => mapping(uint256 place => MeterRecord[])) private _pastMeters;
    mapping(uint32 group => mapping(uint256 place => FaultReport[])) private _faults;
    /// @dev The places that have any of these.
    mapping(uint32 group => uint16[] places) private _changedPlaces;

    bytes32[] private _models;
    mapping(bytes32 model => uint16 number) private _modelNumbers;
    mapping(bytes32 model => mapping(uint64 serialNumber => bool)) private _isRegistered;

    mapping(uint32 layoutId => uint256[MAX_LAYOUT_WORDS]) private _layouts;
    mapping(bytes32 contentHash => uint32 layoutId) private _layoutNumbers;
    uint32 private _layoutCount;

    constructor(address manager) AccessManaged(manager) {}

    modifier whenConnected() {
        require(address(_readingLedger) != address(0), MeterRegistry_NotConnected());
        _;
    }

    /// @inheritdoc IMeterRegistry
    function connect(address readingLedger) external restricted {
        require(address(_readingLedger) == address(0), MeterRegistry_AlreadyConnected(address(_readingLedger)));
        require(readingLedger.code.length != 0, MeterRegistry_NotAContract(readingLedger));
        _readingLedger = IReadingLedger(readingLedger);
        emit Connected(readingLedger);
    }

    /// @inheritdoc IMeterRegistry
    function openSegment(Kind kind, uint32 firstHour) external restricted returns (uint32 segment) {
        require(
            firstHour >= Calendar.MIN_HOUR && firstHour <= Calendar.MAX_HOUR,
            MeterRegistry_InvalidFirstHour(firstHour)
        );
        Segment storage opened = _segments.push();
        opened.kind = kind;
        opened.firstHour = firstHour;
        segment = uint32(_segments.length);
        emit SegmentOpened(segment, kind, firstHour);
    }

    /// @inheritdoc IMeterRegistry
    function addGroup(
        uint32 segment,
        Meter calldata parent,
        Consumer[] calldata consumers,
        uint32 fromHour
    ) external restricted whenConnected returns (uint32 group) {
        Segment storage segmentRecord = _segment(segment);
        _checkGroupsHour(segmentRecord, segment, fromHour);
        require(consumers.length <= MAX_CONSUMERS, MeterRegistry_TooManyConsumers(consumers.length, MAX_CONSUMERS));

        GroupRecord memory created;
        created.group = Group({
            segment: segment,
            firstSlot: segmentRecord.slots,
            parentChannels: segmentRecord.kind == Kind.Electricity ? uint8(MAX_PHASES) : 1,
            consumers: uint16(consumers.length),
            kind: segmentRecord.kind,
            firstHour: fromHour
        });
        uint256 slots = segmentRecord.slots + Layouts.slotsFor(created.group.parentChannels + consumers.length);
        require(slots <= MAX_SLOTS, MeterRegistry_SegmentFull(segment, slots, MAX_SLOTS));

        group = uint32(_groups.length) + 1;
        created.index = uint32(segmentRecord.groups.length);
        (created.layoutId, created.firstExpiry) = _installMeters(group, created.group, fromHour, parent, consumers);
        _groups.push(created);
        segmentRecord.slots = uint16(slots);
        segmentRecord.groups.push(group);
        _appendToRuns(segmentRecord.runs, fromHour, created.layoutId);
        emit GroupAdded(group, segment, parent, consumers, fromHour);
    }

    /// @inheritdoc IMeterRegistry
    function replaceMeter(
        uint32 group,
        uint16 channel,
        Meter calldata meter,
        uint32 fromHour
    ) external restricted whenConnected {
        GroupRecord storage record = _group(group);
        MeterRecord storage place = _meterRecord(group, record.group, channel);
        (uint32 latest, ) = _readingLedger.headOf(record.group.segment);
        require(
            fromHour >= place.fromHour && fromHour <= latest,
            MeterRegistry_InvalidFromHour(fromHour, place.fromHour, latest)
        );
        _retireMeter(group, record.group, channel);
        _installMeter(place, meter, place.phase, fromHour);
        _refreshGroup(group, record);
        emit MeterReplaced(group, channel, meter, fromHour);
    }

    /// @inheritdoc IMeterRegistry
    function decommissionMeter(uint32 group, uint16 channel) external restricted whenConnected {
        GroupRecord storage record = _group(group);
        MeterRecord storage place = _meterRecord(group, record.group, channel);
        require(channel >= record.group.parentChannels, MeterRegistry_ParentMeter(group, channel));
        require(place.model != 0, MeterRegistry_NoMeter(group, channel));
        (uint32 fromHour, ) = _readingLedger.headOf(record.group.segment);
        uint256 present = block.timestamp / 1 hours;
        require(fromHour >= present, MeterRegistry_HoursOutstanding(record.group.segment, fromHour, present));
        if (fromHour < record.group.firstHour) fromHour = record.group.firstHour;
        _retireMeter(group, record.group, channel);
        MeterRecord memory none;
        (none.fromHour, none.phase) = (fromHour, place.phase);
        _write(place, none);
        _refreshGroup(group, record);
        emit MeterDecommissioned(group, channel, fromHour);
    }

    /// @inheritdoc IMeterRegistry
    function reportFault(uint32 group, uint16 channel, Fault fault, uint32 fromHour) external restricted whenConnected {
        Group memory details = _group(group).group;
        MeterRecord storage place = _meterRecord(group, details, channel);
        require(place.model != 0, MeterRegistry_NoMeter(group, channel));
        require(fault <= Fault.AccessRefused, MeterRegistry_InvalidFault(fault));
        FaultReport[] storage reports = _faults[group][_placeOf(details, channel)];
        uint32 earliest = reports.length == 0 ? details.firstHour : reports[reports.length - 1].fromHour + 1;
        (uint32 latest, ) = _readingLedger.headOf(details.segment);
        require(fromHour >= earliest && fromHour <= latest, MeterRegistry_InvalidFromHour(fromHour, earliest, latest));
        require(reports.length < MAX_CHANGES, MeterRegistry_TooManyChanges(group, channel, MAX_CHANGES));
        _noteChange(group, _placeOf(details, channel));
        reports.push(FaultReport({fromHour: fromHour, fault: fault}));
        emit FaultReported(group, channel, fault, fromHour);
    }

    /// @inheritdoc IMeterRegistry
    function segmentOf(
        uint32 segment
    ) external view returns (Kind kind, uint32 firstHour, uint16 slots, uint32 groups) {
        Segment storage record = _segment(segment);
        return (record.kind, record.firstHour, record.slots, uint32(record.groups.length));
    }

    /// @inheritdoc IMeterRegistry
    function planOf(
        uint32 segment,
        uint32 hour
    ) external view returns (Kind kind, uint32 firstHour, uint16 slots, bytes memory plan) {
        Segment storage record = _segment(segment);
        (kind, firstHour) = (record.kind, record.firstHour);
        uint64[] memory runs = record.runs;
        // Every slot of a layout takes at most one word of it.
        uint256[] memory words = new uint256[](record.slots);
        uint256 length = 0;
        for (uint256 i = 0; i < runs.length && runs[i] >> RUN_HOUR_SHIFT <= hour; ++i) {
            uint256[MAX_LAYOUT_WORDS] storage stored = _layouts[_layoutOfRun(runs[i])];
            uint256 groups = runs[i] & RUN_COUNT_MASK;
            uint256 header = stored[0];
            uint256 channels = Layouts.channelsOf(header);
            uint256 wordCount = Layouts.wordsFor(channels);
            slots += uint16(groups * Layouts.slotsFor(channels));
            words[length++] = Layouts.withRun(header, groups);
            for (uint256 word = 1; word < wordCount; ++word) words[length++] = stored[word];
        }
        assembly ("memory-safe") {
            // The words become the bytes: the length is counted in bytes, the rest of the array is given up.
            plan := words
            mstore(plan, mul(length, 32))
        }
    }

    /// @inheritdoc IMeterRegistry
    function groupOf(uint32 group) external view returns (Group memory) {
        return _group(group).group;
    }

    /// @inheritdoc IMeterRegistry
    function groupsOf(uint32 segment) external view returns (uint32[] memory) {
        return _segment(segment).groups;
    }

    /// @inheritdoc IMeterRegistry
    function groupAt(uint32 segment, uint256 index) external view returns (uint32 group) {
        return _segment(segment).groups[index];
    }

    /// @inheritdoc IMeterRegistry
    function meterOf(uint32 group, uint16 channel) external view returns (Meter memory) {
        MeterRecord memory record = _meterRecord(group, _group(group).group, channel);
        require(record.model != 0, MeterRegistry_NoMeter(group, channel));
        return _passportOf(record);
    }

    /// @inheritdoc IMeterRegistry
    function meterHistory(uint32 group, uint16 channel) external view returns (InstalledMeter[] memory history) {
        Group memory details = _group(group).group;
        MeterRecord memory present = _meterRecord(group, details, channel);
        MeterRecord[] storage past = _pastMeters[group][_placeOf(details, channel)];
        uint256 count = past.length;
        history = new InstalledMeter[](count + 1);
        for (uint256 i = 0; i <= count; ++i) {
            MeterRecord memory record = i < count ? past[i] : present;
            history[i].fromHour = record.fromHour;
            if (record.model != 0) history[i].meter = _passportOf(record);
        }
    }

    /// @inheritdoc IMeterRegistry
    function faultsOf(uint32 group, uint16 channel) external view returns (FaultReport[] memory) {
        Group memory details = _group(group).group;
        _meterRecord(group, details, channel);
        return _faults[group][_placeOf(details, channel)];
    }

    /// @inheritdoc IMeterRegistry
    function unusableFrom(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view whenConnected returns (uint32 hour, Fault fault) {
        Group memory details = _group(group).group;
        _meterRecord(group, details, channel);
        MeterUse.Question memory question = _questionOf(details, period);
        _consider(question, group, _placeOf(details, channel));
        return (question.hour, question.fault);
    }

    /// @inheritdoc IMeterRegistry
    function unusableIn(uint32 group, uint16 period) external view whenConnected returns (Unusable[] memory unusable) {
        GroupRecord storage record = _group(group);
        Group memory details = record.group;
        MeterUse.Question memory question = _questionOf(details, period);
        uint256 channels = uint256(details.parentChannels) + details.consumers;
        uint256 count = 0;
        bool isAnyExpired = MeterUse.hourOf(record.firstExpiry, question.utcOffset) < question.end;
        uint16[] memory changed = _changedPlaces[group];
        unusable = new Unusable[](isAnyExpired ? channels : changed.length);
        bool[] memory isChanged = new bool[](isAnyExpired ? channels : 0);
        for (uint256 i = 0; i < changed.length; ++i) {
            if (isAnyExpired) isChanged[changed[i]] = true;
            (question.hour, question.fault) = (0, Fault.None);
            _consider(question, group, changed[i]);
            if (question.fault != Fault.None) unusable[count++] = Unusable(changed[i], question.hour, question.fault);
        }
        question.faults = new FaultReport[](0);
        for (uint256 place = 0; place < isChanged.length; place = _placeAfter(details, place)) {
            if (isChanged[place]) continue;
            (question.hour, question.fault) = (0, Fault.None);
            MeterRecord storage meter = _meters[group][place];
            question.consider(meter.fromHour, question.end, meter.verifiedOn, meter.verificationInterval);
            if (question.fault != Fault.None)
                unusable[count++] = Unusable(uint16(place), question.hour, question.fault);
        }
        assembly ("memory-safe") {
            // The rest of the array is given up.
            mstore(unusable, count)
        }
    }

    /// @inheritdoc IMeterRegistry
    function phaseOf(uint32 group, uint16 channel) external view returns (uint8) {
        Group memory details = _group(group).group;
        MeterRecord storage record = _meterRecord(group, details, channel);
        return channel < details.parentChannels ? uint8(channel) : record.phase;
    }

    /// @dev From which hour on a group may be added: never changing an hour that can have been signed already.
    function _checkGroupsHour(Segment storage record, uint32 segment, uint32 fromHour) private view {
        (uint32 nextHour, bytes32 lastBatch) = _readingLedger.headOf(segment);
        uint256 count = record.groups.length;
        uint256 earliest = record.firstHour;
        // A segment begins with a group: its first hour has to have something in it.
        uint256 latest = count == 0 ? earliest : Calendar.MAX_HOUR;
        if (lastBatch != 0) {
            uint256 present = block.timestamp / 1 hours;
            earliest = nextHour < present ? present : nextHour;
        }
        if (count != 0) {
            uint32 before = _groups[record.groups[count - 1] - 1].group.firstHour;
            if (earliest < before) earliest = before;
        }
        require(
            fromHour >= earliest && fromHour <= latest,
            MeterRegistry_InvalidFromHour(fromHour, uint32(earliest), uint32(latest))
        );
    }

    /// @dev Keeps a channel's meter in its history; its number may be registered elsewhere.
    function _retireMeter(uint32 group, Group memory details, uint16 channel) private {
        MeterRecord memory record = _meterRecord(group, details, channel);
        MeterRecord[] storage past = _pastMeters[group][_placeOf(details, channel)];
        require(past.length < MAX_CHANGES, MeterRegistry_TooManyChanges(group, channel, MAX_CHANGES));
        _noteChange(group, _placeOf(details, channel));
        past.push(record);
        if (record.model != 0) delete _isRegistered[_models[record.model - 1]][record.serialNumber];
    }

    /// @dev A place is noted once, before its first past meter or report is kept.
    function _noteChange(uint32 group, uint256 place) private {
        if (_pastMeters[group][place].length + _faults[group][place].length == 0) {
            _changedPlaces[group].push(uint16(place));
        }
    }

    /// @dev Gives a group the layout and the first expiry of its meters as they are now.
    function _refreshGroup(uint32 group, GroupRecord storage record) private {
        (uint32 layoutId, uint32 firstExpiry) = _stateOf(group, record.group);
        record.firstExpiry = firstExpiry;
        if (layoutId == record.layoutId) return;
        record.layoutId = layoutId;
        _changeRuns(_segment(record.group.segment), record.index, layoutId);
    }

    /// @dev The hours of a period in which a group is there.
    function _questionOf(Group memory details, uint16 period) private view returns (MeterUse.Question memory question) {
        question.start = _readingLedger.firstHourOf(period);
        if (question.start < details.firstHour) question.start = details.firstHour;
        question.end = _readingLedger.firstHourOf(period + 1);
        question.utcOffset = _readingLedger.utcOffset();
    }

    /// @dev The meters of a place in the hours asked for, the last one first, and what was reported of them.
    function _consider(MeterUse.Question memory question, uint32 group, uint256 place) private view {
        question.faults = _faultsSince(_faults[group][place], question.start);
        MeterRecord memory record = _meters[group][place];
        MeterRecord[] storage past = _pastMeters[group][place];
        uint32 end = question.end;
        for (uint256 i = past.length; ;) {
            // A meter has a verification interval of at least a month; a channel without a meter has none.
            question.consider(record.fromHour, end, record.verifiedOn, record.verificationInterval);
            if (i == 0 || record.fromHour <= question.start) return;
            end = record.fromHour;
            record = past[--i];
        }
    }

    /// @dev The last report by an hour, and those after it: what was reported before has come to its end by then.
    function _faultsSince(
        FaultReport[] storage reports,
        uint32 hour
    ) private view returns (FaultReport[] memory since) {
        uint256 count = reports.length;
        uint256 first = count;
        while (first != 0) {
            --first;
            if (reports[first].fromHour <= hour) break;
        }
        since = new FaultReport[](count - first);
        for (uint256 i = first; i < count; ++i) since[i - first] = reports[i];
    }

    function _passportOf(MeterRecord memory record) private view returns (Meter memory) {
        return
            Meter({
                serialNumber: record.serialNumber,
                model: _models[record.model - 1],
                accuracyClass: record.accuracyClass,
                resolution: record.resolution,
                registerAtInstallation: record.registerAtInstallation,
                verifiedOn: record.verifiedOn,
                verificationInterval: record.verificationInterval
            });
    }

    function _installMeters(
        uint32 group,
        Group memory details,
        uint32 fromHour,
        Meter calldata parent,
        Consumer[] calldata consumers
    ) private returns (uint32 layoutId, uint32 firstExpiry) {
        MeterRecord[MAX_CONSUMERS + MAX_PHASES] storage places = _meters[group];
        uint256 first = details.parentChannels;
        _installMeter(places[0], parent, 0, fromHour);
        uint256[] memory words = Layouts.create(
            first + consumers.length,
            first,
            parent.accuracyClass,
            parent.resolution
        );
        MeterUse.Expiry memory expiry;
        expiry.note(parent.verifiedOn, parent.verificationInterval);
        for (uint256 i = 0; i < consumers.length; ++i) {
            Consumer calldata consumer = consumers[i];
            require(consumer.phase < first, MeterRegistry_InvalidPhase(consumer.phase));
            _installMeter(places[first + i], consumer.meter, consumer.phase, fromHour);
            Layouts.setConsumer(
                words,
                first + i,
                consumer.phase,
                consumer.meter.accuracyClass,
                consumer.meter.resolution
            );
            expiry.note(consumer.meter.verifiedOn, consumer.meter.verificationInterval);
        }
        return (_storeLayout(words), expiry.first);
    }

    function _installMeter(MeterRecord storage place, Meter calldata meter, uint8 phase, uint32 fromHour) private {
        _checkMeter(meter);
        require(
            !_isRegistered[meter.model][meter.serialNumber],
            MeterRegistry_DuplicateMeter(meter.model, meter.serialNumber)
        );
        _isRegistered[meter.model][meter.serialNumber] = true;
        MeterRecord memory record = MeterRecord({
            serialNumber: meter.serialNumber,
            registerAtInstallation: meter.registerAtInstallation,
            fromHour: fromHour,
            resolution: uint24(meter.resolution),
            verifiedOn: uint24(meter.verifiedOn),
            accuracyClass: meter.accuracyClass,
            model: _numberOfModel(meter.model),
            verificationInterval: uint8(meter.verificationInterval),
            phase: phase
        });
        _write(place, record);
    }

    function _write(MeterRecord storage place, MeterRecord memory record) private {
        place.serialNumber = record.serialNumber;
        place.registerAtInstallation = record.registerAtInstallation;
        place.fromHour = record.fromHour;
        place.resolution = record.resolution;
        place.verifiedOn = record.verifiedOn;
        place.accuracyClass = record.accuracyClass;
        place.model = record.model;
        place.verificationInterval = record.verificationInterval;
        place.phase = record.phase;
    }

    function _numberOfModel(bytes32 model) private returns (uint16 number) {
        number = _modelNumbers[model];
        if (number == 0) {
            _models.push(model);
            number = uint16(_models.length);
            require(number == _models.length, MeterRegistry_InvalidMeter(0, "model"));
            _modelNumbers[model] = number;
        }
    }

    /// @dev The number of a layout with these words; a new one only if there was none.
    function _storeLayout(uint256[] memory words) private returns (uint32 layoutId) {
        bytes32 contentHash = keccak256(abi.encodePacked(words));
        layoutId = _layoutNumbers[contentHash];
        if (layoutId == 0) {
            layoutId = ++_layoutCount;
            _layoutNumbers[contentHash] = layoutId;
            uint256[MAX_LAYOUT_WORDS] storage stored = _layouts[layoutId];
            for (uint256 i = 0; i < words.length; ++i) stored[i] = words[i];
        }
    }

    /// @dev The layout and the first expiry of a group as its meters are now.
    function _stateOf(uint32 group, Group memory details) private returns (uint32 layoutId, uint32 firstExpiry) {
        MeterRecord[MAX_CONSUMERS + MAX_PHASES] storage records = _meters[group];
        uint256 first = details.parentChannels;
        uint256 channels = first + details.consumers;
        uint256[] memory words = Layouts.create(channels, first, records[0].accuracyClass, records[0].resolution);
        MeterUse.Expiry memory expiry;
        expiry.note(records[0].verifiedOn, records[0].verificationInterval);
        for (uint256 channel = first; channel < channels; ++channel) {
            MeterRecord memory record = records[channel];
            if (record.model == 0) continue;
            Layouts.setConsumer(words, channel, record.phase, record.accuracyClass, record.resolution);
            expiry.note(record.verifiedOn, record.verificationInterval);
        }
        return (_storeLayout(words), expiry.first);
    }

    function _appendToRuns(uint64[] storage runs, uint256 firstHour, uint256 layoutId) private {
        // Layouts are far fewer than 2^28: to store one costs more than 40,000 gas.
        uint64 run = uint64((firstHour << RUN_HOUR_SHIFT) | (layoutId << RUN_LAYOUT_SHIFT));
        uint256 count = runs.length;
        if (count != 0 && runs[count - 1] & ~uint64(RUN_COUNT_MASK) == run) {
            ++runs[count - 1];
        } else {
            runs.push(run | 1);
        }
    }

    /// @dev Writes the runs of a segment anew with another layout for the group at `index`.
    function _changeRuns(Segment storage segment, uint256 index, uint32 layoutId) private {
        uint64[] memory before = segment.runs;
        delete segment.runs;
        uint256 place = 0;
        for (uint256 i = 0; i < before.length; ++i) {
            uint256 firstHour = before[i] >> RUN_HOUR_SHIFT;
            for (uint256 groups = before[i] & RUN_COUNT_MASK; groups != 0; --groups) {
                _appendToRuns(segment.runs, firstHour, place == index ? layoutId : _layoutOfRun(before[i]));
                ++place;
            }
        }
    }

    function _segment(uint32 segment) private view returns (Segment storage) {
        require(segment != 0 && segment <= _segments.length, MeterRegistry_UnknownSegment(segment));
        return _segments[segment - 1];
    }

    function _group(uint32 group) private view returns (GroupRecord storage) {
        require(group != 0 && group <= _groups.length, MeterRegistry_UnknownGroup(group));
        return _groups[group - 1];
    }

    function _layoutOfRun(uint64 run) private pure returns (uint32) {
        return uint32((run >> RUN_LAYOUT_SHIFT) & ((1 << (RUN_HOUR_SHIFT - RUN_LAYOUT_SHIFT)) - 1));
    }

    /// @dev The place of a channel's meter in its group; the parent channels have one in common, 0.
    function _placeOf(Group memory details, uint16 channel) private pure returns (uint256) {
        return channel < details.parentChannels ? 0 : channel;
    }

    /// @dev The place that follows one in its group: channels of the parent beyond the first have none of their own.
    function _placeAfter(Group memory details, uint256 place) private pure returns (uint256) {
        return place == 0 ? details.parentChannels : place + 1;
    }

    /// @dev Where the meter of a channel stands; the parent channels have one meter in common, at 0.
    function _meterRecord(
        uint32 group,
        Group memory details,
        uint16 channel
    ) private view returns (MeterRecord storage) {
        require(channel < details.parentChannels + details.consumers, MeterRegistry_UnknownChannel(group, channel));
        return _meters[group][_placeOf(details, channel)];
    }

    function _checkMeter(Meter calldata meter) private view {
        uint64 serialNumber = meter.serialNumber;
        require(serialNumber != 0, MeterRegistry_InvalidMeter(serialNumber, "serialNumber"));
        require(meter.model != 0, MeterRegistry_InvalidMeter(serialNumber, "model"));
        require(
            meter.accuracyClass != 0 && meter.accuracyClass <= MAX_ACCURACY_CLASS,
            MeterRegistry_InvalidMeter(serialNumber, "accuracyClass")
        );
        require(
            meter.resolution != 0 && meter.resolution <= MAX_RESOLUTION,
            MeterRegistry_InvalidMeter(serialNumber, "resolution")
        );
        require(
            meter.verifiedOn != 0 && meter.verifiedOn <= block.timestamp / 1 days + 1,
            MeterRegistry_InvalidMeter(serialNumber, "verifiedOn")
        );
        require(
            meter.verificationInterval != 0 && meter.verificationInterval <= MAX_VERIFICATION_INTERVAL,
            MeterRegistry_InvalidMeter(serialNumber, "verificationInterval")
        );
    }
}
