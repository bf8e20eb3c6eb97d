// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IBilling} from "./interfaces/IBilling.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Layouts} from "./libraries/Layouts.sol";
import {MeterUse} from "./libraries/MeterUse.sol";

/// @title MeterRegistry
/// @notice Implements IMeterRegistry; see there for rights, units and every error.
contract MeterRegistry is IMeterRegistry, AccessManaged {
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
    uint256 private constant MAX_AREA = 10_000_000;
    uint256 private constant MAX_PAGE = 1_000;
    uint256 private constant MAX_ACCURACY_CLASS = 1_000;
    uint256 private constant MAX_RESOLUTION = 1_000_000;
    uint256 private constant MAX_VERIFICATION_INTERVAL = 240;
    uint256 private constant MAX_CHANGES = 255;
    uint256 private constant RUN_LAYOUT_SHIFT = 12;
    uint256 private constant RUN_HOUR_SHIFT = 40;
    uint256 private constant RUN_COUNT_MASK = (1 << RUN_LAYOUT_SHIFT) - 1;

    IReadingLedger private _readingLedger;
    IBilling private _billing;

    Segment[] private _segments;
    GroupRecord[] private _groups;
    mapping(uint32 group => uint32 area) private _areas;
    mapping(uint32 group => MeterRecord[MAX_CONSUMERS + MAX_PHASES]) private _meters;
    /// @dev The meters before the present one, and the faults reported, by place as in _meters; in order of hours.
    mapping(uint32 group => mapping(uint256 place => MeterRecord[])) private _pastMeters;
    mapping(uint32 group => mapping(uint256 place => FaultReport[])) private _faults;

    bytes32[] private _models;
    mapping(bytes32 model => uint16 number) private _modelNumbers;
    mapping(bytes32 model => mapping(uint64 serialNumber => bool)) private _isRegistered;

    mapping(uint32 layoutId => uint256[MAX_LAYOUT_WORDS]) private _layouts;
    mapping(bytes32 contentHash => uint32 layoutId) private _layoutNumbers;
    uint32 private _layoutCount;

    mapping(bytes32 account => Account) private _accounts;
    mapping(uint32 group => mapping(uint16 channel => bytes32 account)) private _accountAt;
    bytes32[] private _accountIds;
    mapping(bytes32 account => address holder) private _holders;

    constructor(address manager) AccessManaged(manager) {}

    modifier whenConnected() {
        require(address(_readingLedger) != address(0), MeterRegistry_NotConnected());
        _;
    }

    /// @inheritdoc IMeterRegistry
    function connect(address readingLedger, address billing) external restricted {
        require(
            address(_readingLedger) == address(0),
            MeterRegistry_AlreadyConnected(address(_readingLedger), address(_billing))
        );
        require(readingLedger.code.length != 0, MeterRegistry_NotAContract(readingLedger));
        require(billing.code.length != 0, MeterRegistry_NotAContract(billing));
        _readingLedger = IReadingLedger(readingLedger);
        _billing = IBilling(billing);
        emit Connected(readingLedger, billing);
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
        created.layoutId = _installMeters(group, created.group, fromHour, parent, consumers);
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
        _refreshLayout(group, record);
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
        _refreshLayout(group, record);
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
        reports.push(FaultReport({fromHour: fromHour, fault: fault}));
        emit FaultReported(group, channel, fault, fromHour);
    }

    /// @inheritdoc IMeterRegistry
    function openAccount(
        bytes32 account,
        uint32 electricityGroup,
        uint16 electricityChannel,
        uint32 heatGroup,
        uint32 area,
        uint16 firstPeriod
    ) external restricted whenConnected {
        require(account != 0, MeterRegistry_InvalidAccount(account, "account"));
        require(_accounts[account].area == 0, MeterRegistry_AccountExists(account));
        require(
            electricityGroup != 0 || (heatGroup != 0 && electricityChannel == 0),
            MeterRegistry_InvalidAccount(account, "electricityGroup")
        );
        require(area != 0 && area <= MAX_AREA, MeterRegistry_InvalidAccount(account, "area"));
        require(
            firstPeriod != 0 && firstPeriod < Calendar.MAX_PERIOD,
            MeterRegistry_InvalidAccount(account, "firstPeriod")
        );
        if (electricityGroup != 0) _takeChannel(electricityGroup, electricityChannel, account);

        Account memory details = Account({
            electricityGroup: electricityGroup,
            electricityChannel: electricityChannel,
            heatGroup: heatGroup,
            area: area,
            firstPeriod: firstPeriod,
            areaBeforeInElectricityGroup: _addArea(electricityGroup, Kind.Electricity, area),
            areaBeforeInHeatGroup: _addArea(heatGroup, Kind.Heat, area)
        });
        _accounts[account] = details;
        _accountIds.push(account);
        emit AccountOpened(account, details);
    }

    /// @inheritdoc IMeterRegistry
    function setHolder(bytes32 account, address holder) external restricted {
        require(_accounts[account].area != 0, MeterRegistry_UnknownAccount(account));
        _holders[account] = holder;
        emit HolderChanged(account, holder);
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
        MeterRecord memory present = _meterRecord(group, details, channel);
        MeterUse.Question memory question;
        question.start = _readingLedger.firstHourOf(period);
        if (question.start < details.firstHour) question.start = details.firstHour;
        question.end = _readingLedger.firstHourOf(period + 1);
        question.utcOffset = _readingLedger.utcOffset();
        question.faults = _faults[group][_placeOf(details, channel)];
        MeterRecord[] memory past = _pastMeters[group][_placeOf(details, channel)];
        for (uint256 i = 0; i <= past.length; ++i) {
            MeterRecord memory record = i < past.length ? past[i] : present;
            uint32 end =
                i == past.length
                    ? question.end
                    : i + 1 == past.length
                        ? present.fromHour
                        : past[i + 1].fromHour;
            // A meter has a verification interval of at least a month; a channel without a meter has none.
            MeterUse.consider(question, record.fromHour, end, record.verifiedOn, record.verificationInterval);
        }
        return (question.hour, question.fault);
    }

    /// @inheritdoc IMeterRegistry
    function phaseOf(uint32 group, uint16 channel) external view returns (uint8) {
        Group memory details = _group(group).group;
        MeterRecord storage record = _meterRecord(group, details, channel);
        return channel < details.parentChannels ? uint8(channel) : record.phase;
    }

    /// @inheritdoc IMeterRegistry
    function accountOf(bytes32 account) external view returns (Account memory) {
        Account memory details = _accounts[account];
        require(details.area != 0, MeterRegistry_UnknownAccount(account));
        return details;
    }

    /// @inheritdoc IMeterRegistry
    function holderOf(bytes32 account) external view returns (address) {
        return _holders[account];
    }

    /// @inheritdoc IMeterRegistry
    function areaOf(uint32 group) external view returns (uint32) {
        _group(group);
        return _areas[group];
    }

    /// @inheritdoc IMeterRegistry
    function accountCount() external view returns (uint256) {
        return _accountIds.length;
    }

    /// @inheritdoc IMeterRegistry
    function accounts(uint256 start, uint256 limit) external view returns (bytes32[] memory) {
        require(limit <= MAX_PAGE, MeterRegistry_PageTooLong(limit, MAX_PAGE));
        uint256 count = _accountIds.length;
        if (start >= count) return new bytes32[](0);
        uint256 length = count - start < limit ? count - start : limit;
        bytes32[] memory page = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) page[i] = _accountIds[start + i];
        return page;
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
        past.push(record);
        if (record.model != 0) delete _isRegistered[_models[record.model - 1]][record.serialNumber];
    }

    /// @dev Gives a group the layout of its meters as they are now.
    function _refreshLayout(uint32 group, GroupRecord storage record) private {
        uint32 layoutId = _layoutOf(group, record.group);
        if (layoutId == record.layoutId) return;
        record.layoutId = layoutId;
        _changeRuns(_segment(record.group.segment), record.index, layoutId);
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
    ) private returns (uint32 layoutId) {
        MeterRecord[MAX_CONSUMERS + MAX_PHASES] storage places = _meters[group];
        uint256 first = details.parentChannels;
        _installMeter(places[0], parent, 0, fromHour);
        uint256[] memory words = Layouts.create(
            first + consumers.length,
            first,
            parent.accuracyClass,
            parent.resolution
        );
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
        }
        return _storeLayout(words);
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

    /// @dev The layout of a group as its meters are now.
    function _layoutOf(uint32 group, Group memory details) private returns (uint32 layoutId) {
        MeterRecord[MAX_CONSUMERS + MAX_PHASES] storage records = _meters[group];
        uint256 first = details.parentChannels;
        uint256 channels = first + details.consumers;
        uint256[] memory words = Layouts.create(channels, first, records[0].accuracyClass, records[0].resolution);
        for (uint256 channel = first; channel < channels; ++channel) {
            MeterRecord memory record = records[channel];
            if (record.model == 0) continue;
            Layouts.setConsumer(words, channel, record.phase, record.accuracyClass, record.resolution);
        }
        return _storeLayout(words);
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

    function _takeChannel(uint32 group, uint16 channel, bytes32 account) private {
        Group memory details = _group(group).group;
        require(
            channel >= details.parentChannels && channel < details.parentChannels + details.consumers,
            MeterRegistry_UnknownChannel(group, channel)
        );
        bytes32 taken = _accountAt[group][channel];
        require(taken == 0, MeterRegistry_ChannelTaken(group, channel, taken));
        _accountAt[group][channel] = account;
    }

    /// @dev Adds an area to a group's total; 0 is no group.
    /// @return before the total without it.
    function _addArea(uint32 group, Kind kind, uint32 area) private returns (uint32 before) {
        if (group == 0) return 0;
        require(_group(group).group.kind == kind, MeterRegistry_WrongKind(group, kind));
        require(!_billing.isGroupBilled(group), MeterRegistry_AreaInUse(group));
        before = _areas[group];
        _areas[group] = before + area;
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
