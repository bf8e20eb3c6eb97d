// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Number of services of a bill (IBilling.Service).
uint256 constant SERVICES = 6;

/// @dev The first of them are principal (основной долг); the rest are the penalties (пени) on these, in the same order.
uint256 constant PRINCIPALS = 3;

/// @notice Six amounts of 40 bits (amount i from bit 40 × i) and, in the upper 16 bits, a tag: one storage slot.
type SixAmounts is uint256;

using PackedAmounts for SixAmounts global;

/// @title PackedAmounts: the amounts of a bill, by IBilling.Service, in one storage slot
/// @dev An amount is at most 2^40 - 1 kopecks (10,995,116,277.75 roubles).
library PackedAmounts {
    uint256 internal constant MAX_AMOUNT = type(uint40).max;
    uint256 private constant WIDTH = 40;
    uint256 private constant TAG_AT = WIDTH * SERVICES;

    /// @notice No amounts, and a tag.
    function tagged(uint16 tag_) internal pure returns (SixAmounts) {
        return SixAmounts.wrap(uint256(tag_) << TAG_AT);
    }

    /// @notice `self` with `amount` added to amount `index`; the tag stays.
    /// @dev The sum is at most MAX_AMOUNT: the caller's duty, or Panic 0x01.
    function plus(SixAmounts self, uint256 index, uint64 amount) internal pure returns (SixAmounts) {
        unchecked {
            uint256 packed = SixAmounts.unwrap(self);
            uint256 shift = WIDTH * index;
            assert(index < SERVICES && ((packed >> shift) & MAX_AMOUNT) + amount <= MAX_AMOUNT);
            return SixAmounts.wrap(packed + (uint256(amount) << shift));
        }
    }

    /// @notice `self` with `amount` taken from amount `index`; the tag stays.
    /// @dev The amount is at least `amount`: the caller's duty, or Panic 0x01.
    function minus(SixAmounts self, uint256 index, uint64 amount) internal pure returns (SixAmounts) {
        unchecked {
            uint256 packed = SixAmounts.unwrap(self);
            uint256 shift = WIDTH * index;
            assert(index < SERVICES && ((packed >> shift) & MAX_AMOUNT) >= amount);
            return SixAmounts.wrap(packed - (uint256(amount) << shift));
        }
    }

    /// @notice `self` with another tag.
    function withTag(SixAmounts self, uint16 tag_) internal pure returns (SixAmounts) {
        uint256 amounts = SixAmounts.unwrap(self) & ((1 << TAG_AT) - 1);
        return SixAmounts.wrap(amounts | (uint256(tag_) << TAG_AT));
    }

    /// @notice Amount `index`, 0..5.
    function amountAt(SixAmounts self, uint256 index) internal pure returns (uint64) {
        return uint64((SixAmounts.unwrap(self) >> (WIDTH * index)) & MAX_AMOUNT);
    }

    function unpack(SixAmounts self) internal pure returns (uint64[SERVICES] memory amounts) {
        for (uint256 i = 0; i < SERVICES; ++i) amounts[i] = amountAt(self, i);
    }

    function tag(SixAmounts self) internal pure returns (uint16) {
        return uint16(SixAmounts.unwrap(self) >> TAG_AT);
    }
}
