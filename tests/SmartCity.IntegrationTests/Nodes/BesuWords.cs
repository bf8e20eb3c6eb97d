namespace SmartCity.IntegrationTests.Nodes;

/// <summary>How Besu says what anvil and Hardhat say in other words.</summary>
internal static class BesuWords
{
    private static readonly (string Words, int Code, string Message)[] OfSending =
    [
        ("nonce too low", -32001, "Nonce too low"),
        ("nonce too high", -32000, "Transaction nonce is too distant from current sender nonce"),
        ("already imported", -32000, "Known transaction"),
        ("known transaction", -32000, "Known transaction"),
        ("underpriced", -32000, "Replacement transaction underpriced"),
        ("insufficient funds", -32004, "Upfront cost exceeds account balance"),
        ("enough funds", -32004, "Upfront cost exceeds account balance"),
    ];

    /// <summary>Code and message; <c>null</c> where the words stay as they are.</summary>
    public static (int Code, string Message)? Of(string method, string message)
    {
        if (method != NodeExchange.SendMethod)
        {
            return null;
        }
        foreach ((string words, int code, string besu) in OfSending)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return (code, besu);
            }
        }
        return null;
    }
}
