// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../interfaces/IBilling.sol";
import {ITariffBook} from "../interfaces/ITariffBook.sol";

/// @title Services: whose each line of a bill is, and at what price
/// @dev The one place that maps a service to its provider: Billing prints it on the line, Settlement credits it.
library Services {
    function providerOf(ITariffBook.Tariff memory tariff, IBilling.Service service) internal pure returns (uint16) {
        if (service == IBilling.Service.Heating) return tariff.heatProvider;
        if (service == IBilling.Service.ElectricityDay || service == IBilling.Service.ElectricityNight) {
            return tariff.electricityProvider;
        }
        return tariff.commonNeedsProvider;
    }

    /// @return micro-roubles per kWh, per Gcal for heating.
    function priceOf(ITariffBook.Tariff memory tariff, IBilling.Service service) internal pure returns (uint64) {
        if (service == IBilling.Service.Heating) return tariff.heatPrice;
        if (service == IBilling.Service.ElectricityDay || service == IBilling.Service.CommonNeedsDay) {
            return tariff.dayPrice;
        }
        return tariff.nightPrice;
    }
}
