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
        /// Day of the last verification (дата поверки), days since 1970-01-01.
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

    event SegmentOpened(uint32 indexed segment, Kind kind, uint32 firstHour);
    event GroupAdded(uint32 indexed group, uint32 indexed segment, Meter parent, Consumer[] consumers);
    event MeterReplaced(uint32 indexed group, uint16 indexed channel, Meter meter, uint32 fromHour);
    event AccountOpened(bytes32 indexed account, Account details);

    error MeterRegistry_UnknownSegment(uint32 segment);
    error MeterRegistry_UnknownGroup(uint32 group);
    error MeterRegistry_UnknownAccount(bytes32 account);
    error MeterRegistry_UnknownChannel(uint32 group, uint16 channel);
    error MeterRegistry_InvalidMeter(uint64 serialNumber, string field);
    error MeterRegistry_DuplicateMeter(bytes32 model, uint64 serialNumber);
    error MeterRegistry_InvalidPhase(uint8 phase);
    error MeterRegistry_SegmentFull(uint32 segment, uint256 slots, uint256 limit);
    error MeterRegistry_TooManyConsumers(uint256 consumers, uint256 limit);
    error MeterRegistry_SegmentInUse(uint32 segment);
    error MeterRegistry_WrongKind(uint32 group, Kind expected);
    error MeterRegistry_InvalidAccount(bytes32 account, string field);
    error MeterRegistry_AccountExists(bytes32 account);
    error MeterRegistry_ChannelTaken(uint32 group, uint16 channel, bytes32 account);
    error MeterRegistry_AreaInUse(uint32 group);
    error MeterRegistry_InvalidFirstHour(uint32 firstHour);
    error MeterRegistry_ReadingLedgerAlreadySet(address readingLedger);

    /// @notice Opens an empty segment whose first hour will be `firstHour`. Segments are numbered from 1.
    function openSegment(Kind kind, uint32 firstHour) external returns (uint32 segment);

    /// @notice Adds a balance group at the end of a segment that has no hour yet. Groups are numbered from 1 over all segments.
    function addGroup(
        uint32 segment,
        Meter calldata parent,
        Consumer[] calldata consumers
    ) external returns (uint32 group);

    /// @notice Records that another meter measures a channel from `fromHour` on. The register on chain goes on: it is the sum of
    /// intervals. For channel 0..2 of an electricity group the parent meter as a whole is replaced.
    function replaceMeter(uint32 group, uint16 channel, Meter calldata meter, uint32 fromHour) external;

    /// @notice Opens an account. Areas in a group are fixed once a period of the group has been billed.
    function openAccount(
        bytes32 account,
        uint32 electricityGroup,
        uint16 electricityChannel,
        uint32 heatGroup,
        uint32 area,
        uint16 firstPeriod
    ) external;

    function segmentOf(uint32 segment) external view returns (Kind kind, uint32 firstHour, uint16 slots, uint32 groups);

    function groupOf(uint32 group) external view returns (Group memory);

    /// @notice The groups of a segment, in payload order.
    function groupsOf(uint32 segment) external view returns (uint32[] memory);

    function meterOf(uint32 group, uint16 channel) external view returns (Meter memory);

    /// @notice Phase of a channel: 0..2; always 0 in a heat group.
    function phaseOf(uint32 group, uint16 channel) external view returns (uint8);

    function accountOf(bytes32 account) external view returns (Account memory);

    /// @notice Sum of the areas of all accounts in a group, in dm².
    function areaOf(uint32 group) external view returns (uint32);

    function accountCount() external view returns (uint256);

    /// @notice Account ids in order of opening; at most `limit` (≤ 1,000) from `start`.
    function accounts(uint256 start, uint256 limit) external view returns (bytes32[] memory);
}
