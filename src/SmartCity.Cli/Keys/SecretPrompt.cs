using System.Security.Cryptography;
using SmartCity.Ethereum.KeyStore;

namespace SmartCity.Cli.Keys;

/// <summary>Asks the person at the keyboard for a secret. Nothing of it is shown, not even its length, and no string is ever made of it.</summary>
/// <param name="readKey">Reads a key without showing it.</param>
/// <param name="write">Shows what is asked for.</param>
internal sealed class SecretPrompt(Func<ConsoleKeyInfo> readKey, Action<string> write)
{
    private const int MaxCharacters = 1_024;
    private const int MinPassphraseCharacters = 8;

    /// <summary>The prompt of this process's terminal.</summary>
    /// <exception cref="CommandException">There is no terminal to ask at.</exception>
    public static SecretPrompt OfTerminal()
    {
        if (Console.IsInputRedirected)
        {
            throw new CommandException("There is no terminal to ask for the secret at: name a file that holds it (see --help).");
        }
        // Reading turns the terminal's echo off, and it stays off. Turned off by the first key alone, it would come too late for a secret that is
        // pasted as soon as the question stands there.
        _ = Console.KeyAvailable;
        return new(() => Console.ReadKey(intercept: true), Console.Error.Write);
    }

    /// <summary>Asks for a passphrase that exists.</summary>
    /// <exception cref="CommandException">Nothing was typed, or too much.</exception>
    public Passphrase Ask(string what)
    {
        char[] typed = GC.AllocateArray<char>(MaxCharacters, pinned: true);
        try
        {
            return Passphrase.Of(typed.AsSpan(0, Read(what, typed)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    /// <summary>Asks for a new passphrase, twice.</summary>
    /// <exception cref="CommandException">It is too short, or the two are not the same.</exception>
    public Passphrase AskNew(string what)
    {
        Passphrase first = Ask(what);
        using Passphrase second = Ask($"{what}, again");
        if (first.Matches(second) && first.Bytes.Length >= MinPassphraseCharacters)
        {
            return first;
        }
        bool areSame = first.Matches(second);
        first.Dispose();
        throw new CommandException(areSame ? $"Choose at least {MinPassphraseCharacters} characters." : "The two are not the same. Nothing was changed.");
    }

    private int Read(string what, char[] typed)
    {
        write($"{what}: ");
        int length = 0;
        for (ConsoleKeyInfo key = readKey(); key.Key != ConsoleKey.Enter; key = readKey())
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                if (length == typed.Length)
                {
                    throw new CommandException($"More than {MaxCharacters} characters were typed. Name a file that holds the secret.");
                }
                typed[length++] = key.KeyChar;
            }
        }
        write(Environment.NewLine);
        return length > 0 ? length : throw new CommandException("Nothing was typed. Nothing was changed.");
    }
}
