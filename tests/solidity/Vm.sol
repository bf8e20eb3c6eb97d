// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The cheatcodes of Hardhat's Solidity tests that our tests use
/// @dev Signatures as in Foundry's Vm; add what a test needs.
// The name every Solidity test uses.
// solhint-disable-next-line interface-starts-with-i
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function prank(address sender) external;

    function startPrank(address sender) external;

    function stopPrank() external;

    function warp(uint256 timestamp) external;

    function chainId(uint256 newChainId) external;

    function assume(bool condition) external pure;

    function expectRevert() external;

    function expectRevert(bytes4 selector) external;

    function expectRevert(bytes calldata revertData) external;

    function expectEmit() external;

    function expectEmit(address emitter) external;

    function recordLogs() external;

    function getRecordedLogs() external returns (Log[] memory);

    function readFile(string calldata path) external view returns (string memory);

    function projectRoot() external view returns (string memory);

    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);

    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);

    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);

    function parseJsonInt(string calldata json, string calldata key) external pure returns (int256);

    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);

    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);

    function mockCall(address callee, bytes calldata data, bytes calldata returnData) external;

    function load(address target, bytes32 slot) external view returns (bytes32);

    function store(address target, bytes32 slot, bytes32 value) external;

    function record() external;

    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);

    function toString(uint256 value) external pure returns (string memory);
}
