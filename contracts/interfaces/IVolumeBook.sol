// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title VolumeBook: what counts of a period, with a substitute for what was not measured
/// @notice A period's volume of a channel is what was measured in hours that count, and a substitute for the hours that do not: missing
/// ones, and those in which the meter's verification had expired or it was out of order (ADR 0011; ПП 354, п. 59, 60, 81(12)).
/// Volumes of a group are *fixed* period by period, by anyone, from the chain's state alone, and may be fixed anew when something
/// was learned since; what they were is never lost: the logs tell.
/// @dev Volumes are Wh by zone of the finest calendar (peak, half-peak, night), kcal of heat in the first.
interface IVolumeBook {
    /// @notice How a volume came about: the codes M0..M4.
    enum Method {
        /// M0: measured throughout.
        Measured,
        /// M1: measured, with hours interpolated or averaged by the oracle between registers.
        Interpolated,
        /// M2: the average hour of the last six periods (at least three of them measured) for the hours that do not count, in up to
        /// three gap periods in a row.
        Average,
        /// M3: the norm for the hours that do not count.
        Norm,
        /// M4: the norm with the raising coefficient: access refused, and of heat also a meter broken, absent or expired.
        RaisedNorm
    }

    /// @notice What the accounts of a group have in common in a period.
    struct House {
        /// Of electricity the common needs (СОИ) that are charged, by zone; of heat the volume of the house (V_д) in the first.
        uint64[3] shared;
        /// Method of the parent meter's volume.
        Method method;
        /// Has any consumer a gap, that is a substitute of its own?
        bool hasGaps;
        /// Of heat: volume and area of the premises with meters (V_м, S_м), and area of those with a boiler of their own.
        uint64 metered;
        uint32 meteredArea;
        uint32 unheatedArea;
        /// The group's revision (IReadingLedger.revisionOf) it was fixed at.
        uint32 revision;
    }

    /// @notice A channel's volume in a period.
    struct Volume {
        uint64[3] byZone;
        Method method;
        /// Hours for which there is a substitute, and the number of gap periods in a row that this one is the last of (0: it is none; 255
        /// for more).
        uint16 gapHours;
        uint8 run;
    }

    /// @param carry what is carried to the next period of negative common needs, by zone, never positive.
    event VolumesFixed(uint32 indexed group, uint16 indexed period, House house, int64[3] carry);
    /// @notice A channel's volume contains a substitute; it stands before the VolumesFixed of its period.
    event VolumeEstimated(uint32 indexed group, uint16 indexed channel, uint16 indexed period, Volume volume);
    /// @notice A period has more gaps than one call can estimate: it is not fixed, and whoever fixes it next goes on.
    /// @param nextChannel the channels before it are done, from what was known at this event.
    event VolumesInterrupted(uint32 indexed group, uint16 indexed period, uint16 nextChannel);

    error VolumeBook_NotFixed(uint32 group, uint16 period);
    /// @notice Periods are fixed in order; more than 12 would have to be fixed before this one: call `fix` for an earlier one first.
    error VolumeBook_TooManyPeriods(uint32 group, uint16 firstUnfixed, uint16 period);

    /// @notice Fixes the volumes of a group up to `period`, the oldest first; those already fixed are passed over. Anyone may call it.
    /// A call ends early, without a revert, where going on would take more gas than a transaction may use where EIP-7825 is in
    /// force (several periods, or one, of a house with hundreds of gaps): `nextPeriodOf` tells, and another call goes on.
    /// @return next the first period that is not fixed now.
    /// @dev Reverts with MeterRegistry_UnknownGroup; ReadingLedger_PeriodNotOver; VolumeBook_TooManyPeriods; TariffBook_NoTariff where
    /// a norm is needed; VolumeBook_NotFixed if the period before is being fixed anew and not done.
    function fix(uint32 group, uint16 period) external returns (uint16 next);

    /// @notice Fixes the volumes of a group anew, from `period` to the last one fixed, at most 12 of them: after corrections, fault
    /// reports, or other terms of its premises. Bills issued stay as they are; IBilling.recalculate finds the difference.
    /// Anyone may call it. What is carried on, and averages, follow only as far as periods are fixed anew: go on with `next`.
    /// @return next the first period that was not fixed anew. Of one that was begun there are no volumes until a call goes on with it.
    /// @dev Ends early as `fix`. Reverts with MeterRegistry_UnknownGroup; VolumeBook_NotFixed; TariffBook_NoTariff.
    function refix(uint32 group, uint16 period) external returns (uint16 next);

    /// @notice The first period of a group that is not fixed.
    /// @dev Reverts with MeterRegistry_UnknownGroup.
    function nextPeriodOf(uint32 group) external view returns (uint16);

    /// @notice What the accounts of a group have in common in a fixed period.
    /// @dev Reverts with VolumeBook_NotFixed.
    function houseOf(uint32 group, uint16 period) external view returns (House memory);

    /// @notice Negative common needs carried on from a fixed period, by zone, never positive.
    /// @dev Reverts with VolumeBook_NotFixed.
    function carryOf(uint32 group, uint16 period) external view returns (int64[3] memory);

    /// @notice The volume of a consumer's channel in a fixed period. Without hours that do not count it is what the ledger has: a
    /// correction shows at once.
    /// @dev Reverts with VolumeBook_NotFixed; MeterRegistry_UnknownChannel.
    function volumeOf(uint32 group, uint16 channel, uint16 period) external view returns (Volume memory);

    /// @notice Volumes of several consumers' channels in a fixed period, as volumeOf has them: cheaper than one by one, most of all for
    /// channels next to each other.
    /// @return words packed as contracts/libraries/ChannelWords.sol says; read zones and method only.
    /// @dev Reverts as volumeOf.
    function volumesOf(
        uint32 group,
        uint16[] calldata channels,
        uint16 period
    ) external view returns (uint256[] memory words);
}
