// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "./Vm.sol";

/// @title What a Solidity test needs: cheatcodes, assertions, bounded inputs
abstract contract TestBase {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    // The name every Solidity test uses.
    // solhint-disable-next-line const-name-snakecase
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address[] private _targetedContracts;

    error AssertionFailed(string what);
    error NotEqual(string what, uint256 actual, uint256 expected);
    error NotEqualInt(string what, int256 actual, int256 expected);
    error NotEqualBytes32(string what, bytes32 actual, bytes32 expected);
    error NotEqualAddress(string what, address actual, address expected);
    error NotEqualBytes(string what, bytes actual, bytes expected);

    /// @notice The contracts an invariant run calls.
    function targetContracts() external view returns (address[] memory) {
        return _targetedContracts;
    }

    function targetContract(address target) internal {
        _targetedContracts.push(target);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        require(condition, AssertionFailed(what));
    }

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        require(actual == expected, NotEqual(what, actual, expected));
    }

    function assertEq(int256 actual, int256 expected, string memory what) internal pure {
        require(actual == expected, NotEqualInt(what, actual, expected));
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        require(actual == expected, NotEqualBytes32(what, actual, expected));
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        require(actual == expected, NotEqualAddress(what, actual, expected));
    }

    function assertEq(bool actual, bool expected, string memory what) internal pure {
        require(actual == expected, NotEqual(what, actual ? 1 : 0, expected ? 1 : 0));
    }

    function assertEq(bytes memory actual, bytes memory expected, string memory what) internal pure {
        require(keccak256(actual) == keccak256(expected), NotEqualBytes(what, actual, expected));
    }

    function assertEq(uint64[3] memory actual, uint64[3] memory expected, string memory what) internal pure {
        for (uint256 i = 0; i < 3; ++i) require(actual[i] == expected[i], NotEqual(what, actual[i], expected[i]));
    }

    function assertEq(int64[3] memory actual, int64[3] memory expected, string memory what) internal pure {
        for (uint256 i = 0; i < 3; ++i) require(actual[i] == expected[i], NotEqualInt(what, actual[i], expected[i]));
    }

    function assertLe(uint256 actual, uint256 limit, string memory what) internal pure {
        require(actual <= limit, NotEqual(what, actual, limit));
    }

    /// @notice A number in min..max that depends on `seed`; `seed` itself if it lies there.
    function bound(uint256 seed, uint256 min, uint256 max) internal pure returns (uint256) {
        require(min <= max, AssertionFailed("bound: min > max"));
        if (seed >= min && seed <= max) return seed;
        unchecked {
            uint256 size = max - min + 1;
            return size == 0 ? seed : min + (seed % size);
        }
    }
}
