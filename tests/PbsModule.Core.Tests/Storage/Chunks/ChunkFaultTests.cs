using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

/// <summary>What a file system, a disk or somebody with a hex editor does to chunks.</summary>
public sealed class ChunkFaultTests : IDisposable
{
    private const int Stale = 116;
    private const int TooManyFiles = 24;

    private readonly CryptKey _key = new(CryptKeyTests.Bare);
    private readonly ZstdEncoder _encoder = new();
    private readonly ZstdDecoder _zstd = new();
    private readonly ChunkFolder _folder = new();

    public void Dispose()
    {
        _key.Dispose();
        _encoder.Dispose();
        _zstd.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(OsError.EIO)]
    [InlineData(Stale)]
    [InlineData(TooManyFiles)]
    public void An_error_that_passes_is_not_noticed(int errno)
    {
        byte[] data = Noise(400_000);
        Digest digest = _folder.Put(data);
        using FaultyFile file = new(SequentialFile.In(_folder.Root));
        using ChunkReader reader = _folder.Reader(null, file);

        // The chunk takes four reads; each of them fails once, and each open.
        for (int failing = 0; failing < 4; failing++)
        {
            int reads = 0;
            file.OnRead = () => reads++ == failing ? errno : 0;
            Assert.True(reader.Check(digest, data.Length).IsGood);
            reads = 0;
            Assert.True(reader.Read(digest, data.Length, CryptMode.None).SequenceEqual(data));
        }

        Assert.Equal(8, file.Renewals);
        int opens = 0;
        file.OnRead = () => 0;
        file.OnOpen = () => opens++ == 0 ? errno : 0;
        Assert.True(reader.Check(digest, data.Length).IsGood);
        Assert.Equal(9, file.Renewals);
    }

    [Theory]
    [InlineData(OsError.EIO, "(os error 5)")]
    [InlineData(Stale, "(os error 116)")]
    public void An_error_that_stays_is_no_corruption(int errno, string words)
    {
        byte[] data = Noise(400_000);
        Digest digest = _folder.Put(data);
        using FaultyFile file = new(SequentialFile.In(_folder.Root));
        using ChunkReader reader = _folder.Reader(null, file);
        int reads = 0;
        file.OnRead = () => reads++ % 3 == 2 ? errno : 0;
        ChunkCheck check = reader.Check(digest, data.Length);
        Assert.Equal((ChunkFault.Unreadable, PbsErrorId.ChunkUnreadable, 2), (check.Fault, check.Error!.ErrorId, file.Opens));
        Assert.EndsWith(words, check.Reason, StringComparison.Ordinal);
        PbsStorageException error = Assert.Throws<PbsStorageException>(() => _ = reader.Read(digest, data.Length, CryptMode.None));
        Assert.Equal(_folder.PathOf(digest), error.Target);
        Assert.StartsWith($"unable to load chunk '{digest}' - ", error.Message, StringComparison.Ordinal);
        file.OnRead = () => 0;
        Assert.True(reader.Check(digest, data.Length).IsGood);
    }

    [Fact]
    public void What_is_forbidden_or_gone_is_not_tried_again()
    {
        Digest digest = _folder.Put(new byte[100]);
        using FaultyFile file = new(SequentialFile.In(_folder.Root));
        using ChunkReader reader = _folder.Reader(null, file);
        file.OnOpen = () => OsError.EACCES;
        ChunkCheck check = reader.Check(digest, 100);
        Assert.Equal((ChunkFault.Unreadable, "Permission denied (os error 13)"), (check.Fault, check.Reason));
        Assert.Throws<PbsPermissionException>(() => _ = reader.Read(digest, 100, CryptMode.None));
        file.OnOpen = () => 0;
        File.Delete(_folder.PathOf(digest));
        check = reader.Check(digest, 100);
        Assert.Equal((ChunkFault.Missing, "No such file or directory (os error 2)"), (check.Fault, check.Reason));
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Throws<PbsNotFoundException>(() => _ = reader.Read(digest, 100, CryptMode.None)).ErrorId);
        Assert.Equal((0, 4), (file.Renewals, file.Opens));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fifo_a_link_and_a_folder_in_place_of_a_chunk_hold_nobody_up(bool native)
    {
        Skip.Unless(OperatingSystem.IsLinux(), "mkfifo and links as they are on Linux");
        Digest fifo = Digest.Of("fifo"u8), link = Digest.Of("link"u8), folder = Digest.Of("folder"u8), chunk = _folder.Put(new byte[100]);
        foreach (Digest digest in new[] { fifo, link }) Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(digest))!);
        Directory.CreateDirectory(_folder.PathOf(folder));
        File.CreateSymbolicLink(_folder.PathOf(link), _folder.PathOf(chunk));
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [_folder.PathOf(fifo)])) mkfifo.WaitForExit();
        using ChunkReader reader = _folder.Reader(null, native ? new NativeSequentialFile(_folder.Root) : new PortableSequentialFile(_folder.Root));
        Assert.Equal("blob too small (0 bytes).", reader.Check(fifo, 100).Reason);
        Assert.Equal((ChunkFault.Unreadable, "Too many levels of symbolic links (os error 40)"), (reader.Check(link, 100).Fault, reader.Check(link, 100).Reason));
        Assert.Equal(ChunkFault.Unreadable, reader.Check(folder, 100).Fault);
        Assert.True(reader.Check(chunk, 100).IsGood);
    }

    [Fact]
    public void A_store_that_went_away_makes_no_chunk_missing()
    {
        Digest digest = _folder.Put(new byte[100]);
        using ChunkReader reader = _folder.Reader(null, new PortableSequentialFile(_folder.Root));
        Directory.Move(_folder.Root, _folder.Root + ".away");
        try
        {
            Assert.Equal(ChunkFault.Unreadable, reader.Check(digest, 100).Fault);
        }
        finally
        {
            Directory.Move(_folder.Root + ".away", _folder.Root);
        }

        Assert.True(reader.Check(digest, 100).IsGood);
    }

    [Fact]
    public void A_chunk_is_damaged_wherever_it_is_cut_or_flipped()
    {
        byte[] data = [.. Noise(300), .. new byte[300]];
        foreach (CryptKey? key in new[] { null, _key })
        {
            Digest digest = _folder.Put(data, key, _encoder);
            byte[] raw = File.ReadAllBytes(_folder.PathOf(digest));
            using ChunkReader reader = _folder.Reader(_key);
            for (int at = 0; at < raw.Length; at++)
            {
                _folder.Put(digest, raw.AsSpan(0, at));
                Assert.Equal(ChunkFault.Damaged, reader.Check(digest, data.Length).Fault);
                byte[] flipped = [.. raw];
                flipped[at] ^= 0x10;
                _folder.Put(digest, flipped);

                // IV and tag are outside the CRC.
                ChunkFault expected = key is not null && at is >= 12 and < 44 ? ChunkFault.Key : ChunkFault.Damaged;
                Assert.Equal(expected, reader.Check(digest, data.Length).Fault);
                Assert.False(reader.TryRead(digest, data.Length, key is null ? CryptMode.None : CryptMode.Encrypt, out ReadOnlySpan<byte> nothing).IsGood);
                Assert.True(nothing.IsEmpty);
            }

            _folder.Put(digest, raw);
            Assert.True(reader.Check(digest, data.Length).IsGood);
        }
    }

    // The CRC is known last; what the pieces did before must not be what is told.
    [Fact]
    public void A_wrong_CRC_is_told_before_what_followed_from_it()
    {
        Digest digest = _folder.Put(new byte[4_000_000].Concat(Noise(1_000_000)).ToArray(), null, _encoder);
        byte[] raw = File.ReadAllBytes(_folder.PathOf(digest));
        raw[40] ^= 0xFF;
        _folder.Put(digest, raw);
        using ChunkReader reader = _folder.Reader();
        ChunkCheck check = reader.Check(digest, 5_000_000);
        Assert.Equal((ChunkFault.Damaged, "Data blob has wrong CRC checksum.", raw.Length), (check.Fault, check.Reason, (int)check.EncodedLength));
        BlobHeader.Write(raw, BlobKind.Compressed);
        _folder.Put(digest, raw);
        Assert.Equal(ChunkFault.Content, reader.Check(digest, 5_000_000).Fault);
        Assert.Equal(raw.Length, reader.Check(digest, 5_000_000).EncodedLength);
    }

    [Fact]
    public void Rubbish_behind_a_frame_is_refused_and_a_second_frame_is_not()
    {
        byte[] data = new byte[5000], twice = [.. data, .. data];
        byte[] frame = DataBlob.Encode(data, _encoder)[BlobHeader.PlainSize..];
        using ChunkReader reader = _folder.Reader();
        Digest digest = Digest.Of(twice);
        _folder.Put(digest, Blob([.. frame, .. frame]));
        Assert.True(reader.Check(digest, twice.Length).IsGood);
        _folder.Put(digest, Blob([.. frame, .. frame, 1, 2, 3]));
        Assert.Equal((ChunkFault.Content, PbsErrorId.CompressedDataInvalid), (reader.Check(digest, twice.Length).Fault, reader.Check(digest, twice.Length).Error!.ErrorId));
        _folder.Put(digest, Blob([.. frame, .. frame[..^1]]));
        Assert.Equal("incomplete frame", reader.Check(digest, twice.Length).Reason);
        _folder.Put(digest, Blob([]));
        Assert.Equal("incomplete frame", reader.Check(digest, twice.Length).Reason);
    }

    // In pieces and as a whole the same verdict, whatever the bytes are.
    [Fact]
    public void Mutated_chunks_are_judged_as_a_whole_blob_is()
    {
        byte[] text = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * i / 7 % 31))];
        byte[][] samples = [DataBlob.Encode(text), DataBlob.Encode(text, _encoder), DataBlob.Encode(new byte[400_000], _encoder), EncryptedBlob.Encode(text, _key, _encoder)];
        Digest expected = Digest.Of(text);
        using ChunkDecoder decoder = new(null);
        byte[] buffer = [];
        MutationFuzz.Run(
            samples,
            input =>
            {
                ChunkFault whole = ChunkFault.None;
                try
                {
                    DataBlob.VerifyUnencrypted(input, _zstd, ref buffer, expected, text.Length);
                }
                catch (PbsException e)
                {
                    whole = e.ErrorId is PbsErrorId.BlobInvalid or PbsErrorId.BlobChecksumMismatch ? ChunkFault.Damaged : ChunkFault.Content;
                }

                int first = Math.Min(input.Length, Math.Max(BlobHeader.EncryptedSize, input.Length / 3));
                decoder.Start(input.AsSpan(0, first), keep: input.Length % 2 == 0, text.Length);
                for (int at = first; at < input.Length && decoder.WantsMore; at += 999) decoder.Append(input.AsSpan(at, Math.Min(999, input.Length - at)));
                ChunkCheck check = decoder.Finish(expected, text.Length, null);

                // Decoding as a stream, as PBS does, is stricter: it refuses blocks larger than the window the frame declares.
                if (whole == ChunkFault.None && check.Error?.ErrorId == PbsErrorId.CompressedDataInvalid) return;
                Assert.Equal(whole, check.Fault);
            },
            repair: MendCrc);
    }

    [Fact]
    public void Reading_leaves_the_access_time_alone()
    {
        Skip.Unless(LibC.HasDirectoryCalls, "only Linux lets a reader choose");
        Digest digest = _folder.Put(new byte[100]);
        DateTime old = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastAccessTimeUtc(_folder.PathOf(digest), old);
        using ChunkReader reader = _folder.Reader();
        Assert.True(reader.Check(digest, 100).IsGood);
        Assert.Equal(old, File.GetLastAccessTimeUtc(_folder.PathOf(digest)));
    }

    private static void MendCrc(byte[] input)
    {
        try
        {
            BlobHeader header = BlobHeader.Parse(input);
            BlobHeader.Write(input, header.Kind, header.Iv(input).ToArray(), header.Tag(input).ToArray());
        }
        catch (PbsFormatException)
        {
            // Too far gone.
        }
    }

    private static byte[] Blob(byte[] payload)
    {
        byte[] blob = [.. new byte[BlobHeader.PlainSize], .. payload];
        BlobHeader.Write(blob, BlobKind.Compressed);
        return blob;
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        Random.Shared.NextBytes(noise);
        return noise;
    }
}
