// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title ReadingLedger: every hour of every segment, exactly once, signed
/// @notice The unit of writing is one hour of one segment.
/// @dev Payload: for every slot of the segment, in order, 20 bytes: six intervals of 24 bits (big endian, Wh or kcal within the
/// hour; lanes 0..5), then 16 bits of quality: lane i has bits 14-2i and 15-2i from the top, i.e. quality of lane i is
/// `(q >> (14 - 2 * i)) & 3`, and the lowest 4 bits are zero. Lanes without a channel are zero throughout.
/// Quality: 0 measured, 1 interpolated (from a register difference over a gap), 2 averaged, 3 missing (the interval is then 0).
///
/// EIP-712 domain: name "SmartCity ReadingLedger", version "1", chainId, verifyingContract. Struct:
/// HourBatch(uint32 segment,uint32 hour,bytes32 previousBatch,bytes32 payloadHash,bytes32 oracleConfig)
/// The id of a batch is its EIP-712 struct hash. `previousBatch` of a segment's first hour is 0.
/// oracleConfig = keccak256(abi.encode(chainid, address(this), members, threshold)).
///
/// An hour once recorded stands for ever. What is learned later is a *correction*: signed like an hour, numbered and chained by
/// segment, summed by period and zone beside the registers. Struct (under the same domain):
/// Correction(uint32 segment,uint32 number,bytes32 previousCorrection,uint32 group,uint16 channel,uint32 firstHour,
/// uint16 filledHours,bytes32 differencesHash,uint8 reason,bytes32 evidence,bytes32 oracleConfig)
/// (in one line, without spaces after commas). The id of a correction is its EIP-712 struct hash.
/// Differences: 4 bytes an hour from firstHour on, signed, big endian, what is to be added to the interval.
interface IReadingLedger {
    /// @notice Why a channel's hours are corrected.
    enum CorrectionReason {
        /// Values that came after the hour was closed.
        LateData,
        /// The meter counted wrongly, or not at all.
        MeterFault,
        /// The register read when a meter was taken away.
        FinalReading,
        /// Values of another meter stood here.
        WrongMapping,
        /// A court or the regulator decided so.
        CourtDecision
    }

    /// @notice One hour of one segment as it is signed; see above.
    struct Batch {
        uint32 segment;
        uint32 hour;
        bytes32 previousBatch;
        bytes32 payloadHash;
        bytes32 oracleConfig;
    }

    /// @notice A correction as it is signed.
    struct Correction {
        /// The group's segment.
        uint32 segment;
        /// 1, 2, 3 … in the segment.
        uint32 number;
        /// Id of the segment's correction before; 0 for its first.
        bytes32 previousCorrection;
        uint32 group;
        uint16 channel;
        /// The hour of the first difference.
        uint32 firstHour;
        /// How many of the hours stood as missing and are made good.
        uint16 filledHours;
        /// keccak256 of the differences.
        bytes32 differencesHash;
        CorrectionReason reason;
        /// Hash of what proves it.
        bytes32 evidence;
        bytes32 oracleConfig;
    }

    /// @notice A slot's period, packed.
    struct SlotPeriod {
        /// What the registers of the six lanes moved by in each zone, as signed, without corrections; the lanes as
        /// contracts/libraries/PackedRegisters.sol has them.
        uint256[3] used;
        /// Their hours missing and estimated, as contracts/libraries/Exceptions.sol has those of a slot with an even number.
        uint256 exceptions;
        /// How often the period of the group was corrected.
        uint32 revision;
    }

    /// @notice A group's period.
    struct GroupPeriod {
        /// Consumption by zone, corrections included: of the parent (all phases), and of all consumers.
        uint64[3] parent;
        uint64[3] consumers;
        /// Was any hour of any channel missing or estimated (and not made good)?
        bool hasExceptions;
        /// How often the period was corrected.
        uint32 revision;
    }

    /// @notice An hour of a segment was accepted. Logs alone carry all an auditor needs.
    event HourRecorded(
        uint32 indexed segment,
        uint32 indexed hour,
        bytes32 indexed batch,
        bytes32 previousBatch,
        bytes32 oracleConfig,
        bytes payload,
        bytes signatures
    );
    /// @notice A phase of a group did not balance in an hour whose values were all measured.
    /// @dev A phase is decided only if the parent's value and those of all consumers on it were measured (quality 0), and only in
    /// a group that has consumers. With classes in hundredths of a percent: |difference| * 10,000 > class of the parent * parent
    /// + Σ class * consumer + 10,000 * Σ resolutions, exactly.
    /// @param difference parent minus the sum of consumers on the phase, in Wh or kcal.
    /// @param tolerance what was permitted, in whole Wh or kcal, rounded down.
    event PhaseImbalance(
        uint32 indexed group,
        uint32 indexed hour,
        uint8 indexed phase,
        int64 difference,
        uint64 tolerance
    );
    event OraclesChanged(bytes32 indexed oracleConfig, address[] members, uint8 threshold);
    event PauseChanged(bool paused);
    /// @notice A correction was accepted. Logs alone carry all an auditor needs.
    /// @param correction its id.
    /// @param period the period in which all its hours lie.
    event CorrectionRecorded(
        uint32 indexed segment,
        uint32 indexed group,
        bytes32 indexed correction,
        uint16 period,
        Correction details,
        bytes differences,
        bytes signatures
    );
    /// @notice An oracle signed two batches for one hour; its signatures count no more. Both are the proof.
    event OracleSuspended(
        address indexed member,
        Batch first,
        bytes firstSignature,
        Batch second,
        bytes secondSignature
    );

    error ReadingLedger_UnexpectedHour(uint32 segment, uint32 hour, uint32 expected);
    error ReadingLedger_HourNotOver(uint32 hour, uint256 endsAt, uint256 now_);
    error ReadingLedger_UnexpectedPreviousBatch(uint32 segment, bytes32 previousBatch, bytes32 expected);
    error ReadingLedger_PayloadLength(uint256 length, uint256 expected);
    /// @notice A lane without a channel is not zero, or a missing value (quality 3) is not, or the lowest four bits of the
    /// quality are not (lane 6).
    error ReadingLedger_InvalidLane(uint256 slot, uint256 lane);
    error ReadingLedger_MalformedSignatures(uint256 length);
    error ReadingLedger_TooFewSignatures(uint256 count, uint256 threshold);
    error ReadingLedger_NotAnOracle(address signer);
    error ReadingLedger_SignersNotAscending(address previous, address signer);
    error ReadingLedger_InvalidOracles(string reason);
    /// @notice A register would exceed 38 bits (2^38 - 1 Wh or kcal in one zone); the first lane of the slot of which that is so.
    error ReadingLedger_RegisterOverflow(uint32 segment, uint256 slot, uint256 lane);
    error ReadingLedger_PeriodNotOver(uint32 segment, uint16 period);
    error ReadingLedger_EmptySegment(uint32 segment);
    error ReadingLedger_InvalidPhase(uint32 group, uint8 phase);
    error ReadingLedger_Paused();
    /// @notice The group of a correction is in another segment than it says.
    error ReadingLedger_WrongSegment(uint32 group, uint32 segment, uint32 expected);
    error ReadingLedger_UnexpectedCorrection(uint32 segment, uint32 number, uint32 expected);
    error ReadingLedger_UnexpectedPreviousCorrection(uint32 segment, bytes32 previousCorrection, bytes32 expected);
    error ReadingLedger_UnexpectedOracleConfig(bytes32 oracleConfig, bytes32 expected);
    /// @notice The differences sent are not those signed.
    error ReadingLedger_UnexpectedDifferences(bytes32 differencesHash, bytes32 expected);
    /// @notice Not 4 bytes an hour for 1 to 744 hours.
    error ReadingLedger_InvalidDifferences(uint256 length);
    /// @notice A difference of 2^24 Wh or kcal or more, up or down: no hour can be so wrong.
    error ReadingLedger_DifferenceTooLarge(uint256 index, int32 difference);
    /// @notice Hours firstHour .. end - 1 are not all among those recorded: earliest .. nextHour - 1.
    error ReadingLedger_HoursNotRecorded(uint256 firstHour, uint256 end, uint256 earliest, uint256 nextHour);
    /// @notice A correction is of one period.
    error ReadingLedger_SeveralPeriods(uint16 first, uint16 last);
    /// @notice The period lies more than 36 periods before that of the hour recorded last.
    error ReadingLedger_CorrectionTooLate(uint256 period, uint256 earliest);
    /// @notice More hours are said to be made good than stand as missing, or than are given.
    error ReadingLedger_TooManyFilledHours(uint256 filledHours, uint256 limit);
    /// @notice The corrections of a period would take more from a zone than was used in it.
    error ReadingLedger_NegativeConsumption(uint32 group, uint16 channel, uint16 period, uint8 zone, int64 consumption);
    /// @param reason what the two batches do not have in common and should, or "same batch".
    error ReadingLedger_NoEquivocation(string reason);
    error ReadingLedger_AlreadyReported(address member, uint32 segment, uint32 hour);

    /// @notice Replaces the oracle set. Restricted to ORACLE_ADMIN. `members` strictly ascending, 1..31; 1 <= threshold <= members.
    /// @dev Batches signed for the set before are void. Reverts with AccessManagedUnauthorized, ReadingLedger_InvalidOracles.
    function setOracles(address[] calldata members, uint8 threshold) external;

    /// @notice Proves that an oracle signed two different batches for one hour of one segment. It is suspended at once: its
    /// signatures count no more until setOracles names it again. Anyone may call.
    /// @dev Reverts with ReadingLedger_NoEquivocation (another segment, hour or oracleConfig; the same batch; another signer),
    /// ReadingLedger_NotAnOracle (not a member now, or suspended already), ReadingLedger_AlreadyReported (it was suspended for this
    /// hour before, and named again since), ECDSAInvalidSignature, ECDSAInvalidSignatureLength, ECDSAInvalidSignatureS.
    function reportEquivocation(
        Batch calldata first,
        bytes calldata firstSignature,
        Batch calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice Stops or resumes new batches and corrections; nothing else. Restricted to GUARDIAN.
    /// @dev Reverts with AccessManagedUnauthorized.
    function setPaused(bool paused) external;

    /// @notice Records one hour. Anyone may send it: the signatures are the permission.
    /// @param segment number of the segment.
    /// @param hour `unixSeconds / 3600`, the hour the segment waits for (`headOf`); it must be over by the block's time.
    /// @param previousBatch id of the segment's last batch, 0 for its first hour.
    /// @param payload 20 bytes a slot, as above.
    /// @param signatures k..31 signatures of 65 bytes (r, s, v with v 27 or 28, low s), signers strictly ascending.
    /// @dev Reverts with ReadingLedger_Paused, MeterRegistry_UnknownSegment, ReadingLedger_EmptySegment (no group in it),
    /// ReadingLedger_UnexpectedHour, ReadingLedger_HourNotOver, ReadingLedger_UnexpectedPreviousBatch,
    /// ReadingLedger_PayloadLength, ReadingLedger_MalformedSignatures (not a multiple of 65 bytes, or more than 31),
    /// ReadingLedger_TooFewSignatures, ReadingLedger_NotAnOracle, ReadingLedger_SignersNotAscending (so is a signer given
    /// twice), ECDSAInvalidSignature, ECDSAInvalidSignatureS, ReadingLedger_InvalidLane, ReadingLedger_RegisterOverflow.
    function record(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes calldata payload,
        bytes calldata signatures
    ) external;

    /// @notice Records a correction of hours of one channel in one period. Anyone may send it: the signatures are the permission.
    /// @param correction what is signed.
    /// @param differences 4 bytes an hour, as above, for 1 to 744 hours; those of heat all count in zone 0.
    /// @param signatures as for record.
    /// @dev Counts in registersOf, driftOf and consumptionOf; registersAt stays as signed. In no zone may the corrections of a
    /// period take more than was used in it (so far, if it is not over).
    /// Reverts with ReadingLedger_Paused, MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel, ReadingLedger_WrongSegment,
    /// ReadingLedger_UnexpectedCorrection, ReadingLedger_UnexpectedPreviousCorrection, ReadingLedger_UnexpectedOracleConfig, as
    /// record for its signatures, ReadingLedger_UnexpectedDifferences, ReadingLedger_InvalidDifferences,
    /// ReadingLedger_HoursNotRecorded, ReadingLedger_SeveralPeriods, ReadingLedger_CorrectionTooLate,
    /// ReadingLedger_TooManyFilledHours, ReadingLedger_DifferenceTooLarge, ReadingLedger_NegativeConsumption.
    function correct(Correction calldata correction, bytes calldata differences, bytes calldata signatures) external;

    /// @notice The present configuration of oracles; 0 while none was set.
    function oracleConfig() external view returns (bytes32);

    /// @notice The present oracles, ascending, and how many of them must sign.
    function oracles() external view returns (address[] memory members, uint8 threshold);

    /// @notice Does an oracle's signature count: is it a member, and not suspended?
    function isOracle(address account) external view returns (bool);

    /// @notice Are new batches and corrections stopped?
    function paused() external view returns (bool);

    /// @notice The EIP-712 digest an oracle signs for a batch under the present configuration.
    /// @param payloadHash keccak256 of the payload.
    function batchDigest(
        uint32 segment,
        uint32 hour,
        bytes32 previousBatch,
        bytes32 payloadHash
    ) external view returns (bytes32);

    /// @notice The hour a segment waits for, and its last batch (0 when it has none).
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function headOf(uint32 segment) external view returns (uint32 nextHour, bytes32 lastBatch);

    /// @notice How many corrections a segment has, and the id of the last (0 when it has none).
    /// @dev Reverts with MeterRegistry_UnknownSegment.
    function correctionHeadOf(uint32 segment) external view returns (uint32 number, bytes32 last);

    /// @notice The EIP-712 digest an oracle signs for a correction.
    function correctionDigest(Correction calldata correction) external view returns (bytes32);

    /// @notice Registers of a channel by zone (0 peak, 1 half-peak, 2 night; heat: all in zone 0): sum of all intervals so far and
    /// of all corrections.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function registersOf(uint32 group, uint16 channel) external view returns (uint64[3] memory byZone);

    /// @notice Registers of a channel by zone as signed, without corrections: sum of all intervals so far.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function signedRegistersOf(uint32 group, uint16 channel) external view returns (uint64[3] memory byZone);

    /// @notice Registers as signed at the end of a period, without corrections; 0 for one before the segment's first hour.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel, ReadingLedger_PeriodNotOver (an hour of the
    /// period is still to be recorded), Calendar_PeriodOutOfRange (after the year 3099).
    function registersAt(uint32 group, uint16 channel, uint16 period) external view returns (uint64[3] memory byZone);

    /// @notice Consumption of a channel in a period that is over, by zone: what the registers moved by, and its corrections.
    /// @dev Reverts as registersAt.
    function consumptionOf(uint32 group, uint16 channel, uint16 period) external view returns (uint64[3] memory byZone);

    /// @notice Sum of the corrections of a channel's period, by zone.
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function correctionsOf(uint32 group, uint16 channel, uint16 period) external view returns (int64[3] memory byZone);

    /// @notice How many corrections of a period of a group there are: what was computed from it at a lower revision is to be
    /// computed again.
    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function revisionOf(uint32 group, uint16 period) external view returns (uint32);

    /// @notice Periods of one slot of a group, whether they are over or not: for whoever reads many channels or periods.
    /// @param slot the one with channels 6 × slot to 6 × slot + 5 of the group; beyond its last one stand other groups.
    /// @param first the first of `count` periods in a row.
    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function slotPeriodsOf(
        uint32 group,
        uint16 slot,
        uint16 first,
        uint16 count
    ) external view returns (SlotPeriod[] memory periods);

    /// @notice A period that is over, of a group as a whole: cheap, for it is summed six channels at once.
    /// @dev Reverts as registersAt.
    function groupPeriodOf(uint32 group, uint16 period) external view returns (GroupPeriod memory sums);

    /// @notice Running drift: parent minus consumers over all hours and corrections, per phase (heat: phase 0).
    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function driftOf(uint32 group) external view returns (int64[3] memory byPhase);

    /// @notice Number of hours in which a phase of a group did not balance, up to the hour recorded last.
    /// @dev Counted by period and zone and summed here, at three words a month. Reverts with MeterRegistry_UnknownGroup,
    /// ReadingLedger_InvalidPhase.
    function imbalancedHoursOf(uint32 group, uint8 phase) external view returns (uint32);

    /// @notice Hours of a period in which a channel's value was not measured, up to the hour recorded last.
    /// @return missing hours without a value (quality 3) that no correction has made good.
    /// @return estimated hours interpolated or averaged (quality 1 or 2).
    /// @dev Reverts with MeterRegistry_UnknownGroup, MeterRegistry_UnknownChannel.
    function exceptionsOf(
        uint32 group,
        uint16 channel,
        uint16 period
    ) external view returns (uint16 missing, uint16 estimated);

    /// @notice Offset of the city's local time from UTC, in seconds; a constant of the ledger.
    function utcOffset() external view returns (int32);

    /// @notice The local calendar month of an hour, and the zone of its local hour of day.
    /// @dev Reverts with Calendar_HourOutOfRange outside 24..9,900,000.
    function calendarOf(uint32 hour) external view returns (uint16 period, uint8 zone);

    /// @notice First hour of a period (and, of the next period, the end of this one).
    /// @dev Reverts with Calendar_PeriodOutOfRange (after January 3100).
    function firstHourOf(uint16 period) external view returns (uint32 hour);

    /// @notice Is every hour of the period recorded for the segment? (Of its hours from the segment's first one on.)
    /// @dev Reverts with MeterRegistry_UnknownSegment, Calendar_PeriodOutOfRange.
    function isPeriodOver(uint32 segment, uint16 period) external view returns (bool);
}
