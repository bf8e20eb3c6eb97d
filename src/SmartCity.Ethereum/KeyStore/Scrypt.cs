using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace SmartCity.Ethereum.KeyStore;

/// <summary>scrypt (RFC 7914). BouncyCastle's refuses the costs of the test vector of Web3 Secret Storage (n = 262,144 with r =
/// 1), which other programs take; this one is also several times as fast. Costs are checked by <see
/// cref="KeyDerivation"/>.</summary>
/// <remarks>A block of 64 bytes is kept as four vectors along its diagonals, so that Salsa20/8 works on four words at a
/// time.</remarks>
internal static class Scrypt
{
    private const int BlockBytes = 64;
    private const int BlockVectors = 4;
    private const int BlockWords = 16;
    private const int DoubleRounds = 4;
    private static readonly Vector128<uint> TurnOne = Vector128.Create(1u, 2, 3, 0);
    private static readonly Vector128<uint> TurnTwo = Vector128.Create(2u, 3, 0, 1);
    private static readonly Vector128<uint> TurnThree = Vector128.Create(3u, 0, 1, 2);

    public static byte[] Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, KeyStoreOptions costs, int length)
    {
        int chunk = 2 * costs.BlockSize * BlockBytes;
        byte[] blocks = Pbkdf2(passphrase, salt, chunk * costs.Parallelism);
        Vector128<uint>[] table = new Vector128<uint>[costs.Cost * 2 * costs.BlockSize * BlockVectors];
        for (int i = 0; i < costs.Parallelism; i++)
        {
            Mix(blocks.AsSpan(i * chunk, chunk), costs.Cost, table);
        }
        byte[] key = Pbkdf2(passphrase, blocks, length);
        CryptographicOperations.ZeroMemory(blocks);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(table.AsSpan()));
        return key;
    }

    private static byte[] Pbkdf2(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations: 1, HashAlgorithmName.SHA256, length);

    /// <summary>ROMix: fills the table with successive states, then mixes with those that the state itself picks.</summary>
    private static void Mix(Span<byte> chunk, int cost, Span<Vector128<uint>> table)
    {
        int size = chunk.Length / BlockBytes * BlockVectors;
        Vector128<uint>[] state = new Vector128<uint>[size];
        Vector128<uint>[] next = new Vector128<uint>[size];
        Load(chunk, state);
        for (int i = 0; i < cost; i++)
        {
            state.CopyTo(table.Slice(i * size, size));
            MixBlocks(state, next);
            (state, next) = (next, state);
        }
        for (int i = 0; i < cost; i++)
        {
            uint picked = state[size - BlockVectors][0] & (uint)(cost - 1);
            ReadOnlySpan<Vector128<uint>> row = table.Slice((int)picked * size, size);
            for (int j = 0; j < size; j++)
            {
                state[j] ^= row[j];
            }
            MixBlocks(state, next);
            (state, next) = (next, state);
        }
        Store(state, chunk);
        Array.Clear(state);
        Array.Clear(next);
    }

    /// <summary>BlockMix: each block is hashed with the one before; even ones go to the first half.</summary>
    private static void MixBlocks(ReadOnlySpan<Vector128<uint>> input, Span<Vector128<uint>> output)
    {
        int last = input.Length - BlockVectors;
        (Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d) =
            (input[last], input[last + 1], input[last + 2], input[last + 3]);
        for (int i = 0; i < input.Length; i += BlockVectors)
        {
            (a, b, c, d) = Salsa(a ^ input[i], b ^ input[i + 1], c ^ input[i + 2], d ^ input[i + 3]);
            int block = i / BlockVectors;
            int target = block / 2 * BlockVectors + (block % 2 == 0 ? 0 : input.Length / 2);
            (output[target], output[target + 1], output[target + 2], output[target + 3]) = (a, b, c, d);
        }
    }

    private static (Vector128<uint>, Vector128<uint>, Vector128<uint>, Vector128<uint>) Salsa(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d)
    {
        (Vector128<uint> a0, Vector128<uint> b0, Vector128<uint> c0, Vector128<uint> d0) = (a, b, c, d);
        for (int i = 0; i < DoubleRounds; i++)
        {
            b ^= Rotate(a + d, 7);
            c ^= Rotate(b + a, 9);
            d ^= Rotate(c + b, 13);
            a ^= Rotate(d + c, 18);
            (b, c, d) = (Vector128.Shuffle(b, TurnThree), Vector128.Shuffle(c, TurnTwo), Vector128.Shuffle(d, TurnOne));
            d ^= Rotate(a + b, 7);
            c ^= Rotate(d + a, 9);
            b ^= Rotate(c + d, 13);
            a ^= Rotate(b + c, 18);
            (b, c, d) = (Vector128.Shuffle(b, TurnOne), Vector128.Shuffle(c, TurnTwo), Vector128.Shuffle(d, TurnThree));
        }
        return (a + a0, b + b0, c + c0, d + d0);
    }

    private static Vector128<uint> Rotate(Vector128<uint> words, int bits) => (words << bits) | (words >>> (32 - bits));

    private static void Load(ReadOnlySpan<byte> bytes, Span<Vector128<uint>> state)
    {
        Span<uint> words = MemoryMarshal.Cast<Vector128<uint>, uint>(state);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) * Place(i))..]);
        }
    }

    private static void Store(ReadOnlySpan<Vector128<uint>> state, Span<byte> bytes)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<Vector128<uint>, uint>(state);
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(sizeof(uint) * Place(i))..], words[i]);
        }
    }

    /// <summary>Which word of the input the i-th word of the state is: along a block's diagonals each is five further.</summary>
    private static int Place(int i) => i / BlockWords * BlockWords + i % BlockWords * 5 % BlockWords;
}
