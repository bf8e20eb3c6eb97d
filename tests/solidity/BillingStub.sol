// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What AccountBook asks of Billing, settable
contract BillingStub {
    mapping(uint32 group => bool) public isGroupBilled;

    function setBilled(uint32 group, bool billed) external {
        isGroupBilled[group] = billed;
    }
}
