// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Billing: bills computed from the chain's state alone
/// @notice Anyone may issue bills; a second call changes nothing. A bill, once issued, never changes.
/// @dev Units: electricity Wh, heat kcal, prices micro-roubles per kWh or per Gcal (VAT included), money kopecks, periods local
/// calendar months since January 1970, days local calendar days since 1 January 1970.
///
/// The lines of a bill, by Service, all priced with the tariff in force in the bill's period:
/// - ElectricityDay, ElectricityNight: consumption of the account's own channel (day = zones peak and half-peak);
/// - CommonNeedsDay, CommonNeedsNight: the account's share by area of the common needs (СОИ) of its electricity group, that is
///   of the parent's consumption minus its consumers', per day and night. A negative difference is charged as 0 and carried
///   on to the following periods of the group, each of day and night by itself (DOMAIN 4.2);
/// - Heating: the account's share by area of the consumption of its heat group's parent meter.
/// An account without an electricity (heat) group has no lines of electricity and common needs (of heating); a line whose
/// quantity is 0 is a line nevertheless. The share by area is taken over all accounts of the group, also over those whose first
/// period is yet to come: nobody's bill depends on when another account begins.
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
        /// Local calendar day, days since 1970-01-01: the tariff's due day of the month after the period.
        uint32 dueOn;
        /// Sum of `amounts`, kopecks.
        uint64 total;
        /// Kopecks, each below 2^48; 0 for a service that has no line.
        uint64[5] amounts;
    }

    /// @param total kopecks, VAT included.
    /// @param vat VAT contained in `total`, kopecks: total × rate / (1 + rate), rounded half up.
    /// @param dueOn local calendar day, days since 1970-01-01.
    /// @param unmeasuredHours hours of the period in which the account's own meter had no measured value.
    /// @param lines in order of Service.
    event BillIssued(
        bytes32 indexed account,
        uint16 indexed period,
        uint64 total,
        uint64 vat,
        uint32 dueOn,
        uint16 unmeasuredHours,
        Line[] lines
    );
    /// @notice What is charged to a group's accounts in a period is fixed: of an electricity group the common needs (СОИ) and
    /// the negative difference carried on (0 or less); of a heat group the consumption of the house as `day`, the rest 0.
    /// @param day Wh of peak and half-peak, or kcal.
    /// @param night Wh.
    /// @param carriedDay Wh carried to the next period, never positive.
    /// @param carriedNight Wh carried to the next period, never positive.
    event CommonNeedsFixed(
        uint32 indexed group,
        uint16 indexed period,
        uint64 day,
        uint64 night,
        int64 carriedDay,
        int64 carriedNight
    );
    event SettlementConnected(address indexed settlement);
    event PauseChanged(bool paused);

    /// @notice Not every hour of the period is recorded for the account's groups.
    error Billing_PeriodNotOver(bytes32 account, uint16 period);
    error Billing_NotYetOpen(bytes32 account, uint16 period, uint16 firstPeriod);
    /// @notice Bills of an account are issued in order: `expected` is the period to issue first.
    error Billing_EarlierPeriodNotBilled(bytes32 account, uint16 period, uint16 expected);
    error Billing_TooManyAccounts(uint256 count, uint256 limit);
    /// @notice A line of 2^48 kopecks or more: the tariff or the readings are wrong beyond use.
    error Billing_AmountTooLarge(bytes32 account, uint256 amount);
    /// @notice More periods of the group are to be fixed than one call may: call `fixCommonNeeds` first.
    error Billing_TooManyPeriodsToFix(uint32 group, uint16 firstUnfixed, uint16 period);
    error Billing_Paused();
    error Billing_NotConnected();
    error Billing_NotAContract(address settlement);
    error Billing_AlreadyConnected(address settlement);

    /// @notice Issues the bills of `accounts` for `period`; those already issued are passed over. Uses each account's credit.
    /// Anyone may call it. Put accounts of one house next to each other: it is cheaper.
    /// @dev Emits BillIssued for each new bill, CommonNeedsFixed for each period of a group fixed on the way.
    /// Reverts with Billing_Paused; Billing_NotConnected when no settlement is connected; Billing_TooManyAccounts above 100;
    /// MeterRegistry_UnknownAccount; Billing_NotYetOpen when `period` is before the account's first;
    /// Billing_EarlierPeriodNotBilled; Billing_PeriodNotOver; Billing_TooManyPeriodsToFix when a group is more than 12
    /// periods behind; Billing_AmountTooLarge; TariffBook_NoTariff when no tariff is in force in `period`.
    function issue(bytes32[] calldata accounts, uint16 period) external;

    /// @notice Fixes the common needs or the heat of a group up to `period`, at most 12 periods a call, the oldest first; those
    /// already fixed are passed over. `issue` does the same for the groups of its accounts: this is for a group that was long
    /// without bills. Anyone may call it. It does not fix the areas of the group.
    /// @dev Reverts with Billing_Paused; MeterRegistry_UnknownGroup; ReadingLedger_PeriodNotOver.
    function fixCommonNeeds(uint32 group, uint16 period) external;

    /// @notice Connects the settlement that is told of new bills, once and for ever. Restricted to the manager's admin role.
    /// @dev Reverts with AccessManagedUnauthorized; Billing_AlreadyConnected; Billing_NotAContract.
    function connect(address settlement) external;

    /// @notice Stops or resumes new bills; nothing else: payments and withdrawals go on. Restricted to GUARDIAN.
    /// @dev Reverts with AccessManagedUnauthorized.
    function setPaused(bool paused) external;

    /// @notice What is kept of a bill; all zero, `issued` false, while it is not issued or the account is unknown.
    function billOf(bytes32 account, uint16 period) external view returns (Bill memory);

    /// @notice The lines of a bill as they would be or were issued: the same before and after.
    /// @dev Reverts as `issue` does for this account, but for the pause and the order of periods.
    function linesOf(bytes32 account, uint16 period) external view returns (Line[] memory);

    /// @notice The next period to be billed for an account (its first one when none was).
    /// @dev Reverts with MeterRegistry_UnknownAccount.
    function nextPeriodOf(bytes32 account) external view returns (uint16);

    /// @notice Has a bill been issued to an account of the group? The group's areas can then no longer change.
    function isGroupBilled(uint32 group) external view returns (bool);
}
