// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBilling} from "../interfaces/IBilling.sol";
import {IVolumeBook} from "../interfaces/IVolumeBook.sol";

/// @title Lines of a bill, packed into a word each
/// @dev From the lowest bit: amount 64 (two's complement), price 64, quantity 64, provider 16, period 16, method 4, band 4, zone 4, kind 4,
/// service 4, and 12 bits of zero. src/SmartCity.Ledger decodes the same.
library Lines {
    uint256 private constant FIELD_BITS = 64;
    uint256 private constant METHOD_SHIFT = 224;
    uint256 private constant BAND_SHIFT = 228;
    uint256 private constant ZONE_SHIFT = 232;
    uint256 private constant KIND_SHIFT = 236;
    uint256 private constant SERVICE_SHIFT = 240;

    function pack(IBilling.Line memory line) internal pure returns (uint256) {
        uint256 head = headOf(line.service, line.kind, line.method, line.period, line.provider);
        return complete(head, line.zone, line.band, line.quantity, line.price, line.amount);
    }

    /// @notice What lines of a service have in common.
    function headOf(
        IBilling.Service service,
        IBilling.LineKind kind,
        IVolumeBook.Method method,
        uint16 period,
        uint16 provider
    ) internal pure returns (uint256 head) {
        unchecked {
            head = (uint256(service) << 4) | uint256(kind);
            head = (head << 12) | uint256(method);
            head = (head << 16) | period;
            head = ((head << 16) | provider) << (3 * FIELD_BITS);
        }
    }

    /// @notice The head of a service's reduction, of that of its charges.
    function reductionHeadOf(uint256 head) internal pure returns (uint256) {
        unchecked {
            uint256 cleared = head & ~((0xF << METHOD_SHIFT) | (0xF << KIND_SHIFT));
            return cleared | (uint256(IBilling.LineKind.Reduction) << KIND_SHIFT);
        }
    }

    /// @notice A line with the given head.
    function complete(
        uint256 head,
        IBilling.Zone zone,
        uint256 band,
        uint64 quantity,
        uint64 price,
        int64 amount
    ) internal pure returns (uint256 word) {
        unchecked {
            word = (uint256(quantity) << (2 * FIELD_BITS)) | (uint256(price) << FIELD_BITS) | uint64(amount);
            word |= head | (uint256(zone) << ZONE_SHIFT) | (band << BAND_SHIFT);
        }
    }

    /// @notice Of which service a line is (IBilling.Service).
    function serviceOf(uint256 word) internal pure returns (uint256) {
        return (word >> SERVICE_SHIFT) & 0xF;
    }

    function amountOf(uint256 word) internal pure returns (int64) {
        return int64(uint64(word));
    }

    function unpack(uint256 word) internal pure returns (IBilling.Line memory line) {
        line.amount = int64(uint64(word));
        line.price = uint64(word >> 64);
        line.quantity = uint64(word >> 128);
        line.provider = uint16(word >> 192);
        line.period = uint16(word >> 208);
        line.method = IVolumeBook.Method((word >> 224) & 0xF);
        line.band = uint8((word >> 228) & 0xF);
        line.zone = IBilling.Zone((word >> 232) & 0xF);
        line.kind = IBilling.LineKind((word >> 236) & 0xF);
        line.service = IBilling.Service((word >> 240) & 0xF);
    }
}
