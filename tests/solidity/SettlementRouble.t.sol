// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ISettlementRouble} from "../../contracts/interfaces/ISettlementRouble.sol";
import {MoneyFixture} from "./MoneyFixture.sol";

/// @title Minting and burning of settlement roubles
/// @dev Permits are tested where they are used: Settlement.t.sol.
contract SettlementRoubleTest is MoneyFixture {
    bytes32 private constant DEPOSIT = "deposit 1";
    bytes32 private constant PAYOUT = "payout 1";

    function setUp() public {
        deployCity();
    }

    function test_Metadata() external view {
        assertEq(bytes(rouble.name()), "SmartCity Settlement Rouble", "name");
        assertEq(bytes(rouble.symbol()), "SRUB", "symbol");
        assertEq(rouble.decimals(), 2, "decimals");
        assertEq(rouble.cap(), type(uint64).max, "cap");
    }

    function test_Mint_AgainstADeposit() external {
        vm.expectEmit(address(rouble));
        emit ISettlementRouble.Minted(PAYER, 500, DEPOSIT);
        _mint(500, DEPOSIT);
        assertEq(rouble.balanceOf(PAYER), 500, "balance");
        assertEq(rouble.totalSupply(), 500, "supply");
    }

    function test_Burn_OwnTokensOnly() external {
        _mint(500, DEPOSIT);
        vm.prank(PAYER);
        rouble.transfer(BANK, 300);
        vm.expectEmit(address(rouble));
        emit ISettlementRouble.Burnt(BANK, 300, PAYOUT);
        vm.prank(BANK);
        rouble.burn(300, PAYOUT);
        assertEq(rouble.totalSupply(), 200, "supply");
        assertEq(rouble.balanceOf(PAYER), 200, "the payer's own");
    }

    function test_Mint_RevertWhen_ReferenceUsed() external {
        _mint(500, DEPOSIT);
        bytes memory expected = abi.encodeWithSelector(
            ISettlementRouble.SettlementRouble_ReferenceUsed.selector,
            DEPOSIT
        );
        vm.expectRevert(expected);
        _mint(500, DEPOSIT);
        vm.expectRevert(expected);
        vm.prank(BANK);
        rouble.burn(0, DEPOSIT);
    }

    function test_Burn_RevertWhen_ReferenceUsed() external {
        vm.startPrank(BANK);
        rouble.mint(BANK, 500, DEPOSIT);
        rouble.burn(100, PAYOUT);
        vm.expectRevert(abi.encodeWithSelector(ISettlementRouble.SettlementRouble_ReferenceUsed.selector, PAYOUT));
        rouble.burn(100, PAYOUT);
    }

    function test_Burn_RevertWhen_NotEnoughTokens() external {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BANK, 0, 1));
        vm.prank(BANK);
        rouble.burn(1, PAYOUT);
    }

    function test_Mint_RevertWhen_SupplyAboveSixtyFourBits() external {
        uint256 most = type(uint64).max;
        _mint(most, DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(ERC20Capped.ERC20ExceededCap.selector, most + 1, most));
        _mint(1, "deposit 2");
    }

    function test_Mint_RevertWhen_NoReceiver() external {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(BANK);
        rouble.mint(address(0), 1, DEPOSIT);
    }

    function testFuzz_MintAndBurn_RevertWhen_CallerNotBank(address caller) external {
        if (caller == BANK) return;
        bytes memory expected = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(expected);
        rouble.mint(caller, 1, DEPOSIT);
        vm.expectRevert(expected);
        rouble.burn(0, PAYOUT);
    }

    function _mint(uint256 amount, bytes32 deposit) private {
        vm.prank(BANK);
        rouble.mint(PAYER, amount, deposit);
    }
}
