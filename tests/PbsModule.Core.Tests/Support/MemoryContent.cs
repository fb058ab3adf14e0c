using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Tests;

/// <summary>A snapshot whose files and chunks are in memory; its files are called as they were on disk.</summary>
/// <param name="store">Where they are from.</param>
/// <param name="snapshot">The snapshot.</param>
/// <param name="files">Its files by name.</param>
internal sealed class MemoryContent(MemoryStore store, SnapshotPath snapshot, IReadOnlyDictionary<string, byte[]> files)
    : ISnapshotContent, IVerifiedSnapshot
{
    public SnapshotPath Snapshot => snapshot;

    public SnapshotPath Path => snapshot;

    public string ChunkStore => store.Path;

    /// <summary>The content this stands for, disposed of with it.</summary>
    public IDisposable? Held { get; init; }

    public string PathOf(string fileName) => store.PathOf($"{snapshot}/{fileName}");

    public IReadOnlyList<string> FileNames() => [.. files.Keys];

    public OsErrorException? ReadFile(string fileName, FileContent content, int limit, bool once = false)
    {
        content.Clear();
        byte[]? bytes = files.GetValueOrDefault(fileName);
        if (bytes is null || bytes.Length > limit)
        {
            return new OsErrorException(bytes is null ? OsError.ENOENT : OsError.EFBIG, PathOf(fileName));
        }

        for (int at = 0; at < bytes.Length;)
        {
            Span<byte> room = content.Room();
            int length = Math.Min(room.Length, bytes.Length - at);
            bytes.AsSpan(at, length).CopyTo(room);
            content.Take(length);
            at += length;
        }

        return null;
    }

    public IRawFile OpenFile(string fileName) => files.TryGetValue(fileName, out byte[]? bytes)
        ? new MemoryFile(bytes)
        : throw new OsErrorException(OsError.ENOENT, PathOf(fileName));

    public IRawChunks OpenChunks() => new MemoryChunks(store);

    ISnapshotContent? IVerifiedSnapshot.Open(out VerifyRefusal? refusal)
    {
        refusal = null;
        return this;
    }

    public void Dispose() => Held?.Dispose();

    private sealed class MemoryFile(byte[] bytes) : IRawFile
    {
        public long Length => bytes.Length;

        public FileIdentity Identity => default;

        public int Read(Span<byte> buffer, long offset)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan((int)Math.Min(offset, bytes.Length));
            ReadOnlySpan<byte> taken = rest[..Math.Min(rest.Length, buffer.Length)];
            taken.CopyTo(buffer);
            return taken.Length;
        }

        public void Dispose()
        {
        }
    }

    private sealed class MemoryChunks(MemoryStore store) : IRawChunks
    {
        private byte[] _bytes = [];
        private int _at;

        public string PathOf(in Digest digest) => store.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");

        public OsErrorException? Open(in Digest digest)
        {
            _at = 0;
            if (store.Chunks.TryGetValue(digest, out byte[]? bytes)) _bytes = bytes;
            return bytes is null ? new OsErrorException(OsError.ENOENT, PathOf(digest)) : null;
        }

        public OsErrorException? Read(Span<byte> buffer, out int length)
        {
            length = Math.Min(buffer.Length, _bytes.Length - _at);
            _bytes.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return null;
        }

        public void Close() => _bytes = [];

        public OsErrorException? Renew() => null;

        public void Dispose()
        {
        }
    }
}
