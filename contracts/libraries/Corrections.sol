// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IReadingLedger} from "../interfaces/IReadingLedger.sol";
import {Calendar} from "./Calendar.sol";

/// @title What a correction says: its hash, and its differences summed by zone
/// @dev Differences are 4 bytes an hour, signed, big endian.
library Corrections {
    uint256 internal constant DIFFERENCE_BYTES = 4;
    /// @dev No period has more hours.
    uint256 internal constant MAX_HOURS = 744;
    /// @dev An interval has 24 bits, so no honest difference reaches 2^24.
    int256 private constant LIMIT = 2 ** 24;

    bytes32 private constant TYPEHASH = keccak256(
        "Correction(uint32 segment,uint32 number,bytes32 previousCorrection,uint32 group,uint16 channel,uint32 firstHour,uint16 filledHours,bytes32 differencesHash,uint8 reason,bytes32 evidence,bytes32 oracleConfig)"
    );

    /// @notice The EIP-712 struct hash: the id of a correction, which the next one of its segment names.
    function idOf(IReadingLedger.Correction calldata correction) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPEHASH, correction));
    }

    /// @notice The number of hours that differences are given for.
    /// @dev Reverts with ReadingLedger_InvalidDifferences.
    function hoursOf(bytes calldata differences) internal pure returns (uint256 hours_) {
        hours_ = differences.length / DIFFERENCE_BYTES;
        require(
            hours_ != 0 && hours_ <= MAX_HOURS && differences.length % DIFFERENCE_BYTES == 0,
            IReadingLedger.ReadingLedger_InvalidDifferences(differences.length)
        );
    }

    /// @notice The sums of the differences of successive hours by zone.
    /// @param isZoned false for heat, all of which is in zone 0.
    /// @dev Reverts with ReadingLedger_DifferenceTooLarge.
    function sumByZone(
        bytes calldata differences,
        uint32 firstHour,
        int32 utcOffset,
        bool isZoned
    ) internal pure returns (int64[3] memory sums) {
        uint256 count = differences.length / DIFFERENCE_BYTES;
        for (uint256 i = 0; i < count; ++i) {
            int256 difference = _differenceAt(differences, i);
            require(
                difference > -LIMIT && difference < LIMIT,
                IReadingLedger.ReadingLedger_DifferenceTooLarge(i, int32(difference))
            );
            // 744 differences of 24 bits are far from 64 bits.
            unchecked {
                uint8 zone = isZoned ? Calendar.zoneOf(uint32(firstHour + i), utcOffset) : 0;
                sums[zone] += int64(difference);
            }
        }
    }

    function _differenceAt(bytes calldata differences, uint256 index) private pure returns (int256 difference) {
        assembly ("memory-safe") {
            difference := sar(224, calldataload(add(differences.offset, mul(index, 4))))
        }
    }
}
