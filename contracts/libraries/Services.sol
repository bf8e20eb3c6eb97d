// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../interfaces/IBilling.sol";
import {ITariffBook} from "../interfaces/ITariffBook.sol";

/// @title Services: whose each line of a bill is
/// @dev Printed on the line. Settlement credits the same one, by ITariffBook.providersOf. A penalty is owed to whom its principal was.
library Services {
    function providerOf(ITariffBook.Tariff memory tariff, IBilling.Service service) internal pure returns (uint16) {
        if (service == IBilling.Service.Electricity || service == IBilling.Service.ElectricityPenalty) {
            return tariff.electricityProvider;
        }
        if (service == IBilling.Service.CommonNeeds || service == IBilling.Service.CommonNeedsPenalty) {
            return tariff.commonNeedsProvider;
        }
        return tariff.heatProvider;
    }
}
