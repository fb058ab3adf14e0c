using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Verify;

/// <summary>Sorts chunks as they lie on the disk, by their inodes. For one thread.</summary>
/// <param name="chunks">The chunk folder, open; disposed of with this.</param>
internal sealed class ChunkFolderOrder(Folder chunks) : IDisposable
{
    private const int FirstLength = 512;
    private const int PrefixLength = 4;
    private const int NameLength = PrefixLength + 1 + Digest.TextLength;

    private ulong[] _inodes = [];

    public void Sort(Span<PendingChunk> pending)
    {
        if (_inodes.Length < pending.Length) _inodes = new ulong[Math.Max(pending.Length, FirstLength)];
        Span<byte> name = stackalloc byte[NameLength];
        name[PrefixLength] = (byte)'/';
        for (int i = 0; i < pending.Length; i++)
        {
            pending[i].Digest.TryFormat(name[(PrefixLength + 1)..], out _);
            name[(PrefixLength + 1)..][..PrefixLength].CopyTo(name);
            chunks.InodeOf(name, out _inodes[i]);
        }

        _inodes.AsSpan(0, pending.Length).Sort(pending);
    }

    public void Dispose() => chunks.Dispose();
}
