using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Encrypted blobs: those of a real client (golden misc/blobs.json), our own both ways, and what must not get out.</summary>
public sealed class EncryptedBlobTests : IDisposable
{
    private readonly CryptKey _key = new(CryptKeyTests.Bare);
    private readonly ZstdDecoder _zstd = new();
    private readonly ZstdEncoder _encoder = new();

    public void Dispose()
    {
        _key.Dispose();
        _zstd.Dispose();
        _encoder.Dispose();
    }

    [Fact]
    public void Blobs_of_a_real_client_are_read_and_written_as_it_wrote_them()
    {
        using JsonDocument cases = Corpus.Json("misc/blobs.json");
        int encrypted = 0;
        foreach (JsonElement item in cases.RootElement.EnumerateArray())
        {
            if (!item.TryGetProperty("file", out JsonElement file) || !File.Exists(Corpus.PathOf($"misc/blobs/{file.GetString()}"))) continue;
            byte[] raw = Corpus.Bytes($"misc/blobs/{file.GetString()}");
            byte[] data = EncryptedBlob.Decode(raw, _key, _zstd);
            Assert.Equal(item.GetProperty("plain-size").GetInt32(), data.Length);
            Assert.Equal(item.GetProperty("plain-sha256").GetString(), Digest.Of(data).ToString());
            BlobHeader header = DataBlob.Load(raw);
            if (!header.IsEncrypted) continue;

            // With the same IV the bytes are the same, but for frames, which may differ between releases of libzstd.
            byte[] ours = new byte[BlobHeader.EncryptedSize + data.Length];
            int length = EncryptedBlob.Encode(data, _key, item.GetProperty("compress").GetBoolean() ? _encoder : null, header.Iv(raw), ours);
            Assert.Equal(header.Kind, DataBlob.Load(ours.AsSpan(0, length)).Kind);
            if (!header.IsCompressed) Assert.Equal(raw, ours[..length]);
            Assert.Equal(data, EncryptedBlob.Decode(ours.AsSpan(0, length).ToArray(), _key, _zstd));
            encrypted++;
        }

        Assert.Equal(10, encrypted);
    }

    // storage.md A.1.
    [Fact]
    public void The_vector_holds()
    {
        byte[] iv = [.. Enumerable.Range(0xa0, 16).Select(i => (byte)i)];
        byte[] fox = "The quick brown fox jumps over the lazy dog"u8.ToArray(), blob = new byte[44 + fox.Length];
        Assert.Equal(blob.Length, EncryptedBlob.Encode(fox, _key, _encoder, iv, blob));
        Assert.Equal(
            "7b6785be222d4cf0" + "68248357" + "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf" + "6c15f13bff9f5f7fce5e2750fe5844ac"
            + "7ecb469c69b8a415a8be7dc38263e3b0e42a3b5914413cdc8e3205c07c4706f364f4c60ff4a9c69d8a6657",
            Convert.ToHexStringLower(blob));
    }

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<bool>(), (seed, repeat, compress) =>
        {
            byte[] data = [.. Enumerable.Repeat(seed, repeat.Get).SelectMany(s => s)];
            byte[] raw = EncryptedBlob.Encode(data, _key, compress ? _encoder : null);
            BlobHeader header = DataBlob.Load(raw);
            return header.IsEncrypted && header.IsCompressed == raw.Length < BlobHeader.EncryptedSize + data.Length
                && EncryptedBlob.Decode(raw, _key, _zstd).AsSpan().SequenceEqual(data);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Two_blobs_of_the_same_data_share_no_IV() =>
        Assert.NotEqual(EncryptedBlob.Encode([], _key)[12..28], EncryptedBlob.Encode([], _key)[12..28]);

    [Theory]
    [InlineData(12)]
    [InlineData(28)]
    [InlineData(44)]
    [InlineData(1302)]
    public void A_changed_blob_is_refused_though_its_CRC_was_mended(int at)
    {
        byte[] raw = Corpus.Bytes("misc/blobs/text.c1.e1.blob");
        raw[at] ^= 1;
        BlobHeader header = BlobHeader.Parse(raw);
        BlobHeader.Write(raw, header.Kind, header.Iv(raw).ToArray(), header.Tag(raw).ToArray());
        byte[] kept = [.. raw], buffer = [];
        PbsIntegrityException error = Assert.Throws<PbsIntegrityException>(() => EncryptedBlob.Decode(raw, _key, _zstd));
        Assert.Equal(PbsErrorId.BlobAuthenticationFailed, error.ErrorId);
        Assert.Equal(kept, raw);
        Assert.Throws<PbsIntegrityException>(() => EncryptedBlob.Decode(raw.AsSpan(), _key, _zstd, ref buffer));
        Assert.True(raw.AsSpan(BlobHeader.EncryptedSize).IndexOfAnyExcept((byte)0) < 0, "something of it was decrypted");
    }

    [Fact]
    public void Another_key_no_key_and_too_little_room_are_told_apart()
    {
        byte[] raw = Corpus.Bytes("misc/blobs/text.c0.e1.blob"), compressed = Corpus.Bytes("misc/blobs/text.c1.e1.blob");
        using CryptKey other = new(new byte[CryptKey.Size]);
        Assert.Equal(PbsErrorId.BlobAuthenticationFailed, Assert.Throws<PbsIntegrityException>(() => EncryptedBlob.Decode(raw, other, _zstd)).ErrorId);
        PbsFormatException missing = Assert.Throws<PbsFormatException>(() => EncryptedBlob.Decode(raw, null, _zstd));
        Assert.Equal((PbsErrorId.BlobEncrypted, "unable to decrypt blob - missing CryptConfig"), (missing.ErrorId, missing.Reason));
        foreach (byte[] blob in new[] { raw, compressed })
        {
            Assert.Equal(PbsErrorId.BlobTooLarge, Assert.Throws<PbsFormatException>(() => EncryptedBlob.Decode(blob, _key, _zstd, 4999)).ErrorId);
            Assert.Equal(5000, EncryptedBlob.Decode(blob, _key, _zstd, 5000).Length);
        }

        raw[100] ^= 1;
        Assert.Equal(PbsErrorId.BlobChecksumMismatch, Assert.Throws<PbsFormatException>(() => EncryptedBlob.Decode(raw, other, _zstd)).ErrorId);
    }

    // Whoever has the key may have packed a bomb; the bound is the caller's.
    [Fact]
    public void A_frame_that_unpacks_without_end_is_bounded()
    {
        byte[] raw = EncryptedBlob.Encode(new byte[64 << 20], _key, _encoder), buffer = [];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(PbsErrorId.BlobTooLarge, Assert.Throws<PbsFormatException>(() => EncryptedBlob.Decode(raw.AsSpan(), _key, _zstd, ref buffer, 1 << 20)).ErrorId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Mutated_blobs_are_read_or_refused()
    {
        byte[][] samples = [.. new[] { "empty.c0.e1", "one.c0.e1", "text.c0.e1", "text.c1.e1", "zeros.c1.e1", "rand.c1.e1", "text.c1.e0" }.Select(n => Corpus.Bytes($"misc/blobs/{n}.blob"))];
        MutationFuzz.Run(
            samples,
            input =>
            {
                try
                {
                    EncryptedBlob.Decode(input, _key, _zstd, 1 << 20);
                }
                catch (PbsIntegrityException e) when (e.ErrorId == PbsErrorId.BlobAuthenticationFailed)
                {
                    // What the CRC let pass, the tag holds.
                }
            },
            repair: MendCrc);
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
}
