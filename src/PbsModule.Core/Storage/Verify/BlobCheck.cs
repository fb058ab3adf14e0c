using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Checks blobs: the CRC, length and checksum as the manifest has them, and that they decode. For one thread. Source:
/// PBS verify_blob.
/// </summary>
internal sealed class BlobCheck : IDisposable
{
    private readonly FileContent _content = new();
    private readonly Lazy<ZstdDecoder> _zstd = new(() => new ZstdDecoder());
    private byte[] _buffer = [];

    /// <summary>Checks one and closes it.</summary>
    /// <param name="file">Told the result.</param>
    public void Run(FileCheck file)
    {
        OsErrorException? error = Read(file);
        if (error is not null && !ChunkReader.IsFinal(error.Errno)) error = Read(file);
        if (error is not null) Exhaustion.ThrowIf(error.Errno, file.Path);
        file.AddRead(_content.Length, 0);
        file.Close(error is null ? Judge(file) : LoadFailure(file, error.Message));
    }

    public void Dispose()
    {
        if (_zstd.IsValueCreated) _zstd.Value.Dispose();
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private OsErrorException? Read(FileCheck file) =>
        file.Content.ReadFile(file.File.FileName, _content, DataBlob.MaxEncodedBlobSize);

    /// <summary>What is wrong with it, or null.</summary>
    private string? Judge(FileCheck file)
    {
        ReadOnlySpan<byte> raw = _content.Bytes;
        BlobHeader header;
        try
        {
            header = DataBlob.Load(raw);
        }
        catch (PbsFormatException e)
        {
            return LoadFailure(file, e.Reason);
        }

        if ((ulong)raw.Length != file.File.Size) return $"wrong size ({file.File.Size} != {raw.Length})";
        if (Digest.Of(raw) != file.File.Checksum) return "wrong index checksum";
        try
        {
            Decode(header, raw, file.Key);
            file.Accept(raw.Length, hasChunks: false);
            return null;
        }
        catch (PbsFormatException e)
        {
            return e.Reason;
        }
        catch (PbsIntegrityException e)
        {
            return e.Message;
        }
    }

    private void Decode(in BlobHeader header, ReadOnlySpan<byte> raw, CryptKey? key)
    {
        if (!header.IsEncrypted)
        {
            DataBlob.Decode(raw, _zstd.Value, ref _buffer);
            return;
        }

        if (key is null) return;
        Span<byte> payload = EncryptedBlob.Decrypt(raw.ToArray(), header, key);
        DataBlob.DecodePayload(header.IsCompressed, payload, _zstd.Value, ref _buffer, DataBlob.MaxBlobSize);
    }

    private static string LoadFailure(FileCheck file, string reason) =>
        $"unable to load blob '{PathText.Quote(file.Path)}' - {reason}";
}
