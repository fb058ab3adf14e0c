using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Zstandard decoding without libzstd, against libzstd and the words of RFC 8878.</summary>
public class ManagedZstdTests
{
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

    internal static byte[] InPieces(ManagedZstdPieces decoder, ReadOnlySpan<byte> frames, int inputPiece, int outputPiece)
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
