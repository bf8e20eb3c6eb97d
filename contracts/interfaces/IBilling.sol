// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IVolumeBook} from "./IVolumeBook.sol";

/// @title Billing: bills computed from the chain's state alone
/// @notice Anyone may issue bills; a second call changes nothing. A bill, once issued, never changes: what is learned later is
/// recalculated and joins the next bill (ADR 0010). Charges and reductions are computed by ICharges, deployed before it:
/// Charges(registry, ledger, tariffs, accounts, volumes, incidents), Billing(manager, tariffs, accounts, charges),
/// Settlement(manager, ledger, billing, tariffs, accounts, token), then `connect` of AccountBook and of Billing.
/// @dev Units: electricity Wh, heat kcal, prices micro-roubles per kWh or per Gcal (VAT included), money kopecks, periods local
/// calendar months since January 1970, days local calendar days since 1 January 1970.
///
/// The lines of a bill, each left out where there is nothing in it:
/// - of each principal service in order: its charges by zone and, of electricity, by consumption band, then its reduction for outages
///   (ПП 354, прил. 1): charge × hours × rate, half up, never more than the charge;
/// - recalculations (перерасчёт) of earlier periods, by service and in the order in which they waited: all that is above 0, then
///   what is below 0 until the service costs nothing in this bill; the rest waits for the next;
/// - penalties (пени) that have come due since the bill before.
/// Each charge is quantity × price, half a kopeck up. A bill never has a service below 0.
interface IBilling {
    enum Service {
        Electricity,
        CommonNeeds,
        Heating,
        ElectricityPenalty,
        CommonNeedsPenalty,
        HeatingPenalty
    }

    enum LineKind {
        /// Quantity × price.
        Charge,
        /// Less, for an outage.
        Reduction,
        /// What an earlier period costs more or less than was charged for it.
        Recalculation,
        Penalty
    }

    enum Zone {
        /// Accounts of one zone, and services without zones.
        Whole,
        /// 07-23 local.
        Day,
        /// 23-07 local.
        Night,
        /// 07-10 and 17-21 local.
        Peak,
        /// 10-17 and 21-23 local.
        HalfPeak
    }

    struct Line {
        Service service;
        LineKind kind;
        Zone zone;
        /// Consumption band 1..3 of a charge of electricity and common needs, else 0.
        uint8 band;
        /// How the volume of a charge came about; else Measured.
        IVolumeBook.Method method;
        /// The period it is for: the bill's, or an earlier one of a recalculation.
        uint16 period;
        uint16 provider;
        /// Of a charge Wh, or kcal of heating; of a reduction hours; else 0.
        uint64 quantity;
        /// Of a charge micro-roubles per kWh or per Gcal; of a reduction the rate an hour, 10^-5; else 0.
        uint64 price;
        /// What it adds to the bill, kopecks.
        int64 amount;
    }

    /// @notice What is kept of a bill. Amounts are indexed by Service.
    struct Bill {
        bool issued;
        /// Local calendar day, days since 1970-01-01: the tariff's due day of the month after the period.
        uint32 dueOn;
        /// Sum of `amounts`, kopecks.
        uint64 total;
        /// Kopecks, each below 2^40.
        uint64[6] amounts;
    }

    /// @notice What a period costs more or less than was charged for it, of one service: it waits for the account's next bill.
    struct Waiting {
        uint16 period;
        Service service;
        int64 amount;
    }

    /// @param total kopecks, VAT included.
    /// @param vat VAT contained in the principal services, kopecks: their sum × rate / (1 + rate), rounded half up. Penalties bear none.
    /// @param dueOn local calendar day, days since 1970-01-01.
    /// @param lines packed, one word each, as contracts/libraries/Lines.sol says.
    event BillIssued(
        bytes32 indexed account,
        uint16 indexed period,
        uint64 total,
        uint64 vat,
        uint32 dueOn,
        uint256[] lines
    );
    /// @notice A billed period costs something else by what is known now.
    /// @param differences kopecks by principal service; they wait for the account's next bill.
    event Recalculated(bytes32 indexed account, uint16 indexed period, int64[3] differences);
    event SettlementConnected(address indexed settlement);
    event PauseChanged(bool paused);

    /// @notice Not every hour of the period is recorded for the account's groups; for an account without any, it is not over by the clock.
    error Billing_PeriodNotOver(bytes32 account, uint16 period);
    error Billing_NotYetOpen(bytes32 account, uint16 period, uint16 firstPeriod);
    error Billing_Closed(bytes32 account, uint16 period, uint16 lastPeriod);
    /// @notice Bills of an account are issued in order: `expected` is the period to issue first.
    error Billing_EarlierPeriodNotBilled(bytes32 account, uint16 period, uint16 expected);
    error Billing_NotIssued(bytes32 account, uint16 period);
    error Billing_TooManyAccounts(uint256 count, uint256 limit);
    /// @notice A service of 2^40 kopecks or more: the tariff or the readings are wrong beyond use.
    error Billing_AmountTooLarge(bytes32 account, uint256 amount);
    /// @notice So many recalculations wait for the account's next bill that no more are taken on before it.
    error Billing_TooManyWaiting(bytes32 account, uint256 limit);
    error Billing_Paused();
    error Billing_NotConnected();
    error Billing_NotAContract(address settlement);
    error Billing_AlreadyConnected(address settlement);

    /// @notice Issues the bills of `accounts` for `period`; those already issued are passed over. Fixes the volumes of their groups
    /// where they are not, takes their penalties and what waits for them, and uses each account's credit. Anyone may call it. Put
    /// accounts of one house next to each other: it is cheaper.
    /// @dev Emits BillIssued for each new bill, and what fixing volumes emits. Reverts with Billing_Paused; Billing_NotConnected;
    /// Billing_TooManyAccounts above 100; AccountBook_UnknownAccount; Billing_NotYetOpen; Billing_Closed;
    /// Billing_EarlierPeriodNotBilled; Billing_PeriodNotOver; VolumeBook_TooManyPeriods, or VolumeBook_NotFixed where a house has so many
    /// gaps that one call of IVolumeBook.fix is not enough (call it before); Billing_AmountTooLarge; TariffBook_NoTariff.
    function issue(bytes32[] calldata accounts, uint16 period) external;

    /// @notice Computes an issued period of each account with what is known now (volumes as fixed last, terms, outages), at the tariff
    /// of that period, and lets the difference to what was charged for it wait for the next bill. Where nothing differs nothing
    /// happens. Anyone may call it. Fix the volumes of the group anew first (IVolumeBook.refix).
    /// @dev Emits Recalculated. Reverts with Billing_Paused; Billing_TooManyAccounts above 100; Billing_NotIssued;
    /// Billing_TooManyWaiting (36); Billing_AmountTooLarge; VolumeBook_NotFixed while a group's period is being fixed anew.
    function recalculate(bytes32[] calldata accounts, uint16 period) external;

    /// @notice Connects the settlement that is told of new bills, once and for ever. Restricted to the manager's admin role.
    /// @dev Reverts with AccessManagedUnauthorized; Billing_AlreadyConnected; Billing_NotAContract.
    function connect(address settlement) external;

    /// @notice Stops or resumes new bills and recalculations; nothing else: payments and withdrawals go on. Restricted to GUARDIAN.
    /// @dev Reverts with AccessManagedUnauthorized.
    function setPaused(bool paused) external;

    /// @notice What is kept of a bill; all zero, `issued` false, while it is not issued or the account is unknown.
    function billOf(bytes32 account, uint16 period) external view returns (Bill memory);

    /// @notice Charges and reductions of an account's period as they are known now: those of the bill to come, or what a recalculation
    /// would compare. The volumes of its groups must be fixed.
    /// @dev Reverts with AccountBook_UnknownAccount; Billing_NotYetOpen; Billing_Closed; VolumeBook_NotFixed; TariffBook_NoTariff;
    /// Billing_AmountTooLarge.
    function linesOf(bytes32 account, uint16 period) external view returns (Line[] memory);

    /// @notice What has been charged for an issued period so far by principal service: in its bill, and in recalculations, those that
    /// wait included.
    /// @dev Reverts with Billing_NotIssued.
    function chargedOf(bytes32 account, uint16 period) external view returns (uint64[3] memory);

    /// @notice What waits for the next bill of an account, in order.
    function waitingOf(bytes32 account) external view returns (Waiting[] memory);

    /// @notice The next period to be billed for an account (its first one when none was).
    /// @dev Reverts with AccountBook_UnknownAccount.
    function nextPeriodOf(bytes32 account) external view returns (uint16);

    /// @notice Has a bill been issued to an account of the group? The group's areas can then no longer change.
    function isGroupBilled(uint32 group) external view returns (bool);
}
