using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Zstandard decoding without libzstd: against libzstd, the words of RFC 8878, and frames written by hand.</summary>
public class ManagedZstdTests
{
    // Where the format leaves no doubt and some versions of libzstd look away: they accept streams of bits that are not used up, or reserved bits, or
    // blocks larger than the window while everything is at hand, or matches that reach somewhat beyond it.
    private static readonly string[] Stricter =
    [
        "a stream of literals does not end where it should",
        "the sequences of a block do not end where they should",
        "a bit stream has no end mark",
        "reserved bits of the sequences are set",
        "a block is larger than its frame allows",
        "a block holds more than its frame allows",
        "a block has too many literals",
        "a block without literals",
        "a block without sequences does not end where it should",
        "a match at no distance",
        "a match reaches back beyond the window",
        "a Huffman code is longer than allowed",
        "the weights of a Huffman code are cut",
        "the weights make no Huffman code",
        "an FSE table is cut",
        ZstdDamage.UnknownFrame,
    ];

    [Fact]
    public void Every_kind_of_frame_gives_its_text()
    {
        ManagedZstd whole = new();
        ManagedZstdPieces pieces = new();
        foreach ((string name, byte[] data) in ZstdFrames.Texts)
        {
            foreach (int level in (int[])[-7, -1, 1, 2, 3, 5, 7, 9, 13, 16, 19, 22])
            {
                if (level > 13 && data.Length > 200_000) continue;
                foreach (bool sized in (bool[])[false, true])
                {
                    string what = $"{name}, level {level}, {(sized ? "sized" : "streamed")}";
                    byte[] frame = ZstdFrames.Encode(data, level, checksum: sized != (level % 2 == 0), sized);
                    byte[] room = new byte[data.Length];
                    Assert.True(whole.TryDecode(frame, room, out int written), what);
                    Assert.True(written == data.Length && room.AsSpan().SequenceEqual(data), what);
                    byte[] roomy = new byte[data.Length + 100];
                    Assert.True(whole.TryDecode(frame, roomy, out written), what);
                    Assert.True(roomy.AsSpan(0, written).SequenceEqual(data), what);
                    Assert.True(InPieces(pieces, frame, 10_000, 7_777).AsSpan().SequenceEqual(data), what);
                }
            }
        }
    }

    [Fact]
    public void Windows_and_blocks_of_any_size_give_the_text()
    {
        ManagedZstd whole = new();
        ManagedZstdPieces pieces = new();
        foreach ((string name, byte[] data) in ZstdFrames.Texts)
        {
            foreach ((int window, int flush) in ((int, int)[])[(10, 0), (10, 100), (12, 5000), (17, 20_000), (20, 131_072), (27, 0), (0, 1500)])
            {
                byte[] frame = ZstdFrames.Encode(data, 3, checksum: true, windowLog: window, flushEvery: flush);
                byte[] room = new byte[data.Length];
                Assert.True(whole.TryDecode(frame, room, out int written), name);
                Assert.True(room.AsSpan(0, written).SequenceEqual(data), name);
                Assert.True(InPieces(pieces, frame, 3001, 1 << 20).AsSpan().SequenceEqual(data), name);
            }
        }
    }

    [Fact]
    public void Mutated_frames_give_what_libzstd_gives_or_are_refused_by_both()
    {
        using ZstdDecoder library = new(ZstdImplementation.Library), managed = new(ZstdImplementation.Managed);
        List<byte[]> samples = [];
        foreach ((_, byte[] data) in ZstdFrames.Texts)
        {
            foreach (int length in (int[])[60, 700, 6000])
            {
                byte[] part = data[..Math.Min(length, data.Length)];
                foreach (int level in (int[])[-3, 1, 3, 19]) samples.Add(ZstdFrames.Encode(part, level, sized: level == 3));
                samples.Add(ZstdFrames.Encode(part, 9, windowLog: 10, flushEvery: length / 3));
                samples.Add(ZstdFrames.Encode(part, 3, checksum: true));
            }
        }

        samples.RemoveAll(sample => sample.Length > 4000);
        byte[] mine = new byte[32 << 10], theirs = new byte[32 << 10];
        MutationFuzz.Run(samples, input =>
        {
            Same(Outcome(library, input, theirs, Whole), Outcome(managed, input, mine, Whole), theirs, mine, input);
            Same(Outcome(library, input, theirs, Pieces), Outcome(managed, input, mine, Pieces), theirs, mine, input);
        }, allocationLimit: 2 << 20);
    }

    [Theory]
    [InlineData("28B52FFD2000010000", "")]
    [InlineData("28B52FFD2000150000 0000", "")] // a compressed block of no literals and no sequences
    [InlineData("28B52FFD0058 250000 08 61 8000", "61")] // the count of no sequences in two bytes
    [InlineData("28B52FFD0058 090000 61", "61")] // raw
    [InlineData("28B52FFD0058 2B0000 62", "6262626262")] // one byte over and over
    [InlineData("28B52FFD0058 080000 61 090000 62", "6162")] // two blocks
    [InlineData("502A4D18 03000000 FFFFFF 28B52FFD0058 090000 61 5F2A4D18 00000000", "61")] // between skippable frames
    [InlineData("28B52FFD0158 00 090000 61", "61")] // a dictionary by the number 0 is none
    [InlineData("28B52FFD2027C500 0080F3F1F0ECEBC6C5C7F09D43000000E0E00658 0100603E52", null)] // a table right before the last byte
    public void Frames_written_by_hand(string hex, string? expected)
    {
        byte[] frame = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] room = new byte[1000];
        Assert.True(new ManagedZstd().TryDecode(frame, room, out int written));
        if (expected is not null) Assert.Equal(expected, Convert.ToHexString(room.AsSpan(0, written)));
        Assert.Equal(room[..written], InPieces(new ManagedZstdPieces(), frame, 1, 1));
    }

    [Theory]
    [InlineData("28B52FFD0058 0F0000 61", ZstdDamage.Corrupted + ": a block of an unknown type")]
    [InlineData("28B52FFD0858 090000 61", ZstdDamage.UnknownParameter)]
    [InlineData("28B52FFD0158 07 090000 61", ZstdDamage.Dictionary)]
    [InlineData("28B52FFD00F0 090000 61", ZstdDamage.LargeWindow)]
    [InlineData("28B52FFD2005 090000 61", ZstdDamage.Corrupted + ": a frame holds 1 bytes and claims 5")]
    [InlineData("28B52FFD0458 090000 61 00000000", ZstdDamage.Checksum)]
    [InlineData("27B52FFD0058 090000 61", ZstdDamage.UnknownFrame)]
    [InlineData("28B52FFD0000 550000 7280010420 7E1F02AA 00", ZstdDamage.Corrupted + ": the weights of a Huffman code are cut")] // fewer bits than two states take
    [InlineData("28B52FFD0000 450000 08000200 2F430BAE", ZstdDamage.Corrupted + ": a match at no distance")]
    [InlineData("28B52FFD0058 1D0000 031000", ZstdDamage.Corrupted + ": there is no Huffman code that could be repeated")]
    [InlineData("28B52FFD0058 1D0000 0001FC", ZstdDamage.Corrupted + ": there is no table that could be repeated")]
    public void Damage_is_named_and_placed(string hex, string reason)
    {
        byte[] frame = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        PbsFormatException whole = Assert.Throws<PbsFormatException>(() => new ManagedZstd().TryDecode(frame, new byte[1000], out _));
        PbsFormatException pieces = Assert.Throws<PbsFormatException>(() => InPieces(new ManagedZstdPieces(), frame, 2, 100));
        Assert.Equal((PbsErrorId.CompressedDataInvalid, reason), (whole.ErrorId, whole.Reason));
        Assert.Equal((PbsErrorId.CompressedDataInvalid, reason, whole.Offset), (pieces.ErrorId, pieces.Reason, pieces.Offset));
        Assert.InRange(whole.Offset, 0, frame.Length);
    }

    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void The_checksum_is_XXH64(string text, ulong expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(expected, Xxh64.Compute(bytes));
        for (int piece = 1; piece < 40; piece++)
        {
            Xxh64 hash = new();
            for (int at = 0; at < bytes.Length; at += piece) hash.Append(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
            Assert.Equal(expected, hash.Value);
        }
    }

    /// <summary>RFC 8878, appendix A: state, symbol (told by the base of its values), bits and base of the states that follow.</summary>
    [Theory]
    [InlineData(0, 0, 4, 0)]
    [InlineData(1, 0, 4, 16)]
    [InlineData(2, 1, 5, 32)]
    [InlineData(10, 14, 6, 0)]
    [InlineData(17, 64, 5, 32)]
    [InlineData(22, 0, 4, 32)]
    [InlineData(38, 64, 4, 0)]
    [InlineData(39, 64, 4, 16)]
    [InlineData(43, 0, 4, 48)]
    [InlineData(59, 48, 5, 32)]
    [InlineData(60, 65536, 6, 0)]
    [InlineData(63, 8192, 6, 0)]
    public void The_predefined_lengths_of_literals_are_those_printed(int state, int lowest, int bits, int next) =>
        Assert.Equal((lowest, bits, next), Cell(SequenceCodes.LiteralLengths, state));

    /// <inheritdoc cref="The_predefined_lengths_of_literals_are_those_printed"/>
    [Theory]
    [InlineData(0, 3, 6, 0)]
    [InlineData(1, 4, 4, 0)]
    [InlineData(2, 5, 5, 32)]
    [InlineData(8, 16, 6, 0)]
    [InlineData(15, 37, 6, 0)]
    [InlineData(22, 4, 4, 16)]
    [InlineData(23, 5, 4, 0)]
    [InlineData(24, 6, 5, 32)]
    [InlineData(36, 35, 6, 0)]
    [InlineData(40, 67, 6, 0)]
    public void The_predefined_lengths_of_matches_are_those_printed(int state, int lowest, int bits, int next) =>
        Assert.Equal((lowest, bits, next), Cell(SequenceCodes.MatchLengths, state));

    private static (int Lowest, int Bits, int Next) Cell(SequenceCodes codes, int state)
    {
        ulong cell = codes.Predefined.Cells[state];
        return ((int)(cell >> FseTable.BaseShift), (byte)(cell >> FseTable.StateBitsShift), (ushort)cell);
    }

    [Fact]
    public void A_window_is_paid_for_only_as_far_as_it_is_filled()
    {
        // 128 MiB are asked for, and one byte comes.
        byte[] frame = Convert.FromHexString("28B52FFD00880900 0061".Replace(" ", "", StringComparison.Ordinal));
        ManagedZstdPieces decoder = new();
        byte[] output = new byte[10];
        long before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Start();
        decoder.Push(frame, output, out _, out int written);
        decoder.Finish();
        Assert.Equal(1, written);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void More_than_the_window_passes_through_little_more_than_the_window()
    {
        byte[] data = new byte[24 << 20];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 2654435761L >> 13);
        byte[] frame = ZstdFrames.Encode(data, 1, windowLog: 17);
        ManagedZstdPieces decoder = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] output = new byte[1 << 16];
        decoder.Start();
        int at = 0;
        for (ReadOnlySpan<byte> rest = frame; ;)
        {
            decoder.Push(rest, output, out int consumed, out int written);
            Assert.True(output.AsSpan(0, written).SequenceEqual(data.AsSpan(at, written)));
            at += written;
            rest = rest[consumed..];
            if (rest.IsEmpty && written < output.Length) break;
        }

        decoder.Finish();
        Assert.Equal(data.Length, at);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    private static (string? Refusal, int Length) Outcome(ZstdDecoder decoder, byte[] input, byte[] room, Func<ZstdDecoder, byte[], byte[], int> decode)
    {
        try
        {
            return (null, decode(decoder, input, room));
        }
        catch (PbsFormatException e)
        {
            return (e.Reason, 0);
        }
    }

    private static int Whole(ZstdDecoder decoder, byte[] input, byte[] room) => decoder.Decode(input, room);

    private static int Pieces(ZstdDecoder decoder, byte[] input, byte[] room)
    {
        int total = 0;
        decoder.Start();
        for (ReadOnlySpan<byte> rest = input; ;)
        {
            if (total == room.Length) throw new PbsFormatException(PbsErrorId.BlobTooLarge, "more than the room");
            Span<byte> piece = room.AsSpan(total, Math.Min(5000, room.Length - total));
            decoder.Push(rest[..Math.Min(rest.Length, 777)], piece, out int consumed, out int written);
            total += written;
            rest = rest[consumed..];
            if (rest.IsEmpty && written < piece.Length) break;
        }

        decoder.Finish();
        return total;
    }

    private static void Same((string? Refusal, int Length) library, (string? Refusal, int Length) managed, byte[] theirs, byte[] mine, byte[] input)
    {
        if (library.Refusal is null != managed.Refusal is null)
        {
            // Older versions do not take a count of no sequences that is written in two bytes.
            Assert.True(library.Refusal is null || input.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x80, 0]) >= 0, $"libzstd refuses ({library.Refusal}) what is accepted without it");
            Assert.True(managed.Refusal is null || Stricter.Any(reason => managed.Refusal.EndsWith(reason, StringComparison.Ordinal)) || managed.Refusal.Contains(" bytes and claims ", StringComparison.Ordinal), $"libzstd accepts what is refused without it: {managed.Refusal}");
        }
        else if (library.Refusal is null)
        {
            Assert.True(theirs.AsSpan(0, library.Length).SequenceEqual(mine.AsSpan(0, managed.Length)), "other bytes than libzstd's");
        }
    }

    private static byte[] InPieces(ManagedZstdPieces decoder, ReadOnlySpan<byte> frames, int inputPiece, int outputPiece)
    {
        using MemoryStream result = new();
        byte[] output = new byte[outputPiece];
        decoder.Start();
        for (int at = 0; at < frames.Length; at += inputPiece)
        {
            ReadOnlySpan<byte> input = frames.Slice(at, Math.Min(inputPiece, frames.Length - at));
            while (true)
            {
                decoder.Push(input, output, out int consumed, out int written);
                result.Write(output, 0, written);
                input = input[consumed..];
                if (input.IsEmpty && written < output.Length) break;
            }
        }

        decoder.Finish();
        return result.ToArray();
    }
}
