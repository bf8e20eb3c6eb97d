// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccountBook} from "./interfaces/IAccountBook.sol";
import {IBilling} from "./interfaces/IBilling.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {AccountWords} from "./libraries/AccountWords.sol";
import {Calendar} from "./libraries/Calendar.sol";

/// @title AccountBook
/// @notice Implements IAccountBook; see there for rights, units and every error.
contract AccountBook is IAccountBook, AccessManaged {
    /// @dev Terms in 24 bits: residents in the lowest 16, zones and heating in two bits each above them.
    type PackedTerms is uint24;

    /// @dev One storage word an account: a bill of one that has kept its terms and its premises reads nothing else of it.
    struct Record {
        uint32 electricityGroup;
        uint32 heatGroup;
        uint16 electricityChannel;
        uint16 heatChannel;
        uint24 area;
        uint32 areaBeforeInElectricityGroup;
        uint32 areaBeforeInHeatGroup;
        uint16 firstPeriod;
        uint16 lastPeriod;
        PackedTerms firstTerms;
        /// How many terms followed the first ones.
        uint8 changes;
        /// Were the premises another account's before?
        bool isSuccessor;
    }

    /// @dev Of premises that changed hands. `first` and `opening` are a successor's, `last` the first account's.
    struct Links {
        bytes32 predecessor;
        bytes32 successor;
        bytes32 first;
        bytes32 last;
        StoredHandover opening;
    }

    struct StoredHandover {
        uint32 hour;
        uint64 peak;
        uint64 halfPeak;
        uint64 night;
    }

    struct TermsChange {
        uint16 fromPeriod;
        PackedTerms terms;
    }

    uint256 private constant MAX_AREA = 10_000_000;
    uint256 private constant MAX_PREMISES = 500;
    uint256 private constant MAX_PAGE = 1_000;
    uint256 private constant MAX_ZONES = 3;
    uint256 private constant MAX_RESIDENTS = 1_000;
    uint256 private constant MAX_TERMS = 120;
    uint256 private constant ZONES_SHIFT = 16;
    uint256 private constant HEATING_SHIFT = 18;

    IMeterRegistry private immutable REGISTRY;
    IReadingLedger private immutable LEDGER;

    IBilling private _billing;

    mapping(bytes32 account => Record) private _accounts;
    mapping(bytes32 account => Links) private _links;
    mapping(bytes32 account => TermsChange[]) private _changes;
    mapping(bytes32 account => address holder) private _holders;
    bytes32[] private _accountIds;

    mapping(uint32 group => mapping(uint16 channel => bytes32 account)) private _accountAt;
    mapping(uint32 group => bytes32[] firstAccounts) private _premises;
    mapping(uint32 group => uint32 area) private _areas;
    /// @dev Heat groups with a flat's heat meter or boiler, now or ever: in others all premises are heated alike.
    mapping(uint32 group => bool) private _isMixed;

    /// @param registry says where a consumer's meter may be.
    /// @param ledger says at which hour and registers premises change hands.
    constructor(address manager, IMeterRegistry registry, IReadingLedger ledger) AccessManaged(manager) {
        REGISTRY = registry;
        LEDGER = ledger;
    }

    /// @inheritdoc IAccountBook
    function connect(address billing) external restricted {
        require(address(_billing) == address(0), AccountBook_AlreadyConnected(address(_billing)));
        require(billing.code.length != 0, AccountBook_NotAContract(billing));
        _billing = IBilling(billing);
        emit Connected(billing);
    }

    /// @inheritdoc IAccountBook
    function openAccount(
        bytes32 account,
        Premises calldata premises,
        uint16 firstPeriod,
        Terms calldata terms
    ) external restricted {
        require(address(_billing) != address(0), AccountBook_NotConnected());
        _checkAccount(account, premises, firstPeriod, terms.heating);
        _checkTerms(account, premises.heatGroup, terms);
        require(!_exists(account), AccountBook_AccountExists(account));

        _takeChannel(premises.electricityGroup, premises.electricityChannel, account);
        // Without a heat meter of its own the premises take no channel.
        if (premises.heatChannel != 0) _takeChannel(premises.heatGroup, premises.heatChannel, account);
        Record memory record;
        record.electricityGroup = premises.electricityGroup;
        record.electricityChannel = premises.electricityChannel;
        record.heatGroup = premises.heatGroup;
        record.heatChannel = premises.heatChannel;
        record.area = uint24(premises.area);
        record.areaBeforeInElectricityGroup = _addPremises(
            premises.electricityGroup,
            IMeterRegistry.Kind.Electricity,
            account,
            premises.area
        );
        record.areaBeforeInHeatGroup = _addPremises(
            premises.heatGroup,
            IMeterRegistry.Kind.Heat,
            account,
            premises.area
        );
        record.firstPeriod = firstPeriod;
        record.firstTerms = _pack(terms);
        _accounts[account] = record;
        _accountIds.push(account);
        _noteMixture(record, terms.heating);
        emit AccountOpened(account, _accountOf(account, record), terms);
    }

    /// @inheritdoc IAccountBook
    function setTerms(bytes32 account, uint16 fromPeriod, Terms calldata terms) external restricted {
        Record memory record = _record(account);
        require(record.lastPeriod == 0, AccountBook_Closed(account, record.lastPeriod));
        _checkTerms(account, record.heatGroup, terms);
        TermsChange[] storage changes = _changes[account];
        uint256 count = record.changes;
        uint16 earliest = count == 0 ? record.firstPeriod : changes[count - 1].fromPeriod;
        require(fromPeriod >= earliest, AccountBook_TermsNotInOrder(account, fromPeriod, earliest));

        if (fromPeriod > earliest) {
            require(count + 1 < MAX_TERMS, AccountBook_TooManyTerms(account, MAX_TERMS));
            changes.push(TermsChange(fromPeriod, _pack(terms)));
            ++_accounts[account].changes;
        } else if (count == 0) {
            _accounts[account].firstTerms = _pack(terms);
        } else {
            changes[count - 1].terms = _pack(terms);
        }
        _noteMixture(record, terms.heating);
        emit TermsChanged(account, fromPeriod, terms);
    }

    /// @inheritdoc IAccountBook
    function moveOut(bytes32 account, bytes32 successor) external restricted {
        Record memory record = _record(account);
        require(!_exists(successor), AccountBook_AccountExists(successor));
        require(successor != 0, AccountBook_InvalidAccount(successor, "successor"));
        require(record.lastPeriod == 0, AccountBook_Closed(account, record.lastPeriod));
        Handover memory handover = _handoverNow(account, record);
        uint16 lastPeriod = _lastPeriodBefore(handover.hour);
        require(
            lastPeriod >= record.firstPeriod && handover.hour > _links[account].opening.hour,
            AccountBook_NothingToClose(account)
        );

        (uint16 firstPeriod, ) = LEDGER.calendarOf(handover.hour);
        PackedTerms terms = _termsIn(account, record, firstPeriod);
        _accounts[account].lastPeriod = lastPeriod;
        (record.firstPeriod, record.firstTerms, record.changes, record.isSuccessor) = (firstPeriod, terms, 0, true);
        _accounts[successor] = record;
        _accountIds.push(successor);
        _linkAccounts(account, successor, handover);
        if (record.electricityGroup != 0) _accountAt[record.electricityGroup][record.electricityChannel] = successor;
        if (record.heatChannel != 0) _accountAt[record.heatGroup][record.heatChannel] = successor;
        emit MovedOut(account, successor, lastPeriod, handover);
    }

    /// @inheritdoc IAccountBook
    function setHolder(bytes32 account, address holder) external restricted {
        _record(account);
        _holders[account] = holder;
        emit HolderChanged(account, holder);
    }

    /// @inheritdoc IAccountBook
    function accountOf(bytes32 account) external view returns (Account memory) {
        return _accountOf(account, _record(account));
    }

    /// @inheritdoc IAccountBook
    function accountsIn(bytes32[] calldata ids, uint16 period) external view returns (uint256[] memory words) {
        words = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            Record storage record = _accounts[ids[i]];
            uint256 word;
            assembly ("memory-safe") {
                // AccountWords tells how Solidity packs a Record.
                word := sload(record.slot)
            }
            require(word != 0, AccountBook_UnknownAccount(ids[i]));
            if (record.changes != 0) {
                uint256 terms = PackedTerms.unwrap(_termsIn(ids[i], record, period));
                uint256 mask = uint256(type(uint24).max) << AccountWords.TERMS_SHIFT;
                word = (word & ~mask) | (terms << AccountWords.TERMS_SHIFT);
            }
            words[i] = word;
        }
    }

    /// @inheritdoc IAccountBook
    function termsOf(bytes32 account, uint16 period) external view returns (Terms memory) {
        return _unpack(_termsIn(account, _record(account), period));
    }

    /// @inheritdoc IAccountBook
    function handoversOf(bytes32 account) external view returns (Handover memory opening, Handover memory closing) {
        Record memory record = _record(account);
        if (record.isSuccessor) opening = _openingOf(account);
        if (record.lastPeriod != 0) closing = _openingOf(_links[account].successor);
    }

    /// @inheritdoc IAccountBook
    function holderOf(bytes32 account) external view returns (address) {
        return _holders[account];
    }

    /// @inheritdoc IAccountBook
    function consumerAt(uint32 group, uint16 channel) external view returns (bytes32 account) {
        return _accountAt[group][channel];
    }

    /// @inheritdoc IAccountBook
    function normBaseOf(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint16 residents, uint32 area) {
        bytes32 account = _accountAt[group][channel];
        if (account == 0) return (0, 0);
        Record memory record = _accounts[account];
        return (_unpack(_termsIn(account, record, period)).residents, record.area);
    }

    /// @inheritdoc IAccountBook
    function premisesOf(uint32 group) external view returns (bytes32[] memory firstAccounts) {
        return _premises[group];
    }

    /// @inheritdoc IAccountBook
    function termsOfPremises(bytes32 firstAccount, uint16 period) external view returns (Terms memory) {
        return _unpack(_termsOfPremises(firstAccount, _record(firstAccount), period));
    }

    /// @inheritdoc IAccountBook
    function areaOf(uint32 group) external view returns (uint32) {
        return _areas[group];
    }

    /// @inheritdoc IAccountBook
    function heatAreasOf(
        uint32 group,
        uint16 period
    ) external view returns (uint32 unheatedArea, uint32 meteredArea, uint16[] memory meteredChannels) {
        if (!_isMixed[group]) return (0, 0, meteredChannels);
        bytes32[] memory premises = _premises[group];
        meteredChannels = new uint16[](premises.length);
        uint256 count = 0;
        for (uint256 i = 0; i < premises.length; ++i) {
            Record memory record = _accounts[premises[i]];
            if (_unpack(_termsOfPremises(premises[i], record, period)).heating == Heating.OwnBoiler) {
                unheatedArea += record.area;
            } else if (record.heatChannel != 0) {
                meteredArea += record.area;
                meteredChannels[count++] = record.heatChannel;
            }
        }
        assembly ("memory-safe") {
            // The rest of the array is given up.
            mstore(meteredChannels, count)
        }
    }

    /// @inheritdoc IAccountBook
    function accountCount() external view returns (uint256) {
        return _accountIds.length;
    }

    /// @inheritdoc IAccountBook
    function accounts(uint256 start, uint256 limit) external view returns (bytes32[] memory) {
        require(limit <= MAX_PAGE, AccountBook_PageTooLong(limit, MAX_PAGE));
        uint256 count = _accountIds.length;
        if (start >= count) return new bytes32[](0);
        uint256 length = count - start < limit ? count - start : limit;
        bytes32[] memory page = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) page[i] = _accountIds[start + i];
        return page;
    }

    /// @dev Makes a consumer's channel the account's; group 0 is none.
    function _takeChannel(uint32 group, uint16 channel, bytes32 account) private {
        if (group == 0) return;
        IMeterRegistry.Group memory details = REGISTRY.groupOf(group);
        require(
            channel >= details.parentChannels && channel < uint256(details.parentChannels) + details.consumers,
            IMeterRegistry.MeterRegistry_UnknownChannel(group, channel)
        );
        bytes32 taken = _accountAt[group][channel];
        require(taken == 0, AccountBook_ChannelTaken(group, channel, taken));
        _accountAt[group][channel] = account;
    }

    /// @dev Adds premises to a group; 0 is no group.
    /// @return before the group's area without them.
    function _addPremises(
        uint32 group,
        IMeterRegistry.Kind kind,
        bytes32 account,
        uint32 area
    ) private returns (uint32 before) {
        if (group == 0) return 0;
        require(REGISTRY.groupOf(group).kind == kind, IMeterRegistry.MeterRegistry_WrongKind(group, kind));
        require(!_billing.isGroupBilled(group), AccountBook_AreaInUse(group));
        bytes32[] storage premises = _premises[group];
        require(premises.length < MAX_PREMISES, AccountBook_TooManyPremises(group, MAX_PREMISES));
        before = _areas[group];
        // 429 premises of the greatest area are more than a house can be.
        require(uint256(before) + area <= type(uint32).max, AccountBook_InvalidAccount(account, "area"));
        premises.push(account);
        _areas[group] = before + area;
    }

    function _noteMixture(Record memory record, Heating heating) private {
        if (record.heatGroup == 0 || (record.heatChannel == 0 && heating != Heating.OwnBoiler)) return;
        if (!_isMixed[record.heatGroup]) _isMixed[record.heatGroup] = true;
    }

    function _linkAccounts(bytes32 account, bytes32 successor, Handover memory handover) private {
        Links storage links = _links[account];
        Links storage next = _links[successor];
        bytes32 first = links.first == 0 ? account : links.first;
        links.successor = successor;
        next.predecessor = account;
        next.first = first;
        _links[first].last = successor;
        next.opening = StoredHandover(
            handover.hour,
            handover.registers[Calendar.PEAK],
            handover.registers[Calendar.HALF_PEAK],
            handover.registers[Calendar.NIGHT]
        );
    }

    function _record(bytes32 account) private view returns (Record memory) {
        require(_exists(account), AccountBook_UnknownAccount(account));
        return _accounts[account];
    }

    function _exists(bytes32 account) private view returns (bool) {
        return _accounts[account].firstPeriod != 0;
    }

    function _accountOf(bytes32 account, Record memory record) private view returns (Account memory details) {
        details.premises = Premises({
            electricityGroup: record.electricityGroup,
            electricityChannel: record.electricityChannel,
            heatGroup: record.heatGroup,
            heatChannel: record.heatChannel,
            area: record.area
        });
        details.areaBeforeInElectricityGroup = record.areaBeforeInElectricityGroup;
        details.areaBeforeInHeatGroup = record.areaBeforeInHeatGroup;
        details.firstPeriod = record.firstPeriod;
        details.lastPeriod = record.lastPeriod;
        if (record.isSuccessor) details.predecessor = _links[account].predecessor;
        if (record.lastPeriod != 0) details.successor = _links[account].successor;
    }

    function _openingOf(bytes32 account) private view returns (Handover memory handover) {
        StoredHandover memory stored = _links[account].opening;
        handover.hour = stored.hour;
        handover.registers = [stored.peak, stored.halfPeak, stored.night];
    }

    /// @dev The terms of an account in a period: the last that began by then, or its first ones.
    function _termsIn(bytes32 account, Record memory record, uint16 period) private view returns (PackedTerms) {
        TermsChange[] storage changes = _changes[account];
        for (uint256 i = record.changes; i != 0; --i) {
            TermsChange memory change = changes[i - 1];
            if (change.fromPeriod <= period) return change.terms;
        }
        return record.firstTerms;
    }

    /// @dev The terms of the last of the accounts on premises that had begun in a period, or of the first account before it began.
    function _termsOfPremises(
        bytes32 firstAccount,
        Record memory record,
        uint16 period
    ) private view returns (PackedTerms) {
        bytes32 account = _links[firstAccount].last;
        if (account == 0) return _termsIn(firstAccount, record, period);
        uint16 begun = period < record.firstPeriod ? record.firstPeriod : period;
        while (_accounts[account].firstPeriod > begun) account = _links[account].predecessor;
        return _termsIn(account, _accounts[account], period);
    }

    /// @dev The hour that the premises' segment waits for, and their own electricity registers then.
    function _handoverNow(bytes32 account, Record memory record) private view returns (Handover memory handover) {
        bool hasElectricity = record.electricityGroup != 0;
        uint32 group = hasElectricity ? record.electricityGroup : record.heatGroup;
        // Premises without a meter have no hour at which they could change hands.
        require(group != 0, AccountBook_InvalidAccount(account, "premises"));
        (handover.hour, ) = LEDGER.headOf(REGISTRY.groupOf(group).segment);
        if (hasElectricity) handover.registers = LEDGER.signedRegistersOf(group, record.electricityChannel);
    }

    /// @dev The period of the hour before; 0 where the calendar has none.
    function _lastPeriodBefore(uint32 hour) private view returns (uint16 period) {
        if (hour > Calendar.MIN_HOUR) (period, ) = LEDGER.calendarOf(hour - 1);
    }

    function _checkAccount(
        bytes32 account,
        Premises calldata premises,
        uint16 firstPeriod,
        Heating heating
    ) private pure {
        require(account != 0, AccountBook_InvalidAccount(account, "account"));
        require(
            premises.electricityGroup != 0 || premises.heatGroup != 0 || heating == Heating.Norm,
            AccountBook_InvalidAccount(account, "premises")
        );
        require(
            premises.electricityGroup != 0 || premises.electricityChannel == 0,
            AccountBook_InvalidAccount(account, "electricityChannel")
        );
        require(
            premises.heatChannel == 0 || (premises.heatGroup != 0 && heating == Heating.House),
            AccountBook_InvalidAccount(account, "heatChannel")
        );
        require(premises.area != 0 && premises.area <= MAX_AREA, AccountBook_InvalidAccount(account, "area"));
        require(
            firstPeriod != 0 && firstPeriod < Calendar.MAX_PERIOD,
            AccountBook_InvalidAccount(account, "firstPeriod")
        );
    }

    function _checkTerms(bytes32 account, uint32 heatGroup, Terms calldata terms) private pure {
        require(terms.zones != 0 && terms.zones <= MAX_ZONES, AccountBook_InvalidTerms(account, "zones"));
        require(terms.residents <= MAX_RESIDENTS, AccountBook_InvalidTerms(account, "residents"));
        require(heatGroup != 0 || terms.heating != Heating.House, AccountBook_InvalidTerms(account, "heating"));
    }

    function _pack(Terms calldata terms) private pure returns (PackedTerms) {
        uint256 packed = terms.residents | (uint256(terms.zones) << ZONES_SHIFT);
        return PackedTerms.wrap(uint24(packed | (uint256(terms.heating) << HEATING_SHIFT)));
    }

    function _unpack(PackedTerms terms) private pure returns (Terms memory) {
        uint256 packed = PackedTerms.unwrap(terms);
        return
            Terms({
                zones: uint8((packed >> ZONES_SHIFT) & 3),
                residents: uint16(packed),
                heating: Heating(packed >> HEATING_SHIFT)
            });
    }
}
