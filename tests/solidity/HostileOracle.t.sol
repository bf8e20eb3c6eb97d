// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title What one oracle of three (two must sign) can do to the ledger: nothing, whatever it signs and sends
/// @dev Each attempt is refused by its own error, and the segment stands as before. `keys` are in order of addresses.
contract HostileOracleTest is CityFixture {
    uint32 private segment;
    uint32 private house;
    uint256[3] private keys = [uint256(0xC0FFEE), 0xC0FFEF, 0xC0FFF0];
    bytes32 private _state;

    function setUp() external {
        deployLedger();
        segment = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        house = addGroup(segment, 3);
        for (uint256 i = 1; i < 3; ++i) {
            for (uint256 j = i; j != 0 && vm.addr(keys[j]) < vm.addr(keys[j - 1]); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
        _nameOracles(2);
        for (uint32 i = 0; i < 2; ++i) {
            (uint32 hour, bytes32 last) = ledger.headOf(segment);
            vm.warp((uint256(hour) + 1) * 1 hours);
            ledger.record(segment, hour, last, _payload(50), _signatures(hour, last, _payload(50), 0, 1));
        }
        vm.warp((uint256(FIRST_HOUR) + 10) * 1 hours);
        _state = _stateOf();
    }

    /// @dev Even with a quorum no hour is written twice, or passed over, or put upon another past.
    function test_RevertWhen_QuorumRewritesThePast() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        _refuse(_unexpectedHour(next - 1, next), next - 1, 0, _payload(9), _signatures(next - 1, 0, _payload(9), 0, 1));
        _refuse(
            _unexpectedHour(next + 1, next),
            next + 1,
            last,
            _payload(9),
            _signatures(next + 1, last, _payload(9), 0, 1)
        );
        bytes32 other = keccak256("another past");
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_UnexpectedPreviousBatch.selector, segment, other, last),
            next,
            other,
            _payload(9),
            _signatures(next, other, _payload(9), 0, 1)
        );
    }

    function test_RevertWhen_TheFutureIsWritten() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        uint256 end = (uint256(next) + 1) * 1 hours;
        vm.warp(end - 1);
        bytes memory signatures = _signatures(next, last, _payload(9), 0, 1);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_HourNotOver.selector, next, end, end - 1),
            next,
            last,
            _payload(9),
            signatures
        );
    }

    function test_RevertWhen_OneSignsForTwo() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        bytes32 digest = ledger.batchDigest(segment, next, last, keccak256(_payload(9)));
        bytes memory one = signatureOf(digest, keys[0]);
        bytes memory two = signatureOf(digest, keys[1]);
        (address low, address high) = (vm.addr(keys[0]), vm.addr(keys[1]));
        bytes4 notAscending = IReadingLedger.ReadingLedger_SignersNotAscending.selector;
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_TooFewSignatures.selector, 1, 2),
            next,
            last,
            _payload(9),
            one
        );
        _refuse(abi.encodeWithSelector(notAscending, low, low), next, last, _payload(9), abi.encodePacked(one, one));
        _refuse(abi.encodeWithSelector(notAscending, high, low), next, last, _payload(9), abi.encodePacked(two, one));
    }

    /// @dev What two signed when two were needed is void when another configuration is in force.
    function test_RevertWhen_SignedForAnotherConfiguration() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        bytes memory old = _signatures(next, last, _payload(9), 0, 1);
        _nameOracles(1);
        bytes32 digest = ledger.batchDigest(segment, next, last, keccak256(_payload(9)));
        bytes memory first = new bytes(65);
        for (uint256 i = 0; i < 65; ++i) first[i] = old[i];
        address stranger = ecrecoverOf(digest, first);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_NotAnOracle.selector, stranger),
            next,
            last,
            _payload(9),
            first
        );
    }

    /// @dev Payloads that no meter can have made, signed by a quorum.
    function test_RevertWhen_QuorumSignsNonsense() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        bytes memory missing = slotOf([uint24(1), 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0]);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidLane.selector, 0, 0),
            next,
            last,
            missing,
            _signatures(next, last, missing, 0, 1)
        );
        bytes memory long = new bytes(40);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_PayloadLength.selector, 40, 20),
            next,
            last,
            long,
            _signatures(next, last, long, 0, 1)
        );
    }

    /// @dev Two registers are full at once; the carry of the lower one stands in the upper one's way. The first is named.
    function test_RevertWhen_RegisterRunsOver_NamesTheLane() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        _fillRegisters(2, 4);
        _state = _stateOf();
        for (uint256 lane = 2; lane < 5; lane += 2) {
            uint24[6] memory intervals;
            intervals[lane] = 1;
            bytes memory payload = slotOf(intervals);
            _refuse(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_RegisterOverflow.selector, segment, 0, lane),
                next,
                last,
                payload,
                _signatures(next, last, payload, 0, 1)
            );
        }
        bytes memory both = slotOf([uint24(0), 0, 1, 0, 1, 0]);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_RegisterOverflow.selector, segment, 0, 2),
            next,
            last,
            both,
            _signatures(next, last, both, 0, 1)
        );
    }

    /// @dev Fills two neighbouring lanes, too: only the lower one is given anything, and it is the one named.
    function test_RevertWhen_RegisterRunsOver_NotTheLaneAbove() external {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        _fillRegisters(3, 4);
        _state = _stateOf();
        bytes memory payload = slotOf([uint24(0), 0, 0, 0, 1, 0]);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_RegisterOverflow.selector, segment, 0, 4),
            next,
            last,
            payload,
            _signatures(next, last, payload, 0, 1)
        );
    }

    function ecrecoverOf(bytes32 digest, bytes memory signature) private pure returns (address) {
        (bytes32 r, bytes32 s) = (bytes32(0), bytes32(0));
        uint8 v = uint8(signature[64]);
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        return ecrecover(digest, v, r, s);
    }

    function _refuse(
        bytes memory refusal,
        uint32 hour,
        bytes32 previousBatch,
        bytes memory payload,
        bytes memory signatures
    ) private {
        vm.expectRevert(refusal);
        ledger.record(segment, hour, previousBatch, payload, signatures);
        assertEq(_stateOf(), _state, "as before");
    }

    function _nameOracles(uint8 threshold) private {
        address[] memory members = new address[](3);
        for (uint256 i = 0; i < 3; ++i) members[i] = vm.addr(keys[i]);
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, threshold);
    }

    /// @dev Raises two night registers of the house to their greatest in the ledger's own storage.
    function _fillRegisters(uint256 one, uint256 other) private {
        vm.record();
        ledger.registersOf(house, 0);
        (bytes32[] memory reads, ) = vm.accesses(address(ledger));
        uint256 full = (2 ** 38 - 1);
        for (uint256 i = 0; i < reads.length; ++i) {
            uint256 word = uint256(vm.load(address(ledger), reads[i]));
            vm.store(
                address(ledger),
                reads[i],
                bytes32(word | (full << (38 * (5 - one))) | (full << (38 * (5 - other))))
            );
            if (
                ledger.registersOf(house, uint16(one))[2] == full && ledger.registersOf(house, uint16(other))[2] == full
            ) return;
            vm.store(address(ledger), reads[i], bytes32(word));
        }
        revert AssertionFailed("the registers' storage was not found");
    }

    function _stateOf() private view returns (bytes32) {
        (uint32 next, bytes32 last) = ledger.headOf(segment);
        bytes memory all = abi.encode(next, last);
        for (uint16 channel = 0; channel < 6; ++channel) {
            (uint16 missing, uint16 estimated) = ledger.exceptionsOf(house, channel, FIRST_PERIOD);
            all = abi.encode(all, ledger.registersOf(house, channel), missing, estimated);
        }
        return keccak256(all);
    }

    function _signatures(
        uint32 hour,
        bytes32 previousBatch,
        bytes memory payload,
        uint256 first,
        uint256 second
    ) private view returns (bytes memory) {
        bytes32 digest = ledger.batchDigest(segment, hour, previousBatch, keccak256(payload));
        return abi.encodePacked(signatureOf(digest, keys[first]), signatureOf(digest, keys[second]));
    }

    function _unexpectedHour(uint32 hour, uint32 expected) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReadingLedger.ReadingLedger_UnexpectedHour.selector, segment, hour, expected);
    }

    function _payload(uint24 value) private pure returns (bytes memory) {
        return slotOf([value, value, value, value, value, value]);
    }
}
