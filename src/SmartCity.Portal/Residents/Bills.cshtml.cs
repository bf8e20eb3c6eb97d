namespace SmartCity.Portal;

/// <summary>All bills of a resident's account, newest first.</summary>
internal sealed class BillsModel(
    ChainFollower chain, PremisesRegister premises, PortalUsers users, City city, TimeProvider time)
    : ResidentPage(chain, premises, users, city)
{
    /// <summary>A bill's state: class of the stylesheet and words.</summary>
    public (string Tone, Phrase State) StateOf(BillEntry bill) => StateOf(bill, Today(City.Calendar, time));

    /// <summary>A bill's state on a day.</summary>
    public static (string Tone, Phrase State) StateOf(BillEntry bill, DateOnly today)
    {
        if (bill.Outstanding == Kopecks.Zero)
        {
            return ("good", BillText.IsPaid);
        }
        if (bill.Issued.DueOn < today)
        {
            return ("bad", BillText.IsOverdue);
        }
        return bill.Paid > Kopecks.Zero ? ("warn", BillText.IsPartlyPaid) : ("", BillText.IsOpen);
    }

    /// <summary>The day on the city's calendar.</summary>
    public static DateOnly Today(CityCalendar calendar, TimeProvider time) =>
        DateOnly.FromDateTime(calendar.ToLocal(time.GetUtcNow()).DateTime);
}
