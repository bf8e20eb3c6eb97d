// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {HourRun} from "../../contracts/libraries/HourRun.sol";
import {Layouts} from "../../contracts/libraries/Layouts.sol";
import {PackedRegisters} from "../../contracts/libraries/PackedRegisters.sol";

/// @title Runs HourRun over words of its own and says where it stopped
contract HourRunHarness {
    using HourRun for HourRun.Run;

    struct Stop {
        uint256 reason;
        /// The slot that comes next, or the place of the group.
        uint256 position;
        int64[3] differences;
        uint64[3] tolerances;
        bool[3] unbalanced;
    }

    uint256[64] private _words;

    function setWord(uint256 slot, uint256 word) external {
        _words[slot] = word;
    }

    /// @notice One run of groups; slots out of the ordinary pass with `undecided` phases each (bits).
    function run(
        uint256[] calldata plan,
        uint256 groups,
        bytes calldata payload,
        uint256[] calldata undecided
    ) external returns (Stop[] memory stops, uint256 count) {
        uint256[] memory words = plan;
        words[0] = Layouts.withRun(words[0], groups);
        (uint256 registers, uint256 place, uint256 data) = (0, 0, 0);
        assembly ("memory-safe") {
            registers := _words.slot
            place := add(words, 0x20)
            data := payload.offset
        }
        stops = new Stop[](2 * undecided.length + 1);
        HourRun.Run memory state = HourRun.create(registers, data);
        state.open(place);
        for (uint256 reason = state.advance(); reason != HourRun.END_OF_RUN; reason = state.advance()) {
            Stop memory stop = stops[count++];
            (stop.reason, stop.position) = (reason, state.place - registers);
            if (reason == HourRun.EXTRAORDINARY) {
                state.pass(undecided[stop.position]);
            } else if (reason == HourRun.GROUP_UNBALANCED) {
                stop.position = state.groupIndex();
                for (uint256 phase = 0; phase < 3; ++phase) {
                    (stop.unbalanced[phase], stop.differences[phase], stop.tolerances[phase]) = state.imbalanceOf(
                        phase
                    );
                }
                state.beginGroup();
            } else {
                break;
            }
        }
    }

    function registerOf(uint256 slot, uint256 lane) external view returns (uint64) {
        return PackedRegisters.registerAt(_words[slot], lane);
    }
}
