using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Images put together by workers that do not wait for each other: the same bytes, failures and gaps as in turns; nothing wrong is ever written.</summary>
public sealed class PlacedDecodeTests : IDisposable
{
    private readonly ChunkFolder _chunks = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _chunks.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Any_chunks_on_any_number_of_workers_give_the_data()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        Gen<(int[] Sizes, int Workers, bool Encrypted, int Seed)> cases =
            from count in Gen.Choose(1, 20)
            from sizes in Gen.ArrayOf(Gen.Choose(1, 5000), count)
            from workers in Gen.Choose(1, 4)
            from encrypted in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (sizes, workers, encrypted, seed);
        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            (byte[] data, string index) = Write(Pieces(sample.Sizes, sample.Seed), sample.Encrypted ? key : null);
            string path = _folder[$"{Guid.NewGuid():N}"];
            using (var output = new OutputFile(FileMutations.Default, OutputPlace.Find(path, "x", data.Length, replace: false), data.Length))
            {
                var decoder = new ArchiveDecoder(new LooseContent(_chunks.Root), index, sample.Encrypted ? CryptMode.Encrypt : CryptMode.None, sample.Encrypted ? key : null) { Workers = sample.Workers };
                decoder.Run(output.Sink, CancellationToken.None);
                output.Complete(CancellationToken.None);
                Assert.Equal(data.Length, decoder.Done);
            }

            Assert.Equal(data, File.ReadAllBytes(path));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Chunks_that_cannot_be_had_stay_zeros_and_are_told_in_order()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 60).Select(i => Enumerable.Repeat((byte)i, 100 + i).ToArray())];
        (byte[] data, string index) = Write(pieces);
        File.Delete(PathOf(pieces[3]));
        File.WriteAllBytes(PathOf(pieces[4]), []);
        _chunks.Put(Digest.Of(pieces[40]), DataBlob.Encode(pieces[41]));
        _chunks.Put(Digest.Of(pieces[59]), DataBlob.Encode(pieces[59]).AsSpan()[..^1]);
        for (int round = 0; round < 20; round++)
        {
            List<ChunkGap> gaps = [];
            var sink = new Recorder();
            new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { OnGap = gaps.Add, Workers = 4 }.Run(sink, CancellationToken.None);
            Assert.Equal([ChunkFault.Missing, ChunkFault.Damaged, ChunkFault.Content, ChunkFault.Damaged], gaps.Select(gap => gap.Check.Fault));
            Assert.Equal([3, 4, 40, 59], gaps.Select(gap => Array.FindIndex(pieces, piece => Digest.Of(piece) == gap.Digest)));
            byte[] expected = [.. data];
            foreach (ChunkGap gap in gaps) expected.AsSpan((int)gap.Offset, (int)gap.Length).Clear();
            Assert.Equal(expected, sink.Data(data.Length));
            Assert.Equal(data.Length, sink.Reached);
        }
    }

    [Fact]
    public void The_first_failure_in_the_archive_is_the_one_that_is_told_and_all_before_it_is_written()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 60).Select(i => Enumerable.Repeat((byte)i, 2000).ToArray())];
        (byte[] data, string index) = Write(pieces);
        File.Delete(PathOf(pieces[31]));
        for (int i = 32; i < 60; i++) File.WriteAllBytes(PathOf(pieces[i]), []);
        for (int round = 0; round < 50; round++)
        {
            var sink = new Recorder();
            var error = Assert.Throws<PbsNotFoundException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { Workers = 4 }.Run(sink, CancellationToken.None));
            Assert.Contains(Digest.Of(pieces[31]).ToString(), error.Message, StringComparison.Ordinal);
            Assert.Equal(data[..(31 * 2000)], sink.Data(data.Length)[..(31 * 2000)]);
            Assert.Equal(-1, sink.Data(data.Length).AsSpan(31 * 2000).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Nothing_is_told_behind_the_first_failure()
    {
        (_, string index) = Write([.. Enumerable.Range(1, 60).Select(BitConverter.GetBytes)]);
        Directory.Delete(_chunks.Root, recursive: true);
        Directory.CreateDirectory(_chunks.Root);
        for (int round = 0; round < 200; round++)
        {
            using IndexPass pass = IndexFile.Pass(index, checksum: false);
            using var own = new ChunkReader(_chunks.Root);
            int told = 0;
            var work = new PlacedDecode(new ChunkQueue(pass), CryptMode.None, new Recorder(), 0, (chunk, _) =>
            {
                Interlocked.Increment(ref told);
                throw new InvalidOperationException($"{chunk.Number}");
            });
            Assert.Equal("0", Assert.Throws<InvalidOperationException>(() => work.Run(4, own, () => new ChunkReader(_chunks.Root), CancellationToken.None)).Message);
            Assert.Equal(1, told);
        }
    }

    [Fact]
    public void Nothing_is_written_that_is_not_what_the_index_promises()
    {
        byte[][] pieces = [[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]];
        (_, string index) = Write(pieces);
        _chunks.Put(Digest.Of(pieces[1]), DataBlob.Encode([9, 9, 9, 9, 9, 9, 9, 9]));
        var sink = new Recorder();
        new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { OnGap = static _ => { } }.Run(sink, CancellationToken.None);
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0, 3, 3, 3, 3], sink.Data(12));
        Assert.DoesNotContain((byte)9, sink.Everything);
    }

    [Fact]
    public void Zeros_are_not_written_at_all()
    {
        byte[][] pieces = [[5], new byte[4000], new byte[4000], [6], new byte[300]];
        (byte[] data, string index) = Write(pieces);
        var sink = new Recorder();
        new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null).Run(sink, CancellationToken.None);
        Assert.Equal(2, sink.Everything.Count);
        Assert.Equal((data.Length, (long)data.Length), (sink.Data(data.Length).Length, sink.Reached));
        Assert.Equal(data, sink.Data(data.Length));
    }

    [Fact]
    public void What_the_sink_throws_ends_all_and_comes_out()
    {
        (_, string index) = Write([.. Enumerable.Range(1, 200).Select(i => BitConverter.GetBytes(i))]);
        for (int failing = 1; failing < 200; failing += 17)
        {
            var sink = new Recorder { OnWrite = calls => { if (calls == failing) throw new InvalidOperationException("full"); } };
            Assert.Equal("full", Assert.Throws<InvalidOperationException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null).Run(sink, CancellationToken.None)).Message);
            Assert.InRange(sink.Calls, failing, 200);
        }
    }

    [Fact]
    public void It_ends_when_it_is_cancelled()
    {
        (_, string index) = Write([.. Enumerable.Range(1, 500).Select(i => BitConverter.GetBytes(i))]);
        using var cancel = new CancellationTokenSource();
        var sink = new Recorder { OnWrite = calls => { if (calls == 100) cancel.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { Workers = 2 }.Run(sink, cancel.Token));
        Assert.InRange(sink.Calls, 100, 103);
    }

    [Fact]
    public void A_reader_that_cannot_be_had_ends_it()
    {
        (_, string index) = Write([.. Enumerable.Range(1, 50).Select(i => BitConverter.GetBytes(i))]);
        using IndexPass pass = IndexFile.Pass(index, checksum: false);
        using var own = new ChunkReader(_chunks.Root);
        var work = new PlacedDecode(new ChunkQueue(pass), CryptMode.None, new Recorder(), 0, static (_, check) => throw check.Error!);
        Assert.Equal("none", Assert.Throws<InvalidOperationException>(() => work.Run(2, own, () => throw new InvalidOperationException("none"), CancellationToken.None)).Message);
    }

    [Fact]
    public void A_part_of_an_index_is_copied_from_its_own_start_on()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 3000).Select(BitConverter.GetBytes)];
        (byte[] data, string path) = Write(pieces);
        using var own = new ChunkReader(_chunks.Root);
        var sink = new Recorder();
        List<long> progress = [];
        var work = new PlacedDecode(new ChunkQueue(IndexFile.Open(path), 10, 2990), CryptMode.None, sink, 40, static (_, check) => throw check.Error!) { OnProgress = progress.Add };
        work.Run(2, own, () => new ChunkReader(_chunks.Root), CancellationToken.None);
        Assert.Equal(data[40..(2990 * 4)], sink.Data(2980 * 4));
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(2980 * 4, progress[^1]);
    }

    private static byte[][] Pieces(int[] sizes, int seed)
    {
        var random = new Random(seed);
        byte[][] pieces = new byte[sizes.Length][];
        for (int i = 0; i < pieces.Length; i++)
        {
            // Zeros, the chunk before again, text that packs, noise.
            int kind = random.Next(4);
            pieces[i] = kind == 1 && i > 0 ? pieces[i - 1] : new byte[sizes[i]];
            if (kind == 2) Array.Fill(pieces[i], (byte)random.Next(1, 256));
            else if (kind == 3) random.NextBytes(pieces[i]);
        }

        return pieces;
    }

    private string PathOf(byte[] piece) => _chunks.PathOf(Digest.Of(piece));

    private (byte[] Data, string Index) Write(byte[][] pieces, CryptKey? key = null)
    {
        string path = _folder[$"{Guid.NewGuid():N}.didx"];
        using var zstd = new ZstdEncoder();
        using var file = new FileStream(path, FileMode.Create);
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), 0);
        foreach (byte[] piece in pieces) index.Add(piece.Length, _chunks.Put(piece, key, zstd));
        index.Finish();
        return ([.. pieces.SelectMany(piece => piece)], path);
    }

    /// <summary>Takes everything down where it belongs.</summary>
    private sealed class Recorder : IContentSink, IPlacedSink
    {
        private readonly Lock _lock = new();
        private readonly List<(long Offset, byte[] Data)> _writes = [];
        private int _calls;

        public Action<int>? OnWrite { get; init; }

        public int Calls => _calls;

        public long Reached { get; private set; }

        /// <summary>Every byte that ever came.</summary>
        public List<byte> Everything => [.. _writes.SelectMany(write => write.Data)];

        public byte[] Data(int length)
        {
            byte[] data = new byte[length];
            foreach ((long offset, byte[] bytes) in _writes) bytes.CopyTo(data, offset);
            return data;
        }

        public void WriteAt(long offset, ReadOnlySpan<byte> data)
        {
            byte[] copy = data.ToArray();
            lock (_lock)
            {
                _writes.Add((offset, copy));
                OnWrite?.Invoke(++_calls);
            }
        }

        public void Reach(long offset)
        {
            lock (_lock) Reached = Math.Max(Reached, offset);
        }

        public void Write(ReadOnlySpan<byte> data) => throw new NotSupportedException();

        public void WriteZeros(long length) => throw new NotSupportedException();
    }
}
