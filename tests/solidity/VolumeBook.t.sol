// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {VolumeFixture} from "./VolumeFixture.sol";

/// @title Volumes of a house and of a boiler on the city's own contracts: cases worked by hand, and every refusal by its name
/// @dev `house` has three consumers, of which Alice (50 m², 2 residents) and Bob have channels 3 and 4, and nobody 5. `boiler` heats them
/// and Carol; Alice and Bob have heat meters, channels 1 and 2, Carol has none. See VolumeBookFuzz.t.sol for the rule in all its cases.
contract VolumeBookTest is VolumeFixture {
    bytes32 private constant ALICE = "alice";
    bytes32 private constant BOB = "bob";
    bytes32 private constant CAROL = "carol";
    uint16 private constant FEBRUARY = JANUARY + 1;

    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private boiler;

    function setUp() external {
        deployBooks();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        heat = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        house = addGroup(electricity, 3);
        boiler = addGroup(heat, 3);
        openFlat(ALICE, IAccountBook.Premises(house, 3, boiler, 1, 5_000), 2, IAccountBook.Heating.House);
        openFlat(BOB, IAccountBook.Premises(house, 4, boiler, 2, 4_000), 1, IAccountBook.Heating.House);
        openFlat(CAROL, IAccountBook.Premises(0, 0, boiler, 0, 1_000), 1, IAccountBook.Heating.House);
    }

    function test_Fix_MeasuredThroughout() external {
        assertEq(volumes.nextPeriodOf(house), JANUARY, "nothing is fixed");
        recordMonth(
            electricity,
            JANUARY,
            _hour([uint24(90), 80, 70, 60, 50, 40]),
            _hour([uint24(100), 1, 2, 30, 20, 10])
        );
        IVolumeBook.House memory expected;
        // Night 240 - 150, peak and half-peak 103 - 60.
        expected.shared = [uint64(43), 43, 90];
        int64[3] memory carry;
        vm.expectEmit(address(volumes));
        emit IVolumeBook.VolumesFixed(house, JANUARY, expected, carry);
        assertEq(volumes.fix(house, JANUARY), FEBRUARY, "next");

        assertEq(abi.encode(volumes.houseOf(house, JANUARY)), abi.encode(expected), "house");
        assertEq(volumes.carryOf(house, JANUARY), carry, "carry");
        _checkVolume(house, 3, JANUARY, [uint64(30), 30, 60], IVolumeBook.Method.Measured, 0, 0);
        assertEq(volumes.nextPeriodOf(house), FEBRUARY, "the next one");
        assertEq(volumes.fix(house, JANUARY), FEBRUARY, "a second time nothing happens");
        assertEq(volumes.fix(house, JANUARY - 5), FEBRUARY, "nor for one before all");
    }

    /// @dev Zones do not make up for each other.
    function test_Fix_NegativeCommonNeeds_AreCarriedByZone() external {
        recordMonth(electricity, JANUARY, _hour([uint24(100), 0, 0, 60, 50, 0]), _hour([uint24(100), 0, 0, 60, 0, 0]));
        recordMonth(electricity, FEBRUARY, _hour([uint24(100), 0, 0, 93, 0, 0]), _hour([uint24(100), 0, 0, 60, 0, 0]));
        recordMonth(electricity, FEBRUARY + 1, _hour([uint24(9), 0, 0, 0, 0, 0]), _hour([uint24(0), 0, 0, 0, 0, 0]));
        volumes.fix(house, FEBRUARY + 1);
        assertEq(volumes.houseOf(house, JANUARY).shared, [uint64(40), 40, 0], "January");
        assertEq(volumes.carryOf(house, JANUARY), [int64(0), 0, -10], "from January");
        assertEq(volumes.houseOf(house, FEBRUARY).shared, [uint64(40), 40, 0], "February");
        assertEq(volumes.carryOf(house, FEBRUARY), [int64(0), 0, -3], "from February");
        assertEq(volumes.houseOf(house, FEBRUARY + 1).shared, [uint64(0), 0, 6], "March");
        assertEq(volumes.carryOf(house, FEBRUARY + 1), [int64(0), 0, 0], "used up");
    }

    /// @dev An hour of 744 is missing and there is no history: 2 × 100,000 × 1 / 744 = 268.8 Wh, by 7, 16 and 24 of 24 hours.
    function test_Fix_MissingHour_TakesTheNorm() external {
        recordMonth(electricity, JANUARY, _missingHour(3), _hour([uint24(100), 1, 2, 30, 20, 10]));
        IVolumeBook.Volume memory expected = IVolumeBook.Volume([uint64(108), 131, 90], IVolumeBook.Method.Norm, 1, 0);
        vm.expectEmit(address(volumes));
        emit IVolumeBook.VolumeEstimated(house, 3, JANUARY, expected);
        volumes.fix(house, JANUARY);
        assertEq(abi.encode(volumes.volumeOf(house, 3, JANUARY)), abi.encode(expected), "Alice");
        _checkVolume(house, 4, JANUARY, [uint64(20), 20, 100], IVolumeBook.Method.Measured, 0, 0);
        IVolumeBook.House memory inCommon = volumes.houseOf(house, JANUARY);
        assertEq(inCommon.shared, [uint64(0), 0, 10], "103 - 138, 103 - 161, 300 - 290");
        assertTrue(inCommon.hasGaps, "gaps");
        assertEq(volumes.carryOf(house, JANUARY), [int64(-35), -58, 0], "carry");
    }

    /// @dev Three months of 60, 30 and 90 Wh, then an hour without a value: 1 h × 90 / 2,160 h and so on, which is nothing; then a
    /// month without any: 720 h of them.
    function test_Fix_AverageAfterThreeMonths() external {
        for (uint16 i = 0; i < 3; ++i) {
            recordMonth(
                electricity,
                JANUARY + i,
                _hour([uint24(90), 80, 70, 9_000, 50, 40]),
                _hour([uint24(0), 0, 0, 3_000, 0, 0])
            );
        }
        _report(house, 3, IMeterRegistry.Fault.Broken, ledger.firstHourOf(JANUARY + 3));
        recordMonth(
            electricity,
            JANUARY + 3,
            _hour([uint24(90), 80, 70, 1, 50, 40]),
            _hour([uint24(0), 0, 0, 2, 0, 0])
        );
        volumes.fix(house, JANUARY + 3);
        // 744 + 672 + 744 hours; April has 720.
        _checkVolume(house, 3, JANUARY + 3, [uint64(3_000), 3_000, 9_000], IVolumeBook.Method.Average, 720, 1);
        assertEq(volumes.carryOf(house, JANUARY + 3)[0], -4 * 3_000, "peak, carried over four months");
    }

    function test_Fix_EstimatedHours_AreInterpolated() external {
        bytes memory hour = slotOf([uint24(90), 80, 70, 60, 50, 40], [uint8(0), 2, 0, 1, 0, 0]);
        recordMonth(electricity, JANUARY, hour, _hour([uint24(0), 0, 0, 0, 0, 0]));
        volumes.fix(house, JANUARY);
        _checkVolume(house, 3, JANUARY, [uint64(0), 0, 60], IVolumeBook.Method.Interpolated, 0, 0);
        _checkVolume(house, 4, JANUARY, [uint64(0), 0, 50], IVolumeBook.Method.Measured, 0, 0);
        IVolumeBook.House memory inCommon = volumes.houseOf(house, JANUARY);
        assertEq(uint256(inCommon.method), uint256(IVolumeBook.Method.Interpolated), "the parent");
        assertEq(inCommon.hasGaps, false, "no gaps");
    }

    /// @dev A house whose meter said nothing for an hour, and has no history, counts as its consumers.
    function test_Fix_ParentWithoutSubstitute_IsItsConsumersSum() external {
        recordMonth(electricity, JANUARY, _missingHour(1), _hour([uint24(500), 400, 300, 3, 2, 1]));
        volumes.fix(house, JANUARY);
        IVolumeBook.House memory inCommon = volumes.houseOf(house, JANUARY);
        assertEq(inCommon.shared, [uint64(0), 0, 0], "no common needs");
        assertEq(uint256(inCommon.method), uint256(IVolumeBook.Method.Norm), "method");
        assertEq(inCommon.hasGaps, false, "the parent is no consumer");
    }

    function test_Fix_AccessRefused_RaisesTheNorm_ButNotForNobody() external {
        _report(house, 4, IMeterRegistry.Fault.AccessRefused, FIRST_HOUR);
        _report(house, 5, IMeterRegistry.Fault.AccessRefused, FIRST_HOUR);
        recordMonth(electricity, JANUARY, _hour([uint24(9), 0, 0, 1, 1, 1]), _hour([uint24(9), 0, 0, 1, 1, 1]));
        volumes.fix(house, JANUARY);
        _checkVolume(house, 4, JANUARY, [uint64(43_750), 56_250, 50_000], IVolumeBook.Method.RaisedNorm, 744, 1);
        _checkVolume(house, 5, JANUARY, [uint64(0), 0, 0], IVolumeBook.Method.RaisedNorm, 744, 1);
    }

    function test_Fix_Heat_MeteredFlats_AndABoiler() external {
        vm.prank(REGISTRAR);
        accounts.setTerms(CAROL, FEBRUARY, IAccountBook.Terms(1, 1, IAccountBook.Heating.OwnBoiler));
        bytes memory hour = _hour([uint24(6_000), 1_000, 1_500, 7, 0, 0]);
        recordMonth(heat, JANUARY, hour, hour);
        recordMonth(heat, FEBRUARY, hour, hour);
        volumes.fix(boiler, FEBRUARY);

        IVolumeBook.House memory january = volumes.houseOf(boiler, JANUARY);
        assertEq(january.shared, [uint64(18_000), 0, 0], "the house");
        assertEq(january.metered, 7_500, "Alice and Bob, and not the meter that is nobody's");
        assertEq(january.meteredArea, 9_000, "their area");
        assertEq(january.unheatedArea, 0, "no boiler yet");
        assertEq(volumes.houseOf(boiler, FEBRUARY).unheatedArea, 1_000, "Carol's");
        assertEq(volumes.carryOf(boiler, JANUARY), [int64(0), 0, 0], "heat carries nothing");
        _checkVolume(boiler, 1, JANUARY, [uint64(3_000), 0, 0], IVolumeBook.Method.Measured, 0, 0);
    }

    /// @dev Alice's meter is broken from half of January on: 50 m² × 20,000 × 1.5 × 372 / 744 and half of what it counted. The house's has
    /// an hour missing: 100 m² × 20,000 / 744 = 2,688.2.
    function test_Fix_Heat_BrokenMeter_RaisesTheNorm_AndTheHousesIsPlain() external {
        recordNext(heat, slotOf([uint24(0), 1_001, 1_500, 0, 0, 0], [uint8(3), 0, 0, 0, 0, 0]));
        putHeadForward(heat, FIRST_HOUR + 372);
        _report(boiler, 1, IMeterRegistry.Fault.Broken, FIRST_HOUR + 372);
        recordNext(heat, _hour([uint24(9_000), 0, 1_500, 0, 0, 0]));
        putHeadForward(heat, ledger.firstHourOf(FEBRUARY));
        volumes.fix(boiler, JANUARY);
        _checkVolume(boiler, 1, JANUARY, [uint64(501 + 750_000), 0, 0], IVolumeBook.Method.RaisedNorm, 372, 0);
        IVolumeBook.House memory january = volumes.houseOf(boiler, JANUARY);
        assertEq(january.shared, [uint64(9_000 + 2_688), 0, 0], "the house");
        assertEq(uint256(january.method), uint256(IVolumeBook.Method.Norm), "its method");
        assertEq(january.metered, 750_501 + 3_000, "metered, the substitute included");
    }

    /// @dev Behind a house that consumed no heat a meter that is out of order missed nothing.
    function test_Fix_Heat_Summer_HasNoGap() external {
        _report(boiler, 1, IMeterRegistry.Fault.Broken, FIRST_HOUR);
        bytes memory hour = _hour([uint24(0), 0, 0, 0, 0, 0]);
        recordMonth(heat, JANUARY, hour, hour);
        volumes.fix(boiler, JANUARY);
        _checkVolume(boiler, 1, JANUARY, [uint64(0), 0, 0], IVolumeBook.Method.Measured, 0, 0);
        assertEq(volumes.houseOf(boiler, JANUARY).hasGaps, false, "no gaps");
    }

    /// @dev A group has periods from its own first hour on, and of its first one the hours that it is there.
    function test_Fix_GroupAddedWithinAMonth() external {
        bytes memory hour = _hour([uint24(9), 0, 0, 1, 1, 1]);
        recordMonth(electricity, JANUARY, hour, hour);
        vm.warp(uint256(ledger.firstHourOf(FEBRUARY)) * 1 hours);
        putHeadForward(electricity, ledger.firstHourOf(FEBRUARY) + 336);
        vm.warp((uint256(ledger.firstHourOf(FEBRUARY)) + 336) * 1 hours);
        uint32 newcomer = addGroup(electricity, 1);
        openFlat("dave", IAccountBook.Premises(newcomer, 3, 0, 0, 100), 1, IAccountBook.Heating.None);
        assertEq(volumes.nextPeriodOf(newcomer), FEBRUARY, "its first period");
        recordNext(electricity, abi.encodePacked(hour, slotOf([uint24(5), 0, 0, 0, 0, 0], [uint8(0), 0, 0, 3, 0, 0])));
        putHeadForward(electricity, ledger.firstHourOf(FEBRUARY + 1));
        volumes.fix(newcomer, FEBRUARY);
        // 100,000 / 336.
        assertEq(volumes.volumeOf(newcomer, 3, FEBRUARY).gapHours, 1, "gap");
        uint64[3] memory volume = volumes.volumeOf(newcomer, 3, FEBRUARY).byZone;
        assertEq(volume[0] + volume[1] + volume[2], 298, "norm");
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, newcomer, JANUARY));
        volumes.refix(newcomer, JANUARY);
    }

    /// @dev A correction of a channel without gaps shows at once, in the house when it is fixed anew, and in what is carried on.
    function test_Refix_AfterACorrection() external {
        recordMonth(
            electricity,
            JANUARY,
            _hour([uint24(90), 80, 70, 60, 50, 40]),
            _hour([uint24(100), 1, 2, 30, 20, 10])
        );
        recordMonth(electricity, FEBRUARY, _hour([uint24(90), 80, 70, 60, 50, 40]), _hour([uint24(0), 0, 0, 0, 0, 0]));
        volumes.fix(house, FEBRUARY);
        bytes memory differences = differencesOf(200, 1);
        recordCorrection(correctionOf(house, 3, FIRST_HOUR, differences), differences);
        _checkVolume(house, 3, JANUARY, [uint64(30), 30, 260], IVolumeBook.Method.Measured, 0, 0);
        assertEq(volumes.houseOf(house, JANUARY).shared[2], 90, "as fixed");
        assertEq(volumes.houseOf(house, JANUARY).revision, 0, "as fixed");

        assertEq(volumes.refix(house, JANUARY), FEBRUARY + 1, "both");
        assertEq(volumes.houseOf(house, JANUARY).shared, [uint64(43), 43, 0], "90 - 200");
        assertEq(volumes.houseOf(house, JANUARY).revision, 1, "revision");
        assertEq(volumes.carryOf(house, JANUARY), [int64(0), 0, -110], "carry");
        assertEq(volumes.carryOf(house, FEBRUARY), [int64(0), 0, -20], "from February: 90 - 110");
        assertEq(volumes.nextPeriodOf(house), FEBRUARY + 1, "nothing more is fixed");
    }

    /// @dev A missing hour that is made good has no substitute any more, nor an old one's remains; nor has one that never was missing.
    function test_Refix_AfterAGapWasFilled() external {
        recordMonth(electricity, JANUARY, _missingHour(3), _hour([uint24(100), 1, 2, 30, 20, 10]));
        volumes.fix(house, JANUARY);
        bytes memory differences = differencesOf(60, 1);
        IReadingLedger.Correction memory correction = correctionOf(house, 3, FIRST_HOUR, differences);
        correction.filledHours = 1;
        recordCorrection(correction, differences);
        volumes.refix(house, JANUARY);
        _checkVolume(house, 3, JANUARY, [uint64(30), 30, 60], IVolumeBook.Method.Measured, 0, 0);
        assertEq(volumes.houseOf(house, JANUARY).hasGaps, false, "no gaps");

        // A gap of another channel does not bring the first one's words back.
        _report(house, 4, IMeterRegistry.Fault.Broken, FIRST_HOUR);
        volumes.refix(house, JANUARY);
        _checkVolume(house, 3, JANUARY, [uint64(30), 30, 60], IVolumeBook.Method.Measured, 0, 0);
        assertEq(volumes.volumeOf(house, 4, JANUARY).gapHours, 744, "the other");
    }

    function test_Refix_AfterOtherTerms() external {
        recordMonth(electricity, JANUARY, _missingHour(3), _hour([uint24(0), 0, 0, 0, 0, 0]));
        volumes.fix(house, JANUARY);
        vm.prank(REGISTRAR);
        accounts.setTerms(ALICE, JANUARY, IAccountBook.Terms(1, 4, IAccountBook.Heating.House));
        volumes.refix(house, JANUARY);
        // 4 × 100,000 / 744 = 537.6.
        uint64[3] memory volume = volumes.volumeOf(house, 3, JANUARY).byZone;
        assertEq(volume[0] + volume[1] + volume[2], 538, "four residents");
    }

    /// @dev Twelve periods a call, and whoever wants more goes on.
    function test_FixAndRefix_TwelvePeriodsACall() external {
        bytes memory hour = _hour([uint24(90), 80, 70, 60, 50, 40]);
        for (uint16 i = 0; i < 14; ++i) recordMonth(electricity, JANUARY + i, hour, hour);
        vm.expectRevert(
            abi.encodeWithSelector(IVolumeBook.VolumeBook_TooManyPeriods.selector, house, JANUARY, JANUARY + 12)
        );
        volumes.fix(house, JANUARY + 12);
        assertEq(volumes.fix(house, JANUARY + 11), JANUARY + 12, "twelve");
        assertEq(volumes.fix(house, JANUARY + 13), JANUARY + 14, "the rest");
        assertEq(volumes.refix(house, JANUARY), JANUARY + 12, "twelve anew");
        assertEq(volumes.refix(house, JANUARY + 12), JANUARY + 14, "and the rest");
    }

    function test_RevertWhen_PeriodNotOver() external {
        bytes memory hour = _hour([uint24(90), 80, 70, 60, 50, 40]);
        recordMonth(electricity, JANUARY, hour, hour);
        recordNext(electricity, hour);
        bytes4 notOver = IReadingLedger.ReadingLedger_PeriodNotOver.selector;
        vm.expectRevert(abi.encodeWithSelector(notOver, electricity, FEBRUARY));
        volumes.fix(house, FEBRUARY);
        assertEq(volumes.nextPeriodOf(house), JANUARY, "nothing is fixed");
    }

    function test_RevertWhen_NoTariffHasTheNorm() external {
        deployBooks();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR - 31 * 24);
        house = addGroup(electricity, 3);
        bytes memory hour = _hour([uint24(90), 80, 70, 60, 50, 40]);
        recordMonth(electricity, JANUARY - 1, _missingHour(3), hour);
        vm.expectRevert(abi.encodeWithSelector(ITariffBook.TariffBook_NoTariff.selector, JANUARY - 1));
        volumes.fix(house, JANUARY - 1);
    }

    function test_RevertWhen_GroupChannelOrPeriodUnknown() external {
        bytes memory group = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 99);
        vm.expectRevert(group);
        volumes.fix(99, JANUARY);
        vm.expectRevert(group);
        volumes.refix(99, JANUARY);
        vm.expectRevert(group);
        volumes.nextPeriodOf(99);

        bytes memory hour = _hour([uint24(90), 80, 70, 60, 50, 40]);
        recordMonth(electricity, JANUARY, hour, hour);
        volumes.fix(house, JANUARY);
        bytes4 channel = IMeterRegistry.MeterRegistry_UnknownChannel.selector;
        vm.expectRevert(abi.encodeWithSelector(channel, house, 2));
        volumes.volumeOf(house, 2, JANUARY);
        vm.expectRevert(abi.encodeWithSelector(channel, house, 6));
        volumes.volumeOf(house, 6, JANUARY);
        bytes memory period = abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, house, FEBRUARY);
        vm.expectRevert(period);
        volumes.houseOf(house, FEBRUARY);
        vm.expectRevert(period);
        volumes.carryOf(house, FEBRUARY);
        vm.expectRevert(period);
        volumes.volumeOf(house, 3, FEBRUARY);
        vm.expectRevert(period);
        volumes.refix(house, FEBRUARY);
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, house, JANUARY - 1));
        volumes.refix(house, JANUARY - 1);
    }

    function _report(uint32 group, uint16 channel, IMeterRegistry.Fault fault, uint32 fromHour) private {
        vm.prank(REGISTRAR);
        registry.reportFault(group, channel, fault, fromHour);
    }

    function _checkVolume(
        uint32 group,
        uint16 channel,
        uint16 period,
        uint64[3] memory byZone,
        IVolumeBook.Method method,
        uint16 gapHours,
        uint8 run
    ) private view {
        assertEq(
            abi.encode(volumes.volumeOf(group, channel, period)),
            abi.encode(IVolumeBook.Volume(byZone, method, gapHours, run)),
            "volume"
        );
    }

    function _hour(uint24[6] memory values) private pure returns (bytes memory) {
        return slotOf(values);
    }

    /// @dev An hour of 100 Wh in each channel but one.
    function _missingHour(uint256 channel) private pure returns (bytes memory) {
        uint24[6] memory values = [uint24(100), 100, 100, 100, 100, 100];
        uint8[6] memory qualities;
        (values[channel], qualities[channel]) = (0, 3);
        return slotOf(values, qualities);
    }
}
