// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {CommonNeeds} from "../../contracts/libraries/CommonNeeds.sol";
import {HeatShares} from "../../contracts/libraries/HeatShares.sol";
import {Ladder} from "../../contracts/libraries/Ladder.sol";
import {TestBase} from "./TestBase.sol";

/// @title The rules of volumes: substitutes, common needs, the division of heat
/// @dev The vectors are read by the C# tests as well: tests/vectors/{heat,ladder,commonNeeds}.json.
contract VolumeLibrariesTest is TestBase {
    using HeatShares for HeatShares.HouseHeat;
    using Ladder for Ladder.Part;
    using Ladder for Ladder.Past;

    string private constant FOLDER = "tests/vectors/";

    function test_Heat_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "heat.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "rule")); ++count) {
            HeatShares.HouseHeat memory house = HeatShares.HouseHeat({
                house: _uint64At(json, count, "house"),
                wholeArea: _uint32At(json, count, "wholeArea"),
                unheatedArea: _uint32At(json, count, "unheatedArea"),
                metered: _uint64At(json, count, "metered"),
                meteredArea: _uint32At(json, count, "meteredArea")
            });
            bytes32 rule = keccak256(bytes(vm.parseJsonString(json, _path(count, "rule"))));
            uint32 area = _uint32At(json, count, "area");
            uint256 actual;
            if (rule == keccak256("share")) actual = house.shareOf(_uint32At(json, count, "areaBefore"), area);
            else if (rule == keccak256("metered")) actual = house.ofMetered(_uint64At(json, count, "own"), area);
            else if (rule == keccak256("unmetered")) actual = house.ofUnmetered(area);
            else if (rule == keccak256("norm")) actual = HeatShares.byNorm(area, _uint32At(json, count, "norm"));
            else revert AssertionFailed("unknown rule of heat");
            assertEq(actual, vm.parseJsonUint(json, _path(count, "heat")), _path(count, "heat"));
        }
        assertTrue(count >= 27, "heat.json is read whole");
    }

    function test_CommonNeeds_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "commonNeeds.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "carry0")); ++count) {
            int64[3] memory carry = _int64sAt(json, count, "carry");
            uint64[3] memory charged = CommonNeeds.charge(
                carry,
                _uint64sAt(json, count, "parent"),
                _uint64sAt(json, count, "consumers")
            );
            assertEq(charged, _uint64sAt(json, count, "charged"), _path(count, "charged"));
            assertEq(carry, _int64sAt(json, count, "after"), _path(count, "after"));
        }
        assertTrue(count >= 10, "commonNeeds.json is read whole");
    }

    function test_Ladder_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "ladder.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "kind")); ++count) {
            Ladder.Part memory part = _partAt(json, count);
            uint256 run = part.runOf(_uint64At(json, count, "runBefore"));
            (uint64[3] memory volume, IVolumeBook.Method method) = _volumeOf(json, count, part, run);
            assertEq(volume, _uint64sAt(json, count, "volume"), _path(count, "volume"));
            assertEq(uint256(method), _uint64At(json, count, "method"), _path(count, "method"));
            assertEq(part.gapOf(), _uint64At(json, count, "gapHours"), _path(count, "gapHours"));
            assertEq(run, _uint64At(json, count, "run"), _path(count, "run"));
        }
        assertTrue(count >= 31, "ladder.json is read whole");
    }

    function _volumeOf(
        string memory json,
        uint256 index,
        Ladder.Part memory part,
        uint256 run
    ) private pure returns (uint64[3] memory volume, IVolumeBook.Method method) {
        volume = part.usedOf();
        if (part.gapOf() == 0) {
            bool isEstimated = _uint64At(json, index, "estimated") != 0;
            return (volume, isEstimated ? IVolumeBook.Method.Interpolated : IVolumeBook.Method.Measured);
        }
        bool isHeat = keccak256(bytes(vm.parseJsonString(json, _path(index, "kind")))) == keccak256("heat");
        Ladder.Past memory past = _pastAt(json, index);
        uint64[3] memory substitute;
        if (run <= Ladder.MAX_AVERAGE_RUN && past.isAverageKnown()) {
            (substitute, method) = (past.average(part.gapOf()), IVolumeBook.Method.Average);
        } else {
            method = Ladder.normMethod(isHeat, part.fault);
            substitute = part.norm(
                isHeat,
                _uint64At(json, index, "normNumerator"),
                _uint64At(json, index, "normDenominator"),
                _uint64At(json, index, "coefficient")
            );
        }
        for (uint256 zone = 0; zone < 3; ++zone) volume[zone] += substitute[zone];
    }

    function _partAt(string memory json, uint256 index) private pure returns (Ladder.Part memory part) {
        part.raw = _uint64sAt(json, index, "raw");
        part.hours_ = _uint64At(json, index, "hours");
        part.measured = part.hours_ - _uint64At(json, index, "missing");
        uint256 before = _uint64At(json, index, "hoursBeforeFault");
        part.usable = part.measured < before ? part.measured : before;
        part.fault = IMeterRegistry.Fault(_uint64At(json, index, "fault"));
    }

    /// @dev An earlier period is given by what was used in the hours that counted.
    function _pastAt(string memory json, uint256 index) private pure returns (Ladder.Past memory past) {
        uint256 periods = _uint64At(json, index, "periods");
        for (uint256 i = 0; i < periods; ++i) {
            Ladder.Part memory part;
            part.raw = _uint64sAt(json, index, string.concat("used", vm.toString(i), "_"));
            part.hours_ = _uint64At(json, index, string.concat("hours", vm.toString(i)));
            (part.measured, part.usable) = (part.hours_, part.hours_);
            past.add(part);
        }
    }

    function _uint64sAt(
        string memory json,
        uint256 index,
        string memory field
    ) private pure returns (uint64[3] memory numbers) {
        for (uint256 i = 0; i < 3; ++i) numbers[i] = _uint64At(json, index, string.concat(field, vm.toString(i)));
    }

    function _int64sAt(
        string memory json,
        uint256 index,
        string memory field
    ) private pure returns (int64[3] memory numbers) {
        for (uint256 i = 0; i < 3; ++i) {
            numbers[i] = int64(vm.parseJsonInt(json, _path(index, string.concat(field, vm.toString(i)))));
        }
    }

    function _uint64At(string memory json, uint256 index, string memory field) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, _path(index, field)));
    }

    function _uint32At(string memory json, uint256 index, string memory field) private pure returns (uint32) {
        return uint32(vm.parseJsonUint(json, _path(index, field)));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
