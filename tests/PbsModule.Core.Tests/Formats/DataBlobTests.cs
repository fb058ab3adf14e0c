using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>DataBlob against blobs of a real PBS (golden misc/blobs.json), the vectors of storage.md A.2, and damage.</summary>
public class DataBlobTests
{
    private static readonly byte[] Fox = "The quick brown fox jumps over the lazy dog"u8.ToArray();

    [Fact]
    public void Blobs_of_a_real_server_are_read()
    {
        using ZstdDecoder zstd = new();
        using JsonDocument cases = Corpus.Json("misc/blobs.json");
        int plain = 0, encrypted = 0;
        foreach (JsonElement item in cases.RootElement.EnumerateArray())
        {
            if (!item.TryGetProperty("file", out JsonElement file) || !File.Exists(Corpus.PathOf($"misc/blobs/{file.GetString()}"))) continue;
            byte[] raw = Corpus.Bytes($"misc/blobs/{file.GetString()}");
            Assert.Equal(item.GetProperty("blob-sha256").GetString(), Digest.Of(raw).ToString());
            BlobHeader header = DataBlob.Load(raw);
            Assert.Equal(item.GetProperty("crc").GetString(), Convert.ToHexStringLower(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(header.Crc)).Reverse().ToArray()));
            Assert.Equal(item.GetProperty("encrypt").GetBoolean(), header.IsEncrypted);
            if (header.IsEncrypted)
            {
                Assert.Equal(CryptMode.Encrypt, header.CryptMode);
                Assert.Equal(PbsErrorId.BlobEncrypted, Assert.Throws<PbsFormatException>(() => DataBlob.Decode(raw, zstd)).ErrorId);
                encrypted++;
                Conformance.Agrees(Conformance.Formats, $"blob {file.GetString()}");
                continue;
            }

            byte[] data = DataBlob.Decode(raw, zstd);
            Assert.Equal(item.GetProperty("plain-size").GetInt32(), data.Length);
            Assert.Equal(item.GetProperty("plain-sha256").GetString(), Digest.Of(data).ToString());
            plain++;
            Conformance.Agrees(Conformance.Formats, $"blob {file.GetString()}");
        }

        Assert.Equal((10, 10), (plain, encrypted));
    }

    [Fact]
    public void Blobs_are_written_as_a_real_server_writes_them()
    {
        using ZstdDecoder zstd = new();
        using ZstdEncoder encoder = new();
        foreach (string name in new[] { "empty", "one", "text", "rand", "zeros" })
        {
            byte[] plain = Corpus.Bytes($"misc/blobs/{name}.c0.e0.blob");
            byte[] compressed = Corpus.Bytes($"misc/blobs/{name}.c1.e0.blob");
            byte[] data = DataBlob.Decode(plain, zstd);
            Assert.Equal(plain, DataBlob.Encode(data));
            byte[] ours = DataBlob.Encode(data, encoder);

            // The bytes of a frame may differ between releases of libzstd; form and content may not.
            Assert.Equal(DataBlob.Load(compressed).Kind, DataBlob.Load(ours).Kind);
            Assert.Equal(data, DataBlob.Decode(ours, zstd));
            if (DataBlob.Load(ours).IsCompressed) Assert.Equal(compressed[12..18], ours[12..18]);
            Conformance.Agrees(Conformance.Formats, $"blob written {name}");
        }
    }

    [Fact]
    public void Vectors_hold()
    {
        using ZstdEncoder encoder = new();
        string fox = "42ab3807be8370a1" + "39a34f41" + Convert.ToHexStringLower(Fox);
        Assert.Equal(fox, Convert.ToHexStringLower(DataBlob.Encode(Fox)));
        Assert.Equal(fox, Convert.ToHexStringLower(DataBlob.Encode(Fox, encoder)));
        Assert.Equal("42ab3807be8370a100000000", Convert.ToHexStringLower(DataBlob.Encode([], encoder)));
        byte[] x = [.. Enumerable.Repeat((byte)'x', 5000)];
        byte[] blob = Blob(BlobKind.Compressed, Convert.FromHexString("28b52ffd00484d0000107878010083d3032c"));
        Assert.Equal(30, blob.Length);
        using ZstdDecoder zstd = new();
        Assert.Equal(x, DataBlob.Decode(blob, zstd));
        Assert.Equal(BlobKind.Compressed, DataBlob.Load(DataBlob.Encode(x, encoder)).Kind);
    }

    [Fact]
    public void An_encrypted_blob_lends_its_parts()
    {
        byte[] iv = [.. Enumerable.Range(0xa0, 16).Select(i => (byte)i)];
        byte[] tag = Convert.FromHexString("6c15f13bff9f5f7fce5e2750fe5844ac");
        byte[] ciphertext = Convert.FromHexString("7ecb469c69b8a415a8be7dc38263e3b0e42a3b5914413cdc8e3205c07c4706f364f4c60ff4a9c69d8a6657");
        byte[] blob = [.. new byte[BlobHeader.EncryptedSize], .. ciphertext];
        BlobHeader.Write(blob, BlobKind.Encrypted, iv, tag);
        BlobHeader header = DataBlob.Load(blob);
        Assert.Equal(0x57832468u, header.Crc);
        Assert.Equal(iv, header.Iv(blob));
        Assert.Equal(tag, header.Tag(blob));
        Assert.Equal(ciphertext, header.Payload(blob));
        Assert.False(header.IsCompressed);
    }

    [Theory]
    [InlineData("", "blob too small (0 bytes).")]
    [InlineData("42ab3807be8370a1000000", "blob too small (11 bytes).")]
    [InlineData("00000000000000000000000000", "unable to parse raw blob - wrong magic")]
    [InlineData("7b6785be222d4cf0000000000000", "encrypted blob too small (14 bytes).")]
    [InlineData("e6591bbf0bbfd80b0000000000000000000000000000000000000000000000000000000000000000000000", "encrypted blob too small (43 bytes).")]
    [InlineData("42ab3807be8370a10000000000", "Data blob has wrong CRC checksum.")]
    [InlineData("42ab3807be8370a101000000", "Data blob has wrong CRC checksum.")]
    public void Faults_are_told_in_the_words_of_PBS(string hex, string reason)
    {
        using ZstdDecoder zstd = new();
        Assert.Equal(reason, Assert.Throws<PbsFormatException>(() => DataBlob.Load(Convert.FromHexString(hex))).Reason);
        Assert.Equal(reason, Assert.Throws<PbsFormatException>(() => DataBlob.Decode(Convert.FromHexString(hex), zstd)).Reason);
    }

    [Fact]
    public void An_encrypted_blob_needs_a_key()
    {
        using ZstdDecoder zstd = new();
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => DataBlob.Decode(Corpus.Bytes("misc/blobs/text.c1.e1.blob"), zstd, new byte[5000]));
        Assert.Equal(("unable to decrypt blob - missing CryptConfig", PbsErrorId.BlobEncrypted), (error.Reason, error.ErrorId));
    }

    [Fact]
    public void Verification_looks_at_the_digest_before_the_length()
    {
        using ZstdDecoder zstd = new();
        byte[] buffer = [];
        byte[] raw = DataBlob.Encode(Fox);
        Digest digest = Digest.Of(Fox);
        DataBlob.VerifyUnencrypted(raw, zstd, ref buffer, digest, Fox.Length);
        PbsIntegrityException wrong = Assert.Throws<PbsIntegrityException>(() => DataBlob.VerifyUnencrypted(raw, zstd, ref buffer, default, 1));
        Assert.Equal(("detected chunk with wrong digest.", PbsErrorId.ChunkDigestMismatch), (wrong.Message, wrong.ErrorId));
        wrong = Assert.Throws<PbsIntegrityException>(() => DataBlob.VerifyUnencrypted(raw, zstd, ref buffer, digest, 42));
        Assert.Equal(("detected chunk with wrong length (42 != 43)", PbsErrorId.ChunkLengthMismatch), (wrong.Message, wrong.ErrorId));
        DataBlob.VerifyUnencrypted(Corpus.Bytes("misc/blobs/text.c1.e1.blob"), zstd, ref buffer, default, 1);
    }

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        using ZstdDecoder zstd = new();
        using ZstdEncoder encoder = new();
        byte[] buffer = [];
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<bool>(), (seed, repeat, compress) =>
        {
            byte[] data = [.. Enumerable.Repeat(seed, repeat.Get).SelectMany(s => s)];
            byte[] raw = DataBlob.Encode(data, compress ? encoder : null);
            byte[] exact = new byte[data.Length];
            DataBlob.VerifyUnencrypted(raw, zstd, ref buffer, Digest.Of(data), data.Length);
            return raw.Length <= 12 + data.Length
                && DataBlob.Load(raw).IsCompressed == raw.Length < 12 + data.Length
                && DataBlob.Decode(raw, zstd, ref buffer).SequenceEqual(data)
                && DataBlob.Decode(raw, zstd, exact) == data.Length && exact.AsSpan().SequenceEqual(data);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decoding_is_bounded()
    {
        using ZstdDecoder zstd = new();
        using ZstdEncoder encoder = new();
        byte[] data = new byte[3 << 20];
        byte[] buffer = [];
        foreach (byte[] raw in new[] { DataBlob.Encode(data), DataBlob.Encode(data, encoder) })
        {
            Assert.Equal(data.Length, DataBlob.Decode(raw, zstd, ref buffer, data.Length).Length);
            Assert.Equal(PbsErrorId.BlobTooLarge, Assert.Throws<PbsFormatException>(() => DataBlob.Decode(raw, zstd, ref buffer, data.Length - 1)).ErrorId);
            Assert.Equal(PbsErrorId.BlobTooLarge, Assert.Throws<PbsFormatException>(() => DataBlob.Decode(raw, zstd, new byte[data.Length - 1])).ErrorId);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    [Fact]
    public void Encoding_refuses_what_no_blob_may_hold()
    {
        PbsArgumentException error = Assert.Throws<PbsArgumentException>(() => DataBlob.Encode(new byte[DataBlob.MaxBlobSize + 1]));
        Assert.Equal((PbsErrorId.BlobTooLarge, "data blob too large (134217729 bytes)."), (error.ErrorId, error.Message));
    }

    [Fact]
    public void Decoding_into_a_kept_buffer_allocates_nothing()
    {
        using ZstdDecoder zstd = new();
        byte[] raw = Corpus.Bytes("misc/blobs/text.c1.e0.blob");
        byte[] buffer = [];
        int length = DataBlob.Decode(raw, zstd, ref buffer).Length;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) length += DataBlob.Decode(raw, zstd, ref buffer).Length;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101 * 5000, length);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    [Fact]
    public void Mutated_blobs_give_data_or_a_format_error()
    {
        using ZstdDecoder zstd = new();
        using ZstdEncoder encoder = new();
        byte[] buffer = [];
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"{i} ")));
        List<byte[]> samples = [DataBlob.Encode(Fox), DataBlob.Encode(text, encoder), Corpus.Bytes("misc/blobs/one.c1.e1.blob"), Corpus.Bytes("misc/blobs/zeros.c1.e0.blob")];
        MutationFuzz.Run(
            samples,
            input =>
            {
                BlobHeader header = BlobHeader.Parse(input);
                Assert.True(header.IsEncrypted == (header.Iv(input).Length == 16 && header.Tag(input).Length == 16));
                Assert.True(DataBlob.Decode(input, zstd, ref buffer, 1 << 20).Length <= 1 << 20);
            },
            allocationLimit: 2 << 20,
            repair: Repair);
    }

    private static void Repair(byte[] input)
    {
        foreach (BlobKind kind in Enum.GetValues<BlobKind>())
        {
            int size = BlobHeader.SizeOf(kind);
            if (input.Length < size) continue;
            byte[] mended = (byte[])input.Clone();
            byte[] sixteen = new byte[(size - BlobHeader.PlainSize) / 2];
            BlobHeader.Write(mended, kind, sixteen, sixteen);
            if (mended.AsSpan(0, 8).SequenceEqual(input.AsSpan(0, 8))) mended.AsSpan(8, 4).CopyTo(input.AsSpan(8));
        }
    }

    private static byte[] Blob(BlobKind kind, byte[] payload)
    {
        byte[] blob = [.. new byte[BlobHeader.SizeOf(kind)], .. payload];
        BlobHeader.Write(blob, kind);
        return blob;
    }
}
