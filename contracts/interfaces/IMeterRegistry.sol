// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title MeterRegistry: which meters there are, and what balances against what
/// @notice A *group* is one balance: a parent meter and the consumer meters behind it. Groups of one kind are gathered into
/// *segments*, the unit in which hours are written. Whose premises a consumer's meter is in: AccountBook.
interface IMeterRegistry {
    /// @notice What a segment's registers count.
    enum Kind {
        Electricity,
        Heat
    }

    /// @notice Why a channel's values do not count for billing.
    enum Fault {
        None,
        /// The meter is out of order (reported).
        Broken,
        /// The resident does not let anyone see to the meter (reported).
        AccessRefused,
        /// The interval since its verification is over.
        VerificationExpired,
        /// There is no meter.
        NoMeter
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
        /// The first hour of its segment that it is part of.
        uint32 firstHour;
    }

    /// @notice A meter of a channel and the first hour it measured. One of zeros: from that hour on there was none.
    struct InstalledMeter {
        Meter meter;
        uint32 fromHour;
    }

    /// @notice From `fromHour` on a channel's meter is out of order, or in order again (None).
    struct FaultReport {
        uint32 fromHour;
        Fault fault;
    }

    /// @notice From which hour of a period a channel's meter does not count, and why.
    struct Unusable {
        /// The parent's meter is named by channel 0, whatever its channels.
        uint16 channel;
        uint32 hour;
        Fault fault;
    }

    event Connected(address readingLedger);
    event SegmentOpened(uint32 indexed segment, Kind kind, uint32 firstHour);
    event GroupAdded(uint32 indexed group, uint32 indexed segment, Meter parent, Consumer[] consumers, uint32 fromHour);
    event MeterReplaced(uint32 indexed group, uint16 indexed channel, Meter meter, uint32 fromHour);
    event MeterDecommissioned(uint32 indexed group, uint16 indexed channel, uint32 fromHour);
    event FaultReported(uint32 indexed group, uint16 indexed channel, Fault fault, uint32 fromHour);

    error MeterRegistry_UnknownSegment(uint32 segment);
    error MeterRegistry_UnknownGroup(uint32 group);
    error MeterRegistry_UnknownChannel(uint32 group, uint16 channel);
    /// @param field the name of the field of Meter that is out of its range.
    error MeterRegistry_InvalidMeter(uint64 serialNumber, string field);
    error MeterRegistry_DuplicateMeter(bytes32 model, uint64 serialNumber);
    error MeterRegistry_InvalidPhase(uint8 phase);
    error MeterRegistry_SegmentFull(uint32 segment, uint256 slots, uint256 limit);
    error MeterRegistry_TooManyConsumers(uint256 consumers, uint256 limit);
    /// @notice A group of the other kind was asked for (by AccountBook).
    error MeterRegistry_WrongKind(uint32 group, Kind expected);
    error MeterRegistry_InvalidFirstHour(uint32 firstHour);
    /// @notice What is to begin with `fromHour` may begin from `earliest` to `latest`; see the function called.
    error MeterRegistry_InvalidFromHour(uint32 fromHour, uint32 earliest, uint32 latest);
    /// @notice The parent's meter can be replaced, not taken away.
    error MeterRegistry_ParentMeter(uint32 group, uint16 channel);
    /// @notice The channel has no meter now.
    error MeterRegistry_NoMeter(uint32 group, uint16 channel);
    /// @notice Hours that are over are still to be recorded, and may have been signed as the segment is.
    error MeterRegistry_HoursOutstanding(uint32 segment, uint256 nextHour, uint256 present);
    /// @notice Only None, Broken and AccessRefused are reported; the rest the registry knows itself.
    error MeterRegistry_InvalidFault(Fault fault);
    error MeterRegistry_TooManyChanges(uint32 group, uint16 channel, uint256 limit);
    error MeterRegistry_AlreadyConnected(address readingLedger);
    error MeterRegistry_NotConnected();
    error MeterRegistry_NotAContract(address contractAddress);

    /// @notice Tells the registry, once and for all, which ledger uses it. Restricted to the AccessManager's admin role. The city is
    /// deployed in this order: AccessManager, MeterRegistry(manager), ReadingLedger(manager, registry, utcOffset), `connect`,
    /// TariffBook(manager, ledger), AccountBook(manager, registry, ledger), VolumeBook(registry, ledger, accounts, tariffs), then
    /// IncidentLog, Charges, Billing, Settlement and the rest (IBilling).
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_AlreadyConnected, MeterRegistry_NotAContract (an address
    /// without code).
    function connect(address readingLedger) external;

    /// @notice Opens an empty segment whose first hour will be `firstHour`. Segments are numbered from 1. Restricted to REGISTRAR.
    /// @param firstHour the first hour that the ledger will accept, `unixSeconds / 3600`: 24 (2 January 1970) .. 9,900,000.
    /// @return segment the number of the new segment.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_InvalidFirstHour.
    function openSegment(Kind kind, uint32 firstHour) external returns (uint32 segment);

    /// @notice Adds a balance group at the end of a segment. Groups are numbered from 1 over all segments. Restricted to
    /// REGISTRAR. An hour of 256 houses no two of which are alike, first of a month, two phases of each unbalanced and the third not
    /// measured, takes less than the 16,777,216 gas that a transaction may use where EIP-7825 is in force.
    /// @param parent the three-phase meter, or the house's heat meter.
    /// @param consumers the meters behind it in payload order, at most 273.
    /// @param fromHour the group is part of this hour and all after it. The segment's first group: its first hour. After that: not
    /// before that of the group added before it; and once the segment has an hour, not before the one it waits for, nor before the
    /// present one (an hour that is over may have been signed without the group).
    /// @return group the number of the new group.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownSegment,
    /// MeterRegistry_InvalidFromHour, MeterRegistry_TooManyConsumers, MeterRegistry_SegmentFull (256 slots of six channels; a group
    /// begins with a new slot), MeterRegistry_InvalidMeter, MeterRegistry_DuplicateMeter (model and serial number stand at
    /// another channel), MeterRegistry_InvalidPhase.
    function addGroup(
        uint32 segment,
        Meter calldata parent,
        Consumer[] calldata consumers,
        uint32 fromHour
    ) external returns (uint32 group);

    /// @notice Records that another meter measures a channel from `fromHour` on. The register on chain goes on: it is the sum of
    /// intervals. For channel 0..2 of an electricity group the parent meter as a whole is replaced. The meter taken away may be
    /// registered again elsewhere. Restricted to REGISTRAR.
    /// @param fromHour first hour measured by the new meter: not before the replacement before this one (or the group's first
    /// hour) and not after the hour the segment waits for. A channel without a meter has one again by this.
    /// @dev The balance check uses the new class and resolution for every hour *recorded* after this call, whatever `fromHour`
    /// says: the order of the logs alone tells an auditor which tolerance was in force.
    /// Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownGroup,
    /// MeterRegistry_UnknownChannel, MeterRegistry_InvalidFromHour, MeterRegistry_InvalidMeter, MeterRegistry_DuplicateMeter,
    /// MeterRegistry_TooManyChanges (255 a channel).
    function replaceMeter(uint32 group, uint16 channel, Meter calldata meter, uint32 fromHour) external;

    /// @notice Takes a consumer's meter away. From the hour the segment waits for on its lane is zero and measured (the ledger
    /// refuses anything else), and it has no part in the balance. Restricted to REGISTRAR.
    /// @dev Only while no hour that is over waits to be recorded: one signed with a value would be refused.
    /// Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownGroup,
    /// MeterRegistry_UnknownChannel, MeterRegistry_ParentMeter, MeterRegistry_NoMeter, MeterRegistry_HoursOutstanding,
    /// MeterRegistry_TooManyChanges.
    function decommissionMeter(uint32 group, uint16 channel) external;

    /// @notice Reports that a channel's meter is out of order, or in order again. What it measures from `fromHour` on does not count
    /// for billing, until it is replaced or reported in order. The hours are recorded all the same. Restricted to REGISTRAR.
    /// @param fault Broken, AccessRefused, or None for the end of a fault.
    /// @param fromHour after that of the report before it, and not after the hour the segment waits for.
    /// @dev Reverts with AccessManagedUnauthorized, MeterRegistry_NotConnected, MeterRegistry_UnknownGroup,
    /// MeterRegistry_UnknownChannel, MeterRegistry_NoMeter, MeterRegistry_InvalidFault, MeterRegistry_InvalidFromHour,
    /// MeterRegistry_TooManyChanges.
    function reportFault(uint32 group, uint16 channel, Fault fault, uint32 fromHour) external;

    /// @notice What a segment counts, its first hour, its payload slots of 20 bytes, and how many groups it has, those that are still
    /// to come included.
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function segmentOf(uint32 segment) external view returns (Kind kind, uint32 firstHour, uint16 slots, uint32 groups);

    /// @notice All that recording an hour of a segment needs, in one call: the groups whose first hour has come.
    /// @return kind what the segment counts.
    /// @return firstHour the first hour the ledger accepts.
    /// @return slots payload slots of 20 bytes.
    /// @return plan runs of like groups in payload order, as contracts/libraries/Layouts.sol describes.
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function planOf(
        uint32 segment,
        uint32 hour
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
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel, MeterRegistry_NoMeter.
    function meterOf(uint32 group, uint16 channel) external view returns (Meter memory);

    /// @notice The meters of a channel in order, the present one last; each until the next one's first hour.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function meterHistory(uint32 group, uint16 channel) external view returns (InstalledMeter[] memory history);

    /// @notice The faults reported for a channel in order; each until the next one, or until the meter was replaced.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function faultsOf(uint32 group, uint16 channel) external view returns (FaultReport[] memory);

    /// @notice The first hour of a period from which a channel's meter does not count, as far as is known now.
    /// @return hour 0 if it counts in all of the period (from the group's first hour on).
    /// @return fault why; None if it counts.
    /// @dev Reverts with MeterRegistry_NotConnected, MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel,
    /// Calendar_PeriodOutOfRange.
    function unusableFrom(uint32 group, uint16 channel, uint16 period) external view returns (uint32 hour, Fault fault);

    /// @notice All channels of a group whose meters do not count in all of a period, as far as is known now.
    /// @dev In no order. Cheap while none of the group's meters has come to the end of its verification, was replaced or reported. Reverts with
    /// MeterRegistry_NotConnected, MeterRegistry_UnknownGroup, Calendar_PeriodOutOfRange.
    function unusableIn(uint32 group, uint16 period) external view returns (Unusable[] memory);

    /// @notice Phase of a channel: 0..2; always 0 in a heat group.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function phaseOf(uint32 group, uint16 channel) external view returns (uint8);
}
