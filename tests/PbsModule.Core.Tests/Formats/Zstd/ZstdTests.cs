using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>The seam to Zstandard, by libzstd and by ZstdSharp: one call, pieces, several frames, and everything that is no frame.</summary>
public abstract class ZstdTests(ZstdImplementation implementation)
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i * 7919 % 1000} ")));

    [Fact]
    public void What_was_encoded_is_decoded()
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(), ArbMap.Default.ArbFor<PositiveInt>(), (seed, sized, repeat) =>
        {
            byte[] data = [.. Enumerable.Repeat(seed, repeat.Get).SelectMany(s => s)];
            byte[] frame = Encode(encoder, data, sized);
            byte[] result = new byte[data.Length];
            return decoder.Decode(frame, result) == data.Length && result.AsSpan().SequenceEqual(data) && InPieces(decoder, frame, 1 + data.Length % 100, 1 + repeat.Get).SequenceEqual(data);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Frames_are_of_the_forms_PBS_writes()
    {
        using ZstdEncoder encoder = new(implementation);
        byte[] data = [.. Enumerable.Repeat((byte)'x', 5000)];

        // Descriptor 0: no content size, no checksum, not a single segment; then the window of level 1.
        Assert.Equal("28B52FFD0048", Convert.ToHexString(Encode(encoder, data, sized: false).AsSpan(0, 6)));

        // Descriptor 0x60: single segment with a content size of two bytes.
        Assert.Equal("28B52FFD60", Convert.ToHexString(Encode(encoder, data, sized: true).AsSpan(0, 5)));
    }

    [Fact]
    public void What_one_library_packs_the_other_unpacks()
    {
        ZstdImplementation other = implementation == ZstdImplementation.Library ? ZstdImplementation.Managed : ZstdImplementation.Library;
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(other);
        byte[] room = new byte[Text.Length];
        foreach (bool sized in new[] { false, true })
        {
            Assert.Equal(Text.Length, decoder.Decode(Encode(encoder, Text, sized), room));
            Assert.Equal(Text, room);
        }
    }

    [Fact]
    public void An_encoder_stops_where_the_room_ends()
    {
        using ZstdEncoder encoder = new(implementation);
        byte[] frame = Encode(encoder, Text, sized: false);
        byte[] room = new byte[frame.Length];
        Assert.True(encoder.TryEncodeStreaming(Text, room, out int written));
        Assert.Equal(frame, room[..written]);
        Assert.False(encoder.TryEncodeStreaming(Text, room.AsSpan(1), out _));
        Assert.False(encoder.TryEncodeStreaming(Text, [], out _));
        Assert.False(encoder.TryEncodeSized(Text, room.AsSpan(0, 100), out _));
        Assert.True(encoder.TryEncodeStreaming(Text, room, out written));
        Assert.Equal(frame, room[..written]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 100_000)]
    [InlineData(1000, 3)]
    [InlineData(131072, 131072)]
    public void Pieces_of_any_size_give_the_text(int inputPiece, int outputPiece)
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        byte[] frames = [.. Encode(encoder, Text, sized: false), .. Encode(encoder, Text, sized: true), .. Encode(encoder, [], sized: false)];
        byte[] expected = [.. Text, .. Text];
        Assert.Equal(expected, InPieces(decoder, frames, inputPiece, outputPiece));
        byte[] once = new byte[expected.Length];
        Assert.Equal(expected.Length, decoder.Decode(frames, once));
        Assert.Equal(expected, once);
        using ZstdReadStream stream = new(new MemoryStream(frames), implementation);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        Assert.Equal(expected, copy.ToArray());
        Assert.Equal(0, stream.Read(once));
    }

    [Fact]
    public void The_bound_is_hard()
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        foreach (bool sized in new[] { false, true })
        {
            byte[] frame = Encode(encoder, Text, sized);
            byte[] room = new byte[Text.Length + 64];
            Assert.False(decoder.TryDecode(frame, room.AsSpan(0, Text.Length - 1), out _));
            Assert.True(room.AsSpan(Text.Length).IndexOfAnyExcept((byte)0) < 0);
            Assert.Equal(PbsErrorId.CompressedDataInvalid, Assert.Throws<PbsFormatException>(() => decoder.Decode(frame, room.AsSpan(0, 10))).ErrorId);
            Assert.False(decoder.TryDecode(frame, [], out _));
        }
    }

    [Fact]
    public void Garbage_behind_a_frame_is_an_error()
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        byte[] frame = Encode(encoder, "some text"u8.ToArray(), sized: false);
        for (int count = 1; count < 20; count++)
        {
            byte[] input = [.. frame, .. Enumerable.Repeat((byte)0, count)];
            Assert.Throws<PbsFormatException>(() => decoder.Decode(input, new byte[100]));
            Assert.Throws<PbsFormatException>(() => InPieces(decoder, input, 3, 50));
        }
    }

    [Fact]
    public void A_frame_cut_anywhere_is_incomplete()
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        byte[] frame = Encode(encoder, Text.AsSpan(0, 3000).ToArray(), sized: false);
        for (int length = 0; length < frame.Length; length++)
        {
            byte[] input = frame[..length];
            Assert.Throws<PbsFormatException>(() => decoder.Decode(input, new byte[3000]));
            Assert.Equal("incomplete frame", Assert.Throws<PbsFormatException>(() => InPieces(decoder, input, 100, 50)).Reason);
        }

        using ZstdReadStream stream = new(new MemoryStream(frame[..^1]), implementation);
        Assert.Throws<PbsFormatException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void A_window_beyond_the_largest_blob_is_refused_in_pieces()
    {
        using ZstdDecoder decoder = new(implementation);

        // A frame without content size, windows of 128 and 256 MiB, one raw block of one byte.
        byte[] accepted = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 17 << 3, 0x09, 0x00, 0x00, (byte)'x'];
        byte[] refused = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 18 << 3, 0x09, 0x00, 0x00, (byte)'x'];
        Assert.Equal("x"u8.ToArray(), InPieces(decoder, accepted, 100, 100));
        Assert.Throws<PbsFormatException>(() => InPieces(decoder, refused, 100, 100));
        Assert.Equal(1, decoder.Decode(refused, new byte[1]));
    }

    [Fact]
    public void A_missing_library_says_what_to_install()
    {
        PbsPlatformException error = LibZstd.Missing(new DllNotFoundException());
        Assert.Equal(PbsErrorId.ZstdMissing, error.ErrorId);
        string remedy = OperatingSystem.IsWindows() ? "libzstd.dll" : OperatingSystem.IsMacOS() ? "brew install zstd" : "apt install libzstd1";
        Assert.Contains(remedy, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(LibZstd.Candidates()[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_frames_give_bytes_or_a_format_error()
    {
        using ZstdEncoder encoder = new(implementation);
        using ZstdDecoder decoder = new(implementation);
        byte[] room = new byte[16 << 10];
        byte[] piece = new byte[1 << 10];
        List<byte[]> samples =
        [
            Encode(encoder, Text.AsSpan(0, 2000).ToArray(), sized: false),
            Encode(encoder, Text.AsSpan(0, 300).ToArray(), sized: true),
            [.. Encode(encoder, [.. Enumerable.Repeat((byte)'x', 5000)], sized: false), .. Encode(encoder, "abc"u8.ToArray(), sized: true)],
        ];
        MutationFuzz.Run(samples, input =>
        {
            int length = -1;
            try
            {
                if (decoder.TryDecode(input, room, out int decoded)) length = decoded;
            }
            catch (PbsFormatException)
            {
                // The library takes a block without a byte in pieces only. Else the pieces refuse it, too.
            }

            decoder.Start();
            int total = 0;
            for (ReadOnlySpan<byte> rest = input; total <= room.Length;)
            {
                decoder.Push(rest, piece, out int consumed, out int written);
                rest = rest[consumed..];
                if (length >= 0)
                {
                    ReadOnlySpan<byte> expected = room.AsSpan(0, length)[total..];
                    Assert.True(expected.StartsWith(piece.AsSpan(0, written)), "pieces give other bytes");
                }

                total += written;
                if (rest.IsEmpty && written < piece.Length) break;
                Assert.True(consumed > 0 || written > 0);
            }

            if (total <= room.Length) decoder.Finish();
            if (length >= 0) Assert.Equal(length, total);
        }, allocationLimit: 1 << 20);
    }

    internal static byte[] Encode(ZstdEncoder encoder, byte[] data, bool sized)
    {
        byte[] room = new byte[data.Length + (data.Length >> 7) + 64];
        int written;
        Assert.True(sized ? encoder.TryEncodeSized(data, room, out written) : encoder.TryEncodeStreaming(data, room, out written));
        return room[..written];
    }

    private static byte[] InPieces(ZstdDecoder decoder, byte[] frames, int inputPiece, int outputPiece)
    {
        using MemoryStream result = new();
        byte[] output = new byte[outputPiece];
        decoder.Start();
        for (int at = 0; at < frames.Length; at += inputPiece)
        {
            ReadOnlySpan<byte> input = frames.AsSpan(at, Math.Min(inputPiece, frames.Length - at));
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

public sealed class LibraryZstdTests() : ZstdTests(ZstdImplementation.Library);

public sealed class PortableZstdTests() : ZstdTests(ZstdImplementation.Managed);
