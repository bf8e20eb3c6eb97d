// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Charges: what an account's period costs by what is known now
/// @notice Computes the charges and reductions of bills from tariffs, accounts, volumes, readings and outages. It keeps nothing; anyone
/// may ask. Billing asks once for all accounts of a call: what they have in common is read once.
/// @dev Put accounts of one house next to each other: it is cheaper. Errors are those of IBilling, so that they reach who called it.
interface ICharges {
    /// @notice Charges and reductions of accounts in a period. The volumes of their groups must be fixed.
    /// @return lines by account, packed as contracts/libraries/Lines.sol says, in the order that IBilling tells. Of no service do they come to
    /// less than 0, nor its charges to 2^40 kopecks.
    /// @dev Reverts with AccountBook_UnknownAccount; Billing_NotYetOpen; Billing_Closed; Billing_PeriodNotOver (an account without any
    /// group, before the end of the period by the block's time); VolumeBook_NotFixed; TariffBook_NoTariff; Billing_AmountTooLarge.
    function chargesOf(bytes32[] calldata accounts, uint16 period) external view returns (uint256[][] memory lines);

    /// @notice The same; first fixes the volumes of the accounts' groups where they are not (IVolumeBook.fix).
    /// @return lines by account.
    /// @return groups the accounts' electricity and heat groups, each named at least once.
    /// @dev Emits what fixing emits. Reverts as chargesOf; with Billing_PeriodNotOver; VolumeBook_TooManyPeriods where a group is more than
    /// 12 periods behind; VolumeBook_NotFixed where one call of IVolumeBook.fix is not enough: call it before.
    function fixAndCharge(
        bytes32[] calldata accounts,
        uint16 period
    ) external returns (uint256[][] memory lines, uint32[] memory groups);
}
