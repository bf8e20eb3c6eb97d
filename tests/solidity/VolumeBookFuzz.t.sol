// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {VolumeBook} from "../../contracts/VolumeBook.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {ChannelWords} from "../../contracts/libraries/ChannelWords.sol";
import {PremisesStub} from "./PremisesStub.sol";
import {ReadingsStub} from "./ReadingsStub.sol";
import {TestBase} from "./TestBase.sol";
import {VolumeModel} from "./VolumeModel.sol";

/// @title VolumeBook against a plain model: random houses, months, gaps, faults and corrections, to the last unit
contract VolumeBookFuzzTest is TestBase, VolumeModel {
    uint32 private constant GROUP = 7;
    uint32 private constant FIRST_HOUR = 490_893;
    uint16 private constant JANUARY = 672;
    uint256 private constant PERIODS = 10;

    VolumeBook private volumes;

    function setUp() external {
        readings = new ReadingsStub();
        premises = new PremisesStub();
        volumes = new VolumeBook(
            IMeterRegistry(address(readings)),
            IReadingLedger(address(readings)),
            IAccountBook(address(premises)),
            ITariffBook(address(premises))
        );
    }

    /// forge-config: default.fuzz.runs = 48
    /// @dev Half of the houses begin within a month. What is learned of a month afterwards changes it, and all after it, as the model does.
    function testFuzz_Volumes_RandomHistory_AreTheModels(uint256 seed) external {
        _build(seed);
        for (uint256 i = 0; i < PERIODS; ++i) _fillPeriod(seed, firstPeriod + i);
        uint16 last = uint16(firstPeriod + PERIODS - 1);
        assertEq(volumes.fix(GROUP, last), last + 1, "all at once");
        _checkFrom(firstPeriod);

        uint256 learned = firstPeriod + (_random(seed, "learned", 0) % PERIODS);
        _fillPeriod(~seed, learned);
        assertEq(volumes.refix(GROUP, uint16(learned)), last + 1, "all after it");
        _checkFrom(learned);
    }

    function _build(uint256 seed) private {
        isHeat = _random(seed, "kind", 0) % 2 == 0;
        parents = isHeat ? 1 : 3;
        uint16 consumers = uint16(1 + (_random(seed, "consumers", 0) % 5));
        channels = parents + consumers;
        firstPeriod = JANUARY;
        firstHour = FIRST_HOUR + (seed % 2 == 0 ? 0 : uint32(_random(seed, "first hour", 0) % 744));
        readings.setGroup(isHeat ? IMeterRegistry.Kind.Heat : IMeterRegistry.Kind.Electricity, consumers, firstHour);
        premises.setAreaOfOthers(uint32(_random(seed, "others", 0) % 20_000));
        for (uint256 channel = parents; channel < channels; ++channel) {
            uint256 random = _random(seed, "flat", channel);
            if (random % 6 == 0) continue;
            bool hasBoiler = random % 6 == 1;
            premises.setFlat(
                uint16(channel),
                PremisesStub.Flat(uint16((random >> 8) % 6), 4_001 + uint32(channel), hasBoiler)
            );
        }
    }

    function _fillPeriod(uint256 seed, uint256 period) private {
        bool isSummer = isHeat && _random(seed, "summer", period) % 4 == 0;
        for (uint256 channel = 0; channel < channels; ++channel) {
            ReadingsStub.Month memory month = _monthOf(seed, channel, period, isSummer);
            if (channel < parents) {
                // The parent's meter is one, whatever its channels.
                ReadingsStub.Month memory first = readings.monthOf(0, period);
                if (channel != 0) (month.fault, month.hoursBefore) = (first.fault, first.hoursBefore);
            }
            readings.setMonth(channel, period, startOf(period), month);
        }
    }

    function _monthOf(
        uint256 seed,
        uint256 channel,
        uint256 period,
        bool isSummer
    ) private view returns (ReadingsStub.Month memory month) {
        uint256 random = _random(seed, "month", channel * 1_000 + period);
        uint256 hours_ = Calendar.firstHourOf(period + 1, 3 hours) - startOf(period);
        // A channel's troubles last: each begins in a month that is a multiple of two or three.
        uint256 lasts = 1 + (_random(seed, "lasts", channel) % 3);
        uint256 trouble = _random(seed, "trouble", channel * 1_000 + period / lasts) % 12;
        month.hoursBefore = uint32(hours_);
        if (trouble == 1) month.missing = uint16(random % 100 > hours_ ? hours_ : random % 100);
        else if (trouble == 2) month.missing = uint16((hours_ + 1) / 2);
        else if (trouble == 3) month.missing = uint16(hours_ - (random % 2 == 0 ? 0 : hours_ / 3));
        else if (trouble >= 4 && trouble < 8) {
            month.fault = IMeterRegistry.Fault(1 + (random % 4));
            month.hoursBefore = uint32(trouble == 4 ? 0 : (random >> 8) % hours_);
            if (trouble == 5) month.missing = uint16((random >> 16) % (hours_ + 1));
        }
        if (random % 5 == 0) month.estimated = uint16((random >> 24) % (hours_ - month.missing + 1));
        for (uint256 zone = 0; zone < (isHeat ? 1 : 3); ++zone) {
            if (isSummer || month.missing == hours_) continue;
            uint256 most = channel < parents && !isHeat ? 400_000 : 300_000;
            month.signed[zone] = uint64((random >> (32 + 32 * zone)) % most);
            if (random % 7 == 0)
                month.corrections[zone] = int64(uint64(random >> 128) % 5_000) - int64(month.signed[zone] / 2);
        }
    }

    function _checkFrom(uint256 from) private view {
        for (uint256 period = from; period < firstPeriod + PERIODS; ++period) {
            (IVolumeBook.House memory house, int64[3] memory carry) = houseAndCarry(period);
            IVolumeBook.House memory actual = volumes.houseOf(GROUP, uint16(period));
            house.revision = readings.groupPeriodOf(GROUP, uint16(period)).revision;
            assertEq(abi.encode(actual), abi.encode(house), "house");
            assertEq(volumes.carryOf(GROUP, uint16(period)), carry, "carry");
            _checkVolumes(uint16(period));
        }
    }

    /// @dev One by one, and all at once.
    function _checkVolumes(uint16 period) private view {
        uint16[] memory consumers = new uint16[](channels - parents);
        for (uint256 i = 0; i < consumers.length; ++i) consumers[i] = uint16(parents + i);
        uint256[] memory words = volumes.volumesOf(GROUP, consumers, period);
        for (uint256 i = 0; i < consumers.length; ++i) {
            (, IVolumeBook.Volume memory volume) = channelVolume(consumers[i], period);
            assertEq(abi.encode(volumes.volumeOf(GROUP, consumers[i], period)), abi.encode(volume), "volume");
            IVolumeBook.Volume memory among = ChannelWords.unpack(words[i]);
            assertEq(among.byZone, volume.byZone, "volume among others");
            assertEq(uint256(among.method), uint256(volume.method), "method among others");
        }
    }

    function _random(uint256 seed, string memory what, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what, index)));
    }
}
