// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {ISettlementRouble} from "./interfaces/ISettlementRouble.sol";

/// @title SettlementRouble
/// @notice Implements ISettlementRouble; see there for rights, units and every error.
contract SettlementRouble is ISettlementRouble, ERC20Capped, ERC20Permit, AccessManaged {
    string private constant NAME = "SmartCity Settlement Rouble";

    mapping(bytes32 bankReference => bool used) private _isUsed;

    constructor(
        address manager
    ) ERC20(NAME, "SRUB") ERC20Permit(NAME) ERC20Capped(type(uint64).max) AccessManaged(manager) {}

    /// @inheritdoc ISettlementRouble
    function mint(address to, uint256 amount, bytes32 deposit) external restricted {
        _use(deposit);
        _mint(to, amount);
        emit Minted(to, amount, deposit);
    }

    /// @inheritdoc ISettlementRouble
    function burn(uint256 amount, bytes32 payout) external restricted {
        _use(payout);
        _burn(msg.sender, amount);
        emit Burnt(msg.sender, amount, payout);
    }

    /// @notice Two: one unit is one kopeck.
    function decimals() public pure override returns (uint8) {
        return 2;
    }

    function _use(bytes32 bankReference) private {
        require(!_isUsed[bankReference], SettlementRouble_ReferenceUsed(bankReference));
        _isUsed[bankReference] = true;
    }

    /// @dev Named by both ERC20 and ERC20Capped.
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped) {
        super._update(from, to, value);
    }
}
