using SmartCity.Ledger.Contracts;

namespace SmartCity.Audit;

/// <summary>What is stopped: new hours, netting. (Billing's pause can be seen in its logs alone.)</summary>
internal sealed class PauseAudit
{
    /// <summary>Are new hours and corrections stopped?</summary>
    public bool IsLedgerPaused { get; private set; }

    /// <summary>Is netting stopped?</summary>
    public bool IsNettingPaused { get; private set; }

    public void Apply(ContractEvent told)
    {
        switch (told)
        {
            case ReadingLedgerEvent.PauseChanged changed:
                IsLedgerPaused = changed.Paused;
                break;
            case SettlementEvent.NettingPauseChanged changed:
                IsNettingPaused = changed.Paused;
                break;
        }
    }
}
