// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Directory: the addresses of the city's contracts, and since when
/// @notice The one address a reader must know. A new version of a contract is a new entry; nothing is overwritten.
interface IDirectory {
    /// @param name ASCII name of the contract, e.g. "ReadingLedger".
    event ContractRegistered(bytes32 indexed name, address indexed contractAddress, uint256 version);

    error Directory_NotAContract(address contractAddress);
    error Directory_Unknown(bytes32 name);

    /// @notice Registers the contract that bears `name` from now on. Restricted to the AccessManager's admin role.
    function register(bytes32 name, address contractAddress) external;

    /// @notice The contract that bears `name` now.
    function addressOf(bytes32 name) external view returns (address);
}
