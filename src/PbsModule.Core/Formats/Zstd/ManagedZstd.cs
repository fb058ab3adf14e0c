namespace PbsModule.Core.Formats;

/// <summary>
/// Zstandard frames to bytes without any library (RFC 8878): every kind of block, several frames, skippable frames, checksums; no dictionaries.
/// One for each worker, never shared by two threads at a time; it keeps its tables (150 KB) and, of pieces, the window.
/// </summary>
internal sealed class ManagedZstd
{
    private readonly ZstdBlock _block = new();

    /// <summary>Decodes everything, or says false when the frames hold more than <paramref name="destination"/>.</summary>
    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    public bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written)
    {
        written = 0;
        if (frames.IsEmpty) throw ZstdDamage.Incomplete();
        int end = 0;
        for (int at = 0; at < frames.Length;)
        {
            ReadOnlySpan<byte> rest = frames[at..];
            int size = ZstdFrameHeader.SizeOf(rest, at);
            if (rest.Length < size) throw ZstdDamage.Incomplete();
            ZstdFrameHeader header = ZstdFrameHeader.Parse(rest, at);
            at += header.Size;
            if (header.IsSkippable)
            {
                if (header.ContentSize > frames.Length - at) throw ZstdDamage.Incomplete();
                at += (int)header.ContentSize;
                continue;
            }

            int start = end;
            end = DecodeBlocks(header, frames, ref at, destination, start);
            if (end == ZstdBlock.Full) return false;
            ReadOnlySpan<byte> data = destination[start..end];
            header.CheckSize(data.Length, at);
            if (header.HasChecksum) ZstdFrameHeader.CheckSum(Xxh64.Compute(data), Next(frames, ref at, sizeof(uint)), at);
        }

        written = end;
        return true;
    }

    private int DecodeBlocks(in ZstdFrameHeader header, ReadOnlySpan<byte> frames, ref int at, Span<byte> destination, int start)
    {
        _block.Reset();
        int end = start;
        ZstdBlockHeader block;
        do
        {
            int origin = at;
            block = ZstdBlockHeader.Parse(Next(frames, ref at, ZstdBlockHeader.Length), header.BlockSize, origin);
            origin = at;
            ReadOnlySpan<byte> content = Next(frames, ref at, block.ContentSize);

            // The whole of a frame is at hand: how far back the matches of a damaged one reach is nothing to worry about.
            ZstdOutput output = new() { Room = destination, Position = end, Start = start, Window = long.MaxValue, BlockSize = header.BlockSize };
            end = _block.Decode(block, content, origin, output);
            if (end == ZstdBlock.Full) return ZstdBlock.Full;
        }
        while (!block.IsLast);

        return end;
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> frames, ref int at, int length)
    {
        if (length > frames.Length - at) throw ZstdDamage.Incomplete();
        at += length;
        return frames.Slice(at - length, length);
    }
}
