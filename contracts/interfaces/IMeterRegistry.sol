// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title MeterRegistry: which meters there are, what balances against what, and whose they are
/// @notice A *group* is one balance: a parent meter and the consumer meters behind it. Groups of one kind are gathered into
/// *segments*, the unit in which hours are written. An *account* is a resident's premises: a random id, no personal data.
interface IMeterRegistry {
    /// @notice What a segment's registers count.
    enum Kind {
        Electricity,
        Heat
    }

    /// @notice A meter as its passport states it.
    struct Meter {
        /// Factory serial number; 0 is refused.
        uint64 serialNumber;
        /// Model, ASCII, padded with zeros on the right.
        bytes32 model;
        /// Accuracy class in hundredths of a percent: class 1.0 is 100, class 0.5S is 50. 1..1000.
        uint16 accuracyClass;
        /// Smallest step of the register, in Wh or kcal. 1..1,000,000.
        uint32 resolution;
        /// Register at installation, in Wh or kcal.
        uint64 registerAtInstallation;
        /// Day of the last verification (дата поверки), days since 1970-01-01; 1..the day after the chain's present one.
        uint32 verifiedOn;
        /// Verification interval (межповерочный интервал) in months. 1..240.
        uint16 verificationInterval;
    }

    /// @notice A consumer meter and the phase it is connected to.
    struct Consumer {
        Meter meter;
        /// 0, 1 or 2 for A0, A1, A2; always 0 in a heat group.
        uint8 phase;
    }

    /// @notice Where a group's values stand.
    /// @dev The group's *channels* are numbered: parent phases first (three for electricity, one for heat), then the
    /// consumers in order. Channel c of the group stands in slot `firstSlot + c / 6`, lane `c % 6` of its segment.
    struct Group {
        uint32 segment;
        uint16 firstSlot;
        uint8 parentChannels;
        uint16 consumers;
        Kind kind;
    }

    /// @notice A resident's premises.
    struct Account {
        /// Electricity group, 0 for none, and the channel of the account's own meter in it.
        uint32 electricityGroup;
        uint16 electricityChannel;
        /// Heat group whose parent meter heats the premises, 0 for none.
        uint32 heatGroup;
        /// Floor area in dm² (0.01 m²).
        uint32 area;
        /// First billing period (months since January 1970).
        uint16 firstPeriod;
        /// Sum of the areas of the accounts opened before this one in each group, in dm²: the running total by which a
        /// house's volume is divided so that the parts always add up (ADR 0005).
        uint32 areaBeforeInElectricityGroup;
        uint32 areaBeforeInHeatGroup;
    }

    event Connected(address readingLedger, address billing);
    event SegmentOpened(uint32 indexed segment, Kind kind, uint32 firstHour);
    event GroupAdded(uint32 indexed group, uint32 indexed segment, Meter parent, Consumer[] consumers);
    event MeterReplaced(uint32 indexed group, uint16 indexed channel, Meter meter, uint32 fromHour);
    event AccountOpened(bytes32 indexed account, Account details);
    event HolderChanged(bytes32 indexed account, address indexed holder);

    error MeterRegistry_UnknownSegment(uint32 segment);
    error MeterRegistry_UnknownGroup(uint32 group);
    error MeterRegistry_UnknownAccount(bytes32 account);
    error MeterRegistry_UnknownChannel(uint32 group, uint16 channel);
    /// @param field the name of the field of Meter that is out of its range.
    error MeterRegistry_InvalidMeter(uint64 serialNumber, string field);
    error MeterRegistry_DuplicateMeter(bytes32 model, uint64 serialNumber);
    error MeterRegistry_InvalidPhase(uint8 phase);
    error MeterRegistry_SegmentFull(uint32 segment, uint256 slots, uint256 limit);
    error MeterRegistry_TooManyConsumers(uint256 consumers, uint256 limit);
    /// @notice The segment has hours already: its composition is fixed.
    error MeterRegistry_SegmentInUse(uint32 segment);
    error MeterRegistry_WrongKind(uint32 group, Kind expected);
    /// @param field the name of the argument of openAccount that is wrong.
    error MeterRegistry_InvalidAccount(bytes32 account, string field);
    error MeterRegistry_AccountExists(bytes32 account);
    error MeterRegistry_ChannelTaken(uint32 group, uint16 channel, bytes32 account);
    /// @notice A period of the group was billed by the areas as they are.
    error MeterRegistry_AreaInUse(uint32 group);
    error MeterRegistry_InvalidFirstHour(uint32 firstHour);
    /// @notice A replacement must lie between the one before it (or the segment's first hour) and the hour the segment waits for.
    error MeterRegistry_InvalidFromHour(uint32 fromHour, uint32 earliest, uint32 latest);
    error MeterRegistry_PageTooLong(uint256 limit, uint256 maximum);
    error MeterRegistry_AlreadyConnected(address readingLedger, address billing);
    error MeterRegistry_NotConnected();
    error MeterRegistry_NotAContract(address contractAddress);

    /// @notice Tells the registry, once and for all, which ledger and which billing use it. Restricted to the AccessManager's
    /// admin role. The city is deployed in this order: AccessManager, MeterRegistry(manager), ReadingLedger(manager, registry,
    /// utcOffset), TariffBook(manager, ledger), Billing, Settlement and the rest, then `connect`.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_AlreadyConnected, MeterRegistry_NotAContract (an address
    /// without code).
    function connect(address readingLedger, address billing) external;

    /// @notice Opens an empty segment whose first hour will be `firstHour`. Segments are numbered from 1. Restricted to REGISTRAR.
    /// @param firstHour the first hour that the ledger will accept, `unixSeconds / 3600`: 24 (2 January 1970) .. 9,900,000.
    /// @return segment the number of the new segment.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_InvalidFirstHour.
    function openSegment(Kind kind, uint32 firstHour) external returns (uint32 segment);

    /// @notice Adds a balance group at the end of a segment that has no hour yet. Groups are numbered from 1 over all segments.
    /// Restricted to REGISTRAR. An hour of 256 houses no two of which are alike, first of a month, two phases of each unbalanced and
    /// the third not measured, takes less than the 16,777,216 gas that a transaction may use where EIP-7825 is in force.
    /// @param parent the three-phase meter, or the house's heat meter.
    /// @param consumers the meters behind it in payload order, at most 273.
    /// @return group the number of the new group.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownSegment,
    /// MeterRegistry_SegmentInUse, MeterRegistry_TooManyConsumers, MeterRegistry_SegmentFull (256 slots of six channels; a group
    /// begins with a new slot), MeterRegistry_InvalidMeter, MeterRegistry_DuplicateMeter (model and serial number stand at
    /// another channel), MeterRegistry_InvalidPhase.
    function addGroup(
        uint32 segment,
        Meter calldata parent,
        Consumer[] calldata consumers
    ) external returns (uint32 group);

    /// @notice Records that another meter measures a channel from `fromHour` on. The register on chain goes on: it is the sum of
    /// intervals. For channel 0..2 of an electricity group the parent meter as a whole is replaced. The meter taken away may be
    /// registered again elsewhere. Restricted to REGISTRAR.
    /// @param fromHour first hour measured by the new meter: not before the replacement before this one (or the segment's first
    /// hour) and not after the hour the segment waits for.
    /// @dev The balance check uses the new class and resolution for every hour *recorded* after this call, whatever `fromHour`
    /// says: the order of the logs alone tells an auditor which tolerance was in force.
    /// Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownGroup,
    /// MeterRegistry_UnknownChannel, MeterRegistry_InvalidFromHour, MeterRegistry_InvalidMeter, MeterRegistry_DuplicateMeter.
    function replaceMeter(uint32 group, uint16 channel, Meter calldata meter, uint32 fromHour) external;

    /// @notice Opens an account. Areas in a group are fixed once a period of the group has been billed. Restricted to REGISTRAR.
    /// @param account random id, not 0.
    /// @param electricityGroup 0 for none; then the channel must be 0 too. One of the two groups must be given.
    /// @param electricityChannel the channel of the account's own meter, a consumer's of the group, one account's only.
    /// @param heatGroup 0 for none.
    /// @param area floor area in dm², 1..10,000,000 (100,000 m²).
    /// @param firstPeriod first billing period, months since January 1970, 1..13,559.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_InvalidAccount,
    /// MeterRegistry_AccountExists, MeterRegistry_UnknownGroup, MeterRegistry_WrongKind, MeterRegistry_UnknownChannel,
    /// MeterRegistry_ChannelTaken, MeterRegistry_AreaInUse.
    function openAccount(
        bytes32 account,
        uint32 electricityGroup,
        uint16 electricityChannel,
        uint32 heatGroup,
        uint32 area,
        uint16 firstPeriod
    ) external;

    /// @notice Says who holds an account, that is who may dispute its bills and take its credit back. Restricted to REGISTRAR.
    /// @param holder the zero address for nobody.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_UnknownAccount.
    function setHolder(bytes32 account, address holder) external;

    /// @notice What a segment counts, its first hour, its payload slots of 20 bytes, and how many groups it has.
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function segmentOf(uint32 segment) external view returns (Kind kind, uint32 firstHour, uint16 slots, uint32 groups);

    /// @notice All that recording an hour of a segment needs, in one call.
    /// @return kind what the segment counts.
    /// @return firstHour the first hour the ledger accepts.
    /// @return slots payload slots of 20 bytes.
    /// @return plan runs of like groups in payload order, as contracts/libraries/Layouts.sol describes.
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function planOf(
        uint32 segment
    ) external view returns (Kind kind, uint32 firstHour, uint16 slots, bytes memory plan);

    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function groupOf(uint32 group) external view returns (Group memory);

    /// @notice The groups of a segment, in payload order.
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function groupsOf(uint32 segment) external view returns (uint32[] memory);

    /// @notice The group at a place in payload order, counted from 0.
    /// @dev Reverts with MeterRegistry_UnknownSegment, and with Panic(0x32) for a place the segment does not have.
    function groupAt(uint32 segment, uint256 index) external view returns (uint32 group);

    /// @notice The meter that measures a channel now; channels 0..2 of an electricity group have the parent meter in common.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function meterOf(uint32 group, uint16 channel) external view returns (Meter memory);

    /// @notice Phase of a channel: 0..2; always 0 in a heat group.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function phaseOf(uint32 group, uint16 channel) external view returns (uint8);

    /// @dev Reverts with MeterRegistry_UnknownAccount.
    function accountOf(bytes32 account) external view returns (Account memory);

    /// @notice Who holds an account; the zero address while nobody does, and for an unknown account.
    function holderOf(bytes32 account) external view returns (address);

    /// @notice Sum of the areas of all accounts in a group, in dm².
    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function areaOf(uint32 group) external view returns (uint32);

    function accountCount() external view returns (uint256);

    /// @notice Account ids in order of opening; at most `limit` (≤ 1,000) from `start`, none if `start` is past the end.
    /// @dev Reverts with MeterRegistry_PageTooLong.
    function accounts(uint256 start, uint256 limit) external view returns (bytes32[] memory);
}
