// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Layouts} from "./Layouts.sol";
import {PackedRegisters} from "./PackedRegisters.sol";

/// @title One hour of a run of like groups: adds intervals to registers, and asks of each phase whether what went into the
/// house came out at its consumers
/// @dev Nearly all gas of the ledger is spent here, so the loop over slots (`advance`) is one block of assembly. It leaves at
/// whatever is out of the ordinary; the ledger deals with that and calls again. tests/solidity/HourRun.t.sol compares it with a
/// plain computation, lane by lane, on random layouts and values.
///
/// A phase balances if |parent - Σ consumers| <= tolerance, where the tolerance is class/10,000 of every value (classes in
/// hundredths of a percent) plus every meter's resolution. Both sides are multiplied by 10,000, so nothing is rounded, and all
/// three phases are compared at once: the number of phase f stands in bits 64f .. 64f+62 of a word. None can reach 2^62: with at
/// most 276 values of 24 bits, resolutions up to 10^6 and classes up to 1,000 a sum stays below 2^33, its 10,000-fold below 2^47.
///
/// The layout is unfolded into *records* in memory, one for each accuracy class in each slot, so that the loop decodes nothing. A
/// record is four words: flags, class and ordinary zeros; then the class's consumers on phase 0, 1 and 2 as masks of lanes.
library HourRun {
    /// @dev `advance` knows the order of the members down to `resolutions`.
    struct Run {
        /// Storage place of the word that comes next, and of the one after the run's last.
        uint256 place;
        uint256 end;
        /// Place in calldata of the slot that comes next.
        uint256 payload;
        /// Place in memory of the record that comes next, and of the run's first.
        uint256 record;
        uint256 firstRecord;
        /// Sums of the present group by phase; `tolerances` is 10,000-fold, and complete after the group's last slot.
        uint256 parents;
        uint256 consumers;
        uint256 tolerances;
        /// Phases that do not balance, when the loop was left for that: bit 63 of each.
        uint256 unbalanced;
        /// Storage place of the word whose slot may be out of the ordinary, since the ledger has dealt with it.
        uint256 dealtWith;
        /// The bits of the parent's values on phase 1 and 2; 0 if it has one channel.
        uint256 otherParents;
        uint256 parentClass;
        uint256 resolutions;
        // What `advance` does not need.
        uint256 header;
        /// Place in memory of the header; continuation words follow it.
        uint256 words;
        /// Slots of a group.
        uint256 slots;
        /// Storage place of the run's first word.
        uint256 start;
        /// Place of the run's first group, and of that after its last, among the groups of the segment.
        uint256 firstGroup;
        uint256 nextGroup;
    }

    /// @notice Why `advance` was left: all slots are done.
    uint256 internal constant END_OF_RUN = 0;
    /// @notice Before a slot with a value that was not measured, or with a bit where an ordinary hour has none.
    uint256 internal constant EXTRAORDINARY = 1;
    /// @notice Before a slot that makes a register overflow.
    uint256 internal constant REGISTER_OVERFLOW = 2;
    /// @notice After the last slot of a group that does not balance.
    uint256 internal constant GROUP_UNBALANCED = 3;

    uint256 internal constant SLOT_BYTES = 20;
    uint256 internal constant SCALE = 10_000;
    uint256 internal constant MISSING = 3;

    // Members of Run.
    uint256 private constant END = 0x20;
    uint256 private constant PAYLOAD = 0x40;
    uint256 private constant RECORD = 0x60;
    uint256 private constant FIRST_RECORD = 0x80;
    uint256 private constant PARENTS = 0xa0;
    uint256 private constant CONSUMERS = 0xc0;
    uint256 private constant TOLERANCES = 0xe0;
    uint256 private constant UNBALANCED = 0x100;
    uint256 private constant DEALT_WITH = 0x120;
    uint256 private constant OTHER_PARENTS = 0x140;
    uint256 private constant PARENT_CLASS = 0x160;
    uint256 private constant RESOLUTIONS = 0x180;

    // A record: ordinary zeros in the lowest 160 bits (those of a payload slot), class in the next 10, then flags.
    uint256 private constant CLASS_SHIFT = 160;
    uint256 private constant FIRST_OF_GROUP = 0x4000000000000000000000000000000000000000000;
    uint256 private constant LAST_OF_SLOT = 0x8000000000000000000000000000000000000000000;
    uint256 private constant LAST_OF_GROUP = 0x10000000000000000000000000000000000000000000;
    uint256 private constant RECORD_BYTES = 0x80;

    uint256 private constant QUALITY_MASK = 0xffff;
    uint256 private constant UNUSED_QUALITY_BITS = 0xf;
    /// @dev The highest bit of each register of a word.
    uint256 private constant TOP_OF_LANES = 0x800000000200000000080000000020000000008000000002000000000;
    /// @dev Parent's values on phase 1 and 2.
    uint256 private constant OTHER_PARENTS_BITS = (0xffffff << 64) | (0xffffff << 128);
    /// @dev Bit 63 of each phase.
    uint256 private constant TOP_OF_PHASES = 0x800000000000000080000000000000008000000000000000;
    uint256 private constant PHASES = 3;
    uint256 private constant PHASE_BITS = 64;

    /// @notice The state before the first run of an hour.
    /// @param registers storage place of the word of slot 0.
    /// @param payload place of slot 0 in calldata.
    function create(uint256 registers, uint256 payload) internal pure returns (Run memory run) {
        run.end = registers;
        run.payload = payload;
        run.dealtWith = type(uint256).max;
    }

    /// @notice Turns to the run that stands at `words` in memory; words and payload go on from the run before.
    /// @dev Takes memory for its records, which is free again when the run is done.
    /// @return next the place in memory of the run after it.
    function open(Run memory run, uint256 words) internal pure returns (uint256 next) {
        uint256 header = _load(words);
        uint256 channels = Layouts.channelsOf(header);
        unchecked {
            run.header = header;
            run.words = words;
            run.slots = Layouts.slotsFor(channels);
            run.start = run.end;
            run.place = run.end;
            run.end += run.slots * Layouts.runOf(header);
            run.firstGroup = run.nextGroup;
            run.nextGroup += Layouts.runOf(header);
            run.otherParents = Layouts.parentChannelsOf(header) == 1 ? 0 : OTHER_PARENTS_BITS;
            run.parentClass = Layouts.parentClassOf(header);
            bool hasConsumers = _unfold(run);
            // A group without consumers has nothing to balance with: all three phases are undecided.
            run.resolutions = hasConsumers ? _resolutionsOf(header) : _undecidedOf(7);
            return words + 32 * Layouts.wordsFor(channels);
        }
    }

    /// @notice Goes on until the run ends or something is out of the ordinary.
    /// @return reason END_OF_RUN, EXTRAORDINARY, REGISTER_OVERFLOW or GROUP_UNBALANCED.
    // One block on purpose: a function of its own for each step would cost as much in jumps as the steps do.
    // solhint-disable-next-line function-max-lines
    function advance(Run memory run) internal returns (uint256 reason) {
        assembly ("memory-safe") {
            let place := mload(run)
            let payload := mload(add(run, PAYLOAD))
            let record := mload(add(run, RECORD))
            let parents := mload(add(run, PARENTS))
            let consumers := mload(add(run, CONSUMERS))
            let tolerances := mload(add(run, TOLERANCES))
            let end := mload(add(run, END))

            for {} xor(place, end) {} {
                let intervals := shr(96, calldataload(payload))
                let flags := mload(record)
                if and(intervals, flags) {
                    if xor(place, mload(add(run, DEALT_WITH))) {
                        reason := EXTRAORDINARY
                        break
                    }
                }
                // The six intervals are moved from 24 to 38 bits apart: three up by 42 bits, then in each half one by 28 and one
                // by 14.
                intervals := shr(16, intervals)
                intervals := or(
                    shl(42, and(intervals, 0xffffffffffffffffff000000000000000000)),
                    and(intervals, 0xffffffffffffffffff)
                )
                intervals := or(
                    or(
                        shl(28, and(intervals, 0x3fffffc0000000000000000000000ffffff000000000000)),
                        shl(14, and(intervals, 0x3fffffc0000000000000000000000ffffff000000))
                    ),
                    and(intervals, 0x3fffffc0000000000000000000000ffffff)
                )
                {
                    let word := sload(place)
                    let sum := add(word, intervals)
                    // An interval has 24 bits, so a register overflows just if its highest bit falls from 1 to 0.
                    if and(and(word, not(sum)), TOP_OF_LANES) {
                        reason := REGISTER_OVERFLOW
                        break
                    }
                    sstore(place, sum)
                }
                place := add(place, 1)
                payload := add(payload, SLOT_BYTES)

                if and(flags, FIRST_OF_GROUP) {
                    // Lanes 0, 1 and 2 stand at bits 190, 152 and 114; they go to bits 0, 64 and 128.
                    parents := or(
                        shr(190, intervals),
                        and(
                            or(shr(88, intervals), and(shl(14, intervals), 0xffffff00000000000000000000000000000000)),
                            mload(add(run, OTHER_PARENTS))
                        )
                    )
                }
                for {} 1 {} {
                    // As 2^38 leaves 1 when divided by 2^38 - 1, the remainder of lanes of 38 bits is their sum.
                    let sums := or(
                        or(
                            mod(and(intervals, mload(add(record, 0x20))), 0x3fffffffff),
                            shl(64, mod(and(intervals, mload(add(record, 0x40))), 0x3fffffffff))
                        ),
                        shl(128, mod(and(intervals, mload(add(record, 0x60))), 0x3fffffffff))
                    )
                    consumers := add(consumers, sums)
                    tolerances := add(tolerances, mul(sums, and(shr(CLASS_SHIFT, flags), 0x3ff)))
                    record := add(record, RECORD_BYTES)
                    if and(flags, LAST_OF_SLOT) {
                        break
                    }
                    flags := mload(record)
                }

                if and(flags, LAST_OF_GROUP) {
                    record := mload(add(run, FIRST_RECORD))
                    tolerances := add(
                        tolerances,
                        add(mul(parents, mload(add(run, PARENT_CLASS))), mload(add(run, RESOLUTIONS)))
                    )
                    // With its top bit set beforehand a phase never borrows from the next one, and the bit remains just if the
                    // minuend is not below the subtrahend.
                    let minuend := add(tolerances, TOP_OF_PHASES)
                    let difference := mul(sub(parents, consumers), SCALE)
                    let balanced := and(and(sub(minuend, difference), add(minuend, difference)), TOP_OF_PHASES)
                    if xor(balanced, TOP_OF_PHASES) {
                        mstore(add(run, UNBALANCED), xor(balanced, TOP_OF_PHASES))
                        reason := GROUP_UNBALANCED
                        break
                    }
                    consumers := 0
                    tolerances := 0
                }
            }

            mstore(run, place)
            mstore(add(run, PAYLOAD), payload)
            mstore(add(run, RECORD), record)
            mstore(add(run, PARENTS), parents)
            mstore(add(run, CONSUMERS), consumers)
            mstore(add(run, TOLERANCES), tolerances)
        }
    }

    /// @notice After EXTRAORDINARY: the consumers of the slot that comes next, as Layouts describes them, and on which lanes the
    /// parent stands.
    /// @return lanes the consumers.
    /// @return parents the number of lanes of the parent, which are the first; 0 if the slot is not the first of its group.
    function nextLanes(Run memory run) internal pure returns (uint256 lanes, uint256 parents) {
        unchecked {
            uint256 slot = (run.place - run.start) % run.slots;
            lanes = _lanesOf(run, slot);
            if (slot == 0) parents = Layouts.parentChannelsOf(run.header);
        }
    }

    /// @notice After EXTRAORDINARY: lets the slot pass, and leaves phases with a value that was not measured undecided.
    /// @param phases as bits: phase f in bit f.
    function pass(Run memory run, uint256 phases) internal pure {
        run.dealtWith = run.place;
        // The resolutions of a group without consumers have these bits already; added twice they would run over.
        run.tolerances |= _undecidedOf(phases) & ~run.resolutions;
    }

    /// @notice The 160 bits of the slot that comes next.
    function nextSlot(Run memory run) internal pure returns (uint256 data) {
        uint256 place = run.payload;
        assembly ("memory-safe") {
            data := shr(96, calldataload(place))
        }
    }

    /// @notice The quality of a lane of a payload slot: 0 measured, 1 or 2 estimated, 3 missing.
    function qualityAt(uint256 slotData, uint256 lane) internal pure returns (uint256) {
        unchecked {
            return (slotData >> (14 - 2 * lane)) & 3;
        }
    }

    /// @notice The interval of a lane of a payload slot.
    function intervalAt(uint256 slotData, uint256 lane) internal pure returns (uint256) {
        unchecked {
            return (slotData >> (136 - 24 * lane)) & PackedRegisters.INTERVAL_MASK;
        }
    }

    /// @notice Do the lowest four bits of the quality, which no lane has, hold zeros?
    function areSpareBitsZero(uint256 slotData) internal pure returns (bool) {
        return slotData & UNUSED_QUALITY_BITS == 0;
    }

    /// @notice After GROUP_UNBALANCED: the group's place among those of the segment.
    function groupIndex(Run memory run) internal pure returns (uint256) {
        unchecked {
            return run.firstGroup + (run.place - run.start) / run.slots - 1;
        }
    }

    /// @notice After GROUP_UNBALANCED: does a phase not balance, by how much, and what it may be at most.
    /// @return isUnbalanced false if it does, or is undecided.
    /// @return difference parent minus consumers, in Wh or kcal.
    /// @return tolerance in Wh or kcal, rounded down.
    function imbalanceOf(
        Run memory run,
        uint256 phase
    ) internal pure returns (bool isUnbalanced, int64 difference, uint64 tolerance) {
        unchecked {
            uint256 shift = PHASE_BITS * phase;
            isUnbalanced = (run.unbalanced >> (shift + 63)) & 1 == 1;
            difference = int64(uint64(run.parents >> shift)) - int64(uint64(run.consumers >> shift));
            tolerance = uint64(run.tolerances >> shift) / uint64(SCALE);
        }
    }

    /// @notice After GROUP_UNBALANCED: goes on with the next group.
    function beginGroup(Run memory run) internal pure {
        run.consumers = 0;
        run.tolerances = 0;
    }

    /// @dev Tolerances so large that the phases (phase f in bit f) balance whatever their values are; to be or-ed.
    function _undecidedOf(uint256 phases) private pure returns (uint256) {
        unchecked {
            return ((phases & 1) << 62) | ((phases & 2) << 125) | ((phases & 4) << 188);
        }
    }

    /// @dev Σ of the resolutions by phase, 10,000-fold.
    function _resolutionsOf(uint256 header) private pure returns (uint256 packed) {
        unchecked {
            for (uint256 phase = 0; phase < PHASES; ++phase) {
                packed |= (SCALE * Layouts.resolutionOf(header, phase)) << (PHASE_BITS * phase);
            }
        }
    }

    /// @dev The consumers of a slot of a group, as Layouts describes them.
    function _lanesOf(Run memory run, uint256 slot) private pure returns (uint256) {
        unchecked {
            (uint256 word, uint256 shift) = Layouts.placeOf(slot);
            return (_load(run.words + 32 * word) >> shift) & Layouts.SLOT_MASK;
        }
    }

    /// @dev Writes the records of the run, one behind the other, into memory that it takes for them.
    /// @return hasConsumers is there any consumer in a group?
    function _unfold(Run memory run) private pure returns (bool hasConsumers) {
        uint256 record;
        assembly ("memory-safe") {
            record := mload(0x40)
        }
        run.record = record;
        run.firstRecord = record;
        uint256 parents = Layouts.parentChannelsOf(run.header);
        uint256 flags = FIRST_OF_GROUP;
        unchecked {
            for (uint256 slot = 0; slot < run.slots; ++slot) {
                uint256 lanes = _lanesOf(run, slot);
                if (lanes != 0) hasConsumers = true;
                if (slot + 1 == run.slots) flags |= LAST_OF_GROUP;
                record = _unfoldSlot(record, flags | _zerosOf(lanes, parents), lanes);
                (flags, parents) = (0, 0);
            }
        }
    }

    /// @dev Writes the records of a slot, one for each class; a slot without consumers has one, of class 0.
    /// @return the place after the last of them.
    function _unfoldSlot(uint256 record, uint256 flags, uint256 lanes) private pure returns (uint256) {
        unchecked {
            do {
                uint256 class = 0;
                uint256 rest = 0;
                uint256 mask = PackedRegisters.INTERVAL_MASK;
                uint256 shift = 0;
                assembly ("memory-safe") {
                    mstore(0x40, add(record, RECORD_BYTES))
                }
                for (uint256 place = record + 32; place != record + RECORD_BYTES; place += 32) _store(place, 0);
                // From the last lane up: its interval stands lowest in a word.
                for (; lanes != 0; lanes >>= Layouts.LANE_BITS) {
                    uint256 consumer = lanes & Layouts.LANE_MASK;
                    if (class == 0) class = consumer >> 2;
                    if (consumer >> 2 != class) {
                        rest |= consumer << shift;
                    } else if (consumer != 0) {
                        uint256 place = record + 32 + 32 * (consumer & 3);
                        _store(place, _load(place) | mask);
                    }
                    mask <<= PackedRegisters.LANE_BITS;
                    shift += Layouts.LANE_BITS;
                }
                _store(record, flags | (class << CLASS_SHIFT) | (rest == 0 ? LAST_OF_SLOT : 0));
                record += RECORD_BYTES;
                lanes = rest;
            } while (lanes != 0);
            return record;
        }
    }

    /// @dev The bits of a payload slot that an ordinary hour leaves zero: all qualities, and the intervals where no meter stands.
    function _zerosOf(uint256 lanes, uint256 parents) private pure returns (uint256 zeros) {
        zeros = QUALITY_MASK;
        unchecked {
            uint256 interval = PackedRegisters.INTERVAL_MASK << 16;
            for (uint256 lane = PackedRegisters.LANES; lane != parents; --lane) {
                if (lanes & Layouts.LANE_MASK == 0) zeros |= interval;
                lanes >>= Layouts.LANE_BITS;
                interval <<= 24;
            }
        }
    }

    function _load(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }

    function _store(uint256 place, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(place, word)
        }
    }
}
