// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {VolumeBook} from "../../contracts/VolumeBook.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {ChannelWords} from "../../contracts/libraries/ChannelWords.sol";
import {PremisesStub} from "./PremisesStub.sol";
import {ReadingsStub} from "./ReadingsStub.sol";
import {TestBase} from "./TestBase.sol";
import {Vm} from "./Vm.sol";

/// @title The largest house with a gap of every flat in April: more than one call can estimate
/// @dev The figures are worked by hand: each flat used 21,600 Wh of peak in each of three months of 744, 672 and 744 hours, so that 20
/// missing hours of April are 3 × 21,600 × 20 / 2,160 = 600 Wh beside the 7,000 that were measured.
contract VolumeBookInterruptedTest is TestBase {
    uint32 private constant GROUP = 7;
    uint32 private constant FIRST_HOUR = 490_893;
    uint16 private constant JANUARY = 672;
    uint16 private constant APRIL = JANUARY + 3;
    uint16 private constant PARENTS = 3;
    uint16 private constant FLATS = 273;
    uint256 private constant MAX_CALLS = 5;
    uint256 private constant TRANSACTION_GAS_LIMIT = 16_777_216;

    ReadingsStub private readings;
    VolumeBook private volumes;

    function setUp() external {
        readings = new ReadingsStub();
        PremisesStub premises = new PremisesStub();
        volumes = new VolumeBook(
            IMeterRegistry(address(readings)),
            IReadingLedger(address(readings)),
            IAccountBook(address(premises)),
            ITariffBook(address(premises))
        );
        readings.setGroup(IMeterRegistry.Kind.Electricity, FLATS, FIRST_HOUR);
        for (uint16 period = JANUARY; period < APRIL; ++period) {
            _setMonth(0, period, 21_600 * uint64(FLATS), 0);
            readings.setMonths(PARENTS, FLATS, period, _startOf(period), _monthOf(period, 21_600, 0));
        }
        _setMonth(0, APRIL, 7_600 * uint64(FLATS) + 1_234, 0);
        readings.setMonths(PARENTS, FLATS, APRIL, _startOf(APRIL), _monthOf(APRIL, 7_000, 20));
        assertEq(volumes.fix(GROUP, APRIL - 1), APRIL, "three measured months");
    }

    function test_Fix_MoreGapsThanGas_GoesOnUntilItsEnd() external {
        (uint16 next, uint16 done) = _fixOnce();
        assertEq(next, APRIL, "not done");
        assertTrue(done > PARENTS && done < PARENTS + FLATS && done % 6 == 0, "done slot by slot");
        _requireNotFixed();
        _fixToTheEnd(done);
        _checkApril();

        assertEq(volumes.refix(GROUP, APRIL), APRIL, "half done anew");
        _requireNotFixed();
    }

    function test_Fix_CorrectedAfterGasWasSpent_BeginsAnew() external {
        _fixOnce();
        // The first flat, which was done, used 60 Wh more.
        _setMonth(PARENTS, APRIL, 7_060, 20);
        _fixToTheEnd(0);
        IVolumeBook.Volume memory volume = volumes.volumeOf(GROUP, PARENTS, APRIL);
        assertEq(volume.byZone, [uint64(7_660), 0, 0], "what was corrected");
        assertEq(volumes.houseOf(GROUP, APRIL).shared, [uint64(1_234 - 60), 0, 0], "what is left for the house");
    }

    /// @param done channels done before.
    function _fixToTheEnd(uint16 done) private {
        for (uint256 i = 0; i < MAX_CALLS; ++i) {
            (uint16 next, uint16 more) = _fixOnce();
            if (next != APRIL) {
                assertEq(next, APRIL + 1, "done");
                assertEq(more, 0, "and not interrupted");
                return;
            }
            assertTrue(more > done, "each call goes on");
            done = more;
        }
        revert AssertionFailed("it does not end");
    }

    function _requireNotFixed() private {
        vm.expectRevert(abi.encodeWithSelector(IVolumeBook.VolumeBook_NotFixed.selector, GROUP, APRIL));
        volumes.houseOf(GROUP, APRIL);
    }

    /// @return next what fix says.
    /// @return done what VolumesInterrupted says; 0 without one.
    function _fixOnce() private returns (uint16 next, uint16 done) {
        vm.recordLogs();
        uint256 gasBefore = gasleft();
        next = volumes.fix(GROUP, APRIL);
        assertLe(gasBefore - gasleft(), TRANSACTION_GAS_LIMIT, "gas of a call");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        if (last.topics[0] != IVolumeBook.VolumesInterrupted.selector) return (next, 0);
        assertEq(uint256(last.topics[1]), GROUP, "group");
        assertEq(uint256(last.topics[2]), APRIL, "period");
        done = abi.decode(last.data, (uint16));
    }

    function _checkApril() private view {
        uint16[] memory consumers = new uint16[](FLATS);
        for (uint256 i = 0; i < FLATS; ++i) consumers[i] = uint16(PARENTS + i);
        uint256[] memory words = volumes.volumesOf(GROUP, consumers, APRIL);
        for (uint256 i = 0; i < FLATS; ++i) {
            IVolumeBook.Volume memory volume = ChannelWords.unpack(words[i]);
            assertEq(volume.byZone, [uint64(7_600), 0, 0], "a flat's volume");
            assertEq(uint256(volume.method), uint256(IVolumeBook.Method.Average), "method");
            assertEq(volume.gapHours, 20, "gap");
        }
        IVolumeBook.House memory house = volumes.houseOf(GROUP, APRIL);
        assertEq(house.shared, [uint64(1_234), 0, 0], "common needs");
        assertTrue(house.hasGaps, "gaps");
    }

    function _setMonth(uint256 channel, uint16 period, uint64 peak, uint16 missing) private {
        readings.setMonth(channel, period, _startOf(period), _monthOf(period, peak, missing));
    }

    function _monthOf(
        uint16 period,
        uint64 peak,
        uint16 missing
    ) private pure returns (ReadingsStub.Month memory month) {
        (month.signed[0], month.missing) = (peak, missing);
        month.hoursBefore = _startOf(period + 1) - _startOf(period);
    }

    function _startOf(uint16 period) private pure returns (uint32) {
        return Calendar.firstHourOf(period, 3 hours);
    }
}
