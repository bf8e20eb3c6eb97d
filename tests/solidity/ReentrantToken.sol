// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";

/// @title A token that anyone may spend without limit, and that withdraws once more when it is withdrawn
contract ReentrantToken is ERC20 {
    /// @notice What the second withdrawal was answered; empty if it was not refused.
    bytes public answer;

    uint16 private immutable PROVIDER;

    constructor(uint16 provider) ERC20("Reentrant", "RE") {
        PROVIDER = provider;
    }

    /// @notice Withdraws as the provider's payee, and once more from within the transfer.
    function withdrawTwice(ISettlement settlement, uint64 amount) external {
        settlement.withdraw(PROVIDER, amount);
    }

    function transferFrom(address, address to, uint256 amount) public override returns (bool) {
        _mint(to, amount);
        return true;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        ISettlement settlement = ISettlement(msg.sender);
        try settlement.withdraw(PROVIDER, uint64(amount)) {} catch (bytes memory reason) {
            answer = reason;
        }
        return super.transfer(to, amount);
    }
}
