// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Settlement: payments, their division among providers, withdrawals
/// @notice tokens held = Σ providers' balances + Σ credits. No function and no pause stops a payment or a withdrawal.
interface ISettlement {
    event PaymentReceived(bytes32 indexed account, address indexed payer, uint64 amount);
    /// @notice Part of a payment or of a credit that paid a bill; amounts by IBilling.Service.
    event PaymentAllocated(bytes32 indexed account, uint16 indexed period, uint64[5] amounts);
    /// @notice An account's credit after a payment or a use of it.
    event CreditChanged(bytes32 indexed account, uint64 credit);
    event Withdrawn(uint16 indexed provider, address indexed payee, uint64 amount);

    error Settlement_ZeroAmount();
    error Settlement_UnknownAccount(bytes32 account);
    error Settlement_InsufficientBalance(uint16 provider, uint64 amount, uint64 balance);
    error Settlement_NotPayee(uint16 provider, address caller);
    error Settlement_TooManyAccounts(uint256 count, uint256 limit);

    /// @notice Pays `amount` kopecks for `account` from the caller's settlement roubles (allowance needed): the oldest debt first,
    /// within a bill in proportion to what is outstanding on its lines, by largest remainder; what is over becomes credit.
    function pay(bytes32 account, uint64 amount) external;

    /// @notice The same with an ERC-2612 permit instead of an allowance. A permit already used by someone else does not hinder.
    function payWithPermit(bytes32 account, uint64 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Uses credits for unpaid bills. Anyone may call it; Billing does after issuing.
    function applyCredit(bytes32[] calldata accounts) external;

    /// @notice Pays a provider's share out to its payee. Only the payee may call it.
    function withdraw(uint16 provider, uint64 amount) external;

    function balanceOf(uint16 provider) external view returns (uint64);

    function creditOf(bytes32 account) external view returns (uint64);

    /// @notice Outstanding amount of all issued bills of an account, kopecks.
    function debtOf(bytes32 account) external view returns (uint64);

    /// @notice What has been paid of a bill, by IBilling.Service.
    function paidOf(bytes32 account, uint16 period) external view returns (uint64[5] memory);

    function totalProviderBalances() external view returns (uint64);

    function totalCredits() external view returns (uint64);
}
