// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title AccountBook: whose premises are billed, and on which terms
/// @notice An *account* (лицевой счёт) is a resident's claim to premises for a time: a random id, no personal data. *Premises* are
/// where they are connected and how large they are; they pass from one account to its successor when a resident moves out, and keep
/// their place in the row of areas by which a house's volume is divided (ADR 0005).
/// @dev Units: areas dm² (0.01 m²), periods local calendar months since January 1970, hours Unix hours, registers Wh.
interface IAccountBook {
    /// @notice How an account's heating is counted (ПП 354, прил. 2).
    enum Heating {
        /// The account has no heating of the house.
        None,
        /// By the house's heat meter, and by the flats' where there are any.
        House,
        /// By the norm: the house has no heat meter.
        Norm,
        /// The flat heats itself with its own boiler: it takes no part in the house's heat.
        OwnBoiler
    }

    struct Premises {
        /// Electricity group, 0 for none, and the channel of the premises' own meter in it (0 without a group).
        uint32 electricityGroup;
        uint16 electricityChannel;
        /// Heat group whose parent meter heats the premises, 0 for none, and the channel of the premises' own heat meter in it, 0
        /// for none.
        uint32 heatGroup;
        uint16 heatChannel;
        /// Floor area, 1..10,000,000 dm² (100,000 m²).
        uint32 area;
    }

    struct Terms {
        /// Zones of the day by which electricity is priced: 1, 2 or 3.
        uint8 zones;
        /// Registered residents, for the norm. 0..1,000.
        uint16 residents;
        /// House wants a heat group.
        Heating heating;
    }

    struct Account {
        Premises premises;
        /// Sum of the areas of the premises registered before these in each group.
        uint32 areaBeforeInElectricityGroup;
        uint32 areaBeforeInHeatGroup;
        uint16 firstPeriod;
        /// The period of the last bill; 0 while the account is open.
        uint16 lastPeriod;
        /// The account before and the account after it on the premises; 0 for none.
        bytes32 predecessor;
        bytes32 successor;
    }

    /// @notice The moment at which premises pass from one account to the next; all zero for none.
    struct Handover {
        /// The successor's first hour.
        uint32 hour;
        /// The premises' own electricity registers then, as signed, without corrections, by zone.
        uint64[3] registers;
    }

    event Connected(address billing);
    event AccountOpened(bytes32 indexed account, Account details, Terms terms);
    event TermsChanged(bytes32 indexed account, uint16 indexed fromPeriod, Terms terms);
    /// @notice Premises have passed on: the account is closed, its successor opened on the terms that were in force.
    event MovedOut(bytes32 indexed account, bytes32 indexed successor, uint16 lastPeriod, Handover handover);
    event HolderChanged(bytes32 indexed account, address indexed holder);

    error AccountBook_UnknownAccount(bytes32 account);
    /// @param field the name of the argument that is wrong.
    error AccountBook_InvalidAccount(bytes32 account, string field);
    error AccountBook_AccountExists(bytes32 account);
    error AccountBook_ChannelTaken(uint32 group, uint16 channel, bytes32 account);
    /// @notice A period of the group was billed by the areas as they are.
    error AccountBook_AreaInUse(uint32 group);
    error AccountBook_TooManyPremises(uint32 group, uint256 limit);
    error AccountBook_InvalidTerms(bytes32 account, string field);
    /// @notice Terms begin in order, and not before the account.
    error AccountBook_TermsNotInOrder(bytes32 account, uint16 fromPeriod, uint16 earliest);
    error AccountBook_TooManyTerms(bytes32 account, uint256 limit);
    error AccountBook_Closed(bytes32 account, uint16 lastPeriod);
    /// @notice The account has not had an hour yet.
    error AccountBook_NothingToClose(bytes32 account);
    error AccountBook_PageTooLong(uint256 limit, uint256 maximum);
    error AccountBook_AlreadyConnected(address billing);
    error AccountBook_NotConnected();
    error AccountBook_NotAContract(address contractAddress);

    /// @notice Tells the book, once and for all, which billing uses it. Restricted to the AccessManager's admin role.
    /// @dev Reverts with AccessManagedUnauthorized, AccountBook_AlreadyConnected, AccountBook_NotAContract.
    function connect(address billing) external;

    /// @notice Opens an account on new premises. Areas in a group are fixed once a period of the group has been billed. Restricted
    /// to REGISTRAR.
    /// @param account random id, not 0.
    /// @param premises at least one group, or heating by the norm. A heat meter of its own wants heating by the house. The areas of
    /// a group add up to 2^32 - 1 dm² at most.
    /// @param firstPeriod first billing period, 1..13,559.
    /// @dev Reverts with AccessManagedUnauthorized, AccountBook_NotConnected, AccountBook_InvalidAccount, AccountBook_InvalidTerms,
    /// AccountBook_AccountExists, MeterRegistry_UnknownGroup, MeterRegistry_WrongKind, MeterRegistry_UnknownChannel,
    /// AccountBook_ChannelTaken, AccountBook_AreaInUse, AccountBook_TooManyPremises.
    function openAccount(
        bytes32 account,
        Premises calldata premises,
        uint16 firstPeriod,
        Terms calldata terms
    ) external;

    /// @notice Changes the terms of an account from a period on; terms of the same period replace those given before. Restricted to
    /// REGISTRAR. A period that is billed already is charged by them when it is recalculated.
    /// @param fromPeriod not before that of the terms given last.
    /// @dev Reverts with AccessManagedUnauthorized, AccountBook_UnknownAccount, AccountBook_Closed, AccountBook_InvalidTerms,
    /// AccountBook_TermsNotInOrder, AccountBook_TooManyTerms (120 an account).
    function setTerms(bytes32 account, uint16 fromPeriod, Terms calldata terms) external;

    /// @notice Hands the premises of an account over to a successor at the hour that their electricity segment (without one: their heat
    /// segment) waits for. The account gets its final bill for the period of the hour before, the successor its first for the
    /// period of the hour. Restricted to REGISTRAR.
    /// @dev Reverts with AccessManagedUnauthorized, AccountBook_UnknownAccount, AccountBook_AccountExists (the successor's id is
    /// taken), AccountBook_InvalidAccount (the successor's id is 0, or the premises have no meter), AccountBook_Closed,
    /// AccountBook_NothingToClose.
    function moveOut(bytes32 account, bytes32 successor) external;

    /// @notice Says who holds an account, that is who may dispute its bills and take its credit back. Restricted to REGISTRAR.
    /// @param holder the zero address for nobody.
    /// @dev Reverts with AccessManagedUnauthorized, AccountBook_UnknownAccount.
    function setHolder(bytes32 account, address holder) external;

    /// @dev Reverts with AccountBook_UnknownAccount.
    function accountOf(bytes32 account) external view returns (Account memory);

    /// @notice Accounts and their terms in a period, all that bills need.
    /// @return words packed as contracts/libraries/AccountWords.sol says.
    /// @dev Reverts with AccountBook_UnknownAccount.
    function accountsIn(bytes32[] calldata ids, uint16 period) external view returns (uint256[] memory words);

    /// @notice The terms of an account in a period (its first ones before it began).
    /// @dev Reverts with AccountBook_UnknownAccount.
    function termsOf(bytes32 account, uint16 period) external view returns (Terms memory);

    /// @notice With which moment the account began and ended; each all zero if it did not by a handover.
    /// @dev Reverts with AccountBook_UnknownAccount.
    function handoversOf(bytes32 account) external view returns (Handover memory opening, Handover memory closing);

    /// @notice Who holds an account; the zero address while nobody does, and for an unknown account.
    function holderOf(bytes32 account) external view returns (address);

    /// @notice The account whose premises a consumer's meter belongs to, the last one if they changed hands; 0 for none.
    function consumerAt(uint32 group, uint16 channel) external view returns (bytes32 account);

    /// @notice What the norm of a consumer's meter goes by in a period: the residents of the premises and their area (dm²); zeros where
    /// no premises belong to it.
    /// @dev Of the account that `consumerAt` names, by its terms in the period.
    function normBaseOf(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint16 residents, uint32 area);

    /// @notice The premises of a group in order of registration, each by its first account.
    /// @dev At most 500.
    function premisesOf(uint32 group) external view returns (bytes32[] memory firstAccounts);

    /// @notice The terms of premises in a period, whoever has them then.
    /// @param firstAccount the first account on the premises.
    /// @dev Reverts with AccountBook_UnknownAccount.
    function termsOfPremises(bytes32 firstAccount, uint16 period) external view returns (Terms memory);

    /// @notice Sum of the areas of all premises in a group.
    function areaOf(uint32 group) external view returns (uint32);

    /// @notice What makes the premises of a heat group unlike in a period; all nothing where they are heated alike.
    /// @return unheatedArea area of those with a boiler of their own, dm².
    /// @return meteredArea area of the others with a heat meter of their own.
    /// @return meteredChannels the channels of these meters, in order of registration.
    function heatAreasOf(
        uint32 group,
        uint16 period
    ) external view returns (uint32 unheatedArea, uint32 meteredArea, uint16[] memory meteredChannels);

    function accountCount() external view returns (uint256);

    /// @notice Account ids in order of opening; at most `limit` (≤ 1,000) from `start`, none if `start` is past the end.
    /// @dev Reverts with AccountBook_PageTooLong.
    function accounts(uint256 start, uint256 limit) external view returns (bytes32[] memory);
}
