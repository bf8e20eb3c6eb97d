// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Bands} from "../../contracts/libraries/Bands.sol";
import {Handovers} from "../../contracts/libraries/Handovers.sol";
import {Lines} from "../../contracts/libraries/Lines.sol";
import {Money} from "../../contracts/libraries/Money.sol";
import {Recalculations} from "../../contracts/libraries/Recalculations.sol";
import {Reductions} from "../../contracts/libraries/Reductions.sol";
import {TestBase} from "./TestBase.sol";

/// @title The rules of a bill: bands, reductions, handovers, recalculations; and its lines in words
/// @dev The vectors are read by the C# tests as well: tests/vectors/{bands,reductions,handover,recalculation}.json.
contract BillingLibrariesTest is TestBase {
    string private constant FOLDER = "tests/vectors/";

    function test_Bands_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "bands.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "zone0")); ++count) {
            uint64[3][3] memory parts = Bands.split(
                _three(json, count, "zone"),
                _uint64At(json, count, "firstLimit"),
                _uint64At(json, count, "secondLimit")
            );
            uint256 amount = 0;
            for (uint256 band = 0; band < 3; ++band) {
                string memory name = string.concat("band", vm.toString(band));
                assertEq(parts[band], _three(json, count, string.concat(name, "zone")), _path(count, name));
                uint64 price = _uint64At(json, count, string.concat("price", vm.toString(band)));
                for (uint256 zone = 0; zone < 3; ++zone) amount += Money.chargeForElectricity(parts[band][zone], price);
            }
            assertEq(amount, _uint64At(json, count, "amount"), _path(count, "amount"));
        }
        assertTrue(count >= 29, "bands.json is read whole");
    }

    function test_Reductions_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "reductions.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "charge")); ++count) {
            uint64 reduction = Reductions.reductionOf(
                _uint64At(json, count, "charge"),
                _uint64At(json, count, "hours"),
                uint16(_uint64At(json, count, "rate"))
            );
            assertEq(reduction, _uint64At(json, count, "reduction"), _path(count, "reduction"));
        }
        assertTrue(count >= 17, "reductions.json is read whole");
    }

    function test_Handover_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "handover.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "kind")); ++count) {
            bool isOwn = keccak256(bytes(vm.parseJsonString(json, _path(count, "kind")))) == keccak256("own");
            uint64 volume = _uint64At(json, count, "volume");
            uint32 hoursBefore = uint32(_uint64At(json, count, "hoursBefore"));
            uint32 hours_ = uint32(_uint64At(json, count, "hours"));
            uint64 closed =
                isOwn
                    ? Handovers.ownBefore(
                        volume,
                        _uint64At(json, count, "before"),
                        _uint64At(json, count, "whole"),
                        hoursBefore,
                        hours_
                    )
                    : Handovers.shareBefore(volume, hoursBefore, hours_);
            assertEq(closed, _uint64At(json, count, "closed"), _path(count, "closed"));
            assertEq(volume - closed, _uint64At(json, count, "successor"), _path(count, "successor"));
        }
        assertTrue(count >= 21, "handover.json is read whole");
    }

    function test_Recalculation_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "recalculation.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "charge")); ++count) {
            Recalculations.Entry[] memory entries = new Recalculations.Entry[](_uint64At(json, count, "count"));
            for (uint256 i = 0; i < entries.length; ++i) entries[i].amounts[1] = _int64At(json, count, "amount", i);
            (int64[] memory taken, uint256 amount) = Recalculations.take(entries, 1, _uint64At(json, count, "charge"));
            for (uint256 i = 0; i < entries.length; ++i) {
                string memory path = _path(count, vm.toString(i));
                assertEq(taken[i], _int64At(json, count, "taken", i), path);
                assertEq(entries[i].amounts[1], _int64At(json, count, "left", i), path);
            }
            assertEq(amount, _uint64At(json, count, "total"), _path(count, "total"));
        }
        assertTrue(count >= 20, "recalculation.json is read whole");
    }

    /// @dev INV-DIVISION: bands of a zone and zones of a band both add up, and the bands are as full as they can be.
    function testFuzz_Bands_RowsAndColumnsAddUp(uint40[3] calldata seeds, uint64 first, uint64 step) external pure {
        uint64[3] memory zones = [uint64(seeds[0]), seeds[1], seeds[2]];
        uint64 firstLimit = uint64(bound(first, 0, type(uint64).max));
        uint64 secondLimit = uint64(bound(step, firstLimit, type(uint64).max));
        _checkBands(zones, firstLimit, secondLimit);
        // Limits near what is used are where the bands are.
        firstLimit = uint64(bound(first, 0, 2 ** 41));
        _checkBands(zones, firstLimit, uint64(bound(step, firstLimit, 2 ** 42)));
    }

    function testFuzz_Reduction_NearestKopeckAndNeverAboveTheCharge(
        uint40 charge,
        uint16 hours_,
        uint16 rateSeed
    ) external pure {
        uint16 rate = uint16(bound(rateSeed, 0, 10_000));
        uint256 exact = uint256(charge) * hours_ * rate;
        uint256 reduction = Reductions.reductionOf(charge, hours_, rate);
        if (exact >= uint256(charge) * 100_000) {
            assertEq(reduction, charge, "all of it");
        } else {
            assertTrue(2 * reduction * 100_000 <= 2 * exact + 100_000, "not more than half a kopeck too much");
            assertTrue(2 * reduction * 100_000 + 100_000 > 2 * exact, "less than half a kopeck too little");
        }
    }

    /// @dev A later handover never leaves the closed account less, and all of it at the end of the period.
    function testFuzz_Handover_GrowsWithTheHour(uint40 volume, uint40 before, uint40 more, uint16 hour) external pure {
        uint64 whole = uint64(before) + more;
        uint32 hoursBefore = uint32(bound(hour, 0, 743));
        uint64 own = Handovers.ownBefore(volume, before, whole, hoursBefore, 744);
        assertTrue(own <= volume, "own: not above the volume");
        assertEq(Handovers.ownBefore(volume, whole, whole, 744, 744), volume, "own: at the end");
        uint64 share = Handovers.shareBefore(volume, hoursBefore, 744);
        assertTrue(share <= Handovers.shareBefore(volume, hoursBefore + 1, 744), "share: an hour later");
        assertEq(Handovers.shareBefore(volume, 744, 744), volume, "share: at the end");
    }

    /// @dev Nothing is lost, a service never costs less than nothing, and nothing waits while it costs something.
    function testFuzz_Recalculation_LosesNothing(uint40 charge, int40[6] calldata amounts) external pure {
        Recalculations.Entry[] memory entries = new Recalculations.Entry[](amounts.length);
        int256 waiting = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            entries[i].amounts = [int64(1), amounts[i], -1];
            waiting += amounts[i];
        }
        (int64[] memory taken, uint256 amount) = Recalculations.take(entries, 1, charge);
        int256 sum = 0;
        int256 left = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            sum += taken[i];
            left += entries[i].amounts[1];
            assertTrue(entries[i].amounts[1] <= 0, "what is above 0 is taken");
            assertTrue(entries[i].amounts[0] == 1 && entries[i].amounts[2] == -1, "other services stay");
        }
        assertEq(sum + left, waiting, "taken and left");
        assertEq(int256(uint256(charge)) + sum, int256(amount), "amount");
        assertTrue(left == 0 || amount == 0, "nothing waits while it costs something");
    }

    function testFuzz_Recalculation_PackedAndBack(uint16 period, int64[3] calldata amounts) external pure {
        Recalculations.Entry memory entry = Recalculations.Entry(period, amounts);
        Recalculations.Entry memory back = Recalculations.unpack(Recalculations.pack(entry));
        assertEq(back.period, period, "period");
        assertEq(back.amounts, entry.amounts, "amounts");
    }

    function testFuzz_Lines_PackedAndBack(uint256 seed, uint64 quantity, uint64 price, int64 amount) external pure {
        IBilling.Line memory line = IBilling.Line({
            service: IBilling.Service(seed % 6),
            kind: IBilling.LineKind((seed >> 8) % 4),
            zone: IBilling.Zone((seed >> 16) % 5),
            band: uint8((seed >> 24) % 4),
            method: IVolumeBook.Method((seed >> 32) % 5),
            period: uint16(seed >> 40),
            provider: uint16(seed >> 56),
            quantity: quantity,
            price: price,
            amount: amount
        });
        assertEq(abi.encode(Lines.unpack(Lines.pack(line))), abi.encode(line), "the line");
    }

    /// @dev As the layout is told, so that who decodes it elsewhere has an example.
    function test_Lines_Layout() external pure {
        IBilling.Line memory line = IBilling.Line({
            service: IBilling.Service.HeatingPenalty,
            kind: IBilling.LineKind.Penalty,
            zone: IBilling.Zone.HalfPeak,
            band: 3,
            method: IVolumeBook.Method.RaisedNorm,
            period: 0x0672,
            provider: 0x0011,
            quantity: 0xaaaa,
            price: 0xbbbb,
            amount: -1
        });
        assertEq(Lines.pack(line), 0x0005343406720011000000000000aaaa000000000000bbbbffffffffffffffff, "the word");
    }

    function _checkBands(uint64[3] memory zones, uint64 firstLimit, uint64 secondLimit) private pure {
        uint64[3][3] memory parts = Bands.split(zones, firstLimit, secondLimit);
        uint256 total = uint256(zones[0]) + zones[1] + zones[2];
        uint256[3] memory expected;
        expected[0] = total < firstLimit ? total : firstLimit;
        expected[1] = (total < secondLimit ? total : secondLimit) - expected[0];
        expected[2] = total - expected[0] - expected[1];
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(uint256(parts[0][i]) + parts[1][i] + parts[2][i], zones[i], "bands of a zone");
            assertEq(uint256(parts[i][0]) + parts[i][1] + parts[i][2], expected[i], "zones of a band");
            // Within one unit of its exact share of the first band.
            uint256 scaled = parts[0][i] * total;
            uint256 exact = expected[0] * zones[i];
            assertTrue(total == 0 || (scaled < exact + total && scaled + total > exact), "in proportion");
        }
    }

    function _three(string memory json, uint256 index, string memory name) private pure returns (uint64[3] memory v) {
        for (uint256 i = 0; i < 3; ++i) v[i] = _uint64At(json, index, string.concat(name, vm.toString(i)));
    }

    function _int64At(
        string memory json,
        uint256 index,
        string memory name,
        uint256 place
    ) private pure returns (int64) {
        return int64(vm.parseJsonInt(json, _path(index, string.concat(name, vm.toString(place)))));
    }

    function _uint64At(string memory json, uint256 index, string memory field) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, _path(index, field)));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
