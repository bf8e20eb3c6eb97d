// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";

/// @title Directory
/// @notice Implements IDirectory; see there for rights and every error.
contract Directory is IDirectory, AccessManaged {
    mapping(bytes32 name => Entry[]) private _entries;

    constructor(address manager) AccessManaged(manager) {}

    /// @inheritdoc IDirectory
    function register(bytes32 name, address contractAddress) external restricted {
        require(name != 0, Directory_Unknown(name));
        require(contractAddress.code.length != 0, Directory_NotAContract(contractAddress));
        Entry[] storage entries = _entries[name];
        entries.push(Entry({contractAddress: contractAddress, since: uint64(block.timestamp)}));
        emit ContractRegistered(name, contractAddress, entries.length);
    }

    /// @inheritdoc IDirectory
    function addressOf(bytes32 name) external view returns (address) {
        Entry[] storage entries = _entries[name];
        require(entries.length != 0, Directory_Unknown(name));
        return entries[entries.length - 1].contractAddress;
    }

    /// @inheritdoc IDirectory
    function versionCountOf(bytes32 name) external view returns (uint256) {
        return _entries[name].length;
    }

    /// @inheritdoc IDirectory
    function versionOf(bytes32 name, uint256 version) external view returns (Entry memory) {
        Entry[] storage entries = _entries[name];
        require(version != 0 && version <= entries.length, Directory_UnknownVersion(name, version));
        return entries[version - 1];
    }
}
