using System.Buffers.Binary;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;

namespace PbsModule.Core.Tests;

/// <summary>Both indexes against those of a real PBS (golden ds1.expected/indexes.json), storage.md A.3, and damage.</summary>
public class ChunkIndexTests
{
    private const int HeaderUsed = 80;

    private static readonly Guid Uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    private delegate void Edit(Span<byte> file);

    [Fact]
    public void Indexes_of_a_real_server_are_read()
    {
        GoldenStore store = GoldenStore.Ds1;
        using JsonDocument expected = Corpus.Json("ds1.expected/indexes.json");
        int count = 0;
        foreach (JsonProperty item in expected.RootElement.EnumerateObject())
        {
            IndexKind kind = item.Value.GetProperty("type").GetString() == "fidx" ? IndexKind.Fixed : IndexKind.Dynamic;
            byte[] file = store.Bytes(StorePath(item.Name));
            CheckGolden(item.Value, ChunkIndex.Parse(kind, file), file);
            Conformance.Agrees(Conformance.Formats, $"index {item.Name}");
            count++;
        }

        Assert.Equal(49, count);
    }

    [Fact]
    public void Vectors_hold()
    {
        byte[] file = Fixed(10, 4, [Digest.Of("abcd"u8), Digest.Of("efgh"u8), Digest.Of("ij"u8)]);
        FixedIndex index = new(file);
        Assert.Equal(4192, file.Length);
        Assert.Equal("39bca6fa3619f67ee4d6f8df51491558560f429920593f7f649119ba3f285ed9", index.Header.Checksum.ToString());
        Assert.Equal(index.Header.Checksum, index.ComputeChecksum());
        Assert.Equal((10, 4, 3, 2), (index.LogicalSize, index.ChunkSize, index.Count, index.LastChunkSize));
        Assert.Equal((Uuid, 1600000000), (index.Header.Uuid, index.Header.CreationTime));
        Assert.Equal("2f7f41ed91fd0fcd00112233445566778899aabbccddeeff00105e5f00000000", Convert.ToHexStringLower(file.AsSpan(0, 32)));

        file = Dynamic([(3, Digest.Of("abc"u8)), (5, Digest.Of("defgh"u8))]);
        DynamicIndex dynamic = new(file);
        Assert.Equal(4176, file.Length);
        Assert.Equal("49ac1be65d03d92affec8061fcbdf4195c8378aa8efb2d5f651a515f9efd4b4b", dynamic.Header.Checksum.ToString());
        Assert.Equal(dynamic.Header.Checksum, dynamic.ComputeChecksum());
        Assert.Equal((8, 2, 5), (dynamic.LogicalSize, dynamic.Count, dynamic.LastChunkSize));
        Assert.Equal(new ChunkRange(3, 5), dynamic.GetRange(1));
        Assert.Equal("1c914ea519bab3cd00112233445566778899aabbccddeeff00105e5f00000000", Convert.ToHexStringLower(file.AsSpan(0, 32)));
        Assert.True(file.AsSpan(64, 4032).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void What_is_written_is_read_and_found() =>
        Prop.ForAll(Gen.Choose(1, 3000).ListOf().Where(l => l.Count > 0).ToArbitrary(), Gen.Choose(0, 12).ToArbitrary(), Gen.Choose(1, 100_000).ToArbitrary(), (sizes, log, image) =>
        {
            (long, Digest)[] chunks = [.. sizes.Select((size, i) => ((long)size, DigestOf(i)))];
            byte[] file = Dynamic(chunks);
            bool good = Agrees(new DynamicIndex(file), chunks, file);
            long chunkSize = 1L << log;
            chunks = [.. Enumerable.Range(0, (int)((image - 1) / chunkSize) + 1).Select(i => (Math.Min(chunkSize, image - (i * chunkSize)), DigestOf(i)))];
            file = Fixed(image, chunkSize, [.. chunks.Select(c => c.Item2)]);
            return good && Agrees(new FixedIndex(file), chunks, file);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Fixed_faults_are_told_in_the_words_of_PBS()
    {
        byte[] good = Fixed(10, 4, [default, default, default]);
        Refused(IndexKind.Fixed, [], "index too small (0)");
        Refused(IndexKind.Fixed, good[..4095], "index too small (4095)");
        Refused(IndexKind.Fixed, Dynamic([(1, default)]), "got unknown magic number");
        Refused(IndexKind.Fixed, good[..4096], "got unexpected file size (96 != 0)");
        Refused(IndexKind.Fixed, [.. good, 0], "got unexpected file size (96 != 97)");
        Refused(IndexKind.Fixed, Edited(good[..4096], f => f[64..72].Clear()), "invalid index size");
        Refused(IndexKind.Fixed, Edited(good, f => f[72..80].Clear()), "invalid chunk size (0)");
        Refused(IndexKind.Fixed, Edited(good, f => f[72] = 3), "invalid chunk size (3)");
        Refused(IndexKind.Fixed, Edited(good, f => BinaryPrimitives.WriteUInt64LittleEndian(f[72..], 1UL << 63)), "invalid chunk size (9223372036854775808)");
        Refused(IndexKind.Fixed, Edited(good, f => f[64..72].Fill(0xFF)), "got unexpected file size (147573952589676412928 != 96)");
        Refused(IndexKind.Fixed, Edited(good[..4128], f => { f[64..72].Fill(0xFF); BinaryPrimitives.WriteUInt64LittleEndian(f[72..], 1UL << 62); }), "got unexpected file size (128 != 32)");
        Refused(IndexKind.Fixed, Edited([.. good, .. new byte[32]], f => { f[64..72].Fill(0xFF); BinaryPrimitives.WriteUInt64LittleEndian(f[72..], 1UL << 62); }), "invalid index size");
    }

    [Fact]
    public void The_largest_sizes_do_not_overflow()
    {
        byte[] file = Edited(Fixed(10, 4, [default, default]), f =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(f[64..], long.MaxValue);
            BinaryPrimitives.WriteInt64LittleEndian(f[72..], 1L << 62);
        }, check: false);
        FixedIndex index = new(file);
        Assert.Equal(new ChunkRange(1L << 62, (1L << 62) - 1), index.GetRange(1));
        Assert.Equal(1, index.FindChunk(long.MaxValue - 1));
        Assert.Equal(-1, index.FindChunk(long.MaxValue));
        DynamicIndex dynamic = new(Dynamic([(long.MaxValue - 1, default), (1, default)]));
        Assert.Equal(long.MaxValue, dynamic.LogicalSize);
        Assert.Equal(1, dynamic.FindChunk(long.MaxValue - 1));
    }

    [Fact]
    public void Dynamic_faults_are_told_in_the_words_of_PBS()
    {
        byte[] good = Dynamic([(3, default), (5, default), (7, default)]);
        Refused(IndexKind.Dynamic, good[..100], "index too small (100)");
        Refused(IndexKind.Dynamic, Fixed(1, 1, [default]), "got unknown magic number");
        Refused(IndexKind.Dynamic, good[..^1], "got unexpected file size");
        Refused(IndexKind.Dynamic, good[..4096], "mapped length must not be zero");
        Refused(IndexKind.Dynamic, Edited(good, f => f[4136] = 3), "chunk 1 does not end behind the one before", 4136);
        Refused(IndexKind.Dynamic, Edited(good, f => f[4096] = 0), "chunk 0 does not end behind the one before", 4096);
        Refused(IndexKind.Dynamic, Edited(good, f => f[4136 + 7] = 0x80), "chunk 1 does not end behind the one before", 4136);

        // Ends that go once around all 64 bits have nothing but positive differences.
        Refused(IndexKind.Dynamic, Edited(good, f => { f[4136..4144].Fill(0xFF); f[4136 + 7] = 0xBF; f[4176] = 2; }), "chunk 1 does not end behind the one before", 4136);
    }

    [Fact]
    public void An_entry_that_is_not_there_is_an_argument_error()
    {
        foreach (ChunkIndex index in new ChunkIndex[] { new FixedIndex(Fixed(10, 4, [default, default, default])), new DynamicIndex(Dynamic([(3, default), (5, default)])) })
        {
            Assert.Equal(-1, index.FindChunk(-1));
            Assert.Equal(-1, index.FindChunk(index.LogicalSize));
            foreach (int at in new[] { -1, index.Count, int.MaxValue, int.MinValue })
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => index.GetDigest(at));
                Assert.Throws<ArgumentOutOfRangeException>(() => index.GetRange(at));
            }
        }
    }

    [Fact]
    public void A_fixed_writer_takes_chunks_in_any_order_and_refuses_what_is_none()
    {
        FixedIndexWriter writer = new(10, 4);
        writer.Add(10, 2, Digest.Of("ij"u8));
        writer.Add(4, 4, Digest.Of("abcd"u8));
        writer.Set(1, Digest.Of("efgh"u8));
        using MemoryStream stream = new();
        Assert.Equal("39bca6fa3619f67ee4d6f8df51491558560f429920593f7f649119ba3f285ed9", writer.WriteTo(stream, Uuid, 0).ToString());
        FixedIndexWriter next = new(11, 4);
        next.CloneFrom(new FixedIndex(stream.ToArray()));
        Assert.Equal("39bca6fa3619f67ee4d6f8df51491558560f429920593f7f649119ba3f285ed9", next.WriteTo(new MemoryStream(), Uuid, 0).ToString());

        Refuses("got chunk with small offset", () => writer.Add(3, 4, default));
        Refuses("chunk data exceeds size", () => writer.Add(12, 4, default));
        Refuses("chunk with unexpected length", () => writer.Add(8, 3, default));
        Refuses("chunk with unexpected length", () => writer.Add(8, 0, default));
        Refuses("chunk with unexpected length", () => writer.Add(10, 6, default));
        Refuses("got unaligned chunk (pos = 7)", () => writer.Add(10, 3, default));
        Refuses("got unaligned chunk (pos = 3)", () => writer.Add(7, 4, default));
        Refuses("add digest failed - index out of range", () => writer.Set(3, default));
        Refuses("add digest failed - index out of range", () => writer.Set(-1, default));
        Refuses("clone_data_from failed - index sizes not equal", () => new FixedIndexWriter(13, 4).CloneFrom(new FixedIndex(stream.ToArray())));
        Refuses("invalid index size", () => _ = new FixedIndexWriter(0, 4));
        Refuses("invalid chunk size", () => _ = new FixedIndexWriter(10, 5));
        Refuses("index too large", () => _ = new FixedIndexWriter(long.MaxValue, 1));
        using DynamicIndexWriter dynamic = new(new MemoryStream(), Uuid, 0);
        Refuses("got chunk with unexpected length", () => dynamic.Add(0, default));
        dynamic.Add(long.MaxValue, default);
        Refuses("got chunk with unexpected length", () => dynamic.Add(1, default));
    }

    [Fact]
    public void Entries_are_compared_as_far_as_both_reach()
    {
        Digest[] digests = [.. Enumerable.Range(0, 9).Select(DigestOf)];
        var index = new FixedIndex(Fixed(9 * 4, 4, digests));
        digests[4] = DigestOf(100);
        var changed = new FixedIndex(Fixed(9 * 4, 4, digests));
        var shorter = new FixedIndex(Fixed(6 * 4, 4, digests[..6]));
        
        // The last chunk of an image that ends there may be shorter, so it counts as another one.
        Assert.Equal([9, 0, 4, 4, 0, 0, 0], [
            index.Entries.CountSame(index.Entries, 0), index.Entries.CountSame(index.Entries, 9), index.Entries.CountSame(changed.Entries, 0),
            index.Entries.CountSame(changed.Entries, 5), index.Entries.CountSame(shorter.Entries, 6), index.Entries.CountSame(shorter.Entries, 5),
            shorter.Entries.CountSame(index.Entries, 5)]);

        // A digest behind its offset is another entry, though it begins at the same byte.
        var dynamic = new DynamicIndex(Dynamic([.. digests.Select(digest => (4L, digest))]));
        Assert.Equal((0, 0), (index.Entries.CountSame(dynamic.Entries, 0), dynamic.Entries.CountSame(default, 0)));
        Assert.Equal(1, dynamic.Entries.CountSame(new DynamicIndex(Dynamic([(4L, digests[0]), (5L, digests[1]), (4L, digests[2])])).Entries, 0));
    }

    [Fact]
    public void A_walk_allocates_nothing()
    {
        DynamicIndex index = new(Dynamic([.. Enumerable.Range(0, 1000).Select(i => ((long)i + 1, DigestOf(i)))]));
        long sum = Walk(index.Entries);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sum -= Walk(index.Entries);
        for (int i = 0; i < index.Count; i++) sum += index.FindChunk(index.GetRange(i).Offset) - i;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, sum);
    }

    [Fact]
    public void Mutated_fixed_indexes_give_entries_or_a_format_error() =>
        Fuzz(IndexKind.Fixed, [Fixed(10, 4, [DigestOf(1), DigestOf(2), DigestOf(3)]), Fixed(4 << 20, 4 << 20, [DigestOf(4)])], file =>
        {
            if (file.Length < HeaderUsed) return;
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64), ((file.Length - HeaderUsed) / Digest.Size * 4L) - (file.Length % 4));
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(72), 4);
        });

    [Fact]
    public void Mutated_dynamic_indexes_give_entries_or_a_format_error() =>
        Fuzz(IndexKind.Dynamic, [Dynamic([(3, DigestOf(1)), (5, DigestOf(2)), (1L << 40, DigestOf(3))]), Dynamic([(1, default)])], file =>
        {
            long end = file.Length;
            for (int at = HeaderUsed; at + 40 <= file.Length; at += 40) BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), end++);
        });

    internal static byte[] Fixed(long size, long chunkSize, Digest[] digests)
    {
        FixedIndexWriter writer = new(size, chunkSize);
        for (int i = 0; i < Math.Min(writer.Count, digests.Length); i++) writer.Set(i, digests[i]);
        using MemoryStream stream = new();
        writer.WriteTo(stream, Uuid, 1600000000);
        return stream.ToArray()[..(IndexHeader.Size + (digests.Length * Digest.Size))];
    }

    internal static byte[] Dynamic((long Size, Digest Digest)[] chunks)
    {
        using MemoryStream stream = new();
        using DynamicIndexWriter writer = new(stream, Uuid, 1600000000);
        foreach ((long size, Digest digest) in chunks) writer.Add(size, digest);
        writer.Finish();
        return stream.ToArray();
    }

    internal static Digest DigestOf(int number) => Digest.Of(BitConverter.GetBytes(number));

    internal static string StorePath(string name)
    {
        // The namespace stands in front: "a/b:ct/101/…". A time has its ':' behind the third '/'.
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        bool root = name.AsSpan(0, colon).Contains('T');
        return root ? name : $"ns/{name[..colon].Replace("/", "/ns/", StringComparison.Ordinal)}/{name[(colon + 1)..]}";
    }

    private static void CheckGolden(JsonElement expected, ChunkIndex index, byte[] file)
    {
        Assert.Equal(expected.GetProperty("file-length").GetInt32(), file.Length);
        Assert.Equal(expected.GetProperty("uuid").GetString(), index.Header.Uuid.ToString("N"));
        Assert.Equal(expected.GetProperty("ctime").GetInt64(), index.Header.CreationTime);
        Assert.Equal(expected.GetProperty("header-csum").GetString(), index.Header.Checksum.ToString());
        Assert.Equal(expected.GetProperty("computed-csum").GetString(), index.ComputeChecksum().ToString());
        Assert.Equal(expected.GetProperty("computed-size").GetInt64(), index.LogicalSize);
        Assert.Equal(expected.GetProperty("index-bytes").GetInt64(), index.LogicalSize);
        Assert.Equal(expected.GetProperty("count").GetInt32(), index.Count);
        if (index is FixedIndex image)
        {
            Assert.Equal(expected.GetProperty("fixed").GetProperty("chunk-size").GetInt64(), image.ChunkSize);
            Assert.Equal(expected.GetProperty("fixed").GetProperty("size").GetInt64(), image.LogicalSize);
        }

        long offset = 0;
        int at = 0;
        foreach (JsonElement chunk in expected.GetProperty("chunks").EnumerateArray())
        {
            long end = chunk.GetProperty("end").GetInt64();
            Assert.Equal(chunk.GetProperty("digest").GetString(), index.GetDigest(at).ToString());
            Assert.Equal(new ChunkRange(offset, end - offset), index.GetRange(at));
            Assert.Equal(at, index.FindChunk(offset));
            Assert.Equal(at++, index.FindChunk(end - 1));
            offset = end;
        }

        Assert.Equal(index.Count, at);
    }

    // The index, the walk over it and the pass in pieces have to tell the same.
    private static bool Agrees(ChunkIndex index, (long Size, Digest Digest)[] chunks, byte[] file)
    {
        long offset = 0;
        int at = 0;
        foreach (ChunkEntry entry in index.Entries)
        {
            Assert.Equal((offset, chunks[at].Size), (entry.Offset, entry.Size));
            Assert.Equal(new ChunkRange(offset, chunks[at].Size), index.GetRange(at));
            Assert.True(chunks[at].Digest == entry.Digest && entry.Digest == index.GetDigest(at));
            Assert.Equal(at, index.FindChunk(offset));
            Assert.Equal(at, index.FindChunk(offset + entry.Size - 1));
            offset += entry.Size;
            at++;
        }

        Assert.Equal((chunks.Length, offset), (at, index.LogicalSize));
        at = 0;
        using IndexReader reader = new(index.Kind, (buffer, from) => Copy(file, buffer, from), file.Length, checksum: true);
        while (reader.Read(out ChunkEntries piece))
        {
            for (int i = 0; i < piece.Count; i++, at++)
            {
                Assert.Equal(index.GetRange(at), new ChunkRange(piece[i].Offset, piece[i].Size));
                Assert.True(piece[i].Digest == chunks[at].Digest);
            }
        }

        Assert.Equal((chunks.Length, offset), (at, reader.LogicalSize));
        Assert.Equal(index.Header.Checksum, reader.Checksum);
        return index.ComputeChecksum() == index.Header.Checksum && index.LastChunkSize == chunks[^1].Size;
    }

    // Mutated without the 4016 zero bytes of the header, so that every edit meets something.
    private static void Fuzz(IndexKind kind, byte[][] samples, Action<byte[]> repair) =>
        MutationFuzz.Run(
            [.. samples.Select(s => (byte[])[.. s[..HeaderUsed], .. s[IndexHeader.Size..]])],
            input =>
            {
                byte[] file = input.Length < HeaderUsed ? input : [.. input[..HeaderUsed], .. new byte[IndexHeader.Size - HeaderUsed], .. input[HeaderUsed..]];
                ChunkIndex index = ChunkIndex.Parse(kind, file);
                long end = 0;
                int count = 0;
                foreach (ChunkEntry entry in index.Entries)
                {
                    Assert.True(entry.Offset == end && entry.Size > 0);
                    Assert.Equal(count, index.FindChunk(entry.Offset));
                    Assert.True(entry.Digest == index.GetDigest(count++));
                    end = entry.Offset + entry.Size;
                }

                Assert.Equal((index.LogicalSize, index.Count), (end, count));
                using IndexReader reader = new(kind, (buffer, offset) => Copy(file, buffer, offset), file.Length, checksum: false);
                while (reader.Read(out ChunkEntries piece)) Assert.True(piece.Count > 0);
                Assert.Equal(end, reader.LogicalSize);
            },
            allocationLimit: 512 << 10,
            repair: repair);

    internal static int Copy(byte[] file, Span<byte> buffer, long offset)
    {
        int length = (int)Math.Clamp(file.Length - offset, 0, buffer.Length);
        file.AsSpan((int)Math.Min(offset, file.Length), length).CopyTo(buffer);
        return length;
    }

    private static long Walk(ChunkEntries entries)
    {
        long sum = 0;
        foreach (ChunkEntry entry in entries) sum += entry.Size ^ (long)entry.Digest.First;
        return sum;
    }

    private static byte[] Edited(byte[] file, Edit edit, bool check = true)
    {
        byte[] copy = (byte[])file.Clone();
        edit(copy);
        Assert.True(!check || !copy.AsSpan().SequenceEqual(file));
        return copy;
    }

    private static void Refused(IndexKind kind, byte[] file, string reason, long offset = -2)
    {
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => ChunkIndex.Parse(kind, file));
        Assert.Equal((PbsErrorId.IndexInvalid, reason), (error.ErrorId, error.Reason));
        if (offset >= -1) Assert.Equal(offset, error.Offset);
    }

    private static void Refuses(string reason, Action action)
    {
        PbsArgumentException error = Assert.Throws<PbsArgumentException>(action);
        Assert.Equal(PbsErrorId.IndexEntryInvalid, error.ErrorId);
        Assert.StartsWith(reason, error.Message, StringComparison.Ordinal);
    }
}
