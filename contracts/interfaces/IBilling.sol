// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Billing: bills computed from the chain's state alone
/// @notice Anyone may issue bills; a second call changes nothing. A bill, once issued, never changes.
interface IBilling {
    enum Service {
        ElectricityDay,
        ElectricityNight,
        CommonNeedsDay,
        CommonNeedsNight,
        Heating
    }

    struct Line {
        Service service;
        uint16 provider;
        /// Wh, or kcal for heating.
        uint64 quantity;
        /// Micro-roubles per kWh or per Gcal.
        uint64 price;
        /// Kopecks, rounded half up (ADR 0004).
        uint64 amount;
    }

    /// @notice What is kept of a bill. Amounts are indexed by Service.
    struct Bill {
        bool issued;
        /// Local calendar day, days since 1970-01-01.
        uint32 dueOn;
        uint64 total;
        uint64[5] amounts;
    }

    /// @param vat VAT contained in `total`, kopecks.
    /// @param unmeasuredHours hours of the period in which the account's own meter had no measured value.
    event BillIssued(
        bytes32 indexed account,
        uint16 indexed period,
        uint64 total,
        uint64 vat,
        uint32 dueOn,
        uint16 unmeasuredHours,
        Line[] lines
    );
    /// @notice The common needs (СОИ) of a group in a period are fixed: what is charged, and the negative difference carried on.
    event CommonNeedsFixed(
        uint32 indexed group,
        uint16 indexed period,
        uint64 day,
        uint64 night,
        int64 carriedDay,
        int64 carriedNight
    );
    event PauseChanged(bool paused);

    error Billing_PeriodNotOver(bytes32 account, uint16 period);
    error Billing_NotYetOpen(bytes32 account, uint16 period, uint16 firstPeriod);
    error Billing_EarlierPeriodNotBilled(bytes32 account, uint16 period, uint16 expected);
    error Billing_TooManyAccounts(uint256 count, uint256 limit);
    error Billing_AmountTooLarge(bytes32 account, uint256 amount);
    error Billing_Paused();

    /// @notice Issues the bills of `accounts` for `period`; those already issued are passed over. Uses each account's credit.
    function issue(bytes32[] calldata accounts, uint16 period) external;

    /// @notice Stops or resumes new bills; nothing else. Restricted to GUARDIAN.
    function setPaused(bool paused) external;

    function billOf(bytes32 account, uint16 period) external view returns (Bill memory);

    /// @notice The lines of a bill as they would be or were issued.
    function linesOf(bytes32 account, uint16 period) external view returns (Line[] memory);

    /// @notice The next period to be billed for an account (its first one when none was).
    function nextPeriodOf(bytes32 account) external view returns (uint16);

    /// @notice Has any period of the group been fixed? Its areas can then no longer change.
    function isGroupBilled(uint32 group) external view returns (bool);
}
