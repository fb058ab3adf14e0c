using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Images and archives put together by several workers: the same bytes in order, whatever they are; failures, gaps, ends.</summary>
public sealed class ArchiveDecoderTests : IDisposable
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
            var stream = new MemoryStream();
            var decoder = new ArchiveDecoder(new LooseContent(_chunks.Root), index, sample.Encrypted ? CryptMode.Encrypt : CryptMode.None, sample.Encrypted ? key : null) { Workers = sample.Workers };
            decoder.Run(new StreamSink(stream), CancellationToken.None);
            Assert.Equal(data, stream.ToArray());
            Assert.Equal(data.Length, decoder.Done);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Chunks_that_cannot_be_had_become_zeros_and_are_told_in_order()
    {
        byte[][] pieces = [.. Enumerable.Range(1, 60).Select(i => Enumerable.Repeat((byte)i, 100 + i).ToArray())];
        (byte[] data, string index) = Write(pieces);
        File.Delete(PathOf(pieces[3]));
        File.WriteAllBytes(PathOf(pieces[4]), []);
        _chunks.Put(Digest.Of(pieces[40]), DataBlob.Encode(pieces[41]));
        _chunks.Put(Digest.Of(pieces[59]), DataBlob.Encode(pieces[59]).AsSpan()[..^1]);
        List<ChunkGap> gaps = [];
        var stream = new MemoryStream();
        new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { OnGap = gaps.Add }.Run(new StreamSink(stream), CancellationToken.None);
        Assert.Equal([ChunkFault.Missing, ChunkFault.Damaged, ChunkFault.Content, ChunkFault.Damaged], gaps.Select(gap => gap.Check.Fault));
        Assert.Equal([3, 4, 40, 59], gaps.Select(gap => Array.FindIndex(pieces, piece => Digest.Of(piece) == gap.Digest)));
        foreach (ChunkGap gap in gaps) data.AsSpan((int)gap.Offset, (int)gap.Length).Clear();
        Assert.Equal(data, stream.ToArray());
        Assert.StartsWith("No such file", gaps[0].Check.Reason, StringComparison.Ordinal);
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
            var stream = new MemoryStream();
            var error = Assert.Throws<PbsNotFoundException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { Workers = 4 }.Run(new StreamSink(stream), CancellationToken.None));
            Assert.Contains(Digest.Of(pieces[31]).ToString(), error.Message, StringComparison.Ordinal);
            Assert.Equal(data[..(31 * 2000)], stream.ToArray());
        }
    }

    [Fact]
    public void A_failure_says_which_chunk_and_where()
    {
        byte[][] pieces = [[1], [2, 2], [3, 3, 3]];
        (_, string index) = Write(pieces);
        _chunks.Put(Digest.Of(pieces[2]), DataBlob.Encode([4, 4, 4]));
        var error = Assert.Throws<PbsIntegrityException>(() => Decode(index));
        Assert.Equal($"detected chunk with wrong digest (chunk '{Digest.Of(pieces[2])}' at offset 3)", error.Message);
        Assert.Equal(PbsErrorId.ChunkDigestMismatch, error.ErrorId);
    }

    [Fact]
    public void A_chunk_of_another_length_and_one_of_another_mode_are_refused()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        string index = _folder["x.didx"];
        WriteIndex(index, [(_chunks.Put([1, 2, 3]), 4)]);
        Assert.Equal(PbsErrorId.ChunkLengthMismatch, Assert.Throws<PbsIntegrityException>(() => Decode(index)).ErrorId);
        (_, string plain) = Write([[1, 2, 3]]);
        var mode = Assert.Throws<PbsIntegrityException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), plain, CryptMode.Encrypt, key).Run(new NullSink(), CancellationToken.None));
        Assert.Equal(PbsErrorId.ChunkCryptModeMismatch, mode.ErrorId);
        (_, string encrypted) = Write([[1, 2, 3, 4]], key);
        Assert.Equal(PbsErrorId.ChunkCryptModeMismatch, Assert.Throws<PbsIntegrityException>(() => Decode(encrypted)).ErrorId);
    }

    [Fact]
    public void A_chunk_of_zeros_is_read_once()
    {
        byte[][] pieces = [[5], new byte[4000], new byte[4000], [6], new byte[4000], new byte[300]];
        (byte[] data, string index) = Write(pieces);
        var sink = new Recorder();
        new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { Workers = 1 }.Run(sink, CancellationToken.None);
        Assert.Equal("1 z4000 z4000 1 z4000 z300", sink.ToString());

        // After the first, the name alone is enough; another length is another chunk.
        sink = new Recorder { OnCall = calls => { if (calls == 2) File.Delete(PathOf(pieces[1])); } };
        new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { Workers = 1 }.Run(sink, CancellationToken.None);
        Assert.Equal(data.Length, sink.Length);
    }

    [Fact]
    public void What_the_sink_throws_ends_all_and_comes_out()
    {
        (_, string index) = Write([.. Enumerable.Range(0, 200).Select(i => BitConverter.GetBytes(i))]);
        for (int failing = 1; failing < 200; failing += 17)
        {
            var sink = new Recorder { OnCall = calls => { if (calls == failing) throw new InvalidOperationException("full"); } };
            Assert.Equal("full", Assert.Throws<InvalidOperationException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null).Run(sink, CancellationToken.None)).Message);
            Assert.Equal(failing, sink.Calls);
        }
    }

    [Fact]
    public void It_ends_when_it_is_cancelled()
    {
        (_, string index) = Write([.. Enumerable.Range(0, 500).Select(i => BitConverter.GetBytes(i))]);
        using var cancel = new CancellationTokenSource();
        var sink = new Recorder { OnCall = calls => { if (calls == 100) cancel.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null).Run(sink, cancel.Token));
        Assert.InRange(sink.Calls, 100, 103);
    }

    [Fact]
    public void An_index_that_is_not_the_one_that_was_checked_is_refused()
    {
        (_, string index) = Write([[1], [2]]);
        Digest other = Digest.Of([9]);
        var error = Assert.Throws<PbsIntegrityException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { ExpectedChecksum = other }.Run(new NullSink(), CancellationToken.None));
        Assert.Equal(PbsErrorId.ManifestFileMismatch, error.ErrorId);
    }

    [Fact]
    public void What_may_not_be_read_is_no_gap()
    {
        AtomicFileTests.NeedsLinux();
        if (PbsModule.Core.Interop.LibC.EffectiveUser() == 0) Skip.Because("root may read everything");
        byte[][] pieces = [[1], [2]];
        (_, string index) = Write(pieces);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf(pieces[1]), UnixFileMode.None);
        Assert.Throws<PbsPermissionException>(() => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null) { OnGap = _ => { } }.Run(new NullSink(), CancellationToken.None));
    }

    [Fact]
    public void Sinks_take_zeros_as_they_can()
    {
        var stream = new MemoryStream();
        var sink = new StreamSink(stream);
        sink.Write([1]);
        sink.WriteZeros(200_000);
        sink.Write([2]);
        byte[] expected = new byte[200_002];
        (expected[0], expected[^1]) = (1, 2);
        Assert.Equal(expected, stream.ToArray());
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

    private void Decode(string index) => new ArchiveDecoder(new LooseContent(_chunks.Root), index, CryptMode.None, null).Run(new NullSink(), CancellationToken.None);

    private string PathOf(byte[] piece) => _chunks.PathOf(Digest.Of(piece));

    private (byte[] Data, string Index) Write(byte[][] pieces, CryptKey? key = null)
    {
        string index = _folder[$"{Guid.NewGuid():N}.didx"];
        using var zstd = new PbsModule.Core.Interop.ZstdEncoder();
        WriteIndex(index, [.. pieces.Select(piece => (_chunks.Put(piece, key, zstd), (long)piece.Length))]);
        return ([.. pieces.SelectMany(piece => piece)], index);
    }

    private static void WriteIndex(string path, (Digest Digest, long Length)[] chunks)
    {
        using var file = new FileStream(path, FileMode.Create);
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), 0);
        foreach ((Digest digest, long length) in chunks) index.Add(length, digest);
        index.Finish();
    }

    /// <summary>Writes down what comes: a length for data, a length behind z for zeros.</summary>
    private sealed class Recorder : IContentSink
    {
        private readonly List<string> _calls = [];

        public Action<int>? OnCall { get; init; }

        public int Calls => _calls.Count;

        public long Length { get; private set; }

        public void Write(ReadOnlySpan<byte> data) => Add($"{data.Length}", data.Length);

        public void WriteZeros(long length) => Add($"z{length}", length);

        public override string ToString() => string.Join(' ', _calls);

        private void Add(string call, long length)
        {
            _calls.Add(call);
            Length += length;
            OnCall?.Invoke(_calls.Count);
        }
    }
}
