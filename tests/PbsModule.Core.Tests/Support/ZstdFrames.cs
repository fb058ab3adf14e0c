using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Frames of every kind that libzstd writes: levels, windows, checksums, blocks of any size, and texts that bring out each form of block.</summary>
internal static unsafe class ZstdFrames
{
    private const int ChecksumFlag = 201;
    private const int WindowLog = 101;
    private const int Flush = 1;

    /// <summary>Names and contents that differ in how they are packed.</summary>
    public static IReadOnlyList<(string Name, byte[] Data)> Texts { get; } =
    [
        ("nothing", []),
        ("one byte", [42]),
        ("one byte over and over", [.. Enumerable.Repeat((byte)'x', 300_000)]),
        ("noise", Noise(200_000, 256)),
        ("two letters", Noise(150_000, 2)),
        ("sixteen letters", Noise(150_000, 16)),
        ("two hundred letters", Noise(70_000, 200)),
        ("a short pattern", [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i % 7))]),
        ("words", Words(400_000)),
        ("few words", Words(700)),
        ("copies from afar", [.. Noise(90_000, 256), .. Words(200_000), .. Noise(90_000, 256), .. Noise(90_000, 256)]),
        ("near copies of every distance", Near()),
        ("rows of numbers", Rows(200_000)),
    ];

    /// <summary>One frame.</summary>
    /// <param name="data">Its content.</param>
    /// <param name="level">Of compression, negative ones too.</param>
    /// <param name="checksum">With a checksum.</param>
    /// <param name="sized">With its content size, as a single segment where libzstd chooses so.</param>
    /// <param name="windowLog">0 for the level's own.</param>
    /// <param name="flushEvery">Ends a block after so many bytes; 0 for never.</param>
    public static byte[] Encode(ReadOnlySpan<byte> data, int level, bool checksum = false, bool sized = false, int windowLog = 0, int flushEvery = 0)
    {
        using ZstdEncoderHandle context = LibZstd.CreateEncoder();
        Set(LibZstd.CompressionLevel, level);
        Set(ChecksumFlag, checksum ? 1 : 0);
        Set(LibZstd.ContentSizeFlag, sized ? 1 : 0);
        if (windowLog > 0) Set(WindowLog, windowLog);
        byte[] room = new byte[data.Length + data.Length / 64 + 1024 + (flushEvery > 0 ? data.Length / flushEvery * 16 : 0)];
        fixed (byte* source = data, target = room)
        {
            byte none;
            if (sized)
            {
                nuint size = LibZstd.ZSTD_compress2(context, target, (nuint)room.Length, source is null ? &none : source, (nuint)data.Length);
                Assert.Equal(0, LibZstd.ErrorOf(size));
                return room[..(int)size];
            }

            LibZstd.Buffer to = new() { Data = target, Size = (nuint)room.Length };
            LibZstd.Buffer from = new() { Data = source is null ? &none : source };
            do
            {
                from.Size = flushEvery == 0 ? (nuint)data.Length : Math.Min((nuint)data.Length, from.Size + (nuint)flushEvery);
                int directive = from.Size == (nuint)data.Length ? LibZstd.EndFrame : Flush;
                while (LibZstd.ZSTD_compressStream2(context, &to, &from, directive) is var left and not 0) Assert.Equal(0, LibZstd.ErrorOf(left));
            }
            while (from.Position < (nuint)data.Length);

            return room[..(int)to.Position];
        }

        void Set(int parameter, int value) => Assert.Equal(0, LibZstd.ErrorOf(LibZstd.ZSTD_CCtx_setParameter(context, parameter, value)));
    }

    private static byte[] Noise(int length, int letters)
    {
        var random = new Random(letters);
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++) noise[i] = (byte)random.Next(letters);
        return noise;
    }

    private static byte[] Words(int length)
    {
        var random = new Random(length);
        string[] words = [.. Enumerable.Range(0, 500).Select(i => Convert.ToString(i * 7919L, 16) + new string((char)('a' + i % 26), i % 9))];
        var text = new System.Text.StringBuilder();
        while (text.Length < length) text.Append(words[(int)(random.NextDouble() * random.NextDouble() * words.Length)]).Append(' ');
        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static byte[] Near()
    {
        var random = new Random(5);
        List<byte> bytes = [.. Noise(64, 256)];
        for (int i = 0; i < 6000; i++)
        {
            int distance = 1 + random.Next(40);
            int start = bytes.Count - distance;
            int length = 3 + random.Next(i % 100 == 0 ? 3000 : 40);
            for (int k = 0; k < length; k++) bytes.Add(bytes[start + k]);
            for (int k = random.Next(6); k > 0; k--) bytes.Add((byte)random.Next(256));
        }

        return [.. bytes];
    }

    private static byte[] Rows(int length)
    {
        var random = new Random(7);
        byte[] rows = new byte[length];
        for (int i = 0; i + 16 <= length; i += 16)
        {
            BitConverter.TryWriteBytes(rows.AsSpan(i), i * 3);
            BitConverter.TryWriteBytes(rows.AsSpan(i + 4), 1_700_000_000 + i);
            BitConverter.TryWriteBytes(rows.AsSpan(i + 8), random.Next(1000));
        }

        return rows;
    }
}
