using System.Security.Cryptography;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

/// <summary>Chunks of a real store, whole and damaged, and our own of every form and length.</summary>
public sealed class ChunkReaderTests : IDisposable
{
    private readonly CryptKey _key = new(CryptKeyTests.Bare);
    private readonly ZstdEncoder _encoder = new();
    private readonly ChunkFolder _folder = new();

    public void Dispose()
    {
        _key.Dispose();
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_index_of_a_real_store_decodes_to_what_the_real_reader_made_of_it(bool native)
    {
        Skip.Unless(!native || LibC.HasDirectoryCalls, "the system's own calls are used on Linux only");
        string folder = GoldenStore.Ds1.PathOf(".chunks");
        using ChunkReader reader = new(folder, _key, _ => native ? new NativeSequentialFile(folder) : new PortableSequentialFile(folder));
        using JsonDocument indexes = Corpus.Json("ds1.expected/indexes.json"), decoded = Corpus.Json("ds1.expected/decoded.json");
        int encrypted = 0;
        foreach (JsonProperty index in indexes.RootElement.EnumerateObject())
        {
            CryptMode mode = index.Name.StartsWith("host/enc/", StringComparison.Ordinal) ? CryptMode.Encrypt : CryptMode.SignOnly;
            if (mode == CryptMode.Encrypt) encrypted++;
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long at = 0;
            foreach (JsonElement entry in index.Value.GetProperty("chunks").EnumerateArray())
            {
                Digest digest = Digest.Parse(entry.GetProperty("digest").GetString());
                long end = entry.GetProperty("end").GetInt64();
                ChunkCheck check = reader.Check(digest, end - at);
                Assert.True(check.IsGood, $"{index.Name} {digest}: {check.Reason}");
                Assert.Equal(mode == CryptMode.Encrypt, check.CryptMode == CryptMode.Encrypt);
                Assert.Equal(end - at, check.DecodedLength);
                hash.AppendData(reader.Read(digest, end - at, mode));
                at = end;
            }

            Assert.Equal(decoded.RootElement.GetProperty(index.Name).GetProperty("sha256").GetString(), Digest.TakeFrom(hash).ToString());
        }

        Assert.Equal((49, 5), (indexes.RootElement.EnumerateObject().Count(), encrypted));
    }

    [Fact]
    public void Every_blob_of_a_real_store_decodes_to_what_the_real_reader_made_of_it()
    {
        using ZstdDecoder zstd = new();
        using JsonDocument decoded = Corpus.Json("ds1.expected/decoded.json");
        int blobs = 0, encrypted = 0;
        foreach (JsonProperty file in decoded.RootElement.EnumerateObject().Where(f => f.Name.EndsWith(".blob", StringComparison.Ordinal)))
        {
            // "a/b:vm/200/…" stands for ns/a/ns/b/vm/200/….
            string[] parts = file.Name.Split(':', 2);
            string path = parts[0].Contains("/20", StringComparison.Ordinal) ? file.Name : string.Concat(parts[0].Split('/').Select(ns => $"ns/{ns}/")) + parts[1];
            byte[] raw = GoldenStore.Ds1.Bytes(path);
            if (DataBlob.Load(raw).IsEncrypted) encrypted++;
            Assert.Equal(file.Value.GetProperty("sha256").GetString(), Digest.Of(EncryptedBlob.Decode(raw, _key, zstd)).ToString());
            blobs++;
        }

        Assert.Equal((40, 3), (blobs, encrypted));
    }

    [Fact]
    public void Every_form_and_length_is_read_as_it_was_written()
    {
        using ChunkReader reader = _folder.Reader(_key);
        Gen<int> lengths = Gen.OneOf(Gen.Choose(0, 2000), Gen.Choose((128 << 10) - 100, (128 << 10) + 100), Gen.Choose((256 << 10) - 100, (256 << 10) + 100), Gen.Choose(0, 3 << 20));
        var chunks = lengths.SelectMany(length => Gen.Choose(0, 15).Select(form => (length, form))).ToArbitrary();
        Prop.ForAll(chunks, chunk =>
        {
            byte[] data = new byte[chunk.length];
            bool secret = (chunk.form & 1) != 0;
            if ((chunk.form & 2) != 0) Random.Shared.NextBytes(data.AsSpan(0, data.Length / 2));
            if ((chunk.form & 4) != 0) Random.Shared.NextBytes(data);
            Digest digest = _folder.Put(data, secret ? _key : null, (chunk.form & 8) != 0 ? _encoder : null);
            ChunkCheck check = reader.Check(digest, data.Length);
            Assert.Equal((ChunkFault.None, data.Length), (check.Fault, (int)check.DecodedLength));
            Assert.Equal(new FileInfo(_folder.PathOf(digest)).Length, check.EncodedLength);
            Assert.True(reader.Read(digest, data.Length, check.CryptMode).SequenceEqual(data));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_largest_chunk_is_read_and_one_byte_more_is_not()
    {
        using ChunkReader reader = _folder.Reader(_key);
        byte[] data = new byte[DataBlob.MaxChunkSize + 1];
        Random.Shared.NextBytes(data.AsSpan(0, DataBlob.MaxChunkSize / 2));
        foreach (CryptKey? key in new[] { null, _key })
        {
            foreach (ZstdEncoder? encoder in new[] { null, _encoder })
            {
                CryptMode mode = key is null ? CryptMode.None : CryptMode.Encrypt;
                Digest most = _folder.Put(data[..^1], key, encoder), more = _folder.Put(data, key, encoder);
                Assert.True(reader.Check(most, data.Length - 1).IsGood);
                Assert.True(reader.Read(most, data.Length - 1, mode).SequenceEqual(data.AsSpan(0, data.Length - 1)));
                ChunkCheck check = reader.TryRead(more, data.Length, mode, out ReadOnlySpan<byte> nothing);
                Assert.True(nothing.IsEmpty);
                Assert.Equal(PbsErrorId.BlobTooLarge, check.Error!.ErrorId);
                Assert.Equal(check.Fault, reader.Check(more, data.Length).Fault);
            }
        }
    }

    // golden ds1-corrupt.expected/verify.json: what the real one logged of these chunks.
    [Theory]
    [InlineData("8ef93137bc3d3b455128335d96bc388565f0b1fb289dd634d824e74ed28bcaf3", ChunkFault.Damaged, "Data blob has wrong CRC checksum.")]
    [InlineData("d70fb5db53838c0d13fe6ec1056b2579091b951850b0d50c5d635416c7b14946", ChunkFault.Missing, "No such file or directory (os error 2)")]
    [InlineData("6c66c7f7307a013d55f2a10eb148d522626caff5c94bc8a1b6ae8dc04ce105cc", ChunkFault.Damaged, "Data blob has wrong CRC checksum.")]
    [InlineData("8cf404b4a490f88f5fee9ad454f2498ced5dedc92cfd018a9c897c28cb9a07ad", ChunkFault.Content, "detected chunk with wrong digest.")]
    [InlineData("8d0ebb5cceb5abab31f1d8b02ca7a5a0eae0a36dcb57aac6b2fc9d9be2893e7c", ChunkFault.Damaged, "unable to parse raw blob - wrong magic")]
    [InlineData("0e3d55d558d6ce2a2565fa510eb8fac69f04824198fa15a5eca414fd6f4ce267", ChunkFault.Damaged, "blob too small (0 bytes).")]
    [InlineData("c69e3697a1041a187f93aaa6f97432d311b4a5eebe851a8daf563c33bf406ca9", ChunkFault.Damaged, "Data blob has wrong CRC checksum.")]
    public void Damages_of_a_real_store_are_told_in_the_words_of_PBS(string name, ChunkFault fault, string reason)
    {
        using ChunkReader reader = new(GoldenStore.Corrupt.PathOf(".chunks"));
        ChunkCheck check = reader.Check(Digest.Parse(name), 4 << 20);
        Assert.Equal((fault, reason), (check.Fault, check.Reason));
        Assert.Equal(fault != ChunkFault.Content, check.LoadFailed);
        PbsException error = Assert.ThrowsAny<PbsException>(() => _ = reader.Read(Digest.Parse(name), 4 << 20, check.CryptMode));
        Assert.Equal(check.Error!.ErrorId, error.ErrorId);
        if (check.LoadFailed) Assert.EndsWith(name, error.Target, StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_comes_before_the_length()
    {
        byte[] data = new byte[1000];
        Digest digest = _folder.Put(data), other = Digest.Of("other"u8);
        _folder.Put(other, DataBlob.Encode(data));
        using ChunkReader reader = _folder.Reader();
        Assert.Equal("detected chunk with wrong length (999 != 1000)", reader.Check(digest, 999).Reason);
        Assert.Equal("read chunk with wrong size (1000 != 999)", reader.TryRead(digest, 999, CryptMode.None, out _).Reason);
        Assert.Equal("detected chunk with wrong digest.", reader.Check(other, 999).Reason);
        Assert.Equal("detected chunk with wrong digest.", reader.TryRead(other, 999, CryptMode.None, out _).Reason);
    }

    [Fact]
    public void A_chunk_of_the_other_crypt_mode_is_refused()
    {
        byte[] data = new byte[1000];
        Digest plain = _folder.Put(data), secret = _folder.Put(data, _key);
        using ChunkReader reader = _folder.Reader(_key);
        foreach ((Digest digest, CryptMode mode) in new[] { (plain, CryptMode.Encrypt), (secret, CryptMode.None), (secret, CryptMode.SignOnly) })
        {
            ChunkCheck check = reader.TryRead(digest, 1000, mode, out _);
            Assert.Equal((ChunkFault.CryptMode, "Index and chunk CryptMode don't match."), (check.Fault, check.Reason));
            Assert.Equal(PbsErrorId.ChunkCryptModeMismatch, check.Error!.ErrorId);
        }

        Assert.True(reader.TryRead(plain, 1000, CryptMode.SignOnly, out _).IsGood);
    }

    [Fact]
    public void Without_its_key_an_encrypted_chunk_is_checked_by_its_CRC_only()
    {
        byte[] data = new byte[300_000];
        Digest digest = _folder.Put(data, _key, _encoder), plainNamed = Digest.Of(data);
        _folder.Put(plainNamed, File.ReadAllBytes(_folder.PathOf(digest)));
        using CryptKey other = new(new byte[CryptKey.Size]);
        using (ChunkReader reader = _folder.Reader())
        {
            Assert.Equal(new ChunkCheck(ChunkFault.None, CryptMode.Encrypt, new FileInfo(_folder.PathOf(digest)).Length, 0, null), reader.Check(digest, 1));
            ChunkCheck check = reader.TryRead(digest, data.Length, CryptMode.Encrypt, out _);
            Assert.Equal((ChunkFault.Key, PbsErrorId.BlobEncrypted, "unable to decrypt blob - missing CryptConfig"), (check.Fault, check.Error!.ErrorId, check.Reason));
        }

        using (ChunkReader reader = _folder.Reader(other))
        {
            Assert.Equal((ChunkFault.Key, PbsErrorId.BlobAuthenticationFailed), (reader.Check(digest, data.Length).Fault, reader.Check(digest, data.Length).Error!.ErrorId));
        }

        using (ChunkReader reader = _folder.Reader(_key))
        {
            Assert.True(reader.Check(digest, data.Length).IsGood);
            Assert.Equal("detected chunk with wrong digest.", reader.Check(plainNamed, data.Length).Reason);
        }
    }

    [Fact]
    public void A_chunk_costs_no_allocation()
    {
        byte[] data = new byte[700_000];
        Random.Shared.NextBytes(data.AsSpan(0, 400_000));
        Digest plain = _folder.Put(data, null, _encoder), secret = _folder.Put(data, _key, _encoder);
        using ChunkReader reader = _folder.Reader(_key);
        void ReadAll()
        {
            Assert.True(reader.Check(plain, data.Length).IsGood && reader.Check(secret, data.Length).IsGood);
            Assert.True(reader.TryRead(plain, data.Length, CryptMode.None, out _).IsGood && reader.TryRead(secret, data.Length, CryptMode.Encrypt, out _).IsGood);
        }

        ReadAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) ReadAll();
        if (LibC.HasDirectoryCalls) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * 1024);
    }

    [Fact]
    public void A_store_without_chunks_is_told_when_it_is_opened()
    {
        PbsException error = Assert.ThrowsAny<PbsException>(() => new ChunkReader(Path.Combine(_folder.Root, "nothing")));
        Assert.Equal(PbsErrorId.DatastoreUnavailable, error.ErrorId);
        Assert.EndsWith("No such file or directory (os error 2)", error.Message, StringComparison.Ordinal);
    }
}
