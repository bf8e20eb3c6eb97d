// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AreaShares} from "../../contracts/libraries/AreaShares.sol";
import {LargestRemainder} from "../../contracts/libraries/LargestRemainder.sol";
import {Money} from "../../contracts/libraries/Money.sol";
import {SixAmounts, PackedAmounts} from "../../contracts/libraries/PackedAmounts.sol";
import {TestBase} from "./TestBase.sol";

/// @title Rounding, division and packing of money
/// @dev The vectors are read by the C# tests as well: tests/vectors/{charges,shares,allocation}.json.
contract MoneyLibrariesTest is TestBase {
    string private constant FOLDER = "tests/vectors/";

    function test_Charges_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "charges.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "kind")); ++count) {
            bytes32 kind = keccak256(bytes(vm.parseJsonString(json, _path(count, "kind"))));
            uint64 quantity = _uint64At(json, count, "quantity");
            uint64 price = _uint64At(json, count, "price");
            uint256 actual;
            if (kind == keccak256("electricity")) actual = Money.chargeForElectricity(quantity, price);
            else if (kind == keccak256("heat")) actual = Money.chargeForHeat(quantity, price);
            else if (kind == keccak256("vat")) actual = Money.vatContainedIn(quantity, uint16(price));
            else revert AssertionFailed("unknown kind of charge");
            assertEq(actual, vm.parseJsonUint(json, _path(count, "amount")), _path(count, "amount"));
        }
        assertTrue(count >= 32, "charges.json is read whole");
    }

    function test_Shares_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "shares.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "volume")); ++count) {
            uint256 share = AreaShares.shareOf(
                _uint64At(json, count, "volume"),
                uint32(_uint64At(json, count, "areaBefore")),
                uint32(_uint64At(json, count, "area")),
                uint32(_uint64At(json, count, "areaTotal"))
            );
            assertEq(share, vm.parseJsonUint(json, _path(count, "share")), _path(count, "share"));
        }
        assertTrue(count >= 27, "shares.json is read whole");
    }

    function test_Allocation_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "allocation.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "amount")); ++count) {
            uint64[6] memory weights;
            for (uint256 i = 0; i < 6; ++i)
                weights[i] = _uint64At(json, count, string.concat("weight", vm.toString(i)));
            uint64[6] memory parts = LargestRemainder.split(_uint64At(json, count, "amount"), weights);
            for (uint256 i = 0; i < 6; ++i) {
                string memory field = string.concat("part", vm.toString(i));
                assertEq(parts[i], _uint64At(json, count, field), _path(count, field));
            }
        }
        assertTrue(count >= 17, "allocation.json is read whole");
    }

    /// @dev The same rule as the books state it, floor(x / d + 1/2), for the even divisors of the two charges.
    function testFuzz_Charges_RoundHalfUp(uint64 quantity, uint64 price) external pure {
        uint256 product = uint256(quantity) * price;
        assertEq(Money.chargeForElectricity(quantity, price), (product + 5 * 10 ** 6) / 10 ** 7, "electricity");
        assertEq(Money.chargeForHeat(quantity, price), (product + 5 * 10 ** 9) / 10 ** 10, "heat");
    }

    /// @dev VAT is within half a kopeck of its exact value, and upwards at exactly a half: -1/2 < vat - exact <= 1/2.
    function testFuzz_Vat_NearestKopeck(uint64 total, uint16 rateSeed) external pure {
        uint16 rate = uint16(bound(rateSeed, 0, 5_000));
        int256 doubled = int256(2 * uint256(Money.vatContainedIn(total, rate)) * (10_000 + rate));
        int256 exact = int256(2 * uint256(total) * rate);
        int256 half = int256(10_000 + uint256(rate));
        assertTrue(doubled - exact > -half && doubled - exact <= half, "nearest");
    }

    /// @dev INV-DIVISION: the shares of a house add up, and each is within one unit of its exact value.
    function testFuzz_Shares_AddUp(uint64 volume, uint32[12] calldata seeds) external pure {
        uint32 total = 0;
        for (uint256 i = 0; i < seeds.length; ++i) total += uint32(bound(seeds[i], 1, 10_000_000));
        uint32 before = 0;
        uint256 sum = 0;
        for (uint256 i = 0; i < seeds.length; ++i) {
            uint32 area = uint32(bound(seeds[i], 1, 10_000_000));
            uint256 share = AreaShares.shareOf(volume, before, area, total);
            assertTrue(share * total < uint256(volume) * area + total, "not a unit too much");
            assertTrue(share * total + total > uint256(volume) * area, "not a unit too little");
            before += area;
            sum += share;
        }
        assertEq(sum, volume, "sum of the shares");
    }

    /// @dev INV-SPLIT: parts add up, none is above its weight, each is its exact value rounded down or up, and where one is
    /// rounded up no larger remainder (nor an equal one of lower index) is rounded down.
    function testFuzz_Split_LargestRemainder(uint64 amountSeed, uint40[6] calldata seeds) external pure {
        uint64[6] memory weights;
        uint256 total = 0;
        for (uint256 i = 0; i < 6; ++i) {
            // Small and zero weights too: they are where ties are.
            weights[i] = seeds[i] % 4 == 0 ? uint64(seeds[i] % 5) : seeds[i];
            total += weights[i];
        }
        uint256 amount = bound(amountSeed, 0, total);
        uint64[6] memory parts = LargestRemainder.split(amount, weights);
        uint256 sum = 0;
        for (uint256 i = 0; i < 6; ++i) {
            sum += parts[i];
            assertTrue(parts[i] <= weights[i], "above its weight");
        }
        assertEq(sum, amount, "sum of the parts");
        if (total != 0) _checkRemainders(amount, total, weights, parts);
    }

    function test_Split_RevertWhen_AmountAboveWeights() external {
        uint64[6] memory weights = [uint64(1), 2, 3, 4, 5, 6];
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.split(22, weights);
    }

    /// @dev Each amount is a sum of two, added in any order and taken away again; neither the others nor the tag move.
    function testFuzz_Plus_AddsOneAmountOnly(uint40[6] calldata seeds, uint16 tag, uint8 first) external pure {
        SixAmounts packed = PackedAmounts.tagged(tag);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 index = (i + first) % 6;
            packed = packed.plus(index, seeds[index] / 3);
            packed = packed.plus(index, seeds[index] - seeds[index] / 3);
        }
        uint64[6] memory amounts = packed.unpack();
        for (uint256 i = 0; i < 6; ++i) {
            assertEq(amounts[i], seeds[i], "amount");
            assertEq(packed.amountAt(i), seeds[i], "amountAt");
            packed = packed.minus(i, seeds[i]);
        }
        assertEq(packed.tag(), tag, "tag");
        assertEq(SixAmounts.unwrap(packed), SixAmounts.unwrap(PackedAmounts.tagged(tag)), "nothing is left");
        assertEq(packed.withTag(first).tag(), first, "another tag");
    }

    function test_Plus_RevertWhen_SumTooLarge() external {
        SixAmounts packed = PackedAmounts.tagged(7).plus(2, uint64(PackedAmounts.MAX_AMOUNT));
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.plus(packed, 2, 1);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.plus(PackedAmounts.tagged(7), 2, type(uint64).max);
    }

    function test_Minus_RevertWhen_MoreThanThereIs() external {
        SixAmounts packed = PackedAmounts.tagged(7).plus(2, 5);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.minus(packed, 2, 6);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.minus(packed, 6, 0);
    }

    function test_Plus_RevertWhen_NoSuchAmount() external {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        this.plus(PackedAmounts.tagged(7), 6, 0);
    }

    function split(uint256 amount, uint64[6] calldata weights) external pure returns (uint64[6] memory) {
        return LargestRemainder.split(amount, weights);
    }

    function plus(SixAmounts packed, uint256 index, uint64 amount) external pure returns (SixAmounts) {
        return packed.plus(index, amount);
    }

    function minus(SixAmounts packed, uint256 index, uint64 amount) external pure returns (SixAmounts) {
        return packed.minus(index, amount);
    }

    function _checkRemainders(
        uint256 amount,
        uint256 total,
        uint64[6] memory weights,
        uint64[6] memory parts
    ) private pure {
        for (uint256 up = 0; up < 6; ++up) {
            uint256 floor = (amount * weights[up]) / total;
            assertTrue(parts[up] == floor || parts[up] == floor + 1, "rounded down or up");
            if (parts[up] == floor) continue;
            uint256 remainder = (amount * weights[up]) % total;
            assertTrue(remainder != 0, "a whole value is not rounded up");
            for (uint256 down = 0; down < 6; ++down) {
                if (parts[down] != (amount * weights[down]) / total) continue;
                uint256 other = (amount * weights[down]) % total;
                assertTrue(other < remainder || (other == remainder && up < down), "the largest remainder first");
            }
        }
    }

    function _uint64At(string memory json, uint256 index, string memory field) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, _path(index, field)));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
