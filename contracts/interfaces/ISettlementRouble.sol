// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The settlement rouble: an ERC-20 with 2 decimals and ERC-2612 permit, minted and burnt against real deposits
interface ISettlementRouble {
    /// @param deposit reference of the bank's deposit, unique.
    event Minted(address indexed to, uint256 amount, bytes32 indexed deposit);
    event Burnt(address indexed from, uint256 amount, bytes32 indexed payout);

    error SettlementRouble_ReferenceUsed(bytes32 bankReference);

    /// @notice Mints against a deposit. Restricted to BANK. A deposit is minted once.
    function mint(address to, uint256 amount, bytes32 deposit) external;

    /// @notice Burns the caller's tokens; the bank pays out the roubles. A payout reference is used once.
    function burn(uint256 amount, bytes32 payout) external;
}
