// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What a reading costs where each is stored by itself: one struct a reading, the latest beside the history
/// @dev The peer of `scripts/bench gas`. It checks no signature, no sequence and no balance, and packs a reading into one word: it is
/// cheaper than what is usually written.
contract NaiveLedger {
    struct Reading {
        uint64 register;
        uint40 time;
        uint8 quality;
    }

    event ReadingStored(bytes32 indexed meter, uint40 time, uint64 register, uint8 quality);

    mapping(bytes32 meter => Reading) public latest;
    mapping(bytes32 meter => mapping(uint40 time => Reading)) public history;

    /// @notice Stores the readings of many meters at one time.
    function store(bytes32[] calldata meters, uint64[] calldata registers, uint40 time) external {
        for (uint256 i = 0; i < meters.length; ++i) {
            Reading memory reading = Reading({register: registers[i], time: time, quality: 0});
            latest[meters[i]] = reading;
            history[meters[i]][time] = reading;
            emit ReadingStored(meters[i], time, registers[i], 0);
        }
    }
}
