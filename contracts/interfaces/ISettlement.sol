// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {PRINCIPALS, SERVICES} from "../libraries/PackedAmounts.sol";
import {IBilling} from "./IBilling.sol";

/// @title Settlement: payments, their division among providers, disputes, refunds, withdrawals
/// @notice tokens held = Σ providers' balances + Σ credits + Σ escrow. No pause stops a payment, a withdrawal, a refund or the end
/// of a dispute. All amounts are kopecks, one unit of the settlement rouble each.
/// @dev Payments. A payment goes to the oldest bill that has something outstanding, then to the next one. Within a bill it pays
/// the principal (основной долг) first and the penalties (пени) after it (ГК РФ ст. 319), each in proportion to what is
/// outstanding on the lines, by largest remainder (of equal remainders the lower service index first), so that no line is ever
/// paid above its amount. The line's provider is that of the tariff in force in the bill's period. What is over becomes the
/// account's credit. Tokens sent to the contract by a plain transfer belong to nobody and stay there.
///
/// Disputes. The holder of an account may dispute what is outstanding on a line, once for each line. Payments go to what nobody
/// disputes first, of all bills; only what is over then is paid towards the disputed parts, the oldest first, and held in escrow.
/// The provider concedes or rejects within 30 days; else anyone may have the dispute settled for the holder. So escrow never
/// waits longer than that, whoever is silent:
/// - conceded (also by default): the line is reduced, and escrow beyond what remains disputed goes to the account's credit;
/// - rejected, or withdrawn by the holder: the line stands, and the escrow goes to the provider. A resident whose dispute was
///   rejected goes to court; its decision comes as a correction of the readings.
interface ISettlement {
    enum DisputeState {
        None,
        Open,
        /// The provider conceded all that was disputed.
        Conceded,
        Rejected,
        Withdrawn,
        /// The provider was silent: decided for the holder.
        Defaulted
    }

    struct LineDispute {
        DisputeState state;
        /// What is disputed still, kopecks; 0 unless the dispute is open.
        uint64 amount;
        /// Of that, what was paid and is held, kopecks.
        uint64 escrow;
        /// By how much the line was reduced, kopecks.
        uint64 conceded;
        /// Until when the provider may reject, Unix seconds.
        uint40 deadline;
    }

    /// @notice One provider's debt to another.
    struct Obligation {
        uint16 debtor;
        uint16 creditor;
        /// Kopecks.
        uint64 amount;
        /// Hash or number of the document it stands in.
        bytes32 document;
        /// Unix seconds up to which it may be netted.
        uint32 validUntil;
    }

    event PaymentReceived(bytes32 indexed account, address indexed payer, uint64 amount);
    /// @notice Part of a payment or of a credit that paid a bill; amounts by IBilling.Service.
    event PaymentAllocated(bytes32 indexed account, uint16 indexed period, uint64[SERVICES] amounts);
    /// @notice Part of a payment or of a credit that was paid towards what is disputed of a bill; amounts by IBilling.Service.
    event PaymentEscrowed(bytes32 indexed account, uint16 indexed period, uint64[SERVICES] amounts);
    /// @notice An account's credit after a payment, a use, a refund or the end of a dispute. Emitted when it has changed.
    event CreditChanged(bytes32 indexed account, uint64 credit);
    event Refunded(bytes32 indexed account, address indexed to, uint64 amount);
    event Withdrawn(uint16 indexed provider, address indexed payee, uint64 amount);

    event DisputeOpened(
        bytes32 indexed account,
        uint16 indexed period,
        IBilling.Service indexed service,
        uint64 amount,
        uint40 deadline,
        bytes32 evidence
    );
    /// @notice A line was reduced: by its provider, or because that was silent.
    /// @param released what went from escrow to the account's credit.
    event DisputeConceded(
        bytes32 indexed account,
        uint16 indexed period,
        IBilling.Service indexed service,
        uint64 amount,
        uint64 released,
        DisputeState state
    );
    /// @notice A dispute was rejected, or withdrawn; evidence is 0 then.
    /// @param paid what went from escrow to the provider's balance.
    event DisputeClosed(
        bytes32 indexed account,
        uint16 indexed period,
        IBilling.Service indexed service,
        uint64 paid,
        DisputeState state,
        bytes32 evidence
    );

    /// @notice Whole kopecks of penalty have come due on a bill.
    /// @param day local calendar day up to which they are counted, days since 1970-01-01.
    /// @param amounts by principal service, kopecks.
    event PenaltyAccrued(bytes32 indexed account, uint16 indexed period, uint32 day, uint64[PRINCIPALS] amounts);
    /// @notice Billing took what had come due, for the next bill.
    event PenaltiesTaken(bytes32 indexed account, uint64[PRINCIPALS] amounts);

    /// @notice An obligation was set off in a round.
    /// @param obligation its EIP-712 digest.
    event ObligationNetted(
        uint64 indexed round,
        bytes32 indexed obligation,
        uint16 debtor,
        uint16 creditor,
        uint64 amount,
        bytes32 document
    );
    /// @notice The net positions of a round: what came to a provider's balance, or negative what it paid; they add up to 0.
    event RoundNetted(uint64 indexed round, uint16[] providers, int256[] nets);
    event NettingPauseChanged(bool paused);

    error Settlement_NotBilling(address caller);
    error Settlement_NettingPaused();
    error Settlement_UnexpectedRound(uint64 round, uint64 expected);
    /// @param limit 64; a round has at least one obligation.
    error Settlement_WrongObligationCount(uint256 count, uint256 limit);
    error Settlement_WrongSignatureCount(uint256 length, uint256 expected);
    /// @notice The obligation at `index` is of 0 kopecks or of a provider to itself.
    error Settlement_InvalidObligation(uint256 index);
    error Settlement_ObligationExpired(uint256 index, uint32 validUntil);
    error Settlement_ObligationUsed(uint256 index, bytes32 obligation);
    /// @notice A signature of the obligation at `index` is not that of the provider's payee.
    error Settlement_WrongSignature(uint256 index, uint16 provider, address payee);
    /// @param missing what the provider's payee must hold and allow in addition, kopecks.
    error Settlement_NotFunded(uint16 provider, uint256 missing);

    error Settlement_ZeroAmount();
    error Settlement_UnknownAccount(bytes32 account);
    error Settlement_InsufficientBalance(uint16 provider, uint64 amount, uint64 balance);
    error Settlement_InsufficientCredit(bytes32 account, uint64 amount, uint64 credit);
    error Settlement_NotPayee(uint16 provider, address caller);
    error Settlement_NotHolder(bytes32 account, address caller);
    error Settlement_TooManyAccounts(uint256 count, uint256 limit);
    error Settlement_NotIssued(bytes32 account, uint16 period);
    error Settlement_AlreadyDisputed(bytes32 account, uint16 period, IBilling.Service service, DisputeState state);
    error Settlement_NotDisputed(bytes32 account, uint16 period, IBilling.Service service, DisputeState state);
    /// @param limit what is outstanding on the line, or of a concession what is disputed still.
    error Settlement_AmountTooLarge(
        bytes32 account,
        uint16 period,
        IBilling.Service service,
        uint64 amount,
        uint64 limit
    );
    /// @notice The provider had until `deadline`; the dispute can only be conceded, withdrawn or settled.
    error Settlement_DeadlineOver(uint40 deadline);
    error Settlement_DeadlineNotOver(uint40 deadline);

    /// @notice Pays `amount` kopecks for `account` from the caller's settlement roubles (allowance needed), as the rules above
    /// have it. Anyone may pay for any account.
    /// @dev One call looks at 24 bills at most; money for further bills is credit until `applyCredit` is called. Emits
    /// PaymentReceived, PaymentAllocated and PaymentEscrowed for each bill paid in part or in full, CreditChanged.
    /// Reverts with Settlement_ZeroAmount; Settlement_UnknownAccount; the token's ERC20InsufficientAllowance or
    /// ERC20InsufficientBalance.
    function pay(bytes32 account, uint64 amount) external;

    /// @notice The same with an ERC-2612 permit of the caller instead of an allowance. A permit already used by someone else
    /// does not hinder: the allowance it gave is there.
    /// @param deadline Unix seconds until which the permit holds.
    /// @dev Reverts as `pay`: a permit that is void (expired, wrong signer) shows as ERC20InsufficientAllowance.
    function payWithPermit(bytes32 account, uint64 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Uses credits for unpaid bills. Anyone may call it; Billing does after issuing.
    /// @dev Accounts without credit, unknown ones too, are passed over. Of one account it looks at 96 bills divided by the number
    /// of accounts, at least one; call again for more. Reverts with Settlement_TooManyAccounts above 100.
    function applyCredit(bytes32[] calldata accounts) external;

    /// @notice Pays credit back: what is left of it after unpaid bills are paid from it. Only the account's holder may call it, at
    /// any time.
    /// @param to who receives the roubles.
    /// @dev Emits Refunded, CreditChanged, and what the use of credit emits. Reverts with Settlement_ZeroAmount;
    /// Settlement_NotHolder; Settlement_InsufficientCredit; the token's ERC20InvalidReceiver for the zero address.
    function refund(bytes32 account, uint64 amount, address to) external;

    /// @notice Pays a provider's share out to its payee. Only the payee may call it, at any time.
    /// @dev Reverts with Settlement_ZeroAmount; TariffBook_UnknownProvider; Settlement_NotPayee;
    /// Settlement_InsufficientBalance.
    function withdraw(uint16 provider, uint64 amount) external;

    /// @notice Disputes a line of an issued bill, or part of it. Only the account's holder may. A line is disputed once: a second
    /// time it would only keep the provider from its money.
    /// @param amount kopecks, at most what is outstanding on the line.
    /// @param evidence hash of the claim, which stays off chain.
    /// @dev Emits DisputeOpened. Reverts with Settlement_ZeroAmount; Settlement_NotHolder; Settlement_NotIssued;
    /// Settlement_AlreadyDisputed; Settlement_AmountTooLarge.
    function dispute(
        bytes32 account,
        uint16 period,
        IBilling.Service service,
        uint64 amount,
        bytes32 evidence
    ) external;

    /// @notice The provider gives way, in part or in full, at any time while the dispute is open: the line is reduced by `amount`.
    /// Escrow beyond what remains disputed becomes the account's credit and pays other bills at once. What is not conceded
    /// stays disputed. Only the payee of the line's provider may call it.
    /// @dev Emits DisputeConceded, CreditChanged, and what the use of credit emits. Reverts with Settlement_ZeroAmount;
    /// Settlement_NotDisputed; Settlement_NotPayee; Settlement_AmountTooLarge.
    function concede(bytes32 account, uint16 period, IBilling.Service service, uint64 amount) external;

    /// @notice The provider insists, up to the deadline: the dispute ends and the escrow goes to its balance. Only the payee of the
    /// line's provider may call it.
    /// @param evidence hash of the reasons, which stay off chain.
    /// @dev Emits DisputeClosed. Reverts with Settlement_NotDisputed; Settlement_NotPayee; Settlement_DeadlineOver.
    function reject(bytes32 account, uint16 period, IBilling.Service service, bytes32 evidence) external;

    /// @notice The holder gives the dispute up: the escrow goes to the provider's balance. Only the account's holder may call it,
    /// at any time while it is open.
    /// @dev Emits DisputeClosed. Reverts with Settlement_NotDisputed; Settlement_NotHolder.
    function withdrawDispute(bytes32 account, uint16 period, IBilling.Service service) external;

    /// @notice Settles a dispute that the provider left unanswered: for the holder, in full. Anyone may call it after the deadline.
    /// @dev Emits DisputeConceded, CreditChanged, and what the use of credit emits. Reverts with Settlement_NotDisputed;
    /// Settlement_DeadlineNotOver.
    function settleDispute(bytes32 account, uint16 period, IBilling.Service service) external;

    /// @notice Accrues penalties on the accounts' overdue bills up to today. Anyone may call it.
    /// @dev Of one account it looks at 96 bills divided by the number of accounts, at least one, from the oldest unpaid on. Emits
    /// PenaltyAccrued. Reverts with Settlement_TooManyAccounts above 100; Settlement_UnknownAccount.
    function accruePenalties(bytes32[] calldata accounts) external;

    /// @notice Takes what has come due of accounts' penalties, for their next bills. Only Billing may call it.
    /// @return words by account; of principal service i in 64 bits from bit 64 × i what has come due, kopecks.
    /// @dev Emits PenaltiesTaken for each account that has any. Reverts with Settlement_NotBilling.
    function takePenalties(bytes32[] calldata accounts) external returns (uint256[] memory words);

    /// @notice Sets providers' obligations off against each other. Anyone may send them: both sides have signed.
    /// @param round the number after the last round's, so that a round sent twice is refused as a whole.
    /// @param obligations 1..64.
    /// @param signatures of each obligation in order 65 bytes (r, s, v) of the debtor's payee and 65 of the creditor's.
    /// @dev Emits ObligationNetted for each, RoundNetted. Reverts with Settlement_NettingPaused; Settlement_UnexpectedRound;
    /// Settlement_WrongObligationCount; Settlement_WrongSignatureCount; Settlement_InvalidObligation;
    /// Settlement_ObligationExpired; Settlement_ObligationUsed; Settlement_WrongSignature; Settlement_NotFunded;
    /// TariffBook_UnknownProvider.
    function netObligations(uint64 round, Obligation[] calldata obligations, bytes calldata signatures) external;

    /// @notice Stops or resumes netting, and nothing else. Restricted to GUARDIAN.
    /// @dev Reverts with AccessManagedUnauthorized.
    function setNettingPaused(bool paused) external;

    /// @notice What has come due of an account's penalties and is in no bill yet, kopecks by principal service.
    function pendingPenaltyOf(bytes32 account) external view returns (uint64[PRINCIPALS] memory);

    /// @notice Number of the last netting round; 0 while there was none.
    function lastRound() external view returns (uint64);

    function isNettingPaused() external view returns (bool);

    /// @notice What both payees sign of an obligation (EIP-712).
    function obligationDigest(Obligation calldata obligation) external view returns (bytes32);

    /// @notice What a provider can withdraw, kopecks.
    function balanceOf(uint16 provider) external view returns (uint64);

    /// @notice Money of an account that has not paid a bill yet, kopecks.
    function creditOf(bytes32 account) external view returns (uint64);

    /// @notice Outstanding amount of all issued bills of an account, kopecks, disputed parts that are not in escrow included.
    /// @dev Reverts with Settlement_UnknownAccount.
    function debtOf(bytes32 account) external view returns (uint64);

    /// @notice What has been paid of a bill, escrow included, kopecks by IBilling.Service.
    function paidOf(bytes32 account, uint16 period) external view returns (uint64[SERVICES] memory);

    /// @notice The dispute of a line; all zero, state None, when there was none.
    function disputeOf(
        bytes32 account,
        uint16 period,
        IBilling.Service service
    ) external view returns (LineDispute memory);

    /// @notice Sum of all providers' balances, kopecks.
    function totalProviderBalances() external view returns (uint64);

    /// @notice Sum of all accounts' credits, kopecks.
    function totalCredits() external view returns (uint64);

    /// @notice Sum of all that is held in escrow, kopecks.
    function totalEscrow() external view returns (uint64);
}
