using System.Runtime.InteropServices;
using System.Text;
using PbsModule.Bench.Harness;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// The minimum work of a listing: opens each group, reads its owner, opens each snapshot folder, reads its names and
/// its manifest's bytes. Decodes, sorts and keeps nothing. One thread.
/// </summary>
internal sealed unsafe class BareLister : IDisposable
{
    private const int BufferSize = 32 << 10;
    private const int DirectoryFlags = Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec;
    private const int TimeLength = 20;

    private readonly byte* _groups = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* _snapshots = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* _files = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* _content = (byte*)NativeMemory.Alloc(BufferSize);

    private static ReadOnlySpan<byte> Manifest => "index.json.blob\0"u8;

    private static ReadOnlySpan<byte> Owner => "owner\0"u8;

    /// <returns>Number of snapshots with a manifest, and total size of the manifests in bytes.</returns>
    public (int Snapshots, long Bytes) Run(string store)
    {
        int snapshots = 0;
        long bytes = 0;
        foreach (string type in (ReadOnlySpan<string>)["ct", "host", "vm"])
        {
            int folder = Open(Path.Combine(store, type));
            if (folder < 0) continue;
            nint length;
            while ((length = Libc.getdents64(folder, _groups, BufferSize)) > 0)
            {
                for (byte* record = _groups; record < _groups + length; record += Libc.RecordLength(record))
                {
                    byte* name = record + Libc.NameOffset;
                    if (Libc.RecordType(record) != Libc.TypeDirectory || Libc.IsDots(name)) continue;
                    int group = Libc.openat(folder, name, DirectoryFlags);
                    fixed (byte* owner = Owner) ReadFile(group, owner);
                    ListGroup(group, ref snapshots, ref bytes);
                    _ = Libc.close(group);
                }
            }

            _ = Libc.close(folder);
        }

        return (snapshots, bytes);
    }

    public void Dispose()
    {
        NativeMemory.Free(_groups);
        NativeMemory.Free(_snapshots);
        NativeMemory.Free(_files);
        NativeMemory.Free(_content);
    }

    private void ListGroup(int group, ref int snapshots, ref long bytes)
    {
        nint length;
        while ((length = Libc.getdents64(group, _snapshots, BufferSize)) > 0)
        {
            for (byte* record = _snapshots; record < _snapshots + length; record += Libc.RecordLength(record))
            {
                byte* name = record + Libc.NameOffset;
                if (Libc.RecordType(record) != Libc.TypeDirectory || name[TimeLength] != 0) continue;
                int snapshot = Libc.openat(group, name, DirectoryFlags);
                if (HasManifest(snapshot))
                {
                    fixed (byte* manifest = Manifest) bytes += ReadFile(snapshot, manifest);
                    snapshots++;
                }

                _ = Libc.close(snapshot);
            }
        }
    }

    private bool HasManifest(int snapshot)
    {
        bool found = false;
        nint length;
        while ((length = Libc.getdents64(snapshot, _files, BufferSize)) > 0)
        {
            for (byte* record = _files; record < _files + length; record += Libc.RecordLength(record))
            {
                found |= MemoryMarshal.CreateReadOnlySpanFromNullTerminated(record + Libc.NameOffset).SequenceEqual(Manifest[..^1]);
            }
        }

        return found;
    }

    private nint ReadFile(int folder, byte* name)
    {
        int file = Libc.openat(folder, name, Libc.ReadOnly | Libc.CloseOnExec);
        if (file < 0) return 0;
        nint length = Libc.read(file, _content, BufferSize);
        _ = Libc.close(file);
        return length;
    }

    private static int Open(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) return Libc.openat(-1, name, DirectoryFlags);
    }
}
