using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures Zstandard decompression by ZstdSharp, compared with libzstd on the same frames of level 1: chunks of both
/// sizes, whole and in pieces.
/// </summary>
internal sealed class ZstdScenario : IScenario
{
    private const int Piece = 128 << 10;
    private const int Total = 16 << 20;

    public string Name => "zstd";

    public string Summary => "decoding chunks without libzstd, on one core";

    public IEnumerable<Result> Run(BenchContext context)
    {
        foreach ((string size, int chunk) in ((string, int)[])[("64 KiB", 64 << 10), ("4 MiB", 4 << 20)])
        {
            byte[][] frames = Frames(chunk, (context.Quick ? Total / 2 : Total) / chunk);
            byte[] room = new byte[chunk];
            using ZstdDecoder native = new(ZstdImplementation.Library);
            using ZstdDecoder managed = new(ZstdImplementation.Managed);
            byte[] step = new byte[Piece];
            Standing standing = context.Run(
                new Contender("libzstd", () => Whole(frames, chunk, frame => native.Decode(frame, room))),
                new Contender("managed", () => Whole(frames, chunk, frame => managed.Decode(frame, room))),
                new Contender("libzstd in pieces", () => Whole(frames, chunk, frame => InPieces(native, frame, step))),
                new Contender("managed in pieces", () => Whole(frames, chunk, frame => InPieces(managed, frame, step))));
            double bytes = (double)frames.Length * chunk;
            string packed = $"{Units.Plain(frames.Sum(f => (double)f.Length) / bytes)} packed";
            yield return Row($"zstd: {size} whole, {packed}", 1, 0);
            yield return Row($"zstd: {size} in pieces", 3, 2);

            Result Row(string name, int subject, int limit) => new(
                name, Units.Rate(bytes / standing.Seconds(subject)), Units.Rate(bytes / standing.Seconds(limit)), standing.RateRatio(subject, limit), Target.AtLeast(0.83));
        }
    }

    private static byte[][] Frames(int chunk, int count)
    {
        using ZstdEncoder encoder = new();
        byte[] data = new byte[chunk];
        byte[] room = new byte[chunk];
        byte[][] frames = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            SampleData.Fill(data, i);
            if (!encoder.TryEncodeStreaming(data, room, out int length)) throw new InvalidOperationException("the sample data cannot be packed");
            frames[i] = room[..length];
        }

        return frames;
    }

    private static void Whole(byte[][] frames, int chunk, Func<byte[], int> decode)
    {
        foreach (byte[] frame in frames)
        {
            if (decode(frame) != chunk) throw new InvalidOperationException("a chunk was decoded to another length");
        }
    }

    private static int InPieces(ZstdDecoder decoder, byte[] frame, byte[] step)
    {
        int total = 0;
        decoder.Start();
        for (ReadOnlySpan<byte> rest = frame; ;)
        {
            decoder.Push(rest[..Math.Min(rest.Length, Piece)], step, out int consumed, out int written);
            rest = rest[consumed..];
            total += written;
            if (rest.IsEmpty && written < step.Length) break;
        }

        decoder.Finish();
        return total;
    }
}
