// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Number of services of a bill (IBilling.Service).
uint256 constant SERVICES = 5;

/// @notice Five amounts of 48 bits (amount i from bit 48 × i) and, in the upper 16 bits, a tag: one storage slot.
type FiveAmounts is uint256;

using PackedAmounts for FiveAmounts global;

/// @title PackedAmounts: the amounts of a bill, by IBilling.Service, in one storage slot
/// @dev An amount is at most 2^48 - 1 kopecks (2.8 × 10^12 roubles).
library PackedAmounts {
    uint256 internal constant MAX_AMOUNT = type(uint48).max;
    uint256 private constant WIDTH = 48;
    uint256 private constant TAG_AT = WIDTH * SERVICES;

    /// @dev Every amount is at most MAX_AMOUNT: the caller's duty, or Panic 0x01.
    function pack(uint64[SERVICES] memory amounts, uint16 tag_) internal pure returns (FiveAmounts) {
        uint256 packed = uint256(tag_) << TAG_AT;
        for (uint256 i = 0; i < SERVICES; ++i) {
            assert(amounts[i] <= MAX_AMOUNT);
            packed |= uint256(amounts[i]) << (WIDTH * i);
        }
        return FiveAmounts.wrap(packed);
    }

    function unpack(FiveAmounts self) internal pure returns (uint64[SERVICES] memory amounts) {
        uint256 packed = FiveAmounts.unwrap(self);
        for (uint256 i = 0; i < SERVICES; ++i) amounts[i] = uint64((packed >> (WIDTH * i)) & MAX_AMOUNT);
    }

    /// @dev The amounts of `self` plus `others`; the tag stays. No sum is above MAX_AMOUNT: the caller's duty, or Panic 0x01.
    function plus(FiveAmounts self, uint64[SERVICES] memory others) internal pure returns (FiveAmounts) {
        uint64[SERVICES] memory amounts = self.unpack();
        for (uint256 i = 0; i < SERVICES; ++i) amounts[i] += others[i];
        return pack(amounts, self.tag());
    }

    function tag(FiveAmounts self) internal pure returns (uint16) {
        return uint16(FiveAmounts.unwrap(self) >> TAG_AT);
    }
}
