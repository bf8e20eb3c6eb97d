namespace SmartCity.Aiis;

/// <summary>Taxpayer's number (ИНН): 10 digits of an organisation, 12 of a person, the last one or two being check digits.</summary>
public static class Inn
{
    private const int OrganisationLength = 10;
    private const int PersonLength = 12;

    // The weights of the order that defines the number; those of a shorter number are the end of the longest row.
    private static readonly int[] Weights = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

    /// <summary>Has the text the right length, digits alone, and the right check digits?</summary>
    public static bool IsValid(string? text) => text is not null && text.All(char.IsAsciiDigit) && text.Length switch
    {
        OrganisationLength => IsCheckDigit(text, OrganisationLength - 1),
        PersonLength => IsCheckDigit(text, PersonLength - 2) && IsCheckDigit(text, PersonLength - 1),
        _ => false,
    };

    private static bool IsCheckDigit(string text, int position)
    {
        ReadOnlySpan<int> weights = Weights.AsSpan(Weights.Length - position);
        int sum = 0;
        for (int i = 0; i < position; i++)
        {
            sum += weights[i] * (text[i] - '0');
        }
        return sum % 11 % 10 == text[position] - '0';
    }
}
