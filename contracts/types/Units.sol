// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Units and numbers of the ledger
/// @dev Whole numbers only. A type names the unit, so that a kilocalorie is never added to a watt-hour. The same units and
/// widths stand in src/SmartCity.Domain/Units.

/// @notice What a register counts: watt-hours (Wh) in an electricity segment, kilocalories (kcal, 1 Gcal = 10^6 kcal) in a
/// heat segment.
type Quantity is uint64;

/// @notice Money in kopecks; 100 kopecks are one rouble.
type Kopecks is uint64;

/// @notice A price in micro-roubles (10^-6 RUB) per kilowatt-hour or per gigacalorie, VAT included.
type MicroRoubles is uint64;

/// @notice A floor area in hundredths of a square metre (1 dm²).
type SquareDecimetres is uint32;

/// @notice An hour, as `unixSeconds / 3600` in UTC, named by its start.
type Hour is uint32;

/// @notice A billing period: a calendar month of the city's local time, counted from January 1970 (= 0).
type Period is uint16;

/// @notice A calendar day of the city's local time, counted from 1 January 1970 (= 0).
type Day is uint32;
