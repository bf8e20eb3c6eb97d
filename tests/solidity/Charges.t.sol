// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {ChannelWords} from "../../contracts/libraries/ChannelWords.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title What periods cost, of volumes and outages that are pretended: the worked examples and every kind of terms
/// @dev Alice, Bob and Carol live in house 1 with common needs of nothing; Dave alone in house 2.
contract ChargesTest is MoneyFixture {
    IBilling.Service private constant ELECTRICITY = IBilling.Service.Electricity;
    IBilling.Service private constant HEATING = IBilling.Service.Heating;

    function setUp() public {
        deployCity();
        openHouses();
        registerProviders();
        publish(usualTariff(JANUARY));
        _pretendHouse(houseOne, _house(0));
        _pretendHouse(houseTwo, _house(0));
    }

    /// @dev DOMAIN 4.2, Ulyanovsk: 4,500 kWh = 3,900 × 4.93 + 600 × 8.27 = 24,189.00.
    function test_Electricity_WorkedExampleOfBands() external {
        ITariffBook.Tariff memory tariff = _tariffWithBands();
        (tariff.electricityPrices[0], tariff.electricityPrices[1]) = (4_930_000, 8_270_000);
        tariff.electricityPrices[2] = 9_470_000;
        _pretendTariff(tariff);
        setTerms(DAVE, JANUARY, termsOf(1, IAccountBook.Heating.None));
        _pretendDave([uint64(2_000_000), 1_500_000, 1_000_000], IVolumeBook.Method.Measured);

        IBilling.Line[] memory lines = new IBilling.Line[](2);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Whole, 3_900_000, 4_930_000, 1_922_700);
        lines[1] = chargeLine(ELECTRICITY, IBilling.Zone.Whole, 600_000, 8_270_000, 496_200);
        lines[1].band = 2;
        assertLines(DAVE, JANUARY, lines);
        assertEq(amountsOf(lines)[0], 2_418_900, "24,189.00");
    }

    /// @dev 8,000 kWh as 3,000 + 2,500 + 2,500 in bands of 3,900, 2,100 and 2,000 kWh: three eighths and twice five sixteenths of each.
    function test_Electricity_ThreeZonesInThreeBands() external {
        _pretendTariff(_tariffWithBands());
        setTerms(DAVE, JANUARY, termsOf(3, IAccountBook.Heating.None));
        _pretendDave([uint64(3_000_000), 2_500_000, 2_500_000], IVolumeBook.Method.Average);

        IBilling.Zone[3] memory zones = [IBilling.Zone.Peak, IBilling.Zone.HalfPeak, IBilling.Zone.Night];
        uint64[3] memory prices = [uint64(6_000_000), 5_000_000, 2_500_000];
        uint64[3] memory peak = [uint64(1_462_500), 787_500, 750_000];
        uint64[3] memory others = [uint64(1_218_750), 656_250, 625_000];
        IBilling.Line[] memory lines = new IBilling.Line[](9);
        for (uint256 i = 0; i < 9; ++i) {
            uint64 quantity = i < 3 ? peak[i] : others[i % 3];
            uint64 price = prices[i / 3] * uint64(1 + (i % 3));
            int64 amount = int64((quantity * price + 5_000_000) / 10_000_000);
            lines[i] = chargeLine(ELECTRICITY, zones[i / 3], quantity, price, amount);
            lines[i].band = uint8(1 + (i % 3));
            lines[i].method = IVolumeBook.Method.Average;
        }
        assertLines(DAVE, JANUARY, lines);
    }

    function test_Electricity_OneTwoAndThreeZones() external {
        _pretendDave([uint64(7_000), 9_000, 8_000], IVolumeBook.Method.Interpolated);
        IBilling.Line[] memory lines = new IBilling.Line[](2);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Day, 16_000, 5_380_000, 8_608);
        lines[1] = chargeLine(ELECTRICITY, IBilling.Zone.Night, 8_000, 2_690_000, 2_152);
        lines[0].method = lines[1].method = IVolumeBook.Method.Interpolated;
        assertLines(DAVE, JANUARY, lines);

        setTerms(DAVE, JANUARY, termsOf(1, IAccountBook.Heating.None));
        lines = new IBilling.Line[](1);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Whole, 24_000, 4_500_000, 10_800);
        lines[0].method = IVolumeBook.Method.Interpolated;
        assertLines(DAVE, JANUARY, lines);

        setTerms(DAVE, JANUARY, termsOf(3, IAccountBook.Heating.None));
        lines = new IBilling.Line[](3);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Peak, 7_000, 6_000_000, 4_200);
        lines[1] = chargeLine(ELECTRICITY, IBilling.Zone.HalfPeak, 9_000, 5_000_000, 4_500);
        lines[2] = chargeLine(ELECTRICITY, IBilling.Zone.Night, 8_000, 2_500_000, 2_000);
        for (uint256 i = 0; i < 3; ++i) lines[i].method = IVolumeBook.Method.Interpolated;
        assertLines(DAVE, JANUARY, lines);
    }

    /// @dev A zone in which nothing was used has no line.
    function test_Electricity_NothingInAZone_NoLine() external {
        _pretendDave([uint64(0), 0, 8_000], IVolumeBook.Method.Measured);
        IBilling.Line[] memory lines = new IBilling.Line[](1);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Night, 8_000, 2_690_000, 2_152);
        assertLines(DAVE, JANUARY, lines);
    }

    /// @dev Common needs know no bands: all at the first price, however much it is. The house's method names how they came about.
    function test_CommonNeeds_PriceOfTheFirstBand() external {
        _pretendTariff(_tariffWithBands());
        _pretendDave([uint64(0), 0, 0], IVolumeBook.Method.Measured);
        IVolumeBook.House memory house;
        house.shared = [uint64(4_000_000), 2_000_000, 1_000_000];
        house.method = IVolumeBook.Method.Norm;
        _pretendHouse(houseTwo, house);
        IBilling.Line[] memory lines = new IBilling.Line[](2);
        lines[0] = chargeLine(IBilling.Service.CommonNeeds, IBilling.Zone.Day, 6_000_000, 5_380_000, 3_228_000);
        lines[1] = chargeLine(IBilling.Service.CommonNeeds, IBilling.Zone.Night, 1_000_000, 2_690_000, 269_000);
        lines[0].method = lines[1].method = IVolumeBook.Method.Norm;
        assertLines(DAVE, JANUARY, lines);
    }

    /// @dev DOMAIN 4.4: 50, 60, 40 and 50 m², meters of 1.0 and 1.5 Gcal, the house 6 Gcal: 3,409.09 + 4,840.91 + 3,000.00 + 3,750.00.
    function test_Heating_WorkedExampleOfMixedMeters() external {
        uint32 house = addGroup(heatSegment, 2);
        bytes32[4] memory flats = [bytes32("a"), "b", "c", "d"];
        uint32[4] memory areas = [uint32(5_000), 6_000, 4_000, 5_000];
        for (uint16 i = 0; i < 4; ++i) _openHeated(flats[i], house, i < 2 ? 1 + i : 0, areas[i]);
        IVolumeBook.House memory volume = _house(6_000_000);
        (volume.metered, volume.meteredArea, volume.method) = (2_500_000, 11_000, IVolumeBook.Method.Average);
        _pretendHouse(house, volume);
        _pretendVolume(house, 1, ChannelWords.packMeasured(1_000_000, 0, 0, IVolumeBook.Method.Measured));
        _pretendVolume(house, 2, ChannelWords.packMeasured(1_500_000, 0, 0, IVolumeBook.Method.RaisedNorm));

        uint64[4] memory quantities = [uint64(1_363_636), 1_936_364, 1_200_000, 1_500_000];
        int64[4] memory amounts = [int64(340_909), 484_091, 300_000, 375_000];
        // Of a flat with a meter its own method, of others the house's.
        IVolumeBook.Method[4] memory methods = [
            IVolumeBook.Method.Measured,
            IVolumeBook.Method.RaisedNorm,
            IVolumeBook.Method.Average,
            IVolumeBook.Method.Average
        ];
        int64 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            IBilling.Line[] memory lines = new IBilling.Line[](1);
            lines[0] = chargeLine(HEATING, IBilling.Zone.Whole, quantities[i], 2_500_000_000, amounts[i]);
            lines[0].method = methods[i];
            assertLines(flats[i], JANUARY, lines);
            sum += amounts[i];
        }
        assertEq(sum, int256(1_500_000), "15,000.00");
    }

    /// @dev Two flats of 50 m² in a house of 200 m², one with a boiler of its own: 6 Gcal / 150 m² × 50 m², and nothing.
    function test_Heating_OwnBoiler_TakesNoPart() external {
        uint32 house = addGroup(heatSegment, 0);
        _openHeated("a", house, 0, 5_000);
        _openHeated("b", house, 0, 5_000);
        _openHeated("c", house, 0, 10_000);
        setTerms("b", JANUARY, termsOf(1, IAccountBook.Heating.OwnBoiler));
        IVolumeBook.House memory volume = _house(6_000_000);
        volume.unheatedArea = 5_000;
        _pretendHouse(house, volume);
        assertEq(quantityOf("a", JANUARY, HEATING), 2_000_000, "a");
        assertEq(billing.linesOf("b", JANUARY).length, 0, "b");
        assertEq(quantityOf("c", JANUARY, HEATING), 4_000_000, "c");
        setTerms("c", JANUARY, termsOf(1, IAccountBook.Heating.None));
        assertEq(billing.linesOf("c", JANUARY).length, 0, "c without heating");
    }

    /// @dev 40.00 m² × 20,000 kcal = 0.8 Gcal × 2,500 = 2,000.00, of an account without any meter, once the month is over by the clock.
    function test_Heating_ByNorm_WithoutAnyMeter() external {
        openAccount("frank", IAccountBook.Premises(0, 0, 0, 0, 4_000), JANUARY, termsOf(1, IAccountBook.Heating.Norm));
        uint256 end = uint256(ledger.firstHourOf(FEBRUARY)) * 1 hours;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBilling.Billing_PeriodNotOver.selector, bytes32("frank"), JANUARY));
        billing.linesOf("frank", JANUARY);
        vm.warp(end);
        IBilling.Line[] memory lines = new IBilling.Line[](1);
        lines[0] = chargeLine(HEATING, IBilling.Zone.Whole, 800_000, 2_500_000_000, 200_000);
        lines[0].method = IVolumeBook.Method.Norm;
        assertLines("frank", JANUARY, lines);
        issue("frank", JANUARY);
        assertEq(billing.billOf("frank", JANUARY).total, 200_000, "billed");
    }

    /// @dev DOMAIN 5: of 5,430.00 three hours beyond what is permitted are 24.44, 35 °C·h are 285.08.
    function test_Reduction_WorkedExamplesOfHeat() external {
        uint32 house = addGroup(heatSegment, 0);
        _openHeated("alone", house, 0, 5_000);
        _pretendHouse(house, _house(2_172_000));
        _pretendOutages(house, IOutages.ReductionHours(3, 0, 0));
        IBilling.Line[] memory lines = new IBilling.Line[](2);
        lines[0] = chargeLine(HEATING, IBilling.Zone.Whole, 2_172_000, 2_500_000_000, 543_000);
        lines[1] = _reductionLine(HEATING, 3, -2_444);
        assertLines("alone", JANUARY, lines);

        _pretendOutages(house, IOutages.ReductionHours(0, 35, 0));
        lines[1] = _reductionLine(HEATING, 35, -28_508);
        assertLines("alone", JANUARY, lines);
        _pretendOutages(house, IOutages.ReductionHours(3, 35, 9));
        lines[1] = _reductionLine(HEATING, 38, -30_951);
        assertLines("alone", JANUARY, lines);
    }

    /// @dev More hours than the charge is worth: the service costs nothing. Heat's hours do not reduce electricity.
    function test_Reduction_ElectricityAndCommonNeeds_EachOfItsCharge() external {
        _pretendDave([uint64(7_000), 9_000, 8_000], IVolumeBook.Method.Measured);
        IVolumeBook.House memory house;
        house.shared[2] = 10_000;
        _pretendHouse(houseTwo, house);
        _pretendOutages(houseTwo, IOutages.ReductionHours(500, 500, 10));
        IBilling.Line[] memory lines = new IBilling.Line[](5);
        lines[0] = chargeLine(ELECTRICITY, IBilling.Zone.Day, 16_000, 5_380_000, 8_608);
        lines[1] = chargeLine(ELECTRICITY, IBilling.Zone.Night, 8_000, 2_690_000, 2_152);
        // 10,760 × 10 × 0.15 % = 161.4.
        lines[2] = _reductionLine(ELECTRICITY, 10, -161);
        lines[3] = chargeLine(IBilling.Service.CommonNeeds, IBilling.Zone.Night, 10_000, 2_690_000, 2_690);
        lines[4] = _reductionLine(IBilling.Service.CommonNeeds, 10, -40);
        assertLines(DAVE, JANUARY, lines);

        _pretendOutages(houseTwo, IOutages.ReductionHours(0, 0, 700));
        assertAmounts(amountsOf(billing.linesOf(DAVE, JANUARY)), [uint64(0), 0, 0, 0, 0, 0], "all of it");
    }

    /// @dev Neighbours of two houses in turn, with and without heat: each gets what it gets alone.
    function test_ChargesOf_MixedBatch_AsOneByOne() external {
        _pretendDave([uint64(7_000), 9_000, 8_000], IVolumeBook.Method.Measured);
        for (uint16 i = 0; i < 3; ++i) {
            _pretendVolume(houseOne, 3 + i, ChannelWords.packMeasured(100 + i, 0, 5, IVolumeBook.Method.Measured));
        }
        uint16[] memory channels = new uint16[](2);
        (channels[0], channels[1]) = (3, 4);
        uint256[] memory words = new uint256[](2);
        for (uint16 i = 0; i < 2; ++i) {
            words[i] = ChannelWords.packMeasured(100 + i, 0, 5, IVolumeBook.Method.Measured);
        }
        vm.mockCall(
            address(volumes),
            abi.encodeCall(IVolumeBook.volumesOf, (houseOne, channels, JANUARY)),
            abi.encode(words)
        );
        IVolumeBook.House memory house;
        house.shared = [uint64(977), 311, 53];
        _pretendHouse(houseOne, house);
        _pretendHouse(heatOfHouseOne, _house(777_777));
        bytes32[] memory batch = new bytes32[](7);
        (batch[0], batch[1], batch[2], batch[3]) = (ALICE, BOB, EVE, DAVE);
        (batch[4], batch[5], batch[6]) = (CAROL, DAVE, ALICE);
        uint256[][] memory lines = charges.chargesOf(batch, JANUARY);
        for (uint256 i = 0; i < batch.length; ++i) {
            uint256[] memory alone = charges.chargesOf(only(batch[i]), JANUARY)[0];
            assertEq(abi.encode(lines[i]), abi.encode(alone), vm.toString(i));
            assertTrue(alone.length != 0, "something is charged");
        }
    }

    function test_ChargesOf_RevertWhen_NotFixed() external {
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, heatOfHouseOne, JANUARY));
        charges.chargesOf(only(EVE), JANUARY);
    }

    /// @dev Whatever was used: the zones of the lines add up to it, and each line is its quantity × its price, half a kopeck up.
    function testFuzz_Electricity_LinesAddUp(uint40[3] calldata seeds, uint8 zonesSeed, uint40 limit) external {
        uint64[3] memory used = [uint64(seeds[0] >> 6), seeds[1] >> 6, seeds[2] >> 6];
        uint8 zones = uint8(bound(zonesSeed, 1, 3));
        ITariffBook.Tariff memory tariff = usualTariff(JANUARY);
        tariff.firstBandLimit = limit >> 5;
        tariff.secondBandLimit = limit >> 4;
        _pretendTariff(tariff);
        setTerms(DAVE, JANUARY, termsOf(zones, IAccountBook.Heating.None));
        _pretendDave(used, IVolumeBook.Method.Measured);

        uint256[5] memory byZone;
        IBilling.Line[] memory lines = billing.linesOf(DAVE, JANUARY);
        for (uint256 i = 0; i < lines.length; ++i) {
            byZone[uint256(lines[i].zone)] += lines[i].quantity;
            uint256 exact = uint256(lines[i].quantity) * lines[i].price;
            assertEq(lines[i].amount, int256((exact + 5_000_000) / 10_000_000), "amount");
            assertTrue(lines[i].quantity != 0, "no empty line");
        }
        assertEq(byZone[0], zones == 1 ? uint256(used[0]) + used[1] + used[2] : 0, "whole");
        assertEq(byZone[1], zones == 2 ? uint256(used[0]) + used[1] : 0, "day");
        assertEq(byZone[2], zones == 1 ? 0 : used[2], "night");
        assertEq(byZone[3], zones == 3 ? used[0] : 0, "peak");
        assertEq(byZone[4], zones == 3 ? used[1] : 0, "half-peak");
    }

    function _openHeated(bytes32 account, uint32 house, uint16 channel, uint32 area) private {
        openAccount(
            account,
            IAccountBook.Premises(0, 0, house, channel, area),
            JANUARY,
            termsOf(1, IAccountBook.Heating.House)
        );
    }

    function _pretendDave(uint64[3] memory volume, IVolumeBook.Method method) private {
        _pretendVolume(houseTwo, 3, ChannelWords.packMeasured(volume[0], volume[1], volume[2], method));
    }

    function _pretendVolume(uint32 group, uint16 channel, uint256 word) private {
        uint16[] memory channels = new uint16[](1);
        channels[0] = channel;
        uint256[] memory words = new uint256[](1);
        words[0] = word;
        vm.mockCall(
            address(volumes),
            abi.encodeCall(IVolumeBook.volumesOf, (group, channels, JANUARY)),
            abi.encode(words)
        );
    }

    function _pretendHouse(uint32 group, IVolumeBook.House memory house) private {
        vm.mockCall(address(volumes), abi.encodeCall(IVolumeBook.houseOf, (group, JANUARY)), abi.encode(house));
    }

    function _pretendOutages(uint32 group, IOutages.ReductionHours memory reduction) private {
        vm.mockCall(
            address(incidents),
            abi.encodeCall(IOutages.reductionHoursOf, (group, JANUARY)),
            abi.encode(reduction)
        );
    }

    function _pretendTariff(ITariffBook.Tariff memory tariff) private {
        vm.mockCall(address(tariffs), abi.encodeWithSelector(ITariffBook.tariffOf.selector), abi.encode(tariff));
    }

    function _tariffWithBands() private pure returns (ITariffBook.Tariff memory tariff) {
        tariff = usualTariff(JANUARY);
        (tariff.firstBandLimit, tariff.secondBandLimit) = (3_900_000, 6_000_000);
    }

    function _house(uint64 volume) private pure returns (IVolumeBook.House memory house) {
        house.shared[0] = volume;
    }

    function _reductionLine(
        IBilling.Service service,
        uint64 hours_,
        int64 amount
    ) private pure returns (IBilling.Line memory line) {
        line = chargeLine(service, IBilling.Zone.Whole, hours_, 150, amount);
        (line.kind, line.band) = (IBilling.LineKind.Reduction, 0);
    }
}
