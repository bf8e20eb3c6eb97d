// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IncidentFixture} from "./IncidentFixture.sol";

/// @title The law's clocks: at the limit is in time, a second later is not
/// @dev The alarm begins on 10 January 2026 at 00:00 in Moscow and is registered 100 seconds later.
contract IncidentDeadlinesTest is IncidentFixture {
    IIncidentLog.Deadline private constant ACKNOWLEDGE = IIncidentLog.Deadline.Acknowledge;
    IIncidentLog.Deadline private constant PLAN = IIncidentLog.Deadline.Plan;
    IIncidentLog.Deadline private constant LOCALISE = IIncidentLog.Deadline.Localise;
    IIncidentLog.Deadline private constant VISIT = IIncidentLog.Deadline.Visit;
    IIncidentLog.Deadline private constant RESTORE = IIncidentLog.Deadline.Restore;
    IIncidentLog.Deadline private constant ELIMINATE = IIncidentLog.Deadline.Eliminate;
    IIncidentLog.DeadlineStatus private constant NONE = IIncidentLog.DeadlineStatus.None;
    IIncidentLog.DeadlineStatus private constant RUNNING = IIncidentLog.DeadlineStatus.Running;
    IIncidentLog.DeadlineStatus private constant MET = IIncidentLog.DeadlineStatus.Met;
    IIncidentLog.DeadlineStatus private constant BREACHED = IIncidentLog.DeadlineStatus.Breached;
    IOutages.OutageKind private constant HEAT = IOutages.OutageKind.HeatInterruption;
    bytes32 private constant OTHER = "incident 2";

    uint40 private constant RAISED_AT = JANUARY_START + 9 days;
    uint40 private constant T0 = RAISED_AT + 100;

    IDeadlines.DeadlineRules private _first;

    function setUp() public {
        deployIncidents();
        _first = incidents.deadlineRulesAt(0);
        vm.warp(MARCH_START);
        raise(INCIDENT, OBJECT, LEAK, RAISED_AT);
    }

    function test_Deadlines_BeforeRegistration_AreNone() external view {
        IIncidentLog.DeadlineState[6] memory states = incidents.deadlinesOf(INCIDENT, MARCH_START);
        for (uint256 i = 0; i < states.length; ++i) checkDeadline(states[i], NONE, 0, 0, 0, "before");
    }

    /// @dev ПП 416, п. 13; ПП 354, п. 108: 5 and 30 minutes, 2 hours from registration, 72 hours from the accident.
    function test_Deadlines_FromRegistration() external {
        _to(IIncidentLog.Stage.Registered, T0);
        uint40[6] memory due = [T0 + 300, T0 + 1_800, T0 + 1_800, T0 + 7_200, 0, RAISED_AT + 259_200];
        for (uint8 i = 0; i < 6; ++i) {
            IIncidentLog.Deadline which = IIncidentLog.Deadline(i);
            if (which == RESTORE) {
                checkDeadline(deadline(INCIDENT, which, MARCH_START), NONE, 0, 0, 0, "no interruption");
                continue;
            }
            checkDeadline(deadline(INCIDENT, which, T0 - 1), NONE, 0, 0, 0, "before registration");
            checkDeadline(deadline(INCIDENT, which, T0), RUNNING, due[i], 0, 0, "registered");
            checkDeadline(deadline(INCIDENT, which, due[i]), RUNNING, due[i], 0, 0, "at the limit");
            checkDeadline(deadline(INCIDENT, which, due[i] + 1), BREACHED, due[i], 0, 1, "a second later");
            checkDeadline(deadline(INCIDENT, which, due[i] + 999), BREACHED, due[i], 0, 999, "overdue");
        }
    }

    function test_Acknowledge_AtTheLimitAndASecondLater() external {
        _checkBothSides(ACKNOWLEDGE, IIncidentLog.Stage.Acknowledged, 5 minutes);
    }

    function test_Plan_AtTheLimitAndASecondLater() external {
        _checkBothSides(PLAN, IIncidentLog.Stage.Dispatched, 30 minutes);
    }

    function test_Localise_AtTheLimitAndASecondLater() external {
        _checkBothSides(LOCALISE, IIncidentLog.Stage.Localised, 30 minutes);
    }

    function test_Eliminate_AtTheLimitAndASecondLater() external {
        _checkBothSides(ELIMINATE, IIncidentLog.Stage.Eliminated, 72 hours - 100);
    }

    function test_Visit_AtTheLimitAndASecondLater() external {
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        _to(IIncidentLog.Stage.Registered, T0);
        advanceTo(OTHER, IIncidentLog.Stage.Registered, T0);
        vm.prank(DISPATCHER);
        incidents.visit(INCIDENT, T0 + 2 hours, EVIDENCE);
        checkDeadline(deadline(INCIDENT, VISIT, MARCH_START), MET, T0 + 2 hours, T0 + 2 hours, 0, "in time");
        assertEq(incidents.incidentOf(INCIDENT).breaches, 0, "no breach");
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(OTHER, VISIT, T0 + 2 hours, T0 + 2 hours + 1, true);
        vm.prank(DISPATCHER);
        incidents.visit(OTHER, T0 + 2 hours + 1, EVIDENCE);
        checkDeadline(
            deadline(OTHER, VISIT, MARCH_START),
            BREACHED,
            T0 + 2 hours,
            T0 + 2 hours + 1,
            1,
            "a second late"
        );
    }

    function test_Restore_AtTheLimitAndASecondLater() external {
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        interrupt(INCIDENT, electricityGroup, RAISED_AT, 2);
        interrupt(OTHER, electricityGroup, RAISED_AT, 2);
        uint40 due = RAISED_AT + 2 hours;
        _to(IIncidentLog.Stage.Localised, T0);
        _to(IIncidentLog.Stage.Restored, due);
        checkDeadline(deadline(INCIDENT, RESTORE, MARCH_START), MET, due, due, 0, "in time");
        advanceTo(OTHER, IIncidentLog.Stage.Localised, T0);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(OTHER, RESTORE, due, due + 1, true);
        advanceTo(OTHER, IIncidentLog.Stage.Restored, due + 1);
        checkDeadline(deadline(OTHER, RESTORE, MARCH_START), BREACHED, due, due + 1, 1, "a second late");
    }

    /// @dev What is known later does not change how it stood.
    function test_DeadlinesOf_ATimeBeforeTheStage_IsRunning() external {
        _to(IIncidentLog.Stage.Registered, T0);
        _to(IIncidentLog.Stage.Acknowledged, T0 + 400);
        checkDeadline(deadline(INCIDENT, ACKNOWLEDGE, T0 + 300), RUNNING, T0 + 300, 0, 0, "in time still");
        checkDeadline(deadline(INCIDENT, ACKNOWLEDGE, T0 + 399), BREACHED, T0 + 300, 0, 99, "overdue");
        checkDeadline(deadline(INCIDENT, ACKNOWLEDGE, T0 + 400), BREACHED, T0 + 300, T0 + 400, 100, "reached");
        checkDeadline(deadline(INCIDENT, ACKNOWLEDGE, T0 + 9999), BREACHED, T0 + 300, T0 + 400, 100, "for ever");
    }

    /// @dev ПП 354, прил. 1, п. 14: 16 hours at 12 °C and more, 8 at 10, 4 at 8, none below.
    function test_Interrupt_Heat_ByTemperature() external {
        int8[10] memory degrees = [int8(25), 12, 11, 10, 9, 8, 7, 0, -1, -40];
        uint40[10] memory permitted = [uint40(16), 16, 8, 8, 4, 4, 0, 0, 0, 0];
        for (uint32 i = 0; i < degrees.length; ++i) {
            bytes32 incident = bytes32(uint256(100 + i));
            raise(incident, 100 + i, LEAK, RAISED_AT);
            interrupt(incident, heatGroup, RAISED_AT - 30, degrees[i]);
            uint40 due = RAISED_AT - 30 + permitted[i] * 1 hours;
            checkDeadline(deadline(incident, RESTORE, RAISED_AT - 30), RUNNING, due, 0, 0, "begun");
            checkDeadline(deadline(incident, RESTORE, RAISED_AT - 31), NONE, 0, 0, 0, "not yet");
        }
    }

    function test_Interrupt_Electricity_ByFeeds() external {
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        interrupt(INCIDENT, electricityGroup, RAISED_AT, 1);
        interrupt(OTHER, electricityGroup, RAISED_AT, 2);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + 24 hours, "one feed");
        assertEq(deadline(OTHER, RESTORE, RAISED_AT).due, RAISED_AT + 2 hours, "two feeds");
    }

    /// @dev It gets colder, and warmer again: what was due sooner stays so.
    function test_ReportCondition_OnlyShortens() external {
        interrupt(INCIDENT, heatGroup, RAISED_AT, 15);
        int8[5] memory degrees = [int8(12), 11, 18, 9, 30];
        uint40[5] memory due = [uint40(16), 8, 8, 4, 4];
        for (uint40 i = 0; i < degrees.length; ++i) {
            reportCondition(INCIDENT, degrees[i], RAISED_AT + i * 1 hours);
            assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + due[i] * 1 hours, "due");
        }
    }

    function test_ReportCondition_ASecondFeedIsLost_StaysDue() external {
        interrupt(INCIDENT, electricityGroup, RAISED_AT, 2);
        reportCondition(INCIDENT, 1, RAISED_AT);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + 2 hours, "due");
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        interrupt(OTHER, electricityGroup, RAISED_AT, 1);
        reportCondition(OTHER, 2, RAISED_AT);
        assertEq(deadline(OTHER, RESTORE, RAISED_AT).due, RAISED_AT + 2 hours, "sooner");
    }

    /// @dev 24 hours a month in all: 20 are used up, 4 are left; cold and what comes later use up nothing.
    function test_Interrupt_HoursLeftOfTheMonth() external {
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 14 hours, 16);
        record(heatGroup, HEAT, JANUARY_START + 2 days, JANUARY_START + 2 days + 6 hours, 16);
        record(heatGroup, IOutages.OutageKind.HeatCold, JANUARY_START + 3 days, JANUARY_START + 4 days, 5);
        record(heatGroup, HEAT, RAISED_AT + 1, RAISED_AT + 3 days, 16);
        interrupt(INCIDENT, heatGroup, RAISED_AT, 18);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + 4 hours, "4 hours are left");
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        interrupt(OTHER, otherHeatGroup, RAISED_AT, 18);
        assertEq(deadline(OTHER, RESTORE, RAISED_AT).due, RAISED_AT + 16 hours, "another group");
    }

    /// @dev Nothing is left of the month; and an outage that was recorded late counts from the next report on.
    function test_Interrupt_NothingLeftOfTheMonth() external {
        interrupt(INCIDENT, heatGroup, RAISED_AT, 18);
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 30 hours, 16);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + 16 hours, "not known yet");
        reportCondition(INCIDENT, 18, RAISED_AT + 1);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT, "nothing is left");
    }

    /// @dev An outage that reaches over where this one began counts up to there.
    function test_Interrupt_OutageOnRecordReachesIntoIt() external {
        record(heatGroup, HEAT, RAISED_AT - 20 hours, RAISED_AT + 9 hours, 16);
        interrupt(INCIDENT, heatGroup, RAISED_AT, 18);
        assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + 4 hours, "4 hours are left");
    }

    /// @dev Where January's hours would reach into February, February's 24 begin with it; to its very end they are January's.
    function test_Interrupt_OverTheEndOfTheMonth() external {
        record(heatGroup, HEAT, JANUARY_START, JANUARY_START + 20 hours, 16);
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        interrupt(INCIDENT, heatGroup, FEBRUARY_START - 4 hours, 18);
        assertEq(deadline(INCIDENT, RESTORE, MARCH_START).due, FEBRUARY_START, "to its end");
        interrupt(OTHER, heatGroup, FEBRUARY_START - 4 hours + 1, 18);
        assertEq(deadline(OTHER, RESTORE, MARCH_START).due, FEBRUARY_START + 12 hours + 1, "16 hours at once");
    }

    /// @dev Only what lies in the month uses it up.
    function test_Interrupt_OutageSinceTheMonthBefore() external {
        record(heatGroup, HEAT, FEBRUARY_START - 30 hours, FEBRUARY_START + 10 hours, 16);
        interrupt(INCIDENT, heatGroup, FEBRUARY_START + 5 days, 18);
        assertEq(deadline(INCIDENT, RESTORE, MARCH_START).due, FEBRUARY_START + 5 days + 14 hours, "14 are left");
    }

    /// @dev The clock of elimination stands still, that of restoring does not.
    function test_Suspend_StopsEliminationAlone() external {
        interrupt(INCIDENT, heatGroup, RAISED_AT, 18);
        _to(IIncidentLog.Stage.Registered, T0);
        uint40 due = RAISED_AT + 72 hours;
        _suspend(T0 + 1 hours);
        checkDeadline(deadline(INCIDENT, ELIMINATE, T0 + 11 hours), RUNNING, due + 10 hours, 0, 0, "stands still");
        uint40 sinceThen = MARCH_START - (T0 + 1 hours);
        checkDeadline(deadline(INCIDENT, ELIMINATE, MARCH_START), RUNNING, due + sinceThen, 0, 0, "however long");
        assertEq(deadline(INCIDENT, RESTORE, T0 + 11 hours).due, RAISED_AT + 16 hours, "restoring");
        assertEq(deadline(INCIDENT, VISIT, T0 + 11 hours).due, T0 + 2 hours, "visit");
        _resume(T0 + 11 hours);
        due += 10 hours;
        checkDeadline(deadline(INCIDENT, ELIMINATE, due), RUNNING, due, 0, 0, "at the limit");
        checkDeadline(deadline(INCIDENT, ELIMINATE, due + 1), BREACHED, due, 0, 1, "a second later");
        _suspend(T0 + 20 hours);
        _resume(T0 + 22 hours);
        due += 2 hours;
        assertEq(deadline(INCIDENT, ELIMINATE, T0 + 30 hours).due, due, "both");
        _to(IIncidentLog.Stage.Eliminated, due);
        checkDeadline(deadline(INCIDENT, ELIMINATE, MARCH_START), MET, due, due, 0, "in time");
    }

    /// @dev What is late stays late by as much: suspending comes too late to help.
    function test_Suspend_WhenOverdue_StaysLate() external {
        _to(IIncidentLog.Stage.Registered, T0);
        uint40 due = RAISED_AT + 72 hours;
        _suspend(due + 8 hours);
        checkDeadline(deadline(INCIDENT, ELIMINATE, due + 20 hours), BREACHED, due + 12 hours, 0, 8 hours, "late");
        _resume(due + 20 hours);
        assertEq(deadline(INCIDENT, ELIMINATE, due + 21 hours).lateBy, 9 hours, "on it goes");
    }

    /// @dev Once a breach, by anyone, at the earliest a second after the deadline.
    function test_ReportBreach_OnceByAnyone() external {
        vm.warp(RAISED_AT + 1 hours);
        vm.expectRevert(_notBreached(ACKNOWLEDGE, 0));
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
        _to(IIncidentLog.Stage.Registered, RAISED_AT + 1 hours);
        uint40 due = RAISED_AT + 1 hours + 5 minutes;
        vm.warp(due);
        vm.expectRevert(_notBreached(ACKNOWLEDGE, due));
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
        vm.warp(due + 1);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(INCIDENT, ACKNOWLEDGE, due, due + 1, false);
        vm.prank(STRANGER);
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
        assertEq(incidents.incidentOf(INCIDENT).breaches, 1, "known");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_BreachKnown.selector, INCIDENT, ACKNOWLEDGE));
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
        // Reached at last, it is told with its whole length.
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(INCIDENT, ACKNOWLEDGE, due, due + 60, true);
        _to(IIncidentLog.Stage.Acknowledged, due + 60);
    }

    function test_ReportBreach_RevertWhen_ReachedOrNone() external {
        _to(IIncidentLog.Stage.Registered, T0);
        _to(IIncidentLog.Stage.Acknowledged, T0 + 300);
        vm.expectRevert(_notBreached(ACKNOWLEDGE, T0 + 300));
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
        vm.expectRevert(_notBreached(RESTORE, 0));
        incidents.reportBreach(INCIDENT, RESTORE);
        _to(IIncidentLog.Stage.Dispatched, T0 + 31 minutes);
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_BreachKnown.selector, INCIDENT, PLAN));
        incidents.reportBreach(INCIDENT, PLAN);
    }

    function test_ReportBreach_RevertWhen_Suspended() external {
        _to(IIncidentLog.Stage.Registered, T0);
        _suspend(T0);
        vm.expectRevert(_notBreached(ELIMINATE, RAISED_AT + 72 hours + MARCH_START - T0));
        incidents.reportBreach(INCIDENT, ELIMINATE);
    }

    /// @dev The clocks of what has ended stand still; what was over by then is told, what was not is asked no more.
    function test_End_TellsWhatIsOverdue() external {
        _to(IIncidentLog.Stage.Registered, T0);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(INCIDENT, ACKNOWLEDGE, T0 + 5 minutes, T0 + 10 minutes, false);
        vm.prank(DISPATCHER);
        incidents.reject(INCIDENT, T0 + 10 minutes, EVIDENCE);
        assertEq(incidents.incidentOf(INCIDENT).breaches, 1, "this one alone");
        checkDeadline(
            deadline(INCIDENT, ACKNOWLEDGE, MARCH_START),
            BREACHED,
            T0 + 5 minutes,
            0,
            5 minutes,
            "overdue at the end"
        );
        checkDeadline(deadline(INCIDENT, PLAN, MARCH_START), NONE, 0, 0, 0, "asked no more");
        checkDeadline(deadline(INCIDENT, PLAN, T0 + 1 minutes), RUNNING, T0 + 30 minutes, 0, 0, "ran then");
        vm.expectRevert(abi.encodeWithSelector(IIncidentLog.IncidentLog_BreachKnown.selector, INCIDENT, ACKNOWLEDGE));
        incidents.reportBreach(INCIDENT, ACKNOWLEDGE);
    }

    function test_Close_WithoutVisit_IsABreach() external {
        clear(INCIDENT, RAISED_AT);
        _to(IIncidentLog.Stage.Eliminated, T0);
        advanceTo(INCIDENT, IIncidentLog.Stage.Verified, T0);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(INCIDENT, VISIT, T0 + 2 hours, T0 + 2 hours + 1, false);
        advanceTo(INCIDENT, IIncidentLog.Stage.Closed, T0 + 2 hours + 1);
        assertEq(deadline(INCIDENT, VISIT, MARCH_START).lateBy, 1, "late by a second");
        assertEq(incidents.incidentOf(INCIDENT).breaches, 8, "bit of the visit");
    }

    /// @dev The parent takes over what is due sooner; what is due later it does not.
    function test_Merge_TakesOverTheSoonerInterruption() external {
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT + 1);
        raise("incident 3", OBJECT + 2, LEAK, RAISED_AT + 1);
        interrupt(OTHER, heatGroup, RAISED_AT, 11);
        interrupt("incident 3", otherHeatGroup, RAISED_AT, 13);
        merge(OTHER, INCIDENT, RAISED_AT + 2);
        assertEq(deadline(INCIDENT, RESTORE, MARCH_START).due, RAISED_AT + 8 hours, "taken over");
        merge("incident 3", INCIDENT, RAISED_AT + 2);
        assertEq(deadline(INCIDENT, RESTORE, MARCH_START).due, RAISED_AT + 8 hours, "not lengthened");
        raise("incident 4", OBJECT + 3, LEAK, RAISED_AT + 1);
        interrupt("incident 4", otherHeatGroup, RAISED_AT, 9);
        merge("incident 4", INCIDENT, RAISED_AT + 2);
        assertEq(deadline(INCIDENT, RESTORE, MARCH_START).due, RAISED_AT + 4 hours, "shortened");
    }

    /// @dev Reopened, crews begin anew; what is to be eliminated has waited since the alarm.
    function test_Reopen_WhichClocksBeginAnew() external {
        interrupt(INCIDENT, heatGroup, RAISED_AT, 18);
        _to(IIncidentLog.Stage.Registered, T0);
        _to(IIncidentLog.Stage.Acknowledged, T0 + 301);
        _to(IIncidentLog.Stage.Eliminated, T0 + 1 hours);
        assertEq(incidents.incidentOf(INCIDENT).breaches, 7, "acknowledge, plan, localise");
        uint40 again = T0 + 3 hours;
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(INCIDENT, VISIT, T0 + 2 hours, again, false);
        reopen(INCIDENT, again);
        assertEq(incidents.incidentOf(INCIDENT).breaches, 1, "acknowledge");
        checkDeadline(deadline(INCIDENT, PLAN, again), RUNNING, again + 30 minutes, 0, 0, "plan");
        checkDeadline(deadline(INCIDENT, LOCALISE, again), RUNNING, again + 30 minutes, 0, 0, "localise");
        checkDeadline(deadline(INCIDENT, VISIT, again), RUNNING, again + 2 hours, 0, 0, "visit");
        checkDeadline(deadline(INCIDENT, RESTORE, again), NONE, 0, 0, 0, "no interruption yet");
        checkDeadline(deadline(INCIDENT, ELIMINATE, again), RUNNING, RAISED_AT + 72 hours, 0, 0, "eliminate");
        interrupt(INCIDENT, heatGroup, again, 18);
        assertEq(deadline(INCIDENT, RESTORE, again).due, again + 16 hours, "a new one");
    }

    /// @dev An incident is judged by the rules in force when it was registered, whatever comes later.
    function test_SetDeadlineRules_OfItsTime() external {
        _to(IIncidentLog.Stage.Registered, MARCH_START);
        IDeadlines.DeadlineRules memory rules = _rules(MARCH_START + 10 days);
        rules.acknowledge = 60;
        rules.heatHours = [12, 6, 2, 1];
        vm.expectEmit(address(incidents));
        emit IDeadlines.DeadlineRulesSet(rules.validFrom, rules);
        _set(rules);
        assertEq(abi.encode(incidents.deadlineRulesAt(rules.validFrom)), abi.encode(rules), "in force");
        assertEq(incidents.deadlineRulesAt(rules.validFrom - 1).acknowledge, 300, "not yet");
        vm.warp(rules.validFrom + 1 days);
        raise(OTHER, OBJECT + 1, LEAK, rules.validFrom - 1);
        raise("incident 3", OBJECT + 2, LEAK, rules.validFrom - 1);
        advanceTo(OTHER, IIncidentLog.Stage.Registered, rules.validFrom - 1);
        advanceTo("incident 3", IIncidentLog.Stage.Registered, rules.validFrom);
        assertEq(deadline(INCIDENT, ACKNOWLEDGE, rules.validFrom).due, MARCH_START + 300, "before");
        assertEq(deadline(OTHER, ACKNOWLEDGE, rules.validFrom).due, rules.validFrom + 299, "a second before");
        assertEq(deadline("incident 3", ACKNOWLEDGE, rules.validFrom).due, rules.validFrom + 60, "from then on");
        interrupt(OTHER, heatGroup, rules.validFrom - 1, 9);
        interrupt("incident 3", heatGroup, rules.validFrom, 9);
        assertEq(deadline(OTHER, RESTORE, rules.validFrom).due, rules.validFrom - 1 + 4 hours, "4 hours");
        assertEq(deadline("incident 3", RESTORE, rules.validFrom).due, rules.validFrom + 2 hours, "2 hours");
    }

    /// @dev Rows that are not in force yet can be replaced; those in force, or that a fast clock may use by now, stand.
    function test_RevertWhen_RulesInForce() external {
        uint40 earliest = MARCH_START + 301;
        vm.expectRevert(_inForce(earliest - 1, earliest));
        _set(_rules(earliest - 1));
        IDeadlines.DeadlineRules memory rules = _rules(earliest);
        _set(rules);
        rules.visit = 1;
        _set(rules);
        assertEq(incidents.deadlineRulesAt(earliest).visit, 1, "replaced");
        assertEq(incidents.deadlineRulesAt(earliest - 1).visit, 7_200, "the one before stands");
        _set(_rules(earliest + 10));
        vm.expectRevert(_inForce(earliest + 9, earliest + 10));
        _set(_rules(earliest + 9));
    }

    function test_RevertWhen_TooManyRules() external {
        for (uint40 i = 1; i < 64; ++i) _set(_rules(MARCH_START + i * 1 days));
        vm.expectRevert(abi.encodeWithSelector(IDeadlines.IncidentLog_TooManyDeadlineRules.selector, 64));
        _set(_rules(MARCH_START + 64 days));
        _set(_rules(MARCH_START + 63 days));
        assertEq(incidents.deadlineRulesAt(MARCH_START + 5 days - 1).validFrom, MARCH_START + 4 days, "fourth");
    }

    function test_RevertWhen_InvalidRules() external {
        string[10] memory fields = [
            "acknowledge",
            "plan",
            "localise",
            "visit",
            "eliminate",
            "heatMonthHours",
            "twoFeedHours",
            "heatDegrees",
            "heatHours",
            "heatHours"
        ];
        for (uint256 i = 0; i < fields.length; ++i) {
            IDeadlines.DeadlineRules memory rules = _rules(MARCH_START + 1 days);
            if (i == 0) rules.acknowledge = 0;
            else if (i == 1) rules.plan = 0;
            else if (i == 2) rules.localise = 0;
            else if (i == 3) rules.visit = 0;
            else if (i == 4) rules.eliminate = 0;
            else if (i == 5) rules.heatMonthHours = 0;
            else if (i == 6) rules.twoFeedHours = 25;
            else if (i == 7) rules.heatDegrees = [int8(12), 10, 10];
            else if (i == 8) rules.heatHours = [16, 17, 4, 0];
            else rules.heatHours = [16, 8, 4, 5];
            vm.expectRevert(abi.encodeWithSelector(IDeadlines.IncidentLog_InvalidDeadlineRules.selector, fields[i]));
            _set(rules);
        }
        _set(_rules(MARCH_START + 1 days));
    }

    function testFuzz_RevertWhen_RulesNotByTariffAuthority(address caller) external {
        if (caller == TARIFF_AUTHORITY) return;
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        incidents.setDeadlineRules(_rules(MARCH_START + 1 days));
    }

    /// @dev Whatever is reported in whatever order, the deadline is the earliest of all reports, and never later than it was.
    function testFuzz_ReportCondition_NeverLengthens(int8 first, int8[16] calldata reports) external {
        interrupt(INCIDENT, heatGroup, RAISED_AT, first);
        int8 coldest = first;
        for (uint40 i = 0; i < reports.length; ++i) {
            reportCondition(INCIDENT, reports[i], RAISED_AT + i);
            if (reports[i] < coldest) coldest = reports[i];
            uint40 permitted =
                coldest >= 12
                    ? 16
                    : coldest >= 10
                        ? 8
                        : coldest >= 8
                            ? 4
                            : 0;
            assertEq(deadline(INCIDENT, RESTORE, RAISED_AT).due, RAISED_AT + permitted * 1 hours, "the coldest");
        }
    }

    /// @dev At the limit it is met and nobody is told; a second later it is breached, told, and late by a second.
    function _checkBothSides(IIncidentLog.Deadline which, IIncidentLog.Stage stage, uint40 permitted) private {
        raise(OTHER, OBJECT + 1, LEAK, RAISED_AT);
        uint40 due = T0 + permitted;
        IIncidentLog.Stage before = IIncidentLog.Stage(uint8(stage) - 1);
        _to(before, T0);
        _to(stage, due);
        checkDeadline(deadline(INCIDENT, which, MARCH_START), MET, due, due, 0, "at the limit");
        assertEq(incidents.incidentOf(INCIDENT).breaches, 0, "no breach");
        advanceTo(OTHER, before, T0);
        vm.expectEmit(address(incidents));
        emit IIncidentLog.DeadlineBreached(OTHER, which, due, due + 1, true);
        advanceTo(OTHER, stage, due + 1);
        checkDeadline(deadline(OTHER, which, MARCH_START), BREACHED, due, due + 1, 1, "a second later");
        assertEq(incidents.incidentOf(OTHER).breaches, 1 << uint8(which), "told");
    }

    function _to(IIncidentLog.Stage stage, uint40 time) private {
        advanceTo(INCIDENT, stage, time);
    }

    function _suspend(uint40 time) private {
        vm.prank(DISPATCHER);
        incidents.suspend(INCIDENT, IIncidentLog.SuspensionReason.AwaitingPermit, time, EVIDENCE);
    }

    function _resume(uint40 time) private {
        vm.prank(DISPATCHER);
        incidents.resume(INCIDENT, time, EVIDENCE);
    }

    function _set(IDeadlines.DeadlineRules memory rules) private {
        vm.prank(TARIFF_AUTHORITY);
        incidents.setDeadlineRules(rules);
    }

    function _rules(uint40 validFrom) private view returns (IDeadlines.DeadlineRules memory rules) {
        rules = _first;
        rules.validFrom = validFrom;
    }

    function _inForce(uint40 validFrom, uint256 earliest) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDeadlines.IncidentLog_DeadlineRulesInForce.selector, validFrom, earliest);
    }

    function _notBreached(IIncidentLog.Deadline which, uint256 due) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IIncidentLog.IncidentLog_NotBreached.selector, INCIDENT, which, due);
    }
}
