// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Billing} from "../../contracts/Billing.sol";
import {Charges} from "../../contracts/Charges.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementRouble} from "../../contracts/SettlementRouble.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title The whole city: one house with electricity and heat, one with electricity only, bills and money
/// @dev House 1: group 1 with three consumers (Alice, Bob, Carol), heated by group 3. House 2: group 2 with one consumer (Dave).
/// Eve has heat of group 3 only. The segments begin with the last 24 hours of January 2026, so that period 672 is a short one:
/// a local day has 7 hours of peak, 9 of half-peak and 8 of night.
abstract contract MoneyFixture is CityFixture {
    uint16 internal constant JANUARY = FIRST_PERIOD;
    uint16 internal constant FEBRUARY = FIRST_PERIOD + 1;
    uint32 internal constant SHORT_START = FIRST_HOUR + 30 * 24;
    /// @dev 15 February and 15 March 2026.
    uint32 internal constant DUE_FEBRUARY = 20_499;
    uint32 internal constant DUE_MARCH = 20_527;

    uint16 internal constant POWER = 11;
    uint16 internal constant HOUSE = 12;
    uint16 internal constant HEAT = 13;
    address internal constant POWER_PAYEE = address(0x2011);
    address internal constant HOUSE_PAYEE = address(0x2012);
    address internal constant HEAT_PAYEE = address(0x2013);
    address internal constant PAYER = address(0x3001);

    bytes32 internal constant ALICE = keccak256("alice");
    bytes32 internal constant BOB = keccak256("bob");
    bytes32 internal constant CAROL = keccak256("carol");
    bytes32 internal constant DAVE = keccak256("dave");
    bytes32 internal constant EVE = keccak256("eve");

    Charges internal charges;
    Billing internal billing;
    Settlement internal settlement;
    SettlementRouble internal rouble;

    uint32 internal electricitySegment;
    uint32 internal heatSegment;
    uint32 internal houseOne;
    uint32 internal houseTwo;
    uint32 internal heatOfHouseOne;

    uint256 private _deposits;

    function deployCity() internal {
        deployLedger();
        deployIncidentLog();
        charges = new Charges(registry, ledger, tariffs, accounts, volumes, incidents);
        billing = new Billing(address(manager), tariffs, accounts, charges);
        accounts.connect(address(billing));
        rouble = new SettlementRouble(address(manager));
        settlement = new Settlement(address(manager), ledger, billing, tariffs, accounts, rouble);
        billing.connect(address(settlement));

        grant(address(billing), Billing.setPaused.selector, Roles.GUARDIAN, GUARDIAN);
        grant(address(settlement), Settlement.setNettingPaused.selector, Roles.GUARDIAN, GUARDIAN);
        grant(address(rouble), SettlementRouble.mint.selector, Roles.BANK, BANK);
        grant(address(rouble), SettlementRouble.burn.selector, Roles.BANK, BANK);
    }

    function openHouses() internal {
        electricitySegment = openSegment(IMeterRegistry.Kind.Electricity, SHORT_START);
        heatSegment = openSegment(IMeterRegistry.Kind.Heat, SHORT_START);
        houseOne = addGroup(electricitySegment, 3);
        houseTwo = addGroup(electricitySegment, 1);
        heatOfHouseOne = addGroup(heatSegment, 0);
        openAccount(ALICE, houseOne, 3, heatOfHouseOne, 4_520);
        openAccount(BOB, houseOne, 4, heatOfHouseOne, 6_075);
        openAccount(CAROL, houseOne, 5, heatOfHouseOne, 3_810);
        openAccount(DAVE, houseTwo, 3, 0, 5_000);
        openAccount(EVE, 0, 0, heatOfHouseOne, 1_000);
    }

    /// @notice Opens an account of two zones whose heat, if any, is the house's.
    function openAccount(bytes32 account, uint32 electricity, uint16 channel, uint32 heat, uint32 area) internal {
        IAccountBook.Heating heating = heat == 0 ? IAccountBook.Heating.None : IAccountBook.Heating.House;
        openAccount(account, IAccountBook.Premises(electricity, channel, heat, 0, area), JANUARY, termsOf(2, heating));
    }

    function openAccount(
        bytes32 account,
        IAccountBook.Premises memory premises,
        uint16 firstPeriod,
        IAccountBook.Terms memory terms
    ) internal {
        vm.prank(REGISTRAR);
        accounts.openAccount(account, premises, firstPeriod, terms);
    }

    function setTerms(bytes32 account, uint16 fromPeriod, IAccountBook.Terms memory terms) internal {
        vm.prank(REGISTRAR);
        accounts.setTerms(account, fromPeriod, terms);
    }

    /// @notice Terms of premises with two residents.
    function termsOf(uint8 zones, IAccountBook.Heating heating) internal pure returns (IAccountBook.Terms memory) {
        return IAccountBook.Terms({zones: zones, residents: 2, heating: heating});
    }

    function registerProviders() internal {
        vm.startPrank(TARIFF_AUTHORITY);
        tariffs.registerProvider(POWER, POWER_PAYEE);
        tariffs.registerProvider(HOUSE, HOUSE_PAYEE);
        tariffs.registerProvider(HEAT, HEAT_PAYEE);
        vm.stopPrank();
    }

    /// @notice One zone 4.50 RUB per kWh; two 5.38 and 2.69; three 6.00, 5.00 and 2.50; in the second band twice, in the third three times
    /// as much, but no bands. Heat 2,500 RUB per Gcal, VAT 22 %, due on the 15th, penalty 9.5 % a year, reduction 0.15 % an hour.
    /// Norms: 100 kWh a resident, 0.02 Gcal a square metre, × 1.5.
    function usualTariff(uint16 fromPeriod) internal pure returns (ITariffBook.Tariff memory) {
        uint64[6] memory prices = [uint64(4_500_000), 5_380_000, 2_690_000, 6_000_000, 5_000_000, 2_500_000];
        uint64[18] memory electricityPrices;
        for (uint256 i = 0; i < 18; ++i) electricityPrices[i] = prices[i / 3] * uint64(1 + (i % 3));
        return
            ITariffBook.Tariff({
                fromPeriod: fromPeriod,
                electricityPrices: electricityPrices,
                firstBandLimit: type(uint64).max,
                secondBandLimit: type(uint64).max,
                heatPrice: 2_500_000_000,
                vatRate: 2_200,
                dueDay: 15,
                electricityProvider: POWER,
                commonNeedsProvider: HOUSE,
                heatProvider: HEAT,
                penaltyRate: 950,
                reductionRate: 150,
                electricityNorm: 100_000,
                heatNorm: 20_000,
                normCoefficient: 15_000
            });
    }

    function publish(ITariffBook.Tariff memory tariff) internal {
        vm.prank(TARIFF_AUTHORITY);
        tariffs.publish(tariff);
    }

    /// @notice Records the same payload for every hour of the segment that is left of `period`.
    function recordPeriod(uint32 segment, uint16 period, bytes memory payload) internal {
        (uint32 next, ) = ledger.headOf(segment);
        for (uint32 end = ledger.firstHourOf(period + 1); next < end; ++next) recordNext(segment, payload);
    }

    /// @notice January as the tests' hand-worked bills have it, in Wh and kcal an hour.
    function recordJanuary() internal {
        recordPeriod(electricitySegment, JANUARY, electricityHour([uint24(300), 200, 400, 250, 180, 330], 120, 100));
        recordPeriod(heatSegment, JANUARY, heatHour(1_000));
    }

    /// @notice An hour of both houses: the parent's phases and the consumers of house 1, phase 0 of house 2 and Dave's, in Wh.
    function electricityHour(
        uint24[6] memory ofHouseOne,
        uint24 parentOfTwo,
        uint24 dave
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(slotOf(ofHouseOne), slotOf([parentOfTwo, 0, 0, dave, 0, 0]));
    }

    function heatHour(uint24 kilocalories) internal pure returns (bytes memory) {
        return slotOf([kilocalories, 0, 0, 0, 0, 0]);
    }

    function issue(bytes32 account, uint16 period) internal {
        billing.issue(only(account), period);
    }

    function issueAll(uint16 period) internal {
        billing.issue(everybody(), period);
    }

    function everybody() internal pure returns (bytes32[] memory all) {
        all = new bytes32[](5);
        (all[0], all[1], all[2], all[3], all[4]) = (ALICE, BOB, CAROL, DAVE, EVE);
    }

    function only(bytes32 account) internal pure returns (bytes32[] memory one) {
        one = new bytes32[](1);
        one[0] = account;
    }

    /// @notice Gives `amount` of minted roubles to `holder`, who lets the settlement take them.
    function fund(address holder, uint256 amount) internal {
        vm.prank(BANK);
        rouble.mint(holder, amount, keccak256(abi.encode("deposit", ++_deposits)));
        uint256 allowance = rouble.allowance(holder, address(settlement));
        vm.prank(holder);
        rouble.approve(address(settlement), allowance + amount);
    }

    /// @notice Funds PAYER with just enough and pays.
    function fundAndPay(bytes32 account, uint64 amount) internal {
        fund(PAYER, amount);
        vm.prank(PAYER);
        settlement.pay(account, amount);
    }

    function assertAmounts(uint64[6] memory actual, uint64[6] memory expected, string memory what) internal pure {
        for (uint256 i = 0; i < 6; ++i) assertEq(actual[i], expected[i], what);
    }

    /// @notice The lines as they are known now, word by word.
    function assertLines(bytes32 account, uint16 period, IBilling.Line[] memory expected) internal view {
        IBilling.Line[] memory lines = billing.linesOf(account, period);
        assertEq(lines.length, expected.length, "number of lines");
        for (uint256 i = 0; i < lines.length; ++i) {
            assertEq(abi.encode(lines[i]), abi.encode(expected[i]), string.concat("line ", vm.toString(i)));
        }
    }

    function assertConserved() internal view {
        uint256 held = rouble.balanceOf(address(settlement));
        assertEq(held, _owed(), "tokens held");
    }

    function setHolder(bytes32 account, address holder) internal {
        vm.prank(REGISTRAR);
        accounts.setHolder(account, holder);
    }

    /// @notice What lines come to by service, kopecks; that of a service with more taken back than charged is refused.
    function amountsOf(IBilling.Line[] memory lines) internal pure returns (uint64[6] memory amounts) {
        int256[6] memory sums;
        for (uint256 i = 0; i < lines.length; ++i) sums[uint256(lines[i].service)] += lines[i].amount;
        for (uint256 i = 0; i < 6; ++i) {
            assertTrue(sums[i] >= 0, "a service below 0");
            amounts[i] = uint64(uint256(sums[i]));
        }
    }

    /// @notice The sum of the quantities of a service's charges.
    function quantityOf(bytes32 account, uint16 period, IBilling.Service service) internal view returns (uint64 sum) {
        IBilling.Line[] memory lines = billing.linesOf(account, period);
        for (uint256 i = 0; i < lines.length; ++i) {
            bool isCharge = lines[i].kind == IBilling.LineKind.Charge;
            if (isCharge && lines[i].service == service) sum += lines[i].quantity;
        }
    }

    /// @notice A charge of JANUARY, measured.
    function chargeLine(
        IBilling.Service service,
        IBilling.Zone zone,
        uint64 quantity,
        uint64 price,
        int64 amount
    ) internal pure returns (IBilling.Line memory line) {
        line.service = service;
        line.zone = zone;
        line.band = service == IBilling.Service.Heating ? 0 : 1;
        line.period = JANUARY;
        line.provider = [POWER, HOUSE, HEAT][uint256(service)];
        (line.quantity, line.price, line.amount) = (quantity, price, amount);
    }

    function _owed() private view returns (uint256) {
        return uint256(settlement.totalProviderBalances()) + settlement.totalCredits() + settlement.totalEscrow();
    }
}
