// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Roles of the city's AccessManager
/// @dev One manager holds all permissions; no contract keeps an owner. Which function asks for which role is set when the city
/// is deployed (`setTargetFunctionRole`); a `restricted` function that was given none asks for the manager's admin role (0).
/// After set-up TARIFF_AUTHORITY and ORACLE_ADMIN are held with an execution delay: a call is announced to the manager (`schedule`) and
/// made when the delay is over.
///
/// | role             | may call                                                                                 |
/// |------------------|------------------------------------------------------------------------------------------|
/// | ADMIN            | MeterRegistry.connect, AccountBook.connect, Billing.connect; Directory.register          |
/// | REGISTRAR        | MeterRegistry.openSegment, addGroup, replaceMeter, decommissionMeter, reportFault;       |
/// |                  | AccountBook.openAccount, setTerms, moveOut, setHolder                                    |
/// | TARIFF_AUTHORITY | TariffBook.registerProvider, publish; IncidentLog.setDeadlineRules                       |
/// | ORACLE_ADMIN     | ReadingLedger.setOracles                                                                 |
/// | BANK             | SettlementRouble.mint, burn                                                              |
/// | UTILITY          | nothing yet: a provider is known by its payee's address (TariffBook.payeeOf)             |
/// | DISPATCHER       | IncidentLog.raise, clear, advance, escalate, visit, suspend, resume, reject, merge,      |
/// |                  | reopen, interrupt, reportCondition, recordOutage                                         |
/// | GUARDIAN         | ReadingLedger.setPaused, Billing.setPaused, Settlement.setNettingPaused                  |
library Roles {
    /// @dev The manager's own admin role (AccessManager.ADMIN_ROLE).
    uint64 internal constant ADMIN = 0;
    uint64 internal constant REGISTRAR = 1;
    uint64 internal constant TARIFF_AUTHORITY = 2;
    uint64 internal constant ORACLE_ADMIN = 3;
    uint64 internal constant BANK = 4;
    uint64 internal constant UTILITY = 5;
    uint64 internal constant DISPATCHER = 6;
    uint64 internal constant GUARDIAN = 7;
}
