// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccountBook} from "../../contracts/interfaces/IAccountBook.sol";
import {IBilling} from "../../contracts/interfaces/IBilling.sol";
import {IIncidentLog} from "../../contracts/interfaces/IIncidentLog.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {IOutages} from "../../contracts/interfaces/IOutages.sol";
import {IReadingLedger} from "../../contracts/interfaces/IReadingLedger.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {IVolumeBook} from "../../contracts/interfaces/IVolumeBook.sol";
import {Lines} from "../../contracts/libraries/Lines.sol";
import {MoneyFixture} from "./MoneyFixture.sol";
import {Vm} from "./Vm.sol";

/// @title Everything that can happen to readings, bills and money, in any order
/// @dev Deploys a city of its own. Each action bounds its input so that a revert is a bug: where a refusal is right, it is expected
/// by name. Beside the contracts the handler keeps its own sums ("ghosts"), taken from what it did and never read back.
contract MoneyHandler is MoneyFixture {
    struct Line {
        bytes32 account;
        uint16 period;
        IBilling.Service service;
    }

    /// @dev An account's period: its terms; its bill as it must be for ever, and what was conceded of it; what was charged for it.
    struct Period {
        IAccountBook.Terms terms;
        uint64[6] bill;
        uint64[6] conceded;
        uint64[3] charged;
    }

    /// @dev Hours are recorded up to the end of April 2026.
    uint16 public constant LAST_PERIOD = JANUARY + 3;
    uint16 public constant PROVIDERS = 4;
    uint256 private constant PAYER_KEY = 0xFEE;
    uint256 private constant MAX_HOURS = 240;
    address private constant HOLDER = address(0x5001);
    bytes32 private constant FRANK = keccak256("frank");
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    /// @dev Wh by zone (heat: kcal in the first) of a channel in a period, as recorded and corrected.
    mapping(uint32 group => mapping(uint16 channel => mapping(uint16 period => uint64[3]))) private _recorded;
    mapping(bytes32 account => mapping(uint16 period => Period)) private _periods;
    mapping(bytes32 account => uint16 period) private _lastTerms;
    /// @dev What waits for an account's next bill, by principal service.
    mapping(bytes32 account => int256[3]) private _waiting;
    uint40 private _outageEnd;
    bytes32[] private _accounts;
    mapping(bytes32 account => uint16 count) public ghostBills;
    mapping(bytes32 account => uint64 amount) public ghostPaid;
    mapping(bytes32 account => uint64 amount) public ghostRefunded;
    Line[] private _openDisputes;
    mapping(uint16 provider => uint64 amount) public ghostWithdrawn;
    /// @dev What netting brought to a provider, and what its payee paid into it.
    mapping(uint16 provider => int256 amount) public ghostNetted;
    mapping(uint16 provider => uint256 key) private _payeeKeys;
    uint64 private _rounds;
    uint256 public ghostDonated;
    uint256 public ghostSupply;
    bool public ghostPaused;
    string public trespass;
    uint256 private _references;

    constructor() {
        deployCity();
        openHouses();
        _accounts = everybody();
        for (uint256 i = 0; i < _accounts.length; ++i) {
            setHolder(_accounts[i], HOLDER);
            IAccountBook.Heating heating =
                _accounts[i] == DAVE ? IAccountBook.Heating.None : IAccountBook.Heating.House;
            _noteTerms(_accounts[i], JANUARY, termsOf(2, heating));
        }
        for (uint16 provider = 1; provider <= PROVIDERS; ++provider) {
            _setPayee(provider, provider);
        }
        ITariffBook.Tariff memory tariff = usualTariff(JANUARY);
        (tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider) = (1, 2, 3);
        publish(tariff);
        vm.prank(vm.addr(PAYER_KEY));
        rouble.approve(address(settlement), type(uint256).max);
    }

    /// @notice Records some hours of both segments, with or without a measured value, balanced or not.
    function record(uint256 seed, uint256 hoursSeed) external {
        _recordHours(seed, bound(hoursSeed, 1, MAX_HOURS));
    }

    /// @notice Bills some accounts, some of them twice, for the next period of one of them; goes on to that period's end at times.
    function bill(uint256 seed) external {
        uint16 period = billing.nextPeriodOf(_accountAt(seed));
        if (period > LAST_PERIOD) return;
        if (!_isOver(period)) {
            if (seed % 2 == 0) return;
            _recordHours(seed, (ledger.firstHourOf(period + 1) - _nextHour()));
        }
        bytes32[] memory batch = _billable(seed, period);
        if (ghostPaused) {
            vm.expectRevert(IBilling.Billing_Paused.selector);
            billing.issue(batch, period);
            return;
        }
        for (uint256 i = 0; i < batch.length; ++i) _expectBill(batch[i], period);
        vm.recordLogs();
        billing.issue(batch, period);
        _checkIssued();
    }

    /// @notice Fixes a group's volumes for a period that is over: a pause does not stop it.
    function fix(uint256 seed) external {
        uint16 period = JANUARY + uint16(seed % 4);
        if (_isOver(period)) volumes.fix(uint32(1 + ((seed >> 8) % 3)), period);
    }

    /// @notice An hour of a channel is corrected, up or down, and the volumes that are fixed are fixed anew.
    function correct(uint256 seed) external {
        uint32 group = uint32(1 + (seed % 3));
        uint32 hours_ = _nextHour() - SHORT_START;
        if (hours_ == 0) return;
        uint16 channel = group == heatOfHouseOne ? 0 : uint16((seed >> 8) % (group == houseOne ? 6 : 4));
        uint32 hour = SHORT_START + uint32((seed >> 16) % hours_);
        (uint16 period, uint8 zone) = ledger.calendarOf(hour);
        if (group == heatOfHouseOne) zone = 0;
        uint64 used = _recorded[group][channel][period][zone];
        int256 difference = int256((seed >> 48) % 20_000) - int256(uint256(used < 10_000 ? used : 10_000));
        if (difference == 0) return;
        bytes memory differences = differencesOf(int32(difference), 1);
        IReadingLedger.Correction memory correction = correctionOf(group, channel, hour, differences);
        recordCorrection(correction, differences);
        _recorded[group][channel][period][zone] = uint64(uint256(int256(uint256(used)) + difference));
        _refix(group, period);
    }

    /// @notice A billed period of some accounts is computed again: what differs from what was charged waits for the next bill.
    function recalculate(uint256 seed) external {
        bytes32 account = _accountAt(seed);
        if (ghostBills[account] == 0) return;
        uint16 period = JANUARY + uint16((seed >> 16) % ghostBills[account]);
        if (ghostPaused) {
            vm.expectRevert(IBilling.Billing_Paused.selector);
            billing.recalculate(only(account), period);
            return;
        }
        uint64[3] memory known = expectedNet(account, period);
        for (uint256 i = 0; i < 3; ++i) {
            _waiting[account][i] += int256(uint256(known[i])) - int256(uint256(_periods[account][period].charged[i]));
        }
        _periods[account][period].charged = known;
        billing.recalculate(only(account), period);
    }

    /// @notice Other terms from a period on, billed or not: zones of the day, and how heating is counted.
    function changeTerms(uint256 seed) external {
        bytes32 account = _accountAt(seed);
        uint16 period = _lastTerms[account] + uint16((seed >> 8) % 3);
        if (period > LAST_PERIOD) return;
        IAccountBook.Heating heating =
            account == DAVE ? IAccountBook.Heating(((seed >> 16) % 2) * 2) : IAccountBook.Heating((seed >> 16) % 4);
        IAccountBook.Terms memory terms = termsOf(uint8(1 + ((seed >> 24) % 3)), heating);
        setTerms(account, period, terms);
        _noteTerms(account, period, terms);
        if (account != DAVE) _refix(heatOfHouseOne, period);
    }

    /// @notice A house was without supply, or with too cold a one; told of late at times.
    function outage(uint256 seed) external {
        if (_outageEnd == 0) {
            vm.prank(DISPATCHER);
            incidents.raise("incident", 1, 1, uint40(block.timestamp), "evidence");
            _outageEnd = uint40(SHORT_START) * 1 hours;
        }
        uint40 from = _outageEnd + uint40((seed >> 8) % 4 days);
        uint40 to = from + uint40(1 + ((seed >> 40) % 3 days));
        if (to > block.timestamp) return;
        _outageEnd = to;
        // Every second one of electricity: it reduces two services of two houses.
        IOutages.OutageKind kind = IOutages.OutageKind(seed % 4 < 2 ? seed % 4 : 2);
        bool isElectric = kind == IOutages.OutageKind.ElectricityInterruption;
        uint32 group = isElectric ? uint32(1 + ((seed >> 4) % 2)) : heatOfHouseOne;
        uint8 measure =
            isElectric
                ? 2
                : kind == IOutages.OutageKind.HeatCold
                    ? uint8(1 + ((seed >> 80) % 9))
                    : 4;
        vm.prank(DISPATCHER);
        incidents.recordOutage("incident", group, kind, from, to, measure, "evidence");
    }

    /// @notice Pays for an account: in part, in full or too much.
    function pay(uint256 seed, uint64 amountSeed) external {
        (bytes32 account, uint64 amount) = _payment(seed, amountSeed);
        vm.prank(vm.addr(PAYER_KEY));
        settlement.pay(account, amount);
    }

    /// @notice The same with a permit, which someone else may have sent before.
    function payWithPermit(uint256 seed, uint64 amountSeed, bool isFrontRun) external {
        (bytes32 account, uint64 amount) = _payment(seed, amountSeed);
        address payer = vm.addr(PAYER_KEY);
        bytes32 structHash = keccak256(
            abi.encode(PERMIT_TYPEHASH, payer, address(settlement), amount, rouble.nonces(payer), block.timestamp)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", rouble.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, digest);
        vm.prank(payer);
        rouble.approve(address(settlement), 0);
        if (isFrontRun) rouble.permit(payer, address(settlement), amount, block.timestamp, v, r, s);
        vm.prank(payer);
        settlement.payWithPermit(account, amount, block.timestamp, v, r, s);
        vm.prank(payer);
        rouble.approve(address(settlement), type(uint256).max);
    }

    function applyCredit(uint256 seed) external {
        bytes32[] memory batch = new bytes32[](1 + (seed % 100));
        for (uint256 i = 0; i < batch.length; ++i) batch[i] = _accountAt((seed >> 8) + i);
        settlement.applyCredit(batch);
    }

    /// @notice The holder takes credit back, or asks for more than there is.
    function refund(uint256 seed, uint64 amountSeed) external {
        bytes32 account = _accountAt(seed);
        uint64 credit = settlement.creditOf(account);
        vm.prank(HOLDER);
        if (credit == 0 || seed % 5 == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(ISettlement.Settlement_InsufficientCredit.selector, account, credit + 1, credit)
            );
            settlement.refund(account, credit + 1, HOLDER);
            return;
        }
        uint64 amount = uint64(bound(amountSeed, 1, credit));
        settlement.refund(account, amount, HOLDER);
        ghostRefunded[account] += amount;
    }

    /// @notice The holder disputes what is outstanding on a line, or part of it.
    function dispute(uint256 seed, uint64 amountSeed) external {
        for (uint256 i = 0; i < 16; ++i) {
            Line memory line = _lineAt(uint256(keccak256(abi.encode(seed, i))));
            uint256 index = uint256(line.service);
            uint64 amount = billing.billOf(line.account, line.period).amounts[index];
            uint64 outstanding = amount - settlement.paidOf(line.account, line.period)[index];
            if (outstanding == 0 || _stateOf(line) != ISettlement.DisputeState.None) continue;
            vm.prank(HOLDER);
            settlement.dispute(
                line.account,
                line.period,
                line.service,
                uint64(bound(amountSeed, 1, outstanding)),
                bytes32(seed)
            );
            _openDisputes.push(line);
            return;
        }
    }

    /// @notice A dispute is conceded in part or in full, rejected, withdrawn, or left to its deadline and settled by anyone.
    function endDispute(uint256 seed, uint64 amountSeed) external {
        if (_openDisputes.length == 0) return;
        uint256 place = seed % _openDisputes.length;
        Line memory line = _openDisputes[place];
        (bytes32 account, uint16 period, IBilling.Service service) = (line.account, line.period, line.service);
        ISettlement.LineDispute memory found = settlement.disputeOf(account, period, service);
        uint256 end = (seed >> 64) % 4;
        if (end == 1 && block.timestamp > found.deadline) end = 3;
        uint64 conceded = 0;
        if (end == 0) {
            conceded = uint64(bound(amountSeed, 1, found.amount));
            vm.prank(_answererOf(line));
            settlement.concede(account, period, service, conceded);
        } else if (end == 1) {
            vm.prank(_answererOf(line));
            settlement.reject(account, period, service, bytes32(seed));
        } else if (end == 2) {
            vm.prank(HOLDER);
            settlement.withdrawDispute(account, period, service);
        } else {
            if (block.timestamp <= found.deadline) vm.warp(uint256(found.deadline) + 1);
            vm.prank(STRANGER);
            settlement.settleDispute(account, period, service);
            conceded = found.amount;
        }
        _periods[account][period].conceded[uint256(service)] += conceded;
        if (end == 0 && conceded < found.amount) return;
        _openDisputes[place] = _openDisputes[_openDisputes.length - 1];
        _openDisputes.pop();
    }

    /// @notice A payee withdraws, or asks for more than is there.
    function withdraw(uint256 seed, uint64 amountSeed) external {
        uint16 provider = 1 + uint16(seed % PROVIDERS);
        uint64 balance = settlement.balanceOf(provider);
        vm.prank(tariffs.payeeOf(provider));
        if (balance == 0 || seed % 7 == 0) {
            vm.expectRevert();
            settlement.withdraw(provider, balance + 1);
            return;
        }
        uint64 amount = uint64(bound(amountSeed, 1, balance));
        settlement.withdraw(provider, amount);
        ghostWithdrawn[provider] += amount;
    }

    /// @notice Some providers owe each other something, both have signed, and it is netted; twice the same is refused.
    function netProviders(uint256 seed) external {
        ISettlement.Obligation[] memory obligations = new ISettlement.Obligation[](1 + (seed % 4));
        bytes memory signatures;
        for (uint256 i = 0; i < obligations.length; ++i) {
            uint256 mixed = uint256(keccak256(abi.encode(seed, i)));
            ISettlement.Obligation memory one = obligations[i];
            one.debtor = uint16(1 + (mixed % PROVIDERS));
            one.creditor = uint16(1 + ((one.debtor + ((mixed >> 8) % (PROVIDERS - 1))) % PROVIDERS));
            one.amount = uint64(1 + ((mixed >> 16) % 100_000));
            one.document = _reference();
            one.validUntil = uint32(block.timestamp);
            bytes32 digest = settlement.obligationDigest(one);
            signatures = abi.encodePacked(
                signatures,
                signatureOf(digest, _payeeKeys[one.debtor]),
                signatureOf(digest, _payeeKeys[one.creditor])
            );
            ghostNetted[one.debtor] -= int256(uint256(one.amount));
            ghostNetted[one.creditor] += int256(uint256(one.amount));
            address payee = vm.addr(_payeeKeys[one.debtor]);
            _mint(payee, one.amount);
            vm.prank(payee);
            rouble.approve(address(settlement), type(uint256).max);
        }
        uint256[5] memory before;
        for (uint16 i = 1; i <= PROVIDERS; ++i) before[i] = settlement.balanceOf(i);
        settlement.netObligations(++_rounds, obligations, signatures);
        _checkNetted(obligations, before);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.Settlement_ObligationUsed.selector,
                0,
                settlement.obligationDigest(obligations[0])
            )
        );
        settlement.netObligations(_rounds + 1, obligations, signatures);
    }

    /// @notice Penalties come due on what is overdue: no money moves.
    function accrue(uint256 seed) external {
        settlement.accruePenalties(only(_accountAt(seed)));
    }

    /// @notice What payees have drawn is burnt by the bank, and someone sends tokens to the settlement without a payment.
    function burnAndDonate(uint16 provider, uint16 amount) external {
        address payee = tariffs.payeeOf(1 + (provider % PROVIDERS));
        uint256 drawn = rouble.balanceOf(payee);
        ghostSupply -= drawn;
        ghostDonated += amount;
        vm.prank(payee);
        rouble.transfer(BANK, drawn);
        vm.prank(BANK);
        rouble.burn(drawn, _reference());
        _mint(STRANGER, amount);
        vm.prank(STRANGER);
        rouble.transfer(address(settlement), amount);
    }

    /// @notice A new tariff from the next period on, with other prices and providers.
    function publishTariff(uint256 seed) external {
        (uint16 current, ) = ledger.calendarOf(uint32(block.timestamp / 1 hours));
        if (tariffs.tariffAt(tariffs.tariffCount()).fromPeriod > current) return;
        ITariffBook.Tariff memory tariff = usualTariff(current + 1);
        for (uint256 i = 0; i < 18; ++i) {
            tariff.electricityPrices[i] = uint64(1 + (uint256(keccak256(abi.encode(seed, i))) % 10 ** 8));
        }
        tariff.firstBandLimit = uint64(seed % 10 ** 6);
        tariff.secondBandLimit = tariff.firstBandLimit + uint64((seed >> 32) % 10 ** 6);
        tariff.heatPrice = uint64(1 + ((seed >> 64) % 10 ** 10));
        tariff.reductionRate = uint16((seed >> 128) % 1_000);
        tariff.penaltyRate = uint16((seed >> 144) % 2_000);
        tariff.dueDay = uint8(1 + ((seed >> 96) % 28));
        tariff.electricityProvider = uint16(1 + ((seed >> 104) % PROVIDERS));
        tariff.commonNeedsProvider = uint16(1 + ((seed >> 112) % PROVIDERS));
        tariff.heatProvider = uint16(1 + ((seed >> 120) % PROVIDERS));
        publish(tariff);
    }

    /// @notice Changes where a provider's share is paid, and pauses or resumes billing and readings.
    function govern(uint16 provider, uint8 payee, bool paused) external {
        _setPayee(1 + (provider % PROVIDERS), 1 + (payee % 8));
        vm.prank(GUARDIAN);
        billing.setPaused(paused);
        ghostPaused = paused;
    }

    /// @notice One more account of the heat group, as long as it has no bill.
    function openFrank(uint32 area) external {
        if (_accounts.length == 6) return;
        IAccountBook.Premises memory premises = IAccountBook.Premises(0, 0, heatOfHouseOne, 0, 1);
        IAccountBook.Terms memory terms = termsOf(1, IAccountBook.Heating.House);
        if (ghostBills[ALICE] + ghostBills[BOB] + ghostBills[CAROL] + ghostBills[EVE] != 0) {
            vm.expectRevert(abi.encodeWithSelector(IAccountBook.AccountBook_AreaInUse.selector, heatOfHouseOne));
            vm.prank(REGISTRAR);
            accounts.openAccount(FRANK, premises, JANUARY, terms);
            return;
        }
        premises.area = uint32(bound(area, 1, 100_000));
        openAccount(FRANK, premises, JANUARY, terms);
        _noteTerms(FRANK, JANUARY, terms);
        _accounts.push(FRANK);
        setHolder(FRANK, HOLDER);
    }

    /// @notice Someone without the role tries what is restricted. None has two roles here.
    function tryRestricted(uint256 seed) external {
        address[4] memory callers = [STRANGER, BANK, GUARDIAN, DISPATCHER];
        address caller = callers[seed % 4];
        if (caller != BANK) {
            _try(caller, address(rouble), abi.encodeCall(rouble.mint, (caller, 1, _reference())), "mint");
            _try(caller, address(rouble), abi.encodeCall(rouble.burn, (0, _reference())), "burn");
        }
        if (caller != GUARDIAN) _try(caller, address(billing), abi.encodeCall(billing.setPaused, (true)), "setPaused");
        if (caller != DISPATCHER) {
            _try(caller, address(incidents), abi.encodeCall(incidents.raise, (0, 1, 1, 1, 0)), "raise");
            _try(caller, address(incidents), abi.encodeCall(incidents.clear, (0, 1, 0)), "clear");
            bytes memory advance = abi.encodeCall(incidents.advance, (0, IIncidentLog.Stage.Closed, 1, 0));
            _try(caller, address(incidents), advance, "advance");
            IOutages.OutageKind kind = IOutages.OutageKind.HeatCold;
            bytes memory record_ = abi.encodeCall(incidents.recordOutage, ("incident", 1, kind, 1, 2, 3, 0));
            _try(caller, address(incidents), record_, "recordOutage");
        }
        _try(caller, address(billing), abi.encodeCall(billing.connect, (address(rouble))), "connect");
        Line memory line = _openDisputes.length == 0 ? _lineAt(seed) : _openDisputes[seed % _openDisputes.length];
        vm.startPrank(caller);
        try settlement.refund(line.account, 1, caller) {
            trespass = "refund";
        } catch {}
        try settlement.withdrawDispute(line.account, line.period, line.service) {
            trespass = "withdrawDispute";
        } catch {}
        try settlement.concede(line.account, line.period, line.service, 1) {
            trespass = "concede";
        } catch {}
        vm.stopPrank();
        vm.prank(caller);
        try settlement.withdraw(1 + uint16((seed >> 8) % PROVIDERS), 1) {
            trespass = "withdraw";
        } catch {}
    }

    /// @notice What was conceded of a bill's lines, also by default.
    function ghostConceded(bytes32 account, uint16 period) external view returns (uint64[6] memory) {
        return _periods[account][period].conceded;
    }

    function everyAccount() external view returns (bytes32[] memory) {
        return _accounts;
    }

    function ghostBill(bytes32 account, uint16 period) external view returns (uint64[6] memory) {
        return _periods[account][period].bill;
    }

    function ghostCharged(bytes32 account, uint16 period) external view returns (uint64[3] memory) {
        return _periods[account][period].charged;
    }

    /// @notice What waits for an account's next bill, by principal service.
    function ghostWaiting(bytes32 account) external view returns (int256[3] memory) {
        return _waiting[account];
    }

    function contracts()
        external
        view
        returns (
            IBilling billing_,
            address settlement_,
            address rouble_,
            ITariffBook tariffs_,
            IAccountBook accounts_,
            IVolumeBook volumes_
        )
    {
        return (billing, address(settlement), address(rouble), tariffs, accounts, volumes);
    }

    /// @notice What a period costs an account, computed from what was recorded and corrected, areas, terms and tariff alone; of outages the
    /// hours are taken as the incident log has them.
    function expectedNet(bytes32 account, uint16 period) public view returns (uint64[3] memory net) {
        IAccountBook.Premises memory premises = accounts.accountOf(account).premises;
        ITariffBook.Tariff memory tariff = tariffs.tariffOf(period);
        uint256 zones = _periods[account][period].terms.zones;
        uint32 group = premises.electricityGroup;
        uint256 rate = tariff.reductionRate;
        if (group != 0) {
            uint256 hours_ = incidents.reductionHoursOf(group, period).electricityExcess;
            uint256 amount = _priceBands(
                tariff,
                zones,
                _zonesOf(_recorded[group][premises.electricityChannel][period], zones)
            );
            net[0] = _reduced(amount, hours_ * rate);
            uint64[3] memory part;
            uint64[3] memory shared = commonNeeds(group, period);
            for (uint256 i = 0; i < 3; ++i) part[i] = _share(account, true, shared[i]);
            part = _zonesOf(part, zones);
            amount = 0;
            for (uint256 zone = 0; zone < zones; ++zone) amount += _price(tariff, zones, zone, 0, part[zone]);
            net[1] = _reduced(amount, hours_ * rate);
        }
        uint256 heat = (_heat(account, premises, tariff, period) * tariff.heatPrice + 5 * 10 ** 9) / 10 ** 10;
        IOutages.ReductionHours memory cold = incidents.reductionHoursOf(heatOfHouseOne, period);
        uint256 coldHours = premises.heatGroup == 0 ? 0 : uint256(cold.heatExcess) + cold.heatDegrees;
        net[2] = _reduced(heat, coldHours * rate);
    }

    /// @notice Common needs charged in a period: what the differences up to it come to, less what was charged before, zone by zone.
    function commonNeeds(uint32 group, uint16 period) public view returns (uint64[3] memory charged) {
        uint16 consumers = group == houseOne ? 3 : 1;
        for (uint256 zone = 0; zone < 3; ++zone) {
            int256 balance = 0;
            for (uint16 p = JANUARY; p <= period; ++p) {
                for (uint16 channel = 0; channel < 3 + consumers; ++channel) {
                    int256 consumed = int256(uint256(_recorded[group][channel][p][zone]));
                    balance += channel < 3 ? consumed : -consumed;
                }
                charged[zone] = balance > 0 ? uint64(uint256(balance)) : 0;
                if (balance > 0) balance = 0;
            }
        }
    }

    /// @notice The heat of house 1 in a period, and is any of its premises heated by a boiler, or otherwise than by the house?
    function houseHeat(uint16 period) external view returns (uint64 volume, bool isMixed) {
        volume = _recorded[heatOfHouseOne][0][period][0];
        for (uint256 i = 0; i < _accounts.length; ++i) {
            if (_accounts[i] == DAVE) continue;
            isMixed = isMixed || _periods[_accounts[i]][period].terms.heating != IAccountBook.Heating.House;
        }
    }

    /// @dev What an account's next bill must be, by what the handler knows; a bill that was issued stays as it was.
    function _expectBill(bytes32 account, uint16 period) private {
        if (ghostBills[account] != period - JANUARY) return;
        ++ghostBills[account];
        uint64[3] memory net = expectedNet(account, period);
        uint64[3] memory penalties = settlement.pendingPenaltyOf(account);
        _periods[account][period].charged = net;
        for (uint256 i = 0; i < 3; ++i) {
            // All that waits is taken, but for what would make the service cost less than nothing.
            int256 amount = int256(uint256(net[i])) + _waiting[account][i];
            _waiting[account][i] = amount < 0 ? amount : int256(0);
            _periods[account][period].bill[i] = amount < 0 ? 0 : uint64(uint256(amount));
            _periods[account][period].bill[3 + i] = penalties[i];
        }
    }

    /// @dev INV-M3: the lines told with each bill add up to its amounts, service by service.
    function _checkIssued() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBilling.BillIssued.selector) continue;
            (bytes32 account, uint16 period) = (logs[i].topics[1], uint16(uint256(logs[i].topics[2])));
            (uint64 total, , , uint256[] memory words) = abi.decode(logs[i].data, (uint64, uint64, uint32, uint256[]));
            int256[6] memory sums;
            for (uint256 line = 0; line < words.length; ++line) {
                sums[Lines.serviceOf(words[line])] += Lines.amountOf(words[line]);
            }
            int256 sum = 0;
            for (uint256 service = 0; service < 6; ++service) {
                assertEq(
                    sums[service],
                    int256(uint256(_periods[account][period].bill[service])),
                    "INV-M3 lines of a service"
                );
                sum += sums[service];
            }
            assertEq(sum, int256(uint256(total)), "INV-M3 lines of a bill");
        }
    }

    /// @dev Fixes a group's volumes anew from a period on, as far as they are fixed.
    function _refix(uint32 group, uint16 period) private {
        uint16 end = volumes.nextPeriodOf(group);
        while (period < end) period = volumes.refix(group, period);
    }

    function _noteTerms(bytes32 account, uint16 period, IAccountBook.Terms memory terms) private {
        _lastTerms[account] = period;
        for (; period <= LAST_PERIOD; ++period) _periods[account][period].terms = terms;
    }

    function _recordHours(uint256 seed, uint256 count) private {
        uint32 hour = _nextHour();
        uint32 end = ledger.firstHourOf(LAST_PERIOD + 1);
        for (uint256 i = 0; i < count && hour < end; ++i) {
            _recordHour(hour++, uint256(keccak256(abi.encode(seed, i))));
        }
    }

    function _recordHour(uint32 hour, uint256 seed) private {
        (uint16 period, uint8 zone) = ledger.calendarOf(hour);
        // Months in which the consumers come to more than their parent alternate with others.
        int256 bias = int256((uint256(keccak256(abi.encode(period, zone))) % 3)) - 1;
        uint24[6] memory one;
        uint24[6] memory two;
        uint8[6] memory quality;
        for (uint256 i = 0; i < 3; ++i) {
            if (uint8(seed >> (40 * i)) < 8) quality[3 + i] = 1;
            one[3 + i] = uint24((seed >> (40 * i + 8)) % 3_000);
            one[i] = _withNoise(one[3 + i], bias * int256((seed >> (40 * i + 24)) % 400));
        }
        two[3] = uint24((seed >> 120) % 5_000);
        two[0] = _withNoise(two[3], bias * int256((seed >> 140) % 900));
        uint24 heat = uint24((seed >> 160) % 30_000);

        recordNext(electricitySegment, abi.encodePacked(slotOf(one, quality), slotOf(two)));
        recordNext(heatSegment, heatHour(heat));
        for (uint16 channel = 0; channel < 6; ++channel) {
            _recorded[houseOne][channel][period][zone] += one[channel];
            if (channel < 4) _recorded[houseTwo][channel][period][zone] += two[channel];
        }
        _recorded[heatOfHouseOne][0][period][0] += heat;
    }

    function _payment(uint256 seed, uint64 amountSeed) private returns (bytes32 account, uint64 amount) {
        account = _accountAt(seed);
        // Half of the payments are for who disputes something, so that there is escrow.
        if (_openDisputes.length != 0 && seed % 2 == 0) account = _openDisputes[seed % _openDisputes.length].account;
        uint64 debt = settlement.debtOf(account);
        // A quarter in full, the others in any part or somewhat above.
        amount = amountSeed % 4 == 0 && debt > 0 ? debt : uint64(bound(amountSeed, 1, uint256(debt) * 2 + 100));
        _mint(vm.addr(PAYER_KEY), amount);
        ghostPaid[account] += amount;
    }

    /// @dev A debtor pays from its balance first: what its payee had to bring in beyond it is counted as come from outside.
    function _checkNetted(ISettlement.Obligation[] memory obligations, uint256[5] memory before) private {
        int256[5] memory nets;
        for (uint256 i = 0; i < obligations.length; ++i) {
            nets[obligations[i].debtor] -= int256(uint256(obligations[i].amount));
            nets[obligations[i].creditor] += int256(uint256(obligations[i].amount));
        }
        for (uint16 i = 1; i <= PROVIDERS; ++i) {
            int256 left = int256(before[i]) + nets[i];
            if (left < 0) ghostNetted[i] -= left;
            assertEq(settlement.balanceOf(i), left < 0 ? 0 : uint256(left), "INV-M11 a net position");
        }
    }

    function _setPayee(uint16 provider, uint16 number) private {
        _payeeKeys[provider] = 0x4000 + uint256(number);
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(provider, vm.addr(_payeeKeys[provider]));
    }

    function _mint(address to, uint256 amount) private {
        vm.prank(BANK);
        rouble.mint(to, amount, _reference());
        ghostSupply += amount;
    }

    function _reference() private returns (bytes32) {
        return bytes32(++_references);
    }

    function _try(address caller, address target, bytes memory data, string memory what) private {
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, bytes memory answer) = target.call(data);
        bytes memory expected = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        if (ok || keccak256(answer) != keccak256(expected)) trespass = what;
    }

    function _billable(uint256 seed, uint16 period) private view returns (bytes32[] memory batch) {
        bytes32[] memory found = new bytes32[](8);
        uint256 count = 0;
        for (uint256 i = 0; i < found.length; ++i) {
            bytes32 account = _accountAt(uint256(keccak256(abi.encode(seed, i))));
            // Next to be billed, or billed already.
            if (billing.nextPeriodOf(account) >= period) found[count++] = account;
        }
        batch = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) batch[i] = found[i];
    }

    /// @dev A line of a bill, issued or not.
    function _lineAt(uint256 seed) private view returns (Line memory) {
        bytes32 account = _accountAt(seed);
        uint16 bills = ghostBills[account];
        uint16 period = JANUARY + uint16((seed >> 16) % (bills == 0 ? 1 : bills));
        return Line(account, period, IBilling.Service((seed >> 32) % 6));
    }

    function _stateOf(Line memory line) private view returns (ISettlement.DisputeState) {
        return settlement.disputeOf(line.account, line.period, line.service).state;
    }

    function _answererOf(Line memory line) private view returns (address) {
        ITariffBook.Tariff memory tariff = tariffs.tariffOf(line.period);
        uint16[3] memory providers = [tariff.electricityProvider, tariff.commonNeedsProvider, tariff.heatProvider];
        return tariffs.payeeOf(providers[uint256(line.service) % 3]);
    }

    function _isOver(uint16 period) private view returns (bool) {
        return ledger.isPeriodOver(electricitySegment, period);
    }

    function _nextHour() private view returns (uint32 hour) {
        (hour, ) = ledger.headOf(electricitySegment);
    }

    function _accountAt(uint256 seed) private view returns (bytes32) {
        return _accounts[seed % _accounts.length];
    }

    /// @dev An account's part of a volume by running total, over the accounts of its group in order of opening.
    function _share(bytes32 account, bool isElectricity, uint256 volume) private view returns (uint64) {
        uint256 before = 0;
        uint256 own = 0;
        uint256 total = 0;
        uint32 group = _groupOf(account, isElectricity);
        for (uint256 i = 0; i < _accounts.length; ++i) {
            if (_groupOf(_accounts[i], isElectricity) != group) continue;
            uint256 area = accounts.accountOf(_accounts[i]).premises.area;
            if (_accounts[i] == account) (before, own) = (total, area);
            total += area;
        }
        return uint64((volume * (before + own)) / total - (volume * before) / total);
    }

    function _heat(
        bytes32 account,
        IAccountBook.Premises memory premises,
        ITariffBook.Tariff memory tariff,
        uint16 period
    ) private view returns (uint256) {
        IAccountBook.Heating heating = _periods[account][period].terms.heating;
        if (heating == IAccountBook.Heating.Norm) return (uint256(premises.area) * tariff.heatNorm + 50) / 100;
        if (heating != IAccountBook.Heating.House) return 0;
        uint256 volume = _recorded[heatOfHouseOne][0][period][0];
        uint256 heated = 0;
        bool hasBoilers = false;
        for (uint256 i = 0; i < _accounts.length; ++i) {
            if (_groupOf(_accounts[i], false) == 0) continue;
            bool isBoiler = _periods[_accounts[i]][period].terms.heating == IAccountBook.Heating.OwnBoiler;
            hasBoilers = hasBoilers || isBoiler;
            if (!isBoiler) heated += accounts.accountOf(_accounts[i]).premises.area;
        }
        if (!hasBoilers) return _share(account, false, volume);
        return (2 * volume * premises.area + heated) / (2 * heated);
    }

    function _groupOf(bytes32 account, bool isElectricity) private view returns (uint32) {
        IAccountBook.Premises memory premises = accounts.accountOf(account).premises;
        return isElectricity ? premises.electricityGroup : premises.heatGroup;
    }

    /// @dev A month's electricity, band by band: of each zone what the limit leaves by running total, and the rest to the next band.
    function _priceBands(
        ITariffBook.Tariff memory tariff,
        uint256 zones,
        uint64[3] memory left
    ) private pure returns (uint256 amount) {
        uint256[3] memory room = [
            uint256(tariff.firstBandLimit),
            tariff.secondBandLimit - tariff.firstBandLimit,
            type(uint64).max
        ];
        for (uint256 band = 0; band < 3; ++band) {
            uint256 total = uint256(left[0]) + left[1] + left[2];
            if (total == 0) break;
            uint256 filled = total < room[band] ? total : room[band];
            uint256 before = 0;
            for (uint256 zone = 0; zone < zones; ++zone) {
                uint256 upTo = before + left[zone];
                uint64 part = uint64((filled * upTo) / total - (filled * before) / total);
                amount += _price(tariff, zones, zone, band, part);
                left[zone] -= part;
                before = upTo;
            }
        }
    }

    function _price(
        ITariffBook.Tariff memory tariff,
        uint256 zones,
        uint256 zone,
        uint256 band,
        uint256 quantity
    ) private pure returns (uint256) {
        uint256[4] memory first = [uint256(0), 0, 3, 9];
        uint256 price = tariff.electricityPrices[first[zones] + 3 * zone + band];
        return (quantity * price + 5 * 10 ** 6) / 10 ** 7;
    }

    function _reduced(uint256 amount, uint256 parts) private pure returns (uint64) {
        uint256 reduction = (amount * parts + 50_000) / 100_000;
        return uint64(reduction > amount ? 0 : amount - reduction);
    }

    function _zonesOf(uint64[3] memory volume, uint256 zones) private pure returns (uint64[3] memory) {
        if (zones == 3) return [volume[0], volume[1], volume[2]];
        if (zones == 2) return [volume[0] + volume[1], volume[2], 0];
        return [volume[0] + volume[1] + volume[2], 0, 0];
    }

    function _withNoise(uint24 value, int256 noise) private pure returns (uint24) {
        int256 sum = int256(uint256(value)) + noise;
        return sum < 0 ? 0 : uint24(uint256(sum));
    }
}
