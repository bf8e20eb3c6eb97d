namespace SmartCity.Ethereum.KeyStore;

/// <summary>A key file cannot be used: malformed, of an unknown kind, or damaged. No message shows a part of a key or
/// passphrase.</summary>
public class KeyStoreException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The passphrase does not open the key file (or the file's ciphertext was changed: the two cannot be told
/// apart).</summary>
public sealed class WrongPassphraseException()
    : KeyStoreException("The passphrase does not open the key file (or the file was changed). Check the passphrase.");
