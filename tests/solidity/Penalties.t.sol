// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Penalties} from "../../contracts/libraries/Penalties.sol";
import {TestBase} from "./TestBase.sol";

/// @title What late payment costs
/// @dev The vectors are read by the C# tests as well: tests/vectors/penalties.json.
contract PenaltiesTest is TestBase {
    uint256 private constant HALF = Penalties.DENOMINATOR / 2;

    function test_Penalties_Vectors() external view {
        string memory json = vm.readFile("tests/vectors/penalties.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "kind")); ++count) {
            bytes32 kind = keccak256(bytes(vm.parseJsonString(json, _path(count, "kind"))));
            if (kind == keccak256("single")) _checkSingle(json, count);
            else if (kind == keccak256("slices")) _checkSlices(json, count);
            else revert AssertionFailed("unknown kind of vector");
        }
        assertTrue(count >= 18, "penalties.json is read whole");
    }

    /// @dev However often it is asked for, the whole kopecks come to the rounded sum of all days.
    function testFuzz_Settled_AnySlices_AddUp(uint48 debt, uint16 rate, uint16[8] calldata seeds) external pure {
        uint256 kept = HALF;
        uint256 given = 0;
        uint256 day = 0;
        for (uint256 i = 0; i < seeds.length; ++i) {
            uint256 next = day + (seeds[i] % 60);
            uint256 kopecks;
            (kopecks, kept) = Penalties.settled(kept, Penalties.accrued(debt, rate, day, next));
            given += kopecks;
            day = next;
        }
        uint256 parts = Penalties.accrued(debt, rate, 0, day);
        assertEq(given, (2 * parts + Penalties.DENOMINATOR) / (2 * Penalties.DENOMINATOR), "rounded half up once");
    }

    function _checkSingle(string memory json, uint256 index) private pure {
        uint256 parts = Penalties.accrued(
            uint64(_number(json, index, "debt")),
            uint16(_number(json, index, "rate")),
            0,
            _number(json, index, "days")
        );
        (uint256 kopecks, ) = Penalties.settled(HALF, parts);
        assertEq(kopecks, _number(json, index, "penalty"), _path(index, "penalty"));
    }

    function _checkSlices(string memory json, uint256 index) private pure {
        uint16 rate = uint16(_number(json, index, "rate"));
        uint256 slices = _number(json, index, "slices");
        uint256 kept = HALF;
        uint256 day = 0;
        for (uint256 i = 0; i < slices; ++i) {
            string memory place = vm.toString(i);
            uint256 next = _number(json, index, string.concat("days", place));
            uint64 debt = uint64(_number(json, index, string.concat("debt", place)));
            uint256 kopecks;
            (kopecks, kept) = Penalties.settled(kept, Penalties.accrued(debt, rate, day, next));
            string memory field = string.concat("penalty", place);
            assertEq(kopecks, _number(json, index, field), _path(index, field));
            day = next;
        }
    }

    function _number(string memory json, uint256 index, string memory field) private pure returns (uint256) {
        return vm.parseJsonUint(json, _path(index, field));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
