// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccountBook} from "../../contracts/AccountBook.sol";
import {Billing} from "../../contracts/Billing.sol";
import {Directory} from "../../contracts/Directory.sol";
import {MeterRegistry} from "../../contracts/MeterRegistry.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementRouble} from "../../contracts/SettlementRouble.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {TariffBook} from "../../contracts/TariffBook.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Who may call what: every restricted function, as every role, as the admin and as a stranger
/// @dev The table of contracts/types/Roles.sol. A call counts as let in if it is not refused with AccessManagedUnauthorized:
/// what becomes of it then is for the other tests.
contract RightsTest is MoneyFixture {
    struct Right {
        address target;
        bytes data;
        uint64 role;
        string name;
    }

    uint256 private constant FUNCTIONS = 35;
    uint64 private constant ROLES = 7;

    Directory private directory;
    Right[] private _rights;

    function setUp() external {
        deployCity();
        directory = new Directory(address(manager));
        for (uint64 role = 1; role <= ROLES; ++role) manager.grantRole(role, _holderOf(role), 0);
        _listRegistry();
        _listAccounts();
        _listLedgerAndTariffs();
        _listMoney();
        _listIncidentsAndDirectory();
    }

    function test_EveryFunction_LetsInItsRoleAlone() external {
        assertEq(_rights.length, FUNCTIONS, "functions");
        for (uint256 i = 0; i < _rights.length; ++i) {
            Right memory right = _rights[i];
            for (uint64 role = 1; role <= ROLES; ++role) {
                assertEq(_isLetIn(right, _holderOf(role)), role == right.role, right.name);
            }
            assertEq(_isLetIn(right, address(this)), right.role == Roles.ADMIN, right.name);
            assertEq(_isLetIn(right, STRANGER), false, right.name);
        }
    }

    /// @dev A function of a contract deployed anew that was given no role asks for the admin's.
    function test_FunctionWithoutRole_IsTheAdmins() external {
        SettlementRouble young = new SettlementRouble(address(manager));
        bytes memory data = abi.encodeCall(SettlementRouble.mint, (PAYER, 1, "deposit"));
        Right memory right = Right(address(young), data, Roles.ADMIN, "mint");
        for (uint64 role = 1; role <= ROLES; ++role) assertEq(_isLetIn(right, _holderOf(role)), false, "a role");
        assertEq(_isLetIn(right, STRANGER), false, "stranger");
        assertEq(_isLetIn(right, address(this)), true, "admin");
    }

    function test_RoleTakenBack_LetsInNoMore() external {
        Right memory right = _rights[1];
        assertEq(_isLetIn(right, _holderOf(right.role)), true, "before");
        manager.revokeRole(right.role, _holderOf(right.role));
        assertEq(_isLetIn(right, _holderOf(right.role)), false, "after");
    }

    /// @dev Nobody but the admin changes rights.
    function test_RevertWhen_RoleGivesItselfRights() external {
        for (uint64 role = 1; role <= ROLES; ++role) {
            vm.startPrank(_holderOf(role));
            vm.expectRevert();
            manager.grantRole(Roles.ADMIN, _holderOf(role), 0);
            vm.expectRevert();
            manager.grantRole(role, STRANGER, 0);
            vm.stopPrank();
        }
    }

    function _listRegistry() private {
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_230, 100, 1);
        address target = address(registry);
        _list(target, abi.encodeCall(MeterRegistry.connect, (target)), Roles.ADMIN, "connect");
        bytes memory data = abi.encodeCall(MeterRegistry.openSegment, (IMeterRegistry.Kind.Heat, FIRST_HOUR));
        _list(target, data, Roles.REGISTRAR, "openSegment");
        data = abi.encodeCall(MeterRegistry.addGroup, (1, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR));
        _list(target, data, Roles.REGISTRAR, "addGroup");
        data = abi.encodeCall(MeterRegistry.decommissionMeter, (1, 3));
        _list(target, data, Roles.REGISTRAR, "decommissionMeter");
        data = abi.encodeCall(MeterRegistry.reportFault, (1, 3, IMeterRegistry.Fault.Broken, FIRST_HOUR));
        _list(target, data, Roles.REGISTRAR, "reportFault");
        data = abi.encodeCall(MeterRegistry.replaceMeter, (1, 3, meter, FIRST_HOUR));
        _list(target, data, Roles.REGISTRAR, "replaceMeter");
    }

    function _listAccounts() private {
        address target = address(accounts);
        IAccountBook.Premises memory premises = IAccountBook.Premises(1, 3, 0, 0, 100);
        IAccountBook.Terms memory terms = termsOf(1, IAccountBook.Heating.None);
        _list(target, abi.encodeCall(AccountBook.connect, (target)), Roles.ADMIN, "AccountBook.connect");
        bytes memory data = abi.encodeCall(AccountBook.openAccount, (ALICE, premises, JANUARY, terms));
        _list(target, data, Roles.REGISTRAR, "openAccount");
        _list(target, abi.encodeCall(AccountBook.setTerms, (ALICE, JANUARY, terms)), Roles.REGISTRAR, "setTerms");
        _list(target, abi.encodeCall(AccountBook.moveOut, (ALICE, BOB)), Roles.REGISTRAR, "moveOut");
        _list(target, abi.encodeCall(AccountBook.setHolder, (ALICE, STRANGER)), Roles.REGISTRAR, "setHolder");
    }

    function _listLedgerAndTariffs() private {
        bytes memory data = abi.encodeCall(IReadingLedger.setOracles, (new address[](1), 1));
        _list(address(ledger), data, Roles.ORACLE_ADMIN, "setOracles");
        data = abi.encodeCall(IReadingLedger.setPaused, (true));
        _list(address(ledger), data, Roles.GUARDIAN, "ReadingLedger.setPaused");
        data = abi.encodeCall(TariffBook.registerProvider, (POWER, POWER_PAYEE));
        _list(address(tariffs), data, Roles.TARIFF_AUTHORITY, "registerProvider");
        ITariffBook.Tariff memory tariff = usualTariff(JANUARY);
        _list(address(tariffs), abi.encodeCall(TariffBook.publish, (tariff)), Roles.TARIFF_AUTHORITY, "publish");
    }

    function _listMoney() private {
        bytes memory data = abi.encodeCall(Billing.connect, (address(settlement)));
        _list(address(billing), data, Roles.ADMIN, "Billing.connect");
        _list(address(billing), abi.encodeCall(Billing.setPaused, (true)), Roles.GUARDIAN, "Billing.setPaused");
        data = abi.encodeCall(Settlement.setNettingPaused, (true));
        _list(address(settlement), data, Roles.GUARDIAN, "setNettingPaused");
        data = abi.encodeCall(SettlementRouble.mint, (PAYER, 1, "deposit"));
        _list(address(rouble), data, Roles.BANK, "mint");
        _list(address(rouble), abi.encodeCall(SettlementRouble.burn, (1, "payout")), Roles.BANK, "burn");
    }

    function _listIncidentsAndDirectory() private {
        // What a function makes of arguments of 0 is not asked here, so they do for all.
        bytes memory zeros = new bytes(32 * 32);
        bytes4[13] memory selectors = dispatchersFunctions();
        for (uint256 i = 0; i < selectors.length; ++i) {
            _list(
                address(incidents),
                abi.encodePacked(selectors[i], zeros),
                Roles.DISPATCHER,
                string.concat("IncidentLog ", vm.toString(i))
            );
        }
        bytes memory data = abi.encodePacked(IDeadlines.setDeadlineRules.selector, zeros);
        _list(address(incidents), data, Roles.TARIFF_AUTHORITY, "setDeadlineRules");
        data = abi.encodeCall(Directory.register, ("ReadingLedger", address(ledger)));
        _list(address(directory), data, Roles.ADMIN, "register");
    }

    function _list(address target, bytes memory data, uint64 role, string memory name) private {
        _rights.push(Right({target: target, data: data, role: role, name: name}));
    }

    function _isLetIn(Right memory right, address caller) private returns (bool) {
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = right.target.call(right.data);
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        return success || keccak256(answer) != keccak256(refusal);
    }

    function _holderOf(uint64 role) private pure returns (address) {
        return address(uint160(0x9000 + role));
    }
}
