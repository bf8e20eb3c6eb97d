// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Directory} from "../../contracts/Directory.sol";
import {IDirectory} from "../../contracts/interfaces/IDirectory.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title Names of contracts: a new version is a new entry, and the old ones stay
contract DirectoryTest is CityFixture {
    bytes32 private constant NAME = "ReadingLedger";
    bytes32 private constant OTHER = "Billing";

    Directory private directory;

    function setUp() external {
        deployLedger();
        directory = new Directory(address(manager));
    }

    function test_Register_VersionsStay() external {
        uint64 first = uint64(block.timestamp);
        vm.expectEmit(address(directory));
        emit IDirectory.ContractRegistered(NAME, address(ledger), 1);
        directory.register(NAME, address(ledger));
        vm.warp(first + 100);
        vm.expectEmit(address(directory));
        emit IDirectory.ContractRegistered(NAME, address(tariffs), 2);
        directory.register(NAME, address(tariffs));

        assertEq(directory.addressOf(NAME), address(tariffs), "now");
        assertEq(directory.versionCountOf(NAME), 2, "versions");
        _check(1, address(ledger), first);
        _check(2, address(tariffs), first + 100);
        assertEq(directory.versionCountOf(OTHER), 0, "another name");
    }

    /// @dev Going back to a contract is a version of its own.
    function test_Register_SameContractAgain() external {
        directory.register(NAME, address(ledger));
        directory.register(NAME, address(ledger));
        directory.register(OTHER, address(ledger));
        assertEq(directory.versionCountOf(NAME), 2, "versions");
        assertEq(directory.versionCountOf(OTHER), 1, "another name");
    }

    function test_RevertWhen_NameOrVersionUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_Unknown.selector, NAME));
        directory.addressOf(NAME);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_UnknownVersion.selector, NAME, 1));
        directory.versionOf(NAME, 1);
        directory.register(NAME, address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_UnknownVersion.selector, NAME, 0));
        directory.versionOf(NAME, 0);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_UnknownVersion.selector, NAME, 2));
        directory.versionOf(NAME, 2);
    }

    function test_RevertWhen_EntryInvalid() external {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_Unknown.selector, bytes32(0)));
        directory.register(0, address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_NotAContract.selector, STRANGER));
        directory.register(NAME, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.Directory_NotAContract.selector, address(0)));
        directory.register(NAME, address(0));
        assertEq(directory.versionCountOf(NAME), 0, "nothing registered");
    }

    function test_RevertWhen_CallerMayNot() external {
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        directory.register(NAME, address(ledger));
    }

    function _check(uint256 version, address contractAddress, uint64 since) private view {
        IDirectory.Entry memory entry = directory.versionOf(NAME, version);
        assertEq(entry.contractAddress, contractAddress, "contract");
        assertEq(entry.since, since, "since");
    }
}
