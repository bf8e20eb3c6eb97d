// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ITariffBook} from "../../contracts/interfaces/ITariffBook.sol";
import {Netting} from "../../contracts/libraries/Netting.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Providers' obligations set off in rounds
/// @dev UK, HEATING and GRID owe each other what the worked example has; each payee is a key that signs.
contract NettingTest is MoneyFixture {
    uint16 private constant UK = 1;
    uint16 private constant HEATING = 2;
    uint16 private constant GRID = 3;
    bytes32 private constant OBLIGATION_TYPEHASH = keccak256(
        "Obligation(uint16 debtor,uint16 creditor,uint64 amount,bytes32 document,uint32 validUntil)"
    );
    uint256 private constant GAS_OF_TEN = 900_000;

    event Measured(string what, uint256 gas);

    function setUp() public {
        deployCity();
        for (uint16 provider = 1; provider <= 10; ++provider) {
            vm.prank(TARIFF_AUTHORITY);
            tariffs.registerProvider(provider, _payee(provider));
        }
    }

    function test_Netting_Vectors() external view {
        string memory json = vm.readFile("tests/vectors/netting.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _path(count, "count", "")); ++count) {
            ISettlement.Obligation[] memory obligations = new ISettlement.Obligation[](
                _number(json, count, "count", "")
            );
            for (uint256 i = 0; i < obligations.length; ++i) {
                string memory place = vm.toString(i);
                obligations[i].debtor = uint16(_number(json, count, "debtor", place));
                obligations[i].creditor = uint16(_number(json, count, "creditor", place));
                obligations[i].amount = uint64(_number(json, count, "amount", place));
            }
            (uint16[] memory providers, int256[] memory nets) = Netting.positionsOf(obligations);
            assertEq(providers.length, _number(json, count, "providers", ""), _path(count, "providers", ""));
            assertEq(nets.length, providers.length, "nets");
            for (uint256 i = 0; i < providers.length; ++i) {
                string memory place = vm.toString(i);
                assertEq(providers[i], _number(json, count, "provider", place), _path(count, "provider", place));
                int256 expected = int256(_number(json, count, "gets", place));
                expected -= int256(_number(json, count, "pays", place));
                assertEq(nets[i], expected, _path(count, "gets", place));
            }
        }
        assertTrue(count >= 5, "netting.json is read whole");
    }

    /// @dev The net positions add up to 0 whatever is owed, and each is what the provider is owed less what it owes.
    function testFuzz_Positions_AddUpToZero(uint64[8] calldata amounts, uint8[8] calldata sides) external pure {
        ISettlement.Obligation[] memory obligations = new ISettlement.Obligation[](8);
        int256[5] memory expected;
        for (uint256 i = 0; i < 8; ++i) {
            uint16 debtor = sides[i] % 5;
            uint16 creditor = uint16((debtor + 1 + ((sides[i] / 5) % 4)) % 5);
            obligations[i] = ISettlement.Obligation(debtor, creditor, amounts[i], 0, 0);
            expected[debtor] -= int256(uint256(amounts[i]));
            expected[creditor] += int256(uint256(amounts[i]));
        }
        (uint16[] memory providers, int256[] memory nets) = Netting.positionsOf(obligations);
        int256 sum = 0;
        for (uint256 i = 0; i < providers.length; ++i) {
            assertEq(nets[i], expected[providers[i]], "net");
            sum += nets[i];
        }
        assertEq(sum, 0, "sum");
    }

    function test_NetObligations_DebtorPaysFromItsRoubles() external {
        ISettlement.Obligation[] memory obligations = _example();
        fund(_payee(UK), 1_200);
        uint16[] memory providers = new uint16[](3);
        int256[] memory nets = new int256[](3);
        (providers[0], providers[1], providers[2]) = (UK, HEATING, GRID);
        (nets[0], nets[1], nets[2]) = (-1_200, 720, 480);
        bytes memory signatures = _signAll(obligations);
        vm.expectEmit(address(settlement));
        emit ISettlement.ObligationNetted(1, settlement.obligationDigest(obligations[0]), UK, HEATING, 900, "act 1");
        vm.expectEmit(address(settlement));
        emit ISettlement.RoundNetted(1, providers, nets);
        vm.prank(STRANGER);
        settlement.netObligations(1, obligations, signatures);
        assertEq(settlement.balanceOf(HEATING), 720, "HEATING");
        assertEq(settlement.balanceOf(GRID), 480, "GRID");
        assertEq(settlement.balanceOf(UK), 0, "UK");
        assertEq(rouble.balanceOf(_payee(UK)), 0, "UK's roubles");
        assertEq(settlement.lastRound(), 1, "round");
        assertConserved();
    }

    /// @dev What HEATING got in the first round pays in the second, before it is asked for roubles.
    function test_NetObligations_BalanceFirst() external {
        fund(_payee(UK), 1_200);
        settlement.netObligations(1, _example(), _signAll(_example()));
        ISettlement.Obligation[] memory second = new ISettlement.Obligation[](1);
        second[0] = _obligation(HEATING, GRID, 1_000, "second");
        fund(_payee(HEATING), 300);
        settlement.netObligations(2, second, _signAll(second));
        assertEq(settlement.balanceOf(HEATING), 0, "balance");
        assertEq(rouble.balanceOf(_payee(HEATING)), 20, "280 of its roubles");
        assertEq(settlement.balanceOf(GRID), 1_480, "GRID");
        assertConserved();
        vm.prank(_payee(GRID));
        settlement.withdraw(GRID, 1_480);
        assertConserved();
    }

    /// @dev Ten providers, each owes each of the next three something: 30 obligations, no one's net is 0.
    function test_NetObligations_TenParties() external {
        ISettlement.Obligation[] memory obligations = new ISettlement.Obligation[](30);
        int256[11] memory expected;
        for (uint256 i = 0; i < 30; ++i) {
            uint16 debtor = uint16(1 + (i % 10));
            uint16 creditor = uint16(1 + (((i % 10) + 1 + i / 10) % 10));
            uint64 amount = uint64(1_000 + 37 * i * i);
            obligations[i] = _obligation(debtor, creditor, amount, bytes32(i));
            expected[debtor] -= int256(uint256(amount));
            expected[creditor] += int256(uint256(amount));
        }
        for (uint16 provider = 1; provider <= 10; ++provider) fund(_payee(provider), 10 ** 6);
        uint256 before = rouble.balanceOf(_payee(1));
        bytes memory data = abi.encodeCall(settlement.netObligations, (1, obligations, _signAll(obligations)));
        uint256 gas = gasleft();
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, ) = address(settlement).call(data);
        gas -= gasleft();
        assertTrue(ok, "netted");
        emit Measured("netting of 10 parties, 30 obligations", gas);
        assertLe(gas, 3 * GAS_OF_TEN, "gas");
        for (uint16 provider = 1; provider <= 10; ++provider) {
            int256 change = int256(uint256(settlement.balanceOf(provider)));
            change += int256(rouble.balanceOf(_payee(provider))) - int256(before);
            assertEq(change, expected[provider], "position");
        }
        assertConserved();
    }

    function test_NetObligations_RevertWhen_NotFunded() external {
        fund(_payee(UK), 1_199);
        _expectRefusal(1, _example(), abi.encodeWithSelector(ISettlement.Settlement_NotFunded.selector, UK, 1));
        fund(_payee(UK), 1);
        vm.prank(_payee(UK));
        rouble.approve(address(settlement), 1_000);
        _expectRefusal(1, _example(), abi.encodeWithSelector(ISettlement.Settlement_NotFunded.selector, UK, 200));
        assertEq(settlement.lastRound(), 0, "no round");
    }

    function test_NetObligations_RevertWhen_UsedBefore() external {
        fund(_payee(UK), 2_400);
        settlement.netObligations(1, _example(), _signAll(_example()));
        bytes32 digest = settlement.obligationDigest(_example()[0]);
        _expectRefusal(
            2,
            _example(),
            abi.encodeWithSelector(ISettlement.Settlement_ObligationUsed.selector, 0, digest)
        );
        // Twice in one round as well.
        ISettlement.Obligation[] memory twice = new ISettlement.Obligation[](2);
        twice[0] = _obligation(UK, GRID, 1, "twice");
        twice[1] = twice[0];
        digest = settlement.obligationDigest(twice[0]);
        _expectRefusal(2, twice, abi.encodeWithSelector(ISettlement.Settlement_ObligationUsed.selector, 1, digest));
    }

    function test_NetObligations_RevertWhen_RoundOutOfOrder() external {
        bytes memory expected = abi.encodeWithSelector(
            ISettlement.Settlement_UnexpectedRound.selector,
            uint64(2),
            uint64(1)
        );
        _expectRefusal(2, _example(), expected);
    }

    function test_NetObligations_RevertWhen_RoundIsOver() external {
        fund(_payee(UK), 2_400);
        settlement.netObligations(1, _example(), _signAll(_example()));
        ISettlement.Obligation[] memory more = new ISettlement.Obligation[](1);
        more[0] = _obligation(UK, GRID, 1, "more");
        _expectRefusal(
            1,
            more,
            abi.encodeWithSelector(ISettlement.Settlement_UnexpectedRound.selector, uint64(1), uint64(2))
        );
    }

    /// @dev Up to its last second, not after it.
    function test_NetObligations_RevertWhen_Expired() external {
        fund(_payee(UK), 1_200);
        ISettlement.Obligation[] memory obligations = _example();
        uint32 validUntil = obligations[0].validUntil;
        bytes memory signatures = _signAll(obligations);
        vm.warp(uint256(validUntil) + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_ObligationExpired.selector, 0, validUntil));
        settlement.netObligations(1, obligations, signatures);
        vm.warp(validUntil);
        settlement.netObligations(1, obligations, signatures);
    }

    function test_NetObligations_RevertWhen_OneSideHasNotSigned() external {
        ISettlement.Obligation[] memory obligations = new ISettlement.Obligation[](1);
        obligations[0] = _obligation(UK, GRID, 5, "one");
        bytes32 digest = settlement.obligationDigest(obligations[0]);
        bytes memory debtor = signatureOf(digest, _key(UK));
        bytes memory creditor = signatureOf(digest, _key(GRID));
        bytes4 selector = ISettlement.Settlement_WrongSignature.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, GRID, _payee(GRID)));
        settlement.netObligations(1, obligations, abi.encodePacked(debtor, debtor));
        vm.expectRevert(abi.encodeWithSelector(selector, 0, UK, _payee(UK)));
        settlement.netObligations(1, obligations, abi.encodePacked(creditor, creditor));
        // Another amount than was signed.
        obligations[0].amount = 6;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, UK, _payee(UK)));
        settlement.netObligations(1, obligations, abi.encodePacked(debtor, creditor));
        // No signature at all.
        vm.expectRevert(abi.encodeWithSelector(selector, 0, UK, _payee(UK)));
        settlement.netObligations(1, obligations, new bytes(130));
    }

    /// @dev A payee that was replaced signs no more.
    function test_NetObligations_RevertWhen_PayeeChanged() external {
        ISettlement.Obligation[] memory obligations = _example();
        bytes memory signatures = _signAll(obligations);
        vm.prank(TARIFF_AUTHORITY);
        tariffs.registerProvider(UK, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongSignature.selector, 0, UK, STRANGER));
        settlement.netObligations(1, obligations, signatures);
    }

    function test_NetObligations_RevertWhen_Malformed() external {
        ISettlement.Obligation[] memory none = new ISettlement.Obligation[](0);
        bytes4 selector = ISettlement.Settlement_WrongObligationCount.selector;
        _expectRefusal(1, none, abi.encodeWithSelector(selector, 0, 64));
        _expectRefusal(1, new ISettlement.Obligation[](65), abi.encodeWithSelector(selector, 65, 64));

        ISettlement.Obligation[] memory one = new ISettlement.Obligation[](1);
        one[0] = _obligation(UK, UK, 5, "itself");
        selector = ISettlement.Settlement_InvalidObligation.selector;
        _expectRefusal(1, one, abi.encodeWithSelector(selector, 0));
        one[0] = _obligation(UK, GRID, 0, "nothing");
        _expectRefusal(1, one, abi.encodeWithSelector(selector, 0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongSignatureCount.selector, 129, 130));
        settlement.netObligations(1, one, new bytes(129));
        one[0] = _obligation(UK, 99, 5, "unknown");
        _expectRefusal(1, one, abi.encodeWithSelector(ITariffBook.TariffBook_UnknownProvider.selector, 99));
    }

    function test_SetNettingPaused_StopsRoundsAlone() external {
        vm.expectEmit(address(settlement));
        emit ISettlement.NettingPauseChanged(true);
        vm.prank(GUARDIAN);
        settlement.setNettingPaused(true);
        assertEq(settlement.isNettingPaused(), true, "paused");
        _expectRefusal(1, _example(), abi.encodeWithSelector(ISettlement.Settlement_NettingPaused.selector));
        vm.prank(GUARDIAN);
        settlement.setNettingPaused(false);
        fund(_payee(UK), 1_200);
        settlement.netObligations(1, _example(), _signAll(_example()));
        vm.prank(GUARDIAN);
        settlement.setNettingPaused(true);
        vm.prank(_payee(GRID));
        settlement.withdraw(GRID, 480);
    }

    /// @dev The digest by EIP-712, computed here from the standard.
    function test_ObligationDigest_IsEip712() external view {
        ISettlement.Obligation memory obligation = _example()[0];
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("SmartCity Settlement"),
                keccak256("1"),
                block.chainid,
                address(settlement)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                OBLIGATION_TYPEHASH,
                obligation.debtor,
                obligation.creditor,
                obligation.amount,
                obligation.document,
                obligation.validUntil
            )
        );
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, content));
        assertEq(settlement.obligationDigest(obligation), expected, "digest");
    }

    function _expectRefusal(uint64 round, ISettlement.Obligation[] memory obligations, bytes memory expected) private {
        bytes memory signatures = _signAll(obligations);
        vm.expectRevert(expected);
        settlement.netObligations(round, obligations, signatures);
    }

    function _example() private pure returns (ISettlement.Obligation[] memory obligations) {
        obligations = new ISettlement.Obligation[](5);
        obligations[0] = _obligation(UK, HEATING, 900, "act 1");
        obligations[1] = _obligation(UK, GRID, 400, "act 2");
        obligations[2] = _obligation(HEATING, GRID, 150, "act 3");
        obligations[3] = _obligation(GRID, UK, 70, "act 4");
        obligations[4] = _obligation(HEATING, UK, 30, "act 5");
    }

    function _signAll(ISettlement.Obligation[] memory obligations) private view returns (bytes memory signatures) {
        for (uint256 i = 0; i < obligations.length; ++i) {
            bytes32 digest = settlement.obligationDigest(obligations[i]);
            signatures = abi.encodePacked(
                signatures,
                signatureOf(digest, _key(obligations[i].debtor)),
                signatureOf(digest, _key(obligations[i].creditor))
            );
        }
    }

    function _obligation(
        uint16 debtor,
        uint16 creditor,
        uint64 amount,
        bytes32 document
    ) private pure returns (ISettlement.Obligation memory) {
        return ISettlement.Obligation(debtor, creditor, amount, document, (FIRST_HOUR + 100) * 1 hours);
    }

    function _payee(uint16 provider) private pure returns (address) {
        return vm.addr(_key(provider));
    }

    function _key(uint16 provider) private pure returns (uint256) {
        return 0xB0B0 + uint256(provider);
    }

    function _number(
        string memory json,
        uint256 index,
        string memory field,
        string memory place
    ) private pure returns (uint256) {
        return vm.parseJsonUint(json, _path(index, field, place));
    }

    function _path(uint256 index, string memory field, string memory place) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field, place);
    }
}
