// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The least that an hour can cost: one signature, a word read and written for six readings, the payload in a log
/// @dev The floor of `scripts/bench gas`: it adds, but checks nothing and knows no month.
contract FloorLedger {
    event Recorded(bytes payload);

    uint256[256] private _words;
    address private _signer;

    function record(bytes calldata payload, uint8 v, bytes32 r, bytes32 s) external {
        _signer = ecrecover(keccak256(payload), v, r, s);
        assembly ("memory-safe") {
            let end := add(payload.offset, payload.length)
            let place := _words.slot
            for {
                let data := payload.offset
            } lt(data, end) {
                data := add(data, 20)
            } {
                sstore(place, add(sload(place), shr(96, calldataload(data))))
                place := add(place, 1)
            }
        }
        emit Recorded(payload);
    }
}
