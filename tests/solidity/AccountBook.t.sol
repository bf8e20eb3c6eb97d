// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccountBook} from "../../contracts/AccountBook.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {AccountWords} from "../../contracts/libraries/AccountWords.sol";
import {BillingStub} from "./BillingStub.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title Whose premises are billed and on which terms: what the book takes, and every refusal by its name
/// @dev `house` (three consumers) and `tower` (five) stand in one electricity segment, `boiler` (two) in a heat segment. Both
/// segments begin with the last 24 hours of January 2026.
contract AccountBookTest is CityFixture {
    uint16 private constant JANUARY = FIRST_PERIOD;
    uint32 private constant START = FIRST_HOUR + 30 * 24;
    uint32 private constant UNKNOWN = 99;
    uint32 private constant MAX_AREA = 10_000_000;
    bytes32 private constant ALICE = keccak256("alice");
    bytes32 private constant BOB = keccak256("bob");
    bytes32 private constant CAROL = keccak256("carol");

    BillingStub private billing;
    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private tower;
    uint32 private boiler;

    function setUp() external {
        deployLedger();
        billing = new BillingStub();
        accounts.connect(address(billing));
        electricity = openSegment(IMeterRegistry.Kind.Electricity, START);
        heat = openSegment(IMeterRegistry.Kind.Heat, START);
        house = addGroup(electricity, 3);
        tower = addGroup(electricity, 5);
        boiler = addGroup(heat, 2);
    }

    function test_Connect_OnceForAll() external {
        AccountBook young = new AccountBook(address(manager), registry, ledger);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_NotAContract.selector, STRANGER));
        young.connect(STRANGER);
        vm.expectEmit(address(young));
        emit IAccountBook.Connected(address(billing));
        young.connect(address(billing));
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_AlreadyConnected.selector, address(billing)));
        young.connect(address(billing));
    }

    function test_RevertWhen_NotConnected() external {
        AccountBook young = new AccountBook(address(manager), registry, ledger);
        vm.expectRevert(IAccountBook.AccountBook_NotConnected.selector);
        young.openAccount(ALICE, _flat(3, 100), JANUARY, _terms());
    }

    function test_RevertWhen_CallerMayNot() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(refusal);
        accounts.connect(address(billing));
        vm.expectRevert(refusal);
        accounts.openAccount(ALICE, _flat(3, 100), JANUARY, _terms());
        vm.expectRevert(refusal);
        accounts.setTerms(ALICE, JANUARY, _terms());
        vm.expectRevert(refusal);
        accounts.moveOut(ALICE, BOB);
        vm.expectRevert(refusal);
        accounts.setHolder(ALICE, STRANGER);
        vm.stopPrank();
    }

    function test_OpenAccount_KeepsEveryField() external {
        IAccountBook.Premises memory premises = IAccountBook.Premises(house, 5, boiler, 2, MAX_AREA);
        IAccountBook.Terms memory terms = IAccountBook.Terms(3, 1_000, IAccountBook.Heating.House);
        IAccountBook.Account memory expected;
        expected.premises = premises;
        expected.firstPeriod = 13_559;
        vm.expectEmit(address(accounts));
        emit IAccountBook.AccountOpened(ALICE, expected, terms);
        _open(ALICE, premises, 13_559, terms);

        assertEq(abi.encode(accounts.accountOf(ALICE)), abi.encode(expected), "account");
        assertEq(abi.encode(accounts.termsOf(ALICE, JANUARY)), abi.encode(terms), "terms, before it begins too");
        assertEq(accounts.consumerAt(house, 5), ALICE, "electricity channel");
        assertEq(accounts.consumerAt(boiler, 2), ALICE, "heat channel");
        assertEq(accounts.consumerAt(boiler, 1), 0, "nobody's");
        assertEq(accounts.holderOf(ALICE), address(0), "nobody holds it");
        (IAccountBook.Handover memory opening, IAccountBook.Handover memory closing) = accounts.handoversOf(ALICE);
        assertEq(uint256(opening.hour) + closing.hour, 0, "no handovers");
    }

    function test_OpenAccount_RunningAreas() external {
        _open(ALICE, IAccountBook.Premises(house, 3, boiler, 0, 4_520), JANUARY, _terms());
        _open("eve", IAccountBook.Premises(0, 0, boiler, 0, MAX_AREA), JANUARY, _terms());
        _open(BOB, IAccountBook.Premises(house, 5, boiler, 0, 1), JANUARY, _terms());
        _open("dave", IAccountBook.Premises(tower, 7, 0, 0, 300), JANUARY, _terms(IAccountBook.Heating.Norm));
        _open("frank", IAccountBook.Premises(0, 0, 0, 0, 77), JANUARY, _terms(IAccountBook.Heating.Norm));

        IAccountBook.Account memory bob = accounts.accountOf(BOB);
        assertEq(bob.areaBeforeInElectricityGroup, 4_520, "before Bob in the house");
        assertEq(bob.areaBeforeInHeatGroup, 4_520 + MAX_AREA, "before Bob behind the boiler");
        assertEq(accounts.accountOf("dave").areaBeforeInElectricityGroup, 0, "the first in the tower");
        assertEq(accounts.areaOf(house), 4_521, "house");
        assertEq(accounts.areaOf(tower), 300, "tower");
        assertEq(accounts.areaOf(boiler), 4_521 + MAX_AREA, "boiler");
        bytes32[] memory premises = accounts.premisesOf(boiler);
        assertEq(premises.length, 3, "behind the boiler");
        assertEq(premises[1], "eve", "in order of registration");
        assertEq(premises[2], BOB, "the last");
        assertEq(accounts.premisesOf(UNKNOWN).length, 0, "nothing of an unknown group");
    }

    function test_Accounts_PagesInOrderOfOpening() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        _open(BOB, _flat(4, 1), JANUARY, _terms());
        _open(CAROL, _flat(5, 1), JANUARY, _terms());
        assertEq(accounts.accountCount(), 3, "count");
        bytes32[] memory page = accounts.accounts(1, 1);
        assertEq(page.length, 1, "as many as asked");
        assertEq(page[0], BOB, "the second");
        page = accounts.accounts(1, 1_000);
        assertEq(page.length, 2, "as many as there are");
        assertEq(page[1], CAROL, "the third");
        assertEq(accounts.accounts(3, 1_000).length, 0, "past the end");
        assertEq(accounts.accounts(type(uint256).max, 1_000).length, 0, "far past the end");
        assertEq(accounts.accounts(0, 0).length, 0, "none asked");
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_PageTooLong.selector, 1_001, 1_000));
        accounts.accounts(0, 1_001);
    }

    function test_RevertWhen_AccountInvalid() external {
        _refuseAccount(0, "account", _flat(3, 1), JANUARY);
        _refuseAccount(ALICE, "premises", IAccountBook.Premises(0, 0, 0, 0, 1), JANUARY);
        _refuseAccount(ALICE, "electricityChannel", IAccountBook.Premises(0, 3, boiler, 0, 1), JANUARY);
        _refuseAccount(ALICE, "heatChannel", IAccountBook.Premises(house, 3, 0, 1, 1), JANUARY);
        _refuseAccount(ALICE, "area", _flat(3, 0), JANUARY);
        _refuseAccount(ALICE, "area", _flat(3, MAX_AREA + 1), JANUARY);
        _refuseAccount(ALICE, "firstPeriod", _flat(3, 1), 0);
        _refuseAccount(ALICE, "firstPeriod", _flat(3, 1), 13_560);

        // A heat meter is read for heat of the house.
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_InvalidAccount.selector, ALICE, "heatChannel"));
        accounts.openAccount(
            ALICE,
            IAccountBook.Premises(house, 3, boiler, 1, 1),
            JANUARY,
            _terms(IAccountBook.Heating.OwnBoiler)
        );
    }

    function test_RevertWhen_TermsInvalid() external {
        _open(BOB, _flat(3, 1), JANUARY, _terms());
        _refuseTerms("zones", IAccountBook.Terms(0, 1, IAccountBook.Heating.House));
        _refuseTerms("zones", IAccountBook.Terms(4, 1, IAccountBook.Heating.House));
        _refuseTerms("residents", IAccountBook.Terms(1, 1_001, IAccountBook.Heating.House));

        bytes4 invalid = IAccountBook.AccountBook_InvalidTerms.selector;
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(invalid, ALICE, "heating"));
        accounts.openAccount(ALICE, IAccountBook.Premises(house, 4, 0, 0, 1), JANUARY, _terms());
        accounts.openAccount(
            ALICE,
            IAccountBook.Premises(house, 4, 0, 0, 1),
            JANUARY,
            _terms(IAccountBook.Heating.None)
        );
        vm.expectRevert(abi.encodeWithSelector(invalid, ALICE, "heating"));
        accounts.setTerms(ALICE, JANUARY, _terms());
        vm.stopPrank();
    }

    function test_RevertWhen_AccountsPlaceWrong() external {
        bytes memory unknown = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, UNKNOWN);
        _refusePlace(unknown, IAccountBook.Premises(UNKNOWN, 3, 0, 0, 1));
        _refusePlace(unknown, IAccountBook.Premises(0, 0, UNKNOWN, 0, 1));
        bytes4 channel = IMeterRegistry.MeterRegistry_UnknownChannel.selector;
        _refusePlace(abi.encodeWithSelector(channel, house, 2), IAccountBook.Premises(house, 2, 0, 0, 1));
        _refusePlace(abi.encodeWithSelector(channel, house, 6), IAccountBook.Premises(house, 6, 0, 0, 1));
        _refusePlace(abi.encodeWithSelector(channel, boiler, 3), IAccountBook.Premises(house, 3, boiler, 3, 1));
        bytes4 kind = IMeterRegistry.MeterRegistry_WrongKind.selector;
        _refusePlace(
            abi.encodeWithSelector(kind, boiler, IMeterRegistry.Kind.Electricity),
            IAccountBook.Premises(boiler, 1, 0, 0, 1)
        );
        _refusePlace(
            abi.encodeWithSelector(kind, house, IMeterRegistry.Kind.Heat),
            IAccountBook.Premises(tower, 3, house, 0, 1)
        );

        _open(BOB, IAccountBook.Premises(house, 3, boiler, 1, 10), JANUARY, _terms());
        bytes4 taken = IAccountBook.AccountBook_ChannelTaken.selector;
        _refusePlace(abi.encodeWithSelector(taken, house, 3, BOB), _flat(3, 1));
        _refusePlace(abi.encodeWithSelector(taken, boiler, 1, BOB), IAccountBook.Premises(house, 4, boiler, 1, 1));
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_AccountExists.selector, BOB));
        accounts.openAccount(BOB, _flat(4, 10), JANUARY, _terms());
        assertEq(accounts.areaOf(house), 10, "nothing of the refused");
        assertEq(accounts.accountCount(), 1, "one account");
    }

    function test_RevertWhen_GroupWasBilled() external {
        billing.setBilled(boiler, true);
        bytes4 inUse = IAccountBook.AccountBook_AreaInUse.selector;
        _refusePlace(abi.encodeWithSelector(inUse, boiler), _flat(3, 1));
        _refusePlace(abi.encodeWithSelector(inUse, boiler), IAccountBook.Premises(0, 0, boiler, 0, 1));
        _open(BOB, IAccountBook.Premises(house, 3, 0, 0, 1), JANUARY, _terms(IAccountBook.Heating.None));
        billing.setBilled(house, true);
        _refusePlace(abi.encodeWithSelector(inUse, house), IAccountBook.Premises(house, 4, 0, 0, 1));
    }

    function test_RevertWhen_TooManyPremises_OrTooGreatTogether() external {
        for (uint256 i = 1; i <= 429; ++i) {
            _open(bytes32(i), IAccountBook.Premises(0, 0, boiler, 0, MAX_AREA), JANUARY, _terms());
        }
        _refuseAccount(ALICE, "area", IAccountBook.Premises(0, 0, boiler, 0, 4_967_296), JANUARY);
        for (uint256 i = 430; i <= 500; ++i) {
            _open(bytes32(i), IAccountBook.Premises(0, 0, boiler, 0, 1), JANUARY, _terms());
        }
        _refusePlace(
            abi.encodeWithSelector(IAccountBook.AccountBook_TooManyPremises.selector, boiler, 500),
            IAccountBook.Premises(0, 0, boiler, 0, 1)
        );
    }

    function test_SetTerms_FromAPeriodOn() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        vm.expectEmit(address(accounts));
        emit IAccountBook.TermsChanged(ALICE, JANUARY + 2, _numbered(2));
        _setTerms(JANUARY + 2, 2);
        _setTerms(JANUARY + 5, 5);
        assertEq(_residentsIn(JANUARY - 1), 1, "before it begins");
        assertEq(_residentsIn(JANUARY + 1), 1, "its first terms");
        assertEq(_residentsIn(JANUARY + 2), 2, "the second");
        assertEq(_residentsIn(JANUARY + 4), 2, "until the third");
        assertEq(_residentsIn(type(uint16).max), 5, "for ever");
        _setTerms(JANUARY + 5, 7);
        assertEq(_residentsIn(JANUARY + 5), 7, "the last can be given anew");
        assertEq(_residentsIn(JANUARY + 4), 2, "the others stay");
    }

    function test_SetTerms_OfTheFirstPeriod_TakesTheirPlace() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        _setTerms(JANUARY, 9);
        assertEq(_residentsIn(JANUARY), 9, "first terms");
        assertEq(_residentsIn(JANUARY + 1), 9, "and after");
    }

    function test_RevertWhen_TermsNotInOrder_OrTooMany() external {
        bytes4 notInOrder = IAccountBook.AccountBook_TermsNotInOrder.selector;
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, ALICE));
        accounts.setTerms(ALICE, JANUARY, _terms());
        accounts.openAccount(ALICE, _flat(3, 1), JANUARY, _terms());
        vm.expectRevert(abi.encodeWithSelector(notInOrder, ALICE, JANUARY - 1, JANUARY));
        accounts.setTerms(ALICE, JANUARY - 1, _terms());
        for (uint16 i = 1; i < 120; ++i) accounts.setTerms(ALICE, JANUARY + i, _numbered(i));
        vm.expectRevert(abi.encodeWithSelector(notInOrder, ALICE, JANUARY + 118, JANUARY + 119));
        accounts.setTerms(ALICE, JANUARY + 118, _terms());
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_TooManyTerms.selector, ALICE, 120));
        accounts.setTerms(ALICE, JANUARY + 120, _terms());
        accounts.setTerms(ALICE, JANUARY + 119, _numbered(500));
        vm.stopPrank();
        assertEq(_residentsIn(JANUARY + 50), 50, "one in the middle");
        assertEq(_residentsIn(JANUARY + 119), 500, "the last");
    }

    /// @dev The registers are as signed: a correction does not show in them.
    function test_MoveOut_ClosesOneAndOpensTheOther() external {
        _open(ALICE, IAccountBook.Premises(house, 4, boiler, 2, 700), JANUARY, _terms());
        _setTerms(JANUARY + 1, 6);
        _setTerms(JANUARY + 3, 8);
        for (uint256 i = 0; i < 30; ++i) recordNext(electricity, _electricityHour());
        bytes memory differences = differencesOf(-50, 1);
        recordCorrection(correctionOf(house, 4, START, differences), differences);

        IAccountBook.Handover memory expected = IAccountBook.Handover(START + 30, [uint64(700), 900, 1_400]);
        vm.expectEmit(address(accounts));
        emit IAccountBook.MovedOut(ALICE, BOB, JANUARY + 1, expected);
        _moveOut(ALICE, BOB);

        IAccountBook.Account memory alice = accounts.accountOf(ALICE);
        assertEq(alice.lastPeriod, JANUARY + 1, "last period");
        assertEq(alice.successor, BOB, "successor");
        IAccountBook.Account memory bob = accounts.accountOf(BOB);
        assertEq(abi.encode(bob.premises), abi.encode(alice.premises), "the same premises");
        assertEq(bob.firstPeriod, JANUARY + 1, "first period");
        assertEq(bob.lastPeriod, 0, "open");
        assertEq(bob.predecessor, ALICE, "predecessor");
        assertEq(accounts.termsOf(BOB, JANUARY + 9).residents, 6, "the terms in force, not those to come");
        (, IAccountBook.Handover memory closing) = accounts.handoversOf(ALICE);
        (IAccountBook.Handover memory opening, ) = accounts.handoversOf(BOB);
        assertEq(abi.encode(closing), abi.encode(expected), "closing");
        assertEq(abi.encode(opening), abi.encode(expected), "opening");
        assertEq(accounts.consumerAt(house, 4), BOB, "electricity meter");
        assertEq(accounts.consumerAt(boiler, 2), BOB, "heat meter");
        assertEq(accounts.premisesOf(house).length, 1, "no new premises");
        assertEq(accounts.areaOf(house), 700, "no new area");
        assertEq(accounts.accountCount(), 2, "accounts");
    }

    /// @dev On the first hour of a month the account ends with the month before.
    function test_MoveOut_WithTheMonth() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        for (uint256 i = 0; i < 24; ++i) recordNext(electricity, _electricityHour());
        _moveOut(ALICE, BOB);
        assertEq(accounts.accountOf(ALICE).lastPeriod, JANUARY, "last period");
        assertEq(accounts.accountOf(BOB).firstPeriod, JANUARY + 1, "first period");
    }

    /// @dev Without electricity the heat segment says when; there are no registers.
    function test_MoveOut_WithHeatAlone() external {
        _open(ALICE, IAccountBook.Premises(0, 0, boiler, 0, 1), JANUARY, _terms());
        recordNext(heat, slotOf([uint24(100), 40, 50, 0, 0, 0]));
        _moveOut(ALICE, BOB);
        (, IAccountBook.Handover memory closing) = accounts.handoversOf(ALICE);
        assertEq(closing.hour, START + 1, "hour");
        assertEq(closing.registers, [uint64(0), 0, 0], "registers");
    }

    /// @dev Three accounts in a row, two of them in one month: the last that had begun has the premises.
    function test_TermsOfPremises_OfWhoeverHasThem() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        recordNext(electricity, _electricityHour());
        _moveOut(ALICE, BOB);
        vm.prank(REGISTRAR);
        accounts.setTerms(BOB, JANUARY, _numbered(20));
        for (uint256 i = 0; i < 30; ++i) recordNext(electricity, _electricityHour());
        _moveOut(BOB, CAROL);
        vm.startPrank(REGISTRAR);
        accounts.setTerms(CAROL, JANUARY + 1, _numbered(30));
        accounts.setTerms(CAROL, JANUARY + 2, _numbered(40));
        vm.stopPrank();

        assertEq(accounts.termsOfPremises(ALICE, JANUARY - 1).residents, 20, "before all: as in the first month");
        assertEq(accounts.termsOfPremises(ALICE, JANUARY).residents, 20, "Bob moved in in January");
        assertEq(accounts.termsOfPremises(ALICE, JANUARY + 1).residents, 30, "Carol in February");
        assertEq(accounts.termsOfPremises(ALICE, JANUARY + 2).residents, 40, "with other terms");
        assertEq(accounts.accountOf(CAROL).predecessor, BOB, "a chain");
        (uint16 residents, uint32 area) = accounts.normBaseOf(house, 3, JANUARY + 2);
        assertEq(residents, 40, "of the last account");
        assertEq(area, 1, "area");
        (residents, area) = accounts.normBaseOf(house, 3, JANUARY);
        assertEq(residents, 30, "its first terms before it began");
        (residents, area) = accounts.normBaseOf(house, 5, JANUARY);
        assertEq(uint256(residents) + area, 0, "nobody's");
    }

    function test_RevertWhen_MoveOutImpossible() external {
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, ALICE));
        accounts.moveOut(ALICE, BOB);
        accounts.openAccount(ALICE, _flat(3, 1), JANUARY + 1, _terms());
        accounts.openAccount(CAROL, _flat(4, 1), JANUARY, _terms());
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_AccountExists.selector, CAROL));
        accounts.moveOut(ALICE, CAROL);
        bytes4 invalid = IAccountBook.AccountBook_InvalidAccount.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, bytes32(0), "successor"));
        accounts.moveOut(ALICE, 0);
        accounts.openAccount("norm", IAccountBook.Premises(0, 0, 0, 0, 1), JANUARY, _terms(IAccountBook.Heating.Norm));
        vm.expectRevert(abi.encodeWithSelector(invalid, bytes32("norm"), "premises"));
        accounts.moveOut("norm", BOB);
        vm.stopPrank();

        recordNext(electricity, _electricityHour());
        vm.startPrank(REGISTRAR);
        // Its first period has no hour yet.
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_NothingToClose.selector, ALICE));
        accounts.moveOut(ALICE, BOB);
        accounts.moveOut(CAROL, BOB);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_NothingToClose.selector, BOB));
        accounts.moveOut(BOB, "dave");
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_Closed.selector, CAROL, JANUARY));
        accounts.moveOut(CAROL, "dave");
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_Closed.selector, CAROL, JANUARY));
        accounts.setTerms(CAROL, JANUARY, _terms());
        vm.stopPrank();
    }

    /// @dev The calendar has no hour before the first that a segment can have.
    function test_RevertWhen_MoveOutAtTheBeginningOfTime() external {
        uint32 old = addGroup(openSegment(IMeterRegistry.Kind.Electricity, 24), 1);
        vm.startPrank(REGISTRAR);
        accounts.openAccount(ALICE, IAccountBook.Premises(old, 3, 0, 0, 1), 1, _terms(IAccountBook.Heating.None));
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_NothingToClose.selector, ALICE));
        accounts.moveOut(ALICE, BOB);
        vm.stopPrank();
    }

    function test_SetHolder() external {
        _open(ALICE, _flat(3, 1), JANUARY, _terms());
        vm.startPrank(REGISTRAR);
        vm.expectEmit(address(accounts));
        emit IAccountBook.HolderChanged(ALICE, STRANGER);
        accounts.setHolder(ALICE, STRANGER);
        assertEq(accounts.holderOf(ALICE), STRANGER, "holder");
        accounts.setHolder(ALICE, address(0));
        assertEq(accounts.holderOf(ALICE), address(0), "nobody");
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, BOB));
        accounts.setHolder(BOB, STRANGER);
        vm.stopPrank();
        assertEq(accounts.holderOf(BOB), address(0), "unknown");
    }

    function test_HeatAreasOf_MixedHouse_ByPeriod() external {
        _open(ALICE, IAccountBook.Premises(house, 3, boiler, 0, 100), JANUARY, _terms());
        _checkHeatAreas(JANUARY, 0, 0, "");
        _open(BOB, IAccountBook.Premises(house, 4, boiler, 2, 20), JANUARY, _terms());
        _open(CAROL, IAccountBook.Premises(house, 5, boiler, 1, 3), JANUARY, _terms());
        _checkHeatAreas(JANUARY, 0, 23, hex"0201");
        vm.startPrank(REGISTRAR);
        accounts.setTerms(ALICE, JANUARY + 1, _terms(IAccountBook.Heating.OwnBoiler));
        accounts.setTerms(BOB, JANUARY + 2, _terms(IAccountBook.Heating.OwnBoiler));
        vm.stopPrank();
        _checkHeatAreas(JANUARY, 0, 23, hex"0201");
        _checkHeatAreas(JANUARY + 1, 100, 23, hex"0201");
        _checkHeatAreas(JANUARY + 2, 120, 3, hex"01");
        _checkHeatAreas(JANUARY, 0, 23, hex"0201");
    }

    /// @dev What bills read of an account in one word is what the book says of it, with the terms of the period.
    function test_AccountsIn_AreTheAccounts() external {
        _open(CAROL, IAccountBook.Premises(house, 3, boiler, 1, MAX_AREA), JANUARY, _terms());
        _open(ALICE, IAccountBook.Premises(house, 5, boiler, 2, 77), JANUARY, _terms());
        _setTerms(JANUARY + 1, 1_000);
        recordNext(electricity, _electricityHour());
        _moveOut(ALICE, BOB);
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = (CAROL, ALICE, BOB);
        for (uint16 period = JANUARY; period < JANUARY + 3; ++period) {
            uint256[] memory words = accounts.accountsIn(ids, period);
            for (uint256 i = 0; i < ids.length; ++i) _checkWord(words[i], ids[i], period);
        }
        ids[1] = "nobody";
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, bytes32("nobody")));
        accounts.accountsIn(ids, JANUARY);
    }

    function test_RevertWhen_AccountUnknown() external {
        bytes memory unknown = abi.encodeWithSelector(IAccountBook.AccountBook_UnknownAccount.selector, BOB);
        vm.expectRevert(unknown);
        accounts.accountOf(BOB);
        vm.expectRevert(unknown);
        accounts.termsOf(BOB, JANUARY);
        vm.expectRevert(unknown);
        accounts.handoversOf(BOB);
        vm.expectRevert(unknown);
        accounts.termsOfPremises(BOB, JANUARY);
    }

    function _open(
        bytes32 account,
        IAccountBook.Premises memory premises,
        uint16 firstPeriod,
        IAccountBook.Terms memory terms
    ) private {
        vm.prank(REGISTRAR);
        accounts.openAccount(account, premises, firstPeriod, terms);
    }

    function _setTerms(uint16 fromPeriod, uint16 residents) private {
        vm.prank(REGISTRAR);
        accounts.setTerms(ALICE, fromPeriod, _numbered(residents));
    }

    function _moveOut(bytes32 account, bytes32 successor) private {
        vm.prank(REGISTRAR);
        accounts.moveOut(account, successor);
    }

    function _refuseAccount(
        bytes32 account,
        string memory field,
        IAccountBook.Premises memory premises,
        uint16 firstPeriod
    ) private {
        vm.prank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_InvalidAccount.selector, account, field));
        accounts.openAccount(account, premises, firstPeriod, _terms());
    }

    /// @dev Of a new account, and of Bob's.
    function _refuseTerms(string memory field, IAccountBook.Terms memory terms) private {
        bytes4 invalid = IAccountBook.AccountBook_InvalidTerms.selector;
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(invalid, ALICE, field));
        accounts.openAccount(ALICE, _flat(4, 1), JANUARY, terms);
        vm.expectRevert(abi.encodeWithSelector(invalid, BOB, field));
        accounts.setTerms(BOB, JANUARY, terms);
        vm.stopPrank();
    }

    function _refusePlace(bytes memory refusal, IAccountBook.Premises memory premises) private {
        bool hasHeat = premises.heatGroup != 0;
        vm.prank(REGISTRAR);
        vm.expectRevert(refusal);
        accounts.openAccount(
            ALICE,
            premises,
            JANUARY,
            _terms(hasHeat ? IAccountBook.Heating.House : IAccountBook.Heating.None)
        );
    }

    function _checkWord(uint256 word, bytes32 id, uint16 period) private view {
        IAccountBook.Account memory account = accounts.accountOf(id);
        IAccountBook.Premises memory premises = account.premises;
        (uint32 group, uint16 channel) = AccountWords.electricityOf(word);
        assertEq(
            abi.encode(group, channel),
            abi.encode(premises.electricityGroup, premises.electricityChannel),
            "power"
        );
        (group, channel) = AccountWords.heatOf(word);
        assertEq(abi.encode(group, channel), abi.encode(premises.heatGroup, premises.heatChannel), "heat");
        assertEq(AccountWords.areaOf(word), premises.area, "area");
        (uint32 inElectricity, uint32 inHeat) = AccountWords.areasBeforeOf(word);
        assertEq(inElectricity, account.areaBeforeInElectricityGroup, "area before");
        assertEq(inHeat, account.areaBeforeInHeatGroup, "area before, of heat");
        (uint16 first, uint16 last) = AccountWords.periodsOf(word);
        assertEq(abi.encode(first, last), abi.encode(account.firstPeriod, account.lastPeriod), "periods");
        IAccountBook.Terms memory terms = accounts.termsOf(id, period);
        (uint256 zones, IAccountBook.Heating heating) = AccountWords.termsOf(word);
        assertEq(abi.encode(zones, heating), abi.encode(terms.zones, terms.heating), "terms");
        assertEq(AccountWords.isSuccessor(word), account.predecessor != 0, "successor");
    }

    /// @param channels a byte each.
    function _checkHeatAreas(uint16 period, uint32 unheated, uint32 metered, bytes memory channels) private view {
        (uint32 unheatedArea, uint32 meteredArea, uint16[] memory meteredChannels) = accounts.heatAreasOf(
            boiler,
            period
        );
        assertEq(unheatedArea, unheated, "unheated");
        assertEq(meteredArea, metered, "metered");
        assertEq(meteredChannels.length, channels.length, "channels");
        for (uint256 i = 0; i < channels.length; ++i) assertEq(meteredChannels[i], uint8(channels[i]), "channel");
    }

    function _residentsIn(uint16 period) private view returns (uint16) {
        return accounts.termsOf(ALICE, period).residents;
    }

    /// @dev A flat of the house that is heated by the boiler.
    function _flat(uint16 channel, uint32 area) private view returns (IAccountBook.Premises memory) {
        return IAccountBook.Premises(house, channel, boiler, 0, area);
    }

    function _terms() private pure returns (IAccountBook.Terms memory) {
        return _terms(IAccountBook.Heating.House);
    }

    function _terms(IAccountBook.Heating heating) private pure returns (IAccountBook.Terms memory) {
        return IAccountBook.Terms(2, 1, heating);
    }

    function _numbered(uint16 residents) private pure returns (IAccountBook.Terms memory) {
        return IAccountBook.Terms(2, residents, IAccountBook.Heating.House);
    }

    function _electricityHour() private pure returns (bytes memory) {
        bytes memory slot = slotOf([uint24(100), 100, 100, 100, 100, 100]);
        return abi.encodePacked(slot, slot, slotOf([uint24(100), 100, 0, 0, 0, 0]));
    }
}
