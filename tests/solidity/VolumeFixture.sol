// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {BillingStub} from "./BillingStub.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title A city whose months are short to write: one hour of each zone is recorded, the head is put forward over the others
/// @dev The hours between count as measured zeros: nothing of the ledger's but its head knows of them.
abstract contract VolumeFixture is CityFixture {
    uint16 internal constant JANUARY = FIRST_PERIOD;

    BillingStub internal billing;

    /// @notice Deploys the books and publishes a tariff with norms of 100,000 Wh a resident and 20,000 kcal a square metre.
    function deployBooks() internal {
        deployLedger();
        billing = new BillingStub();
        accounts.connect(address(billing));
        vm.startPrank(TARIFF_AUTHORITY);
        tariffs.registerProvider(1, address(0x11));
        tariffs.publish(tariffFrom(JANUARY));
        vm.stopPrank();
    }

    function tariffFrom(uint16 period) internal pure returns (ITariffBook.Tariff memory tariff) {
        for (uint256 i = 0; i < 18; ++i) tariff.electricityPrices[i] = 5_000_000;
        (tariff.fromPeriod, tariff.heatPrice, tariff.dueDay) = (period, 2_500_000_000, 15);
        (tariff.firstBandLimit, tariff.secondBandLimit) = (3_900_000, 6_000_000);
        (tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider) = (1, 1, 1);
        (tariff.electricityNorm, tariff.heatNorm, tariff.normCoefficient) = (100_000, 20_000, 15_000);
    }

    function openFlat(
        bytes32 account,
        IAccountBook.Premises memory premises,
        uint16 residents,
        IAccountBook.Heating heating
    ) internal {
        vm.prank(REGISTRAR);
        accounts.openAccount(account, premises, JANUARY, IAccountBook.Terms(1, residents, heating));
    }

    /// @notice Records 00-01, 07-08 and 10-11 local of the first day of a month, and puts the head forward to the next month.
    function recordMonth(uint32 segment, uint16 period, bytes memory night, bytes memory day) internal {
        uint32 first = ledger.firstHourOf(period);
        recordNext(segment, night);
        putHeadForward(segment, first + 7);
        recordNext(segment, day);
        putHeadForward(segment, first + 10);
        recordNext(segment, day);
        putHeadForward(segment, ledger.firstHourOf(period + 1));
    }

    /// @notice Finds the word that holds the hour waited for among what the ledger reads of a head, and changes it there.
    function putHeadForward(uint32 segment, uint32 nextHour) internal {
        (uint32 next, ) = ledger.headOf(segment);
        vm.record();
        ledger.headOf(segment);
        (bytes32[] memory reads, ) = vm.accesses(address(ledger));
        for (uint256 i = 0; i < reads.length; ++i) {
            uint256 word = uint256(vm.load(address(ledger), reads[i]));
            if (uint32(word) != next) continue;
            vm.store(address(ledger), reads[i], bytes32((word ^ next) | nextHour));
            return;
        }
        revert AssertionFailed("the head's storage was not found");
    }

    /// @notice An hour of an electricity group that balances: the same value for each consumer, and the same quality everywhere.
    function evenHour(uint256 consumers, uint24 value, uint8 quality) internal pure returns (bytes memory payload) {
        uint24 third = uint24(consumers / 3) * value;
        uint24[3] memory parent = [uint24(consumers) * value - 2 * third, third, third];
        for (uint256 first = 0; first < consumers + 3; first += 6) {
            uint24[6] memory values;
            uint8[6] memory qualities;
            for (uint256 lane = 0; lane < 6 && first + lane < consumers + 3; ++lane) {
                if (quality != 3) values[lane] = first + lane < 3 ? parent[lane] : value;
                qualities[lane] = quality;
            }
            payload = abi.encodePacked(payload, slotOf(values, qualities));
        }
    }
}
