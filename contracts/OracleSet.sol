// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IReadingLedger} from "./interfaces/IReadingLedger.sol";

/// @title OracleSet: whose signatures the ledger believes, and when it listens at all
/// @notice The part of IReadingLedger about oracles and the pause; see there for rights and every error.
abstract contract OracleSet is IReadingLedger, AccessManaged, EIP712 {
    uint256 private constant MAX_ORACLES = 31;
    uint256 private constant SIGNATURE_BYTES = 65;
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)"
    );

    bytes32 private _oracleConfig;
    uint8 private _threshold;
    bool private _paused;
    address[] private _members;
    mapping(address account => bool) private _isOracle;
    mapping(address member => mapping(uint32 segment => mapping(uint32 hour => bool))) private _isReported;

    modifier whenNotPaused() {
        require(!_paused, ReadingLedger_Paused());
        _;
    }

    /// @inheritdoc IReadingLedger
    function setOracles(address[] calldata members, uint8 threshold) external restricted {
        require(members.length != 0, ReadingLedger_InvalidOracles("no members"));
        require(members.length <= MAX_ORACLES, ReadingLedger_InvalidOracles("more than 31 members"));
        require(
            threshold != 0 && threshold <= members.length,
            ReadingLedger_InvalidOracles("threshold not in 1..members")
        );
        // Whoever was suspended may be named again, by this alone.
        for (uint256 i = 0; i < _members.length; ++i) delete _isOracle[_members[i]];
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            require(members[i] > previous, ReadingLedger_InvalidOracles("members not strictly ascending"));
            previous = members[i];
            _isOracle[previous] = true;
        }
        _members = members;
        _threshold = threshold;
        _oracleConfig = keccak256(abi.encode(block.chainid, address(this), members, threshold));
        emit OraclesChanged(_oracleConfig, members, threshold);
    }

    /// @inheritdoc IReadingLedger
    function setPaused(bool isPaused) external restricted {
        _paused = isPaused;
        emit PauseChanged(isPaused);
    }

    /// @inheritdoc IReadingLedger
    function reportEquivocation(
        Batch calldata first,
        bytes calldata firstSignature,
        Batch calldata second,
        bytes calldata secondSignature
    ) external {
        require(first.segment == second.segment, ReadingLedger_NoEquivocation("segment"));
        require(first.hour == second.hour, ReadingLedger_NoEquivocation("hour"));
        require(first.oracleConfig == second.oracleConfig, ReadingLedger_NoEquivocation("oracleConfig"));
        bytes32 firstBatch = _batchIdOf(first);
        bytes32 secondBatch = _batchIdOf(second);
        require(firstBatch != secondBatch, ReadingLedger_NoEquivocation("same batch"));
        address member = ECDSA.recoverCalldata(_hashTypedDataV4(firstBatch), firstSignature);
        address other = ECDSA.recoverCalldata(_hashTypedDataV4(secondBatch), secondSignature);
        require(member == other, ReadingLedger_NoEquivocation("signer"));
        require(_isOracle[member], ReadingLedger_NotAnOracle(member));
        // Once an hour: the same proof must not stand against a member that was named again after it.
        require(
            !_isReported[member][first.segment][first.hour],
            ReadingLedger_AlreadyReported(member, first.segment, first.hour)
        );
        _isReported[member][first.segment][first.hour] = true;
        _isOracle[member] = false;
        emit OracleSuspended(member, first, firstSignature, second, secondSignature);
    }

    /// @inheritdoc IReadingLedger
    function oracleConfig() public view returns (bytes32) {
        return _oracleConfig;
    }

    /// @inheritdoc IReadingLedger
    function oracles() external view returns (address[] memory members, uint8 threshold) {
        return (_members, _threshold);
    }

    /// @inheritdoc IReadingLedger
    function isOracle(address account) external view returns (bool) {
        return _isOracle[account];
    }

    /// @inheritdoc IReadingLedger
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IReadingLedger
    function batchDigest(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes32 payloadHash
    ) external view returns (bytes32) {
        return _hashTypedDataV4(_batchIdOf(Batch(segment, hour, previousBatch, payloadHash, _oracleConfig)));
    }

    /// @dev Is what has this EIP-712 struct hash signed by enough oracles?
    function _checkSignatures(bytes32 structHash, bytes calldata signatures) internal view {
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 count = signatures.length / SIGNATURE_BYTES;
        require(
            signatures.length % SIGNATURE_BYTES == 0 && count <= MAX_ORACLES,
            ReadingLedger_MalformedSignatures(signatures.length)
        );
        uint256 threshold = _threshold;
        // Before the first setOracles the threshold is 0: then nothing is enough.
        require(count >= threshold && threshold != 0, ReadingLedger_TooFewSignatures(count, threshold));
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata signature = signatures[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            address signer = ECDSA.recoverCalldata(digest, signature);
            require(signer > previous, ReadingLedger_SignersNotAscending(previous, signer));
            require(_isOracle[signer], ReadingLedger_NotAnOracle(signer));
            previous = signer;
        }
    }

    /// @dev The id of a batch: its EIP-712 struct hash.
    function _batchIdOf(Batch memory batch) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPEHASH, batch));
    }
}
