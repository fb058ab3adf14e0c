using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Zstandard decoding by ZstdSharp: against libzstd, and frames written by hand.</summary>
public class ManagedZstdTests
{
    private const string Corrupted = "Data corruption detected";

    // Reasons for which one version of libzstd refuses what another accepts.
    private static readonly string[] Loose = [Corrupted, "Unknown frame descriptor", "incomplete frame", "decoded data exceeds 32768 bytes"];

    [Fact]
    public void Every_kind_of_frame_gives_its_text()
    {
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
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
                    Assert.True(decoder.TryDecode(frame, room, out int written), what);
                    Assert.True(written == data.Length && room.AsSpan().SequenceEqual(data), what);
                    byte[] roomy = new byte[data.Length + 100];
                    Assert.True(decoder.TryDecode(frame, roomy, out written), what);
                    Assert.True(roomy.AsSpan(0, written).SequenceEqual(data), what);
                    Assert.True(InPieces(decoder, frame, 10_000, 7_777).AsSpan().SequenceEqual(data), what);
                }
            }
        }
    }

    [Fact]
    public void Windows_and_blocks_of_any_size_give_the_text()
    {
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
        foreach ((string name, byte[] data) in ZstdFrames.Texts)
        {
            foreach ((int window, int flush) in ((int, int)[])[(10, 0), (10, 100), (12, 5000), (17, 20_000), (20, 131_072), (27, 0), (0, 1500)])
            {
                byte[] frame = ZstdFrames.Encode(data, 3, checksum: true, windowLog: window, flushEvery: flush);
                byte[] room = new byte[data.Length];
                Assert.True(decoder.TryDecode(frame, room, out int written), name);
                Assert.True(room.AsSpan(0, written).SequenceEqual(data), name);
                Assert.True(InPieces(decoder, frame, 3001, 1 << 20).AsSpan().SequenceEqual(data), name);
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
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
        Assert.True(decoder.TryDecode(frame, room, out int written));
        if (expected is not null) Assert.Equal(expected, Convert.ToHexString(room.AsSpan(0, written)));
        Assert.Equal(room[..written], InPieces(decoder, frame, 1, 1));
    }

    [Theory]
    [InlineData("28B52FFD0058 0F0000 61", Corrupted)] // a block of an unknown type
    [InlineData("28B52FFD0858 090000 61", "Unsupported frame parameter")]
    [InlineData("28B52FFD0158 07 090000 61", "Dictionary mismatch")]
    [InlineData("28B52FFD0458 090000 61 00000000", "Restored data doesn't match checksum")]
    [InlineData("27B52FFD0058 090000 61", "Unknown frame descriptor")]
    [InlineData("28B52FFD0058 1D0000 0001FC", Corrupted)] // no table that could be repeated
    public void Damage_is_named_as_libzstd_names_it(string hex, string reason)
    {
        byte[] frame = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
        PbsFormatException whole = Assert.Throws<PbsFormatException>(() => decoder.TryDecode(frame, new byte[1000], out _));
        PbsFormatException pieces = Assert.Throws<PbsFormatException>(() => InPieces(decoder, frame, 2, 100));
        Assert.Equal((PbsErrorId.CompressedDataInvalid, reason), (whole.ErrorId, whole.Reason));
        Assert.Equal((PbsErrorId.CompressedDataInvalid, reason), (pieces.ErrorId, pieces.Reason));
    }

    [Theory]
    [InlineData(ZstdImplementation.Managed)]
    [InlineData(ZstdImplementation.Library)]
    public void A_window_takes_memory_only_as_far_as_it_is_filled(ZstdImplementation implementation)
    {
        // Each asks for 128 MiB, and one byte comes. Many at a time, so that nothing else in this process matters.
        const int Count = 32;
        byte[] frame = Convert.FromHexString("28B52FFD008809000061");
        byte[] output = new byte[10];
        List<ZstdDecoder> decoders = [];
        long before = Environment.WorkingSet;
        try
        {
            for (int i = 0; i < Count; i++)
            {
                ZstdDecoder decoder = new(implementation);
                decoders.Add(decoder);
                decoder.Start();
                decoder.Push(frame, output, out _, out int written);
                Assert.Equal(1, written);
            }

            Assert.InRange(Environment.WorkingSet - before, long.MinValue, (long)Count << 25);
        }
        finally
        {
            foreach (ZstdDecoder decoder in decoders) decoder.Dispose();
        }
    }

    [Fact]
    public void More_than_the_window_passes_through_little_more_than_the_window()
    {
        byte[] data = new byte[24 << 20];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 2654435761L >> 13);
        byte[] frame = ZstdFrames.Encode(data, 1, windowLog: 17);
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
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
        // Versions of libzstd differ in what they look at while everything is at hand; what both accept is the same.
        if (library.Refusal is null != managed.Refusal is null)
        {
            Assert.True(Loose.Contains(library.Refusal ?? managed.Refusal), $"libzstd: {library.Refusal}, ZstdSharp: {managed.Refusal}");
        }
        else if (library.Refusal is null)
        {
            // Of damaged literals that no checksum guards, versions of libzstd make different bytes.
            Assert.Equal(library.Length, managed.Length);
            if (HasChecksum(input)) Assert.True(theirs.AsSpan(0, library.Length).SequenceEqual(mine.AsSpan(0, managed.Length)), "other bytes than libzstd's");
        }
    }

    private static bool HasChecksum(byte[] frame) => frame.Length > 4 && (frame[4] & 4) != 0;

    private static byte[] InPieces(ZstdDecoder decoder, ReadOnlySpan<byte> frames, int inputPiece, int outputPiece)
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
