// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Settlement: payments, their division among providers, withdrawals
/// @notice tokens held = Σ providers' balances + Σ credits. No function and no pause stops a payment or a withdrawal: there is
/// no restricted function here at all. All amounts are kopecks, one unit of the settlement rouble each.
/// @dev A payment goes to the oldest bill that is not fully paid, then to the next one. Within a bill it is split in
/// proportion to what is outstanding on the lines, by largest remainder (of equal remainders the lower service index first), so
/// that no line is ever paid above its amount. The line's provider is that of the tariff in force in the bill's period. What
/// is over becomes the account's credit. Tokens sent to the contract by a plain transfer belong to nobody and stay there.
interface ISettlement {
    event PaymentReceived(bytes32 indexed account, address indexed payer, uint64 amount);
    /// @notice Part of a payment or of a credit that paid a bill; amounts by IBilling.Service.
    event PaymentAllocated(bytes32 indexed account, uint16 indexed period, uint64[5] amounts);
    /// @notice An account's credit after a payment or a use of it. Emitted when it has changed.
    event CreditChanged(bytes32 indexed account, uint64 credit);
    event Withdrawn(uint16 indexed provider, address indexed payee, uint64 amount);

    error Settlement_ZeroAmount();
    error Settlement_UnknownAccount(bytes32 account);
    error Settlement_InsufficientBalance(uint16 provider, uint64 amount, uint64 balance);
    error Settlement_NotPayee(uint16 provider, address caller);
    error Settlement_TooManyAccounts(uint256 count, uint256 limit);

    /// @notice Pays `amount` kopecks for `account` from the caller's settlement roubles (allowance needed): the oldest debt first,
    /// within a bill in proportion to what is outstanding on its lines, by largest remainder; what is over becomes credit.
    /// Anyone may pay for any account.
    /// @dev One call looks at 24 bills at most; money for further bills is credit until `applyCredit` is called. Emits
    /// PaymentReceived, PaymentAllocated for each bill paid in part or in full, CreditChanged.
    /// Reverts with Settlement_ZeroAmount; Settlement_UnknownAccount; the token's ERC20InsufficientAllowance or
    /// ERC20InsufficientBalance.
    function pay(bytes32 account, uint64 amount) external;

    /// @notice The same with an ERC-2612 permit of the caller instead of an allowance. A permit already used by someone else
    /// does not hinder: the allowance it gave is there.
    /// @param deadline Unix seconds until which the permit holds.
    /// @dev Reverts as `pay`: a permit that is void (expired, wrong signer) shows as ERC20InsufficientAllowance.
    function payWithPermit(bytes32 account, uint64 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Uses credits for unpaid bills. Anyone may call it; Billing does after issuing.
    /// @dev Accounts without credit, unknown ones too, are passed over. Of one account it looks at 96 bills divided by the number
    /// of accounts, at least one; call again for more. Reverts with Settlement_TooManyAccounts above 100.
    function applyCredit(bytes32[] calldata accounts) external;

    /// @notice Pays a provider's share out to its payee. Only the payee may call it, at any time.
    /// @dev Reverts with Settlement_ZeroAmount; TariffBook_UnknownProvider; Settlement_NotPayee;
    /// Settlement_InsufficientBalance.
    function withdraw(uint16 provider, uint64 amount) external;

    /// @notice What a provider can withdraw, kopecks.
    function balanceOf(uint16 provider) external view returns (uint64);

    /// @notice Money of an account that has not paid a bill yet, kopecks.
    function creditOf(bytes32 account) external view returns (uint64);

    /// @notice Outstanding amount of all issued bills of an account, kopecks.
    /// @dev Reverts with Settlement_UnknownAccount.
    function debtOf(bytes32 account) external view returns (uint64);

    /// @notice What has been paid of a bill, kopecks by IBilling.Service.
    function paidOf(bytes32 account, uint16 period) external view returns (uint64[5] memory);

    /// @notice Sum of all providers' balances, kopecks.
    function totalProviderBalances() external view returns (uint64);

    /// @notice Sum of all accounts' credits, kopecks.
    function totalCredits() external view returns (uint64);
}
