// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";

/// @title What VolumeBook asks of AccountBook and of TariffBook, settable
/// @dev One contract stands for both. Norms differ by period, so that another one's would be noticed.
contract PremisesStub {
    struct Flat {
        uint16 residents;
        uint32 area;
        bool hasBoiler;
    }

    uint32 public areaOfOthers;
    mapping(uint256 channel => Flat) private _flats;
    uint16 private _channels;

    /// @param flat behind the meter of the channel; without area the meter is nobody's.
    function setFlat(uint16 channel, Flat calldata flat) external {
        _flats[channel] = flat;
        if (channel >= _channels) _channels = channel + 1;
    }

    function setAreaOfOthers(uint32 area) external {
        areaOfOthers = area;
    }

    function flatOf(uint256 channel) external view returns (Flat memory) {
        return _flats[channel];
    }

    function areaOf(uint32) external view returns (uint32 area) {
        area = areaOfOthers;
        for (uint256 channel = 0; channel < _channels; ++channel) area += _flats[channel].area;
    }

    function normBaseOf(uint32, uint16 channel, uint16) external view returns (uint16, uint32) {
        return (_flats[channel].residents, _flats[channel].area);
    }

    function heatAreasOf(
        uint32,
        uint16
    ) external view returns (uint32 unheated, uint32 metered, uint16[] memory channels) {
        channels = new uint16[](_channels);
        uint256 count = 0;
        for (uint16 channel = 0; channel < _channels; ++channel) {
            Flat memory flat = _flats[channel];
            if (flat.hasBoiler) unheated += flat.area;
            else if (flat.area != 0) (metered, channels[count++]) = (metered + flat.area, channel);
        }
        assembly ("memory-safe") {
            mstore(channels, count)
        }
    }

    function tariffOf(uint16 period) public pure returns (ITariffBook.Tariff memory tariff) {
        tariff.electricityNorm = 100_003 + uint32(period);
        tariff.heatNorm = 20_003 + uint32(period);
        tariff.normCoefficient = 12_345;
    }
}
