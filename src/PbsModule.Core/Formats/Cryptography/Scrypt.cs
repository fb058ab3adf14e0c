using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PbsModule.Core.Formats;

/// <summary>scrypt (RFC 7914), which the framework lacks, over its PBKDF2; with bounds, because the parameters come from files.</summary>
internal static unsafe class Scrypt
{
    /// <summary>What PBS lets OpenSSL use: 1025 MiB.</summary>
    public const long MemoryLimit = 1025L << 20;

    /// <summary>
    /// The most n·r·p: twice what the memory limit allows with p = 1. Memory alone does not bound the time, since p adds
    /// work and hardly any memory.
    /// </summary>
    public const long WorkLimit = 1L << 24;

    private const int WordsPerChunk = 16;
    private const int BytesPerBlock = 128;

    /// <summary>Why these parameters cannot be used, or null.</summary>
    /// <param name="n">Cost: a power of two above 1 and below 2^(16·r).</param>
    /// <param name="r">Block size in units of 128 bytes.</param>
    /// <param name="p">How many times the work is done.</param>
    public static string? Check(long n, long r, long p)
    {
        if (n < 2 || !BitOperations.IsPow2(n)) return "scrypt's n is not a power of two above 1";
        if (r < 1 || p < 1) return "scrypt's r or p is below 1";
        if (r < 4 && n >= 1L << (int)(16 * r)) return "scrypt's n is too large for its r";
        if (n > WorkLimit || r > WorkLimit || p > WorkLimit) return "scrypt's parameters are too large";
        long units = r * (n + p + 2);
        if (units > MemoryLimit / BytesPerBlock) return $"scrypt would need more than {MemoryLimit >> 20} MiB of memory";
        return r * n > WorkLimit / p ? "scrypt's parameters are too large" : null;
    }

    /// <summary>Derives a key; the memory used is cleared.</summary>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt">Any bytes.</param>
    /// <param name="n">As for <see cref="Check"/>, which the caller has asked.</param>
    /// <param name="r">As for <see cref="Check"/>.</param>
    /// <param name="p">As for <see cref="Check"/>.</param>
    /// <param name="derived">Filled to its length.</param>
    /// <exception cref="PbsPlatformException">The memory is not to be had.</exception>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, Span<byte> derived)
    {
        if (Check(n, r, p) is { } reason) throw new ArgumentException(reason, nameof(n));
        int words = BytesPerBlock / sizeof(uint) * r;
        using ClearedMemory memory = new((long)words * (n + p + 1));
        uint* table = memory.Words;
        uint* scratch = table + (long)words * n;
        Span<byte> blocks = new(scratch + words, checked(words * p * sizeof(uint)));
        Rfc2898DeriveBytes.Pbkdf2(password, salt, blocks, 1, HashAlgorithmName.SHA256);
        SwapWhereBigEndian(blocks);
        for (int i = 0; i < p; i++) Mix(scratch + words * (long)(i + 1), scratch, table, n, r);
        SwapWhereBigEndian(blocks);
        Rfc2898DeriveBytes.Pbkdf2(password, blocks, derived, 1, HashAlgorithmName.SHA256);
    }

    /// <summary>scryptROMix: fills the table with n states, then adds n of them, chosen by the state itself.</summary>
    private static void Mix(uint* block, uint* scratch, uint* table, int n, int r)
    {
        int words = BytesPerBlock / sizeof(uint) * r;
        for (int i = 0; i < n; i++)
        {
            new ReadOnlySpan<uint>(block, words).CopyTo(new Span<uint>(table + (long)i * words, words));
            MixBlock(block, scratch, r);
        }

        for (int i = 0; i < n; i++)
        {
            // n is a power of two below 2^32, so the lowest word of the last chunk decides.
            uint chosen = block[words - WordsPerChunk] & (uint)(n - 1);
            Add(block, table + (long)chosen * words, words);
            MixBlock(block, scratch, r);
        }
    }

    /// <summary>scryptBlockMix: chains Salsa20/8 through the chunks, then puts the even ones before the odd ones.</summary>
    private static void MixBlock(uint* block, uint* scratch, int r)
    {
        uint* previous = block + (2 * r - 1) * WordsPerChunk;
        for (int i = 0; i < 2 * r; i++)
        {
            uint* chunk = scratch + (i / 2 + (i % 2 * r)) * WordsPerChunk;
            for (int word = 0; word < WordsPerChunk; word++) chunk[word] = previous[word] ^ block[i * WordsPerChunk + word];
            Salsa(chunk);
            previous = chunk;
        }

        new ReadOnlySpan<uint>(scratch, 2 * r * WordsPerChunk).CopyTo(new Span<uint>(block, 2 * r * WordsPerChunk));
    }

    /// <summary>Salsa20/8 (RFC 7914 §3).</summary>
    private static void Salsa(uint* chunk)
    {
        uint x0 = chunk[0], x1 = chunk[1], x2 = chunk[2], x3 = chunk[3], x4 = chunk[4], x5 = chunk[5], x6 = chunk[6], x7 = chunk[7];
        uint x8 = chunk[8], x9 = chunk[9], x10 = chunk[10], x11 = chunk[11], x12 = chunk[12], x13 = chunk[13], x14 = chunk[14], x15 = chunk[15];
        for (int i = 0; i < 4; i++)
        {
            Quarter(ref x0, ref x4, ref x8, ref x12);
            Quarter(ref x5, ref x9, ref x13, ref x1);
            Quarter(ref x10, ref x14, ref x2, ref x6);
            Quarter(ref x15, ref x3, ref x7, ref x11);
            Quarter(ref x0, ref x1, ref x2, ref x3);
            Quarter(ref x5, ref x6, ref x7, ref x4);
            Quarter(ref x10, ref x11, ref x8, ref x9);
            Quarter(ref x15, ref x12, ref x13, ref x14);
        }

        chunk[0] += x0;
        chunk[1] += x1;
        chunk[2] += x2;
        chunk[3] += x3;
        chunk[4] += x4;
        chunk[5] += x5;
        chunk[6] += x6;
        chunk[7] += x7;
        chunk[8] += x8;
        chunk[9] += x9;
        chunk[10] += x10;
        chunk[11] += x11;
        chunk[12] += x12;
        chunk[13] += x13;
        chunk[14] += x14;
        chunk[15] += x15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }

    private static void Add(uint* block, uint* other, int words)
    {
        for (int word = 0; word < words; word++) block[word] ^= other[word];
    }

    private static void SwapWhereBigEndian(Span<byte> blocks)
    {
        if (BitConverter.IsLittleEndian) return;
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(blocks);
        BinaryPrimitives.ReverseEndianness(words, words);
    }

    /// <summary>Memory outside the collector's: up to a gigabyte, given back at once and cleared before.</summary>
    private readonly ref struct ClearedMemory
    {
        private readonly nuint _bytes;

        public ClearedMemory(long words)
        {
            _bytes = (nuint)words * sizeof(uint);
            try
            {
                Words = (uint*)NativeMemory.Alloc(_bytes);
            }
            catch (OutOfMemoryException e)
            {
                throw new PbsPlatformException(
                    PbsErrorId.KeyDerivationUnavailable, $"scrypt needs {_bytes >> 20} MiB of memory, which this machine does not give", null, e);
            }
        }

        public uint* Words { get; }

        public void Dispose()
        {
            NativeMemory.Clear(Words, _bytes);
            NativeMemory.Free(Words);
        }
    }
}
