// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ReadingLedger} from "../../contracts/ReadingLedger.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title What the ledger refuses: every error by its name, each with nothing else wrong
/// @dev Electricity: `house` fills slot 0 (three consumers); `tower` has five, so that lanes 2..5 of slot 2 are unused.
/// Consumers stand on phases 0, 1, 2, 0, 1. Heat: `boiler` has two consumers.
contract ReadingLedgerRecordTest is CityFixture {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant STRANGER_KEY = 0xBADBAD;
    uint32 private constant UNKNOWN = 99;

    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private tower;
    uint32 private boiler;
    uint256[] private keys;

    function setUp() external {
        deployLedger();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        heat = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        house = addGroup(electricity, 3);
        tower = addGroup(electricity, 5);
        boiler = addGroup(heat, 2);
        vm.warp((uint256(FIRST_HOUR) + 1) * 1 hours);
    }

    function test_Record_FirstHour_TellsAllInOneLog() external {
        bytes memory payload = _zeros();
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        bytes32 config = ledger.oracleConfig();
        bytes32 batch = _batchId(FIRST_HOUR, 0, payload, config);
        vm.expectEmit(address(ledger));
        emit IReadingLedger.HourRecorded(electricity, FIRST_HOUR, batch, 0, config, payload, signatures);
        vm.prank(STRANGER);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);

        (uint32 next, bytes32 last) = ledger.headOf(electricity);
        assertEq(next, FIRST_HOUR + 1, "next hour");
        assertEq(last, batch, "last batch");
    }

    /// @dev The domain and the struct as EIP-712 defines them, put together by hand.
    function test_BatchDigest_IsEip712() external view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("SmartCity ReadingLedger"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        bytes memory payload = _zeros();
        bytes32 batch = _batchId(FIRST_HOUR, bytes32(uint256(7)), payload, ledger.oracleConfig());
        assertEq(
            ledger.batchDigest(electricity, FIRST_HOUR, bytes32(uint256(7)), keccak256(payload)),
            keccak256(abi.encodePacked(hex"1901", domain, batch)),
            "digest"
        );
    }

    function test_RevertWhen_HourNotTheNext() external {
        _refuseHour(FIRST_HOUR - 1, 0, FIRST_HOUR);
        _refuseHour(FIRST_HOUR + 1, 0, FIRST_HOUR);
        recordNext(electricity, _zeros());
        (, bytes32 last) = ledger.headOf(electricity);
        vm.warp((uint256(FIRST_HOUR) + 10) * 1 hours);
        _refuseHour(FIRST_HOUR, last, FIRST_HOUR + 1);
        _refuseHour(FIRST_HOUR + 2, last, FIRST_HOUR + 1);
    }

    /// @dev The very same transaction sent again.
    function test_RevertWhen_BatchRepeated() external {
        bytes memory payload = _zeros();
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
        _expectUnexpectedHour(FIRST_HOUR, FIRST_HOUR + 1);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
    }

    function test_RevertWhen_HourNotOver() external {
        uint256 end = (uint256(FIRST_HOUR) + 1) * 1 hours;
        bytes memory payload = _zeros();
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        vm.warp(end - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_HourNotOver.selector, FIRST_HOUR, end, end - 1)
        );
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
        vm.warp(end);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
    }

    function test_RevertWhen_PreviousBatchNotTheLast() external {
        _refusePrevious(bytes32(uint256(1)));
        recordNext(electricity, _zeros());
        vm.warp((uint256(FIRST_HOUR) + 2) * 1 hours);
        _refusePrevious(0);
        (, bytes32 last) = ledger.headOf(electricity);
        _refusePrevious(last ^ bytes32(uint256(1)));
    }

    function test_RevertWhen_SegmentUnknownOrEmpty() external {
        bytes memory refusal = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownSegment.selector, UNKNOWN);
        vm.expectRevert(refusal);
        ledger.record(UNKNOWN, FIRST_HOUR, 0, "", "");
        vm.expectRevert(refusal);
        ledger.headOf(UNKNOWN);
        vm.expectRevert(refusal);
        ledger.isPeriodOver(UNKNOWN, FIRST_PERIOD);

        uint32 empty = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        bytes memory signatures = signNext(empty, "", ORACLE_KEY);
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_EmptySegment.selector, empty));
        ledger.record(empty, FIRST_HOUR, 0, "", signatures);
    }

    function test_RevertWhen_PayloadLengthWrong() external {
        uint256[5] memory lengths = [uint256(0), 40, 59, 61, 80];
        for (uint256 i = 0; i < lengths.length; ++i) {
            _refusePayload(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_PayloadLength.selector, lengths[i], 60),
                new bytes(lengths[i])
            );
        }
    }

    /// @dev A value alone, and a quality alone, in each unused lane: house's slot has none, tower's second has four.
    function test_RevertWhen_UnusedLaneNotZero() external {
        for (uint256 lane = 2; lane < 6; ++lane) {
            bytes memory refusal = abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidLane.selector, 2, lane);
            bytes memory payload = _zeros();
            payload[40 + 3 * lane + 2] = 0x01;
            _refusePayload(refusal, payload);
            payload = _zeros();
            payload[40 + 3 * lane] = 0x80;
            _refusePayload(refusal, payload);
            for (uint256 quality = 1; quality < 4; ++quality) {
                payload = _zeros();
                _setQuality(payload, 2, lane, quality);
                _refusePayload(refusal, payload);
            }
        }
    }

    function test_RevertWhen_MissingHasValue() external {
        for (uint256 lane = 0; lane < 6; ++lane) {
            bytes memory payload = _zeros();
            payload[20 + 3 * lane + 1] = 0x01;
            _setQuality(payload, 1, lane, 3);
            _refusePayload(abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidLane.selector, 1, lane), payload);
        }
    }

    function test_RevertWhen_LowQualityBitsNotZero() external {
        for (uint256 slot = 0; slot < 3; ++slot) {
            for (uint256 bit = 0; bit < 4; ++bit) {
                bytes memory payload = _zeros();
                payload[20 * slot + 19] = bytes1(uint8(1 << bit));
                _refusePayload(
                    abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidLane.selector, slot, 6),
                    payload
                );
            }
        }
    }

    function test_RevertWhen_SignaturesMalformed() external {
        bytes memory one = signNext(electricity, _zeros(), ORACLE_KEY);
        uint256[4] memory lengths = [uint256(1), 64, 66, 32 * 65];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory signatures = new bytes(lengths[i]);
            for (uint256 j = 0; j < lengths[i]; ++j) signatures[j] = one[j % 65];
            _refuseSignatures(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_MalformedSignatures.selector, lengths[i]),
                signatures
            );
        }
    }

    function test_RevertWhen_SignerNotAnOracle() external {
        bytes memory signatures = signNext(electricity, _zeros(), STRANGER_KEY);
        _refuseSignatures(_notAnOracle(vm.addr(STRANGER_KEY)), signatures);
    }

    function test_RevertWhen_SignatureInvalid() external {
        bytes memory payload = _zeros();
        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ORACLE_KEY, digest);
        bytes32 highS = bytes32(CURVE_ORDER - uint256(s));
        _refuseSignatures(
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, highS),
            abi.encodePacked(r, highS, v == 27 ? uint8(28) : uint8(27))
        );
        bytes memory invalid = abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector);
        _refuseSignatures(invalid, abi.encodePacked(r, s, uint8(29)));
        _refuseSignatures(invalid, abi.encodePacked(r, s, v - 27));
        _refuseSignatures(invalid, new bytes(65));
        // Untouched, it is accepted.
        ledger.record(electricity, FIRST_HOUR, 0, payload, abi.encodePacked(r, s, v));
    }

    /// @dev Whatever is changed after the signing, the signature no longer is an oracle's.
    function testFuzz_RevertWhen_PayloadNotTheSigned(uint256 seed) external {
        bytes memory payload = _zeros();
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        payload[bound(seed, 0, 5) * 3 + 2] = bytes1(uint8(bound(seed, 1, 255)));
        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        vm.expectRevert(_notAnOracle(_recover(digest, signatures)));
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
    }

    function test_RevertWhen_NoOraclesYet() external {
        ReadingLedger young = new ReadingLedger(address(manager), registry, MOSCOW);
        assertEq(young.oracleConfig(), bytes32(0), "no configuration");
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_TooFewSignatures.selector, 0, 0));
        young.record(electricity, FIRST_HOUR, 0, _zeros(), "");
    }

    function test_Record_TwoOfThree_AnyPair() external {
        _useOracles(3, 2);
        _recordSignedBy([uint256(0), 1]);
        _recordSignedBy([uint256(0), 2]);
        _recordSignedBy([uint256(1), 2]);
        bytes memory payload = _zeros();
        bytes memory all = abi.encodePacked(_signedBy(payload, 0), _signedBy(payload, 1), _signedBy(payload, 2));
        (uint32 hour, bytes32 last) = ledger.headOf(electricity);
        ledger.record(electricity, hour, last, payload, all);
        (uint32 next, ) = ledger.headOf(electricity);
        assertEq(next, FIRST_HOUR + 4, "four hours");
    }

    function test_RevertWhen_TwoOfThree_NotEnoughOrNotAscending() external {
        _useOracles(3, 2);
        bytes memory payload = _zeros();
        bytes memory first = _signedBy(payload, 0);
        bytes memory second = _signedBy(payload, 1);
        bytes4 tooFew = IReadingLedger.ReadingLedger_TooFewSignatures.selector;
        _refuseSignatures(abi.encodeWithSelector(tooFew, 0, 2), "");
        _refuseSignatures(abi.encodeWithSelector(tooFew, 1, 2), first);

        bytes4 notAscending = IReadingLedger.ReadingLedger_SignersNotAscending.selector;
        address low = vm.addr(keys[0]);
        address high = vm.addr(keys[1]);
        _refuseSignatures(abi.encodeWithSelector(notAscending, high, low), abi.encodePacked(second, first));
        _refuseSignatures(abi.encodeWithSelector(notAscending, low, low), abi.encodePacked(first, first));
        _refuseSignatures(abi.encodeWithSelector(notAscending, high, high), abi.encodePacked(first, second, second));
    }

    /// @dev One too many is as bad as one of two: nobody but oracles signs.
    function test_RevertWhen_StrangerAmongSigners() external {
        _useOracles(3, 2);
        bytes memory payload = _zeros();
        bytes memory stranger = signNext(electricity, payload, STRANGER_KEY);
        address who = vm.addr(STRANGER_KEY);
        bytes memory signatures;
        bool isPlaced = false;
        for (uint256 i = 0; i < 3; ++i) {
            if (!isPlaced && who < vm.addr(keys[i])) {
                signatures = abi.encodePacked(signatures, stranger);
                isPlaced = true;
            }
            signatures = abi.encodePacked(signatures, _signedBy(payload, i));
        }
        if (!isPlaced) signatures = abi.encodePacked(signatures, stranger);
        _refuseSignatures(_notAnOracle(who), signatures);
    }

    function test_Record_ThirtyOneOfThirtyOne() external {
        _useOracles(31, 31);
        bytes memory payload = _zeros();
        bytes memory signatures;
        for (uint256 i = 0; i < 31; ++i) signatures = abi.encodePacked(signatures, _signedBy(payload, i));
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
        (address[] memory members, uint8 threshold) = ledger.oracles();
        assertEq(members.length, 31, "members");
        assertEq(threshold, 31, "threshold");
    }

    /// @dev Same oracle, same hour; only the threshold's or the members' change voids what was signed before.
    function test_RevertWhen_SignedForOldConfiguration() external {
        bytes memory payload = _zeros();
        bytes memory old = signNext(electricity, payload, ORACLE_KEY);
        address oracle = vm.addr(ORACLE_KEY);
        address[] memory members = new address[](2);
        (members[0], members[1]) = oracle < address(0xFFFF) ? (oracle, address(0xFFFF)) : (address(0xFFFF), oracle);
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, 1);

        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        _refuseSignatures(_notAnOracle(_recover(digest, old)), old);
        recordNext(electricity, payload);
    }

    function test_RevertWhen_OracleWasTakenOut() external {
        _useOracles(3, 1);
        bytes memory signatures = signNext(electricity, _zeros(), ORACLE_KEY);
        _refuseSignatures(_notAnOracle(vm.addr(ORACLE_KEY)), signatures);
    }

    function test_RevertWhen_SignedForAnotherLedger() external {
        ReadingLedger other = new ReadingLedger(address(manager), registry, MOSCOW);
        bytes memory payload = _zeros();
        bytes memory foreign = signatureOf(
            other.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload)),
            ORACLE_KEY
        );
        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        _refuseSignatures(_notAnOracle(_recover(digest, foreign)), foreign);
    }

    function test_RevertWhen_SignedForAnotherChain() external {
        bytes memory payload = _zeros();
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes memory foreign = signNext(electricity, payload, ORACLE_KEY);
        vm.chainId(here);
        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        _refuseSignatures(_notAnOracle(_recover(digest, foreign)), foreign);
    }

    function test_RevertWhen_SignedForAnotherSegment() external {
        uint32 twin = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        addGroup(twin, 3);
        addGroup(twin, 5);
        bytes memory payload = _zeros();
        bytes memory foreign = signNext(twin, payload, ORACLE_KEY);
        bytes32 digest = ledger.batchDigest(electricity, FIRST_HOUR, 0, keccak256(payload));
        _refuseSignatures(_notAnOracle(_recover(digest, foreign)), foreign);
    }

    function test_RevertWhen_Paused_UntilResumed() external {
        bytes memory payload = _zeros();
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        vm.expectEmit(address(ledger));
        emit IReadingLedger.PauseChanged(true);
        vm.prank(GUARDIAN);
        ledger.setPaused(true);
        assertTrue(ledger.paused(), "paused");
        vm.expectRevert(IReadingLedger.ReadingLedger_Paused.selector);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
        assertEq(ledger.registersOf(house, 0), [uint64(0), 0, 0], "reading goes on");

        vm.prank(GUARDIAN);
        ledger.setPaused(false);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
    }

    function test_RevertWhen_CallerMayNot() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(refusal);
        ledger.setOracles(new address[](0), 0);
        vm.expectRevert(refusal);
        ledger.setPaused(true);
        vm.stopPrank();
    }

    function test_RevertWhen_OraclesInvalid() external {
        address[] memory two = new address[](2);
        (two[0], two[1]) = (address(1), address(2));
        _refuseOracles("no members", new address[](0), 0);
        _refuseOracles("no members", new address[](0), 1);
        _refuseOracles("threshold not in 1..members", two, 0);
        _refuseOracles("threshold not in 1..members", two, 3);
        two[1] = address(1);
        _refuseOracles("members not strictly ascending", two, 1);
        (two[0], two[1]) = (address(2), address(1));
        _refuseOracles("members not strictly ascending", two, 1);
        (two[0], two[1]) = (address(0), address(1));
        _refuseOracles("members not strictly ascending", two, 1);
        address[] memory many = new address[](32);
        for (uint256 i = 0; i < 32; ++i) many[i] = address(uint160(i + 1));
        _refuseOracles("more than 31 members", many, 1);
    }

    function test_SetOracles_ReplacesSetAndConfiguration() external {
        address[] memory members = new address[](2);
        (members[0], members[1]) = (address(0x11), address(0x22));
        bytes32 config = keccak256(abi.encode(block.chainid, address(ledger), members, uint8(2)));
        vm.expectEmit(address(ledger));
        emit IReadingLedger.OraclesChanged(config, members, 2);
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, 2);
        assertEq(ledger.oracleConfig(), config, "configuration");
        (address[] memory stored, uint8 threshold) = ledger.oracles();
        assertEq(abi.encode(stored), abi.encode(members), "members");
        assertEq(threshold, 2, "threshold");
    }

    function test_RevertWhen_GroupOrChannelUnknown() external {
        recordNext(electricity, _zeros());
        bytes memory group = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, UNKNOWN);
        vm.expectRevert(group);
        ledger.registersOf(UNKNOWN, 0);
        vm.expectRevert(group);
        ledger.registersAt(UNKNOWN, 0, FIRST_PERIOD - 1);
        vm.expectRevert(group);
        ledger.consumptionOf(UNKNOWN, 0, FIRST_PERIOD - 1);
        vm.expectRevert(group);
        ledger.groupPeriodOf(UNKNOWN, FIRST_PERIOD - 1);
        vm.expectRevert(group);
        ledger.driftOf(UNKNOWN);
        vm.expectRevert(group);
        ledger.imbalancedHoursOf(UNKNOWN, 0);
        vm.expectRevert(group);
        ledger.exceptionsOf(UNKNOWN, 0, FIRST_PERIOD);

        // Lane 2 of tower's second slot exists, but is nobody's.
        bytes memory channel = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, tower, 8);
        vm.expectRevert(channel);
        ledger.registersOf(tower, 8);
        vm.expectRevert(channel);
        ledger.registersAt(tower, 8, FIRST_PERIOD - 1);
        vm.expectRevert(channel);
        ledger.consumptionOf(tower, 8, FIRST_PERIOD - 1);
        vm.expectRevert(channel);
        ledger.exceptionsOf(tower, 8, FIRST_PERIOD);
    }

    function test_RevertWhen_PhaseUnknown() external {
        bytes4 refusal = IReadingLedger.ReadingLedger_InvalidPhase.selector;
        vm.expectRevert(abi.encodeWithSelector(refusal, house, 3));
        ledger.imbalancedHoursOf(house, 3);
        vm.expectRevert(abi.encodeWithSelector(refusal, boiler, 1));
        ledger.imbalancedHoursOf(boiler, 1);
    }

    function test_RevertWhen_PeriodNotOver() external {
        bytes memory refusal = abi.encodeWithSelector(
            IReadingLedger.ReadingLedger_PeriodNotOver.selector,
            electricity,
            FIRST_PERIOD
        );
        vm.expectRevert(refusal);
        ledger.registersAt(house, 0, FIRST_PERIOD);
        vm.expectRevert(refusal);
        ledger.consumptionOf(house, 0, FIRST_PERIOD);
        vm.expectRevert(refusal);
        ledger.groupPeriodOf(house, FIRST_PERIOD);
        assertEq(ledger.registersAt(house, 0, FIRST_PERIOD - 1), [uint64(0), 0, 0], "before the first hour");

        vm.expectRevert(abi.encodeWithSelector(Calendar.Calendar_PeriodOutOfRange.selector, 13_561, 13_560));
        ledger.registersAt(house, 0, 13_560);
    }

    function test_RevertWhen_CalendarOutOfRange() external {
        bytes4 refusal = Calendar.Calendar_HourOutOfRange.selector;
        vm.expectRevert(abi.encodeWithSelector(refusal, 23, 24, 9_900_000));
        ledger.calendarOf(23);
        vm.expectRevert(abi.encodeWithSelector(refusal, 9_900_001, 24, 9_900_000));
        ledger.calendarOf(9_900_001);
        vm.expectRevert(abi.encodeWithSelector(Calendar.Calendar_PeriodOutOfRange.selector, 13_561, 13_560));
        ledger.firstHourOf(13_561);
    }

    function test_RevertWhen_OffsetInvalid() external {
        int32[4] memory offsets = [int32(-13 hours), 15 hours, 5 hours + 30 minutes, 1];
        for (uint256 i = 0; i < offsets.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Calendar.Calendar_InvalidOffset.selector, offsets[i]));
            new ReadingLedger(address(manager), registry, offsets[i]);
        }
    }

    /// @dev Puts `count` oracles in the place of the fixture's; `keys` are theirs, in order of addresses.
    function _useOracles(uint256 count, uint8 threshold) private {
        address[] memory members = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            keys.push(0xC0FFEE + i);
            for (uint256 j = i; j != 0 && vm.addr(keys[j]) < vm.addr(keys[j - 1]); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
        for (uint256 i = 0; i < count; ++i) members[i] = vm.addr(keys[i]);
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, threshold);
    }

    function _recordSignedBy(uint256[2] memory signers) private {
        bytes memory payload = _zeros();
        (uint32 hour, bytes32 last) = ledger.headOf(electricity);
        bytes memory signatures = abi.encodePacked(_signedBy(payload, signers[0]), _signedBy(payload, signers[1]));
        vm.warp((uint256(hour) + 2) * 1 hours);
        ledger.record(electricity, hour, last, payload, signatures);
    }

    function _refuseHour(uint32 hour, bytes32 previousBatch, uint32 expected) private {
        bytes memory payload = _zeros();
        bytes32 digest = ledger.batchDigest(electricity, hour, previousBatch, keccak256(payload));
        bytes memory signatures = signatureOf(digest, ORACLE_KEY);
        _expectUnexpectedHour(hour, expected);
        ledger.record(electricity, hour, previousBatch, payload, signatures);
    }

    function _expectUnexpectedHour(uint32 hour, uint32 expected) private {
        vm.expectRevert(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_UnexpectedHour.selector, electricity, hour, expected)
        );
    }

    function _refusePrevious(bytes32 previousBatch) private {
        (uint32 hour, bytes32 expected) = ledger.headOf(electricity);
        bytes memory payload = _zeros();
        bytes32 digest = ledger.batchDigest(electricity, hour, previousBatch, keccak256(payload));
        bytes memory signatures = signatureOf(digest, ORACLE_KEY);
        bytes4 refusal = IReadingLedger.ReadingLedger_UnexpectedPreviousBatch.selector;
        vm.expectRevert(abi.encodeWithSelector(refusal, electricity, previousBatch, expected));
        ledger.record(electricity, hour, previousBatch, payload, signatures);
    }

    /// @dev The first hour with this payload, properly signed.
    function _refusePayload(bytes memory refusal, bytes memory payload) private {
        bytes memory signatures = signNext(electricity, payload, ORACLE_KEY);
        vm.expectRevert(refusal);
        ledger.record(electricity, FIRST_HOUR, 0, payload, signatures);
    }

    /// @dev The first hour with a payload of zeros and these signatures.
    function _refuseSignatures(bytes memory refusal, bytes memory signatures) private {
        vm.expectRevert(refusal);
        ledger.record(electricity, FIRST_HOUR, 0, _zeros(), signatures);
    }

    function _refuseOracles(string memory reason, address[] memory members, uint8 threshold) private {
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidOracles.selector, reason));
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, threshold);
    }

    function _signedBy(bytes memory payload, uint256 oracle) private view returns (bytes memory) {
        return signNext(electricity, payload, keys[oracle]);
    }

    /// @dev The id of a batch of the electricity segment: its EIP-712 struct hash.
    function _batchId(
        uint32 hour,
        bytes32 previousBatch,
        bytes memory payload,
        bytes32 config
    ) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
        );
        return keccak256(abi.encode(typeHash, electricity, hour, previousBatch, keccak256(payload), config));
    }

    function _zeros() private pure returns (bytes memory) {
        return new bytes(60);
    }

    function _setQuality(bytes memory payload, uint256 slot, uint256 lane, uint256 quality) private pure {
        uint256 place = 20 * slot + 18 + lane / 4;
        payload[place] |= bytes1(uint8(quality << (6 - 2 * (lane % 4))));
    }

    function _notAnOracle(address signer) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReadingLedger.ReadingLedger_NotAnOracle.selector, signer);
    }

    function _recover(bytes32 digest, bytes memory signature) private pure returns (address) {
        return ECDSA.recover(digest, signature);
    }
}
