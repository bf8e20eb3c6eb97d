// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Directory: the addresses of the city's contracts, and since when
/// @notice The one address a reader must know. A new version of a contract is a new entry; nothing is overwritten.
interface IDirectory {
    /// @notice One version of a contract.
    struct Entry {
        address contractAddress;
        /// Unix seconds of the block that registered it.
        uint64 since;
    }

    /// @param name ASCII name of the contract, padded with zeros on the right, e.g. "ReadingLedger".
    /// @param version 1 for the first contract of the name, one more for each that followed.
    event ContractRegistered(bytes32 indexed name, address indexed contractAddress, uint256 version);

    error Directory_NotAContract(address contractAddress);
    /// @notice Nothing was ever registered under the name; or the name is empty.
    error Directory_Unknown(bytes32 name);
    error Directory_UnknownVersion(bytes32 name, uint256 version);

    /// @notice Registers the contract that bears `name` from now on. Restricted to the AccessManager's admin role.
    /// @dev Reverts with AccessManagedUnauthorized, Directory_Unknown (an empty name), Directory_NotAContract (no code there).
    function register(bytes32 name, address contractAddress) external;

    /// @notice The contract that bears `name` now.
    /// @dev Reverts with Directory_Unknown.
    function addressOf(bytes32 name) external view returns (address);

    /// @notice How many versions bore the name so far; 0 for an unknown name.
    function versionCountOf(bytes32 name) external view returns (uint256);

    /// @notice A version by its number, counted from 1.
    /// @dev Reverts with Directory_UnknownVersion.
    function versionOf(bytes32 name, uint256 version) external view returns (Entry memory);
}
