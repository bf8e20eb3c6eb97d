// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Lines} from "../../contracts/libraries/Lines.sol";
import {TestBase} from "./TestBase.sol";

/// @title Packed lines of a bill as the C# tests have them
/// @dev tests/vectors/lines.json.
contract LinesTest is TestBase {
    function test_Pack_Vectors() external view {
        string memory json = vm.readFile("tests/vectors/lines.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "word")); ++count) {
            uint256 word = vm.parseJsonUint(json, _path(count, "word"));
            IBilling.Line memory line = _lineOf(json, count);
            assertEq(Lines.pack(line), word, _path(count, "word"));
            assertEq(keccak256(abi.encode(Lines.unpack(word))), keccak256(abi.encode(line)), _path(count, "line"));
        }
        assertTrue(count >= 12, "lines.json is read whole");
    }

    function _lineOf(string memory json, uint256 index) private pure returns (IBilling.Line memory line) {
        line.service = IBilling.Service(vm.parseJsonUint(json, _path(index, "service")));
        line.kind = IBilling.LineKind(vm.parseJsonUint(json, _path(index, "kind")));
        line.zone = IBilling.Zone(vm.parseJsonUint(json, _path(index, "zone")));
        line.band = uint8(vm.parseJsonUint(json, _path(index, "band")));
        line.method = IVolumeBook.Method(vm.parseJsonUint(json, _path(index, "method")));
        line.period = uint16(vm.parseJsonUint(json, _path(index, "period")));
        line.provider = uint16(vm.parseJsonUint(json, _path(index, "provider")));
        line.quantity = uint64(vm.parseJsonUint(json, _path(index, "quantity")));
        line.price = uint64(vm.parseJsonUint(json, _path(index, "price")));
        line.amount = int64(vm.parseJsonInt(json, _path(index, "amount")));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
