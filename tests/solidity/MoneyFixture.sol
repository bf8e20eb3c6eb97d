// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Billing} from "../../contracts/Billing.sol";
import {IncidentLog} from "../../contracts/IncidentLog.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementRouble} from "../../contracts/SettlementRouble.sol";
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

    Billing internal billing;
    Settlement internal settlement;
    SettlementRouble internal rouble;
    IncidentLog internal incidents;

    uint32 internal electricitySegment;
    uint32 internal heatSegment;
    uint32 internal houseOne;
    uint32 internal houseTwo;
    uint32 internal heatOfHouseOne;

    uint256 private _deposits;

    function deployCity() internal {
        deployLedger();
        billing = new Billing(address(manager), registry, ledger, tariffs);
        registry.connect(address(ledger), address(billing));
        rouble = new SettlementRouble(address(manager));
        settlement = new Settlement(address(manager), registry, ledger, billing, tariffs, rouble);
        billing.connect(address(settlement));
        incidents = new IncidentLog(address(manager));

        grant(address(billing), Billing.setPaused.selector, Roles.GUARDIAN, GUARDIAN);
        grant(address(settlement), Settlement.setNettingPaused.selector, Roles.GUARDIAN, GUARDIAN);
        grant(address(rouble), SettlementRouble.mint.selector, Roles.BANK, BANK);
        grant(address(rouble), SettlementRouble.burn.selector, Roles.BANK, BANK);
        grant(address(incidents), IncidentLog.raise.selector, Roles.DISPATCHER, DISPATCHER);
        grant(address(incidents), IncidentLog.clear.selector, Roles.DISPATCHER, DISPATCHER);
        grant(address(incidents), IncidentLog.advance.selector, Roles.DISPATCHER, DISPATCHER);
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

    function openAccount(bytes32 account, uint32 electricity, uint16 channel, uint32 heat, uint32 area) internal {
        vm.prank(REGISTRAR);
        registry.openAccount(account, electricity, channel, heat, area, JANUARY);
    }

    function registerProviders() internal {
        vm.startPrank(TARIFF_AUTHORITY);
        tariffs.registerProvider(POWER, POWER_PAYEE);
        tariffs.registerProvider(HOUSE, HOUSE_PAYEE);
        tariffs.registerProvider(HEAT, HEAT_PAYEE);
        vm.stopPrank();
    }

    /// @notice 5.38 and 2.69 RUB per kWh, 2,500 RUB per Gcal, VAT 22 %, due on the 15th.
    function usualTariff(uint16 fromPeriod) internal pure returns (ITariffBook.Tariff memory) {
        return
            ITariffBook.Tariff({
                fromPeriod: fromPeriod,
                dayPrice: 5_380_000,
                nightPrice: 2_690_000,
                heatPrice: 2_500_000_000,
                vatRate: 2_200,
                dueDay: 15,
                electricityProvider: POWER,
                commonNeedsProvider: HOUSE,
                heatProvider: HEAT
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

    function everybody() internal pure returns (bytes32[] memory accounts) {
        accounts = new bytes32[](5);
        (accounts[0], accounts[1], accounts[2], accounts[3], accounts[4]) = (ALICE, BOB, CAROL, DAVE, EVE);
    }

    function only(bytes32 account) internal pure returns (bytes32[] memory accounts) {
        accounts = new bytes32[](1);
        accounts[0] = account;
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

    function assertAmounts(uint64[5] memory actual, uint64[5] memory expected, string memory what) internal pure {
        for (uint256 i = 0; i < 5; ++i) assertEq(actual[i], expected[i], what);
    }

    function assertConserved() internal view {
        uint256 held = rouble.balanceOf(address(settlement));
        assertEq(held, _owed(), "tokens held");
    }

    function setHolder(bytes32 account, address holder) internal {
        vm.prank(REGISTRAR);
        registry.setHolder(account, holder);
    }

    function assertQuantities(bytes32 account, uint16 period, uint64[5] memory expected) internal view {
        uint64[5] memory quantities;
        IBilling.Line[] memory lines = billing.linesOf(account, period);
        for (uint256 i = 0; i < lines.length; ++i) quantities[uint256(lines[i].service)] = lines[i].quantity;
        assertAmounts(quantities, expected, "quantities");
    }

    /// @notice The amounts of lines, by service.
    function amountsOf(IBilling.Line[] memory lines) internal pure returns (uint64[5] memory amounts) {
        for (uint256 i = 0; i < lines.length; ++i) amounts[uint256(lines[i].service)] = lines[i].amount;
    }

    function _owed() private view returns (uint256) {
        return uint256(settlement.totalProviderBalances()) + settlement.totalCredits() + settlement.totalEscrow();
    }
}
