// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "./interfaces/IAccountBook.sol";
import {IBilling} from "./interfaces/IBilling.sol";
import {ICharges} from "./interfaces/ICharges.sol";
import {IMeterRegistry} from "./interfaces/IMeterRegistry.sol";
import {IOutages} from "./interfaces/IOutages.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";
import {ITariffBook} from "./interfaces/ITariffBook.sol";
import {IVolumeBook} from "./interfaces/IVolumeBook.sol";
import {AccountWords} from "./libraries/AccountWords.sol";
import {AreaShares} from "./libraries/AreaShares.sol";
import {Bands} from "./libraries/Bands.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {ChannelWords} from "./libraries/ChannelWords.sol";
import {Handovers} from "./libraries/Handovers.sol";
import {HeatShares} from "./libraries/HeatShares.sol";
import {Lines} from "./libraries/Lines.sol";
import {Money} from "./libraries/Money.sol";
import {PackedAmounts, PRINCIPALS} from "./libraries/PackedAmounts.sol";
import {Reductions} from "./libraries/Reductions.sol";
import {Services} from "./libraries/Services.sol";

/// @title Charges
/// @notice Implements ICharges; see there for units and every error.
contract Charges is ICharges {
    using Services for ITariffBook.Tariff;

    /// @dev What the bills of one electricity group have in common. Kept from one account to the next.
    struct PowerHouse {
        uint32 group;
        /// Had the group begun?
        bool isThere;
        uint32 area;
        uint64 reductionHours;
        IVolumeBook.Method method;
        /// Common needs by zone of the finest calendar.
        uint64[3] shared;
    }

    /// @dev What the bills of one heat group have in common.
    struct HeatHouse {
        uint32 group;
        bool isThere;
        uint64 reductionHours;
        IVolumeBook.Method method;
        HeatShares.HouseHeat shares;
    }

    /// @dev The accounts of a call, and what their bills have in common.
    struct Batch {
        uint16 period;
        uint32 firstHour;
        uint32 endHour;
        /// Packed as AccountWords says.
        uint256[] accounts;
        /// By account, packed as ChannelWords says; 0 for one without a meter of its own.
        uint256[] electricity;
        uint256[] heat;
        ITariffBook.Tariff tariff;
        PowerHouse power;
        HeatHouse house;
    }

    /// @dev A period of premises' own meter: its registers at the beginning and the end, and the hours in which its group was there.
    struct Span {
        uint64[3] start;
        uint64[3] end;
        uint32 firstHour;
        uint32 endHour;
    }

    /// @dev An account's bill as it is put together; used again for the next account.
    struct Draft {
        bytes32 account;
        /// Packed as AccountWords says.
        uint256 word;
        uint256 zones;
        /// The part of the period that the account has, where its premises pass on within it; hour 0 for no such moment.
        bool isPart;
        IAccountBook.Handover opening;
        IAccountBook.Handover closing;
        /// What the lines of the present service have in common, and what they come to.
        uint256 head;
        uint256 sum;
        uint256[] lines;
        uint256 count;
    }

    uint256 private constant ZONES = 3;
    uint256 private constant BANDS = 3;
    /// @dev Electricity: three zones in three bands; common needs: three zones; heating: one. And a reduction each.
    uint256 private constant MAX_LINES = ZONES * BANDS + ZONES + 1 + PRINCIPALS;

    IMeterRegistry private immutable REGISTRY;
    IReadingLedger private immutable LEDGER;
    ITariffBook private immutable TARIFFS;
    IAccountBook private immutable ACCOUNTS;
    IVolumeBook private immutable VOLUMES;
    IOutages private immutable OUTAGES;

    constructor(
        IMeterRegistry registry,
        IReadingLedger ledger,
        ITariffBook tariffs,
        IAccountBook accounts,
        IVolumeBook volumes,
        IOutages outages
    ) {
        REGISTRY = registry;
        LEDGER = ledger;
        TARIFFS = tariffs;
        ACCOUNTS = accounts;
        VOLUMES = volumes;
        OUTAGES = outages;
    }

    /// @inheritdoc ICharges
    function chargesOf(bytes32[] calldata accounts, uint16 period) external view returns (uint256[][] memory lines) {
        return _charge(accounts, _open(accounts, period));
    }

    /// @inheritdoc ICharges
    function fixAndCharge(
        bytes32[] calldata accounts,
        uint16 period
    ) external returns (uint256[][] memory lines, uint32[] memory groups) {
        Batch memory batch = _open(accounts, period);
        groups = _fixGroups(accounts, batch);
        lines = _charge(accounts, batch);
    }

    /// @dev Fixes the volumes of all groups of the accounts.
    /// @return groups the groups; those of neighbours once.
    function _fixGroups(bytes32[] calldata accounts, Batch memory batch) private returns (uint32[] memory groups) {
        groups = new uint32[](2 * accounts.length);
        uint256 count = 0;
        uint32 electricityGroup = 0;
        uint32 heatGroup = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            (uint32 group, ) = AccountWords.electricityOf(batch.accounts[i]);
            if (group != 0 && group != electricityGroup) {
                _fixGroup(accounts[i], group, batch.period);
                groups[count++] = electricityGroup = group;
            }
            (group, ) = AccountWords.heatOf(batch.accounts[i]);
            if (group != 0 && group != heatGroup) {
                _fixGroup(accounts[i], group, batch.period);
                groups[count++] = heatGroup = group;
            }
        }
        assembly ("memory-safe") {
            // Made for the worst case: the rest of the array is given up.
            mstore(groups, count)
        }
    }

    function _fixGroup(bytes32 account, uint32 group, uint16 period) private {
        if (VOLUMES.nextPeriodOf(group) > period) return;
        uint32 segment = REGISTRY.groupOf(group).segment;
        require(LEDGER.isPeriodOver(segment, period), IBilling.Billing_PeriodNotOver(account, period));
        require(VOLUMES.fix(group, period) > period, IVolumeBook.VolumeBook_NotFixed(group, period));
    }

    /// @dev The accounts, each of which must have the period, and the tariff.
    function _open(bytes32[] calldata accounts, uint16 period) private view returns (Batch memory batch) {
        batch.period = period;
        batch.firstHour = LEDGER.firstHourOf(period);
        batch.endHour = LEDGER.firstHourOf(period + 1);
        batch.tariff = TARIFFS.tariffOf(period);
        batch.accounts = ACCOUNTS.accountsIn(accounts, period);
        for (uint256 i = 0; i < accounts.length; ++i) {
            (uint16 first, uint16 last) = AccountWords.periodsOf(batch.accounts[i]);
            require(period >= first, IBilling.Billing_NotYetOpen(accounts[i], period, first));
            require(last == 0 || period <= last, IBilling.Billing_Closed(accounts[i], period, last));
        }
    }

    function _charge(bytes32[] calldata accounts, Batch memory batch) private view returns (uint256[][] memory lines) {
        batch.electricity = _volumesOf(batch, false);
        batch.heat = _volumesOf(batch, true);
        Draft memory draft;
        draft.lines = new uint256[](MAX_LINES);
        lines = new uint256[][](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            IAccountBook.Heating heating;
            (draft.account, draft.word, draft.count) = (accounts[i], batch.accounts[i], 0);
            (draft.zones, heating) = AccountWords.termsOf(draft.word);
            _openHouses(draft, batch);
            _openStay(draft, batch.period);
            _chargeElectricity(draft, batch, batch.electricity[i]);
            _chargeCommonNeeds(draft, batch);
            _chargeHeating(draft, batch, heating, batch.heat[i]);
            lines[i] = _linesOf(draft);
        }
    }

    /// @dev What the accounts' own meters counted, asked for once a run of neighbours.
    function _volumesOf(Batch memory batch, bool isHeat) private view returns (uint256[] memory volumes) {
        uint256 count = batch.accounts.length;
        volumes = new uint256[](count);
        uint256 start = 0;
        while (start < count) {
            (uint32 group, uint16 channel) = _meterOf(batch.accounts[start], isHeat);
            uint256 end = start + 1;
            if (channel == 0 || !_isThere(batch, group)) {
                start = end;
                continue;
            }
            while (end < count && _isBehind(batch.accounts[end], isHeat, group)) ++end;
            uint16[] memory channels = new uint16[](end - start);
            for (uint256 i = start; i < end; ++i) (, channels[i - start]) = _meterOf(batch.accounts[i], isHeat);
            uint256[] memory found = VOLUMES.volumesOf(group, channels, batch.period);
            for (uint256 i = start; i < end; ++i) volumes[i] = found[i - start];
            start = end;
        }
    }

    /// @dev Opens the houses of an account if they are others than those of the account before.
    function _openHouses(Draft memory draft, Batch memory batch) private view {
        (uint32 electricityGroup, ) = AccountWords.electricityOf(draft.word);
        (uint32 heatGroup, ) = AccountWords.heatOf(draft.word);
        if (electricityGroup != 0 && electricityGroup != batch.power.group) _openPowerHouse(batch, electricityGroup);
        if (heatGroup != 0 && heatGroup != batch.house.group) _openHeatHouse(batch, heatGroup);
        if ((electricityGroup != 0 && batch.power.isThere) || (heatGroup != 0 && batch.house.isThere)) return;
        // Where no reading says that the period is over the clock does.
        bool isOver = block.timestamp >= uint256(batch.endHour) * 1 hours;
        require(isOver, IBilling.Billing_PeriodNotOver(draft.account, batch.period));
    }

    function _openPowerHouse(Batch memory batch, uint32 group) private view {
        PowerHouse memory house = batch.power;
        house.group = group;
        house.isThere = _isThere(batch, group);
        if (!house.isThere) return;
        IVolumeBook.House memory fixed_ = VOLUMES.houseOf(group, batch.period);
        house.area = ACCOUNTS.areaOf(group);
        house.method = fixed_.method;
        house.shared = fixed_.shared;
        house.reductionHours = OUTAGES.reductionHoursOf(group, batch.period).electricityExcess;
    }

    function _openHeatHouse(Batch memory batch, uint32 group) private view {
        HeatHouse memory house = batch.house;
        house.group = group;
        house.isThere = _isThere(batch, group);
        IOutages.ReductionHours memory reduction = OUTAGES.reductionHoursOf(group, batch.period);
        house.reductionHours = uint64(reduction.heatExcess) + reduction.heatDegrees;
        if (!house.isThere) return;
        IVolumeBook.House memory fixed_ = VOLUMES.houseOf(group, batch.period);
        house.method = fixed_.method;
        house.shares = HeatShares.HouseHeat({
            house: fixed_.shared[0],
            wholeArea: ACCOUNTS.areaOf(group),
            unheatedArea: fixed_.unheatedArea,
            metered: fixed_.metered,
            meteredArea: fixed_.meteredArea
        });
    }

    /// @dev Does a group have an hour in the period? An account may begin before its house.
    function _isThere(Batch memory batch, uint32 group) private view returns (bool) {
        return REGISTRY.groupOf(group).firstHour < batch.endHour;
    }

    function _openStay(Draft memory draft, uint16 period) private view {
        (uint16 first, uint16 last) = AccountWords.periodsOf(draft.word);
        bool begins = first == period && AccountWords.isSuccessor(draft.word);
        bool ends = last == period;
        draft.isPart = begins || ends;
        if (!draft.isPart) return;
        (draft.opening, draft.closing) = ACCOUNTS.handoversOf(draft.account);
        if (!begins) draft.opening.hour = 0;
        if (!ends) draft.closing.hour = 0;
    }

    /// @dev Own electricity, by zone and band.
    function _chargeElectricity(Draft memory draft, Batch memory batch, uint256 volume) private view {
        if (volume == 0) return;
        uint64[3] memory own = ChannelWords.zonesOf(volume);
        if (draft.isPart) _cutOwn(own, draft, batch);
        uint256 zones = draft.zones;
        _mergeZones(own, zones);
        _begin(draft, batch, IBilling.Service.Electricity, ChannelWords.methodOf(volume));
        uint64 firstLimit = batch.tariff.firstBandLimit;
        if (uint256(own[0]) + own[1] + own[2] <= firstLimit) {
            _addZones(draft, batch.tariff.electricityPrices, own, 0);
        } else {
            uint64[3][3] memory bands = Bands.split(own, firstLimit, batch.tariff.secondBandLimit);
            for (uint256 zone = 0; zone < zones; ++zone) {
                for (uint256 band = 0; band < BANDS; ++band) {
                    _addElectricity(draft, batch.tariff.electricityPrices, zone, band, bands[band][zone]);
                }
            }
        }
        _reduce(draft, batch.tariff.reductionRate, batch.power.reductionHours);
    }

    /// @dev The share of the house's common needs (СОИ), zone by zone, at the price of the first band.
    function _chargeCommonNeeds(Draft memory draft, Batch memory batch) private pure {
        PowerHouse memory house = batch.power;
        (uint32 group, ) = AccountWords.electricityOf(draft.word);
        if (group == 0 || !house.isThere) return;
        (uint32 areaBefore, ) = AccountWords.areasBeforeOf(draft.word);
        uint32 area = AccountWords.areaOf(draft.word);
        uint64[3] memory part;
        for (uint256 i = 0; i < ZONES; ++i) {
            uint64 shared = house.shared[i];
            if (shared == 0) continue;
            uint64 share = AreaShares.shareOf(shared, areaBefore, area, house.area);
            part[i] = draft.isPart ? _cutShare(share, draft, batch) : share;
        }
        _mergeZones(part, draft.zones);
        _begin(draft, batch, IBilling.Service.CommonNeeds, house.method);
        _addZones(draft, batch.tariff.electricityPrices, part, 0);
        _reduce(draft, batch.tariff.reductionRate, house.reductionHours);
    }

    function _chargeHeating(
        Draft memory draft,
        Batch memory batch,
        IAccountBook.Heating heating,
        uint256 own
    ) private pure {
        uint64 quantity;
        IVolumeBook.Method method;
        if (heating == IAccountBook.Heating.House && batch.house.isThere) {
            (quantity, method) = _heatOfHouse(draft, batch.house, own);
        } else if (heating == IAccountBook.Heating.Norm) {
            quantity = HeatShares.byNorm(AccountWords.areaOf(draft.word), batch.tariff.heatNorm);
            method = IVolumeBook.Method.Norm;
        }
        if (draft.isPart) quantity = _cutShare(quantity, draft, batch);
        if (quantity == 0) return;
        _begin(draft, batch, IBilling.Service.Heating, method);
        uint64 price = batch.tariff.heatPrice;
        _addCharge(draft, IBilling.Zone.Whole, 0, quantity, price, Money.chargeForHeat(quantity, price));
        (uint32 group, ) = AccountWords.heatOf(draft.word);
        if (group != 0) _reduce(draft, batch.tariff.reductionRate, batch.house.reductionHours);
    }

    function _heatOfHouse(
        Draft memory draft,
        HeatHouse memory house,
        uint256 own
    ) private pure returns (uint64 quantity, IVolumeBook.Method method) {
        uint32 area = AccountWords.areaOf(draft.word);
        (, uint16 channel) = AccountWords.heatOf(draft.word);
        HeatShares.HouseHeat memory shares = house.shares;
        method = house.method;
        if (shares.meteredArea == 0) {
            (, uint32 areaBefore) = AccountWords.areasBeforeOf(draft.word);
            quantity = HeatShares.shareOf(shares, areaBefore, area);
        } else if (channel == 0) {
            quantity = HeatShares.ofUnmetered(shares, area);
        } else {
            quantity = HeatShares.ofMetered(shares, ChannelWords.zonesOf(own)[0], area);
            method = ChannelWords.methodOf(own);
        }
    }

    /// @dev Leaves of the premises' own volume what falls on the account's time, as the registers were when it began and ended.
    function _cutOwn(uint64[3] memory own, Draft memory draft, Batch memory batch) private view {
        (uint32 group, uint16 channel) = AccountWords.electricityOf(draft.word);
        Span memory span;
        span.start = LEDGER.registersAt(group, channel, batch.period - 1);
        span.end = LEDGER.registersAt(group, channel, batch.period);
        span.firstHour = REGISTRY.groupOf(group).firstHour;
        if (span.firstHour < batch.firstHour) span.firstHour = batch.firstHour;
        span.endHour = batch.endHour;
        for (uint256 i = 0; i < ZONES; ++i) {
            uint64 volume = own[i];
            if (draft.closing.hour != 0) own[i] = _ownBefore(volume, i, draft.closing, span);
            if (draft.opening.hour != 0) own[i] -= _ownBefore(volume, i, draft.opening, span);
        }
    }

    /// @dev Begins the lines of a service.
    function _begin(
        Draft memory draft,
        Batch memory batch,
        IBilling.Service service,
        IVolumeBook.Method method
    ) private pure {
        uint16 provider = batch.tariff.providerOf(service);
        draft.head = Lines.headOf(service, IBilling.LineKind.Charge, method, batch.period, provider);
        draft.sum = 0;
    }

    /// @dev Adds the charges of the zones that the account has, in a band.
    function _addZones(
        Draft memory draft,
        uint64[18] memory prices,
        uint64[3] memory volumes,
        uint256 band
    ) private pure {
        uint256 zones = draft.zones;
        for (uint256 zone = 0; zone < zones; ++zone) _addElectricity(draft, prices, zone, band, volumes[zone]);
    }

    /// @dev Adds a charge of electricity, if there is any. `zone` and `band` are counted from 0, within the zones that the account has.
    function _addElectricity(
        Draft memory draft,
        uint64[18] memory prices,
        uint256 zone,
        uint256 band,
        uint64 quantity
    ) private pure {
        if (quantity == 0) return;
        uint256 zones = draft.zones;
        uint64 price;
        unchecked {
            // Zones are 1 to 3, zone is below that, and band below 3.
            price = prices[3 * ((zones * (zones - 1)) / 2 + zone) + band];
            ++band;
        }
        uint256 amount = Money.chargeForElectricity(quantity, price);
        _addCharge(draft, _zoneAt(zones, zone), band, quantity, price, amount);
    }

    function _addCharge(
        Draft memory draft,
        IBilling.Zone zone,
        uint256 band,
        uint64 quantity,
        uint64 price,
        uint256 amount
    ) private pure {
        unchecked {
            // A charge is below 2^121, and the sum before it below 2^40.
            uint256 sum = draft.sum + amount;
            require(sum <= PackedAmounts.MAX_AMOUNT, IBilling.Billing_AmountTooLarge(draft.account, sum));
            draft.sum = sum;
        }
        _addLine(draft, Lines.complete(draft.head, zone, band, quantity, price, int64(uint64(amount))));
    }

    function _addLine(Draft memory draft, uint256 line) private pure {
        unchecked {
            uint256 place = draft.count;
            draft.lines[place] = line;
            draft.count = place + 1;
        }
    }

    /// @dev Adds the reduction of the service begun last, where there is one.
    function _reduce(Draft memory draft, uint16 rate, uint64 hours_) private pure {
        if (hours_ == 0) return;
        uint64 reduction = Reductions.reductionOf(uint64(draft.sum), hours_, rate);
        if (reduction == 0) return;
        uint256 head = Lines.reductionHeadOf(draft.head);
        _addLine(draft, Lines.complete(head, IBilling.Zone.Whole, 0, hours_, rate, -int64(reduction)));
    }

    /// @dev What of a share by area falls on the account's time, by hours of the local month.
    function _cutShare(uint64 share, Draft memory draft, Batch memory batch) private pure returns (uint64 part) {
        uint32 hours_ = batch.endHour - batch.firstHour;
        (uint32 opening, uint32 closing) = (draft.opening.hour, draft.closing.hour);
        part = closing == 0 ? share : Handovers.shareBefore(share, closing - batch.firstHour, hours_);
        if (opening != 0) part -= Handovers.shareBefore(share, opening - batch.firstHour, hours_);
    }

    /// @dev What of the own volume of a zone falls on the time before a handover.
    function _ownBefore(
        uint64 volume,
        uint256 zone,
        IAccountBook.Handover memory handover,
        Span memory span
    ) private pure returns (uint64) {
        // A group that came after the handover has used nothing before it.
        uint32 hoursBefore = handover.hour > span.firstHour ? handover.hour - span.firstHour : 0;
        return
            Handovers.ownBefore({
                volume: volume,
                before: handover.registers[zone] - span.start[zone],
                whole: span.end[zone] - span.start[zone],
                hoursBefore: hoursBefore,
                hours_: span.endHour - span.firstHour
            });
    }

    function _linesOf(Draft memory draft) private pure returns (uint256[] memory lines) {
        lines = new uint256[](draft.count);
        for (uint256 i = 0; i < lines.length; ++i) lines[i] = draft.lines[i];
    }

    /// @dev Premises' own meter; channel 0 for none.
    function _meterOf(uint256 account, bool isHeat) private pure returns (uint32 group, uint16 channel) {
        return isHeat ? AccountWords.heatOf(account) : AccountWords.electricityOf(account);
    }

    /// @dev Have premises a meter of their own in that group?
    function _isBehind(uint256 account, bool isHeat, uint32 group) private pure returns (bool) {
        (uint32 own, uint16 channel) = _meterOf(account, isHeat);
        return own == group && channel != 0;
    }

    /// @dev Makes of volumes of the finest calendar those of the zones that an account has, in the order of its lines.
    function _mergeZones(uint64[3] memory volumes, uint256 zones) private pure {
        if (zones == ZONES) return;
        uint64 night = volumes[Calendar.NIGHT];
        uint64 day = volumes[Calendar.PEAK] + volumes[Calendar.HALF_PEAK];
        (volumes[0], volumes[1], volumes[2]) = zones == 1 ? (day + night, 0, 0) : (day, night, 0);
    }

    function _zoneAt(uint256 zones, uint256 zone) private pure returns (IBilling.Zone) {
        if (zones == 1) return IBilling.Zone.Whole;
        if (zones == 2) return zone == 0 ? IBilling.Zone.Day : IBilling.Zone.Night;
        if (zone == Calendar.NIGHT) return IBilling.Zone.Night;
        return zone == Calendar.PEAK ? IBilling.Zone.Peak : IBilling.Zone.HalfPeak;
    }
}
