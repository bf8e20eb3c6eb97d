// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title Two batches for one hour suspend the oracle that signed both; nothing else does
contract ReadingLedgerEquivocationTest is CityFixture {
    uint256 private constant OTHER_KEY = 0xB0B;

    uint32 private segment;
    address private oracle;

    function setUp() external {
        deployLedger();
        segment = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        addGroup(segment, 3);
        oracle = vm.addr(ORACLE_KEY);
    }

    function test_ReportEquivocation_SuspendsTheSigner() external {
        IReadingLedger.Batch memory first = _batch(1);
        IReadingLedger.Batch memory second = _batch(2);
        bytes memory firstSignature = _sign(first, ORACLE_KEY);
        bytes memory secondSignature = _sign(second, ORACLE_KEY);
        bytes memory payload = new bytes(20);
        bytes memory honest = signNext(segment, payload, ORACLE_KEY);
        vm.expectEmit(address(ledger));
        emit IReadingLedger.OracleSuspended(oracle, first, firstSignature, second, secondSignature);
        vm.prank(STRANGER);
        ledger.reportEquivocation(first, firstSignature, second, secondSignature);

        assertTrue(!ledger.isOracle(oracle), "suspended");
        vm.warp((uint256(FIRST_HOUR) + 1) * 1 hours);
        bytes memory notAnOracle = abi.encodeWithSelector(IReadingLedger.ReadingLedger_NotAnOracle.selector, oracle);
        vm.expectRevert(notAnOracle);
        ledger.record(segment, FIRST_HOUR, 0, payload, honest);
        vm.expectRevert(notAnOracle);
        ledger.reportEquivocation(second, secondSignature, first, firstSignature);
    }

    /// @dev Named again, the member counts again; the old proof does not stand, one of another hour does.
    function test_ReportEquivocation_NamedAgain() external {
        _report(_batch(1), _batch(2));
        _nameOracle();
        assertTrue(ledger.isOracle(oracle), "named again");
        bytes memory reported = abi.encodeWithSelector(
            IReadingLedger.ReadingLedger_AlreadyReported.selector,
            oracle,
            segment,
            FIRST_HOUR
        );
        (IReadingLedger.Batch memory first, IReadingLedger.Batch memory third) = (_batch(1), _batch(3));
        bytes memory firstSignature = _sign(first, ORACLE_KEY);
        bytes memory thirdSignature = _sign(third, ORACLE_KEY);
        vm.expectRevert(reported);
        ledger.reportEquivocation(first, firstSignature, third, thirdSignature);

        (IReadingLedger.Batch memory later, IReadingLedger.Batch memory other) = (_batch(1), _batch(2));
        (later.hour, other.hour) = (FIRST_HOUR + 1, FIRST_HOUR + 1);
        _report(later, other);
        assertTrue(!ledger.isOracle(oracle), "suspended again");
    }

    function test_RevertWhen_NoEquivocation() external {
        IReadingLedger.Batch memory other = _batch(2);
        other.segment = segment + 1;
        _refuse("segment", _batch(1), ORACLE_KEY, other, ORACLE_KEY);
        other = _batch(2);
        other.hour = FIRST_HOUR + 1;
        _refuse("hour", _batch(1), ORACLE_KEY, other, ORACLE_KEY);
        other = _batch(2);
        other.oracleConfig = bytes32(uint256(1));
        _refuse("oracleConfig", _batch(1), ORACLE_KEY, other, ORACLE_KEY);
        _refuse("same batch", _batch(1), ORACLE_KEY, _batch(1), ORACLE_KEY);
        _refuse("signer", _batch(1), ORACLE_KEY, _batch(2), OTHER_KEY);
        assertTrue(ledger.isOracle(oracle), "still trusted");
    }

    function test_RevertWhen_SignerIsNoOracle() external {
        (IReadingLedger.Batch memory first, IReadingLedger.Batch memory second) = (_batch(1), _batch(2));
        bytes memory firstSignature = _sign(first, OTHER_KEY);
        bytes memory secondSignature = _sign(second, OTHER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_NotAnOracle.selector, vm.addr(OTHER_KEY)));
        ledger.reportEquivocation(first, firstSignature, second, secondSignature);
    }

    function _refuse(
        string memory reason,
        IReadingLedger.Batch memory first,
        uint256 firstKey,
        IReadingLedger.Batch memory second,
        uint256 secondKey
    ) private {
        bytes memory firstSignature = _sign(first, firstKey);
        bytes memory secondSignature = _sign(second, secondKey);
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_NoEquivocation.selector, reason));
        ledger.reportEquivocation(first, firstSignature, second, secondSignature);
    }

    function _report(IReadingLedger.Batch memory first, IReadingLedger.Batch memory second) private {
        ledger.reportEquivocation(first, _sign(first, ORACLE_KEY), second, _sign(second, ORACLE_KEY));
    }

    function _nameOracle() private {
        address[] memory members = new address[](1);
        members[0] = oracle;
        vm.prank(ORACLE_ADMIN);
        ledger.setOracles(members, 1);
    }

    function _batch(uint256 payload) private view returns (IReadingLedger.Batch memory) {
        return
            IReadingLedger.Batch({
                segment: segment,
                hour: FIRST_HOUR,
                previousBatch: 0,
                payloadHash: bytes32(payload),
                oracleConfig: ledger.oracleConfig()
            });
    }

    /// @dev batchDigest speaks of the present configuration; here it may be any.
    function _sign(IReadingLedger.Batch memory batch, uint256 key) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("SmartCity ReadingLedger"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        bytes32 typeHash = keccak256(
            "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
        );
        return signatureOf(keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(typeHash, batch)))), key);
    }
}
