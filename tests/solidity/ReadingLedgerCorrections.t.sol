// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {PackedRegisters} from "../../contracts/libraries/PackedRegisters.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title What corrections change, what they leave as it was, and every one that is refused, by its error's name
/// @dev `house` has three consumers and 48 hours of January in which every channel used 100 Wh, but for an hour of channel 3 that is
/// missing (the fourth). `boiler` is a heat meter alone with one hour of 1,000 kcal.
contract ReadingLedgerCorrectionsTest is CityFixture {
    uint16 private constant JANUARY = FIRST_PERIOD;
    uint32 private constant MISSING_HOUR = FIRST_HOUR + 3;
    uint32 private constant HOURS = 48;

    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private boiler;

    function setUp() external {
        deployLedger();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        heat = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        house = addGroup(electricity, 3);
        boiler = addGroup(heat, 0);
        bytes memory hour = slotOf([uint24(100), 100, 100, 100, 100, 100]);
        for (uint32 i = 0; i < HOURS; ++i) {
            bool isMissing = FIRST_HOUR + i == MISSING_HOUR;
            recordNext(
                electricity,
                isMissing ? slotOf([uint24(100), 100, 100, 0, 100, 100], [0, 0, 0, 3, 0, 0]) : hour
            );
        }
        recordNext(heat, slotOf([uint24(1_000), 0, 0, 0, 0, 0]));
    }

    /// @dev 24 hours: 7 peak, 9 half-peak, 8 night; one of them was missing.
    function test_Correct_LateData_CountsByZone() external {
        uint64[3] memory before = ledger.registersOf(house, 3);
        bytes memory differences = differencesOf(10, 24);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.filledHours = 1;
        bytes memory signatures = signatureOf(ledger.correctionDigest(correction), ORACLE_KEY);
        bytes32 id = _idOf(correction);
        vm.expectEmit(address(ledger));
        emit IReadingLedger.CorrectionRecorded(electricity, house, id, JANUARY, correction, differences, signatures);
        vm.prank(STRANGER);
        ledger.correct(correction, differences, signatures);

        assertEq(ledger.registersOf(house, 3), [before[0] + 70, before[1] + 90, before[2] + 80], "register");
        assertEq(ledger.correctionsOf(house, 3, JANUARY), [int64(70), 90, 80], "corrections");
        assertEq(ledger.revisionOf(house, JANUARY), 1, "revision");
        (uint16 missing, ) = ledger.exceptionsOf(house, 3, JANUARY);
        assertEq(missing, 0, "made good");
        (uint32 number, bytes32 last) = ledger.correctionHeadOf(electricity);
        assertEq(number, 1, "number");
        assertEq(last, id, "last");
        assertEq(ledger.driftOf(house), [int64(100 - 240), 0, 0], "drift: an hour was missing, 240 came");
    }

    function test_Correct_Heat_AllInZoneZero() external {
        _correct(boiler, 0, FIRST_HOUR, differencesOf(-400, 1));
        assertEq(ledger.registersOf(boiler, 0), [uint64(600), 0, 0], "night hour, zone 0");
    }

    /// @dev The period's end is as signed; consumption, of the channel and of the group, is corrected, and only in its period.
    function test_Correct_PeriodThatIsOver() external {
        _recordUntil(ledger.firstHourOf(JANUARY + 2));
        uint64[3] memory signed = ledger.registersAt(house, 4, JANUARY);
        uint64[3] memory february = ledger.consumptionOf(house, 4, JANUARY + 1);
        IReadingLedger.GroupPeriod memory before = ledger.groupPeriodOf(house, JANUARY);
        _correct(house, 4, FIRST_HOUR + 7, differencesOf(-100, 3));
        _correct(house, 0, FIRST_HOUR + 7, differencesOf(5, 1));

        assertEq(ledger.registersAt(house, 4, JANUARY), signed, "as signed");
        assertEq(ledger.consumptionOf(house, 4, JANUARY), [signed[0] - 300, signed[1], signed[2]], "three peak hours");
        assertEq(ledger.consumptionOf(house, 4, JANUARY + 1), february, "February");
        IReadingLedger.GroupPeriod memory sums = ledger.groupPeriodOf(house, JANUARY);
        assertEq(sums.parent[0], before.parent[0] + 5, "parent");
        assertEq(sums.consumers[0], before.consumers[0] - 300, "consumers");
        assertEq(sums.revision, 2, "revision");
        assertTrue(sums.hasExceptions, "the missing hour is not made good");
        IReadingLedger.SlotPeriod memory slot = ledger.slotPeriodsOf(house, 0, JANUARY, 1)[0];
        assertEq(PackedRegisters.registerAt(slot.used[0], 4), signed[0], "a slot is as signed");
        assertEq(slot.revision, 2, "and says that it was corrected");
        assertEq(ledger.signedRegistersOf(house, 4)[0], ledger.registersOf(house, 4)[0] + 300, "registers as signed");
        assertEq(ledger.revisionOf(house, JANUARY + 1), 0, "February's revision");
    }

    /// @dev Every bit of the struct is signed.
    function test_CorrectionDigest_IsEip712() external view {
        bytes memory differences = differencesOf(1, 1);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.reason = IReadingLedger.CorrectionReason.CourtDecision;
        correction.filledHours = 7;
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("SmartCity ReadingLedger"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        assertEq(
            ledger.correctionDigest(correction),
            keccak256(abi.encodePacked(hex"1901", domain, _idOf(correction))),
            "digest"
        );
    }

    function test_RevertWhen_NumberOrChainWrong() external {
        bytes memory differences = differencesOf(1, 1);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.number = 2;
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_UnexpectedCorrection.selector, electricity, 2, 1),
            correction,
            differences
        );
        correction.number = 1;
        correction.previousCorrection = bytes32(uint256(1));
        _refuse(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_UnexpectedPreviousCorrection.selector,
                electricity,
                bytes32(uint256(1)),
                bytes32(0)
            ),
            correction,
            differences
        );
        // Recorded once, it is not the next any more.
        _correct(house, 3, FIRST_HOUR, differences);
        correction.previousCorrection = 0;
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_UnexpectedCorrection.selector, electricity, 1, 2),
            correction,
            differences
        );
    }

    function test_RevertWhen_SegmentOrChannelOrConfigWrong() external {
        bytes memory differences = differencesOf(1, 1);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.segment = heat;
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_WrongSegment.selector, house, heat, electricity),
            correction,
            differences
        );
        correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.channel = 6;
        _refuse(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6),
            correction,
            differences
        );
        correction.channel = 3;
        correction.oracleConfig = bytes32(uint256(5));
        _refuse(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_UnexpectedOracleConfig.selector,
                bytes32(uint256(5)),
                ledger.oracleConfig()
            ),
            correction,
            differences
        );
        correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.group = 99;
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99));
        ledger.correct(correction, differences, "");
    }

    function test_RevertWhen_DifferencesNotTheSigned_OrMalformed() external {
        bytes memory differences = differencesOf(1, 2);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        bytes memory others = differencesOf(2, 2);
        bytes memory signatures = signatureOf(ledger.correctionDigest(correction), ORACLE_KEY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_UnexpectedDifferences.selector,
                keccak256(others),
                keccak256(differences)
            )
        );
        ledger.correct(correction, others, signatures);

        uint256[4] memory lengths = [uint256(0), 3, 6, 745 * 4];
        for (uint256 i = 0; i < lengths.length; ++i) {
            differences = new bytes(lengths[i]);
            _refuse(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_InvalidDifferences.selector, lengths[i]),
                correctionOf(house, 3, FIRST_HOUR, differences),
                differences
            );
        }
        int32[3] memory values = [int32(2 ** 24), -(2 ** 24), type(int32).min];
        for (uint256 i = 0; i < values.length; ++i) {
            differences = abi.encodePacked(int32(0), values[i]);
            _refuse(
                abi.encodeWithSelector(IReadingLedger.ReadingLedger_DifferenceTooLarge.selector, 1, values[i]),
                correctionOf(house, 3, FIRST_HOUR, differences),
                differences
            );
        }
        _correct(house, 3, FIRST_HOUR, differencesOf(2 ** 24 - 1, 1));
    }

    function test_RevertWhen_HoursNotRecorded() external {
        bytes4 refusal = IReadingLedger.ReadingLedger_HoursNotRecorded.selector;
        bytes memory two = differencesOf(1, 2);
        uint32 next = FIRST_HOUR + HOURS;
        _refuse(
            abi.encodeWithSelector(refusal, FIRST_HOUR - 1, FIRST_HOUR + 1, FIRST_HOUR, next),
            correctionOf(house, 3, FIRST_HOUR - 1, two),
            two
        );
        _refuse(
            abi.encodeWithSelector(refusal, next - 1, next + 1, FIRST_HOUR, next),
            correctionOf(house, 3, next - 1, two),
            two
        );
        _correct(house, 3, next - 2, two);
    }

    function test_RevertWhen_SeveralPeriods() external {
        uint32 february = ledger.firstHourOf(JANUARY + 1);
        _recordUntil(february + 1);
        bytes memory two = differencesOf(1, 2);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_SeveralPeriods.selector, JANUARY, JANUARY + 1),
            correctionOf(house, 3, february - 1, two),
            two
        );
        _correct(house, 3, february - 2, two);
    }

    /// @dev Thirty-six periods are a long way: the head is put forward in the ledger's own storage.
    function test_RevertWhen_TooLongAgo() external {
        bytes memory one = differencesOf(1, 1);
        uint32 end = ledger.firstHourOf(JANUARY + 37);
        _putHeadForward(end);
        _correct(house, 3, FIRST_HOUR, one);
        _putHeadForward(end + 1);
        _refuse(
            abi.encodeWithSelector(IReadingLedger.ReadingLedger_CorrectionTooLate.selector, JANUARY, JANUARY + 1),
            correctionOf(house, 3, FIRST_HOUR, one),
            one
        );
    }

    function test_RevertWhen_TooManyFilledHours() external {
        bytes4 refusal = IReadingLedger.ReadingLedger_TooManyFilledHours.selector;
        bytes memory two = differencesOf(1, 2);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, MISSING_HOUR, two);
        correction.filledHours = 2;
        _refuse(abi.encodeWithSelector(refusal, 2, 1), correction, two);
        correction = correctionOf(house, 4, MISSING_HOUR, two);
        correction.filledHours = 1;
        _refuse(abi.encodeWithSelector(refusal, 1, 0), correction, two);
    }

    /// @dev The first hours of the month are night: 4 of them, 100 Wh each; the month's nights have 800 a day.
    function test_RevertWhen_ConsumptionNegative() external {
        uint64 night = ledger.registersOf(house, 4)[2];
        _correct(house, 4, FIRST_HOUR, differencesOf(-int32(uint32(night)), 1));
        assertEq(ledger.registersOf(house, 4)[2], 0, "all taken back");
        bytes memory one = differencesOf(-1, 1);
        _refuse(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_NegativeConsumption.selector,
                house,
                4,
                JANUARY,
                2,
                int64(-1)
            ),
            correctionOf(house, 4, FIRST_HOUR, one),
            one
        );
        // February's use does not make January's good, and it is not touched before its own.
        _recordUntil(ledger.firstHourOf(JANUARY + 1) + 1);
        _refuse(
            abi.encodeWithSelector(
                IReadingLedger.ReadingLedger_NegativeConsumption.selector,
                house,
                4,
                JANUARY + 1,
                2,
                int64(-101)
            ),
            correctionOf(house, 4, ledger.firstHourOf(JANUARY + 1), differencesOf(-201, 1)),
            differencesOf(-201, 1)
        );
    }

    function test_RevertWhen_PausedOrNotSigned() external {
        bytes memory one = differencesOf(1, 1);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, one);
        bytes memory signatures = signatureOf(ledger.correctionDigest(correction), ORACLE_KEY);
        vm.prank(GUARDIAN);
        ledger.setPaused(true);
        vm.expectRevert(IReadingLedger.ReadingLedger_Paused.selector);
        ledger.correct(correction, one, signatures);
        vm.prank(GUARDIAN);
        ledger.setPaused(false);

        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_TooFewSignatures.selector, 0, 1));
        ledger.correct(correction, one, "");
        bytes memory foreign = signatureOf(ledger.correctionDigest(correction), 0xBADBAD);
        vm.expectRevert(abi.encodeWithSelector(IReadingLedger.ReadingLedger_NotAnOracle.selector, vm.addr(0xBADBAD)));
        ledger.correct(correction, one, foreign);
        ledger.correct(correction, one, signatures);
    }

    function test_RevertWhen_ViewsAskedForUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownSegment.selector, 99));
        ledger.correctionHeadOf(99);
        bytes memory group = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99);
        vm.expectRevert(group);
        ledger.revisionOf(99, JANUARY);
        vm.expectRevert(group);
        ledger.slotPeriodsOf(99, 0, JANUARY, 1);
        vm.expectRevert(group);
        ledger.signedRegistersOf(99, 0);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        ledger.correctionsOf(house, 6, JANUARY);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        ledger.signedRegistersOf(house, 6);
    }

    function _correct(uint32 group, uint16 channel, uint32 firstHour, bytes memory differences) private {
        recordCorrection(correctionOf(group, channel, firstHour, differences), differences);
    }

    function _refuse(
        bytes memory refusal,
        IReadingLedger.Correction memory correction,
        bytes memory differences
    ) private {
        bytes memory signatures = signatureOf(ledger.correctionDigest(correction), ORACLE_KEY);
        vm.expectRevert(refusal);
        ledger.correct(correction, differences, signatures);
    }

    function _recordUntil(uint32 end) private {
        (uint32 next, ) = ledger.headOf(electricity);
        bytes memory hour = slotOf([uint24(100), 100, 100, 100, 100, 100]);
        for (; next < end; ++next) recordNext(electricity, hour);
    }

    /// @dev Finds the word that holds the hour waited for among what an hour writes, and changes it there.
    function _putHeadForward(uint32 nextHour) private {
        (uint32 next, ) = ledger.headOf(electricity);
        vm.record();
        ledger.headOf(electricity);
        (bytes32[] memory reads, ) = vm.accesses(address(ledger));
        for (uint256 i = 0; i < reads.length; ++i) {
            uint256 word = uint256(vm.load(address(ledger), reads[i]));
            if (uint32(word) != next) continue;
            vm.store(address(ledger), reads[i], bytes32((word ^ next) | nextHour));
            return;
        }
        revert AssertionFailed("the head's storage was not found");
    }

    function _idOf(IReadingLedger.Correction memory c) private pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Correction(uint32 segment,uint32 number,bytes32 previousCorrection,uint32 group,uint16 channel,uint32 firstHour,uint16 filledHours,bytes32 differencesHash,uint8 reason,bytes32 evidence,bytes32 oracleConfig)"
        );
        bytes memory first = abi.encode(typeHash, c.segment, c.number, c.previousCorrection, c.group, c.channel);
        bytes memory second = abi.encode(c.firstHour, c.filledHours, c.differencesHash, c.reason, c.evidence);
        return keccak256(abi.encodePacked(first, second, c.oracleConfig));
    }
}
