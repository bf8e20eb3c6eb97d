// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {MeterRegistry} from "../../contracts/MeterRegistry.sol";
import {IMeterRegistry} from "../../contracts/interfaces/IMeterRegistry.sol";
import {CityFixture} from "./CityFixture.sol";

/// @title What the registry takes, how it numbers it, and every refusal by its name
/// @dev `house` (three consumers) and `tower` (five) stand in one electricity segment, `boiler` (two) in a heat segment.
contract MeterRegistryTest is CityFixture {
    uint32 private constant UNKNOWN = 99;

    uint32 private electricity;
    uint32 private heat;
    uint32 private house;
    uint32 private tower;
    uint32 private boiler;

    function setUp() external {
        deployLedger();
        electricity = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        heat = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR + 5);
        house = addGroup(electricity, 3);
        tower = addGroup(electricity, 5);
        boiler = addGroup(heat, 2);
    }

    function test_Connect_OnceForAll() external {
        MeterRegistry young = new MeterRegistry(address(manager));
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_NotAContract.selector, STRANGER));
        young.connect(STRANGER);
        vm.expectEmit(address(young));
        emit IMeterRegistry.Connected(address(ledger));
        young.connect(address(ledger));
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_AlreadyConnected.selector, address(ledger))
        );
        young.connect(address(ledger));
    }

    function test_RevertWhen_NotConnected() external {
        MeterRegistry young = new MeterRegistry(address(manager));
        bytes4 refusal = IMeterRegistry.MeterRegistry_NotConnected.selector;
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_230, 100, 1);
        uint32 segment = young.openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        vm.expectRevert(refusal);
        young.addGroup(segment, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR);
        vm.expectRevert(refusal);
        young.replaceMeter(1, 0, meter, FIRST_HOUR);
        vm.expectRevert(refusal);
        young.decommissionMeter(1, 3);
        vm.expectRevert(refusal);
        young.reportFault(1, 3, IMeterRegistry.Fault.Broken, FIRST_HOUR);
        vm.expectRevert(refusal);
        young.unusableFrom(1, 3, FIRST_PERIOD);
        vm.expectRevert(refusal);
        young.unusableIn(1, FIRST_PERIOD);
    }

    function test_RevertWhen_CallerMayNot() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_230, 100, 1);
        vm.startPrank(STRANGER);
        vm.expectRevert(refusal);
        registry.connect(address(ledger));
        vm.expectRevert(refusal);
        registry.openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        vm.expectRevert(refusal);
        registry.addGroup(electricity, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR);
        vm.expectRevert(refusal);
        registry.replaceMeter(house, 3, meter, FIRST_HOUR);
        vm.expectRevert(refusal);
        registry.decommissionMeter(house, 3);
        vm.expectRevert(refusal);
        registry.reportFault(house, 3, IMeterRegistry.Fault.Broken, FIRST_HOUR);
        vm.stopPrank();
    }

    function test_OpenSegment_NumberedFromOne_WithinTheCalendar() external {
        assertEq(electricity, 1, "first");
        assertEq(heat, 2, "second");
        vm.expectEmit(address(registry));
        emit IMeterRegistry.SegmentOpened(3, IMeterRegistry.Kind.Heat, 24);
        assertEq(openSegment(IMeterRegistry.Kind.Heat, 24), 3, "earliest");
        assertEq(openSegment(IMeterRegistry.Kind.Heat, 9_900_000), 4, "latest");
        uint32[3] memory wrong = [uint32(0), 23, 9_900_001];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidFirstHour.selector, wrong[i]));
            openSegment(IMeterRegistry.Kind.Heat, wrong[i]);
        }
    }

    function test_Groups_NumbersSlotsAndChannels() external view {
        (IMeterRegistry.Kind kind, uint32 firstHour, uint16 slots, uint32 groups) = registry.segmentOf(electricity);
        assertEq(uint256(kind), uint256(IMeterRegistry.Kind.Electricity), "kind");
        assertEq(firstHour, FIRST_HOUR, "first hour");
        assertEq(slots, 3, "1 for six channels, 2 for eight");
        assertEq(groups, 2, "groups");
        _checkGroup(house, electricity, 0, 3, 3);
        _checkGroup(tower, electricity, 1, 3, 5);
        _checkGroup(boiler, heat, 0, 1, 2);
        assertEq(abi.encode(registry.groupsOf(electricity)), abi.encode(_list(house, tower)), "in payload order");
        assertEq(registry.groupAt(electricity, 1), tower, "place 1");
        assertEq(registry.groupAt(heat, 0), boiler, "heat");
        assertEq(boiler, 3, "groups are numbered over all segments");
    }

    function test_Phases_ParentsByChannel_ConsumersAsTold() external view {
        uint8[8] memory expected = [0, 1, 2, 0, 1, 2, 0, 1];
        for (uint16 channel = 0; channel < 8; ++channel) {
            assertEq(registry.phaseOf(tower, channel), expected[channel], "phase");
        }
        for (uint16 channel = 0; channel < 3; ++channel) assertEq(registry.phaseOf(boiler, channel), 0, "heat");
    }

    function test_Meters_AsRegistered_ParentInCommon() external {
        IMeterRegistry.Meter memory parent = _greatestMeter();
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](1);
        consumers[0] = IMeterRegistry.Consumer({meter: meterOf(MERCURY_201, 1, 1), phase: 2});
        vm.prank(REGISTRAR);
        uint32 group = registry.addGroup(electricity, parent, consumers, FIRST_HOUR);
        for (uint16 channel = 0; channel < 3; ++channel) {
            assertEq(abi.encode(registry.meterOf(group, channel)), abi.encode(parent), "parent");
        }
        assertEq(abi.encode(registry.meterOf(group, 3)), abi.encode(consumers[0].meter), "consumer");
        assertEq(registry.phaseOf(group, 3), 2, "phase");
    }

    function test_RevertWhen_SegmentGroupOrChannelUnknown() external {
        bytes memory segment = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownSegment.selector, UNKNOWN);
        vm.expectRevert(segment);
        registry.segmentOf(UNKNOWN);
        vm.expectRevert(segment);
        registry.planOf(UNKNOWN, FIRST_HOUR);
        vm.expectRevert(segment);
        registry.groupsOf(UNKNOWN);
        vm.expectRevert(segment);
        registry.groupAt(UNKNOWN, 0);
        vm.expectRevert(segment);
        this.addTo(UNKNOWN, 0);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownSegment.selector, 0));
        registry.segmentOf(0);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x32));
        registry.groupAt(electricity, 2);

        bytes memory group = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, UNKNOWN);
        vm.expectRevert(group);
        registry.groupOf(UNKNOWN);
        vm.expectRevert(group);
        registry.meterOf(UNKNOWN, 0);
        vm.expectRevert(group);
        registry.phaseOf(UNKNOWN, 0);
        vm.expectRevert(group);
        registry.unusableIn(UNKNOWN, FIRST_PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, 0));
        registry.groupOf(0);

        bytes memory channel = abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6);
        vm.expectRevert(channel);
        registry.meterOf(house, 6);
        vm.expectRevert(channel);
        registry.phaseOf(house, 6);
    }

    function test_AddGroup_GreatestGroup_AndOneConsumerTooMany() external {
        uint32 wide = openSegment(IMeterRegistry.Kind.Electricity, FIRST_HOUR);
        uint32 group = this.addTo(wide, 273);
        (, , uint16 slots, ) = registry.segmentOf(wide);
        assertEq(slots, 46, "276 channels");
        assertEq(registry.phaseOf(group, 275), 272 % 3, "the last channel");
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_TooManyConsumers.selector, 274, 273));
        this.addTo(wide, 274);
    }

    function test_AddGroup_FullSegment_AndOneSlotTooMany() external {
        uint32 wide = openSegment(IMeterRegistry.Kind.Heat, FIRST_HOUR);
        for (uint256 i = 0; i < 256; ++i) this.addTo(wide, 0);
        (, , uint16 slots, uint32 groups) = registry.segmentOf(wide);
        assertEq(slots, 256, "slots");
        assertEq(groups, 256, "groups");
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_SegmentFull.selector, wide, 257, 256));
        this.addTo(wide, 0);
    }

    function test_RevertWhen_MeterOutOfRange() external {
        for (uint256 field = 0; field < 10; ++field) {
            (IMeterRegistry.Meter memory meter, string memory name) = _wrongMeter(field);
            bytes memory refusal = abi.encodeWithSelector(
                IMeterRegistry.MeterRegistry_InvalidMeter.selector,
                meter.serialNumber,
                name
            );
            vm.prank(REGISTRAR);
            vm.expectRevert(refusal);
            registry.addGroup(heat, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR + 5);
            vm.prank(REGISTRAR);
            vm.expectRevert(refusal);
            registry.replaceMeter(house, 4, meter, FIRST_HOUR);
        }
        vm.prank(REGISTRAR);
        registry.addGroup(heat, _greatestMeter(), new IMeterRegistry.Consumer[](0), FIRST_HOUR + 5);
    }

    function test_RevertWhen_MeterStandsElsewhere() external {
        IMeterRegistry.Meter memory meter = registry.meterOf(house, 3);
        bytes memory refusal = abi.encodeWithSelector(
            IMeterRegistry.MeterRegistry_DuplicateMeter.selector,
            meter.model,
            meter.serialNumber
        );
        vm.prank(REGISTRAR);
        vm.expectRevert(refusal);
        registry.addGroup(heat, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR + 5);
        vm.prank(REGISTRAR);
        vm.expectRevert(refusal);
        registry.replaceMeter(house, 4, meter, FIRST_HOUR);

        IMeterRegistry.Meter memory twin = meterOf("twin", 100, 1);
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](1);
        consumers[0].meter = twin;
        vm.prank(REGISTRAR);
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_DuplicateMeter.selector, twin.model, twin.serialNumber)
        );
        registry.addGroup(heat, twin, consumers, FIRST_HOUR + 5);

        // The same number of another model is another meter.
        meter.model = "another";
        vm.prank(REGISTRAR);
        registry.addGroup(heat, meter, new IMeterRegistry.Consumer[](0), FIRST_HOUR + 5);
    }

    function test_RevertWhen_PhaseUnknown() external {
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](1);
        IMeterRegistry.Meter memory parent = meterOf(MERCURY_230, 100, 1);
        consumers[0] = IMeterRegistry.Consumer({meter: meterOf(MERCURY_201, 100, 1), phase: 3});
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidPhase.selector, 3));
        registry.addGroup(electricity, parent, consumers, FIRST_HOUR);
        consumers[0].phase = 1;
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidPhase.selector, 1));
        registry.addGroup(heat, parent, consumers, FIRST_HOUR + 5);
        vm.stopPrank();
    }

    /// @dev The new class and resolution are in force from the next hour recorded: 55 Wh is beyond 11, not beyond 1,000.
    function test_ReplaceMeter_ChangesTolerance_KeepsRegisterAndPhase() external {
        recordNext(electricity, abi.encodePacked(slotOf([uint24(55), 0, 0, 0, 0, 0]), new bytes(40)));
        assertEq(ledger.imbalancedHoursOf(house, 0), 1, "with the old meter");
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 1_000);
        vm.expectEmit(address(registry));
        emit IMeterRegistry.MeterReplaced(house, 3, meter, FIRST_HOUR + 1);
        vm.prank(REGISTRAR);
        registry.replaceMeter(house, 3, meter, FIRST_HOUR + 1);
        assertEq(abi.encode(registry.meterOf(house, 3)), abi.encode(meter), "meter");
        assertEq(registry.phaseOf(house, 3), 0, "phase");

        bytes memory both = abi.encodePacked(slotOf([uint24(55), 0, 0, 0, 0, 0]), slotOf([uint24(55), 0, 0, 0, 0, 0]));
        recordNext(electricity, abi.encodePacked(both, new bytes(20)));
        assertEq(ledger.imbalancedHoursOf(house, 0), 1, "with the new one");
        assertEq(ledger.imbalancedHoursOf(tower, 0), 1, "another house has its old ones");
        assertEq(ledger.registersOf(house, 0)[2], 110, "register");
    }

    function test_ReplaceMeter_ParentAsAWhole_OldOneIsFree() external {
        IMeterRegistry.Meter memory old = registry.meterOf(house, 0);
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_230, 50, 2);
        vm.startPrank(REGISTRAR);
        registry.replaceMeter(house, 1, meter, FIRST_HOUR);
        for (uint16 channel = 0; channel < 3; ++channel) {
            assertEq(abi.encode(registry.meterOf(house, channel)), abi.encode(meter), "parent");
        }
        registry.replaceMeter(tower, 4, old, FIRST_HOUR);
        assertEq(abi.encode(registry.meterOf(tower, 4)), abi.encode(old), "registered again");
        vm.stopPrank();
    }

    function test_RevertWhen_FromHourOutOfRange() external {
        recordNext(electricity, new bytes(60));
        recordNext(electricity, new bytes(60));
        _refuseFromHour(FIRST_HOUR - 1, FIRST_HOUR, FIRST_HOUR + 2);
        _refuseFromHour(FIRST_HOUR + 3, FIRST_HOUR, FIRST_HOUR + 2);
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 10);
        vm.prank(REGISTRAR);
        registry.replaceMeter(house, 3, meter, FIRST_HOUR + 1);
        _refuseFromHour(FIRST_HOUR, FIRST_HOUR + 1, FIRST_HOUR + 2);
    }

    function test_RevertWhen_ReplacedPlaceUnknown() external {
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 10);
        vm.startPrank(REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownGroup.selector, UNKNOWN));
        registry.replaceMeter(UNKNOWN, 3, meter, FIRST_HOUR);
        vm.expectRevert(abi.encodeWithSelector(IMeterRegistry.MeterRegistry_UnknownChannel.selector, house, 6));
        registry.replaceMeter(house, 6, meter, FIRST_HOUR);
        vm.stopPrank();
    }

    /// @dev External, so that a refusal is the next call's; adds as the fixture does.
    function addTo(uint32 segment, uint256 consumerCount) external returns (uint32) {
        bool isHeat = segment == heat || consumerCount == 0;
        IMeterRegistry.Consumer[] memory consumers = new IMeterRegistry.Consumer[](consumerCount);
        for (uint256 i = 0; i < consumerCount; ++i) {
            consumers[i].meter = meterOf(MERCURY_201, 100, 10);
            consumers[i].phase = isHeat ? 0 : uint8(i % 3);
        }
        IMeterRegistry.Meter memory parent = meterOf(MERCURY_230, 100, 1);
        uint32 fromHour = segment == UNKNOWN ? FIRST_HOUR : firstFreeHour(segment);
        vm.prank(REGISTRAR);
        return registry.addGroup(segment, parent, consumers, fromHour);
    }

    function _refuseFromHour(uint32 fromHour, uint32 earliest, uint32 latest) private {
        IMeterRegistry.Meter memory meter = meterOf(MERCURY_201, 100, 10);
        vm.prank(REGISTRAR);
        vm.expectRevert(
            abi.encodeWithSelector(IMeterRegistry.MeterRegistry_InvalidFromHour.selector, fromHour, earliest, latest)
        );
        registry.replaceMeter(house, 3, meter, fromHour);
    }

    /// @dev Every field at the end of its range.
    function _greatestMeter() private view returns (IMeterRegistry.Meter memory) {
        return
            IMeterRegistry.Meter({
                serialNumber: type(uint64).max,
                model: bytes32(type(uint256).max),
                accuracyClass: 1_000,
                resolution: 1_000_000,
                registerAtInstallation: type(uint64).max,
                verifiedOn: uint32(block.timestamp / 1 days + 1),
                verificationInterval: 240
            });
    }

    /// @return meter one that is right but for one field.
    /// @return name of the field.
    function _wrongMeter(uint256 field) private returns (IMeterRegistry.Meter memory meter, string memory name) {
        meter = meterOf("wrong", 100, 1);
        if (field == 0) (meter.serialNumber, name) = (0, "serialNumber");
        else if (field == 1) (meter.model, name) = (0, "model");
        else if (field == 2) (meter.accuracyClass, name) = (0, "accuracyClass");
        else if (field == 3) (meter.accuracyClass, name) = (1_001, "accuracyClass");
        else if (field == 4) (meter.resolution, name) = (0, "resolution");
        else if (field == 5) (meter.resolution, name) = (1_000_001, "resolution");
        else if (field == 6) (meter.verifiedOn, name) = (0, "verifiedOn");
        else if (field == 7) (meter.verifiedOn, name) = (uint32(block.timestamp / 1 days + 2), "verifiedOn");
        else if (field == 8) (meter.verificationInterval, name) = (0, "verificationInterval");
        else (meter.verificationInterval, name) = (241, "verificationInterval");
    }

    function _checkGroup(uint32 group, uint32 segment, uint16 slot, uint8 parents, uint16 consumers) private view {
        IMeterRegistry.Group memory details = registry.groupOf(group);
        assertEq(details.segment, segment, "segment");
        assertEq(details.firstSlot, slot, "first slot");
        assertEq(details.parentChannels, parents, "parent channels");
        assertEq(details.consumers, consumers, "consumers");
    }

    function _list(uint32 first, uint32 second) private pure returns (uint32[] memory list) {
        list = new uint32[](2);
        (list[0], list[1]) = (first, second);
    }
}
