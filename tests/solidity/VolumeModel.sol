// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {PremisesStub} from "./PremisesStub.sol";
import {ReadingsStub} from "./ReadingsStub.sol";

/// @title Volumes a second time: plain and slow, each computed anew from the first period on whenever it is asked for
/// @dev Shares neither state nor arithmetic with VolumeBook; the rules are those of docs/adr/0011.
abstract contract VolumeModel {
    struct Part {
        uint256 hours_;
        uint256 usable;
        uint256[3] raw;
        uint256[3] used;
        uint256 estimated;
        IMeterRegistry.Fault fault;
    }

    ReadingsStub internal readings;
    PremisesStub internal premises;
    bool internal isHeat;
    uint256 internal parents;
    uint256 internal channels;
    uint32 internal firstHour;
    uint256 internal firstPeriod;

    function startOf(uint256 period) internal view returns (uint32 start) {
        start = Calendar.firstHourOf(period, 3 hours);
        if (start < firstHour) start = firstHour;
    }

    function partOf(uint256 channel, uint256 period) internal view returns (Part memory part) {
        ReadingsStub.Month memory month = readings.monthOf(channel, period);
        part.hours_ = Calendar.firstHourOf(period + 1, 3 hours) - startOf(period);
        (part.estimated, part.fault) = (month.estimated, month.fault);
        uint256 measured = part.hours_ - month.missing;
        part.usable = measured;
        if (month.fault != IMeterRegistry.Fault.None && month.hoursBefore < measured) part.usable = month.hoursBefore;
        for (uint256 zone = 0; zone < 3; ++zone) {
            part.raw[zone] = uint256(int256(int64(month.signed[zone])) + month.corrections[zone]);
            part.used[zone] = part.usable == measured ? part.raw[zone] : halfUp(part.raw[zone] * part.usable, measured);
        }
    }

    function isGapPeriod(Part memory part) internal pure returns (bool) {
        return 2 * part.usable < part.hours_;
    }

    function runUpTo(uint256 channel, uint256 period) internal view returns (uint256 run) {
        for (uint256 p = period; p >= firstPeriod && isGapPeriod(partOf(channel, p)); --p) ++run;
    }

    function averageBefore(
        uint256 channel,
        uint256 end,
        uint256 gap
    ) internal view returns (bool isKnown, uint256[3] memory volume) {
        uint256 hours_ = 0;
        uint256 periods = 0;
        uint256[3] memory sum;
        for (uint256 p = end < firstPeriod + 6 ? firstPeriod : end - 6; p < end; ++p) {
            Part memory part = partOf(channel, p);
            if (part.usable == 0 || (isHeat && partOf(0, p).used[0] == 0)) continue;
            (hours_, periods) = (hours_ + part.usable, periods + 1);
            for (uint256 zone = 0; zone < 3; ++zone) sum[zone] += part.used[zone];
        }
        if (periods < 3) return (false, volume);
        for (uint256 zone = 0; zone < 3; ++zone) volume[zone] = halfUp(sum[zone] * gap, hours_);
        isKnown = true;
    }

    function normOf(
        uint256 channel,
        uint256 period,
        Part memory part
    ) internal view returns (uint256[3] memory volume, IVolumeBook.Method method) {
        ITariffBook.Tariff memory tariff = premises.tariffOf(uint16(period));
        PremisesStub.Flat memory flat = premises.flatOf(channel);
        bool isRaised = part.fault == IMeterRegistry.Fault.AccessRefused;
        if (isHeat && part.fault != IMeterRegistry.Fault.None) isRaised = true;
        uint256 month =
            isHeat ? uint256(flat.area) * tariff.heatNorm : uint256(flat.residents) * tariff.electricityNorm * 100;
        uint256 total = halfUp(
            month * (isRaised ? tariff.normCoefficient : 10_000) * (part.hours_ - part.usable),
            100 * 10_000 * part.hours_
        );
        method = isRaised ? IVolumeBook.Method.RaisedNorm : IVolumeBook.Method.Norm;
        if (isHeat) return ([total, 0, 0], method);
        uint256 peak = (total * 7) / 24;
        uint256 day = (total * 16) / 24;
        return ([peak, day - peak, total - day], method);
    }

    /// @return isKnown false for a parent's channel without a substitute.
    function channelVolume(
        uint256 channel,
        uint256 period
    ) internal view returns (bool isKnown, IVolumeBook.Volume memory volume) {
        Part memory part = partOf(channel, period);
        uint256 gap = part.hours_ - part.usable;
        volume.byZone = narrow(part.used);
        volume.method = part.estimated == 0 ? IVolumeBook.Method.Measured : IVolumeBook.Method.Interpolated;
        if (gap == 0 || (isHeat && channel != 0 && parentVolume(period)[0] == 0)) return (true, volume);
        uint256 run = runUpTo(channel, period);
        (volume.gapHours, volume.run) = (uint16(gap), uint8(run));
        uint256[3] memory substitute;
        if (run <= 3) (isKnown, substitute) = averageBefore(channel, run == 0 ? period : period - run + 1, gap);
        if (isKnown) volume.method = IVolumeBook.Method.Average;
        else if (channel >= parents) (substitute, volume.method) = normOf(channel, period, part);
        volume.byZone = plus(part.used, substitute);
        isKnown = isKnown || channel >= parents;
    }

    function consumersVolume(uint256 period) internal view returns (uint64[3] memory sum) {
        for (uint256 channel = parents; channel < channels; ++channel) {
            (, IVolumeBook.Volume memory volume) = channelVolume(channel, period);
            for (uint256 zone = 0; zone < 3; ++zone) sum[zone] += volume.byZone[zone];
        }
    }

    function parentVolume(uint256 period) internal view returns (uint64[3] memory sum) {
        (sum, ) = parentVolumeAndMethod(period);
    }

    function parentVolumeAndMethod(
        uint256 period
    ) internal view returns (uint64[3] memory sum, IVolumeBook.Method method) {
        for (uint256 channel = 0; channel < parents; ++channel) {
            (bool isKnown, IVolumeBook.Volume memory volume) = channelVolume(channel, period);
            if (!isKnown) return (isHeat ? houseByNorm(period) : consumersVolume(period), IVolumeBook.Method.Norm);
            for (uint256 zone = 0; zone < 3; ++zone) sum[zone] += volume.byZone[zone];
            if (volume.method > method) method = volume.method;
        }
    }

    function houseByNorm(uint256 period) internal view returns (uint64[3] memory) {
        Part memory part = partOf(0, period);
        uint256 month = uint256(premises.areaOf(0)) * premises.tariffOf(uint16(period)).heatNorm;
        return plus(part.used, [halfUp(month * (part.hours_ - part.usable), 100 * part.hours_), 0, 0]);
    }

    /// @notice Common needs charged in a period, and what is carried on from it.
    function commonNeeds(uint256 period) internal view returns (uint64[3] memory charged, int64[3] memory carry) {
        for (uint256 p = firstPeriod; p <= period; ++p) {
            uint64[3] memory parent = parentVolume(p);
            uint64[3] memory consumers = consumersVolume(p);
            for (uint256 zone = 0; zone < 3; ++zone) {
                int64 difference = int64(parent[zone]) - int64(consumers[zone]) + carry[zone];
                (charged[zone], carry[zone]) = difference > 0 ? (uint64(difference), int64(0)) : (0, difference);
            }
        }
    }

    function houseAndCarry(
        uint256 period
    ) internal view returns (IVolumeBook.House memory house, int64[3] memory carry) {
        (house.shared, house.method) = parentVolumeAndMethod(period);
        if (!isHeat) (house.shared, carry) = commonNeeds(period);
        for (uint256 channel = parents; channel < channels; ++channel) {
            (, IVolumeBook.Volume memory volume) = channelVolume(channel, period);
            if (volume.gapHours != 0) house.hasGaps = true;
            PremisesStub.Flat memory flat = premises.flatOf(channel);
            if (!isHeat || flat.area == 0) continue;
            if (flat.hasBoiler) house.unheatedArea += flat.area;
            else (house.metered, house.meteredArea) = (house.metered + volume.byZone[0], house.meteredArea + flat.area);
        }
    }

    function plus(uint256[3] memory left, uint256[3] memory right) internal pure returns (uint64[3] memory sum) {
        for (uint256 zone = 0; zone < 3; ++zone) sum[zone] = uint64(left[zone] + right[zone]);
    }

    function narrow(uint256[3] memory wide) internal pure returns (uint64[3] memory) {
        return [uint64(wide[0]), uint64(wide[1]), uint64(wide[2])];
    }

    function halfUp(uint256 numerator, uint256 denominator) internal pure returns (uint256 whole) {
        whole = numerator / denominator;
        if (2 * (numerator % denominator) >= denominator) ++whole;
    }
}
