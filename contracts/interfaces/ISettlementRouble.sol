// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title The settlement rouble: an ERC-20 with 2 decimals and ERC-2612 permit, minted and burnt against real deposits
/// @notice One unit is one kopeck. The supply is at most 2^64 - 1 units, so that a sum of money fits 64 bits everywhere.
/// @dev ERC-20 name and EIP-712 domain name "SmartCity Settlement Rouble", version "1", symbol "SRUB".
interface ISettlementRouble {
    /// @param deposit reference of the bank's deposit, unique.
    event Minted(address indexed to, uint256 amount, bytes32 indexed deposit);
    /// @param payout reference of the bank's payout, unique.
    event Burnt(address indexed from, uint256 amount, bytes32 indexed payout);

    error SettlementRouble_ReferenceUsed(bytes32 bankReference);

    /// @notice Mints against a deposit. Restricted to BANK. A deposit is minted once.
    /// @param amount kopecks.
    /// @param deposit reference of the deposit; one set of references serves deposits and payouts.
    /// @dev Reverts with AccessManagedUnauthorized; SettlementRouble_ReferenceUsed; ERC20ExceededCap;
    /// ERC20InvalidReceiver for the zero address.
    function mint(address to, uint256 amount, bytes32 deposit) external;

    /// @notice Burns the caller's tokens; the bank pays out the roubles. Restricted to BANK: who wants roubles sends tokens to
    /// the bank. A payout reference is used once.
    /// @param amount kopecks.
    /// @dev Reverts with AccessManagedUnauthorized; SettlementRouble_ReferenceUsed; ERC20InsufficientBalance.
    function burn(uint256 amount, bytes32 payout) external;
}
