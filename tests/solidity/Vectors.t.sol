// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title The calendar and the payload as the C# tests have them
/// @dev tests/vectors/{calendar,payload}.json.
contract VectorsTest is CityFixture {
    string private constant FOLDER = "tests/vectors/";

    function test_Calendar_Vectors() external view {
        string memory json = vm.readFile(string.concat(FOLDER, "calendar.json"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "hour")); ++count) {
            uint32 hour = uint32(vm.parseJsonUint(json, _path(count, "hour")));
            int32 offset = int32(vm.parseJsonInt(json, _path(count, "utcOffset")));
            (uint16 period, uint8 zone) = Calendar.periodAndZone(hour, offset);
            assertEq(period, vm.parseJsonUint(json, _path(count, "period")), _path(count, "period"));
            assertEq(zone, vm.parseJsonUint(json, _path(count, "zone")), _path(count, "zone"));
            string memory field = _path(count, "firstHourOfPeriod");
            assertEq(Calendar.firstHourOf(period, offset), vm.parseJsonUint(json, field), field);
        }
        assertTrue(count >= 53, "calendar.json is read whole");
    }

    /// @dev The payload is what a contract takes, so each is recorded: every value must arrive at its channel, every quality at
    /// its counter. A segment whose last group has one channel is of heat; in others a group has three phases and
    /// its consumers.
    function test_Payload_Vectors() external {
        string memory json = vm.readFile(string.concat(FOLDER, "payload.json"));
        deployLedger();
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "payload")); ++count) {
            uint256[] memory channels = vm.parseJsonUintArray(json, _path(count, "channels"));
            bool isHeat = channels[channels.length - 1] == 1;
            uint32 segment = openSegment(
                isHeat ? IMeterRegistry.Kind.Heat : IMeterRegistry.Kind.Electricity,
                FIRST_HOUR
            );
            for (uint256 i = 0; i < channels.length; ++i) addGroup(segment, channels[i] - (isHeat ? 1 : 3));
            recordNext(segment, vm.parseJsonBytes(json, _path(count, "payload")));
            _checkChannels(json, count, segment, channels, isHeat ? Calendar.PEAK : Calendar.NIGHT);
        }
        assertTrue(count >= 9, "payload.json is read whole");
    }

    function _checkChannels(
        string memory json,
        uint256 index,
        uint32 segment,
        uint256[] memory channels,
        uint8 zone
    ) private view {
        uint256[] memory intervals = vm.parseJsonUintArray(json, _path(index, "intervals"));
        uint256[] memory qualities = vm.parseJsonUintArray(json, _path(index, "qualities"));
        uint32[] memory groups = registry.groupsOf(segment);
        uint256 place = 0;
        for (uint256 i = 0; i < groups.length; ++i) {
            for (uint16 channel = 0; channel < channels[i]; ++channel) {
                string memory path = _path(index, vm.toString(place));
                assertEq(ledger.registersOf(groups[i], channel)[zone], intervals[place], path);
                (uint16 missing, uint16 estimated) = ledger.exceptionsOf(groups[i], channel, FIRST_PERIOD);
                assertEq(missing, qualities[place] == 3 ? 1 : 0, path);
                assertEq(estimated, qualities[place] == 1 || qualities[place] == 2 ? 1 : 0, path);
                ++place;
            }
        }
        assertEq(place, intervals.length, _path(index, "intervals"));
        assertEq(place, qualities.length, _path(index, "qualities"));
    }

    function _path(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
