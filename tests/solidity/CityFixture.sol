// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {AccountBook} from "../../contracts/AccountBook.sol";
import {IncidentLog} from "../../contracts/IncidentLog.sol";
import {MeterRegistry} from "../../contracts/MeterRegistry.sol";
import {ReadingLedger} from "../../contracts/ReadingLedger.sol";
import {TariffBook} from "../../contracts/TariffBook.sol";
import {VolumeBook} from "../../contracts/VolumeBook.sol";
import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {Roles} from "../../contracts/types/Roles.sol";
import {TestBase} from "./TestBase.sol";

/// @title A city with registry, ledger and the three books, roles given out, and the means to sign and record hours
/// @dev The test contract is the manager's admin. Each role's holder is a made-up address.
abstract contract CityFixture is TestBase {
    int32 internal constant MOSCOW = 3 hours;
    /// @dev 1 January 2026, 00:00 in Moscow: the first hour of period 672.
    uint32 internal constant FIRST_HOUR = 490_893;
    uint16 internal constant FIRST_PERIOD = 672;
    uint256 internal constant ORACLE_KEY = 0xA11CE;
    bytes32 internal constant MERCURY_230 = "Mercury 230";
    bytes32 internal constant MERCURY_201 = "Mercury 201";

    address internal constant REGISTRAR = address(0x1001);
    address internal constant TARIFF_AUTHORITY = address(0x1002);
    address internal constant ORACLE_ADMIN = address(0x1003);
    address internal constant BANK = address(0x1004);
    address internal constant DISPATCHER = address(0x1006);
    address internal constant GUARDIAN = address(0x1007);
    address internal constant STRANGER = address(0xBAD);

    AccessManager internal manager;
    MeterRegistry internal registry;
    ReadingLedger internal ledger;
    TariffBook internal tariffs;
    AccountBook internal accounts;
    VolumeBook internal volumes;
    IncidentLog internal incidents;

    uint64 private _nextSerial = 1;

    /// @notice Deploys all up to the books. Accounts can be opened after `accounts.connect(billing)`.
    function deployLedger() internal {
        vm.warp(uint256(FIRST_HOUR) * 1 hours);
        manager = new AccessManager(address(this));
        registry = new MeterRegistry(address(manager));
        ledger = new ReadingLedger(address(manager), registry, MOSCOW);
        registry.connect(address(ledger));
        tariffs = new TariffBook(address(manager), ledger);
        accounts = new AccountBook(address(manager), registry, ledger);
        volumes = new VolumeBook(registry, ledger, accounts, tariffs);

        grant(address(registry), MeterRegistry.openSegment.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(registry), MeterRegistry.addGroup.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(registry), MeterRegistry.replaceMeter.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(registry), MeterRegistry.decommissionMeter.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(registry), MeterRegistry.reportFault.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(accounts), AccountBook.openAccount.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(accounts), AccountBook.setTerms.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(accounts), AccountBook.moveOut.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(accounts), AccountBook.setHolder.selector, Roles.REGISTRAR, REGISTRAR);
        grant(address(ledger), ledger.setOracles.selector, Roles.ORACLE_ADMIN, ORACLE_ADMIN);
        grant(address(ledger), ledger.setPaused.selector, Roles.GUARDIAN, GUARDIAN);
        grant(address(tariffs), TariffBook.registerProvider.selector, Roles.TARIFF_AUTHORITY, TARIFF_AUTHORITY);
        grant(address(tariffs), TariffBook.publish.selector, Roles.TARIFF_AUTHORITY, TARIFF_AUTHORITY);

        address[] memory members = new address[](1);
        members[0] = vm.addr(ORACLE_KEY);
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, 1);
    }

    /// @notice Deploys the incident log over the ledger there is.
    function deployIncidentLog() internal {
        incidents = new IncidentLog(address(manager), registry, ledger);
        bytes4[13] memory selectors = dispatchersFunctions();
        for (uint256 i = 0; i < selectors.length; ++i) {
            grant(address(incidents), selectors[i], Roles.DISPATCHER, DISPATCHER);
        }
        bytes4 setRules = IDeadlines.setDeadlineRules.selector;
        grant(address(incidents), setRules, Roles.TARIFF_AUTHORITY, TARIFF_AUTHORITY);
    }

    function dispatchersFunctions() internal pure returns (bytes4[13] memory) {
        return
            [
                IIncidentLog.raise.selector,
                IIncidentLog.clear.selector,
                IIncidentLog.advance.selector,
                IIncidentLog.escalate.selector,
                IIncidentLog.visit.selector,
                IIncidentLog.suspend.selector,
                IIncidentLog.resume.selector,
                IIncidentLog.reject.selector,
                IIncidentLog.merge.selector,
                IIncidentLog.reopen.selector,
                IIncidentLog.interrupt.selector,
                IIncidentLog.reportCondition.selector,
                IOutages.recordOutage.selector
            ];
    }

    /// @notice Asks for `role` on a function of `target`, and gives it to `holder`.
    function grant(address target, bytes4 selector, uint64 role, address holder) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
        manager.grantRole(role, holder, 0);
    }

    function openSegment(IMeterRegistry.Kind kind, uint32 firstHour) internal returns (uint32) {
        vm.prank(REGISTRAR);
        return registry.openSegment(kind, firstHour);
    }

    /// @notice Adds a three-phase meter of class 1.0 and 1 Wh with consumers of class 1.0 and 10 Wh on phases 0, 1, 2, 0, ...;
    /// in a heat segment a meter of class 2.0 and 1,000 kcal with consumers of the same.
    function addGroup(uint32 segment, uint256 consumerCount) internal returns (uint32) {
        (IMeterRegistry.Kind kind, , , ) = registry.segmentOf(segment);
        bool isHeat = kind == IMeterRegistry.Kind.Heat;
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](consumerCount);
        for (uint256 i = 0; i < consumerCount; ++i) {
            consumers[i].meter = isHeat ? meterOf("heat", 200, 1_000) : meterOf(MERCURY_201, 100, 10);
            consumers[i].phase = isHeat ? 0 : uint8(i % 3);
        }
        IMeterRegistry.Meter memory parent = isHeat ? meterOf("heat", 200, 1_000) : meterOf(MERCURY_230, 100, 1);
        uint32 fromHour = firstFreeHour(segment);
        vm.prank(REGISTRAR);
        return registry.addGroup(segment, parent, consumers, fromHour);
    }

    /// @notice The first hour that a group may be added from.
    function firstFreeHour(uint32 segment) internal view returns (uint32) {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        uint32 present = uint32(block.timestamp / 1 hours);
        return last == 0 || next > present ? next : present;
    }

    /// @notice A meter with a serial number of its own.
    function meterOf(
        bytes32 model,
        uint16 accuracyClass,
        uint32 resolution
    ) internal returns (IMeterRegistry.Meter memory) {
        return
            IMeterRegistry.Meter({
                serialNumber: _nextSerial++,
                model: model,
                accuracyClass: accuracyClass,
                resolution: resolution,
                registerAtInstallation: 0,
                verifiedOn: 20_000,
                verificationInterval: 120
            });
    }

    /// @notice One slot of a payload.
    function slotOf(uint24[6] memory intervals, uint8[6] memory qualities) internal pure returns (bytes memory slot) {
        uint16 quality = 0;
        for (uint256 i = 0; i < 6; ++i) {
            slot = abi.encodePacked(slot, intervals[i]);
            quality |= uint16(uint256(qualities[i]) << (14 - 2 * i));
        }
        return abi.encodePacked(slot, quality);
    }

    /// @notice One slot of a payload, all of it measured.
    function slotOf(uint24[6] memory intervals) internal pure returns (bytes memory) {
        uint8[6] memory measured;
        return slotOf(intervals, measured);
    }

    /// @notice Signs the segment's next hour with the fixture's only oracle and records it; the clock is put to the hour's end.
    function recordNext(uint32 segment, bytes memory payload) internal {
        (uint32 hour, bytes32 previousBatch) = ledger.headOf(segment);
        if (block.timestamp < (uint256(hour) + 1) * 1 hours) vm.warp((uint256(hour) + 1) * 1 hours);
        ledger.record(segment, hour, previousBatch, payload, signNext(segment, payload, ORACLE_KEY));
    }

    /// @notice A signature of the segment's next hour under the present configuration.
    function signNext(uint32 segment, bytes memory payload, uint256 key) internal view returns (bytes memory) {
        (uint32 hour, bytes32 previousBatch) = ledger.headOf(segment);
        return signatureOf(ledger.batchDigest(segment, hour, previousBatch, keccak256(payload)), key);
    }

    /// @notice A correction of a channel as the segment's next one, under the present configuration.
    function correctionOf(
        uint32 group,
        uint16 channel,
        uint32 firstHour,
        bytes memory differences
    ) internal view returns (IReadingLedger.Correction memory correction) {
        uint32 segment = registry.groupOf(group).segment;
        (uint32 number, bytes32 last) = ledger.correctionHeadOf(segment);
        correction.segment = segment;
        correction.number = number + 1;
        correction.previousCorrection = last;
        correction.group = group;
        correction.channel = channel;
        correction.firstHour = firstHour;
        correction.differencesHash = keccak256(differences);
        correction.evidence = keccak256("evidence");
        correction.oracleConfig = ledger.oracleConfig();
    }

    /// @notice Signs a correction with the fixture's only oracle and records it.
    function recordCorrection(IReadingLedger.Correction memory correction, bytes memory differences) internal {
        ledger.correct(correction, differences, signatureOf(ledger.correctionDigest(correction), ORACLE_KEY));
    }

    /// @notice The same difference for a number of hours.
    function differencesOf(int32 difference, uint256 hours_) internal pure returns (bytes memory differences) {
        for (uint256 i = 0; i < hours_; ++i) differences = abi.encodePacked(differences, difference);
    }

    function signatureOf(bytes32 digest, uint256 key) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
