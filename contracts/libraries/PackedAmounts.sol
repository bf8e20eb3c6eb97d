// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Number of services of a bill (IBilling.Service).
uint256 constant SERVICES = 5;

/// @dev The first of them are principal (основной долг); the rest, if any, are the penalties (пени) on these, in the same order.
uint256 constant PRINCIPALS = 5;

/// @notice Five amounts of 48 bits (amount i from bit 48 × i) and, in the upper 16 bits, a tag: one storage slot.
type FiveAmounts is uint256;

using PackedAmounts for FiveAmounts global;

/// @title PackedAmounts: the amounts of a bill, by IBilling.Service, in one storage slot
/// @dev An amount is at most 2^48 - 1 kopecks (2.8 × 10^12 roubles).
library PackedAmounts {
    uint256 internal constant MAX_AMOUNT = type(uint48).max;
    uint256 private constant WIDTH = 48;
    uint256 private constant TAG_AT = WIDTH * SERVICES;

    /// @notice No amounts, and a tag.
    function tagged(uint16 tag_) internal pure returns (FiveAmounts) {
        return FiveAmounts.wrap(uint256(tag_) << TAG_AT);
    }

    /// @notice `self` with `amount` added to amount `index`; the tag stays.
    /// @dev The sum is at most MAX_AMOUNT: the caller's duty, or Panic 0x01.
    function plus(FiveAmounts self, uint256 index, uint64 amount) internal pure returns (FiveAmounts) {
        unchecked {
            uint256 packed = FiveAmounts.unwrap(self);
            uint256 shift = WIDTH * index;
            assert(index < SERVICES && ((packed >> shift) & MAX_AMOUNT) + amount <= MAX_AMOUNT);
            return FiveAmounts.wrap(packed + (uint256(amount) << shift));
        }
    }

    /// @notice `self` with `amount` taken from amount `index`; the tag stays.
    /// @dev The amount is at least `amount`: the caller's duty, or Panic 0x01.
    function minus(FiveAmounts self, uint256 index, uint64 amount) internal pure returns (FiveAmounts) {
        unchecked {
            uint256 packed = FiveAmounts.unwrap(self);
            uint256 shift = WIDTH * index;
            assert(index < SERVICES && ((packed >> shift) & MAX_AMOUNT) >= amount);
            return FiveAmounts.wrap(packed - (uint256(amount) << shift));
        }
    }

    /// @notice `self` with another tag.
    function withTag(FiveAmounts self, uint16 tag_) internal pure returns (FiveAmounts) {
        uint256 amounts = FiveAmounts.unwrap(self) & ((1 << TAG_AT) - 1);
        return FiveAmounts.wrap(amounts | (uint256(tag_) << TAG_AT));
    }

    function unpack(FiveAmounts self) internal pure returns (uint64[SERVICES] memory amounts) {
        uint256 packed = FiveAmounts.unwrap(self);
        for (uint256 i = 0; i < SERVICES; ++i) amounts[i] = uint64((packed >> (WIDTH * i)) & MAX_AMOUNT);
    }

    function tag(FiveAmounts self) internal pure returns (uint16) {
        return uint16(FiveAmounts.unwrap(self) >> TAG_AT);
    }
}
